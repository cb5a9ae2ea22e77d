"""Frames between frames: how two pictures become one in the middle, and a film one of a higher rate."""

"""Inputs: what a script brings beside its text: scripts, the standard library, lyrics, settings from outside."""

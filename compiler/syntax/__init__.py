"""Syntax: a script's text becomes a tree, and what does not parse is told in human words."""

"""Checking: the tree becomes a typed tree; each file holds the rules for one sort of statement or expression."""

"""Lowering: the typed tree and what was heard become the schedule."""

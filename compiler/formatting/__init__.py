"""Formatting: a script's text, cut into pieces and laid out anew."""

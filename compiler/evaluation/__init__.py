"""Evaluation: the program's steps become numbers and whole arrays."""

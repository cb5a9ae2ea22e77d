"""The command line: one file a command, and what they share in ``app``, ``film`` and ``screen``."""

from .app import main

__all__ = ["main"]

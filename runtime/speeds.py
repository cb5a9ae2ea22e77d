"""Seconds that were measured on this machine, by name, kept in a file of the cache."""

from __future__ import annotations

import json
from pathlib import Path

from .files import cache_folder, put

MOST = 500
"""Speeds that are remembered in a file; the oldest go first."""


def speeds(file: str) -> dict[str, float]:
    """Return what the cache's ``file`` holds; nothing where it is missing or broken."""
    try:
        known = json.loads(_place(file).read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    if not isinstance(known, dict):
        return {}
    return {str(name): float(taken) for name, taken in known.items() if isinstance(taken, int | float)}


def remember(file: str, found: dict[str, float]) -> None:
    """Add what was measured to the cache's ``file``. Raises OSError where that cannot be written."""
    known = {**speeds(file), **found}
    _place(file).parent.mkdir(parents=True, exist_ok=True)
    put(_place(file), json.dumps(dict(list(known.items())[-MOST:])).encode())


def _place(file: str) -> Path:
    return cache_folder() / file

"""Every mistake and warning there is: its code, its wording, an example that goes wrong and one that does not."""

from __future__ import annotations

from .entry import Entry
from .names import NAMES
from .syntax import SYNTAX
from .values import VALUES
from .warnings import WARNINGS

__all__ = ["CATALOGUE", "Entry"]

CATALOGUE: dict[str, Entry] = {**SYNTAX, **NAMES, **VALUES, **WARNINGS}
"""Errors begin with E, warnings with W; the second and third digits are the kind: E01 reading and syntax, E02 names,
E03 kinds and units, E04 values, E05 time, E07 what is not there yet.
"""

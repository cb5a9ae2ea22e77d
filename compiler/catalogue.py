"""Every mistake and warning there is: its code, its wording, an example that goes wrong and one that does not."""

from __future__ import annotations

from .catalogue_names import NAMES
from .catalogue_syntax import SYNTAX
from .catalogue_values import VALUES
from .catalogue_warnings import WARNINGS
from .entry import Entry

__all__ = ["CATALOGUE", "Entry"]

CATALOGUE: dict[str, Entry] = {**SYNTAX, **NAMES, **VALUES, **WARNINGS}
"""Errors begin with E, warnings with W; the second and third digits are the kind: E01 reading and syntax, E02 names,
E03 kinds and units, E04 values, E05 time, E07 what is not there yet.
"""

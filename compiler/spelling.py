"""What may have been meant by a name that nothing bears."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that ``name`` is most likely a slip of, or None."""
    lowered = {candidate.lower(): candidate for candidate in sorted(known, reverse=True)}
    if name.lower() in lowered:
        return lowered[name.lower()]
    squeezed = {key.replace("_", ""): candidate for key, candidate in lowered.items()}
    plain = name.lower().replace("_", "")
    if plain in squeezed:
        return squeezed[plain]
    close = difflib.get_close_matches(name.lower(), lowered, n=1, cutoff=0.7)
    return lowered[close[0]] if close else None


def did_you_mean(name: str, known: Iterable[str], sign: str = "") -> str:
    """Return a repair that offers the nearest known name, or an empty text."""
    close = nearest(name, known)
    return f"did you mean `{sign}{close}`?" if close else ""

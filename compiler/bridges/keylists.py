"""Keyframes as text: values, formulas and how each is arrived at, written as a person would."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from .formula import number

Array = NDArray[np.float64]
WIDTH = 100


@dataclass(frozen=True, slots=True)
class Key:
    """One key: its frame, what stands there as text, and how it is arrived at; ``at`` is the frame as written."""

    frame: int
    value: str
    ease: str = "linear"
    at: str = ""


def keys_text(keys: Sequence[Key]) -> str:
    """Return ``[frame: value ease, …]``, over several lines where it is long; a lone key is its value."""
    if len(keys) == 1:
        return keys[0].value
    parts = [_key(key, first=number == 0) for number, key in enumerate(keys)]
    line = ", ".join(parts)
    if len(line) <= WIDTH:
        return f"[{line}]"
    lines: list[str] = []
    for part in parts:
        if lines and len(lines[-1]) + len(part) + 2 <= WIDTH:
            lines[-1] += f", {part}"
        else:
            lines.append(part)
    return "[\n  " + ",\n  ".join(lines) + ",\n]"


def _key(key: Key, *, first: bool) -> str:
    ease = "" if first or key.ease == "linear" else f" ease {key.ease}"
    return f"{key.at or key.frame}: {key.value}{ease}"


def corners(values: Array, tolerance: float = 2e-7) -> list[int]:
    """Return the frames between which ``values`` runs straight, the first and last among them.

    Swinging door: a corner stands where no line from the last one passes all values in between within ``tolerance``
    of their size (at least 1).
    """
    rows = values.tolist()
    if len(rows) < 2:
        return list(range(len(rows)))
    reach = tolerance * max(1.0, float(np.max(np.abs(values))) if np.all(np.isfinite(values)) else 1.0)
    found = [0]
    low, high = -np.inf, np.inf
    for at in range(1, len(rows)):
        base, value = found[-1], rows[at]
        slope = (value - rows[base]) / (at - base)
        if not low <= slope <= high:
            found.append(at - 1)
            base, low, high = at - 1, -np.inf, np.inf
        low = max(low, (value - reach - rows[base]) / (at - base))
        high = min(high, (value + reach - rows[base]) / (at - base))
    return [*found, len(rows) - 1]


def baked(values: Array) -> list[Key]:
    """Return keys that give ``values`` at every frame, one at each corner; holds are held by steps."""
    frames = corners(values)
    keys = [Key(frame, number(float(values[frame]))) for frame in frames]
    return _stepped(keys)


def _stepped(keys: list[Key]) -> list[Key]:
    """Leave out the key before a sudden change: a hold and a step say the same."""
    kept = keys[:1]
    for before, key in pairwise(keys):
        sudden = (
            key.frame == before.frame + 1 and len(kept) > 1 and kept[-1] is before and kept[-2].value == before.value
        )
        if sudden:
            kept[-1] = Key(key.frame, key.value, "step")
        else:
            kept.append(key)
    if len(kept) > 1 and kept[-1].value == kept[-2].value:
        kept.pop()
    return kept

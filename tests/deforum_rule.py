"""Deforum's rule for schedules, written from its description and worked out by numexpr: what imports are held to."""

from __future__ import annotations

import re

import numexpr
import numpy as np

NUMBER = re.compile(r"[+-]?(\d+(\.\d+)?|\.\d+)")


def deforum_values(text: str, frames: int, seed: int = 0) -> np.ndarray:
    """Return a schedule's value at every frame: numbers joined by lines, formulas held, NaN filled from neighbours."""
    named = {"max_f": frames - 1, "s": seed}
    keys: dict[int, str] = {}
    for piece in text.split(","):
        key, value = piece.split(":")[:2]
        bare = re.sub("[\"'()]", "", key).strip()
        frame = int(bare) if NUMBER.fullmatch(bare) else int(numexpr.evaluate(key.strip().strip("\"'"), named, {}))
        keys[frame] = value.strip()
    values = np.full(frames, np.nan)
    held = None
    for t in range(frames):
        if t in keys:
            bare = re.sub("[\"'()]", "", keys[t])
            held = None if NUMBER.fullmatch(bare) else keys[t]
            if held is None:
                values[t] = float(bare)
        if held is not None:
            values[t] = float(numexpr.evaluate(held, {**named, "t": t}, {}))
    known = np.flatnonzero(~np.isnan(values))
    return np.interp(np.arange(frames), known, values[known])

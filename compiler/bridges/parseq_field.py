"""A Parseq field: its keyframes, where a formula stands among them, and the curves and waves that it may run along."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from .parseq_chance import Generator
from .parseq_info import matching


@dataclass(slots=True)
class Field:
    """A field's keyframes, and where a formula that is being worked out stands among them.

    ``done`` holds the values of the frames before, ``bends`` the spline's second derivatives once they are known;
    ``labels`` are what the document's keyframes are called, by frame.
    """

    frames: list[int]
    values: list[float]
    fps: float
    bpm: float
    last: int
    cadence: float = 1.0
    series: dict[str, Callable[[int], float]] = field(default_factory=dict[str, Callable[[int], float]])
    frame: int = 0
    active: int = 0
    done: list[float] = field(default_factory=list[float])
    chance: dict[int, Generator] = field(default_factory=dict[int, Generator])
    bends: list[float] | None = None
    labels: tuple[tuple[int, str], ...] = ()
    matched: dict[str, list[int]] = field(default_factory=dict[str, list[int]])

    def matching(self, pattern: str) -> list[int]:
        """Return the frames of the keyframes whose labels match. Raises FormulaError."""
        if pattern not in self.matched:
            self.matched[pattern] = matching(self.labels, pattern)
        return self.matched[pattern]

    @property
    def beat_frames(self) -> float:
        """Return the frames of one beat."""
        return self.fps * 60.0 / self.bpm

    def key(self) -> int:
        """Return the index of the last keyframe at or before the frame."""
        return max(0, bisect_right(self.frames, self.frame) - 1)

    def following(self) -> int:
        """Return the index of the keyframe after the frame, or of the last."""
        return min(bisect_right(self.frames, self.frame), len(self.frames) - 1)


def spline_at(at: Field) -> float:
    """Natural cubic spline through the keyframes."""
    x, y = np.asarray(at.frames, dtype=np.float64), np.asarray(at.values, dtype=np.float64)
    if len(x) < 3:
        return float(np.interp(at.frame, x, y))
    bends = at.bends
    if bends is None:
        h, rise = np.diff(x), np.diff(y) / np.diff(x)
        system = np.diag(np.concatenate([[1.0], 2 * (h[:-1] + h[1:]), [1.0]]))
        inner = np.arange(1, len(x) - 1)
        system[inner, inner - 1], system[inner, inner + 1] = h[:-1], h[1:]
        bends = at.bends = np.linalg.solve(system, np.concatenate([[0.0], 6 * np.diff(rise), [0.0]])).tolist()
    k = min(max(bisect_right(at.frames, at.frame) - 1, 0), len(x) - 2)
    h, a, b = x[k + 1] - x[k], x[k + 1] - at.frame, at.frame - x[k]
    left, right = bends[k], bends[k + 1]
    return float(
        (left * a**3 + right * b**3) / (6 * h) + (y[k] / h - left * h / 6) * a + (y[k + 1] / h - right * h / 6) * b
    )


def polynomial_at(at: Field) -> float:
    """The polynomial through all keyframes, by Neville's scheme."""
    x, p = at.frames, list(at.values)
    for width in range(1, len(x)):
        for i in range(len(x) - width):
            p[i] = ((at.frame - x[i + width]) * p[i] + (x[i] - at.frame) * p[i + 1]) / (x[i] - x[i + width])
    return p[0]


def wave_at(name: str, a: dict[str, float], at: Field) -> float:
    """Return the value of one of Parseq's oscillators; ``a`` holds its parameters by their first names."""
    period = a["period"]
    if a["limit"] > 0 and at.frame - at.active > a["limit"] * period:
        return 0.0
    if period == 0:
        return math.nan
    x = at.frame + a["phase"]
    turn = x * math.pi * 2 / period
    match name:
        case "sin":
            return a["centre"] + math.sin(turn) * a["amp"]
        case "tri":
            return a["centre"] + math.asin(math.sin(turn)) * (2 * a["amp"]) / math.pi
        case "saw":
            return a["centre"] + math.fmod(x, period) * a["amp"] / period
        case "sq":
            return a["centre"] + (1 if math.sin(turn) >= 0 else -1) * a["amp"]
        case _:
            return a["centre"] + a["amp"] * (1 if math.fmod(x, period) < a["pulse"] else 0)

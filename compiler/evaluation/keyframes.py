"""Keyframes: from values at some frames to a value at every frame."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from .arithmetic import Array
from .eases import EASES, eased

__all__ = ["EASES", "blended"]

Ease = tuple[str, tuple[float, ...]]


def blended(at: Array, values: Sequence[Array | float], eases: Sequence[Ease], frames: int) -> Array:
    """Return the value at each of ``frames`` frames; ``at`` (frames, ascending) may lie between frames.

    A value may itself be an array over the film. ``eases[k]`` is how key k is arrived at; before the first and after
    the last key the value holds. ``step`` changes at the frame nearest to its key.
    """
    t = np.arange(frames, dtype=np.float64)
    after = np.searchsorted(at, t, side="right")
    last = np.clip(after - 1, 0, len(at) - 1)
    following = np.clip(after, 0, len(at) - 1)
    pick = _picker(values)
    result = pick(last, t)
    between = np.flatnonzero(following > last)
    if not len(between):
        return result
    kinds = {ease: number for number, ease in enumerate(dict.fromkeys(eases))}
    kind = np.array([kinds[ease] for ease in eases], dtype=np.int64)[following]
    for (name, points), number in kinds.items():
        here = between[kind[between] == number]
        if len(here):
            k, n = last[here], following[here]
            result[here] = _segment(name, points, at, pick, k, n, t[here])
    return result


class _Picker:
    """Looks values up by key and frame; constant ones in one go."""

    def __init__(self, values: Sequence[Array | float]) -> None:
        self._moving = {k: value for k, value in enumerate(values) if np.ndim(value)}
        self._still = np.array([0.0 if k in self._moving else float(v) for k, v in enumerate(values)])  # type: ignore[arg-type]

    def __call__(self, key: NDArray[np.int64], t: Array) -> Array:
        found = self._still[key]
        for k, value in self._moving.items():
            here = key == k
            if here.any():
                found[here] = np.asarray(value)[t[here].astype(np.int64)]
        return found


_picker = _Picker


def _segment(
    name: str, points: tuple[float, ...], at: Array, pick: _Picker, k: NDArray[np.int64], n: NDArray[np.int64], t: Array
) -> Array:
    start, end = pick(k, t), pick(n, t)
    if name == "step":
        return np.where(t >= np.floor(at[n] + 0.5), end, start)
    span = at[n] - at[k]
    x = (t - at[k]) / np.where(span > 0.0, span, 1.0)
    if name == "smooth":
        return _monotone(at, pick, k, n, t, x)
    share = x if name == "linear" else eased(x, name, points)
    return start + (end - start) * share


def _monotone(at: Array, pick: _Picker, k: NDArray[np.int64], n: NDArray[np.int64], t: Array, x: Array) -> Array:
    """Cubic Hermite with Fritsch and Butland's slopes (1984): smooth through the keys, and never beyond them."""
    top = len(at) - 1
    before, beyond = np.clip(k - 1, 0, top), np.clip(n + 1, 0, top)
    values = [pick(key, t) for key in (before, k, n, beyond)]
    steps = [at[b] - at[a] for a, b in ((before, k), (k, n), (n, beyond))]
    rises = [(b - a) / np.where(h > 0.0, h, 1.0) for a, b, h in zip(values, values[1:], steps, strict=False)]
    left = _slope(rises[0], rises[1], steps[0], steps[1])
    right = _slope(rises[1], rises[2], steps[1], steps[2])
    h = steps[1]
    return (
        (1 + 2 * x) * (1 - x) ** 2 * values[1]
        + x * (1 - x) ** 2 * h * left
        + x * x * (3 - 2 * x) * values[2]
        + x * x * (x - 1) * h * right
    )


def _slope(a: Array, b: Array, h: Array, g: Array) -> Array:
    """Weighted harmonic mean of two rises, 0 at a turn and at the ends."""
    w, v = 2 * g + h, g + 2 * h
    same = a * b > 0.0
    safe_a, safe_b = np.where(same, a, 1.0), np.where(same, b, 1.0)
    return np.where(same, (w + v) / (w / safe_a + v / safe_b), 0.0)

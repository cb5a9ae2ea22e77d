"""Eases: curves from (0, 0) to (1, 1) that a keyframe arrives by, after easings.net (Robert Penner) and CSS."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .arithmetic import Array

Curve = Callable[[Array], Array]


def _sine(x: Array) -> Array:
    return 1.0 - np.cos(x * np.pi / 2.0)


def _quad(x: Array) -> Array:
    return x * x


def _cubic(x: Array) -> Array:
    return x * x * x


def _expo(x: Array) -> Array:
    return np.where(x <= 0.0, 0.0, np.exp2(10.0 * (x - 1.0)))


def _back(x: Array) -> Array:
    return 2.70158 * x**3 - 1.70158 * x**2


def _elastic(x: Array) -> Array:
    wave = -np.exp2(10.0 * x - 10.0) * np.sin((x * 10.0 - 10.75) * (2.0 * np.pi / 3.0))
    return np.where(x <= 0.0, 0.0, np.where(x >= 1.0, 1.0, wave))


def _bounce(x: Array) -> Array:
    return 1.0 - _bounce_out(1.0 - x)


def _bounce_out(x: Array) -> Array:
    n, d = 7.5625, 2.75
    first, second, third = n * x * x, n * (x - 1.5 / d) ** 2 + 0.75, n * (x - 2.25 / d) ** 2 + 0.9375
    last = n * (x - 2.625 / d) ** 2 + 0.984375
    return np.where(x < 1 / d, first, np.where(x < 2 / d, second, np.where(x < 2.5 / d, third, last)))


def _out(curve: Curve) -> Curve:
    return lambda x: 1.0 - curve(1.0 - x)


def _in_out(curve: Curve) -> Curve:
    return lambda x: np.where(x < 0.5, curve(2.0 * x) / 2.0, 1.0 - curve(2.0 - 2.0 * x) / 2.0)


_SHAPES: dict[str, Curve] = {
    "sine": _sine, "quad": _quad, "cubic": _cubic, "expo": _expo, "back": _back, "elastic": _elastic,
    "bounce": _bounce,
}  # fmt: skip

EASES: dict[str, Curve] = {
    "linear": lambda x: x,
    **{f"in_{name}": curve for name, curve in _SHAPES.items()},
    **{f"out_{name}": _out(curve) for name, curve in _SHAPES.items()},
    **{f"in_out_{name}": _in_out(curve) for name, curve in _SHAPES.items()},
}
"""Every ease that is a curve by itself; ``step``, ``smooth`` and ``bezier`` need more than a share of the way."""


def bezier(x: Array, x1: float, y1: float, x2: float, y2: float) -> Array:
    """Return y of the CSS cubic bezier (0,0) (x1,y1) (x2,y2) (1,1) at each x in 0..1; x1 and x2 lie in 0..1.

    The parameter is found by Newton's steps kept inside a bracket that bisection halves, so that it always converges.
    """
    low, high = np.zeros_like(x), np.ones_like(x)
    s = x.copy()
    for _ in range(60):
        gap = _axis(s, x1, x2) - x
        met = np.abs(gap) <= 1e-14
        if met.all():
            break
        low, high = np.where(gap < 0.0, s, low), np.where(gap > 0.0, s, high)
        slope = 3.0 * (1 - s) ** 2 * x1 + 6.0 * (1 - s) * s * (x2 - x1) + 3.0 * s * s * (1.0 - x2)
        step = s - gap / np.where(np.abs(slope) < 1e-9, np.inf, slope)
        s = np.where(met, s, np.where((step > low) & (step < high), step, (low + high) / 2.0))
    return np.where(x <= 0.0, 0.0, np.where(x >= 1.0, 1.0, _axis(s, y1, y2)))


def _axis(s: Array, a: float, b: float) -> Array:
    return 3.0 * (1 - s) ** 2 * s * a + 3.0 * (1 - s) * s * s * b + s**3


def eased(x: Array, name: str, points: tuple[float, ...]) -> Array:
    """Return an ease's curve at the shares ``x``, which are held within 0..1."""
    x = np.clip(x, 0.0, 1.0)
    return bezier(x, points[0], points[1], points[2], points[3]) if name == "bezier" else EASES[name](x)

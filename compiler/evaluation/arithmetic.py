"""Element-wise operations: float64 numbers or whole arrays in, the same out; NaN marks what has no value.

A comparison with NaN is NaN and so is a choice by it, so that what went wrong stays visible to the end of a formula;
only the branch that a choice leaves out may be without value (Deforum's ``where(t==0, 1, sin(t)/t)``).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Numbers = Any
"""A float64 scalar or array; numpy's own types make more noise here than sense."""


def _divide(a: Numbers, b: Numbers) -> Numbers:
    return np.where(np.equal(b, 0.0), np.nan, np.divide(a, b))


def _modulo(a: Numbers, b: Numbers) -> Numbers:
    """Floor modulo, with the sign of the divisor, as Python, GLSL and Deforum's numexpr have it."""
    return np.where(np.equal(b, 0.0), np.nan, np.mod(a, b))


def _truth(test: Callable[[Numbers, Numbers], Numbers]) -> Callable[[Numbers, Numbers], Numbers]:
    def compare(a: Numbers, b: Numbers) -> Numbers:
        return np.where(np.isnan(a) | np.isnan(b), np.nan, test(a, b))

    return compare


def _where(condition: Numbers, yes: Numbers, no: Numbers) -> Numbers:
    chosen = np.where(np.not_equal(condition, 0.0), yes, no)
    return np.where(np.isnan(condition), np.nan, chosen)


def _both(a: Numbers, b: Numbers) -> Numbers:
    return np.where(np.isnan(a) | np.isnan(b), np.nan, np.not_equal(a, 0.0) & np.not_equal(b, 0.0))


def _either(a: Numbers, b: Numbers) -> Numbers:
    return np.where(np.isnan(a) | np.isnan(b), np.nan, np.not_equal(a, 0.0) | np.not_equal(b, 0.0))


def _invert(a: Numbers) -> Numbers:
    return np.where(np.isnan(a), np.nan, np.equal(a, 0.0))


def _round(x: Numbers) -> Numbers:
    """Halves go up, so that a value does not jump about with its neighbours' evenness."""
    return np.floor(np.add(x, 0.5))


def _tri(phase: Numbers) -> Numbers:
    """Triangle wave that begins at 0 and rises, as sine does; ``phase`` in turns."""
    return 1.0 - 4.0 * np.abs(np.mod(np.add(phase, 0.25), 1.0) - 0.5)


def _saw(phase: Numbers) -> Numbers:
    return 2.0 * np.mod(phase, 1.0) - 1.0


def _square(phase: Numbers) -> Numbers:
    return np.where(np.mod(phase, 1.0) < 0.5, 1.0, -1.0)


def _sine(phase: Numbers) -> Numbers:
    return np.sin(2.0 * np.pi * np.mod(phase, 1.0))


def _pulse(phase: Numbers, width: Numbers) -> Numbers:
    return np.where(np.mod(phase, 1.0) < width, 1.0, 0.0)


ELEMENTWISE: dict[str, Callable[..., Numbers]] = {
    "+": np.add, "-": np.subtract, "*": np.multiply, "/": _divide, "%": _modulo, "**": np.power, "neg": np.negative,
    "==": _truth(np.equal), "!=": _truth(np.not_equal), "<": _truth(np.less), "<=": _truth(np.less_equal),
    ">": _truth(np.greater), ">=": _truth(np.greater_equal), "and": _both, "or": _either, "not": _invert,
    "sin": np.sin, "cos": np.cos, "tan": np.tan, "asin": np.arcsin, "acos": np.arccos, "atan": np.arctan,
    "atan2": np.arctan2, "sinh": np.sinh, "cosh": np.cosh, "tanh": np.tanh, "exp": np.exp, "log": np.log,
    "log10": np.log10, "sqrt": np.sqrt, "abs": np.abs, "floor": np.floor, "ceil": np.ceil, "round": _round,
    "sign": np.sign, "min": np.minimum, "max": np.maximum,
    "clamp": lambda x, low, high: np.minimum(np.maximum(x, low), high),
    "mix": lambda a, b, x: np.add(np.multiply(a, np.subtract(1.0, x)), np.multiply(b, x)),
    "step": lambda edge, x: np.where(np.isnan(edge) | np.isnan(x), np.nan, np.greater_equal(x, edge)),
    "where": _where, "mod": _modulo,
    "wave_sine": _sine, "wave_tri": _tri, "wave_saw": _saw, "wave_square": _square, "wave_pulse": _pulse,
}  # fmt: skip
"""Every element-wise operation by the name that the program calls it."""

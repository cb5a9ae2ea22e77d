"""Parseq's functions: their parameters, given by place or by any of several names, and the curves' names."""

from __future__ import annotations

from dataclasses import dataclass

from .deforum_formula import FormulaError
from .formula import Call, Node


@dataclass(frozen=True, slots=True)
class Param:
    """A parameter by its names; ``default`` None means that it must be given, a name that the key decides."""

    names: tuple[str, ...]
    default: float | str | None


def _params(*rows: tuple[str, float | str | None]) -> tuple[Param, ...]:
    return tuple(Param(tuple(names.split()), default) for names, default in rows)


_WAVE = _params(("period p", None), ("phase ps", 0.0), ("amp a", 1.0), ("centre c", 0.0), ("limit li", 0.0),
                ("pulse pw", 5.0))  # fmt: skip
_VALUE = _params(("v", None))
_ROUND = _params(("v", None), ("p", 0.0))
_PAIR = _params(("a", None), ("b", None))
_CHANCE = _params(("smooth sm", 10.0), ("min n", 0.0), ("max x", 1.0), ("seed s", "unseeded"), ("y", 0.0))
_SPAN = (("from start s", "value"), ("to end t", "next_value"), ("span in s", "length"), ("offset os", 2.0))
_BEZIER = (("x1", 0.5), ("y1", 0.0), ("x2", 0.5), ("y2", 1.0))

SIGNATURES: dict[str, tuple[Param, ...]] = {
    **dict.fromkeys(("sin", "sq", "saw", "tri", "pulse"), _WAVE),
    **dict.fromkeys(("min", "max"), _PAIR),
    **dict.fromkeys(("round", "floor", "ceil"), _ROUND),
    **dict.fromkeys(
        ("abs", "_sin", "_cos", "_tan", "_asin", "_acos", "_atan", "_log", "_exp", "_sqrt", "_cbrt", "_expm1", "_log1p",
         "_log10", "_log2", "_sign", "_sinh", "_cosh", "_tanh", "_asinh", "_acosh", "_atanh", "f2b", "f2s", "b2f",
         "s2f"),
        _VALUE,
    ),
    "rand": _params(("min n", 0.0), ("max x", 1.0), ("seed s", "unseeded"), ("hold h", 1.0)),
    "smrand": _CHANCE, "perlin": _CHANCE,
    "slide": _params(*_SPAN),
    "bez": _params(*_BEZIER, *_SPAN, ("curve c", ""), ("d delta", 0.0)),
    "computed_at": _params(("f", "active"), ("d", 0.0)),
    "start_of_beat": _params(("f", "frame"), ("round r", "r")),
    "is_generation": _params(("f", "frame")),
    **dict.fromkeys(("info_match", "info_match_count"), _params(("regex r", None))),
    **dict.fromkeys(("info_match_prev", "info_match_last", "info_match_next", "info_match_gap", "info_match_progress",
                     "info_match_since", "info_match_until"), _params(("regex r", None), ("default d", -1.0))),
    "if": _params(("c", None), ("y", None), ("n", None)),
}  # fmt: skip

_CURVES: dict[str, tuple[float, float, float, float]] = {
    "ease": (0.25, 0.1, 0.25, 1), "linear": (0, 0, 1, 1), "stepStart": (0, 0, 0, 1), "stepEnd": (1, 0, 1, 1),
    "easeIn": (0.42, 0, 1, 1), "easeOut": (0, 0, 0.58, 1), "easeInOut": (0.42, 0, 0.58, 1),
    "easeInSine": (0.12, 0, 0.39, 0), "easeOutSine": (0.61, 1, 0.88, 1), "easeInOutSine": (0.37, 0, 0.63, 1),
    "easeInQuad": (0.11, 0, 0.5, 0), "easeOutQuad": (0.5, 1, 0.89, 1), "easeInOutQuad": (0.45, 0, 0.55, 1),
    "easeInCubic": (0.32, 0, 0.67, 0), "easeOutCubic": (0.33, 1, 0.68, 1), "easeInOutCubic": (0.65, 0, 0.35, 1),
    "easeInQuart": (0.5, 0, 0.75, 0), "easeOutQuart": (0.25, 1, 0.5, 1), "easeInOutQuart": (0.76, 0, 0.24, 1),
    "easeInQuint": (0.64, 0, 0.78, 0), "easeOutQuint": (0.22, 1, 0.36, 1), "easeInOutQuint": (0.83, 0, 0.17, 1),
    "easeInExpo": (0.7, 0, 0.84, 0), "easeOutExpo": (0.16, 1, 0.3, 1), "easeInOutExpo": (0.87, 0, 0.13, 1),
    "easeInCirc": (0.55, 0, 1, 0.45), "easeOutCirc": (0, 0.55, 0.45, 1), "easeInOutCirc": (0.85, 0, 0.15, 1),
    "easeInBack": (0.36, 0, 0.66, -0.56), "easeOutBack": (0.34, 1.56, 0.64, 1),
    "easeInOutBack": (0.68, -0.6, 0.32, 1.6),
}  # fmt: skip
_NUMBERED = ("Sine", "Quad", "Cubic", "Quart", "Quint", "Expo")


class ChanceError(FormulaError):
    """A formula of Parseq's whose values cannot be had again: chance without a seed, functions of its own doing."""


_ITS_OWN = ("recompute_if", "vibe", "dangerous", "_clz32", "posneg", "posneg_lora")


def control_points(curve: str) -> tuple[float, float, float, float]:
    """Return the control points of a curve by its name (easings.net's). Raises FormulaError for an unknown one."""
    head, *rest = curve.split("-")
    name = head + "".join(word.capitalize() for word in rest)
    if name[-1:].isdigit() and 1 <= int(name[-1]) <= len(_NUMBERED):
        name = name[:-1] + _NUMBERED[int(name[-1]) - 1]
    if name not in _CURVES:
        raise FormulaError(f"`{curve}` is no curve that Parseq knows")
    return _CURVES[name]


def arguments(call: Call) -> dict[str, Node | float | str]:
    """Return a call's arguments by their first names, defaults where none is given. Raises FormulaError."""
    if call.name in _ITS_OWN:
        raise ChanceError(f"`{call.name}` works in Parseq only")
    if call.name not in SIGNATURES:
        raise FormulaError(f"`{call.name}` is no function that can be brought over from Parseq")
    params = SIGNATURES[call.name]
    if len(call.args) > len(params):
        raise FormulaError(f"`{call.name}` takes {len(params)} values at most")
    given: dict[str, Node | float | str] = {
        param.names[0]: node for param, node in zip(params, call.args, strict=False)
    }
    for name, node in call.named:
        param = next((each for each in params if name in each.names), None)
        if param is None:
            raise FormulaError(f"`{call.name}` has no parameter `{name}`")
        given.setdefault(param.names[0], node)
    for param in params:
        if param.names[0] not in given:
            if param.default is None:
                raise FormulaError(f"`{call.name}` needs `{param.names[0]}`")
            given[param.names[0]] = param.default
    return given

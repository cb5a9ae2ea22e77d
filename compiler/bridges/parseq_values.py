"""What Parseq's formulas give, frame by frame and with JavaScript's numbers: the measure for an imported track."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from ..evaluation.eases import eased
from .deforum_formula import FormulaError
from .formula import Binary, Call, Name, Node, Num, Text, Unary
from .parseq_chance import Generator
from .parseq_field import Field, polynomial_at, spline_at, wave_at
from .parseq_functions import ChanceError, arguments, control_points
from .parseq_info import info

Value = float | str


def value_of(node: Node, at: Field) -> Value:
    """Return a formula's value at the frame where ``at`` stands. Raises FormulaError."""
    match node:
        case Num(_, unit):
            scale = {"s": at.fps, "b": at.beat_frames}.get(unit, 1.0)
            return node.value * scale
        case Text(text):
            return text
        case Name(name):
            return _variable(name, at)
        case Unary(_, operand):
            return -number_of(operand, at)
        case Binary(op, left, right):
            return _binary(op, value_of(left, at), value_of(right, at))
        case Call():
            return _labelled(node, at) if node.name.startswith("info_match") else _call(node, at)
        case _:
            raise FormulaError("it cannot be worked out")


def number_of(node: Node | float | str, at: Field) -> float:
    """Return a formula's value, which must be a number, or a default that the keyframe decides."""
    if isinstance(node, float | int):
        return float(node)
    value = _default(node, at) if isinstance(node, str) else value_of(node, at)
    if isinstance(value, str):
        raise FormulaError("a text stands where a number is due")
    return value


def _default(name: str, at: Field) -> float:
    match name:
        case "value":
            return at.values[at.key()]
        case "next_value":
            return at.values[at.following()]
        case "length":
            return float(at.frames[at.following()] - at.active)
        case "active":
            return float(at.active)
        case "frame":
            return float(at.frame)
        case _:
            raise ChanceError("its chance has no seed: Parseq draws it anew each time")


_CONSTANTS = {
    "PI": math.pi, "E": math.e, "SQRT2": math.sqrt(2), "SQRT1_2": math.sqrt(0.5), "LN2": math.log(2),
    "LN10": math.log(10), "LOG2E": math.log2(math.e), "LOG10E": math.log10(math.e),
}  # fmt: skip


_KEYED: dict[str, Callable[[Field], float]] = {
    "L": lambda at: float(np.interp(at.frame, at.frames, at.values)),
    **dict.fromkeys(("S", "active_keyframe_value", "prev_keyframe_value"), lambda at: at.values[at.key()]),
    "next_keyframe_value": lambda at: at.values[at.following()],
    "C": spline_at,
    "P": polynomial_at,
    "f": lambda at: float(at.frame),
    "s": lambda at: at.frame / at.fps,
    "b": lambda at: at.frame / at.beat_frames,
    "wb": lambda at: float(math.floor(at.frame / at.beat_frames)),
    "k": lambda at: float(at.frame - at.active),
    **dict.fromkeys(("active_keyframe", "prev_keyframe"), lambda at: float(at.active)),
    "next_keyframe": lambda at: float(at.frames[at.following()]),
    **dict.fromkeys(("final_frame", "last_frame"), lambda at: float(at.last)),
    "fps": lambda at: at.fps,
    "bpm": lambda at: at.bpm,
    "cadence": lambda at: at.cadence,
    "prev_computed_value": lambda at: at.done[-1] if at.done else 0.0,
}
"""What a name means at a frame."""


def _variable(name: str, at: Field) -> float:
    if name in _KEYED:
        return _KEYED[name](at)
    if name in at.series:
        return at.series[name](at.frame)
    if name in _CONSTANTS:
        return _CONSTANTS[name]
    raise FormulaError(f"`{name}` is no name that can be brought over from Parseq")


def _binary(op: str, left: Value, right: Value) -> Value:
    if isinstance(left, str) or isinstance(right, str):
        raise FormulaError("it reckons with texts")
    match op:
        case "+":
            return left + right
        case "-":
            return left - right
        case "*":
            return left * right
        case "/":
            if right == 0:
                raise FormulaError("it divides by zero, where Parseq stops")
            return left / right
        case "%":
            return math.fmod(left, right) if right else math.nan
        case "^":
            return _power(left, right)
        case "and":
            return float(left > 0 and right > 0)
        case "or":
            return float(left > 0 or right > 0)
        case _:
            return _compared(op, left, right)


def _power(left: float, right: float) -> float:
    try:
        value = left**right
    except (OverflowError, ZeroDivisionError):
        return math.inf
    return value if isinstance(value, float) else math.nan


def _compared(op: str, left: float, right: float) -> float:
    match op:
        case "==":
            return float(left == right)
        case "!=":
            return float(left != right)
        case "<":
            return float(left < right)
        case "<=":
            return float(left <= right)
        case ">":
            return float(left > right)
        case ">=":
            return float(left >= right)
        case _:
            raise FormulaError(f"`{op}` makes a text, not a number")


_ONE: dict[str, Callable[[float], float]] = {
    "abs": abs, "_sin": math.sin, "_cos": math.cos, "_tan": math.tan, "_asin": math.asin, "_acos": math.acos,
    "_atan": math.atan, "_log": math.log, "_exp": math.exp, "_sqrt": math.sqrt, "_cbrt": math.cbrt,
    "_expm1": math.expm1, "_log1p": math.log1p, "_log10": math.log10, "_log2": math.log2,
    "_sign": lambda x: float((x > 0) - (x < 0)), "_sinh": math.sinh, "_cosh": math.cosh, "_tanh": math.tanh,
    "_asinh": math.asinh, "_acosh": math.acosh, "_atanh": math.atanh,
}  # fmt: skip
_ROUNDINGS: dict[str, Callable[[float], float]] = {
    "round": lambda x: math.floor(x + 0.5), "floor": math.floor, "ceil": math.ceil,
    "d": math.floor, "u": math.ceil, "r": lambda x: math.floor(x + 0.5),
}  # fmt: skip


def _call(call: Call, at: Field) -> float:
    given = arguments(call)
    if call.name == "if":
        return number_of(given["y" if number_of(given["c"], at) > 0 else "n"], at)
    if call.name in _ONE:
        return _plain_function(call.name, number_of(given["v"], at))
    if call.name in ("f2b", "f2s", "b2f", "s2f"):
        return _converted(call.name, number_of(given["v"], at), at)
    match call.name:
        case "min" | "max":
            pair = number_of(given["a"], at), number_of(given["b"], at)
            return min(pair) if call.name == "min" else max(pair)
        case "round" | "floor" | "ceil":
            scale = 10.0 ** number_of(given["p"], at)
            return _ROUNDINGS[call.name](number_of(given["v"], at) * scale) / scale
        case "sin" | "sq" | "saw" | "tri" | "pulse":
            return wave_at(call.name, {name: number_of(node, at) for name, node in given.items()}, at)
        case "slide" | "bez":
            return _curve(call.name, given, at)
        case "rand":
            return _random(call, given, at)
        case "computed_at":
            frame = int(number_of(given["f"], at))
            return at.done[frame] if 0 <= frame < len(at.done) else number_of(given["d"], at)
        case "start_of_beat":
            whole = math.floor(number_of(given["f"], at) / at.beat_frames)
            return float(_ROUNDINGS[_text(given["round"])](whole * at.beat_frames))
        case "is_generation":
            return float(number_of(given["f"], at) % at.cadence == 0)
        case _:
            raise ChanceError(f"the noise of `{call.name}` cannot be drawn again here")


def _labelled(call: Call, at: Field) -> float:
    given = arguments(call)
    frames = at.matching(_text(given["regex"]))
    default = number_of(given["default"], at) if "default" in given else 0.0
    current = [frame for frame, _ in at.labels if frame <= at.frame]
    return info(call.name, frames, bool(current) and current[-1] in frames, at.frame, default)


def _plain_function(name: str, value: float) -> float:
    try:
        return _ONE[name](value)
    except (ValueError, OverflowError):
        return math.nan


def _text(node: Node | float | str) -> str:
    return node.text if isinstance(node, Text) else str(node) if isinstance(node, str) else "r"


def _converted(name: str, value: float, at: Field) -> float:
    match name:
        case "f2b":
            return value / at.beat_frames
        case "f2s":
            return value / at.fps
        case "b2f":
            return value * at.beat_frames
        case _:
            return value * at.fps


def _curve(name: str, given: dict[str, Node | float | str], at: Field) -> float:
    start, end = number_of(given["from"], at), number_of(given["to"], at)
    span, offset = number_of(given["span"], at), number_of(given["offset"], at)
    x = float(at.frame - at.active)
    if name == "slide":
        if span == 0:
            return start
        here = offset * span if abs(offset) < 1 else x
        return end if x >= span else start + (end - start) / span * here
    delta = number_of(given["d"], at)
    end = start + delta if delta else end
    if span == 0:
        return start
    share = offset if abs(offset) < 1 else x / span
    if share > 1:
        return end
    points = bezier_points(given, at)
    return start + float(eased(np.array([share]), "bezier", points)[0]) * (end - start)


def bezier_points(given: dict[str, Node | float | str], at: Field) -> tuple[float, float, float, float]:
    """Return the control points that a call of ``bez`` means."""
    curve = given["curve"]
    if curve:
        return control_points(_text(curve))
    return (
        number_of(given["x1"], at), number_of(given["y1"], at), number_of(given["x2"], at), number_of(given["y2"], at)
    )  # fmt: skip


def _random(call: Call, given: dict[str, Node | float | str], at: Field) -> float:
    low, high, hold = (number_of(given[name], at) for name in ("min", "max", "hold"))
    generator = at.chance.get(id(call))
    turn = math.floor((at.frame - at.active) / hold) if hold else at.frame
    if generator is None:
        generator = at.chance[id(call)] = Generator(_javascript(number_of(given["seed"], at)))
    elif generator.frame is not None and math.floor((generator.frame - at.active) / (hold or 1)) >= turn:
        return generator.value
    generator.frame = at.frame
    generator.value = generator.next() * (high - low) + low
    return generator.value


def _javascript(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(value)

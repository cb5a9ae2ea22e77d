"""Checking operators: numbers make numbers; times and positions make times and positions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .. import tree
from ..sounds import Request
from ..source import Place
from .scope import Check, Parts, Scope, Value
from .spans import after, duration_step, scaled
from .values import as_number, duration_of, mismatch, nothing, number_of, value_of

_LOGIC = {"&": "and", "|": "or", "~": "not"}


_PER_UNITS = {
    "f": "f", "frame": "f", "s": "s", "sec": "s", "second": "s", "b": "b", "beat": "b", "bar": "bar",
    "min": "m", "minute": "m", "m": "m",
}  # fmt: skip


def _unary(cx: Check, expr: tree.Unary, scope: Scope) -> Value:
    place = scope.place(expr.span)
    value = value_of(cx, expr.value, scope)
    if value.kind == "nothing":
        return value
    if value.kind == "duration" and expr.op in "+-":
        parts = value.parts if expr.op == "+" else scaled(cx, value.parts, cx.program.const(place, -1.0), place)
        return Value("duration", place, duration_step(cx, parts, place), parts)
    step = as_number(cx, value, f"`{expr.op}`")
    if step is None:
        return nothing(place)
    if expr.op == "+":
        return Value("number", place, step)
    op = "neg" if expr.op == "-" else "not"
    return Value("number", place, cx.program.add(place, op, step))


def _binary(cx: Check, expr: tree.Binary, scope: Scope) -> Value:
    """Fold a chain such as ``a + b + c`` from the left without recursion along it."""
    chain: list[tree.Binary] = []
    left: tree.Expr = expr
    while isinstance(left, tree.Binary):
        chain.append(left)
        left = left.left
    value = value_of(cx, left, scope)
    for link in reversed(chain):
        right = value_of(cx, link.right, scope)
        value = _combined(cx, link.op, value, right, scope.place(link.span))
    return value


def _combined(cx: Check, op: str, left: Value, right: Value, place: Place) -> Value:
    if "nothing" in (left.kind, right.kind):
        return nothing(place)
    timed = _combined_times(cx, op, left, right, place)
    if timed is not None:
        return timed
    logic = _LOGIC.get(op, op)
    for side in (left, right):
        if logic in ("and", "or") and side.kind in ("duration", "position", "frequency"):
            mismatch(cx, side, "a condition such as t > 3", f"`{op}`")
            return nothing(place)
    a, b = as_number(cx, left, f"`{op}`"), as_number(cx, right, f"`{op}`")
    if a is None or b is None:
        return nothing(place)
    return Value("number", place, cx.program.add(place, logic, a, b))


def _combined_times(cx: Check, op: str, left: Value, right: Value, place: Place) -> Value | None:
    """Return the position or duration that two operands make together, or None where they make a number."""
    kinds = (left.kind, right.kind)
    add = cx.program.add
    if op in "+-" and kinds == ("duration", "duration"):
        return _lasting(cx, left.parts + _signed(cx, op, right, place), place)
    if op in "+-" and kinds == ("position", "duration"):
        return Value("position", place, after(cx, left.step, _signed(cx, op, right, place), place))
    if op == "+" and kinds == ("duration", "position"):
        return Value("position", place, after(cx, right.step, left.parts, place))
    if op in "+-" and kinds == ("position", "number"):
        return Value("position", place, add(place, op, left.step, right.step))
    if op == "+" and kinds == ("number", "position"):
        return Value("position", place, add(place, op, left.step, right.step))
    if op == "-" and kinds == ("position", "position"):
        return _lasting(cx, (("f", add(place, "-", left.step, right.step)),), place)
    if op in "*/" and kinds == ("duration", "number"):
        return _lasting(cx, scaled(cx, left.parts, right.step, place, op), place)
    if op == "*" and kinds == ("number", "duration"):
        return _lasting(cx, scaled(cx, right.parts, left.step, place), place)
    return None


def _lasting(cx: Check, parts: Parts, place: Place) -> Value:
    return Value("duration", place, duration_step(cx, parts, place), parts)


def _signed(cx: Check, op: str, value: Value, place: Place) -> Parts:
    return value.parts if op == "+" else scaled(cx, value.parts, cx.program.const(place, -1.0), place)


def _choose(cx: Check, expr: tree.Choose, scope: Scope) -> Value:
    place = scope.place(expr.span)
    condition = number_of(cx, expr.condition, scope, "`if`")
    yes, no = value_of(cx, expr.yes, scope), value_of(cx, expr.no, scope)
    if condition is None or "nothing" in (yes.kind, no.kind):
        return nothing(place)
    a, b = as_number(cx, yes, "`if`"), as_number(cx, no, "`else`")
    if a is None or b is None:
        return nothing(place)
    step = cx.program.add(place, "where", condition, a, b)
    if yes.kind == no.kind == "duration":
        return Value("duration", place, step, (("f", step),))
    return Value("position" if yes.kind == no.kind == "position" else "number", place, step)


def _band(cx: Check, expr: tree.Band, scope: Scope) -> Value:
    place = scope.place(expr.span)
    low, high = value_of(cx, expr.low, scope), value_of(cx, expr.high, scope)
    if "nothing" in (low.kind, high.kind):
        return nothing(place)
    edges = [cx.program.constant(side.step) if side.kind in ("frequency", "number") else None for side in (low, high)]
    if edges[0] is None or edges[1] is None or high.kind != "frequency":
        wrong = high if high.kind != "frequency" or edges[1] is None else low
        if wrong.kind == "number" and cx.program.constant(wrong.step) is not None:
            cx.findings.add("E0302", wrong.place, what="a band", wanted="a frequency", got="a bare number",
                            repair=f"write {cx.program.constant(wrong.step):g}Hz")  # fmt: skip
        else:
            mismatch(cx, wrong, "a frequency", "a band")
        return nothing(place)
    if not 0 <= edges[0] < edges[1]:
        cx.findings.add("E0405", place, what="a band", wanted="from low to high", value=f"{edges[0]:g}..{edges[1]:g}Hz")
        return nothing(place)
    return Value("band", place, data=(edges[0], edges[1]))


def _per(cx: Check, expr: tree.Per, scope: Scope) -> Value:
    """A rate becomes a value per frame; per beat and per bar it follows the tempo of the moment."""
    place = scope.place(expr.span)
    step = number_of(cx, expr.value, scope, "`per`")
    if step is None:
        return nothing(place)
    add = cx.program.add
    if isinstance(expr.unit, tree.Name) and expr.unit.name in _PER_UNITS:
        unit = _PER_UNITS[expr.unit.name]
        if unit == "f":
            return Value("number", place, step)
        if unit in ("s", "m"):
            per_second = step if unit == "s" else add(place, "/", step, cx.program.const(place, 60.0))
            return Value("number", place, add(place, "/", per_second, add(place, "fps")))
        cx.sounds.setdefault(Request("beat" if unit == "b" else "downbeat"), place)
        clock = add(place, "rate_beat" if unit == "b" else "rate_bar")
        return Value("number", place, add(place, "*", step, clock))
    parts = duration_of(cx, expr.unit, scope, "`per`")
    if parts is None:
        return nothing(place)
    return Value("number", place, add(place, "/", step, duration_step(cx, parts, place)))


OPERATORS: dict[type, Callable[[Check, Any, Scope], Value]] = {
    tree.Unary: _unary, tree.Binary: _binary, tree.Choose: _choose, tree.Band: _band, tree.Per: _per,
}  # fmt: skip

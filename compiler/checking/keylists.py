"""Checking lists of keyframes and their eases."""

from __future__ import annotations

from .. import tree
from ..evaluation.eases import EASES
from ..source import Place
from .scope import Check, Scope, Value
from .values import nothing, number_of, position_of, value_of


def keys_of(cx: Check, expr: tree.Keys, scope: Scope) -> Value:
    """Return the value of a list of keyframes: one step that blends from key to key."""
    place = scope.place(expr.span)
    steps: list[int] = []
    eases: list[tuple[str, tuple[float, ...]]] = []
    places: list[Place] = []
    for key in expr.keys:
        at = position_of(cx, key.at, scope, "a key")
        value = number_of(cx, key.value, scope, "a key's value")
        ease = _ease(cx, key.ease, scope)
        if at is None or value is None or ease is None:
            continue
        steps += (at, value)
        eases.append(ease)
        places.append(scope.place(key.at.span))
        cx.keys.append((at, places[-1]))
    if len(eases) < len(expr.keys):
        return nothing(place)
    return Value("number", place, cx.program.add(place, "keys", *steps, data=(tuple(eases), tuple(places))))


def _ease(cx: Check, ease: tree.Ease | None, scope: Scope) -> tuple[str, tuple[float, ...]] | None:
    if ease is None:
        return ("linear", ())
    place = scope.place(ease.span)
    if ease.name == "bezier":
        values = [value_of(cx, arg.value, scope) for arg in ease.args]
        numbers = [cx.program.constant(v.step) if v.kind == "number" else None for v in values]
        points = tuple(number for number in numbers if number is not None)
        if len(points) != 4 or len(values) != 4:
            cx.findings.add("E0212", place, name="bezier", fault="takes four numbers", what=f"{len(values)} here",
                            usage="bezier(x1, y1, x2, y2)")  # fmt: skip
            return None
        for x, value in ((points[0], values[0]), (points[2], values[2])):
            if not 0 <= x <= 1:
                cx.findings.add("E0405", value.place, what="x of a bezier", wanted="from 0 to 1", value=f"{x:g}")
                return None
        return ("bezier", points)
    if ease.name not in EASES and ease.name not in ("step", "smooth"):
        known = {*EASES, "step", "smooth", "bezier"}
        cx.findings.add("E0217", place, name=ease.name, repair=cx.suggest(ease.name, known))
        return None
    return (ease.name, ())

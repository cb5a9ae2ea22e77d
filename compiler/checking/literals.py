"""Checking what is written out: numbers, times, texts and names."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import chain
from typing import Any

from .. import tree
from ..functions import FUNCTIONS, SPELLINGS
from ..sounds import DRUMS, Request
from ..source import Place
from ..vocabulary import BY_NAME
from .calls import is_call
from .constants import CONSTANTS, builtin
from .meant import NUMBERS, heard
from .scope import Check, Parts, Scope, Value
from .spans import duration_step
from .values import nothing, text_value


def _number(cx: Check, expr: tree.Number, scope: Scope) -> Value:
    place = scope.place(expr.span)
    if not math.isfinite(expr.value):
        cx.findings.add("E0402", place, fault="this number is too large", frame=0, why="numbers go up to 1.8e308",
                        repair="write a smaller one")  # fmt: skip
        return nothing(place)
    return Value("number", place, cx.program.const(place, expr.value))


def _duration(cx: Check, expr: tree.Duration, scope: Scope) -> Value:
    place = scope.place(expr.span)
    parts: Parts = ((expr.unit, cx.program.const(place, expr.value)),)
    if expr.unit in ("b", "bar"):
        cx.sounds.setdefault(Request("beat" if expr.unit == "b" else "downbeat"), place)
    return Value("duration", place, duration_step(cx, parts, place), parts)


def _frequency(cx: Check, expr: tree.Frequency, scope: Scope) -> Value:
    place = scope.place(expr.span)
    return Value("frequency", place, cx.program.const(place, expr.value))


def _percent(cx: Check, expr: tree.Percent, scope: Scope) -> Value:
    place = scope.place(expr.span)
    return Value("number", place, cx.program.const(place, expr.value / 100.0))


def _size(cx: Check, expr: tree.Size, scope: Scope) -> Value:
    return Value("size", scope.place(expr.span), data=(expr.width, expr.height))


def _text(cx: Check, expr: tree.Text, scope: Scope) -> Value:
    return Value("text", scope.place(expr.span), text=text_value(cx, expr, scope))


def _name(cx: Check, expr: tree.Name, scope: Scope) -> Value:
    place = scope.place(expr.span)
    found = scope.find(expr.name)
    if found is not None:
        if isinstance(found.what, Value):
            return found.what.at(place)
        if isinstance(found.what, tree.Def):
            usage = f"{expr.name}({', '.join(p.name for p in found.what.params)})"
            cx.findings.add("E0212", place, name=expr.name, fault="is a function", what="its arguments are missing",
                            usage=usage)  # fmt: skip
            return nothing(place)
    value = builtin(cx, expr.name, scope, place)
    if value is not None:
        return value
    return _unknown_name(cx, expr.name, scope, place)


def _unknown_name(cx: Check, name: str, scope: Scope, place: Place) -> Value:
    if name in BY_NAME:
        kind = "track" if BY_NAME[name].track else "setting"
        cx.findings.add("E0210", place, name=name, kind=kind, repair=NUMBERS.get(name, ""))
    elif is_call(name):
        function = FUNCTIONS[SPELLINGS.get(name, name)]
        cx.findings.add("E0212", place, name=name, fault="is a function", what="its arguments are missing",
                        usage=function.usage)  # fmt: skip
    else:
        known = chain(scope.known(), CONSTANTS, DRUMS, cx.section_names)
        repair = NUMBERS.get(name) or heard(name, "rms") or cx.suggest(name, known)
        cx.findings.add("E0202", place, name=name, **cx.further_down(name, repair))
    return nothing(place)


def _marker(cx: Check, expr: tree.MarkerRef, scope: Scope) -> Value:
    place = scope.place(expr.span)
    found = scope.find("@" + expr.name)
    if found is not None and isinstance(found.what, Value):
        return found.what.at(place)
    repair = cx.suggest(expr.name, scope.known("@"), "@")
    cx.findings.add("E0205", place, name=expr.name, **cx.further_down("@" + expr.name, repair))
    return nothing(place)


LITERALS: dict[type, Callable[[Check, Any, Scope], Value]] = {
    tree.Number: _number, tree.Duration: _duration, tree.Frequency: _frequency, tree.Percent: _percent,
    tree.Size: _size, tree.Text: _text, tree.Name: _name, tree.MarkerRef: _marker,
}  # fmt: skip

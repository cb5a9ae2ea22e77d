"""Checking expressions: each becomes a value of a known kind, its numbers steps of the program."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from . import tree
from .calls import build_call, is_call
from .constants import CONSTANTS, SOURCES, builtin, is_known
from .diagnostics import Label
from .eases import EASES
from .functions import FUNCTIONS, SPELLINGS
from .program import Rank
from .scope import KIND_WORDS, Binding, Check, Parts, Scope, Value, did_you_mean
from .sounds import Request
from .source import Place, Span
from .spans import after, duration_step, scaled, section_start
from .typed import FILM, TextValue
from .vocabulary import BY_NAME

MAX_NESTING = 120
"""Expressions may nest this deep, definitions counted with what they stand for."""

_LOGIC = {"&": "and", "|": "or", "~": "not"}


def value_of(cx: Check, expr: tree.Expr, scope: Scope) -> Value:
    """Return what an expression means; a mistake is told and has the kind ``nothing``."""
    if cx.depth >= MAX_NESTING:
        cx.findings.add("E0127", scope.place(expr.span), limit=MAX_NESTING)
        return nothing(scope.place(expr.span))
    cx.depth += 1
    if cx.inlining:
        cx.count_inlined()
    try:
        return _RULES[type(expr)](cx, expr, scope)
    finally:
        cx.depth -= 1


def nothing(place: Place) -> Value:
    """Return the value of a mistake that has been told."""
    return Value("nothing", place)


def mismatch(cx: Check, value: Value, wanted: str, what: str) -> None:
    """Tell that ``what`` wants another kind of value; silent for a mistake that has been told."""
    if value.kind != "nothing":
        cx.findings.add("E0302", value.place, what=what, wanted=wanted, got=KIND_WORDS[value.kind])


def number_of(cx: Check, expr: tree.Expr, scope: Scope, what: str) -> int | None:
    """Return the step of an expression that must be a number; a duration counts in frames."""
    value = value_of(cx, expr, scope)
    if value.kind in ("number", "duration"):
        return value.step
    mismatch(cx, value, "a number", what)
    return None


def duration_of(cx: Check, expr: tree.Expr, scope: Scope, what: str) -> Parts | None:
    """Return the parts of an expression that must be a length of time."""
    return parts_of(cx, value_of(cx, expr, scope), what)


def parts_of(cx: Check, value: Value, what: str) -> Parts | None:
    """Return the parts of a value that must be a length of time."""
    if value.kind == "duration":
        return value.parts
    if value.kind == "number":
        constant = cx.program.constant(value.step)
        shown = f"{constant:g}" if constant is not None else "this"
        repair = "" if constant is not None else "give it a unit: (…)*1f, (…)*1s or (…)*1b"
        cx.findings.add("E0301", value.place, what=what, number=shown, repair=repair)
        return None
    mismatch(cx, value, "a length of time", what)
    return None


def position_of(cx: Check, expr: tree.Expr, scope: Scope, what: str) -> int | None:
    """Return the step of a position's frame: a bare number and a duration count from the section's start."""
    value = value_of(cx, expr, scope)
    place = value.place
    if value.kind == "number":
        step = cx.program.add(place, "+", section_start(cx, scope, place), value.step)
    elif value.kind == "duration":
        base = None if scope.section == FILM else section_start(cx, scope, place)
        step = after(cx, base, value.parts, place)
    elif value.kind == "position":
        step = value.step
    else:
        mismatch(cx, value, "a position in time", what)
        return None
    if cx.program.steps[step].rank != Rank.ONCE:
        cx.findings.add("E0303", place, what=what)
        return None
    return step


def text_value(cx: Check, text: tree.Text, scope: Scope, *, prompt: bool = False) -> TextValue:
    """Return a text whose holes are steps; in a style (``prompt``) the hole ``prompt`` stands as the step -1."""
    parts: list[str | int] = []
    for part in text.parts:
        if isinstance(part, str):
            parts.append(part)
            continue
        inner = replace_base(scope, part.base)
        if isinstance(part.expr, tree.Name) and part.expr.name == "prompt" and prompt:
            parts.append(-1)
            continue
        value = value_of(cx, part.expr, inner)
        if value.kind == "text" and value.text:
            parts.extend(value.text.parts)
        elif value.kind in ("number", "duration"):
            parts.append(value.step)
        else:
            mismatch(cx, value, "a number or a text", "a text")
    return TextValue(tuple(parts), scope.place(text.span))


def replace_base(scope: Scope, base: int) -> Scope:
    """Return a scope for what stands inside a text, whose spans count from ``base``."""
    return Scope(
        scope.source, scope, {}, base=base, section=scope.section, trigger=scope.trigger, look=scope.look,
        label=scope.label,
    )  # fmt: skip


# one function for each node


def _number(cx: Check, expr: tree.Number, scope: Scope) -> Value:
    place = scope.place(expr.span)
    if not math.isfinite(expr.value):
        cx.findings.add("E0402", place, fault="this number is too large", frame=0, why="numbers go up to 1.8e308")
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
            return replace(found.what, place=place)
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
        cx.findings.add("E0210", place, name=name, kind=kind)
    elif is_call(name):
        function = FUNCTIONS[SPELLINGS.get(name, name)]
        cx.findings.add("E0212", place, name=name, fault="is a function", what="its arguments are missing",
                        usage=function.usage)  # fmt: skip
    else:
        known = {n for n in scope.known() if not n.startswith(("@", "apply "))} | set(CONSTANTS) | cx.section_names
        cx.findings.add("E0202", place, name=name, repair=did_you_mean(name, known))
    return nothing(place)


def _marker(cx: Check, expr: tree.MarkerRef, scope: Scope) -> Value:
    place = scope.place(expr.span)
    found = scope.find("@" + expr.name)
    if found is not None and isinstance(found.what, Value):
        return replace(found.what, place=place)
    known = {name[1:] for name in scope.known() if name.startswith("@")}
    cx.findings.add("E0205", place, name=expr.name, repair=did_you_mean(expr.name, known, "@"))
    return nothing(place)


def _unary(cx: Check, expr: tree.Unary, scope: Scope) -> Value:
    place = scope.place(expr.span)
    value = value_of(cx, expr.value, scope)
    if value.kind == "nothing":
        return value
    if value.kind == "duration" and expr.op in "+-":
        parts = value.parts if expr.op == "+" else scaled(cx, value.parts, cx.program.const(place, -1.0), place)
        return Value("duration", place, duration_step(cx, parts, place), parts)
    step = _as_number(cx, value, f"`{expr.op}`")
    if step is None:
        return nothing(place)
    if expr.op == "+":
        return Value("number", place, step)
    op = "neg" if expr.op == "-" else "not"
    return Value("number", place, cx.program.add(place, op, step))


def _as_number(cx: Check, value: Value, what: str) -> int | None:
    if value.kind in ("number", "duration", "position", "frequency"):
        return value.step
    mismatch(cx, value, "a number", what)
    return None


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
    a, b = _as_number(cx, left, f"`{op}`"), _as_number(cx, right, f"`{op}`")
    if a is None or b is None:
        return nothing(place)
    return Value("number", place, cx.program.add(place, _LOGIC.get(op, op), a, b))


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
    a, b = _as_number(cx, yes, "`if`"), _as_number(cx, no, "`else`")
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


_PER_UNITS = {
    "f": "f", "frame": "f", "s": "s", "sec": "s", "second": "s", "b": "b", "beat": "b", "bar": "bar",
    "min": "m", "minute": "m", "m": "m",
}  # fmt: skip


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
        clock = add(place, "rate_beat" if unit == "b" else "rate_bar")
        return Value("number", place, add(place, "*", step, clock))
    parts = duration_of(cx, expr.unit, scope, "`per`")
    if parts is None:
        return nothing(place)
    return Value("number", place, add(place, "/", step, duration_step(cx, parts, place)))


def _keys(cx: Check, expr: tree.Keys, scope: Scope) -> Value:
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
        cx.findings.add("E0217", place, name=ease.name, repair=did_you_mean(ease.name, known))
        return None
    return (ease.name, ())


def _event_form(cx: Check, expr: tree.Expr, scope: Scope) -> Value:
    from .events import event_form

    return event_form(cx, expr, scope)


def _call(cx: Check, expr: tree.Call, scope: Scope) -> Value:
    found = scope.find(expr.name)
    if found is not None and isinstance(found.what, tree.Def):
        return _inlined(cx, expr, found, scope)
    place = scope.place(expr.span)
    if not is_call(expr.name):
        known = {*FUNCTIONS, *(n for n in scope.known() if not n.startswith(("@", "apply ")))}
        cx.findings.add("E0203", scope.place(expr.name_span), name=expr.name, repair=did_you_mean(expr.name, known))
        return nothing(place)
    if _unknown_source(cx, expr, scope):
        return nothing(place)
    args = [(arg.name, value_of(cx, arg.value, scope), scope.place(arg.span)) for arg in expr.args]
    if any(value.kind == "nothing" for _, value, _ in args):
        return nothing(place)
    return build_call(cx, expr.name, args, scope, place)


def _unknown_source(cx: Check, expr: tree.Call, scope: Scope) -> bool:
    """Tell a bare name that can only be meant as a sound, but is none."""
    function = FUNCTIONS.get(expr.name)
    if function is None or not any(param.kind == "source" for param in function.params):
        return False
    for arg in expr.args:
        name = arg.value.name if isinstance(arg.value, tree.Name) else ""
        if name and not is_known(cx, name, scope):
            repair = did_you_mean(name, {*SOURCES, *cx.stems})
            cx.findings.add("E0219", scope.place(arg.value.span), name=name, repair=repair)
            return True
    return False


def _inlined(cx: Check, expr: tree.Call, found: Binding, scope: Scope) -> Value:
    """Put a definition in the place of its call: its body sees its own surroundings and its arguments, no more."""
    definition = found.what
    assert isinstance(definition, tree.Def)  # noqa: S101 - narrows for the type checker
    place = scope.place(expr.span)
    inner = bound_arguments(cx, definition, expr.args, found, scope, place)
    if inner is None:
        return nothing(place)
    cx.inlining += 1
    value = value_of(cx, definition.value, inner)
    cx.inlining -= 1
    return replace(value, place=place)


def bound_arguments(
    cx: Check, definition: tree.Def | tree.Block, args: tuple[tree.Arg, ...], found: Binding, scope: Scope, place: Place
) -> Scope | None:
    """Return the scope of a definition's body with its parameters bound, or None where the arguments are wrong."""
    names = [param.name for param in definition.params]
    given: dict[str, Value] = {}
    wrong = False
    usage = f"{definition.name}({', '.join(names)})"

    def fault(text: str, what: str, at: Span | None = None) -> None:
        nonlocal wrong
        wrong = True
        also = (Label(found.place, "defined here"),)
        cx.findings.add("E0212", scope.place(at) if at else place, name=definition.name, fault=text, what=what,
                        usage=usage, also=also)  # fmt: skip

    for index, arg in enumerate(args):
        name = arg.name if arg.name is not None else names[index] if index < len(names) else None
        if name is None:
            fault(f"takes {len(names)} arguments", "one too many", arg.span)
        elif name not in names:
            fault(f"has no parameter `{name}`", "not one of its parameters", arg.span)
        elif name in given:
            fault(f"is given `{name}` twice", "the second time", arg.span)
        else:
            given[name] = value_of(cx, arg.value, scope)
    inner = Scope(
        found.scope.source, found.scope, {}, found.serial, found.scope.base, scope.section, scope.trigger, scope.look,
        scope.label,
    )  # fmt: skip
    for param in definition.params:
        if param.name not in given and param.default is None and not wrong:
            fault(f"needs `{param.name}`", "an argument is missing")
        elif param.name not in given and param.default is not None:
            given[param.name] = value_of(cx, param.default, inner)
    if wrong or any(value.kind == "nothing" for value in given.values()):
        return None
    for name, value in given.items():
        inner.names[name] = Binding(value, inner, 0, value.place)
    return inner


_RULES: dict[type, Callable[[Check, Any, Scope], Value]] = {
    tree.Number: _number, tree.Duration: _duration, tree.Frequency: _frequency, tree.Percent: _percent,
    tree.Size: _size, tree.Text: _text, tree.Name: _name, tree.MarkerRef: _marker, tree.Unary: _unary,
    tree.Binary: _binary, tree.Choose: _choose, tree.Band: _band, tree.Per: _per, tree.Keys: _keys, tree.Call: _call,
    tree.Pattern: _event_form, tree.Word: _event_form, tree.At: _event_form,
}  # fmt: skip

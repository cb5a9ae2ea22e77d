"""Values of expressions: where any expression is checked, and where one must be a number, a length, a position."""

from __future__ import annotations

from .. import tree
from ..program import Rank
from ..source import Place
from ..typed import FILM, TextValue
from .scope import KIND_WORDS, Check, Parts, Scope, Value
from .spans import after, section_start

MAX_NESTING = 120
"""Expressions may nest this deep, definitions counted with what they stand for."""


def value_of(cx: Check, expr: tree.Expr, scope: Scope) -> Value:
    """Return what an expression means; a mistake is told and has the kind ``nothing``."""
    if cx.depth >= MAX_NESTING:
        cx.findings.add("E0127", scope.place(expr.span), limit=MAX_NESTING)
        return nothing(scope.place(expr.span))
    cx.depth += 1
    if cx.inlining:
        cx.count_inlined()
    try:
        return cx.rules[type(expr)](cx, expr, scope)
    finally:
        cx.depth -= 1


def nothing(place: Place) -> Value:
    """Return the value of a mistake that has been told."""
    return Value("nothing", place)


def mismatch(cx: Check, value: Value, wanted: str, what: str) -> None:
    """Tell that ``what`` wants another kind of value; silent for a mistake that has been told."""
    if value.kind != "nothing":
        source, start, end = value.place
        waits = value.kind == "events" and wanted == "a number"
        repair = f"let a trigger wait for it: on {source.text[start:end]}: fov += 5 * decay(0.5s)" if waits else ""
        cx.findings.add("E0302", value.place, what=what, wanted=wanted, got=KIND_WORDS[value.kind], repair=repair)


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


def as_number(cx: Check, value: Value, what: str) -> int | None:
    """Return the step of a value inside arithmetic, where times count in frames."""
    if value.kind in ("number", "duration", "position", "frequency"):
        return value.step
    mismatch(cx, value, "a number", what)
    return None


def is_lasting(cx: Check, length: Value, what: str) -> bool:
    """Tell a length that is plainly zero or less."""
    amounts = [cx.program.constant(amount) for _, amount in length.parts]
    known = [amount for amount in amounts if amount is not None]
    if len(known) == len(amounts) and sum(known) <= 0:
        cx.findings.add("E0405", length.place, what=what, wanted="longer than nothing", value=f"{sum(known):g}")
        return False
    return True


def text_value(cx: Check, text: tree.Text, scope: Scope, *, prompt: bool = False) -> TextValue:
    """Return a text whose holes are steps; in a style (``prompt``) the hole ``prompt`` stands as the step -1."""
    parts: list[str | int] = []
    for part in text.parts:
        if isinstance(part, str):
            parts.append(part)
            continue
        inner = inside_text(scope, part.base)
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


def inside_text(scope: Scope, base: int) -> Scope:
    """Return a scope for what stands inside a text, whose spans count from ``base``."""
    return Scope(
        scope.source, scope, {}, base=base, section=scope.section, trigger=scope.trigger, look=scope.look,
        label=scope.label,
    )  # fmt: skip

"""Checking events: what a trigger may wait for becomes a stream."""

from __future__ import annotations

from itertools import chain

from .. import tree
from ..inputs.lyrics import sung, tokens
from ..sounds import DRUMS
from ..typed import Hits, Moments, Stream, Sung
from .constants import builtin
from .meant import heard
from .scope import Check, Scope, Value
from .values import duration_of, is_lasting, mismatch, nothing, position_of, value_of

MAX_PATTERN = 1024


def event_form(cx: Check, expr: tree.Expr, scope: Scope) -> Value:
    """Return the value of one of the forms that only events have: ``at``, ``pattern``, ``word``."""
    place = scope.place(expr.span)
    if isinstance(expr, tree.At):
        steps = [position_of(cx, position, scope, "`at`") for position in expr.positions]
        positions = tuple(step for step in steps if step is not None)
        return Value("events", place, stream=Moments(positions)) if len(positions) == len(steps) else nothing(place)
    if isinstance(expr, tree.Pattern):
        return _pattern(cx, expr, scope)
    assert isinstance(expr, tree.Word)  # noqa: S101 - the only form left
    return _word(cx, expr, scope)


def _word(cx: Check, expr: tree.Word, scope: Scope) -> Value:
    place = scope.place(expr.span)
    text = "".join(part for part in expr.text.parts if isinstance(part, str))
    words = tuple(tokens(text))
    if cx.lyrics is None:
        cx.findings.add("E0221", place, name="word")
        return nothing(place)
    if cx.lyrics and not sung(cx.lyrics, words):
        cx.findings.add("W0111", scope.place(expr.text.span), text=text)
    return Value("events", place, stream=Sung(words))


def _pattern(cx: Check, expr: tree.Pattern, scope: Scope) -> Value:
    place = scope.place(expr.span)
    text = "".join(part for part in expr.text.parts if isinstance(part, str))
    hits = text.replace(" ", "").replace("|", "").replace("-", ".")
    parts = duration_of(cx, expr.per, scope, "`per`")
    why = ""
    if not hits or len(hits) > MAX_PATTERN:
        why = "it is empty" if not hits else f"it has more than {MAX_PATTERN} steps"
    elif set(hits.lower()) - {"x", "."}:
        why = f"`{min(set(hits.lower()) - {'x', '.'})}` is neither"
    elif len(expr.text.parts) != 1:
        why = "it cannot be computed"
    if why:
        cx.findings.add("E0404", scope.place(expr.text.span), why=why)
    if why or parts is None or not is_lasting(cx, Value("duration", scope.place(expr.per.span), parts=parts), "`per`"):
        return nothing(place)
    mask = tuple(char == "x" for char in hits.lower())
    return Value("events", place, stream=Hits(mask, parts, scope.section))


def stream_of(cx: Check, expr: tree.Expr, scope: Scope) -> Stream | None:
    """Return the stream that an expression names."""
    if isinstance(expr, tree.Name) and expr.name not in cx.section_names and not scope.find(expr.name):
        quiet = builtin(cx, expr.name, scope, scope.place(expr.span))
        if quiet is None:
            known = chain(("beat", "downbeat", "bar", "section", "prompt"), DRUMS, cx.section_names, scope.known())
            told = cx.further_down(expr.name, heard(expr.name) or cx.suggest(expr.name, known))
            cx.findings.add("E0206", scope.place(expr.span), name=expr.name, **told)
            return None
    value = value_of(cx, expr, scope)
    if value.stream is not None:
        return value.stream
    if value.kind != "nothing" and isinstance(expr, tree.Name):
        cx.findings.add("E0206", value.place, name=expr.name)
    else:
        mismatch(cx, value, "an event", "`on`")
    return None

"""Checking triggers: what they wait for, which events count, and what they do."""

from __future__ import annotations

from typing import Any

from .. import tree
from ..sounds import BEAT, DOWNBEAT
from ..spelling import did_you_mean
from ..typed import Act, Heard, Stream, Trigger
from ..vocabulary import param_of
from .assign import single, track_value, unknown_setting
from .draft import Checker
from .events import stream_of
from .scope import Scope
from .values import duration_of, mismatch, number_of, value_of


def on(checker: Checker, statement: tree.On, scope: Scope) -> None:
    """Note a trigger: its stream, which of its events count, and what each does."""
    cx = checker.cx
    place = scope.place(statement.span)
    stream = stream_of(cx, statement.event, scope)
    inner = Scope(scope.source, scope, section=scope.section, base=scope.base, trigger=True, look=scope.look)
    parts: dict[str, Any] = {"every": None, "offset": None, "where": None, "inside": None, "lead": None}
    for modifier in statement.modifiers:
        _modifier(checker, modifier, inner, parts)
    acts = tuple(act for action in statement.actions if (act := _act(checker, action, inner)) is not None)
    if stream is None:
        return
    if stream not in checker.draft.streams.values():
        checker.draft.streams.setdefault(_label(statement.event, stream, scope), stream)
    trigger = Trigger(stream=stream, section=scope.section, acts=acts, negative=None, place=place, **parts)
    checker.draft.triggers.append((trigger, scope.look))


def _label(event: tree.Expr, stream: Stream, scope: Scope) -> str:
    """Return what the events of a trigger are called: as they are written, a parameter as what it was given."""
    if isinstance(stream, Heard) and stream.request in (BEAT, DOWNBEAT):
        return "beat" if stream.request == BEAT else "downbeat"
    found = scope.find(event.name) if isinstance(event, tree.Name) else None
    place = found.place if found is not None and found.serial == 0 else scope.place(event.span)
    return " ".join(place.source.text[place.start : place.end].split())


def _modifier(checker: Checker, modifier: tree.Modifier, scope: Scope, parts: dict[str, Any]) -> None:
    cx = checker.cx
    place = scope.place(modifier.value.span)
    if modifier.kind == "in":
        assert isinstance(modifier.value, tree.Name)  # noqa: S101
        name = modifier.value.name
        if name not in cx.section_names:
            cx.findings.add("E0209", place, name=name, repair=did_you_mean(name, cx.section_names))
        parts["inside"] = name
    elif modifier.kind == "lead":
        lead = duration_of(cx, modifier.value, scope, "`lead`")
        if lead is not None and all(single(cx, amount, place, "`lead`") for _, amount in lead):
            parts["lead"] = lead
    elif modifier.kind == "where":
        parts["where"] = number_of(cx, modifier.value, scope, "`where`")
    else:
        step = number_of(cx, modifier.value, scope, f"`{modifier.kind}`")
        if step is not None and single(cx, step, place, f"`{modifier.kind}`"):
            number = cx.program.constant(step)
            if modifier.kind == "every" and number is not None and (number < 1 or number != int(number)):
                cx.findings.add("E0405", place, what="`every`", wanted="a whole number from 1", value=f"{number:g}")
            parts[modifier.kind] = step


def _act(checker: Checker, action: tree.Action, scope: Scope) -> Act | None:
    cx = checker.cx
    place = scope.place(action.span)
    if action.target == "prompt":
        return _prompt_act(checker, action, scope)
    param = param_of(action.target)
    if param is None:
        unknown_setting(cx, action.target, scope.place(action.target_span))
        value_of(cx, action.value, scope)
        return None
    if not param.track:
        repair = "write it outside of the trigger; only tracks change as the film runs, and `animc list` shows them"
        cx.findings.add("E0303", scope.place(action.target_span), what=f"`{action.target}`", repair=repair)
        return None
    inner = Scope(scope.source, scope, section=scope.section, base=scope.base, trigger=True, look=scope.look,
                  label=f"on {param.name}")  # fmt: skip
    step = track_value(checker, param, action.value, inner)
    if step is None:
        checker.draft.unsure.add(param.name)
        return None
    return Act(param.name, action.op, step, (), place)


def _prompt_act(checker: Checker, action: tree.Action, scope: Scope) -> Act | None:
    cx = checker.cx
    place = scope.place(action.span)
    if action.op != "=":
        cx.findings.add("E0302", place, what="`prompt`", wanted="`=`", got=f"`{action.op}`")
        return None
    value = value_of(cx, action.value, scope)
    if value.kind != "text" or value.text is None:
        mismatch(cx, value, "a text", "`prompt`")
        return None
    way, texts = value.data or ("cycle", (value.text,))
    return Act("prompt", way, -1, tuple(texts), place)

"""Checking `name = value`: settings of the film and values of its tracks."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Any

from .. import tree
from ..additions import parse_additions
from ..diagnostics import Label
from ..masks import FORMS, parse_mask
from ..program import Rank
from ..source import Place
from ..syntax.familiar import keyframes_for
from ..typed import FILM, Setting, Tempo, TextValue, Write
from ..vocabulary import BY_NAME, Param, param_of
from .constants import only_in_triggers
from .draft import Checker
from .meant import SETTINGS
from .scope import Check, Parts, Scope, Value
from .spans import after
from .values import duration_of, mismatch, number_of, parts_of, value_of

NOT_YET = {
    "hybrid_motion": "the camera's own moves are there",
    "eta": "use sampler",
}
"""Names of Deforum that have no counterpart yet, and what there is instead."""


def assign(checker: Checker, statement: tree.Assign, scope: Scope) -> None:
    """Note what a setting or track is given, or what is laid over a track."""
    cx, name_place = checker.cx, scope.place(statement.name_span)
    param = param_of(statement.name)
    if param is None:
        unknown_setting(cx, statement.name, name_place)
        return
    inner = Scope(scope.source, scope, section=scope.section, base=scope.base, look=scope.look, label=param.name)
    if not param.track and scope.section != FILM and param.name != "negative":
        cx.findings.add("E0218", name_place, what=statement.name, where="a section")
        return
    if statement.op == "=":
        _note_written(checker, param, name_place, scope)
    elif not param.track:
        repair = f"write `{param.name} = …`; only tracks can be added to, and `animc list` shows them"
        what, got = f"`{param.name}`", f"`{statement.op}`"
        cx.findings.add("E0302", name_place, what=what, wanted="`=`", got=got, repair=repair)
        return
    if param.name == "tempo":
        _tempo(checker, statement, inner)
    elif statement.offset or statement.meter:
        tail = statement.offset or statement.meter
        assert tail is not None  # noqa: S101
        cx.findings.add(
            "E0213", scope.place(tail.span), name="offset" if statement.offset else "meter", where="tempo = …"
        )
    elif param.track:
        step = track_value(checker, param, statement.value, inner)
        if step is None:
            checker.draft.unsure.add(param.name)
        else:
            place = scope.place(statement.value.span)
            checker.draft.writes.append(Write(param.name, statement.op, step, scope.section, place))
    else:
        _setting(checker, param, statement, inner)


def unknown_setting(cx: Check, name: str, place: Place) -> None:
    """Tell that nothing is called so, or not yet."""
    if name in NOT_YET:
        cx.findings.add("E0701", place, what=f"`{name}`", instead=f"leave it out: {NOT_YET[name]}")
        return
    cx.findings.add("E0201", place, name=name, repair=SETTINGS.get(name) or cx.suggest(name, BY_NAME))


def _note_written(checker: Checker, param: Param, place: Place, scope: Scope) -> None:
    key = (param.name, scope.section)
    first = checker.draft.written.get(key)
    if first is not None and not checker.draft.overriding:
        checker.cx.findings.add("W0102", place, name=param.name, also=(Label(first, "written here before"),))
    checker.draft.written[key] = place


def track_value(checker: Checker, param: Param, expr: tree.Expr, scope: Scope) -> int | None:
    """Return the step of a value for a track; what belongs to a trigger may stand in one only."""
    cx = checker.cx
    value = value_of(cx, expr, scope)
    if value.kind == "text" and (schedule := _schedule_in(value.text)):
        cx.findings.add("E0117", value.place, repair=keyframes_for(param.name, schedule))
        return None
    if value.kind != "number":
        mismatch(cx, value, "a number", f"`{param.name}`")
        return None
    if not scope.trigger:
        misplaced = only_in_triggers(cx, value.step)
        if misplaced is not None:
            # Equal steps are one, so that its place may be that of an equal one elsewhere.
            place = misplaced if _within(misplaced, value.place) else value.place
            cx.findings.add("E0213", place, name=_word_at(misplaced), where="a trigger (`on beat: …`)")
            return None
    return value.step


def _schedule_in(text: TextValue | None) -> str:
    """Return a text that is written as Deforum writes schedules, or nothing."""
    whole = "".join(part for part in text.parts if isinstance(part, str)) if text else ""
    return whole if re.match(r"\s*\d+\s*:\s*\(", whole) else ""


def _within(inner: Place, outer: Place) -> bool:
    return inner.source is outer.source and outer.start <= inner.start and inner.end <= outer.end


def _word_at(place: Place) -> str:
    text = place.source.text[place.start : place.end]
    return text.split("(")[0].strip()[:40]


def _tempo(checker: Checker, statement: tree.Assign, scope: Scope) -> None:
    cx = checker.cx
    bpm = number_of(cx, statement.value, scope, "`tempo`")
    place = scope.place(statement.span)
    offset = meter = None
    if statement.offset is not None:
        parts = duration_of(cx, statement.offset, scope, "`offset`")
        offset = _seconds(cx, parts, scope.place(statement.offset.span)) if parts else None
    if statement.meter is not None:
        meter = number_of(cx, statement.meter, scope, "`meter`")
    if bpm is not None and single(cx, bpm, scope.place(statement.value.span), "`tempo`"):
        checker.draft.tempo = Tempo(bpm, offset, meter, place)


def _seconds(cx: Check, parts: Parts, place: Place) -> int | None:
    total = cx.program.const(place, 0.0)
    for unit, amount in parts:
        if unit in ("b", "bar"):
            cx.findings.add("E0302", place, what="`offset`", wanted="seconds or frames", got="in beats")
            return None
        seconds = amount if unit == "s" else cx.program.add(place, "/", amount, cx.program.add(place, "fps"))
        total = cx.program.add(place, "+", total, seconds)
    return total


def single(cx: Check, step: int, place: Place, what: str) -> bool:
    """Whether a step has one value for the whole film; told where it has not."""
    if cx.program.steps[step].rank == Rank.ONCE:
        return True
    cx.findings.add("E0303", place, what=what)
    return False


def _setting(checker: Checker, param: Param, statement: tree.Assign, scope: Scope) -> None:
    cx, expr = checker.cx, statement.value
    place = scope.place(expr.span)
    if param.name == "length":
        _length(checker, expr, scope)
        return
    if param.kind in ("choice", "text") and _bare_words(expr, scope):
        cx.findings.add("E0306", place, name=param.name, value=place.source.text[place.start : place.end])
        return
    if param.kind == "flag":
        _flag(checker, param, expr, place)
        return
    value = value_of(cx, expr, scope)
    if value.kind == "nothing":
        return
    if param.kind in ("text", "choice"):
        _text_setting(checker, param, value, expr, scope)
    elif param.kind == "size":
        if value.kind == "size":
            check_size(cx, value.data, place)
            checker.draft.settings["size"] = Setting(value.data, None, place)
        else:
            mismatch(cx, value, "a size such as 512x512", "`size`")
    elif value.kind != "number":
        mismatch(cx, value, "a number", f"`{param.name}`")
    elif single(cx, value.step, place, f"`{param.name}`"):
        check_range(cx, param, cx.program.constant(value.step), place)
        checker.draft.settings[param.name] = Setting(None, value.step, place)


def _flag(checker: Checker, param: Param, expr: tree.Expr, place: Place) -> None:
    """Note what is on or off."""
    if isinstance(expr, tree.Name) and expr.name in ("true", "false"):
        checker.draft.settings[param.name] = Setting(expr.name == "true", None, place)
    else:
        shown = place.source.text[place.start : place.end][:40].strip('"')
        checker.cx.findings.add("E0304", place, name=param.name, value=shown, choices="true, false")


def _bare_words(expr: tree.Expr, scope: Scope) -> bool:
    """Whether a value is words that stand for nothing, joined by signs at most: sd-turbo, models/mine."""
    if isinstance(expr, tree.Binary):
        return _bare_words(expr.left, scope) and (_bare_words(expr.right, scope) or isinstance(expr.right, tree.Number))
    return isinstance(expr, tree.Name) and scope.find(expr.name) is None


def check_range(cx: Check, param: Param, value: float | None, place: Place) -> None:
    """Tell a constant that is outside a setting's range, so that it is told with all other mistakes."""
    low, high = param.low, param.high
    if value is not None and ((low is not None and value < low) or (high is not None and value > high)):
        shown: dict[str, Any] = {"value": f"{value:g}", "low": f"{low or 0:g}", "high": f"{high or 0:g}"}
        cx.findings.add("E0401", place, name=param.name, **shown)


def check_size(cx: Check, size: tuple[int, int], place: Place) -> None:
    """Tell a size that no film can have."""
    param = BY_NAME["size"]
    low, high = int(param.low or 1), int(param.high or 8192)
    if not all(low <= side <= high for side in size):
        shown = "x".join(str(side) if side < 10**9 else "…" for side in size)
        cx.findings.add("E0401", place, name="size", value=shown, low=f"{low}x{low}", high=f"{high}x{high}")


def _text_setting(checker: Checker, param: Param, value: Value, expr: tree.Expr, scope: Scope) -> None:
    cx, place = checker.cx, value.place
    if value.kind != "text" or value.text is None:
        mismatch(cx, value, "a text in quotes", f"`{param.name}`")
        return
    if param.name == "negative":
        scope.look.negative = value.text
        return
    if not all(isinstance(part, str) for part in value.text.parts):
        cx.findings.add("E0303", place, what=f"`{param.name}`")
        return
    text = "".join(str(part) for part in value.text.parts)
    if param.name in _FORMED and text:
        try:
            _FORMED[param.name](text)
        except ValueError as fault:
            form = f"a mask is {FORMS}" if param.name == "mask" else f'write {param.name} = "ink.safetensors"'
            cx.findings.add("E0304", place, name=param.name, value=text, choices="", repair=f"{fault}; {form}")
            return
    if param.choices and text not in param.choices and not param.open_choice:
        spelt = re.sub(r"[ _]karras$", "", text.lower()).replace("+", "p").replace(" ", "_")
        repair = cx.suggest(spelt, param.choices)
        cx.findings.add("E0304", place, name=param.name, value=text, choices=", ".join(param.choices), repair=repair)
        return
    checker.draft.settings[param.name] = Setting(text, None, place)


_FORMED: dict[str, Callable[[str], object]] = {
    "mask": parse_mask,
    "lora": partial(parse_additions, "lora"),
    "embedding": partial(parse_additions, "embedding"),
}
"""What reads the texts that have a form of their own, or raises ValueError."""


def _length(checker: Checker, expr: tree.Expr, scope: Scope) -> None:
    cx = checker.cx
    place = scope.place(expr.span)
    value = value_of(cx, expr, scope)
    if value.kind == "position":
        step: int | None = value.step
    else:
        parts = parts_of(cx, value, "`length`")
        step = after(cx, cx.program.const(place, 0.0), parts, place) if parts is not None else None
    if step is None or not single(cx, step, place, "`length`"):
        return
    if cx.program.steps[step].late:
        cx.findings.add("E0502", place)
        return
    checker.draft.length = (step, place)

"""Checking: the tree becomes a typed tree, with all semantic mistakes told at once and what must be heard gathered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from . import tree
from .calls import is_call
from .constants import CONSTANTS, only_in_triggers
from .diagnostics import Findings, Label
from .events import stream_of
from .expressions import (
    bound_arguments,
    duration_of,
    mismatch,
    nothing,
    number_of,
    parts_of,
    position_of,
    text_value,
    value_of,
)
from .hearing_needs import needs_of
from .program import Rank, TooLong
from .scope import Binding, Check, Look, Parts, Scope, Value, did_you_mean
from .source import Place, Source, Span
from .spans import after
from .typed import (
    FILM,
    Act,
    CutAt,
    PromptKey,
    SectionSpan,
    Setting,
    Stream,
    Tempo,
    TextValue,
    Trigger,
    Typed,
    Write,
)
from .vocabulary import BY_NAME, PARAMS, Param

NOT_YET = {
    "cadence": "every frame is painted",
    "diffusion_cadence": "every frame is painted",
    "hybrid_motion": "the camera's own moves are there",
    "clip_skip": "the model's own is used",
    "subseed": "use seed",
    "subseed_strength": "use seed",
    "eta": "use sampler",
}
"""Names of Deforum that have no counterpart yet, and what there is instead."""


@dataclass(slots=True)
class _Draft:
    """The typed tree while it grows."""

    settings: dict[str, Setting] = field(default_factory=dict[str, Setting])
    tempo: Tempo | None = None
    length: tuple[int, Place] | None = None
    writes: list[Write] = field(default_factory=list[Write])
    prompts: list[tuple[PromptKey, Look]] = field(default_factory=list[tuple[PromptKey, Look]])
    triggers: list[tuple[Trigger, Look]] = field(default_factory=list[tuple[Trigger, Look]])
    cuts: list[CutAt] = field(default_factory=list[CutAt])
    image: str | None = None
    streams: dict[str, Stream] = field(default_factory=dict[str, Stream])
    audio: dict[str, str] = field(default_factory=dict[str, str])
    written: dict[tuple[str, int], Place] = field(default_factory=dict[tuple[str, int], Place])
    overriding: bool = False


@dataclass(slots=True)
class _Checker:
    """What the rules for statements share."""

    cx: Check
    draft: _Draft
    files: Mapping[str, tree.Script]
    using: tuple[str, ...] = ()


def check(
    script: tree.Script,
    findings: Findings,
    *,
    files: Mapping[str, tree.Script] | None = None,
    profile: str | None = None,
    overrides: Mapping[str, tree.Expr] | None = None,
    override_sources: Mapping[str, Source] | None = None,
) -> Typed:
    """Return the typed tree of a script; mistakes go to ``findings``, and none is raised.

    ``files``: the scripts that ``use`` brings, by path. ``profile`` and ``overrides`` (settings by name, each an
    expression with its source) are laid over the script in this order.
    """
    cx = Check(findings)
    if not script.statements and not overrides:
        findings.add("E0101", None)
    checker = _Checker(cx, _Draft(), files or {})
    _announce(cx, script.statements)
    scope = Scope(script.source, top=True)
    try:
        _body(checker, script.statements, scope)
        _lay_over(checker, script, scope, profile, overrides or {}, override_sources or {})
        return _typed(checker)
    except TooLong:
        findings.add("E0406", Place(script.source, 0, 0), what="its definitions grow beyond all bounds",
                     how="nest fewer definitions")  # fmt: skip
        return _typed(_Checker(Check(findings), _Draft(), {}))


def _announce(cx: Check, statements: tuple[tree.Statement, ...]) -> None:
    """Note what may be named before it is written: sections and stems."""
    todo = list(statements)
    while todo:
        statement = todo.pop()
        if isinstance(statement, tree.Section):
            cx.section_names.add(statement.name)
            todo.extend(statement.body)
        elif isinstance(statement, tree.Block):
            todo.extend(statement.body)
        elif isinstance(statement, tree.Input) and statement.kind == "audio" and statement.name:
            cx.stems[statement.name] = ""


def _body(checker: _Checker, statements: tuple[tree.Statement, ...], scope: Scope) -> None:
    for statement in statements:
        _RULES[type(statement)](checker, statement, scope)


def _lay_over(
    checker: _Checker,
    script: tree.Script,
    scope: Scope,
    profile: str | None,
    overrides: Mapping[str, tree.Expr],
    sources: Mapping[str, Source],
) -> None:
    checker.draft.overriding = True
    if profile is not None:
        profiles = {s.name: s for s in script.statements if isinstance(s, tree.Profile)}
        if profile in profiles:
            _body(checker, profiles[profile].body, scope)
        else:
            known = ", ".join(sorted(profiles)) or "none"
            checker.cx.findings.add("E0208", None, name=profile, known=known, repair=did_you_mean(profile, profiles))
    for name, value in overrides.items():
        outer = Scope(sources[name], scope, look=scope.look, top=True, label=name)
        span = Span(0, len(sources[name].text))
        _assign(checker, tree.Assign(name, value, None, None, value.span, span), outer)


# settings and tracks


def _assign(checker: _Checker, statement: tree.Assign, scope: Scope) -> None:
    cx, name_place = checker.cx, scope.place(statement.name_span)
    param = BY_NAME.get(statement.name)
    if param is None:
        _unknown_setting(cx, statement.name, name_place)
        return
    inner = Scope(scope.source, scope, section=scope.section, base=scope.base, look=scope.look, label=param.name)
    if not param.track and scope.section != FILM and param.name != "negative":
        cx.findings.add("E0218", name_place, what=statement.name, where="a section")
        return
    _note_written(checker, param, name_place, scope)
    if param.name == "tempo":
        _tempo(checker, statement, inner)
    elif statement.offset or statement.meter:
        tail = statement.offset or statement.meter
        assert tail is not None  # noqa: S101
        cx.findings.add(
            "E0213", scope.place(tail.span), name="offset" if statement.offset else "meter", where="tempo = …"
        )
    elif param.track:
        step = _track_value(checker, param, statement.value, inner)
        if step is not None:
            checker.draft.writes.append(Write(param.name, step, scope.section, scope.place(statement.value.span)))
    else:
        _setting(checker, param, statement, inner)


def _unknown_setting(cx: Check, name: str, place: Place) -> None:
    if name in NOT_YET:
        cx.findings.add("E0701", place, what=f"`{name}`", instead=f"leave it out: {NOT_YET[name]}")
        return
    cx.findings.add("E0201", place, name=name, repair=did_you_mean(name, BY_NAME))


def _note_written(checker: _Checker, param: Param, place: Place, scope: Scope) -> None:
    key = (param.name, scope.section)
    first = checker.draft.written.get(key)
    if first is not None and not checker.draft.overriding:
        checker.cx.findings.add("W0102", place, name=param.name, also=(Label(first, "written here before"),))
    checker.draft.written[key] = place


def _track_value(checker: _Checker, param: Param, expr: tree.Expr, scope: Scope) -> int | None:
    cx = checker.cx
    value = value_of(cx, expr, scope)
    if value.kind != "number":
        mismatch(cx, value, "a number", f"`{param.name}`")
        return None
    if not scope.trigger:
        misplaced = only_in_triggers(cx, value.step)
        if misplaced is not None:
            cx.findings.add("E0213", misplaced, name=_word_at(misplaced), where="a trigger (`on beat: …`)")
            return None
    return value.step


def _word_at(place: Place) -> str:
    text = place.source.text[place.start : place.end]
    return text.split("(")[0].strip()[:40]


def _tempo(checker: _Checker, statement: tree.Assign, scope: Scope) -> None:
    cx = checker.cx
    bpm = number_of(cx, statement.value, scope, "`tempo`")
    place = scope.place(statement.span)
    offset = meter = None
    if statement.offset is not None:
        parts = duration_of(cx, statement.offset, scope, "`offset`")
        offset = _seconds(cx, parts, scope.place(statement.offset.span)) if parts else None
    if statement.meter is not None:
        meter = number_of(cx, statement.meter, scope, "`meter`")
    if bpm is not None and _single(cx, bpm, scope.place(statement.value.span), "`tempo`"):
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


def _single(cx: Check, step: int, place: Place, what: str) -> bool:
    if cx.program.steps[step].rank == Rank.ONCE:
        return True
    cx.findings.add("E0303", place, what=what)
    return False


def _setting(checker: _Checker, param: Param, statement: tree.Assign, scope: Scope) -> None:
    cx, expr = checker.cx, statement.value
    place = scope.place(expr.span)
    if param.name == "length":
        _length(checker, expr, scope)
        return
    if param.kind == "choice" and isinstance(expr, tree.Name) and scope.find(expr.name) is None:
        cx.findings.add("E0306", place, name=param.name, value=expr.name)
        return
    value = value_of(cx, expr, scope)
    if value.kind == "nothing":
        return
    if param.kind in ("text", "choice"):
        _text_setting(checker, param, value, expr, scope)
    elif param.kind == "size":
        if value.kind == "size":
            checker.draft.settings["size"] = Setting(value.data, None, place)
        else:
            mismatch(cx, value, "a size such as 512x512", "`size`")
    elif value.kind != "number":
        mismatch(cx, value, "a number", f"`{param.name}`")
    elif _single(cx, value.step, place, f"`{param.name}`"):
        checker.draft.settings[param.name] = Setting(None, value.step, place)


def _text_setting(checker: _Checker, param: Param, value: Value, expr: tree.Expr, scope: Scope) -> None:
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
    if param.choices and text not in param.choices and not param.open_choice:
        repair = did_you_mean(text, param.choices)
        cx.findings.add("E0304", place, name=param.name, value=text, choices=", ".join(param.choices), repair=repair)
        return
    checker.draft.settings[param.name] = Setting(text, None, place)


def _length(checker: _Checker, expr: tree.Expr, scope: Scope) -> None:
    cx = checker.cx
    place = scope.place(expr.span)
    value = value_of(cx, expr, scope)
    if value.kind == "position":
        step: int | None = value.step
    else:
        parts = parts_of(cx, value, "`length`")
        step = after(cx, cx.program.const(place, 0.0), parts, place) if parts is not None else None
    if step is None or not _single(cx, step, place, "`length`"):
        return
    if cx.program.steps[step].late:
        cx.findings.add("E0502", place)
        return
    checker.draft.length = (step, place)


# names


def _let(checker: _Checker, statement: tree.Let, scope: Scope) -> None:
    cx = checker.cx
    place = scope.place(statement.name_span)
    if _taken(cx, statement.name, place):
        return
    inner = Scope(scope.source, scope, section=scope.section, base=scope.base, look=scope.look,
                  trigger=scope.trigger, label=statement.name)  # fmt: skip
    value = value_of(cx, statement.value, inner)
    cx.bind(scope, statement.name, value, place)
    if value.stream is not None and value.kind == "events":
        checker.draft.streams.setdefault(statement.name, value.stream)


def _taken(cx: Check, name: str, place: Place) -> bool:
    what = ""
    if name in BY_NAME:
        what = "a track" if BY_NAME[name].track else "a setting"
    elif name in CONSTANTS:
        what = "a clock, a constant or an event"
    if what:
        cx.findings.add("E0211", place, name=name, what=what)
    return bool(what)


def _define(checker: _Checker, statement: tree.Def, scope: Scope) -> None:
    place = scope.place(statement.name_span)
    if is_call(statement.name):
        checker.cx.findings.add("E0211", place, name=statement.name, what="a function")
        return
    checker.cx.bind(scope, statement.name, statement, place)


def _block(checker: _Checker, statement: tree.Block, scope: Scope) -> None:
    checker.cx.bind(scope, "apply " + statement.name, statement, scope.place(statement.name_span))


def _apply(checker: _Checker, statement: tree.Apply, scope: Scope) -> None:
    cx = checker.cx
    place = scope.place(statement.span)
    found = scope.find("apply " + statement.name)
    if found is None or not isinstance(found.what, tree.Block):
        known = {name.removeprefix("apply ") for name in scope.known() if name.startswith("apply ")}
        repair = did_you_mean(statement.name, known)
        cx.findings.add("E0207", scope.place(statement.name_span), name=statement.name, repair=repair)
        return
    inner = bound_arguments(cx, found.what, statement.args, found, scope, place)
    if inner is None:
        return
    if cx.depth >= _MAX_BLOCKS:
        cx.findings.add("E0127", place, limit=_MAX_BLOCKS)
        return
    cx.depth += 5
    cx.inlining += 1
    cx.count_inlined()
    _body(checker, found.what.body, inner)
    cx.inlining -= 1
    cx.depth -= 5


_MAX_BLOCKS = 60


def _marker(checker: _Checker, statement: tree.Marker, scope: Scope) -> None:
    place = scope.place(statement.name_span)
    step = position_of(checker.cx, statement.position, scope, "a marker")
    value = nothing(place) if step is None else Value("position", place, step)
    checker.cx.bind(scope, "@" + statement.name, value, place)


def _use(checker: _Checker, statement: tree.Use, scope: Scope) -> None:
    """Bring the names of another file: its lets, defs, blocks and markers, seen from its own surroundings."""
    cx = checker.cx
    if not scope.top or scope.section != FILM:
        cx.findings.add("E0218", scope.place(statement.span), what="use", where="braces")
        return
    script = checker.files.get(statement.path)
    if script is None or statement.path in checker.using:
        return
    own = Scope(script.source, top=True, limit=0)
    inner = _Checker(cx, checker.draft, checker.files, (*checker.using, statement.path))
    for brought in script.statements:
        if isinstance(brought, tree.Let | tree.Def | tree.Block | tree.Marker | tree.Use):
            _RULES[type(brought)](inner, brought, own)
    for name, binding in own.names.items():
        first = scope.names.get(name)
        if first is not None:
            label = Label(first.place, "first named here")
            cx.findings.add("E0204", binding.place, name=name.removeprefix("apply "), also=(label,))
        else:
            scope.names[name] = Binding(binding.what, binding.scope, binding.serial, binding.place)


# sections, triggers, prompts


def _section(checker: _Checker, statement: tree.Section, scope: Scope) -> None:
    cx = checker.cx
    place = scope.place(Span(statement.span.start, statement.stop.span.end))
    start = position_of(cx, statement.start, scope, "a section's start")
    if statement.lasting:
        parts = duration_of(cx, statement.stop, scope, "`for`")
        stop = after(cx, start, parts, place) if parts is not None and start is not None else None
    else:
        stop = position_of(cx, statement.stop, scope, "a section's end")
    if start is None or stop is None:
        start = stop = cx.program.const(place, 0.0)
    cx.sections.append(SectionSpan(statement.name, start, stop, place))
    number = len(cx.sections) - 1
    _body(checker, statement.body, Scope(scope.source, scope, section=number, base=scope.base, look=Look(scope.look)))


def _on(checker: _Checker, statement: tree.On, scope: Scope) -> None:
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
    if not isinstance(statement.event, tree.Name):
        event = scope.place(statement.event.span)
        label = " ".join(scope.source.text[event.start : event.end].split())
        checker.draft.streams.setdefault(label, stream)
    else:
        checker.draft.streams.setdefault("downbeat" if statement.event.name == "bar" else statement.event.name, stream)
    trigger = Trigger(stream=stream, section=scope.section, acts=acts, style=None, negative=None, place=place, **parts)
    checker.draft.triggers.append((trigger, scope.look))


def _modifier(checker: _Checker, modifier: tree.Modifier, scope: Scope, parts: dict[str, Any]) -> None:
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
        if lead is not None:
            value = value_of(cx, modifier.value, scope)
            if _single(cx, value.step, place, "`lead`"):
                parts["lead"] = value.step
    elif modifier.kind == "where":
        parts["where"] = number_of(cx, modifier.value, scope, "`where`")
    else:
        step = number_of(cx, modifier.value, scope, f"`{modifier.kind}`")
        if step is not None and _single(cx, step, place, f"`{modifier.kind}`"):
            number = cx.program.constant(step)
            if modifier.kind == "every" and number is not None and (number < 1 or number != int(number)):
                cx.findings.add("E0405", place, what="`every`", wanted="a whole number from 1", value=f"{number:g}")
            parts[modifier.kind] = step


def _act(checker: _Checker, action: tree.Action, scope: Scope) -> Act | None:
    cx = checker.cx
    place = scope.place(action.span)
    if action.target == "prompt":
        return _prompt_act(checker, action, scope)
    param = BY_NAME.get(action.target)
    if param is None:
        _unknown_setting(cx, action.target, scope.place(action.target_span))
        value_of(cx, action.value, scope)
        return None
    if not param.track:
        cx.findings.add("E0303", scope.place(action.target_span), what=f"`{action.target}`")
        return None
    inner = Scope(scope.source, scope, section=scope.section, base=scope.base, trigger=True, look=scope.look,
                  label=f"on {param.name}")  # fmt: skip
    step = _track_value(checker, param, action.value, inner)
    return None if step is None else Act(param.name, action.op, step, (), place)


def _prompt_act(checker: _Checker, action: tree.Action, scope: Scope) -> Act | None:
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


def _prompt(checker: _Checker, statement: tree.Prompt, scope: Scope) -> None:
    cx = checker.cx
    place = scope.place(Span(statement.span.start, statement.text.span.end))
    at = position_of(cx, statement.key, scope, "a prompt's key")
    inner = Scope(scope.source, scope, section=scope.section, base=scope.base, look=scope.look, label="prompt")
    text = text_value(cx, statement.text, inner)
    fade: Parts | None = ()
    if statement.fade is not None:
        fade = duration_of(cx, statement.fade, scope, "`fade`")
    negative = text_value(cx, statement.negative, inner) if statement.negative else None
    if at is None or fade is None:
        return
    cx.keys.append((at, scope.place(statement.key.span)))
    key = PromptKey(at, text, statement.how, fade, negative, scope.section, place)
    checker.draft.prompts.append((key, scope.look))


def _style(checker: _Checker, statement: tree.Style, scope: Scope) -> None:
    style = text_value(checker.cx, statement.text, scope, prompt=True)
    if -1 not in style.parts:
        text = "".join(part for part in style.parts if isinstance(part, str))
        repair = f'write it in: style "${{prompt}}, {text}"' if len(text) < 60 else ""
        checker.cx.findings.add("E0305", style.place, repair=repair)
        return
    scope.look.style = style


def _input(checker: _Checker, statement: tree.Input, scope: Scope) -> None:
    cx = checker.cx
    place = scope.place(statement.span)
    path = "".join(part for part in statement.path.parts if isinstance(part, str))
    if any(not isinstance(part, str) for part in statement.path.parts):
        cx.findings.add("E0119", scope.place(statement.path.span))
    elif statement.kind == "lyrics":
        cx.findings.add("E0701", place, what="`lyrics`", instead="write the times: on at 3s, 5s: …")
    elif statement.kind == "image":
        if scope.section == FILM:
            checker.draft.image = path
        else:
            checker.draft.cuts.append(CutAt(cx.sections[scope.section].start, path, place))
    elif scope.section != FILM:
        cx.findings.add("E0218", place, what="audio", where="a section")
    elif statement.name is None:
        checker.draft.audio["main"] = path
    else:
        checker.draft.audio[statement.name] = path


def _cut(checker: _Checker, statement: tree.Cut, scope: Scope) -> None:
    at = position_of(checker.cx, statement.at, scope, "`cut at`")
    image = None
    if statement.image is not None:
        image = "".join(part for part in statement.image.parts if isinstance(part, str))
    if at is not None:
        place = scope.place(statement.at.span)
        checker.cx.keys.append((at, place))
        checker.draft.cuts.append(CutAt(at, image, place))


def _profile(checker: _Checker, statement: tree.Profile, scope: Scope) -> None:
    """A profile's body is checked only where it is chosen; here, that it holds nothing but settings."""
    for inner in statement.body:
        if not isinstance(inner, tree.Assign | tree.Style):
            checker.cx.findings.add("E0218", scope.place(inner.span), what="this", where="a profile")
        elif isinstance(inner, tree.Assign) and inner.name not in BY_NAME:
            _unknown_setting(checker.cx, inner.name, scope.place(inner.name_span))


# putting it together


def _typed(checker: _Checker) -> Typed:
    cx, draft = checker.cx, checker.draft
    prompts = tuple(_dressed(key, look) for key, look in draft.prompts)
    triggers = tuple(_dressed_trigger(trigger, look) for trigger, look in draft.triggers)
    painted = prompts or draft.image or any(act.target == "prompt" for trigger in triggers for act in trigger.acts)
    if not painted and not cx.findings.errors:
        cx.findings.add("W0108", None)
    return Typed(
        steps=tuple(cx.program.steps),
        settings={**{p.name: _default(p) for p in PARAMS if not p.track}, **draft.settings},
        tempo=draft.tempo,
        length=draft.length,
        writes=tuple(draft.writes),
        prompts=prompts,
        triggers=triggers,
        sections=tuple(cx.sections),
        cuts=tuple(draft.cuts),
        image=draft.image,
        streams=draft.streams,
        keys=tuple(cx.keys),
        needs=needs_of(cx, draft.tempo is not None, triggers, draft.streams, draft.audio),
        sound_place=next(iter(cx.sounds.values()), None),
    )


def _default(param: Param) -> Setting:
    """Return a setting that nobody has written."""
    return Setting(param.default, None, None)


def _dressed(key: PromptKey, look: Look) -> PromptKey:
    negative = key.negative or look.negatived()
    return PromptKey(key.at, _styled(key.text, look), key.how, key.fade, negative, key.section, key.place)


def _dressed_trigger(trigger: Trigger, look: Look) -> Trigger:
    acts = tuple(
        Act(act.target, act.op, act.step, tuple(_styled(text, look) for text in act.texts), act.place)
        for act in trigger.acts
    )
    return Trigger(
        trigger.stream, trigger.every, trigger.offset, trigger.where, trigger.inside, trigger.lead, trigger.section,
        acts, None, look.negatived(), trigger.place,
    )  # fmt: skip


def _styled(text: TextValue, look: Look) -> TextValue:
    style = look.styled()
    if style is None:
        return text
    parts: list[str | int] = []
    for part in style.parts:
        parts.extend(text.parts if part == -1 else (part,))
    return TextValue(tuple(parts), text.place)


_RULES: dict[type, Callable[[_Checker, Any, Scope], None]] = {
    tree.Assign: _assign, tree.Let: _let, tree.Def: _define, tree.Block: _block, tree.Apply: _apply,
    tree.Marker: _marker, tree.Use: _use, tree.Section: _section, tree.On: _on, tree.Prompt: _prompt,
    tree.Style: _style, tree.Input: _input, tree.Cut: _cut, tree.Profile: _profile,
}  # fmt: skip

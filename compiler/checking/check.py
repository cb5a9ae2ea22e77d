"""Checking: the tree becomes a typed tree, with all semantic mistakes told at once and what must be heard gathered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from .. import tree
from ..additions import weights_of
from ..diagnostics import Findings
from ..inputs.beats import Beats
from ..inputs.lyrics import Line
from ..program import TooLong
from ..source import Place, Source, Span
from ..spelling import did_you_mean
from ..typed import Act, PromptKey, Setting, TextValue, Trigger, Typed
from ..vocabulary import LORA, PARAMS, Param
from .acting import on
from .assign import assign
from .draft import Checker, Draft
from .expressions import RULES
from .hearing_needs import needs_of
from .reuse import apply, block, define, let, marker, use
from .scenes import bring, cut, guide, profile, prompt, section, style
from .scope import Check, Look, Scope, Value

Rules = Mapping[type, Callable[[Check, Any, Scope], Value]]


def check(
    script: tree.Script,
    findings: Findings,
    *,
    files: Mapping[str, tree.Script] | None = None,
    lyrics: tuple[Line, ...] | None = None,
    beats: Beats | None = None,
    profile: str | None = None,
    overrides: Mapping[str, tree.Expr] | None = None,
    override_sources: Mapping[str, Source] | None = None,
    rules: Rules = RULES,
) -> Typed:
    """Return the typed tree of a script; mistakes go to ``findings``, and none is raised.

    ``files``: the scripts that ``use`` brings, by path; ``lyrics``, ``beats``: None where there are none. ``profile``
    and ``overrides`` (settings by name, each an expression with its source) are laid over the script in this order.
    ``rules``: what gives each kind of expression its value.
    """
    cx = Check(findings, rules, lyrics=lyrics, beats=beats)
    if not script.statements and not overrides:
        findings.add("E0101", None)
    checker = Checker(cx, Draft(), files or {}, _body)
    _announce(cx, script)
    scope = Scope(script.source, top=True)
    try:
        _body(checker, script.statements, scope)
        _lay_over(checker, script, scope, profile, overrides or {}, override_sources or {})
        return _typed(checker)
    except TooLong:
        findings.add("E0406", Place(script.source, 0, 0), what="its definitions grow beyond all bounds",
                     how="nest fewer definitions")  # fmt: skip
        return _typed(Checker(Check(findings, RULES), Draft(), {}, _body))


def _announce(cx: Check, script: tree.Script) -> None:
    """Note what may be named before it is written, sections and stems, and where all else is named."""
    todo = list(script.statements)
    while todo:
        statement = todo.pop()
        if isinstance(statement, tree.Let | tree.Def | tree.Block | tree.Marker):
            sign = "@" if isinstance(statement, tree.Marker) else "apply " * isinstance(statement, tree.Block)
            cx.named[sign + statement.name] = Place(script.source, *statement.name_span)
        if isinstance(statement, tree.Section):
            cx.section_names.add(statement.name)
            todo.extend(statement.body)
        elif isinstance(statement, tree.Block):
            todo.extend(statement.body)
        elif isinstance(statement, tree.Input) and statement.kind == "audio" and statement.name:
            cx.stems[statement.name] = ""


def _body(checker: Checker, statements: tuple[tree.Statement, ...], scope: Scope) -> None:
    for statement in statements:
        _STATEMENTS[type(statement)](checker, statement, scope)


def _lay_over(
    checker: Checker,
    script: tree.Script,
    scope: Scope,
    profile: str | None,
    overrides: Mapping[str, tree.Expr],
    sources: Mapping[str, Source],
) -> None:
    checker.draft.overriding = True
    model = checker.draft.settings.get("model")
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
        assign(checker, tree.Assign(name, value, None, None, value.span, span), outer)
    if checker.draft.settings.get("model") is not model:  # a draft's painter is every shot's
        checker.draft.cuts = [replace(cut, model=None) for cut in checker.draft.cuts]


def _typed(checker: Checker) -> Typed:
    cx, draft = checker.cx, checker.draft
    _tell_unknown_loras(checker)
    prompts = tuple(_dressed(key, look) for key, look in draft.prompts)
    triggers = tuple(_dressed_trigger(trigger, look, draft.unsure) for trigger, look in draft.triggers)
    painted = prompts or draft.image or any(act.target == "prompt" for trigger in triggers for act in trigger.acts)
    if not painted and not cx.findings.errors:
        cx.findings.add("W0108", None)
    needs = needs_of(cx, draft.tempo, triggers, draft.streams, draft.audio)
    return Typed(
        steps=tuple(cx.program.steps),
        settings={**{p.name: _default(p) for p in PARAMS if not p.track}, **draft.settings},
        tempo=draft.tempo,
        length=draft.length,
        measured=draft.measured,
        writes=tuple(write for write in draft.writes if write.track not in draft.unsure),
        prompts=prompts,
        triggers=triggers,
        sections=tuple(cx.sections),
        cuts=tuple(draft.cuts),
        guides=tuple(draft.guides),
        image=draft.image,
        streams=draft.streams,
        keys=tuple(cx.keys),
        lyrics=cx.lyrics or (),
        beats=cx.beats,
        needs=needs,
        sound_place=next((cx.sounds[request] for request in cx.sounds if request in needs.requests), None),
    )


def _tell_unknown_loras(checker: Checker) -> None:
    """Tell weights of LoRAs that the script does not bring."""
    given = checker.draft.settings.get("lora")
    known = {param.name for param in weights_of({"lora": given.value if given else ""})}
    written = [(write.track, write.place) for write in checker.draft.writes]
    written += [(act.target, act.place) for trigger, _ in checker.draft.triggers for act in trigger.acts]
    for name, place in written:
        if name.startswith(LORA) and name not in known:
            repair = did_you_mean(name, known) or f'bring it: lora = "{name.removeprefix(LORA)}.safetensors"'
            checker.cx.findings.add("E0201", place, name=name, repair=repair)


def _default(param: Param) -> Setting:
    """Return a setting that nobody has written."""
    return Setting(param.default, None, None)


def _dressed(key: PromptKey, look: Look) -> PromptKey:
    negative = key.negative or look.negatived()
    return PromptKey(key.at, _styled(key.text, look), key.how, key.fade, negative, key.section, key.place)


def _dressed_trigger(trigger: Trigger, look: Look, unsure: set[str]) -> Trigger:
    acts = tuple(
        Act(act.target, act.op, act.step, tuple(_styled(text, look) for text in act.texts), act.place)
        for act in trigger.acts
        if act.target not in unsure
    )
    return Trigger(
        trigger.stream, trigger.every, trigger.offset, trigger.where, trigger.inside, trigger.lead, trigger.section,
        acts, look.negatived(), trigger.place,
    )  # fmt: skip


def _styled(text: TextValue, look: Look) -> TextValue:
    style = look.styled()
    if style is None:
        return text
    parts: list[str | int] = []
    for part in style.parts:
        parts.extend(text.parts if part == -1 else (part,))
    return TextValue(tuple(parts), text.place)


_STATEMENTS: dict[type, Callable[[Checker, Any, Scope], None]] = {
    tree.Assign: assign, tree.Let: let, tree.Def: define, tree.Block: block, tree.Apply: apply, tree.Marker: marker,
    tree.Use: use, tree.Section: section, tree.On: on, tree.Prompt: prompt, tree.Style: style, tree.Input: bring,
    tree.Guide: guide, tree.Cut: cut, tree.Profile: profile,
}  # fmt: skip

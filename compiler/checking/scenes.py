"""Checking what stands where in the film: sections, prompts, styles, inputs, cuts and profiles."""

from __future__ import annotations

import re

from .. import tree
from ..additions import INLINE
from ..diagnostics import Label
from ..source import Span
from ..typed import FILM, CutAt, GuideAt, PromptKey, SectionSpan, TextValue
from ..vocabulary import BY_NAME, param_of
from .assign import check_range, single, unknown_setting
from .draft import Checker
from .scope import Look, Parts, Scope
from .spans import after
from .values import duration_of, number_of, position_of, text_value


def section(checker: Checker, statement: tree.Section, scope: Scope) -> None:
    """Note a section and check its body, whose positions count from its start."""
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
    inner = Scope(scope.source, scope, section=number, base=scope.base, look=Look(scope.look))
    checker.body(checker, statement.body, inner)


def prompt(checker: Checker, statement: tree.Prompt, scope: Scope) -> None:
    """Note a prompt; its style and negative are put on at the end, when they are known."""
    cx = checker.cx
    place = scope.place(Span(statement.span.start, statement.text.span.end))
    at = position_of(cx, statement.key, scope, "a prompt's key")
    inner = Scope(scope.source, scope, section=scope.section, base=scope.base, look=scope.look, label="prompt")
    text = text_value(cx, statement.text, inner)
    _tell_inline(checker, text)
    fade: Parts | None = ()
    if statement.fade is not None:
        fade = duration_of(cx, statement.fade, scope, "`fade`")
    negative = text_value(cx, statement.negative, inner) if statement.negative else None
    if at is None or fade is None:
        return
    cx.keys.append((at, scope.place(statement.key.span)))
    key = PromptKey(at, text, statement.how, fade, negative, scope.section, place)
    checker.draft.prompts.append((key, scope.look))


def style(checker: Checker, statement: tree.Style, scope: Scope) -> None:
    """Note the style of a body."""
    style = text_value(checker.cx, statement.text, scope, prompt=True)
    if -1 not in style.parts:
        text = "".join(part for part in style.parts if isinstance(part, str))
        repair = f'write it in: style "${{prompt}}, {text}"' if len(text) < 60 else ""
        checker.cx.findings.add("E0305", style.place, repair=repair)
        return
    scope.look.style = style
    _tell_inline(checker, style)


def _tell_inline(checker: Checker, text: TextValue) -> None:
    """Tell what the Stable Diffusion web UI would take out of a prompt."""
    for part in text.parts:
        for found in INLINE.finditer(part) if isinstance(part, str) else ():
            name, weight = re.sub(r"\W+", "_", found[1]), found[2] or "1"
            checker.cx.findings.add("W0113", text.place, text=found[0], file=found[1], name=name, weight=weight)


def _named(checker: Checker, text: tree.Text, scope: Scope) -> str | None:
    """Return the file or model that a text names, or None where the name would be computed, which is told."""
    words = [part for part in text.parts if isinstance(part, str)]
    if len(words) < len(text.parts):
        checker.cx.findings.add("E0119", scope.place(text.span))
        return None
    return "".join(words)


def bring(checker: Checker, statement: tree.Input, scope: Scope) -> None:
    """Note an input: audio, an image, lyrics, beats."""
    cx = checker.cx
    place = scope.place(statement.span)
    path = _named(checker, statement.path, scope)
    if path is None:
        return
    if statement.kind in ("lyrics", "beats"):
        if scope.section != FILM:
            cx.findings.add("E0218", place, what=statement.kind, where="a section")
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


def guide(checker: Checker, statement: tree.Guide, scope: Scope) -> None:
    """Note an image that paintings near a position are drawn to."""
    cx, given = checker.cx, statement.strength
    at = position_of(cx, statement.at, scope, "an image's position")
    place = scope.place(statement.at.span)
    strength = cx.program.const(place, GUIDED) if given is None else number_of(cx, given, scope, "`strength`")
    path = _named(checker, statement.path, scope)
    if path is not None and at is not None and strength is not None:
        told = scope.place((given or statement.at).span)
        if single(cx, strength, told, "an image's `strength`"):
            check_range(cx, BY_NAME["strength"], cx.program.constant(strength), told)
            cx.keys.append((at, place))
            checker.draft.guides.append(GuideAt(at, path, strength, told))


GUIDED = 0.5
"""The share of an image where its strength is not written."""


def cut(checker: Checker, statement: tree.Cut, scope: Scope) -> None:
    """Note where a new shot begins."""
    at = position_of(checker.cx, statement.at, scope, "`cut at`")
    image, model = (text and _named(checker, text, scope) for text in (statement.image, statement.model))
    if at is not None:
        place = scope.place(statement.at.span)
        checker.cx.keys.append((at, place))
        checker.draft.cuts.append(CutAt(at, image, place, model))


def profile(checker: Checker, statement: tree.Profile, scope: Scope) -> None:
    """A profile's body is checked only where it is chosen; here, that it holds nothing but settings."""
    key, place = (f"profile {statement.name}", FILM), scope.place(statement.name_span)
    if key in checker.draft.written:
        also = (Label(checker.draft.written[key], "first named here"),)
        checker.cx.findings.add("E0204", place, name=statement.name, also=also)
    checker.draft.written[key] = place
    for inner in statement.body:
        if not isinstance(inner, tree.Assign | tree.Style):
            what = type(inner).__name__.lower()
            checker.cx.findings.add("E0218", scope.place(inner.span), what=what, where="a profile")
        elif isinstance(inner, tree.Assign) and param_of(inner.name) is None:
            unknown_setting(checker.cx, inner.name, scope.place(inner.name_span))

"""The pipeline: a script's text in, a schedule out, each stage in its order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from .checking.check import check
from .diagnostics import CompileError, Diagnostic, Findings
from .inputs.files import brought
from .inputs.overrides import parsed
from .lowering.lower import find_more, lower
from .schedule import Schedule
from .sounds import Hear
from .syntax.parse import parse


@dataclass(frozen=True, slots=True)
class Compiled:
    """A film's schedule and the warnings that were found on the way, in the order of the text."""

    schedule: Schedule
    diagnostics: tuple[Diagnostic, ...]


Read = Callable[[str], str]
"""Gives the text of a file that a script uses, by the path as written; raises OSError where it cannot."""


def compile_film(
    text: str,
    *,
    hear: Hear | None = None,
    read: Read | None = None,
    profile: str | None = None,
    overrides: Mapping[str, str] | None = None,
    name: str = "script.anim",
) -> Compiled:
    """Compile a script. Raises CompileError, with all diagnostics, where it has a mistake."""
    findings = Findings()
    tree = parse(text, name)
    files = brought(tree, read, findings)
    values, sources = parsed(overrides or {}, findings)
    typed = check(
        tree,
        findings,
        files=files.scripts,
        lyrics=files.lyrics,
        beats=files.beats,
        profile=profile,
        overrides=values,
        override_sources=sources,
    )
    if findings.errors:
        find_more(typed, findings)
        raise CompileError(findings.ordered())
    sounds = hear(typed.needs) if hear is not None else None
    schedule = lower(typed, sounds, findings)
    return Compiled(schedule, findings.ordered())


def compile_script(
    text: str,
    *,
    hear: Hear | None = None,
    read: Read | None = None,
    profile: str | None = None,
    overrides: Mapping[str, str] | None = None,
    name: str = "script.anim",
) -> Schedule:
    """Compile a script to its schedule. Raises CompileError, whose ``diagnostics`` tell what is wrong."""
    return compile_film(text, hear=hear, read=read, profile=profile, overrides=overrides, name=name).schedule

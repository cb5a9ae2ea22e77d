"""The files that a script brings: read through the caller, held inside the script's folder, without circles."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath, PureWindowsPath

from .. import tree
from ..diagnostics import CompileError, Findings
from ..source import Place, Source
from ..syntax.parse import parse
from . import library
from .beats import Beats, BeatsError, beats_of
from .lyrics import Line, lyrics_of

MAX_FILES = 100


@dataclass(frozen=True, slots=True)
class Files:
    """What other files bring: the trees of those that are used, by path, the lines of the lyrics, and the beats."""

    scripts: Mapping[str, tree.Script] = field(default_factory=dict[str, tree.Script])
    lyrics: tuple[Line, ...] | None = None
    beats: Beats | None = None


def brought(script: tree.Script, read: Callable[[str], str] | None, findings: Findings) -> Files:
    """Return all files that a script uses, directly or through one another, its lyrics and its beats."""
    found: dict[str, tree.Script] = {}
    _bring(script, read, findings, found, (PurePosixPath(script.source.name).name,))
    return Files(found, _lyrics(script, read, findings), _beats(script, read, findings))


def _lyrics(script: tree.Script, read: Callable[[str], str] | None, findings: Findings) -> tuple[Line, ...] | None:
    lines: tuple[Line, ...] | None = None
    for path, place, text in _inputs("lyrics", script, read, findings):
        lines = lyrics_of(text) if text is not None else lines or ()
        if text is not None and not lines:
            findings.add("E0220", place, path=path)
    return lines


def _beats(script: tree.Script, read: Callable[[str], str] | None, findings: Findings) -> Beats | None:
    beats: Beats | None = None
    for path, place, text in _inputs("beats", script, read, findings):
        try:
            beats = beats_of(text or "")
        except BeatsError as fault:
            findings.add("E0223", place, path=path, why=f"line {fault.number} begins with {fault.said[:40]!r}")
            continue
        if text is not None and beats.times.size < 2:
            findings.add("E0223", place, path=path, why="it holds fewer than two")
    return beats


def _inputs(
    kind: str, script: tree.Script, read: Callable[[str], str] | None, findings: Findings
) -> Iterator[tuple[str, Place, str | None]]:
    """Yield the path, place and text of each file of a kind; no text where it cannot be read, which is told."""
    for statement in script.statements:
        if isinstance(statement, tree.Input) and statement.kind == kind:
            path = "".join(part for part in statement.path.parts if isinstance(part, str))
            place = Place(script.source, *statement.path.span)
            inside = _inside(path)
            if not inside:
                findings.add("E0216", place)
            text = _text(path, read, findings, place) if inside else None
            yield path, place, None if text is None else text.removeprefix("\ufeff")


def _bring(
    script: tree.Script,
    read: Callable[[str], str] | None,
    findings: Findings,
    found: dict[str, tree.Script],
    under_way: tuple[str, ...],
) -> None:
    for statement in script.statements:
        if not isinstance(statement, tree.Use):
            continue
        place = Place(script.source, *statement.path_span)
        path = statement.path
        if statement.standard:
            _standard(statement, place, findings, found)
        elif not _inside(path):
            findings.add("E0216", place)
        elif path in under_way:
            findings.add("E0214", place, path=path)
        elif path not in found and len(found) < MAX_FILES:
            text = _text(path, read, findings, place)
            if text is not None:
                found[path] = _parsed(Source(path, text.removeprefix("\ufeff")), findings)
                _bring(found[path], read, findings, found, (*under_way, path))


def _standard(statement: tree.Use, place: Place, findings: Findings, found: dict[str, tree.Script]) -> None:
    part = library.tree_of(statement.path)
    if part is None:
        close = difflib.get_close_matches(statement.path, library.PARTS, 1)
        repair = f"did you mean `use {close[0]}`?" if close else ""
        findings.add("E0222", place, name=statement.path, known=", ".join(library.PARTS), repair=repair)
        return
    found[statement.key] = part


def _inside(path: str) -> bool:
    """Whether a path stays in the script's folder, whatever the system."""
    windows = PureWindowsPath(path)
    parts = PurePosixPath(path.replace("\\", "/"))
    return bool(path) and not (windows.drive or windows.root or parts.is_absolute() or ".." in parts.parts)


def _text(path: str, read: Callable[[str], str] | None, findings: Findings, place: Place) -> str | None:
    if read is None:
        findings.add("E0215", place, path=path, why="nothing was given to read files with")
        return None
    try:
        return read(path)
    except (OSError, KeyError, ValueError) as error:
        why = getattr(error, "strerror", None) or type(error).__name__
        findings.add("E0215", place, path=path, why=why)
        return None


def _parsed(source: Source, findings: Findings) -> tree.Script:
    try:
        return parse(source)
    except CompileError as error:
        for diagnostic in error.diagnostics:
            findings.keep(diagnostic)
        return tree.Script((), source)

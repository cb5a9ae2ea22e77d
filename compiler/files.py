"""The files that a script brings with ``use``: read through the caller, held inside the script's folder, no circles."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePosixPath, PureWindowsPath

from . import tree
from .diagnostics import CompileError, Findings
from .parse import parse
from .source import Place, Source

MAX_FILES = 100


def brought(script: tree.Script, read: Callable[[str], str] | None, findings: Findings) -> dict[str, tree.Script]:
    """Return the trees of all files that a script uses, directly or through one another, by path."""
    found: dict[str, tree.Script] = {}
    _bring(script, read, findings, found, ())
    return found


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
            findings.add("E0701", place, what=f"`{path}`, the standard library", instead="write the moves out")
        elif not _inside(path):
            findings.add("E0216", place)
        elif path in under_way:
            findings.add("E0214", place, path=path)
        elif path not in found and len(found) < MAX_FILES:
            text = _text(path, read, findings, place)
            if text is not None:
                found[path] = _parsed(Source(path, text.removeprefix("\ufeff")), findings)
                _bring(found[path], read, findings, found, (*under_way, path))


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

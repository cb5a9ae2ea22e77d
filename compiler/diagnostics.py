"""What is wrong with a script, as data: a code, a place, one reason and one repair; and how it reads as plain text."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from .catalogue import CATALOGUE
from .source import Place

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Label:
    """A second place that belongs to a diagnostic, with what to say about it."""

    place: Place
    text: str


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One mistake or warning. ``label`` stands beside the marked place; ``reason`` and ``repair`` below, if any."""

    code: str
    severity: Severity
    message: str
    place: Place | None
    label: str = ""
    reason: str = ""
    repair: str = ""
    also: tuple[Label, ...] = ()

    @property
    def file(self) -> str | None:
        """Name of the file that the mistake is in."""
        return self.place.source.name if self.place else None

    @property
    def start(self) -> tuple[int, int]:
        """1-based line and column where the marked place begins."""
        return self.place.source.position(self.place.start) if self.place else (1, 1)

    @property
    def end(self) -> tuple[int, int]:
        """1-based line and column just after the marked place."""
        return self.place.source.position(self.place.end) if self.place else (1, 1)

    def to_json(self) -> dict[str, Any]:
        """Return the shape that the language server protocol has for a diagnostic, with our own parts in ``data``."""
        return {
            "file": self.file,
            "range": _lsp_range(self.place),
            "severity": 1 if self.severity == "error" else 2,
            "code": self.code,
            "source": "animc",
            "message": self.message,
            "relatedInformation": [
                {"location": {"uri": also.place.source.name, "range": _lsp_range(also.place)}, "message": also.text}
                for also in self.also
            ],
            "data": {"label": self.label, "reason": self.reason, "repair": self.repair},
        }


class CompileError(Exception):
    """A script that cannot be compiled; ``diagnostics`` tells why, errors and warnings in the order of the text."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        super().__init__("\n".join(f"{d.code}: {d.message}" for d in self.diagnostics))


@dataclass(slots=True)
class Findings:
    """Where the stages put what they find: accumulated, the same code at the same place once."""

    found: dict[tuple[str, int, int, int], Diagnostic] = field(default_factory=dict[Any, Diagnostic])

    def add(
        self, code: str, place: Place | None, *, repair: str = "", also: tuple[Label, ...] = (), **fields: Any
    ) -> None:
        """Add what the catalogue says for ``code``; ``repair`` replaces the catalogue's own."""
        self.keep(diagnostic_of(code, place, fields, repair=repair, also=also))

    def keep(self, diagnostic: Diagnostic) -> None:
        """Add a diagnostic that was made elsewhere."""
        code, place = diagnostic.code, diagnostic.place
        key = (code, id(place.source), place.start, place.end) if place else (code, 0, 0, len(self.found))
        self.found.setdefault(key, diagnostic)

    def __len__(self) -> int:
        return len(self.found)

    @property
    def errors(self) -> bool:
        """Whether there is an error among what was found."""
        return any(diagnostic.severity == "error" for diagnostic in self.found.values())

    def ordered(self) -> tuple[Diagnostic, ...]:
        """Return all that was found in the order of the text."""
        return tuple(sorted(self.found.values(), key=_reading_order))


def diagnostic_of(
    code: str, place: Place | None, fields: Mapping[str, object], *, repair: str = "", also: tuple[Label, ...] = ()
) -> Diagnostic:
    """Fill the catalogue's templates for ``code`` with ``fields``."""
    entry = CATALOGUE[code]
    texts = {name: str(value) for name, value in fields.items()}
    severity: Severity = "error" if code.startswith("E") else "warning"
    return Diagnostic(
        code,
        severity,
        entry.message.format_map(texts),
        place,
        entry.label.format_map(texts),
        entry.reason.format_map(texts),
        repair or entry.repair.format_map(texts),
        also,
    )


def render_plain(diagnostic: Diagnostic, source: str | None = None) -> str:
    """Return a diagnostic as plain text with the line shown and the place marked, in the manner of Rust and Elm.

    ``source`` is not needed: a diagnostic knows its own text.
    """
    del source
    head = f"{diagnostic.severity}[{diagnostic.code}]: {diagnostic.message}"
    if diagnostic.place is None:
        notes = [f"  = {kind}: {text}" for kind, text in _notes(diagnostic)]
        return "\n".join([head, *notes])
    labels = [(diagnostic.place, diagnostic.label, "^"), *((also.place, also.text, "-") for also in diagnostic.also)]
    width = max(len(str(place.source.position(place.start)[0])) for place, _, _ in labels)
    lines = [head]
    for index, (place, text, mark) in enumerate(labels):
        arrow = "-->" if index == 0 else ":::"
        line, column = place.source.position(place.start)
        lines.append(f"{' ' * width} {arrow} {place.source.name}:{line}:{column}")
        lines.append(f"{' ' * width} |")
        shown, marks = _marked(place, mark)
        lines.append(f"{line:>{width}} | {shown}".rstrip())
        lines.append(f"{' ' * width} | {marks} {text}".rstrip())
    notes = [f"{' ' * width} = {kind}: {text}" for kind, text in _notes(diagnostic)]
    return "\n".join([*lines, *notes])


def _notes(diagnostic: Diagnostic) -> list[tuple[str, str]]:
    pairs = (("note", diagnostic.reason), ("help", diagnostic.repair))
    return [(kind, text) for kind, text in pairs if text]


LINE_SHOWN = 120
"""A longer line is shown in part, around the marked place."""


def _marked(place: Place, mark: str) -> tuple[str, str]:
    """Return the line of a place as shown, and the marks under it; tabs and wide characters keep their columns."""
    line, column = place.source.position(place.start)
    end_line, end_column = place.source.position(max(place.start, place.end))
    text = place.source.line(line)
    first = column - 1
    last = end_column - 1 if end_line == line else len(text)
    last = max(last, first + 1)
    if len(text) > LINE_SHOWN:
        cut = max(0, first - LINE_SHOWN // 3)
        text = ("…" if cut else "") + text[cut : cut + LINE_SHOWN] + "…"
        shift = cut - (1 if cut else 0)
        first, last = first - shift, min(last - shift, len(text))
    before, marked = _columns(text[:first]), max(1, _columns(text[first:last]))
    return _shown(text), " " * before + mark * marked


def _shown(text: str) -> str:
    return "".join("    " if char == "\t" else char if char.isprintable() else "\ufffd" for char in text)


def _columns(text: str) -> int:
    """Return how many columns of a terminal ``text`` takes as shown (Unicode's East Asian Width, tabs as four)."""
    return sum(map(_width, text))


def _width(char: str) -> int:
    if char == "\t":
        return 4
    if unicodedata.combining(char) or char in "\u200b\u200d\ufe0f":
        return 0 if char.isprintable() else 1
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def _reading_order(diagnostic: Diagnostic) -> tuple[str, int, str]:
    place = diagnostic.place
    return (place.source.name, place.start, diagnostic.code) if place else ("", -1, diagnostic.code)


def _lsp_range(place: Place | None) -> dict[str, dict[str, int]]:
    if place is None:
        zero = {"line": 0, "character": 0}
        return {"start": zero, "end": dict(zero)}
    return {"start": _lsp_position(place, place.start), "end": _lsp_position(place, place.end)}


def _lsp_position(place: Place, offset: int) -> dict[str, int]:
    """Return a 0-based position; the protocol counts UTF-16 units in a line."""
    line, column = place.source.position(offset)
    before = place.source.line(line)[: column - 1]
    return {"line": line - 1, "character": len(before.encode("utf-16-le", "surrogatepass")) // 2}

"""Laying out an outline: lines with their indentation, columns of prompts and values, and comments beside them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from .outline import CLOSERS, OPENERS, Body, Remark, Statement
from .pieces import Piece
from .spacing import Marks, joined, spaced, spelt, width

STEP = 2
LINE = 100
"""Columns that a body on one line may reach."""
MAX_KEY = 24
"""A longer key stands outside of its neighbours' column."""
MAX_BESIDE = 72
"""A longer line does not push its neighbours' comments to the right."""


@dataclass(slots=True)
class Line:
    """A line (more than one where a text runs over several); ``gap``: a blank line stands before."""

    indent: int
    text: str
    comment: str = ""
    gap: bool = False

    @property
    def width(self) -> int:
        """The column in which the line ends."""
        return width(self.text) + (0 if "\n" in self.text else self.indent)


def lines_of(script: Body, source: str, marks: Marks) -> list[str]:
    """Return a script's lines as they are to be written."""
    page = _Page(source, marks)
    page.body(script, 0)
    written: list[str] = []
    for line, column in _beside(page.lines):
        if line.gap and written:
            written.append("")
        text = " " * line.indent + line.text if line.text else ""
        if line.comment:
            text += " " * (column - line.width) + line.comment if line.text else " " * line.indent + line.comment
        written.append(text)
    return written


def _beside(lines: list[Line]) -> list[tuple[Line, int]]:
    """Pair each line with the column of its comment: one for all of the lines between two blank ones."""
    found: list[tuple[Line, int]] = []
    run: list[Line] = []
    for line in lines:
        if line.gap or (run and line.indent != run[-1].indent):
            found.extend(_shared(run))
            run = []
        run.append(line)
    return [*found, *_shared(run)]


def _shared(run: list[Line]) -> list[tuple[Line, int]]:
    beside = [line.width for line in run if line.comment and line.text and line.width <= MAX_BESIDE]
    column = max(beside, default=0) + STEP
    return [(line, max(column, line.width + STEP)) for line in run]


class _Page:
    """The lines so far."""

    def __init__(self, source: str, marks: Marks) -> None:
        self.lines: list[Line] = []
        self._source = source
        self._marks = marks

    def body(self, body: Body, indent: int) -> None:
        """Add the statements and comments of a body, each on its own line."""
        pads = self._prompt_pads(body) | self._value_pads(body)
        for number, item in enumerate(body.items):
            gap = item.gap and number > 0
            if isinstance(item, Remark):
                self.lines.append(Line(indent, "", spelt(item.comment), gap))
                continue
            self._flow(item.head, indent, pads, gap)
            if item.body is not None:
                self._braces(item.body, indent)
            if item.comment is not None:
                self.lines[-1].comment = spelt(item.comment)

    def _braces(self, body: Body, indent: int) -> None:
        last = self.lines[-1]
        if body.inline:
            short = f"{last.text} {self._inline(body)}"
            if width(short) + indent <= LINE and not last.comment:
                last.text = short
                return
        if last.comment:
            self.lines.append(Line(indent, "{"))
        else:
            last.text += " {"
        if body.comment:
            self.lines[-1].comment = spelt(body.comment)
        self.body(body, indent + STEP)
        self.lines.append(Line(indent, "}"))

    def _inline(self, body: Body) -> str:
        parts: list[str] = []
        for item in body.items:
            assert isinstance(item, Statement)  # noqa: S101 - a comment ends its line
            inner = f" {self._inline(item.body)}" if item.body is not None else ""
            parts.append(joined(item.head, self._marks) + inner)
        return f"{{ {'; '.join(parts)} }}" if parts else "{}"

    def _flow(self, head: list[Piece], indent: int, pads: dict[int, int], gap: bool) -> None:
        """Add a statement's pieces, keeping the line ends that stand inside brackets and before ``|>``."""
        line = Line(indent, "", gap=gap)
        self.lines.append(line)
        open_brackets: list[tuple[int, int]] = []
        for at, piece in enumerate(head):
            before = head[at - 1] if at else None
            if before is not None and (piece.breaks or before.kind == "comment"):
                here = _indent(piece, open_brackets, indent)
                line = Line(here, "", gap=piece.breaks > 1 and _may_part(before, piece, open_brackets))
                self.lines.append(line)
            if piece.kind == "comment":
                line.comment = spelt(piece)
                continue
            if line.text:
                line.text += " " * (spaced(head, at, self._marks) + pads.get(piece.start, 0))
            line.text += spelt(piece)
            if piece.text in OPENERS:
                hangs = at + 1 < len(head) and (head[at + 1].breaks > 0 or head[at + 1].kind == "comment")
                here = (line.indent, line.indent + STEP) if hangs else (line.width - 1, line.width)
                open_brackets.append(here)
            elif piece.text in CLOSERS:
                open_brackets.pop()

    # columns

    def _prompt_pads(self, body: Body) -> dict[int, int]:
        """Return how much farther right a prompt's text stands, so that neighbours begin in one column."""
        pads: dict[int, int] = {}
        run: list[tuple[int, int]] = []
        for item in [*body.items, None]:
            colon = _prompt_colon(item.head) if isinstance(item, Statement) else None
            if run and (item is None or item.gap or (isinstance(item, Statement) and colon is None)):
                pads |= {text: max(found for _, found in run) - own for text, own in run}
                run = []
            if isinstance(item, Statement) and colon is not None:
                key = item.head[: colon + 1]
                size = width(joined(key, self._marks))
                if size <= MAX_KEY and not any(piece.breaks for piece in item.head[1 : colon + 2]):
                    run.append((item.head[colon + 1].start, size))
        return pads

    def _value_pads(self, body: Body) -> dict[int, int]:
        """Return how much farther right ``=`` stands where the author has set neighbours' in one column."""
        pads: dict[int, int] = {}
        for key, group in groupby(self._equals(body), lambda found: found[0]):
            run = list(group)
            if key[1] >= 0 and any(padded for _, _, _, padded in run):
                longest = max(size for _, _, size, _ in run)
                pads |= {start: longest - size for _, start, size, _ in run}
        return pads

    def _equals(self, body: Body) -> list[tuple[tuple[int, int], int, int, bool]]:
        """List each item's (run and source column of ``=``, place of ``=``, width before it, whether it is padded)."""
        found: list[tuple[tuple[int, int], int, int, bool]] = []
        run = 0
        for item in body.items:
            at = _equals_sign(item.head) if isinstance(item, Statement) else None
            run += item.gap or at is None
            if isinstance(item, Statement) and at is not None:
                equals = item.head[at]
                line = self._source.rfind("\n", 0, equals.start) + 1
                size = width(joined(item.head[:at], self._marks))
                padded = equals.start - item.head[at - 1].end > 1
                found.append(((run, equals.start - line), equals.start, size, padded))
            else:
                found.append(((run, -1), 0, 0, False))
        return found


def _indent(piece: Piece, open_brackets: list[tuple[int, int]], indent: int) -> int:
    if not open_brackets:
        return indent + STEP
    return open_brackets[-1][0 if piece.text in CLOSERS else 1]


def _may_part(before: Piece, piece: Piece, open_brackets: list[tuple[int, int]]) -> bool:
    """Whether a blank line may stand between two pieces: in brackets, but not at their ends."""
    return bool(open_brackets) and before.text not in OPENERS and piece.text not in CLOSERS


def _prompt_colon(head: list[Piece]) -> int | None:
    """Return where the colon of a prompt's key is, if the statement is a prompt."""
    at = _at_top(head, ":")
    return at if at is not None and at + 1 < len(head) and head[at + 1].kind == "text" else None


def _equals_sign(head: list[Piece]) -> int | None:
    """Return where the ``=`` of a setting, track or name is, if it is on the statement's first line."""
    at, colon = _at_top(head, "="), _at_top(head, ":")
    if at is None or at == 0 or (colon is not None and colon < at) or any(piece.breaks for piece in head[1 : at + 1]):
        return None
    return at


def _at_top(head: list[Piece], sign: str) -> int | None:
    depth = 0
    for at, piece in enumerate(head):
        depth += (piece.text in OPENERS) - (piece.text in CLOSERS)
        if depth == 0 and piece.text == sign:
            return at
    return None

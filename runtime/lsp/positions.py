"""Places as editors count them, lines and units of a line from 0, and as the compiler does, characters of a text."""

from __future__ import annotations

import re
from bisect import bisect_right

from lsprotocol import types as lsp

from ...compiler.source import Span

_LINE_END = re.compile(r"\r\n|\r|\n")


class Positions:
    """Turns the places of one text to and fro; ``encoding`` says in which units the client counts."""

    def __init__(self, text: str, encoding: str = "utf-16") -> None:
        self._text = text
        self._encoding = encoding
        self._starts = [0, *(found.end() for found in _LINE_END.finditer(text))]

    def position(self, offset: int) -> lsp.Position:
        """Return an offset as the client counts."""
        line = bisect_right(self._starts, offset) - 1
        before = self._text[self._starts[line] : offset]
        return lsp.Position(line, sum(map(self._units, before)))

    def offset(self, position: lsp.Position) -> int:
        """Return the client's position as an offset; one past a line's end is the line's end."""
        if position.line >= len(self._starts):
            return len(self._text)
        at = self._starts[position.line]
        left = position.character
        while at < len(self._text) and self._text[at] not in "\r\n" and left > 0:
            left -= self._units(self._text[at])
            at += 1
        return at

    def range(self, span: Span) -> lsp.Range:
        """Return a span as the client counts."""
        return lsp.Range(self.position(span.start), self.position(span.end))

    def _units(self, char: str) -> int:
        if self._encoding == "utf-8":
            return len(char.encode("utf-8", "surrogatepass"))
        return 2 if self._encoding == "utf-16" and ord(char) > 0xFFFF else 1

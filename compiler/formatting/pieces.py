"""A script's text cut into its smallest pieces, comments and line ends among them: for those who show or reshape it."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple, cast

Kind = Literal["comment", "text", "duration", "frequency", "number", "marker", "word", "sign"]


class Piece(NamedTuple):
    """One piece; ``breaks`` line ends stand before it, and ``apart`` tells whether anything blank does."""

    kind: Kind
    text: str
    start: int
    breaks: int
    apart: bool

    @property
    def end(self) -> int:
        """Where the piece ends in its source."""
        return self.start + len(self.text)


_AMOUNT = r"(?:\d+\.\d+|\d+\.(?!\.)|\.\d+|\d+)"
_PIECE = re.compile(
    rf"""(?P<blank>[ \t\f\u00a0\u3000\ufeff]+)|(?P<newline>\r\n|\r|\n)|(?P<comment>\#[^\r\n]*)
    |(?P<text>\"\"\"(?:[^"\\]|\\[\s\S]|"(?!""))*+(?:\"\"\")?|"(?:[^"\\\r\n]|\\[^\r\n])*+"?)
    |(?P<duration>(?:\d+[ \t]*m(?:in(?:utes?)?)?[ \t]*(?=[\d.]+[ \t]*m?s))?{_AMOUNT}[ \t]*
        (?:ms|s|secs?|seconds?|f|frames?|b|beats?|bars?|m|min|minutes?)(?!\w))
    |(?P<frequency>{_AMOUNT}[ \t]*k?[hH]z(?!\w))
    |(?P<number>(?:\d+\.\d+|\d+)%(?=[ \t]*(?:[,)\]}};\r\n\#]|$))|\d+x\d+(?!\w)|{_AMOUNT}(?:[eE][+-]?\d+)?(?!\w))
    |(?P<marker>@[^\W\d]\w*)|(?P<word>[^\W\d]\w*)
    |(?P<sign>\|>|\.\.|\*\*|[-+*=!<>]=|.)""",
    re.VERBOSE | re.DOTALL,
)


def pieces(text: str) -> list[Piece]:
    """Return the pieces of a script, which need not be one that compiles; nothing but blanks lies between them."""
    found: list[Piece] = []
    breaks, end = 0, 0
    for match in _PIECE.finditer(text):
        kind = match.lastgroup
        if kind == "newline":
            breaks += 1
        elif kind != "blank":
            start = match.start()
            found.append(Piece(cast(Kind, kind), match[0], start, breaks, start > end))
            breaks, end = 0, match.end()
    return found

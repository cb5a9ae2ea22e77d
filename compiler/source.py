"""Source text and places in it: what spans point into."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from typing import NamedTuple

MAX_CHARACTERS = 1_000_000
"""A longer script is refused before it is read any further."""


class Span(NamedTuple):
    """Characters ``start:end`` of a source."""

    start: int
    end: int


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """A script's text under the name that messages call it by; ``standard``: it is a part of the standard library."""

    name: str
    text: str
    standard: bool = False
    _starts: list[int] = field(default_factory=list[int], repr=False)

    def position(self, offset: int) -> tuple[int, int]:
        """Return the 1-based (line, column in characters) of an offset."""
        starts = self._line_starts()
        line = bisect_right(starts, offset)
        return line, offset - starts[line - 1] + 1

    def line(self, number: int) -> str:
        """Return the text of the 1-based line, without its end."""
        starts = self._line_starts()
        end = starts[number] if number < len(starts) else len(self.text)
        return self.text[starts[number - 1] : end].rstrip("\r\n")

    def _line_starts(self) -> list[int]:
        if not self._starts:
            ends = [0]
            at = self.text.find("\n")
            while at >= 0:
                ends.append(at + 1)
                at = self.text.find("\n", at + 1)
            self._starts.extend(ends)
        return self._starts


class Place(NamedTuple):
    """A span of one of the sources that make up a script."""

    source: Source
    start: int
    end: int


def place_in(source: Source, span: Span, base: int = 0) -> Place:
    """Return where ``span`` lies in ``source``, if it is counted from the character ``base``."""
    return Place(source, span.start + base, span.end + base)

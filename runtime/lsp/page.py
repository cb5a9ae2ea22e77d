"""A script as an editor holds it: its text, its tree as far as there is one, and what stands at a place."""

from __future__ import annotations

import re
from functools import cached_property
from pathlib import Path

from ...compiler import tree
from ...compiler.diagnostics import CompileError
from ...compiler.formatting.pieces import Piece, pieces
from ...compiler.source import Source, Span
from ...compiler.syntax.parse import parse
from ..cli.film import Film, reader
from .names import Definition, Names, Read, names_of
from .positions import Positions

_HOLE = re.compile(r"\$\{([^}]*)\}?")
_MADE = re.compile(r"(?m)(?:^|[;{])[ \t]*(let|def|marker|section|block|profile|audio)[ \t]+([^\W\d]\w*)")


class Page:
    """One version of a script; everything is worked out when it is first asked for."""

    def __init__(self, text: str, path: Path | None, encoding: str = "utf-16") -> None:
        self.text = text
        self.path = path
        self.film = Film(str(path) if path else "-", None, {}, None)
        self.positions = Positions(text, encoding)

    @property
    def name(self) -> str:
        """The script's name as diagnostics call it."""
        return self.film.name

    @cached_property
    def tree(self) -> tree.Script | None:
        """The tree, or None where the script does not parse."""
        return _parsed(Source(self.name, self.text))

    @cached_property
    def names(self) -> Names:
        """What is named in the script; nothing where it does not parse."""
        return names_of(self.tree, self._read) if self.tree else Names()

    def piece_at(self, offset: int) -> Piece | None:
        """Return the piece that is at an offset, also inside the ``${…}`` of a text."""
        piece = _piece_at(pieces(self.text), offset)
        if piece is None or piece.kind != "text":
            return piece
        for hole in _HOLE.finditer(piece.text):
            base = piece.start + hole.start(1)
            if base <= offset <= base + len(hole[1]):
                inner = _piece_at(pieces(hole[1]), offset - base)
                return inner and inner._replace(start=inner.start + base)
        return piece

    def visible(self, offset: int) -> list[Definition]:
        """Return what can be named at an offset, also while the line there is not finished."""
        if self.tree:
            return self.names.visible(offset)
        start = self.text.rfind("\n", 0, offset) + 1
        end = self.text.find("\n", offset)
        end = len(self.text) if end < 0 else end
        repaired = self.text[:start] + " " * (end - start) + self.text[end:]
        script = _parsed(Source(self.name, repaired))
        return names_of(script, self._read).visible(offset) if script else self._scanned()

    def made(self, name: str) -> Definition | None:
        """Return a definition of a name by its looks alone, for a script that does not parse."""
        return next((found for found in self._scanned() if found.name == name), None)

    def _scanned(self) -> list[Definition]:
        whole = Span(0, len(self.text))
        source = Source(self.name, self.text)
        found: list[Definition] = []
        for match in _MADE.finditer(self.text):
            kind = "stem" if match[1] == "audio" else match[1]
            end = self.text.find("\n", match.end())
            line = Span(match.start(1), len(self.text) if end < 0 else end)
            found.append(Definition(kind, match[2], Span(*match.span(2)), line, whole, source))  # pyright: ignore[reportArgumentType]
        return found

    @property
    def _read(self) -> Read:
        read = reader(self.film)

        def script(path: str) -> tree.Script | None:
            try:
                return _parsed(Source(path, read(path)))
            except (OSError, ValueError):
                return None

        return script


def _parsed(source: Source) -> tree.Script | None:
    try:
        return parse(source)
    except CompileError:
        return None


def _piece_at(found: list[Piece], offset: int) -> Piece | None:
    """Return the piece at an offset; where two meet, the one that is a word."""
    touching = [piece for piece in found if piece.start <= offset <= piece.end]
    words = [piece for piece in touching if piece.kind != "sign"]
    return next(iter([*reversed(words), *reversed(touching)]), None)

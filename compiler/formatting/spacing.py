"""Where spaces stand between the pieces of a line, and how a line of them reads."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from .. import tree
from .pieces import Piece

_TIGHT = ("**", "..", ".")
_AS_WRITTEN = ("*", "/", "%")
_SHORT = r"ms|s|f|b|m"
_UNIT = re.compile(r"([\d.])[ \t]*([a-z]+)")


@dataclass(frozen=True, slots=True)
class Marks:
    """What only the tree tells: where the signs stand that belong to one value, and the names that are called."""

    signs: frozenset[int]
    called: frozenset[int]


def marks_of(script: tree.Script) -> Marks:
    """Return the places in a script's text by which its spaces are set."""
    signs: set[int] = set()
    called: set[int] = set()
    for node in nodes(script.statements):
        if isinstance(node, tree.Unary) and node.op != "not":
            signs.add(node.span.start)
        elif isinstance(node, tree.Ease):
            called.add(node.span.start)
        elif isinstance(node, tree.Call | tree.Apply | tree.Def | tree.Block):
            called.add(node.name_span.start)
    return Marks(frozenset(signs), frozenset(called))


def nodes(root: Any) -> Iterator[Any]:
    """Yield every node of a tree but those inside texts."""
    todo = [root]
    while todo:
        node = todo.pop()
        if isinstance(node, tuple):
            todo.extend(node)
        elif hasattr(node, "__slots__") and not isinstance(node, tree.Hole):
            yield node
            todo.extend(getattr(node, name) for name in node.__slots__)


def spaced(line: list[Piece], at: int, marks: Marks) -> bool:
    """Whether a space stands before the piece at ``at`` of a line (not its first)."""
    before, piece = line[at - 1], line[at]
    if piece.text in (",", ")", "]", ":") or before.text in ("(", "["):
        return False
    if piece.text == "(" and before.start in marks.called:
        return False
    if before.start in marks.signs:
        return False
    return not (_tight(line, at - 1, marks) or _tight(line, at, marks))


def _tight(line: list[Piece], at: int, marks: Marks) -> bool:
    """Whether the operator at ``at`` stands close to what is on both sides of it."""
    piece = line[at]
    if piece.kind != "sign" or piece.start in marks.signs or not 0 < at < len(line) - 1:
        return False
    if piece.text in _AS_WRITTEN:
        return not piece.apart and not line[at + 1].apart
    if piece.text == "..":
        return not line[at - 1].text.endswith(".") and not line[at + 1].text.startswith(".")
    return piece.text in _TIGHT


def spelt(piece: Piece) -> str:
    """Return a piece as it is to be written: units as signs close to the number, as words with a space."""
    if piece.kind == "comment":
        return piece.text.rstrip()
    if piece.kind == "frequency":
        return re.sub(r"[ \t]", "", piece.text)
    if piece.kind != "duration":
        return piece.text
    units = _UNIT.sub(lambda found: found[1] + ("" if re.fullmatch(_SHORT, found[2]) else " ") + found[2], piece.text)
    return re.sub(r"(?<=m)[ \t]+(?=[\d.])", "", units)


def joined(line: list[Piece], marks: Marks) -> str:
    """Return pieces as one line."""
    return "".join((" " if at and spaced(line, at, marks) else "") + spelt(piece) for at, piece in enumerate(line))


def width(text: str) -> int:
    """Return how many columns the last line of ``text`` takes (Unicode's East Asian Width)."""
    last = text.rpartition("\n")[2]
    if last.isascii():
        return len(last)
    wide = sum(unicodedata.east_asian_width(char) in "WF" for char in last)
    return len(last) + wide - sum(unicodedata.combining(char) > 0 for char in last)

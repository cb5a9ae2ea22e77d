"""Formatting: a script's text in its plain shape, with nothing changed of what it means."""

from __future__ import annotations

from typing import Any

from .. import tree
from ..source import Source
from ..syntax.parse import parse
from .layout import lines_of
from .outline import outline
from .pieces import Piece, pieces
from .spacing import marks_of


def format_script(text: str, name: str = "script.anim") -> str:
    """Return the script, formatted: formatting twice changes nothing more, and it compiles to the same schedule.

    Texts and the wording of comments stay as they are. Raises CompileError where the script does not parse.
    """
    source = Source(name, text.removeprefix("\ufeff"))
    script = parse(source)
    found = pieces(source.text)
    lines = lines_of(outline(found), source.text, marks_of(script))
    ends = "\r\n" if "\r\n" in source.text else "\n"
    formatted = "".join(line + ends for line in lines)
    _hold(script, found, formatted)
    return formatted


def _hold(script: tree.Script, found: list[Piece], formatted: str) -> None:
    """Make sure that nothing is lost. Raises AssertionError, which would be a fault of the layout."""
    if not same(script.statements, parse(formatted).statements):
        raise AssertionError("formatting would change what the script means")
    if _comments(found) != _comments(pieces(formatted)):
        raise AssertionError("formatting would lose a comment")


def _comments(found: list[Piece]) -> list[str]:
    return [piece.text.rstrip() for piece in found if piece.kind == "comment"]


def same(one: Any, other: Any) -> bool:
    """Whether two trees say the same, wherever it is written."""
    todo = [(one, other)]
    while todo:
        left, right = todo.pop()
        if isinstance(left, tuple):
            if not isinstance(right, tuple) or len(left) != len(right):
                return False
            todo.extend(zip(left, right, strict=True))
        elif hasattr(left, "__slots__"):
            if type(left) is not type(right):
                return False
            names = [name for name in left.__slots__ if name != "base" and not name.endswith("span")]
            todo.extend((getattr(left, name), getattr(right, name)) for name in names)
        elif left != right:
            return False
    return True

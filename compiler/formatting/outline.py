"""A script's pieces in the shape in which they are read: statements, the bodies in their braces, and the comments."""

from __future__ import annotations

from dataclasses import dataclass, field

from .pieces import Piece

OPENERS, CLOSERS = ("(", "["), (")", "]")


@dataclass(slots=True)
class Statement:
    """``head`` up to a brace or the end; ``comment`` follows on the last line; ``gap``: a blank line stands before."""

    head: list[Piece]
    gap: bool
    body: Body | None = None
    comment: Piece | None = None


@dataclass(slots=True)
class Remark:
    """A comment on a line of its own."""

    comment: Piece
    gap: bool


@dataclass(slots=True)
class Body:
    """The inside of braces, or a whole script. ``inline``: written on one line; ``comment`` follows the brace."""

    items: list[Statement | Remark] = field(default_factory=list["Statement | Remark"])
    inline: bool = False
    comment: Piece | None = None


def outline(pieces: list[Piece]) -> Body:
    """Return the outline of a script that parses."""
    return _body(pieces, 0)[0]


def _body(pieces: list[Piece], at: int) -> tuple[Body, int]:
    """Return the body that begins at ``at``, and where its closing brace (or the end of the script) is."""
    body = Body()
    begin = at
    while at < len(pieces) and pieces[at].text != "}":
        piece = pieces[at]
        if piece.text == ";":
            at += 1
        elif piece.kind == "comment":
            _remark(body, piece, first=at == begin > 0)
            at += 1
        else:
            statement, at = _statement(pieces, at)
            body.items.append(statement)
    body.inline = at < len(pieces) and not any(piece.breaks or "\n" in piece.text for piece in pieces[begin : at + 1])
    return body, at


def _remark(body: Body, piece: Piece, *, first: bool) -> None:
    last = body.items[-1] if body.items else None
    if piece.breaks == 0 and isinstance(last, Statement) and last.comment is None:
        last.comment = piece
    elif piece.breaks == 0 and first:
        body.comment = piece
    else:
        body.items.append(Remark(piece, piece.breaks > 1))


def _statement(pieces: list[Piece], at: int) -> tuple[Statement, int]:
    statement = Statement([], _gap(pieces, at))
    depth = 0
    while at < len(pieces):
        piece = pieces[at]
        if depth == 0 and statement.head and _ends(pieces, at):
            break
        if depth == 0 and piece.text == "{":
            statement.body, at = _body(pieces, at + 1)
            return statement, at + 1
        depth += (piece.text in OPENERS) - (piece.text in CLOSERS)
        statement.head.append(piece)
        at += 1
    return statement, at


def _gap(pieces: list[Piece], at: int) -> bool:
    """Whether a blank line stands before a statement; a ``;`` between is no hindrance."""
    return pieces[at].breaks > 1 or (at > 0 and pieces[at - 1].text == ";" and pieces[at - 1].breaks > 1)


def _ends(pieces: list[Piece], at: int) -> bool:
    """Whether a statement is over before the piece at ``at``, outside of brackets."""
    piece = pieces[at]
    if piece.text in (";", "}"):
        return True
    if piece.kind != "comment" and piece.breaks == 0:
        return False
    while at < len(pieces) and pieces[at].kind == "comment":
        at += 1
    return at == len(pieces) or pieces[at].text not in ("|>", "{")

"""What is told about the word under the pointer: definitions, words of the language, lengths of time."""

from __future__ import annotations

import re

from lsprotocol import types as lsp

from ...compiler import tree
from ...compiler.formatting.pieces import Piece
from ...compiler.functions import FUNCTIONS, SPELLINGS
from ...compiler.inputs.library import comment_above
from ...compiler.source import Span
from ...compiler.vocabulary import BY_NAME
from .meaning import UNITS, of_function, of_param, of_word
from .names import Definition
from .page import Page

_AMOUNT = re.compile(r"([\d.]+)[ \t]*([a-z]+)")
_SECONDS = {"minutes": 60.0, "seconds": 1.0, "milliseconds": 0.001}


def hover(page: Page, offset: int) -> lsp.Hover | None:
    """Return what to show at an offset, or None where there is nothing to say."""
    use = page.names.at(offset)
    piece = page.piece_at(offset)
    if use is not None:
        return _shown(page, of_definition(use.definition, page.name), use.span)
    if piece is None or piece.kind not in ("word", "duration", "marker"):
        return None
    text = _of_length(page, piece) if piece.kind == "duration" else _of_piece(page, piece)
    return _shown(page, text, Span(piece.start, piece.end)) if text else None


def _shown(page: Page, text: str, span: Span) -> lsp.Hover:
    return lsp.Hover(lsp.MarkupContent(lsp.MarkupKind.Markdown, text), page.positions.range(span))


def _of_piece(page: Page, piece: Piece) -> str | None:
    name = piece.text.removeprefix("@")
    if page.tree is None and (made := page.made(name)) is not None:
        return of_definition(made, page.name)
    if piece.kind == "marker":
        return None
    after = page.text[piece.end :].lstrip(" \t")
    line = page.text[page.text.rfind("\n", 0, piece.start) + 1 : piece.start]
    function = FUNCTIONS.get(SPELLINGS.get(name, name))
    if function is not None and (after.startswith("(") or line.rstrip().endswith("|>")):
        return of_function(function)
    if name in BY_NAME and re.match(r"[-+*]?=(?!=)", after):
        return of_param(BY_NAME[name])
    return of_word(name)


def of_definition(made: Definition, here: str) -> str:
    """Return a definition as it is written, and the file that it comes from if that is another."""
    text = " ".join(made.text.split()) if made.kind != "let" else made.text
    kind = {"let": "name", "def": "function", "stem": "sound"}.get(made.kind, made.kind)
    where = "" if made.source.name == here else f", from {made.source.name}"
    above = comment_above(made.whole, made.source)
    return f"```anim\n{text}\n```\n\n{kind}{where}" + (f"\n\n{above}" if above else "")


def _of_length(page: Page, piece: Piece) -> str | None:
    """Return a length of time in words, and as far as the script says how long that is: in seconds and frames."""
    parts = [(float(amount), UNITS[unit]) for amount, unit in _AMOUNT.findall(piece.text) if unit in UNITS]
    if not parts:
        return None
    words = " and ".join(f"{amount:g} {unit[:-1] if amount == 1 else unit}" for amount, unit in parts)
    fps = _setting(page, "fps") or 15.0
    seconds = _seconds(page, parts, fps)
    if seconds is None:
        return f"**{words}**, as long as the music makes them"
    frames = f"{seconds * fps:.6g} frames at {fps:g} frames a second"
    return f"**{words}** — {seconds:.6g} s, {frames}" if parts[-1][1] != "frames" else f"**{words}** — {seconds:.6g} s"


def _seconds(page: Page, parts: list[tuple[float, str]], fps: float) -> float | None:
    tempo = _setting(page, "tempo")
    meter = next((_number(s.meter) for s in _assigns(page) if s.name == "tempo" and s.meter), None) or 4.0
    total = 0.0
    for amount, unit in parts:
        if unit in _SECONDS:
            total += amount * _SECONDS[unit]
        elif unit == "frames":
            total += amount / fps
        elif tempo:
            total += amount * 60.0 / tempo * (meter if unit == "bars" else 1.0)
        else:
            return None
    return total


def _setting(page: Page, name: str) -> float | None:
    return next((_number(s.value) for s in _assigns(page) if s.name == name), None)


def _number(expr: tree.Expr | None) -> float | None:
    return expr.value if isinstance(expr, tree.Number) else None


def _assigns(page: Page) -> list[tree.Assign]:
    return [s for s in page.tree.statements if isinstance(s, tree.Assign)] if page.tree else []

"""Building the tree of expressions: what each named rule of the grammar becomes; and texts with what stands in them."""

# ruff: noqa: D102 - a method is named as its rule, and does what the rule says

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, cast

from lark import Token, Transformer

from .. import tree
from ..source import Span
from .mistake import Mistake

Children = list[Any]
ParseHole = Callable[[str, int], tree.Expr]

_AMOUNT = r"(?:\d+\.\d+|\d+\.|\.\d+|\d+)"
_MINUTES = re.compile(rf"(\d+)[ \t]*m(?:in(?:utes?)?)?[ \t]*(?={_AMOUNT})")
_LENGTH = re.compile(rf"({_AMOUNT})[ \t]*(\w+)")
_UNITS: dict[str, tuple[str, float]] = {
    **dict.fromkeys(("f", "frame", "frames"), ("f", 1.0)),
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), ("s", 1.0)),
    **dict.fromkeys(("m", "min", "minute", "minutes"), ("s", 60.0)),
    "ms": ("s", 0.001),
    **dict.fromkeys(("b", "beat", "beats"), ("b", 1.0)),
    **dict.fromkeys(("bar", "bars"), ("bar", 1.0)),
}
_ESCAPES = {"n": "\n", "t": "\t", '"': '"', "\\": "\\", "$": "$"}
_IN_TEXT = re.compile(r"\\(.)|\$\{|[^\\$]+|\$|\\", re.DOTALL)


def span_of(children: Children) -> Span:
    """Return the span from the first to the last of some tokens and nodes."""
    first, last = children[0], children[-1]
    start = int(first.start_pos or 0) if isinstance(first, Token) else first.span.start
    end = int(last.end_pos or 0) if isinstance(last, Token) else last.span.end
    return Span(start, end)


def token_span(token: Token) -> Span:
    """Return the span of a token."""
    return Span(int(token.start_pos or 0), int(token.end_pos or 0))


def nodes_of(children: Children) -> list[Any]:
    """Return what is not a token."""
    return [child for child in children if not isinstance(child, Token)]


class _List(tuple[Any, ...]):
    """Several nodes in a row with the span of all, on the way to the node that holds them."""

    span: Span


def listed(children: Children) -> _List:
    """Return the nodes of a rule that only lists them."""
    found = _List(nodes_of(children))
    found.span = span_of(children)
    return found


class ExpressionBuilder(Transformer[Token, Any]):
    """Turns the children of each rule of an expression into the rule's node."""

    def __init__(self, parse_hole: ParseHole) -> None:
        super().__init__()
        self._parse_hole = parse_hole

    args = staticmethod(listed)

    def expression(self, children: Children) -> Any:
        return nodes_of(children)[0]

    # events

    def at_times(self, children: Children) -> tree.At:
        return tree.At(tuple(nodes_of(children)), span_of(children))

    def pattern(self, children: Children) -> tree.Pattern:
        return tree.Pattern(children[1], children[3], span_of(children))

    def word(self, children: Children) -> tree.Word:
        return tree.Word(children[1], span_of(children))

    # expressions

    def pipe_call(self, children: Children) -> tree.Call:
        return self._pipe(children, args_of(children[3:]))

    def pipe_name(self, children: Children) -> tree.Call:
        return self._pipe(children, ())

    def _pipe(self, children: Children, rest: tuple[tree.Arg, ...]) -> tree.Call:
        first, name = children[0], children[2]
        return tree.Call(
            str(name), (tree.Arg(None, first, first.span), *rest), True, token_span(name), span_of(children)
        )

    def choose(self, children: Children) -> tree.Choose:
        return tree.Choose(children[2], children[0], children[4], span_of(children))

    def binary(self, children: Children) -> tree.Binary:
        left, op, right = children
        return tree.Binary(str(op), left, right, token_span(op), span_of(children))

    def unary(self, children: Children) -> tree.Unary:
        return tree.Unary(str(children[0]), children[1], span_of(children))

    def band(self, children: Children) -> tree.Band:
        return tree.Band(children[0], children[2], span_of(children))

    def per(self, children: Children) -> tree.Per:
        return tree.Per(children[0], children[2], span_of(children))

    def number(self, children: Children) -> tree.Number:
        return tree.Number(float(children[0]), token_span(children[0]))

    def duration(self, children: Children) -> tree.Duration:
        value, unit = _length(str(children[0]))
        return tree.Duration(value, cast(Any, unit), token_span(children[0]))

    def frequency(self, children: Children) -> tree.Frequency:
        text = str(children[0]).lower().removesuffix("hz").rstrip()
        scale = 1000.0 if text.endswith("k") else 1.0
        return tree.Frequency(float(text.removesuffix("k")) * scale, token_span(children[0]))

    def percent(self, children: Children) -> tree.Percent:
        return tree.Percent(float(str(children[0])[:-1]), token_span(children[0]))

    def size(self, children: Children) -> tree.Size:
        width, height = (int(part[:18]) for part in str(children[0]).split("x"))
        return tree.Size(width, height, token_span(children[0]))

    def marker_ref(self, children: Children) -> tree.MarkerRef:
        return tree.MarkerRef(str(children[0])[1:], token_span(children[0]))

    def name(self, children: Children) -> tree.Name:
        return tree.Name(str(children[0]), token_span(children[0]))

    def call(self, children: Children) -> tree.Call:
        return tree.Call(str(children[0]), args_of(children[1:]), False, token_span(children[0]), span_of(children))

    def paren(self, children: Children) -> Any:
        return children[1]

    def keys(self, children: Children) -> tree.Keys:
        return tree.Keys(tuple(nodes_of(children)), span_of(children))

    def arg(self, children: Children) -> tree.Arg:
        return tree.Arg(None, children[0], span_of(children))

    def named_arg(self, children: Children) -> tree.Arg:
        return tree.Arg(str(children[0]), children[2], span_of(children))

    def key(self, children: Children) -> tree.Key:
        ease = children[4] if len(children) > 4 else None
        return tree.Key(children[0], children[2], ease, span_of(children))

    def ease(self, children: Children) -> tree.Ease:
        return tree.Ease(str(children[0]), args_of(children[1:]), span_of(children))

    def text(self, children: Children) -> tree.Text:
        return text_of(children[0], self._parse_hole)


def args_of(children: Children) -> tuple[tree.Arg, ...]:
    """Return the arguments of a call, none where its brackets are empty."""
    return next((tuple(child) for child in children if isinstance(child, _List)), ())


def _length(text: str) -> tuple[float, str]:
    """Return the value and the base unit of a duration such as ``1m23.5s`` or ``4 beats``."""
    minutes = _MINUTES.match(text)
    rest = text[minutes.end() :] if minutes else text
    amount = cast("re.Match[str]", _LENGTH.search(rest))
    unit, scale = _UNITS[amount[2]]
    value = float(amount[1])
    value = value / 1000.0 if amount[2] == "ms" else value * scale
    return (value + 60.0 * float(minutes[1]), unit) if minutes else (value, unit)


def text_of(token: Token, parse_hole: ParseHole) -> tree.Text:
    """Return a text with its escapes undone and its ``${…}`` parsed; a long text's line ends become one space."""
    raw, start = str(token), int(token.start_pos or 0)
    quotes = 3 if raw.startswith('"""') else 1
    inside = raw[quotes:-quotes]
    parts: list[str | tree.Hole] = []
    plain: list[str] = []
    at = 0
    while found := _IN_TEXT.match(inside, at):
        at = found.end()
        if found[0] != "${":
            plain.append(_ESCAPES.get(found[1], found[0]) if found[1] else found[0])
            continue
        end = inside.find("}", at)
        if end < 0:
            raise Mistake("E0111", start + quotes + found.start(), start + quotes + at, {"what": "${", "close": "}"})
        base = start + quotes + at
        if plain:
            parts.append("".join(plain))
            plain = []
        parts.append(tree.Hole(parse_hole(inside[at:end], base), base, Span(base - 2, base + end - at + 1)))
        at = end + 1
    if plain:
        parts.append("".join(plain))
    if quotes == 3:
        parts = [re.sub(r"\s*[\r\n]\s*", " ", part) if isinstance(part, str) else part for part in parts]
    return tree.Text(tuple(parts), token_span(token))

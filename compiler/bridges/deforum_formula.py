"""Deforum's formulas, which numexpr works out there: read here by a small parser, never evaluated as code."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .formula import Binary, Call, Name, Node, Num, Text, Unary

MAX_DEPTH = 60
"""Brackets and signs may nest this deep."""
MAX_TOKENS = 1200

_TOKEN = re.compile(
    r"""\s*(?:(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)
    |(?P<name>[A-Za-z_]\w*)|(?P<text>"[^"]*"|'[^']*')
    |(?P<op>\*\*|//|<<|>>|<=|>=|==|!=|[-+*/%<>&|^~(),]))""",
    re.VERBOSE,
)
_LOOSEST = 1
_LEVELS = {**dict.fromkeys(("<", "<=", ">", ">=", "==", "!="), 1), "|": 2, "^": 3, "&": 4, "<<": 5, ">>": 5,
           "+": 6, "-": 6, "*": 7, "/": 7, "//": 7, "%": 7}  # fmt: skip
_SIGNED = 8


class FormulaError(ValueError):
    """A formula that cannot be read; the text says why, without naming the place."""


@dataclass(slots=True)
class _Tokens:
    """The tokens of a formula, and how far they are read."""

    tokens: list[tuple[str, str]]
    at: int = 0
    depth: int = 0

    def peek(self) -> str:
        return self.tokens[self.at][1] if self.at < len(self.tokens) else ""

    def take(self) -> tuple[str, str]:
        if self.at >= len(self.tokens):
            raise FormulaError("it ends too early")
        self.at += 1
        return self.tokens[self.at - 1]

    def expect(self, what: str) -> None:
        if self.peek() != what:
            raise FormulaError(f"`{what}` is missing" + (f" before `{self.peek()}`" if self.peek() else " at its end"))
        self.at += 1


def read_formula(text: str) -> Node:
    """Return the tree of a formula, with Python's precedence as numexpr has it. Raises FormulaError."""
    tokens = _Tokens(_tokens(text))
    node = _expression(tokens, _LOOSEST)
    if tokens.peek():
        raise FormulaError(f"`{tokens.peek()}` is not expected there")
    return node


def _tokens(text: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    at = 0
    while at < len(text):
        if not text[at:].strip():
            break
        token = _TOKEN.match(text, at)
        if token is None or token.lastgroup is None:
            raise FormulaError(f"`{text[at:].strip()[:1]}` means nothing in a formula")
        found.append((token.lastgroup, token[token.lastgroup]))
        at = token.end()
    if not found:
        raise FormulaError("it is empty")
    if len(found) > MAX_TOKENS:
        raise FormulaError("it is too long")
    return found


def _expression(tokens: _Tokens, level: int) -> Node:
    node = _signed(tokens)
    while (op := tokens.peek()) in _LEVELS and _LEVELS[op] >= level:
        tokens.take()
        node = Binary(op, node, _expression(tokens, _LEVELS[op] + 1))
        if _LEVELS[op] == _LOOSEST and _LEVELS.get(tokens.peek()) == _LOOSEST:
            raise FormulaError("comparisons cannot be chained; join them with `&`")
    return node


def _signed(tokens: _Tokens) -> Node:
    if tokens.peek() not in ("+", "-", "~"):
        return _power(tokens)
    tokens.depth += 1
    if tokens.depth > MAX_DEPTH:
        raise FormulaError("it nests too deep")
    op = tokens.take()[1]
    node = _signed(tokens)
    tokens.depth -= 1
    return node if op == "+" else Unary(op, node)


def _power(tokens: _Tokens) -> Node:
    base = _atom(tokens)
    if tokens.peek() != "**":
        return base
    tokens.take()
    tokens.depth += 1
    if tokens.depth > MAX_DEPTH:
        raise FormulaError("it nests too deep")
    exponent = _signed(tokens)
    tokens.depth -= 1
    return Binary("**", base, exponent)


def _atom(tokens: _Tokens) -> Node:
    kind, text = tokens.take()
    if kind == "number":
        return Num(_plain(text))
    if kind == "text":
        return Text(text[1:-1])
    if kind == "name":
        return Call(text, _arguments(tokens)) if tokens.peek() == "(" else Name(text)
    if text != "(":
        raise FormulaError(f"`{text}` is not expected there")
    return _within(tokens)


def _within(tokens: _Tokens) -> Node:
    tokens.depth += 1
    if tokens.depth > MAX_DEPTH:
        raise FormulaError("it nests too deep")
    node = _expression(tokens, _LOOSEST)
    tokens.expect(")")
    tokens.depth -= 1
    return node


def _arguments(tokens: _Tokens) -> tuple[Node, ...]:
    tokens.expect("(")
    tokens.depth += 1
    if tokens.depth > MAX_DEPTH:
        raise FormulaError("it nests too deep")
    args: list[Node] = []
    while tokens.peek() != ")":
        args.append(_expression(tokens, _LOOSEST))
        if tokens.peek() != ",":
            break
        tokens.take()
    tokens.expect(")")
    tokens.depth -= 1
    return tuple(args)


def _plain(text: str) -> str:
    """Return a number as our language writes it: digits on both sides of a point, none before the first but 0."""
    whole, point, rest = text.partition(".")
    whole = whole.lstrip("0") or "0" if whole.isdigit() else whole or "0"
    if not point:
        return whole
    return f"{whole}.{rest}" if rest[:1].isdigit() else f"{whole}.0{rest}"

"""Parseq's formulas, read as Parseq reads them: every operator groups to the right, and `^` stands beside `*`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .deforum_formula import FormulaError
from .formula import Binary, Call, Name, Node, Num, Text, Unary

MAX_DEPTH = 150
MAX_TOKENS = 400

_TOKEN = re.compile(
    r"""\s*(?:(?P<number>\d+(?:\.\d+)?|\.\d+)(?P<unit>[fsb](?!\w))?|(?P<name>[A-Za-z_]\w*)
    |(?P<text>"(?:[^"\\\n]|\\.)*")|(?P<op><=|>=|==|!=|&&|\|\||[-+*/%:^<>(),=]))""",
    re.VERBOSE,
)
_LEVELS = (("and", "or"), ("<", "<=", ">", ">=", "==", "!=", "&&", "||"), ("+", "-"), ("*", "/", "%", ":", "^"))
_PLAIN = {"&&": "and", "||": "or"}


@dataclass(slots=True)
class _Tokens:
    tokens: list[Node | str]
    at: int = 0
    depth: int = 0

    def peek(self) -> Node | str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def take(self) -> Node | str:
        if self.at >= len(self.tokens):
            raise FormulaError("it ends too early")
        self.at += 1
        return self.tokens[self.at - 1]

    def expect(self, what: str) -> None:
        if self.peek() != what:
            raise FormulaError(f"`{what}` is missing")
        self.at += 1


def read_parseq(text: str) -> Node:
    """Return the tree of a formula. Raises FormulaError."""
    tokens = _Tokens(_tokens(text))
    node = _level(tokens, 0)
    if tokens.peek() != "":
        raise FormulaError("something stands after its end")
    return node


def _tokens(text: str) -> list[Node | str]:
    found: list[Node | str] = []
    at = 0
    while text[at:].strip():
        token = _TOKEN.match(text, at)
        if token is None:
            raise FormulaError(f"`{text[at:].strip()[:1]}` means nothing in a formula")
        found.append(_node(token))
        at = token.end()
    if not found or len(found) > MAX_TOKENS:
        raise FormulaError("it is too long" if found else "it is empty")
    return found


def _node(token: re.Match[str]) -> Node | str:
    if token["number"]:
        return Num(token["number"] if token["number"][0] != "." else "0" + token["number"], token["unit"] or "")
    if token["text"]:
        return Text(re.sub(r"\\(.)", r"\1", token["text"][1:-1]))
    if token["name"] in ("if", "else", "and", "or"):
        return token["name"]
    return Name(token["name"]) if token["name"] else token["op"]


def _level(tokens: _Tokens, level: int) -> Node:
    if level == len(_LEVELS):
        return _signed(tokens)
    tokens.depth += 1
    if tokens.depth > MAX_DEPTH * len(_LEVELS):
        raise FormulaError("it nests too deep")
    left = _level(tokens, level + 1)
    op = tokens.peek()
    if isinstance(op, str) and op in _LEVELS[level]:
        tokens.take()
        left = Binary(_PLAIN.get(op, op), left, _level(tokens, level))
    tokens.depth -= 1
    return left


def _signed(tokens: _Tokens) -> Node:
    if tokens.peek() == "-":
        tokens.take()
        return Unary("-", _atom(tokens))
    return _atom(tokens)


def _atom(tokens: _Tokens) -> Node:
    found = tokens.take()
    if found == "if":
        return _choice(tokens)
    if found == "(":
        inside = _level(tokens, 0)
        tokens.expect(")")
        return inside
    if isinstance(found, str):
        raise FormulaError(f"`{found}` is not expected there")
    if isinstance(found, Name) and tokens.peek() == "(":
        tokens.take()
        return _call(found.name, tokens)
    if found in (Name("true"), Name("false")):
        return Num("1" if found == Name("true") else "0")
    return found


def _choice(tokens: _Tokens) -> Node:
    condition = _level(tokens, 0)
    yes = _level(tokens, 0)
    no: Node = Num("0")
    if tokens.peek() == "else":
        tokens.take()
        no = _level(tokens, 0)
    return Call("if", (condition, yes, no))


def _call(name: str, tokens: _Tokens) -> Node:
    args: list[Node] = []
    named: list[tuple[str, Node]] = []
    while tokens.peek() != ")":
        value = _level(tokens, 0)
        if isinstance(value, Name) and tokens.peek() == "=":
            tokens.take()
            named.append((value.name, _level(tokens, 0)))
        else:
            args.append(value)
        if tokens.peek() != ",":
            break
        tokens.take()
    tokens.expect(")")
    return Call(name, tuple(args), tuple(named))

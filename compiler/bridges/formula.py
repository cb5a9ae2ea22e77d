"""Formulas as trees: the nodes that both foreign languages are read into, and how a tree is written in ours."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Num:
    """A number as it was written; ``unit`` is Parseq's f, s or b."""

    text: str
    unit: str = ""

    @property
    def value(self) -> float:
        """Return the number, without its unit."""
        return float(self.text)


@dataclass(frozen=True, slots=True)
class Name:
    """A variable."""

    name: str


@dataclass(frozen=True, slots=True)
class Text:
    """A text in quotes."""

    text: str


@dataclass(frozen=True, slots=True)
class Unary:
    """A sign or a negation before an operand."""

    op: str
    operand: Node


@dataclass(frozen=True, slots=True)
class Binary:
    """Two operands about an operator."""

    op: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Call:
    """A function with its arguments, by place and by name."""

    name: str
    args: tuple[Node, ...] = ()
    named: tuple[tuple[str, Node], ...] = ()


@dataclass(frozen=True, slots=True)
class Raw:
    """A piece of our own language, already written, that stands as one operand (a keyframe list, a duration)."""

    text: str


Node = Num | Name | Text | Unary | Binary | Call | Raw

_LEVELS = {"or": 1, "and": 2, "not": 3, **dict.fromkeys(("==", "!=", "<", "<=", ">", ">="), 4), "|": 5, "&": 6,
           "+": 7, "-": 7, "*": 8, "/": 8, "%": 8, "**": 10}  # fmt: skip
_SIGN, _ATOM = 9, 11


def written(node: Node) -> str:
    """Return a formula in the ``.anim`` language, with no more brackets than it needs."""
    return _written(node)[0]


def _written(node: Node) -> tuple[str, int]:
    match node:
        case Num(text, unit):
            return text + unit, _SIGN if text.startswith("-") else _ATOM
        case Name(text) | Raw(text):
            return text, _ATOM
        case Text(text):
            return quoted(text), _ATOM
        case Unary(op, operand):
            level = _LEVELS["not"] if op == "not" else _SIGN
            gap = " " if op == "not" else ""
            return f"{op}{gap}{_at_least(operand, level)}", level
        case Call(name, args, named):
            inside = [written(arg) for arg in args] + [f"{key} = {written(value)}" for key, value in named]
            return f"{name}({', '.join(inside)})", _ATOM
        case Binary(op, left, right):
            return _binary(op, left, right)


def _binary(op: str, left: Node, right: Node) -> tuple[str, int]:
    level = _LEVELS[op]
    if op == "**":
        return f"{_at_least(left, _ATOM)}**{_at_least(right, _SIGN)}", level
    gap = "" if level == _LEVELS["*"] else " "
    tight = 1 if op in ("==", "!=", "<", "<=", ">", ">=") else 0
    return f"{_at_least(left, level + tight)}{gap}{op}{gap}{_at_least(right, level + 1)}", level


def truncated(x: Node, y: Node, *, positive: bool) -> Node:
    """Return what is left of x after whole y's with the sign of x, as C and JavaScript have it.

    ``positive``: x and y have one sign at every frame, so that `%` gives the same.
    """
    if positive:
        return Binary("%", x, y)
    return Binary("*", Call("sign", (x,)), Binary("%", Call("abs", (x,)), Call("abs", (y,))))


def _at_least(node: Node, level: int) -> str:
    text, own = _written(node)
    return text if own >= level else f"({text})"


def quoted(text: str, *, holes: bool = False) -> str:
    """Return a text in the script's quotes; ``${`` means itself unless ``holes``."""
    safe = text.replace("\\", "\\\\").replace('"', '\\"').replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\\n")
    return f'"{safe}"' if holes else '"' + safe.replace("${", "\\${") + '"'


def number(value: float) -> str:
    """Return a number with seven digits at most, as a person would write it."""
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    short = f"{value:.9g}"
    for digits in range(1, 9):
        candidate = f"{value:.{digits}g}"
        if abs(float(candidate) - value) <= 1e-9 * abs(value):
            short = candidate
            break
    return format(float(short), "f").rstrip("0").rstrip(".") if "e" in short and 1e-5 < abs(value) < 1e15 else short

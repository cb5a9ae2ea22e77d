"""The tree of an expression: frozen nodes with spans, saying what was written and nothing of what it means."""

# ruff: noqa: D101 - a node is named as what it stands for

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from .source import Span


@dataclass(frozen=True, slots=True, eq=False)
class Number:
    value: float
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class Duration:
    """A length of time as written: ``value`` of ``unit`` frames, seconds, beats or bars."""

    value: float
    unit: Literal["f", "s", "b", "bar"]
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class Frequency:
    """Hertz."""

    value: float
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class Percent:
    """A share, as written: ``95%`` has the value 95."""

    value: float
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class Size:
    width: int
    height: int
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class Hole:
    """``${…}`` inside a text; the spans of ``expr`` count from the character ``base`` of the text's file."""

    expr: Expr
    base: int
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class Text:
    parts: tuple[str | Hole, ...]
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class Name:
    name: str
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class MarkerRef:
    """``@name``; ``name`` is without the @."""

    name: str
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class Arg:
    name: str | None
    value: Expr
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class Call:
    """``name(args)``; ``x |> name(args)`` is the same call with x as its first argument and ``piped`` set."""

    name: str
    args: tuple[Arg, ...]
    piped: bool
    name_span: Span
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class Unary:
    op: str
    value: Expr
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class Binary:
    op: str
    left: Expr
    right: Expr
    op_span: Span
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class Choose:
    """``yes if condition else no``."""

    condition: Expr
    yes: Expr
    no: Expr
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class Band:
    """``low..high``."""

    low: Expr
    high: Expr
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class Per:
    """A rate: ``value per unit``."""

    value: Expr
    unit: Expr
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class Ease:
    name: str
    args: tuple[Arg, ...]
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class Key:
    at: Expr
    value: Expr
    ease: Ease | None
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class Keys:
    keys: tuple[Key, ...]
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class Pattern:
    """The event form ``pattern "x..x" per D``."""

    text: Text
    per: Expr
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class Word:
    """The event form ``word "…"``, of the lyrics."""

    text: Text
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class At:
    """The event form ``at P, P, …``."""

    positions: tuple[Expr, ...]
    span: Span


Expr = (
    Number | Duration | Frequency | Percent | Size | Text | Name | MarkerRef | Call | Unary | Binary | Choose | Band
    | Per | Keys | Pattern | Word | At
)  # fmt: skip

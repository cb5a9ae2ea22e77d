"""The tree that parsing yields: statements here, the expressions in them in a file of their own; frozen, with spans."""

# ruff: noqa: D101 - a node is named as what it stands for

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from .source import Source, Span
from .tree_expressions import (
    Arg,
    At,
    Band,
    Binary,
    Call,
    Choose,
    Duration,
    Ease,
    Expr,
    Frequency,
    Hole,
    Key,
    Keys,
    MarkerRef,
    Name,
    Number,
    Pattern,
    Per,
    Percent,
    Size,
    Text,
    Unary,
    Word,
)

__all__ = [
    "Action", "Apply", "Arg", "Assign", "At", "Band", "Binary", "Block", "Call", "Choose", "Cut", "Def", "Duration",
    "Ease", "Expr", "Frequency", "Hole", "Input", "Key", "Keys", "Let", "Marker", "MarkerRef", "Modifier", "Name",
    "Number", "On", "Parameter", "Pattern", "Per", "Percent", "Profile", "Prompt", "Script", "Section", "Size",
    "Statement", "Style", "Text", "Unary", "Use", "Word",
]  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Prompt:
    key: Expr
    text: Text
    how: Literal["hold", "fade", "morph", "cut"]
    fade: Expr | None
    negative: Text | None
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class Assign:
    """``name op value``; ``offset`` and ``meter`` belong to ``tempo`` alone."""

    name: str
    value: Expr
    offset: Expr | None
    meter: Expr | None
    name_span: Span
    span: Span
    op: Literal["=", "+=", "-=", "*="] = "="


@dataclass(frozen=True, slots=True, eq=False)
class Let:
    name: str
    value: Expr
    name_span: Span
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class Parameter:
    name: str
    default: Expr | None
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class Def:
    name: str
    params: tuple[Parameter, ...]
    value: Expr
    name_span: Span
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class Marker:
    name: str
    position: Expr
    name_span: Span
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class Section:
    """``section name from start to stop`` or, where ``lasting``, ``from start for stop``."""

    name: str
    start: Expr
    stop: Expr
    lasting: bool
    body: tuple[Statement, ...]
    name_span: Span
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class Modifier:
    """``every N``, ``offset K``, ``where cond``, ``in section`` (a Name) or ``lead D``."""

    kind: Literal["every", "offset", "where", "in", "lead"]
    value: Expr
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class Action:
    target: str
    op: Literal["=", "+=", "-=", "*="]
    value: Expr
    target_span: Span
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class On:
    event: Expr
    modifiers: tuple[Modifier, ...]
    actions: tuple[Action, ...]
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    name: str
    params: tuple[Parameter, ...]
    body: tuple[Statement, ...]
    name_span: Span
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class Apply:
    name: str
    args: tuple[Arg, ...]
    name_span: Span
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class Use:
    """``use "file.anim"``, or with ``standard`` a part of the standard library (``std.cameras``)."""

    path: str
    standard: bool
    path_span: Span
    span: Span

    @property
    def key(self) -> str:
        """What tells one file from another: no file of the user's can be taken for a part of the library."""
        return f"{self.path}\0" if self.standard else self.path


@dataclass(frozen=True, slots=True, eq=False)
class Input:
    """``audio "f"``, ``audio stem = "f"``, ``lyrics "f"``, ``beats "f"`` or ``image "f"``."""

    kind: Literal["audio", "lyrics", "beats", "image"]
    name: str | None
    path: Text
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class Guide:
    """``image "f" at P strength x``."""

    path: Text
    at: Expr
    strength: Expr | None
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class Style:
    text: Text
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class Cut:
    at: Expr
    image: Text | None
    model: Text | None
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class Profile:
    name: str
    body: tuple[Statement, ...]
    name_span: Span
    span: Span


Statement = (
    Prompt | Assign | Let | Def | Marker | Section | On | Block | Apply | Use | Input | Guide | Style
    | Cut | Profile
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Script:
    statements: tuple[Statement, ...]
    source: Source

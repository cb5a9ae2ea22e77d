"""The typed tree while it grows, and what the rules for statements share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from .. import tree
from ..source import Place
from ..typed import FILM, CutAt, GuideAt, PromptKey, Setting, Stream, Tempo, Trigger, Write
from .scope import Check, Look, Scope


@dataclass(slots=True)
class Draft:
    """The typed tree while it grows; ``unsure``: tracks with a mistake in one of their values."""

    settings: dict[str, Setting] = field(default_factory=dict[str, Setting])
    tempo: Tempo | None = None
    length: tuple[int, Place] | None = None
    writes: list[Write] = field(default_factory=list[Write])
    prompts: list[tuple[PromptKey, Look]] = field(default_factory=list[tuple[PromptKey, Look]])
    triggers: list[tuple[Trigger, Look]] = field(default_factory=list[tuple[Trigger, Look]])
    cuts: list[CutAt] = field(default_factory=list[CutAt])
    guides: list[GuideAt] = field(default_factory=list[GuideAt])
    image: str | None = None
    streams: dict[str, Stream] = field(default_factory=dict[str, Stream])
    audio: dict[str, str] = field(default_factory=dict[str, str])
    written: dict[tuple[str, int], Place] = field(default_factory=dict[tuple[str, int], Place])
    unsure: set[str] = field(default_factory=set[str])
    overriding: bool = False

    @property
    def measured(self) -> bool:
        """Whether the frame rate, the length and the tempo are known wherever they are written."""
        known = {"fps": "fps" in self.settings, "length": self.length, "tempo": self.tempo}
        return all(value for name, value in known.items() if (name, FILM) in self.written)


@dataclass(slots=True)
class Checker:
    """What the rules for statements share."""

    cx: Check
    draft: Draft
    files: Mapping[str, tree.Script]
    body: Body
    using: tuple[str, ...] = ()


Body = Callable[[Checker, tuple[tree.Statement, ...], Scope], None]
"""Checks the statements of a body in their order."""

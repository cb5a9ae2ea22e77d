"""The typed tree that checking yields: what a script means, with every number as a step of one program."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .inputs.beats import Beats
from .inputs.lyrics import Line
from .program import Step
from .sounds import Needs, Request
from .source import Place

FILM = -1
"""Stands for the whole film where a section's number is due."""

# event streams


@dataclass(frozen=True, slots=True)
class Heard:
    """Events of the sound: an onset request, ``beat`` or ``downbeat``."""

    request: Request


@dataclass(frozen=True, slots=True)
class Every:
    """A regular series from the start of the film or section; ``length`` as (unit, step) parts."""

    length: tuple[tuple[str, int], ...]
    section: int


@dataclass(frozen=True, slots=True)
class Hits:
    """A pattern's hits, repeated: ``mask`` spread evenly over ``length``; from the section's or first bar's start."""

    mask: tuple[bool, ...]
    length: tuple[tuple[str, int], ...]
    section: int


@dataclass(frozen=True, slots=True)
class Moments:
    """Written positions."""

    positions: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Starts:
    """Where sections begin; ``name`` None means all of them."""

    name: str | None


@dataclass(frozen=True, slots=True)
class PromptKeys:
    """Where prompts begin."""


@dataclass(frozen=True, slots=True)
class Sung:
    """Where words of the lyrics are sung, one after the other; None means every line."""

    words: tuple[str, ...] | None


Stream = Heard | Every | Hits | Moments | Starts | PromptKeys | Sung

# texts


@dataclass(frozen=True, slots=True)
class TextValue:
    """A text whose holes are steps: plain parts and step numbers in turn."""

    parts: tuple[str | int, ...]
    place: Place


# statements


@dataclass(frozen=True, slots=True)
class PromptKey:
    """A prompt from ``at`` on (a position's step). ``fade``: parts of a duration; ``negative`` None means none."""

    at: int
    text: TextValue
    how: str
    fade: tuple[tuple[str, int], ...]
    negative: TextValue | None
    section: int
    place: Place


@dataclass(frozen=True, slots=True)
class Write:
    """``track op step``, inside a section or for the whole film."""

    track: str
    op: str
    step: int
    section: int
    place: Place


@dataclass(frozen=True, slots=True)
class Act:
    """What a trigger does to ``target``; for ``prompt`` the texts that take turns."""

    target: str
    op: str
    step: int
    texts: tuple[TextValue, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Trigger:
    """A stream of events, which of them count, and what each does."""

    stream: Stream
    every: int | None
    offset: int | None
    where: int | None
    inside: str | None
    lead: tuple[tuple[str, int], ...] | None
    section: int
    acts: tuple[Act, ...]
    negative: TextValue | None
    place: Place


@dataclass(frozen=True, slots=True)
class SectionSpan:
    """A section between the positions ``start`` and ``stop`` (steps)."""

    name: str
    start: int
    stop: int
    place: Place


@dataclass(frozen=True, slots=True)
class CutAt:
    """A new shot at a position, from ``image`` where there is one; from there on painted by ``model`` if named."""

    at: int
    image: str | None
    place: Place
    model: str | None = None


@dataclass(frozen=True, slots=True)
class GuideAt:
    """An image that paintings near a position are drawn to; ``strength`` (a step) is its share of them there."""

    at: int
    image: str
    strength: int
    place: Place


@dataclass(frozen=True, slots=True)
class Setting:
    """A film-wide value: a plain one, or the step of a number that is the same for the whole film."""

    value: str | float | tuple[int, int] | None
    step: int | None
    place: Place | None


@dataclass(frozen=True, slots=True)
class Tempo:
    """``tempo = bpm offset D meter N``; steps, ``offset`` in seconds."""

    bpm: int
    offset: int | None
    meter: int | None
    place: Place


@dataclass(frozen=True, slots=True)
class Typed:
    """A checked script."""

    steps: tuple[Step, ...]
    settings: Mapping[str, Setting]
    tempo: Tempo | None
    length: tuple[int, Place] | None
    measured: bool
    writes: tuple[Write, ...]
    prompts: tuple[PromptKey, ...]
    triggers: tuple[Trigger, ...]
    sections: tuple[SectionSpan, ...]
    cuts: tuple[CutAt, ...]
    guides: tuple[GuideAt, ...]
    image: str | None
    streams: Mapping[str, Stream]
    keys: tuple[tuple[int, Place], ...]
    lyrics: tuple[Line, ...]
    beats: Beats | None
    needs: Needs
    sound_place: Place | None

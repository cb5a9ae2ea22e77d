"""What differs between two schedules, in spans of frames: what a change of a script does to its film."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..schedule import Blend, Schedule

Texts = tuple[tuple[str, float], ...]
"""Texts with their weights, as they stand at a frame."""
Pair = tuple[Any, Any]
"""What was, and what is."""


@dataclass(frozen=True, slots=True)
class Span:
    """Frames ``first`` to ``last`` of the new film, both of them changed.

    ``old`` and ``new`` are what stood and stands at the first; ``most`` is how far a track's values are apart at the
    frame where they are furthest, and None where a value was or is left to the model, or for texts.
    """

    first: int
    last: int
    old: float | Texts | None
    new: float | Texts | None
    most: float | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """All that is seen of a film and differs; empty where the films are the same.

    ``film``: ``fps``, ``frames``, ``size``, ``audio`` as (old, new); ``settings`` likewise by name. ``tracks``,
    ``prompt`` and ``negative``: spans of frames. ``cuts`` and ``guides`` as (old, new): frames with their
    images (and models).
    """

    film: Mapping[str, Pair]
    settings: Mapping[str, Pair]
    cuts: Pair | None
    guides: Pair | None
    tracks: Mapping[str, tuple[Span, ...]]
    prompt: tuple[Span, ...]
    negative: tuple[Span, ...]

    def __bool__(self) -> bool:
        parts = (self.film, self.settings, self.cuts, self.guides, self.tracks, self.prompt, self.negative)
        return any(parts)


def difference(old: Schedule, new: Schedule) -> Difference:
    """Return what differs between two films; where their frame rates do, frames of the same time are compared.

    Frames that only one of them has are told by ``film`` alone. O(frames × tracks).
    """
    film = {
        "fps": (float(old.fps), float(new.fps)), "frames": (old.frames, new.frames), "size": (old.size, new.size),
        "audio": (old.audio, new.audio),
    }  # fmt: skip
    names = dict.fromkeys([*old.settings, *new.settings])
    settings = {name: (old.settings.get(name), new.settings.get(name)) for name in names}
    before, after = _counterparts(old, new)
    gap = max(1, round(float(new.fps) / 2))
    tracks = {
        name: _track_spans(old.tracks.get(name), new.tracks.get(name), before, after, gap)
        for name in dict.fromkeys([*old.tracks, *new.tracks])
    }
    return Difference(
        film=_changed(film),
        settings=_changed(settings),
        cuts=_pair(_shots(old), _shots(new)),
        guides=_pair(_guides(old), _guides(new)),
        tracks={name: spans for name, spans in tracks.items() if spans},
        prompt=tuple(_text_spans(old, new, old.prompt, new.prompt, before, after)),
        negative=tuple(_text_spans(old, new, old.negative, new.negative, before, after)),
    )


def _changed(pairs: Mapping[str, Pair]) -> dict[str, Pair]:
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def _pair(old: Any, new: Any) -> Pair | None:
    return None if old == new else (old, new)


def _shots(schedule: Schedule) -> tuple[tuple[int, str | None, str | None], ...]:
    return tuple((shot.start, shot.image, shot.model) for shot in schedule.shots)


def _guides(schedule: Schedule) -> tuple[tuple[int, str, float], ...]:
    return tuple((guide.frame, guide.image, guide.strength) for guide in schedule.guides)


def _counterparts(old: Schedule, new: Schedule) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the old film's frames that are on the screen when those of the new one come, and these."""
    frame = np.arange(new.frames, dtype=np.int64)
    there = np.floor(frame * float(old.fps / new.fps) + 1e-6).astype(np.int64)
    both = there < old.frames
    return there[both], frame[both]


def _track_spans(
    old: NDArray[Any] | None, new: NDArray[Any] | None, before: NDArray[np.int64], after: NDArray[np.int64], gap: int
) -> tuple[Span, ...]:
    """Return where a track differs; spans less than ``gap`` frames apart are one."""
    if old is None or new is None:
        if (old is None and new is None) or not len(after):
            return ()
        first = (None if old is None else old[before[0]].item(), None if new is None else new[after[0]].item())
        return (Span(int(after[0]), int(after[-1]), *first),)
    was, now = old[before], new[after]
    where = np.flatnonzero(was != now)
    if not len(where):
        return ()
    apart = np.abs(now.astype(np.float64) - was.astype(np.float64))
    breaks = np.flatnonzero(np.diff(where) > gap)
    starts, ends = np.r_[0, breaks + 1], np.r_[breaks, len(where) - 1]
    return tuple(
        Span(int(after[a]), int(after[b]), was[a].item(), now[a].item(), float(apart[a : b + 1].max()))
        for a, b in zip(where[starts].tolist(), where[ends].tolist(), strict=True)
    )


def _text_spans(
    old: Schedule, new: Schedule, was: Blend, now: Blend, before: NDArray[np.int64], after: NDArray[np.int64]
) -> Iterator[Span]:
    """Yield where the texts or their weights differ; a span ends where other texts begin."""
    if old.texts == new.texts and old.fps == new.fps and _alike(was, now):
        return
    span: Span | None = None
    kind: tuple[Any, ...] = ()
    for there, here in zip(before.tolist(), after.tolist(), strict=True):
        one, other = _texts(old, was, there), _texts(new, now, here)
        if one == other:
            if span:
                yield span
            span = None
            continue
        names = (tuple(text for text, _ in one), tuple(text for text, _ in other))
        if span and names == kind:
            span = Span(span.first, here, span.old, span.new)
            continue
        if span:
            yield span
        span, kind = Span(here, here, one, other), names
    if span:
        yield span


def _alike(was: Blend, now: Blend) -> bool:
    pairs = ((was.offsets, now.offsets), (was.text, now.text), (was.weight, now.weight))
    return all(np.array_equal(one, other) for one, other in pairs)


def _texts(schedule: Schedule, blend: Blend, frame: int) -> Texts:
    return tuple(sorted((schedule.texts[number], weight) for number, weight in blend.at(frame)))

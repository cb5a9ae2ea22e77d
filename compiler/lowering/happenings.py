"""Happenings: a stream of events becomes times, with how strong each is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..evaluation.arithmetic import Array
from ..evaluation.evaluate import Evaluator
from ..evaluation.timeline import Timeline, nearest_frame
from ..inputs.lyrics import Line, sung
from ..sounds import BEAT, DOWNBEAT, Events, Sounds
from ..typed import FILM, Every, Heard, Hits, Moments, PromptKeys, Starts, Stream, Sung

MAX_EVENTS = 1_000_000


@dataclass(frozen=True, slots=True)
class Happening:
    """Events in order: ``times`` in seconds, ``velocity`` 0..1."""

    times: Array
    velocity: Array

    def frames(self, timeline: Timeline) -> NDArray[np.int64]:
        """Return the frame nearest to each event."""
        return nearest_frame(self.times * timeline.rate)

    def only(self, keep: NDArray[np.bool_] | NDArray[np.int64]) -> Happening:
        """Return some of the events."""
        return Happening(self.times[keep], self.velocity[keep])


class TooManyEvents(Exception):  # noqa: N818 - told as a diagnostic where the trigger is known
    """A regular stream has more events than a film can have frames."""


@dataclass(frozen=True, slots=True)
class Stage:
    """What streams are resolved against; spans of sections and prompts in frames."""

    evaluator: Evaluator
    timeline: Timeline
    sounds: Sounds | None
    frames: int
    sections: tuple[tuple[str, int, int], ...]
    prompts: tuple[int, ...]
    lyrics: tuple[Line, ...] = ()

    @property
    def duration(self) -> float:
        """Seconds of film."""
        return self.frames / self.timeline.rate

    def resolve(self, stream: Stream) -> Happening:
        """Return the events of a stream within the film. Raises TooManyEvents."""
        return _RESOLVE[type(stream)](self, stream)


def _all_alike(times: Array) -> Happening:
    times = np.sort(np.asarray(times, dtype=np.float64))
    return Happening(times, np.ones(len(times)))


def _heard(stage: Stage, stream: Heard) -> Happening:
    found = stage.sounds.heard.get(stream.request) if stage.sounds else None
    if stream.request in (BEAT, DOWNBEAT):
        grid = stage.timeline.beats if stream.request == BEAT else stage.timeline.bars
        if grid.endless or not isinstance(found, Events):
            return _all_alike(grid.marks(stage.duration))
    if not isinstance(found, Events):
        return _all_alike(np.zeros(0))
    times = np.asarray(found.times, dtype=np.float64)
    velocity = np.asarray(found.velocity, dtype=np.float64)
    if len(velocity) != len(times):
        velocity = np.ones(len(times))
    order = np.argsort(times, kind="stable")
    happening = Happening(times[order], velocity[order])
    return happening.only((happening.times >= 0.0) & (happening.times < stage.duration))


def _span(stage: Stage, section: int) -> tuple[float, float]:
    """Return the seconds between which a section's own events lie."""
    if section == FILM:
        return 0.0, stage.duration
    _, start, stop = stage.sections[section]
    return start / stage.timeline.rate, min(stop, stage.frames) / stage.timeline.rate


def _series(stage: Stage, length: tuple[tuple[str, int], ...], section: int) -> Callable[[Array], Array]:
    """Return what gives the time of the n-th repetition of ``length``, n from 0, fractions allowed."""
    start, _ = _span(stage, section)
    units = {unit for unit, _ in length}
    once = stage.evaluator.once
    if len(length) == 1 and units <= {"b", "bar"}:
        grid = stage.timeline.beats if units == {"b"} else stage.timeline.bars
        amount = once(length[0][1])
        base = 0.0 if section == FILM else float(grid.read(start))
        return lambda n: np.asarray(grid.time(base + n * amount))
    rate = stage.timeline.rate
    scale = {"f": 1.0 / rate, "s": 1.0, "b": stage.timeline.beats.spacing, "bar": stage.timeline.bars.spacing}
    seconds = sum(scale[unit] * once(amount) for unit, amount in length)
    return lambda n: start + n * seconds


def _repeated(stage: Stage, length: tuple[tuple[str, int], ...], section: int, shares: Array) -> Array:
    start, stop = _span(stage, section)
    at = _series(stage, length, section)
    first, second = (float(time) for time in at(np.array([0.0, 1.0])))
    if second - first <= 1e-6 or (stop - start) / (second - first) * len(shares) > MAX_EVENTS:
        raise TooManyEvents
    count = max(1, int((stop - first) / (second - first) * 1.5) + 2)
    while count < MAX_EVENTS and float(at(np.array([float(count)]))[0]) < stop:
        count *= 2
    times = at((np.arange(count)[:, np.newaxis] + shares).ravel())
    return times[(times >= start - 1e-9) & (times < stop - 1e-9)]


def _every(stage: Stage, stream: Every) -> Happening:
    return _all_alike(_repeated(stage, stream.length, stream.section, np.zeros(1)))


def _hits(stage: Stage, stream: Hits) -> Happening:
    shares = np.flatnonzero(np.array(stream.mask)) / len(stream.mask)
    return _all_alike(_repeated(stage, stream.length, stream.section, shares) if len(shares) else np.zeros(0))


def _moments(stage: Stage, stream: Moments) -> Happening:
    times = np.array([stage.evaluator.once(position) for position in stream.positions]) / stage.timeline.rate
    return _all_alike(times[(times >= 0.0) & (times < stage.duration)])


def _starts(stage: Stage, stream: Starts) -> Happening:
    frames = [start for name, start, _ in stage.sections if stream.name in (None, name)]
    times = np.array(frames, dtype=np.float64) / stage.timeline.rate
    return _all_alike(times[(times >= 0.0) & (times < stage.duration)])


def _sung(stage: Stage, stream: Sung) -> Happening:
    found = [line.time for line in stage.lyrics] if stream.words is None else sung(stage.lyrics, stream.words)
    times = np.array(found, dtype=np.float64)
    return _all_alike(times[(times >= 0.0) & (times < stage.duration)])


def _prompts(stage: Stage, stream: PromptKeys) -> Happening:
    times = np.array(stage.prompts, dtype=np.float64) / stage.timeline.rate
    return _all_alike(times[(times >= 0.0) & (times < stage.duration)])


_RESOLVE: dict[type, Callable[..., Happening]] = {
    Sung: _sung, Heard: _heard, Every: _every, Hits: _hits, Moments: _moments, Starts: _starts, PromptKeys: _prompts,
}  # fmt: skip

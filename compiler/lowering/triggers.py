"""Triggers: which events fire, and what each adds to a track."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ..evaluation.arithmetic import Array
from ..evaluation.evaluate import Evaluator
from ..evaluation.moments import Moments
from ..evaluation.timeline import Timeline
from ..program import Rank, Step, needed
from ..typed import FILM, Trigger
from .happenings import Happening, Stage

MAX_MOMENTS = 30_000_000
"""Events times the frames that each rings for, in a whole film."""
_CHUNK = 1_000_000
KERNELS = ("decay", "env", "adsr", "hit")


class TooMuchRinging(Exception):  # noqa: N818 - told as a diagnostic where the trigger is known
    """So many events ring for so long that the film would take minutes to compile."""


def fired(trigger: Trigger, stage: Stage) -> Happening:
    """Return the events of a trigger that fire, ``lead`` applied. Raises TooManyEvents.

    In this order: those inside its section; every N-th of them from the K-th on; of those, where the condition holds.
    """
    happening = stage.resolve(trigger.stream)
    frames = happening.frames(stage.timeline)
    inside = np.ones(len(frames), dtype=bool)
    if trigger.section != FILM:
        _, start, stop = stage.sections[trigger.section]
        inside &= (frames >= start) & (frames < stop)
    if trigger.inside is not None:
        spans = [(start, stop) for name, start, stop in stage.sections if name == trigger.inside]
        inside &= np.any([(frames >= start) & (frames < stop) for start, stop in spans] or [inside & False], axis=0)
    happening = happening.only(inside)
    once = stage.evaluator.once
    every = max(1, round(once(trigger.every))) if trigger.every is not None else 1
    offset = round(once(trigger.offset)) if trigger.offset is not None else 0
    order = np.arange(len(happening.times)) - offset
    happening = happening.only((order >= 0) & (order % every == 0))
    if trigger.where is not None and len(happening.times):
        holds = stage.evaluator.at(trigger.where, _at_events(happening, stage))
        happening = happening.only((holds != 0.0) & ~np.isnan(holds))
    return Happening(_led(happening.times, trigger.lead or (), stage), happening.velocity)


def _led(times: Array, lead: tuple[tuple[str, int], ...], stage: Stage) -> Array:
    """Return times moved forward by a length of time; beats and bars are those before each event."""
    for unit, step in lead:
        amount = stage.evaluator.once(step)
        if unit in ("b", "bar"):
            grid = stage.timeline.beats if unit == "b" else stage.timeline.bars
            times = np.asarray(grid.time(grid.read(times) - amount))
        else:
            times = times - amount * (1.0 if unit == "s" else 1.0 / stage.timeline.rate)
    return times


def _at_events(happening: Happening, stage: Stage) -> Moments:
    frames = happening.frames(stage.timeline)
    count = len(frames)
    where = np.clip(frames, 0, stage.frames - 1)
    return _moments(happening, np.arange(count), where, np.zeros(count), np.zeros(count))


def _moments(
    happening: Happening, event: NDArray[np.int64], frame: NDArray[np.int64], since: Array, felt: Array
) -> Moments:
    return Moments(frame, since, felt, event, event.astype(np.float64), happening.velocity[event])


def _felt(at: NDArray[np.int64], since: Array, timeline: Timeline) -> Array:
    """Return the frames since events as the beats count them: those that would have passed at the mean tempo."""
    beats = timeline.beats
    if not beats.varies:
        return since
    begin = at / timeline.rate
    passed = beats.read(begin + since / timeline.rate) - beats.read(begin)
    return np.asarray(passed * beats.spacing * timeline.rate)


def ringing(stage: Stage, root: int, at: NDArray[np.int64]) -> int:
    """Return for how many frames after an event a trigger's expression changes; 0 where it has no kernel.

    Of a kernel in beats, after that of the events ``at`` which has the slowest beats.
    """
    evaluator, timeline = stage.evaluator, stage.timeline
    longest = 0.0
    for number in needed(evaluator.steps, [root]):
        step = evaluator.steps[number]
        if step.op not in KERNELS:
            continue
        lengths = [step.args[k] for k in (0, 1, 3)] if step.op == "adsr" else step.args
        length = min(max(sum(evaluator.once(arg) for arg in lengths), 0.0), 1e9)
        if length and step.data == "beats" and timeline.beats.varies:
            beats, begin = timeline.beats, at / timeline.rate
            stop = beats.time(beats.read(begin) + length / (beats.spacing * timeline.rate))
            length = float(np.max((stop - begin) * timeline.rate))
        longest = max(longest, length)
    return int(np.ceil(longest - 1e-9))


def applied(track: Array, op: str, root: int, happening: Happening, stage: Stage, stop: int) -> Array:
    """Return the track with what a trigger's events add to it.

    While its kernels ring, an expression acts frame by frame; what is left of it when they are still (all of it where
    it has no kernel, then as it was at the event) stays until ``stop``. Events in O(events × ringing + frames).
    Raises TooMuchRinging.
    """
    if not len(happening.times):
        return track
    evaluator, frames = stage.evaluator, stage.frames
    at = happening.frames(stage.timeline)
    ring = min(ringing(stage, root, at), frames + int(max(0, -at.min())))
    evaluator.film.rung += len(at) * (ring + 1)
    if evaluator.film.rung > MAX_MOMENTS:
        raise TooMuchRinging
    if op == "=":
        return _set(track, root, happening, stage, stop, at, ring)
    track = track.copy()
    for first in range(0, len(at), max(1, _CHUNK // max(ring, 1))):
        if ring:
            chosen = np.arange(first, min(len(at), first + max(1, _CHUNK // ring)))
            _ring(track, op, root, happening, stage, at, chosen, ring)
    _stay(track, op, root, happening, evaluator, at, ring, stop)
    return track


def _ring(
    track: Array, op: str, root: int, happening: Happening, stage: Stage, at: NDArray[np.int64],
    chosen: NDArray[np.int64], ring: int,
) -> None:  # fmt: skip
    event = np.repeat(chosen, ring)
    since = np.tile(np.arange(ring), len(chosen))
    frame = at[event] + since
    inside = (frame >= 0) & (frame < len(track))
    event, since, frame = event[inside], since[inside], frame[inside]
    passed = since.astype(np.float64)
    felt = _felt(at[event], passed, stage.timeline)
    values = stage.evaluator.at(root, _moments(happening, event, frame, passed, felt))
    if op == "*=":
        np.multiply.at(track, frame, values)
    else:
        change = np.bincount(frame, weights=values, minlength=len(track))
        track += change if op == "+=" else -change


def _stay(
    track: Array, op: str, root: int, happening: Happening, evaluator: Evaluator, at: NDArray[np.int64], ring: int,
    stop: int,
) -> None:  # fmt: skip
    begin = np.maximum(at + ring, 0)
    event = np.flatnonzero(begin < min(stop, len(track)))
    if not len(event):
        return
    sampled = begin[event] if ring else np.clip(at[event], 0, len(track) - 1)
    over = np.full(len(event), np.inf)
    values = evaluator.at(root, _moments(happening, event, sampled, over, over))
    if op == "*=":
        if np.any(values != 1.0):
            factor = np.ones(len(track))
            np.multiply.at(factor, begin[event], values)
            track[:stop] *= np.cumprod(factor)[:stop]
    elif np.any(values != 0.0):
        change = np.cumsum(np.bincount(begin[event], weights=values, minlength=len(track)))[:stop]
        track[:stop] += change if op == "+=" else -change


def _set(
    track: Array, root: int, happening: Happening, stage: Stage, stop: int, at: NDArray[np.int64], ring: int
) -> Array:
    """``=`` holds until the next event: frame by frame with a kernel, else as it was at the event."""
    frame = np.arange(min(stop, len(track)))
    event = np.searchsorted(at, frame, side="right") - 1
    frame, event = frame[event >= 0], event[event >= 0]
    sampled = frame if ring else np.clip(at[event], 0, len(track) - 1)
    passed = (frame - at[event]).astype(np.float64)
    felt = _felt(at[event], passed, stage.timeline)
    values = stage.evaluator.at(root, _moments(happening, event, sampled, passed, felt))
    track = track.copy()
    track[frame] = values
    return track


def leaves_zero(steps: Sequence[Step], root: int) -> bool:
    """Whether an expression is a product with a bare kernel, so that ``*=`` by it ends at 0."""
    todo = [root]
    while todo:
        step = steps[todo.pop()]
        if step.op in KERNELS:
            return True
        if step.op == "*" and step.rank == Rank.EVENT:
            todo.extend(step.args)
    return False

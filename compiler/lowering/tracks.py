"""Lowering tracks: what is written for the film and its sections, and what triggers add."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import numpy as np

from ..additions import weights_of
from ..diagnostics import CompileError
from ..evaluation import chance
from ..evaluation.arithmetic import Array
from ..source import Place
from ..typed import FILM, Trigger, Write
from ..vocabulary import TRACKS, Param
from .context import Lowering, finite, too_many, unheard
from .happenings import Stage, TooManyEvents
from .marks import of_library
from .triggers import TooMuchRinging, applied, fired, leaves_zero


def tracks_of(lowering: Lowering, stage: Stage, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return every track: what is written for the film, then for its sections, then what is laid over it in the order
    of the script, then what triggers add."""
    typed, frames = lowering.typed, lowering.film.frames
    by_track: dict[str, list[Write]] = {}
    idle = {param.name for param in TRACKS if param.mode not in (None, settings["mode"])}
    for write in typed.writes:
        if write.track not in idle or not of_library(write.place):
            by_track.setdefault(write.track, []).append(write)
    acts: dict[str, list[tuple[Trigger, Any]]] = {}
    for trigger in typed.triggers:
        for act in trigger.acts:
            if act.target != "prompt" and not (act.target in idle and of_library(act.place)):
                acts.setdefault(act.target, []).append((trigger, act))
    lowering.evaluator.plan([*(write.step for write in typed.writes), *_kept(lowering)])
    happenings: dict[int, Any] = {}
    found: dict[str, Any] = {}
    for param in (*TRACKS, *weights_of(settings)):
        writes, added = by_track.get(param.name, []), acts.get(param.name, [])
        if param.default is None and not writes and not added:
            continue
        track = _base(lowering, stage, param, writes)
        for trigger, act in added:
            track = _triggered(lowering, stage, trigger, act, track, happenings)
        steps = [write.step for write in writes] + [act.step for _, act in added]
        place = added[-1][1].place if added else writes[-1].place if writes else None
        if added and not finite(lowering, track, added[-1][1].step, place):
            track = np.zeros(frames)
        if param.name == "seed":
            track = track + _seed_moves(str(settings["seed_behavior"]), frames, lowering.film.seed)
        found[param.name] = _settled(lowering, param, track, place, steps)
    return found


def _kept(lowering: Lowering) -> list[int]:
    """Return the steps that are wanted more than once: those of triggers, and numbers in texts."""
    typed = lowering.typed
    texts = [text for key in typed.prompts for text in (key.text, key.negative) if text is not None]
    kept = [part for text in texts for part in text.parts if isinstance(part, int)]
    for trigger in typed.triggers:
        kept += [step for step in (trigger.every, trigger.offset, trigger.where) if step is not None]
        kept += [amount for _, amount in trigger.lead or ()]
        for act in trigger.acts:
            kept += [act.step] if act.step >= 0 else []
            kept += [part for text in act.texts for part in text.parts if isinstance(part, int)]
    return kept * 2


_STAND_IN = {"focal": 1.0, "cfg": 7.0, "steps": 20.0}
"""What triggers add to, and what stands outside a section, where the script leaves the value open."""


def _base(lowering: Lowering, stage: Stage, param: Param, writes: list[Write]) -> Array:
    default = float(cast(float, param.default)) if param.default is not None else _STAND_IN.get(param.name, 0.0)
    track = np.full(lowering.film.frames, default)
    for write in sorted(writes, key=_layer):
        values = lowering.evaluator.frames(write.step)
        start, stop = 0, lowering.film.frames
        if write.section != FILM:
            _, start, stop = stage.sections[write.section]
            start, stop = max(0, start), max(0, min(stop, lowering.film.frames))
        if finite(lowering, values[start:stop], write.step, write.place, start):
            _lay(track[start:stop], write.op, values[start:stop])
        lowering.evaluator.release(write.step)
    over = [write for write in writes if write.op != "="]
    if over and not finite(lowering, track, over[-1].step, over[-1].place):
        return np.zeros(lowering.film.frames)
    return track


def _layer(write: Write) -> int:
    """Return when a value counts: first what ``=`` says for the film and for its sections, then what is laid over."""
    return 2 if write.op != "=" else int(write.section != FILM)


def _lay(track: Array, op: str, values: Array) -> None:
    with np.errstate(all="ignore"):
        if op == "=":
            track[:] = values
        elif op == "*=":
            track *= values
        else:
            track += values if op == "+=" else -values


def _triggered(
    lowering: Lowering, stage: Stage, trigger: Trigger, act: Any, track: Array, happenings: dict[int, Any]
) -> Array:
    try:
        happening = happenings.get(id(trigger))
        if happening is None:
            happening = fired(trigger, stage)
            if len(trigger.acts) > 1:
                happenings[id(trigger)] = happening
        stop = lowering.film.frames
        if trigger.section != FILM:
            stop = max(0, min(stop, stage.sections[trigger.section][2]))
        if act.op == "*=" and leaves_zero(lowering.typed.steps, act.step):
            lowering.findings.add("W0110", act.place, name=act.target)
        with np.errstate(all="ignore"):
            return applied(track, act.op, act.step, happening, stage, stop)
    except (TooManyEvents, TooMuchRinging):
        too_many(lowering, trigger)
        raise CompileError(lowering.findings.ordered()) from None


def _settled(lowering: Lowering, param: Param, track: Array, place: Place | None, steps: list[int]) -> Any:
    """Return a track within its range, told where it had to be held, in its final type."""
    low, high = param.low, param.high
    if param.kind == "integer":
        track = np.floor(track + 0.5)
    outside = np.zeros(len(track), dtype=bool)
    if low is not None:
        outside |= track < low
    if high is not None:
        outside |= track > high
    if outside.any() and not any(unheard(lowering, step) for step in steps):
        frame = int(np.argmax(outside))
        shown: dict[str, Any] = {
            "name": param.name,
            "low": f"{low or 0:g}",
            "high": f"{high or 0:g}",
            "value": f"{track[frame]:g}",
        }
        lowering.findings.add("W0104", place, frame=frame, **shown)
    if outside.any():
        track = np.clip(track, low, high)
    if param.kind == "integer":
        return track.astype(np.int64)
    limit = float(np.finfo(np.float32).max)
    return np.clip(track, -limit, limit).astype(np.float32)


def _seed_moves(behavior: str, frames: int, seed: float) -> Array:
    """Return what is added to the seed at each frame, as Deforum's ``next_seed`` has it."""
    t = np.arange(frames, dtype=np.float64)
    if behavior == "iter":
        return t
    if behavior == "alternate":
        return t % 2
    if behavior == "ladder":
        return np.where(t % 2 == 0, t / 2, (t - 1) / 2 + 2)
    if behavior == "random":
        return np.floor(chance.uniform(chance.salt("seed", seed), np.arange(frames)) * 2.0**32)
    return np.zeros(frames)

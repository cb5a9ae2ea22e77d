"""What a checked script wants to hear."""

from __future__ import annotations

from collections.abc import Mapping

from ..sounds import BEAT, DOWNBEAT, Needs, Request, Told
from ..typed import Every, Heard, Hits, Stream, Tempo, Trigger
from ..vocabulary import BY_NAME
from .scope import Check

_BEAT_STEPS = {"beat", "rate_beat", "beat_frames", "at_beat", "after_beats"}
_BAR_STEPS = {"bar", "rate_bar", "bar_frames", "at_bar", "after_bars"}


def needs_of(
    cx: Check,
    tempo: Tempo | None,
    triggers: tuple[Trigger, ...],
    streams: Mapping[str, Stream],
    audio: Mapping[str, str],
) -> Needs:
    """Return the sound files and requests of a script.

    A written tempo is what beats are listened for with; one with an offset is a grid, and takes their place, as a file
    of beats does.
    """
    asked: dict[Request, None] = {}
    ops = {step.op for step in cx.program.steps}
    beats = bool(ops & (_BEAT_STEPS | _BAR_STEPS))
    bars = bool(ops & _BAR_STEPS)
    listed: list[Stream] = [*(trigger.stream for trigger in triggers), *streams.values()]
    listed += [step.data for step in cx.program.steps if step.op == "hold" and isinstance(step.data, Stream)]
    for step in cx.program.steps:
        if step.op == "sound" and isinstance(step.data, Request):
            asked[step.data] = None
    for stream in listed:
        if isinstance(stream, Heard):
            if stream.request == BEAT:
                beats = True
            elif stream.request == DOWNBEAT:
                bars = True
            else:
                asked[stream.request] = None
        elif isinstance(stream, Every | Hits):
            units = {unit for unit, _ in stream.length}
            beats, bars = beats or "b" in units, bars or "bar" in units
    first: list[Request] = []
    told = None if cx.beats else told_of(cx, tempo)
    if not cx.beats and (tempo is None or told) and (beats or bars):
        first = [BEAT, DOWNBEAT] if bars else [BEAT]
    return Needs(dict(audio), (*first, *asked), told)


def told_of(cx: Check, tempo: Tempo | None) -> Told | None:
    """Return what a written tempo says of the beats in a sound, or None where it says all: where they are."""
    if tempo is None or tempo.offset is not None:
        return None
    bpm = cx.program.constant(tempo.bpm)
    meter = cx.program.constant(tempo.meter) if tempo.meter is not None else None
    low, high = BY_NAME["tempo"].low or 0.0, BY_NAME["tempo"].high or 0.0
    if bpm is None or not low <= bpm <= high or (tempo.meter is not None and meter is None):
        return None
    return Told(bpm, None if meter is None or not 1 <= meter <= 64 else int(meter))

"""What a checked script wants to hear."""

from __future__ import annotations

from collections.abc import Mapping

from ..sounds import BEAT, DOWNBEAT, Needs, Request
from ..typed import Every, Heard, Hits, Stream, Trigger
from .scope import Check

_BEAT_STEPS = {"beat", "rate_beat", "beat_frames", "at_beat", "after_beats"}
_BAR_STEPS = {"bar", "rate_bar", "bar_frames", "at_bar", "after_bars"}


def needs_of(
    cx: Check, tempo: bool, triggers: tuple[Trigger, ...], streams: Mapping[str, Stream], audio: Mapping[str, str]
) -> Needs:
    """Return the sound files and requests of a script; a written tempo takes the place of heard beats."""
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
    if not tempo and (beats or bars):
        first = [BEAT, DOWNBEAT] if bars else [BEAT]
    return Needs(dict(audio), (*first, *asked))

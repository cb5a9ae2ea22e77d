"""Lowering what stands where: sections, shots and events; and warnings about keys."""

from __future__ import annotations

import re
from typing import Any, cast

import numpy as np

from ..diagnostics import Label
from ..evaluation.arithmetic import ELEMENTWISE, Array
from ..evaluation.timeline import nearest_frame
from ..inputs import library
from ..program import Rank
from ..schedule import Guide, Section, Shot
from ..sounds import BEAT, DOWNBEAT
from ..source import Place
from ..typed import Heard, Stream
from ..vocabulary import BY_NAME
from .context import Lowering
from .happenings import Stage, TooManyEvents


def sections_of(lowering: Lowering) -> tuple[Section, ...]:
    """Return the sections as written, in frames; one may reach past the film."""
    found: list[Section] = []
    frames = lowering.film.frames
    for span in lowering.typed.sections:
        ends = [lowering.evaluator.once(span.start), lowering.evaluator.once(span.stop)]
        start, stop = (int(nearest_frame(np.clip(np.nan_to_num(end), -1e9, 1e9))) for end in ends)
        found.append(Section(span.name, start, stop))
        shown: dict[str, Any] = {"name": span.name, "start": start, "stop": stop}
        if stop < start:
            lowering.findings.add("E0501", span.place, **shown)
        elif stop == start:
            later = f"give it a length: section {span.name} from … for 4s"
            lowering.findings.add("W0107", span.place, fault="lasts no time", frames=frames, repair=later, **shown)
        elif start >= frames:
            lowering.findings.add("W0107", span.place, fault="begins after the film's end", frames=frames, **shown)
        elif stop > frames + 1:
            lowering.findings.add("W0107", span.place, fault="reaches past the film's end", frames=frames, **shown)
    return tuple(found)


_MOST_LATE_KEYS = 20
_PAST = "past the end of the film"


def warn_late_keys(lowering: Lowering) -> None:
    """Tell keys that lie outside the film, the first few of them."""
    frames, told = lowering.film.frames, 0
    for step, place in lowering.typed.keys:
        at = lowering.evaluator.once(step)
        if (at > frames + 0.5 or at <= -0.5) and told < _MOST_LATE_KEYS:
            where, repair = ("before the film's start", "count from 0, the first frame") if at < 0 else (_PAST, "")
            shown = f"{at:g}" if abs(at) < 1e15 else "far out"
            lowering.findings.add("W0101", place, where=where, frame=shown, frames=frames, repair=repair)
            told += 1


def warn_equal_keys(lowering: Lowering) -> None:
    """Tell keys of one list that stand at one frame."""
    for step in lowering.typed.steps:
        if step.op != "keys":
            continue
        places = cast("tuple[Any, tuple[Place, ...]]", step.data)[1]
        seen: dict[float, int] = {}
        for number, position in enumerate(step.args[::2]):
            at = lowering.evaluator.once(position)
            if at in seen:
                also = (Label(places[seen[at]], "written here before"),)
                lowering.findings.add("W0109", places[number], frame=f"{at:g}", also=also)
            seen[at] = number


def of_library(place: Place) -> str:
    """Return the block of the standard library that stands at a place: what it writes is shown where it is applied."""
    found = _APPLIED.match(place.source.text, place.start, place.end)
    return found[1] if found else ""


_APPLIED = re.compile(r"apply\s+(\w+)")
_ONLY_DEEP = "only in mode 3d"
"""How the help of a block ends that a flat picture has no counterpart for."""


def warn_idle(lowering: Lowering, mode: str) -> None:
    """Tell tracks that the film's mode does not read, and moves that have no counterpart in it."""
    other = "2d" if mode == "3d" else "3d"
    told: set[Place] = set()
    written = [(write.track, write.place) for write in lowering.typed.writes]
    written += [(act.target, act.place) for trigger in lowering.typed.triggers for act in trigger.acts]
    for name, place in written:
        if name not in BY_NAME or BY_NAME[name].mode != other or place in told:
            continue
        block = of_library(place)
        if not block:
            lowering.findings.add("W0105", place, name=name, mode=mode, other=other)
        elif mode == "2d" and _ONLY_DEEP in library.help_of(block):
            told.add(place)
            lowering.findings.add("W0115", place, name=block)


def warn_mean_tempo(lowering: Lowering) -> None:
    """Tell a length in beats inside arithmetic, where the tempo of the sound varies."""
    if not lowering.film.timeline.beats.varies:
        return
    steps = lowering.typed.steps
    lengths = {
        number
        for number, step in enumerate(steps)
        if step.op == "*" and any(steps[arg].op in ("beat_frames", "bar_frames") for arg in step.args)
    }
    for step in steps:
        if step.op in ELEMENTWISE and step.rank != Rank.ONCE and lengths.intersection(step.args):
            lowering.findings.add("W0112", step.place)


def shots_of(lowering: Lowering) -> tuple[Shot, ...]:
    """Return the shots: from cut to cut, each with the image that it begins from and a model of its own.

    A model stays until a later cut names another.
    """
    frames, typed = lowering.film.frames, lowering.typed
    images: dict[int, str | None] = {0: typed.image}
    models: dict[int, str] = {}
    usual = typed.settings["model"].value
    for cut in typed.cuts:
        at = lowering.evaluator.once(cut.at)
        frame = int(nearest_frame(np.clip(np.nan_to_num(at), -1e9, 1e9)))
        if frame < frames:
            frame = max(0, frame)
            images[frame] = cut.image or images.get(frame)
            if cut.model:
                models[frame] = cut.model
    starts, shots, model = sorted(images), list[Shot](), None
    for start, stop in zip(starts, [*starts[1:], frames], strict=True):
        model = models.get(start, model)
        shots.append(Shot(start, stop, images[start], None if model == usual else model))
    return tuple(shots)


def guides_of(lowering: Lowering) -> tuple[Guide, ...]:
    """Return the images that paintings are drawn to, those within the film, in their order."""
    found: list[Guide] = []
    for guide in lowering.typed.guides:
        at, strength = lowering.evaluator.once(guide.at), lowering.evaluator.once(guide.strength)
        frame = int(nearest_frame(np.clip(np.nan_to_num(at), -1e9, 1e9)))
        if 0 <= frame < lowering.film.frames:
            found.append(Guide(frame, guide.image, float(np.clip(np.nan_to_num(strength), 0, 1))))
    return tuple(sorted(found, key=lambda guide: guide.frame))


def events_of(lowering: Lowering, stage: Stage) -> dict[str, Array]:
    """Return every named or awaited stream of events, in seconds."""
    typed = lowering.typed
    named: dict[str, Stream] = {}
    if typed.tempo or typed.beats or BEAT in typed.needs.requests:
        named["beat"] = Heard(BEAT)
    if typed.tempo or typed.beats or DOWNBEAT in typed.needs.requests:
        named["downbeat"] = Heard(DOWNBEAT)
    found: dict[str, Array] = {}
    for name, stream in {**named, **typed.streams}.items():
        try:
            found[name] = stage.resolve(stream).times
        except TooManyEvents:
            found[name] = np.zeros(0)
    return found

"""The schedule, or what was heard in a sound, as one picture that can be printed."""

from __future__ import annotations

from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..compiler.schedule import Blend, Schedule
from ..compiler.vocabulary import BY_NAME
from .lanes import band_lane, crowded, event_lane, prompt_lane, short, short_name, sound_lane, track_lane
from .page import Lane, Sheet, clock, make, save

if TYPE_CHECKING:
    pass

Sound = Path | tuple[NDArray[np.float32], int]
"""A sound file, or mono samples with their rate."""

_NOTHING = np.zeros(0)


def plot_schedule(schedule: Schedule, path: Path, *, audio: Sound | None = None, title: str = "") -> None:
    """Write a film's schedule as .png, .svg or .pdf: sound, sections, shots, prompts, moving tracks and events.

    Tracks that never move are named in the footer. Raises AnimcError, or HearingError where the sound cannot be read.
    """
    fps = float(schedule.fps)
    moving, still = sorted_tracks(schedule)
    prompts, legend, notes = _prompt_lanes(schedule, fps)
    lanes = [
        *_sound_lanes(schedule, audio),
        *_span_lanes(schedule, fps),
        *prompts,
        *(_track_lane(schedule, name, number) for number, name in enumerate(moving)),
        *_event_lanes(schedule, but=("beat", "downbeat") if audio is not None else ()),
    ]
    facts = (
        f"{clock(schedule.duration)}   {schedule.frames} frames at {short(fps)} fps   "
        f"{schedule.size[0]}×{schedule.size[1]}   {schedule.settings.get('model', '')}"
    )
    rest = "all else stands at its default" if moving or still else "nothing moves"
    notes.append("still:  " + "   ".join([*still, rest]))
    save(make(Sheet(title or "film", facts, schedule.duration, lanes, notes, legend)), path)


def _sound_lanes(schedule: Schedule, audio: Sound | None) -> list[Lane]:
    if audio is None:
        return []
    samples, rate = audio if isinstance(audio, tuple) else _read(audio)
    down, beats = schedule.events.get("downbeat", _NOTHING), schedule.events.get("beat", _NOTHING)
    return [sound_lane(samples, rate, schedule.duration, down, beats)]


def _read(path: Path) -> tuple[NDArray[np.float32], int]:
    from .hearing.decode import decode

    wave = decode(path)
    return wave.samples, wave.rate


def _span_lanes(schedule: Schedule, fps: float) -> list[Lane]:
    sections = [(part.start / fps, part.stop / fps, part.name) for part in schedule.sections]
    shots = [
        (
            shot.start / fps,
            shot.stop / fps,
            "  ".join([f"{number}", *map(short_name, filter(None, (shot.image, shot.model)))]),
        )
        for number, shot in enumerate(schedule.shots, 1)
    ]
    lanes = [band_lane(sections, "sections")] if sections else []
    telling = len(shots) > 1 or any(shot.image or shot.model for shot in schedule.shots)
    return [*lanes, band_lane(shots, "shots", height=0.2, grey=True)] if telling else lanes


def _prompt_lanes(schedule: Schedule, fps: float) -> tuple[list[Lane], list[str], list[str]]:
    """Return lanes of prompts and negatives, a legend of texts that do not fit in them, and what all texts share."""
    lanes: list[Lane] = []
    legend: list[str] = []
    notes: list[str] = []
    for label, blend, lines in (("prompt", schedule.prompt, 3), ("negative", schedule.negative, 1)):
        used = [index for index in np.unique(blend.text).tolist() if schedule.texts[index]]
        if not used:
            continue
        weights = weights_of(blend, used, schedule.frames)
        texts, common = without_common([schedule.texts[index] for index in used])
        lanes.append(prompt_lane(weights, texts, fps, label, lines))
        if crowded(weights, texts, fps, lines):
            mark = "" if label == "prompt" else f"{label} "
            legend += [f"{mark}{number}  {text}" for number, text in enumerate(texts, 1)]
        if common:
            notes.append(f"in every {label}:  {common}")
    return lanes, legend, notes


def weights_of(blend: Blend, used: list[int], frames: int) -> NDArray[np.float32]:
    """Return how much of each used text stands at each frame, texts × frames."""
    row_of = {index: row for row, index in enumerate(used)}
    dense = np.zeros((len(used), frames), np.float32)
    frame = np.repeat(np.arange(frames), np.diff(blend.offsets))
    for index, row in row_of.items():
        here = blend.text == index
        np.add.at(dense[row], frame[here], blend.weight[here])
    return dense


def without_common(texts: list[str]) -> tuple[list[str], str]:
    """Take off what all texts begin or end with (a style, most often), and return it beside them, joined by "…"."""
    if len(set(texts)) < 2:
        return texts, ""
    head = _at_word(_beginning(texts))
    tail = _at_word(_beginning([text[len(head) :][::-1] for text in texts]))[::-1]
    bare = [text[len(head) : len(text) - len(tail)].strip(" ,.;") for text in texts]
    if len(head) + len(tail) < 8 or not all(bare):
        return texts, ""
    return bare, f"{head.rstrip()} … {tail.lstrip(' ,')}".strip()


def _beginning(texts: list[str]) -> str:
    """Return the letters that all texts begin with."""
    first, last = min(texts), max(texts)
    same = takewhile(lambda pair: pair[0] == pair[1], zip(first, last, strict=False))
    return "".join(letter for letter, _ in same)


def _at_word(shared: str) -> str:
    """Cut a shared beginning back to the end of a word."""
    cut = max(shared.rfind(" "), shared.rfind(","))
    return shared[: cut + 1]


def sorted_tracks(schedule: Schedule) -> tuple[list[str], list[str]]:
    """Return the names of tracks that move, in the vocabulary's order, and what to say of those set to one value."""
    order = {name: place for place, name in enumerate(BY_NAME)}
    names = sorted(schedule.tracks, key=lambda name: (order.get(name, len(order)), name))
    moving: list[str] = []
    still: list[str] = []
    for name in names:
        values = schedule.tracks[name]
        steps = np.diff(values)
        if not steps.any():
            still += [f"{name} {short(float(values[0]))}"] if values.size and values[0] != _rest(name) else []
        elif values.dtype.kind == "i" and (steps == steps[0]).all():
            still.append(f"{name} {values[0]}, {steps[0]:+d} a frame")
        else:
            moving.append(name)
    return moving, still


def _track_lane(schedule: Schedule, name: str, number: int) -> Lane:
    return track_lane(name, schedule.tracks[name], float(schedule.fps), _unit(schedule, name), _rest(name), number)


def _rest(name: str) -> float | None:
    """Return a track's default as its array holds it."""
    default = BY_NAME[name].default if name in BY_NAME else None
    return float(np.float32(default)) if isinstance(default, int | float) else None


def _unit(schedule: Schedule, name: str) -> str:
    """Return a track's unit; of one that differs by mode, the film's own ("px" of "1/200 world (3d), px (2d)")."""
    unit = BY_NAME[name].unit if name in BY_NAME else ""
    mode = f" ({schedule.settings.get('mode', '3d')})"
    return next((part.removesuffix(mode) for part in unit.split(", ") if part.endswith(mode)), unit)


def _event_lanes(schedule: Schedule, but: tuple[str, ...]) -> list[Lane]:
    shown = [(name, times) for name, times in schedule.events.items() if name not in but]
    return [event_lane(name, times, number=number) for number, (name, times) in enumerate(shown)]

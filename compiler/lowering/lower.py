"""Lowering: the typed tree and what was heard become the schedule, arrays with a value for every frame."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from fractions import Fraction
from typing import cast

from ..diagnostics import CompileError, Findings
from ..evaluation.evaluate import Evaluator, Film, TooMuchAtOnce
from ..evaluation.timeline import frame_rate, steady
from ..schedule import Schedule, Section
from ..sounds import Sounds
from ..typed import Typed
from .blends import TooManyTexts
from .context import Lowering
from .film import base_seed, film_length, film_settings, film_timeline
from .happenings import Stage, TooManyEvents
from .marks import (
    events_of,
    guides_of,
    sections_of,
    shots_of,
    warn_equal_keys,
    warn_idle,
    warn_late_keys,
    warn_mean_tempo,
)
from .prompting import blends_of, prompt_frames
from .tracks import tracks_of


def lower(typed: Typed, sounds: Sounds | None, findings: Findings) -> Schedule:
    """Return the schedule of a checked script. Raises CompileError where its values make a film impossible."""
    try:
        return _lowered(typed, sounds, findings)
    except TooManyEvents:
        findings.add(
            "E0406",
            None,
            what="its events are too many to count",
            how="make them rarer: every(1s) in place of every(1f)",
        )
    except TooManyTexts:
        findings.add(
            "E0406",
            None,
            what="its prompts make too many texts or fades",
            how="shorten the fades, and round the numbers in texts: ${round(t/10)}",
        )
    except TooMuchAtOnce:
        findings.add("E0406", None, what="its values would take too much memory", how="make the film shorter")
    raise CompileError(findings.ordered())


def find_more(typed: Typed, findings: Findings) -> None:
    """Add what is wrong with the values of a script that has mistakes already, as far as they can be worked out.

    Sounds are not listened to for it, and warnings can wait until the mistakes are mended.
    """
    if not typed.measured:
        return
    tried = Findings()
    with suppress(CompileError):
        lower(typed, Sounds(0.0), tried)
    for diagnostic in tried.ordered():
        if diagnostic.severity == "error":
            findings.keep(diagnostic)


def _lowered(typed: Typed, sounds: Sounds | None, findings: Findings) -> Schedule:
    film = Film(steady(Fraction(15), 120.0), sounds)
    lowering = Lowering(typed, sounds, findings, film, Evaluator(typed.steps, film))

    settings, size, fps = film_settings(lowering)
    film.timeline = film_timeline(lowering, frame_rate(fps))
    film.seed = base_seed(lowering)
    film.flat, film.height = settings["mode"] == "2d", size[1]
    frames = None if lowering.adrift else film_length(lowering)
    if frames is None:
        raise CompileError(findings.ordered())
    film.frames = frames

    sections = sections_of(lowering)
    prompts = prompt_frames(lowering)
    spans = tuple((section.name, section.start, section.stop) for section in sections)
    keys = tuple(at for at, _ in prompts)
    stage = Stage(lowering.evaluator, film.timeline, sounds, film.frames, spans, keys, typed.lyrics)
    film.marks = lambda stream: stage.resolve(stream).frames(film.timeline)

    tracks = tracks_of(lowering, stage, settings)
    texts, prompt, negative = blends_of(lowering, stage, prompts)
    events = events_of(lowering, stage)
    shots = shots_of(lowering)
    warn_late_keys(lowering)
    warn_equal_keys(lowering)
    warn_idle(lowering, str(settings["mode"]))
    warn_mean_tempo(lowering)
    if findings.errors:
        raise CompileError(findings.ordered())
    return Schedule(
        fps=film.timeline.fps,
        frames=film.frames,
        size=size,
        tracks=tracks,
        settings=cast("dict[str, str | float | int | bool]", settings),
        texts=texts,
        prompt=prompt,
        negative=negative,
        shots=shots,
        events=events,
        sections=_within(sections, film.frames),
        guides=guides_of(lowering),
        audio=(sounds.path if sounds else None) or typed.needs.audio.get("main"),
    )


def _within(sections: Sequence[Section], frames: int) -> tuple[Section, ...]:
    """Return what of the sections lies in the film."""
    clipped = (Section(s.name, max(0, s.start), min(s.stop, frames)) for s in sections)
    return tuple(section for section in clipped if section.start < section.stop)

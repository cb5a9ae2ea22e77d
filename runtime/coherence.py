"""Colour coherence: which frame a frame takes its colours from, and what those are.

The first is a function of the schedule alone, so that a resumed film agrees with an uninterrupted one.

Deforum holds every frame to the film's first, and so keeps a night in the colours of the morning before it. Here the
first frame of the shot holds as long as its prompt does; while a prompt changes, colours are free; and once the new one
has stood alone for a second, the frame there is the one to hold to.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import groupby

import torch

from ..compiler.schedule import Schedule, Shot, Weighted
from .colour import Palette, palette_of
from .picture import Bytes, to_tensor

SETTLE = 1.0
"""Seconds that a new prompt has to bring its colours before they are held."""

NUMBER = re.compile(r"\d+(\.\d+)?")


def references(schedule: Schedule, shot: Shot) -> list[int | None]:
    """Return for each frame of a shot the frame that it takes its colours from, or None where they are free."""
    settle = max(round(float(SETTLE * schedule.fps)), 1)
    found: list[int | None] = []
    frames = range(shot.start, shot.stop)
    for _, run in groupby(frames, key=lambda frame: _said(schedule.row(frame).prompt)):
        span = list(run)
        wait = 0 if span[0] == shot.start else settle
        found += [None] * min(wait, len(span))
        found += [span[wait]] * max(len(span) - wait, 0) if wait < len(span) else []
    return found


def _said(prompt: Weighted) -> tuple[tuple[str, float], ...]:
    """Return a prompt without the numbers in its texts, so that a weight that moves in a text is no new prompt."""
    return tuple((NUMBER.sub("#", text), round(weight, 3)) for text, weight in prompt)


class Colours:
    """The colours that a shot's frames are held to. ``kept`` gives a frame's stored picture, or None."""

    def __init__(
        self, schedule: Schedule, shot: Shot, device: torch.device, kept: Callable[[int], Bytes | None]
    ) -> None:
        self._space = str(schedule.settings.get("color_coherence", "lab"))
        free = self._space == "none"
        self._start = shot.start
        self._references = [None] * (shot.stop - shot.start) if free else references(schedule, shot)
        self._wanted = {frame for frame in self._references if frame is not None}
        self._device = device
        self._kept = kept
        self._palettes: dict[int, Palette] = {}

    def take(self, frame: int, picture: Callable[[], Bytes]) -> None:
        """Look at a finished frame; it is needed where later frames are held to it."""
        if frame in self._wanted:
            self._palettes = {frame: palette_of(to_tensor(picture(), self._device), self._space)}

    def at(self, frame: int) -> Palette | None:
        """Return the colours that a frame is held to, or None where they are free."""
        reference = self._references[frame - self._start]
        if reference is None or reference == frame:
            return None
        if reference not in self._palettes and (picture := self._kept(reference)) is not None:
            self.take(reference, lambda: picture)
        return self._palettes.get(reference)

    def resumable(self, frame: int) -> bool:
        """Tell whether the frame after ``frame`` can have its colours, with nothing but what is stored."""
        after = frame + 1 - self._start
        reference = self._references[after] if after < len(self._references) else None
        return reference is None or reference > frame or self._kept(reference) is not None

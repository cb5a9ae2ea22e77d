"""Colour coherence: which frame a frame takes its colours from, and what those are.

The first is a function of the schedule alone, so that a resumed film agrees with an uninterrupted one.

Deforum holds every frame to the film's first, and so keeps a night in the colours of the morning before it. Here the
first frame of the shot holds as long as its prompt does; while a prompt changes, colours are free; and once the new one
has stood alone for a second, the frame there is the one to hold to.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from itertools import groupby

import torch

from ..compiler.schedule import Schedule, Shot, Weighted
from .colour import Palette, palette_of
from .picture import Bytes, to_tensor

SETTLE = 1.0
"""Seconds that a new prompt has to bring its colours before they are held."""

NUMBER = re.compile(r"\d+(\.\d+)?")


class References:
    """Which painted frame each frame of a shot takes its colours from."""

    def __init__(self, schedule: Schedule, shot: Shot, painted: Sequence[int]) -> None:
        self.start = shot.start
        self.whose = reference_of(schedule)
        count = shot.stop - shot.start
        if self.whose == "prompt":
            self.frames = references(schedule, shot, painted)
        else:
            self.frames = [shot.start if self.whose in ("shot", "film") else None] * count
        every = max(int(schedule.settings.get("color_every", 1)), 1)
        self.matched = set(painted[::every])

    @property
    def outside(self) -> bool:
        """Tell whether the colours come from without the shot: the film's first frame, or an image."""
        return self.whose not in ("prompt", "shot", "none")

    def of(self, frame: int) -> int | None:
        """Return the frame that ``frame`` takes its colours from, or None where they are free, or its own."""
        found = self.frames[frame - self.start]
        return None if found == frame else found

    def after(self, frame: int) -> int | None:
        """Return what the frame after ``frame`` takes its colours from."""
        return self.frames[frame + 1 - self.start] if frame + 1 - self.start < len(self.frames) else None


def reference_of(schedule: Schedule) -> str:
    """Return whose colours are held: ``prompt``, ``shot``, ``film``, ``none``, or an image's path."""
    if schedule.settings.get("color_coherence") == "none":
        return "none"
    return str(schedule.settings.get("color_reference", "prompt"))


def references(schedule: Schedule, shot: Shot, painted: Sequence[int]) -> list[int | None]:
    """Return for each frame of a shot the painted frame that it takes its colours from, or None where they are free."""
    settle = max(round(float(SETTLE * schedule.fps)), 1)
    found: list[int | None] = []
    frames = range(shot.start, shot.stop)
    for _, run in groupby(frames, key=lambda frame: _said(schedule.row(frame).prompt)):
        span = list(run)
        settled = span[0] if span[0] == shot.start else span[0] + settle
        at = bisect_left(painted, settled)
        first = painted[at] if at < len(painted) else span[-1] + 1
        found += [first if frame >= first else None for frame in span]
    return found


def _said(prompt: Weighted) -> tuple[tuple[str, float], ...]:
    """Return a prompt without the numbers in its texts, so that a weight that moves in a text is no new prompt."""
    return tuple((NUMBER.sub("#", text), round(weight, 3)) for text, weight in prompt)


class Colours:
    """The colours that a shot's frames are held to, taken from its frames as they pass, or those of ``outside``."""

    def __init__(self, references: References, space: str, device: torch.device, outside: Bytes | None = None) -> None:
        self._references = references
        self._fixed = None if outside is None else palette_of(to_tensor(outside, device), space)
        self._wanted = {frame for frame in references.frames if frame is not None}
        self._space = space
        self._device = device
        self._palettes: dict[int, Palette] = {}

    def take(self, frame: int, picture: Bytes) -> None:
        """Look at a finished frame; it is needed where later frames are held to it."""
        if frame in self._wanted:
            self._palettes = {frame: palette_of(to_tensor(picture, self._device), self._space)}

    def at(self, frame: int) -> Palette | None:
        """Return the colours that a frame is held to, or None where they are free."""
        if frame not in self._references.matched:
            return None
        if self._fixed is not None:
            return self._fixed
        reference = self._references.of(frame)
        return None if reference is None else self._palettes[reference]

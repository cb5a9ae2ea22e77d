"""Which frame a frame takes its colours from: a function of the schedule alone, so that a resumed film agrees.

Deforum holds every frame to the film's first, and so keeps a night in the colours of the morning before it. Here the
first frame of the shot holds as long as its prompt does; while a prompt changes, colours are free; and once the new one
has stood alone for a second, the frame there is the one to hold to.
"""

from __future__ import annotations

import re
from itertools import groupby

from ..compiler.schedule import Schedule, Shot, Weighted

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
    """Return a prompt without the numbers in its texts: ``(golden:1.2) light`` says what ``(golden:1.3) light`` says."""
    return tuple((NUMBER.sub("#", text), round(weight, 3)) for text, weight in prompt)

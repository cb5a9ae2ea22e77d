"""Seconds as a script writes them: bars and beats where something stands on them, else seconds."""

from __future__ import annotations

import numpy as np

from ..hearing.rhythm import Rhythm

_NEAR_BAR, _NEAR_BEAT = 0.06, 0.05
"""Seconds by which something may miss a bar or a beat and still be meant to stand on it."""


class Times:
    """Writes times of one song. ``heard``: whether there are beats in it to count by."""

    def __init__(self, rhythm: Rhythm, *, counted: bool = True) -> None:
        self._beats, self._bars = rhythm.beats, rhythm.downbeats
        self._meter = rhythm.meter
        self.heard = counted and rhythm.beats.size >= 8 and rhythm.bars.size >= 2
        self._bar = float(np.median(np.diff(self._bars))) if self.heard else 2.0

    def seconds(self, time: float) -> str:
        """Return seconds, to a hundredth."""
        return f"{time:.2f}".rstrip("0").rstrip(".") + "s"

    def place(self, time: float) -> str:
        """Return a position in the film: a bar, or seconds."""
        number = self._number(time)
        return f"bar({number + 1})" if number is not None else "0" if time < 0.005 else self.seconds(time)

    def within(self, time: float, start: float) -> str:
        """Return a position in a section that begins at ``start``: bars or beats from there, or seconds."""
        if time - start < 0.02:
            return "0"
        here, there = self._number(start), self._number(time)
        if here is not None and there is not None:
            return _count(there - here, "bar")
        first, beat = self._beat(start), self._beat(time)
        if first is not None and beat is not None:
            return _count(beat - first, "beat")
        return self.seconds(time - start)

    def fade(self, time: float, after: float) -> str:
        """Return how a prompt comes that stands until ``after``: it fades in, for a third of its time at most."""
        room = (after - time) / 3
        if not self.heard:
            return f" fade {self.seconds(min(2.0, room))}" if room > 0.2 else ""
        for length, text in (
            (self._bar, "1 bar"),
            (2 * self._bar / self._meter, "2 beats"),
            (self._bar / self._meter, "1 beat"),
        ):
            if length <= room:
                return f" fade {text}"
        return ""

    def length(self, start: float, end: float) -> str:
        """Return a length of time: whole bars, or seconds."""
        here, there = self._number(start), self._number(end)
        return _count(there - here, "bar") if here is not None and there is not None else self.seconds(end - start)

    def _number(self, time: float) -> int | None:
        """Return the index of the bar that begins at a time; the last bars may end after the last downbeat."""
        if not self.heard:
            return None
        near = int(np.abs(self._bars - time).argmin())
        return near if abs(float(self._bars[near]) - time) < _NEAR_BAR else None

    def _beat(self, time: float) -> int | None:
        if not self.heard:
            return None
        near = int(np.abs(self._beats - time).argmin())
        return near if abs(float(self._beats[near]) - time) < _NEAR_BEAT else None


def _count(number: int, unit: str) -> str:
    return f"{number} {unit}" + ("" if number == 1 else "s")

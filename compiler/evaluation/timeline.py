"""The timeline: frames, seconds, beats and bars of a film, and how they are turned into one another."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np

from .arithmetic import Array

_FILM_RATES = {23.976: Fraction(24000, 1001), 29.97: Fraction(30000, 1001), 59.94: Fraction(60000, 1001),
               47.952: Fraction(48000, 1001), 119.88: Fraction(120000, 1001)}  # fmt: skip


def frame_rate(fps: float) -> Fraction:
    """Return the exact rate that is meant: 29.97 is 30000/1001."""
    for shown, exact in _FILM_RATES.items():
        if abs(fps - shown) < 0.0015 * (shown / 24.0):
            return exact
    return Fraction(fps).limit_denominator(1001)


def nearest_frame(position: Any) -> Any:
    """Return the frame nearest to a position in frames; halves go up."""
    return np.floor(np.asarray(position, dtype=np.float64) + 0.5).astype(np.int64)


@dataclass(frozen=True)
class Grid:
    """A clock that reads n at ``times[n]`` seconds, runs evenly between, and goes on as it began and ended.

    ``endless``: the marks go on beyond those given, as those of a written tempo do.
    """

    times: Array
    endless: bool = False

    @cached_property
    def _edges(self) -> tuple[float, float]:
        """Mean spacing of the first and of the last four intervals."""
        n = min(4, len(self.times) - 1)
        first = float(self.times[n] - self.times[0]) / n
        last = float(self.times[-1] - self.times[-1 - n]) / n
        return first, last

    @property
    def spacing(self) -> float:
        """Mean seconds from mark to mark."""
        return float(self.times[-1] - self.times[0]) / (len(self.times) - 1)

    @property
    def varies(self) -> bool:
        """Whether the spacing changes by more than a twentieth."""
        steps = np.diff(self.times)
        return bool(np.percentile(steps, 95) > 1.05 * np.percentile(steps, 5)) if len(steps) > 1 else False

    def read(self, seconds: Any) -> Any:
        """Return what the clock reads at a time."""
        first, last = self._edges
        top = len(self.times) - 1
        inner = np.interp(seconds, self.times, np.arange(top + 1.0))
        with np.errstate(all="ignore"):
            early, late = (seconds - self.times[0]) / first, top + (seconds - self.times[-1]) / last
        return np.where(seconds < self.times[0], early, np.where(seconds > self.times[-1], late, inner))

    def time(self, reading: Any) -> Any:
        """Return the time in seconds when the clock reads ``reading``."""
        first, last = self._edges
        top = len(self.times) - 1
        inner = np.interp(reading, np.arange(top + 1.0), self.times)
        with np.errstate(all="ignore"):
            early, late = self.times[0] + reading * first, self.times[-1] + (reading - top) * last
        return np.where(reading < 0.0, early, np.where(reading > top, late, inner))

    def marks(self, duration: float) -> Array:
        """Return the times of the marks within the film."""
        if not self.endless:
            return self.times[(self.times >= 0.0) & (self.times < duration)]
        count = max(0, int(np.ceil((duration - self.times[0]) / self.spacing)))
        marks = self.times[0] + np.arange(count + 1) * self.spacing
        return marks[(marks >= 0.0) & (marks < duration)]


@dataclass(frozen=True, slots=True)
class Timeline:
    """Frame rate and clocks of a film."""

    fps: Fraction
    beats: Grid
    bars: Grid

    @property
    def rate(self) -> float:
        """Frames a second as a float."""
        return float(self.fps)


def steady(fps: Fraction, bpm: float, offset: float = 0.0, meter: float = 4.0) -> Timeline:
    """Return the timeline of a written tempo: the first beat and bar begin at ``offset`` seconds."""
    beat = 60.0 / bpm
    bar = beat * meter
    return Timeline(fps, Grid(np.array([offset, offset + beat]), True), Grid(np.array([offset, offset + bar]), True))


def heard(fps: Fraction, beats: Array, downbeats: Array, meter: int = 4) -> Timeline:
    """Return the timeline of heard beats; too few of them stand for 120 beats a minute from the first on.

    ``meter``: beats a bar where no downbeats are told.
    """
    if len(beats) < 2:
        return steady(fps, 120.0, float(beats[0]) if len(beats) else 0.0)
    grid = Grid(beats)
    if len(downbeats) >= 2:
        return Timeline(fps, grid, Grid(downbeats))
    first = int(np.argmin(np.abs(beats - downbeats[0]))) if len(downbeats) else 0
    every = beats[first::meter]
    if len(every) < 2:
        every = np.array([beats[first], beats[first] + meter * grid.spacing])
    return Timeline(fps, grid, Grid(every))

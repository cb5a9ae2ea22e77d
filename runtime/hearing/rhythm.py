"""The rhythm of a sound: beats, downbeats, tempo and meter, and how sure they are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...compiler.sounds import Told
from .accents import Accents, accents_of
from .attack import power_curves
from .bars import find_downbeats
from .beats import Times, find_beats
from .cache import Arrays
from .decode import Wave


@dataclass(frozen=True, slots=True)
class Rhythm:
    """``beats`` in seconds with ``velocity`` in 0..1; ``bars`` indexes the beats that begin one.

    ``tempo`` in beats a minute (the median), 0 where there is no beat. ``confidence`` in 0..1.
    """

    beats: Times
    velocity: NDArray[np.float32]
    bars: NDArray[np.int64]
    meter: int
    tempo: float
    confidence: float

    @property
    def signature(self) -> str:
        """The meter as it is written: two beats a bar are told of compound time alone, and are 6/8."""
        return "6/8" if self.meter == 2 else f"{self.meter}/4"

    @property
    def numbers(self) -> NDArray[np.int64]:
        """The number of each beat in its bar, from 1; those before the first bar count down to it."""
        size = self.beats.size
        first = int(self.bars[0]) if self.bars.size else 0
        last = np.maximum.accumulate(np.where(np.isin(np.arange(size), self.bars), np.arange(size), -1))
        since = np.where(last >= 0, np.arange(size) - last, (np.arange(size) - first) % max(self.meter, 1))
        return since + 1

    @property
    def downbeats(self) -> Times:
        """The first beat of each bar, in seconds."""
        return self.beats[self.bars]


def rhythm_of(wave: Wave, told: Told | None = None, taps: Times | None = None) -> Rhythm:
    """Find a sound's beats and bars, near the tempo and of the meter told, and near the taps (seconds, ascending); no
    beats where nothing is regular."""
    accents = accents_of(wave)
    beats, level = find_beats(accents, power_curves(wave.samples, wave.rate), told.tempo if told else None, taps)
    bars, meter, count = find_downbeats(beats, accents, told.meter if told else None)
    return rhythm_on(beats, bars, meter, accents, 0.25 + 0.5 * level + 0.25 * count)


def rhythm_on(beats: Times, bars: NDArray[np.int64], meter: int, accents: Accents, trust: float = 1.0) -> Rhythm:
    """Return the rhythm of known beats; ``bars`` are the indices of those that begin one. ``trust``: 0..1."""
    # Beats lie on a grid of 1.5 ms, so the gap between neighbours is too coarse: half of the beats are spanned.
    span = max(1, beats.size // 2)
    tempo = 60.0 * span / float(np.median(beats[span:] - beats[:-span])) if beats.size > 1 else 0.0
    return Rhythm(beats, _strength(beats, accents), bars, meter, tempo, _confidence(beats, accents) * trust)


def _strength(beats: Times, accents: Accents) -> NDArray[np.float32]:
    """Return how strongly each beat is played, in 0..1."""
    if beats.size == 0:
        return np.zeros(0, np.float32)
    near = _frames(beats, accents.onset.size)[:, None] + np.arange(-3, 6)
    peaks = accents.onset[np.clip(near, 0, accents.onset.size - 1)].max(axis=1)
    return np.clip(peaks / max(float(np.percentile(peaks, 95)), 1e-9), 0, 1).astype(np.float32)


def _confidence(beats: Times, accents: Accents) -> float:
    """Return how far the accents on the beats stand above those between them, in 0..1."""
    if beats.size < 4:
        return 0.0
    between = (beats[1:] + beats[:-1]) / 2
    size = accents.onset.size
    on = accents.onset[_frames(beats, size)[:, None].clip(2, size - 5) + np.arange(-2, 5)].max(axis=1).mean()
    # A quarter of a beat away from beats and half-beats nothing need sound: it stands for chance.
    off_at = np.concatenate([between - np.diff(beats) / 4, between + np.diff(beats) / 4])
    off = accents.onset[_frames(off_at, size)[:, None].clip(2, size - 5) + np.arange(-2, 5)].max(axis=1).mean()
    return float(np.clip((on - off) / max(on, 1e-9), 0, 1))


def _frames(times: Times, size: int) -> NDArray[np.int64]:
    return np.clip(np.round(times * 100).astype(np.int64), 0, size - 1)


def to_arrays(rhythm: Rhythm) -> Arrays:
    """Return a rhythm as plain arrays, to be kept."""
    facts = np.array([rhythm.meter, rhythm.tempo, rhythm.confidence])
    return {"beats": rhythm.beats, "velocity": rhythm.velocity, "bars": rhythm.bars, "facts": facts}


def from_arrays(arrays: Arrays) -> Rhythm:
    """Read back what ``to_arrays`` gave. Raises KeyError, ValueError or IndexError where it is not that."""
    beats, bars = arrays["beats"].astype(np.float64), arrays["bars"].astype(np.int64)
    meter, tempo, confidence = arrays["facts"].tolist()
    if beats.ndim != 1 or arrays["velocity"].shape != beats.shape or (bars.size and bars.max() >= beats.size):
        raise ValueError("not a rhythm")
    return Rhythm(beats, arrays["velocity"].astype(np.float32), bars, int(meter), tempo, confidence)

"""Signals: how loud, how bright, how high a sound is at each moment, 100 values a second, the first at 0 s."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ...compiler.sounds import Signal
from ..errors import HearingError
from .accents import chroma_weights
from .decode import Wave
from .onsets import novelty
from .pitch import yin
from .spectrum import Band, Floats, band_power, magnitudes

RATE = 100
"""Values a second."""

NOTES = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}


def rms(wave: Wave, band: Band | None = None) -> Signal:
    """Return the level of a band in 0..1, where 1 is the loudest of the band in this sound (its 99.9th percentile)."""
    whole = band or (20.0, wave.rate / 2)
    window = 2048 if whole[0] < 400 else 1024
    level = np.sqrt(band_power(wave.samples, wave.rate, whole, window, wave.rate // RATE))
    return Signal(_full_scale(level), RATE, spiky=True)


def loudness(wave: Wave, band: Band | None = None) -> Signal:
    """Return loudness in 0..1: momentary (400 ms) K-weighted level (ITU-R BS.1770), 0 at 40 dB below the top."""
    from scipy.ndimage import uniform_filter1d

    hop = wave.rate // RATE
    weight = _k_weight(np.arange(1025) * wave.rate / 2048)
    if band:
        weight = weight * _inside(np.arange(1025) * wave.rate / 2048, band)
    power = np.concatenate([np.square(block) @ weight for block in magnitudes(wave.samples, 2048, hop)])
    momentary = uniform_filter1d(power, 40, mode="constant")
    level = 10 * np.log10(momentary + 1e-12)
    top = max(float(np.percentile(level, 99.9)), -80.0)
    return Signal(np.clip((level - top + 40) / 40, 0, 1).astype(np.float32), RATE, spiky=False)


def flux(wave: Wave, band: Band | None = None) -> Signal:
    """Return how much new sound sets in, in 0..1 (SuperFlux, 1 is its 99.9th percentile in this sound)."""
    return Signal(_full_scale(novelty(wave, band or (30.0, wave.rate / 2), 1 / RATE)), RATE, spiky=True)


def centroid(wave: Wave, band: Band | None = None) -> Signal:
    """Return the spectrum's centre of gravity in hertz: how bright it sounds; held through silence."""
    hertz = np.arange(1025) * wave.rate / 2048
    hertz_in = _inside(hertz, band or (20.0, wave.rate / 2))
    centre: list[Floats] = []
    level: list[Floats] = []
    for block in magnitudes(wave.samples, 2048, wave.rate // RATE):
        total = block @ hertz_in
        centre.append((block @ (hertz * hertz_in) / np.maximum(total, 1e-9)).astype(np.float32))
        level.append(total)
    return Signal(_held(np.concatenate(centre), _sounding(np.concatenate(level))), RATE, spiky=False)


def pitch(wave: Wave, band: Band | None = None) -> Signal:
    """Return the fundamental in hertz, between 60 and 1200 unless a band says otherwise; held where none sounds."""
    low, high = band or (60.0, 1200.0)
    values, periodic = yin(wave, (low, high), RATE)
    power = band_power(wave.samples, wave.rate, (low, 4 * high), 2048, wave.rate // RATE)
    return Signal(_held(values, _sounding(np.sqrt(power)) & (periodic > 0.6)), RATE, spiky=False)


def chroma(wave: Wave, note: str) -> Signal:
    """Return a pitch class's share in 0..1: 1 where it is the strongest of the twelve. ``note`` such as A, C# or Eb."""
    fold = chroma_weights(4096, wave.rate).T
    rows = np.concatenate([block @ fold for block in magnitudes(wave.samples, 4096, wave.rate // RATE)])
    share = rows[:, note_class(note)] / np.maximum(rows.max(axis=1), 1e-9)
    sounding = _sounding(rows.sum(axis=1))
    return Signal((share * sounding).astype(np.float32), RATE, spiky=False)


def note_class(note: str) -> int:
    """Return 0 (C) to 11 (B) for a note's name. Raises HearingError."""
    name = note.strip().replace("♯", "#").replace("♭", "b")
    shift = {"": 0, "#": 1, "b": -1}.get(name[1:])
    if not name or name[0].upper() not in NOTES or shift is None:
        raise HearingError(f"{note!r} is not a note", "write one of A to G, with # or b: A, C#, Eb")
    return (NOTES[name[0].upper()] + shift) % 12


def _full_scale(values: Floats) -> Floats:
    """Scale so that 1 is the 99.9th percentile; what is all but silent stays 0."""
    top = float(np.percentile(values, 99.9))
    if top < 1e-5:
        return np.zeros_like(values)
    return np.clip(values / top, 0, 1).astype(np.float32)


def _sounding(level: Floats) -> NDArray[np.bool_]:
    return level > max(1e-6, 1e-3 * float(level.max(initial=0)))


def _held(values: Floats, known: NDArray[np.bool_]) -> Floats:
    """Where a value is not known, keep the last that was, or the first to come."""
    places = np.flatnonzero(known)
    if places.size == 0:
        return np.zeros_like(values)
    last = np.searchsorted(places, np.arange(values.size), side="right") - 1
    return values[places[np.clip(last, 0, None)]].astype(np.float32)


def _inside(hertz: NDArray[np.float64], band: Band) -> NDArray[np.float32]:
    return ((hertz >= band[0]) & (hertz <= band[1])).astype(np.float32)


def _k_weight(hertz: NDArray[np.float64]) -> NDArray[np.float32]:
    """Return the power gain of BS.1770's weighting: a high-pass at 38 Hz and a shelf of +4 dB above 1.7 kHz."""
    high_pass = 1 / (1 + (38.0 / np.maximum(hertz, 1.0)) ** 4)
    shelf = 1 + (10**0.4 - 1) / (1 + (1682.0 / np.maximum(hertz, 1.0)) ** 4)
    return (high_pass * shelf).astype(np.float32)

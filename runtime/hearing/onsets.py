"""Onsets of a band: drums, notes, syllables; each with its time in seconds and its strength."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .attack import power_curves, refine
from .bandpass import band_pieces
from .decode import Wave
from .spectrum import Band, Floats, magnitudes

THRESHOLD, DEEP_THRESHOLD = 0.15, 0.33
"""Velocity that an onset must reach to count; below 200 Hz, where bass notes stand beside the drum, it is higher."""

_HOP = 0.005
_APART = 0.05
_LOW = 200.0
_CREST, _DEEP_CREST = 2.5, 12.0
"""In hiss the 98th percentile of a band's rise is 1.8 times its median at most, below 200 Hz 8 times.

The noisiest music of benchmarks/hearing has 8 times, and 2000 times."""
_DELAY = 0.0015
"""Seconds by which the band-pass of a low band is late."""


def find_onsets(
    wave: Wave, band: Band | None = None, threshold: float | None = None
) -> tuple[NDArray[np.float64], NDArray[np.float32]]:
    """Return the onsets of a band: seconds, ascending, and velocities in 0..1 (1: the track's own strong ones).

    Below 200 Hz velocity is the strength of the blow, so that a kick counts and a bass note hardly does.
    """
    low, high = band or (30.0, 0.49 * wave.rate)
    # A drum's attack reaches above its band and dies there at once, where a bass note's harmonics stay.
    deep = high <= _LOW
    attack = (0.75 * high, 1.7 * high) if deep else (low / 1.3, high * 1.3)
    flux = novelty(wave, (low, attack[1]), window=1024)
    peaks = _peaks(flux)
    if peaks.size == 0 or _is_hiss(wave, flux, deep=deep):
        return np.zeros(0), np.zeros(0, np.float32)
    curves = power_curves(wave.samples, wave.rate, (attack,))
    holds = (4,) if deep else (8,)
    times, _ = refine(
        peaks.astype(np.float64) * _HOP, curves, before=0.045, after=0.025, holds=holds, by_amplitude=deep
    )
    times -= _DELAY if deep else 0.0
    blow = _blow(wave, attack, times, 1.0 if deep else 0.4)
    times, blow = _apart(np.clip(times, 0, None), blow)
    # The strong ones set the scale, not one freak; but where few rise out of a hiss, they are the strong ones.
    top = max(float(np.percentile(blow, 95)), 0.35 * float(blow.max()))
    if top < 1e-5:
        return np.zeros(0), np.zeros(0, np.float32)
    velocity = np.clip(blow / top, 0, 1).astype(np.float32)
    least = threshold if threshold is not None else DEEP_THRESHOLD if deep else THRESHOLD
    heard = velocity >= max(least, 1e-6)
    return times[heard], velocity[heard]


def novelty(wave: Wave, band: Band, hop: float = _HOP, window: int = 2048) -> Floats:
    """Return the rise of a band's spectrum against 20 ms before, after the SuperFlux of Böck and Widmer (2013)."""
    from scipy.ndimage import maximum_filter1d

    bins = np.arange(window // 2 + 1) * wave.rate / window
    used = np.flatnonzero((bins >= band[0]) & (bins <= band[1]))
    if used.size == 0:
        return np.zeros(1, np.float32)
    span = slice(int(used[0]), int(used[-1]) + 1)
    rows = [block[:, span] for block in magnitudes(wave.samples, window, round(hop * wave.rate))]
    spectrum = np.concatenate(rows)
    lag = max(1, round(0.02 / hop))
    before = np.concatenate([np.zeros((lag, spectrum.shape[1]), np.float32), spectrum[:-lag]])[: spectrum.shape[0]]
    return np.clip(spectrum - maximum_filter1d(before, 3, axis=1), 0, None).sum(axis=1)


def _is_hiss(wave: Wave, flux: Floats, *, deep: bool) -> bool:
    """Tell whether nothing in a band begins more plainly than chance has it in noise; the ends do not count."""
    inner = flux[8:-8]
    if inner.size < 8:
        return False
    # Little sound shows little of a deep band: there chance goes further.
    crest = _DEEP_CREST * max(1.0, 0.8 / wave.duration) if deep else _CREST
    usual, high, top = np.percentile(inner, [50, 98, 100])
    if high > crest * usual or top > 2 * crest * usual:
        return False
    parts = [float(np.square(part, dtype=np.float64).mean()) for part in np.array_split(wave.samples, 4)]
    # A single blow has no second one to stand out from, but it dies away.
    return wave.duration > 1.0 or min(parts) > 0.1 * max(parts)


def _peaks(flux: Floats) -> NDArray[np.int64]:
    """Pick local maxima that stand above their surroundings; weak ones are sorted out later, by their blow."""
    from scipy.ndimage import maximum_filter1d, uniform_filter1d

    near = round(0.03 / _HOP)
    top = flux == maximum_filter1d(flux, 2 * near + 1)
    top &= flux > 1.2 * uniform_filter1d(flux, round(0.2 / _HOP) | 1)
    if not top.any():
        return np.zeros(0, np.int64)
    strong = float(np.percentile(flux[top], 95))
    return np.flatnonzero(top & (flux >= max(0.05 * strong, 1e-6)))


def _blow(wave: Wave, band: Band, times: NDArray[np.float64], fall: float) -> Floats:
    """Return how far a band's amplitude jumps up within 25 ms of each time.

    With ``fall`` 1 only what falls again within 0.1 s counts, as a drum does and a note that is held does not.
    """
    from scipy.ndimage import maximum_filter1d

    pieces = band_pieces(wave.samples, wave.rate, band, 4, wave.rate // 1000)
    level = np.concatenate([*(np.abs(rows).max(axis=1) for rows in pieces), np.zeros(200)])
    held = maximum_filter1d(level, 8, origin=3)
    at = np.round(times * 1000).astype(int)[:, None]
    peak = held[np.clip(at + np.arange(0, 30), 0, held.size - 1)].max(axis=1)
    before = held[np.clip(at + np.arange(-6, 0), 0, held.size - 1)].min(axis=1) * (at[:, 0] >= 6)
    after = held[np.clip(at + np.arange(70, 120), 0, held.size - 1)].mean(axis=1)
    return np.clip(peak - np.maximum(before, fall * after), 0, None).astype(np.float32)


def _apart(times: NDArray[np.float64], blow: Floats) -> tuple[NDArray[np.float64], Floats]:
    """Sort, and of onsets closer than 50 ms keep the one with the stronger blow."""
    kept: list[int] = []
    for index in np.argsort(times, kind="stable").tolist():
        if not kept or times[index] - times[kept[-1]] >= _APART:
            kept.append(index)
        elif blow[index] > blow[kept[-1]]:
            kept[-1] = index
    return times[kept], blow[kept]

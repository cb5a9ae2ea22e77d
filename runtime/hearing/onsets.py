"""Onsets of a band: drums, notes, syllables; each with its time in seconds and its strength."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .attack import power_curves, refine
from .decode import Wave
from .spectrum import Band, Floats, magnitudes

KICK: Band = (20.0, 120.0)
SNARE: Band = (150.0, 4000.0)
HAT: Band = (6000.0, 12000.0)
THRESHOLD = 0.15
"""Share of the track's own strong onsets that an onset must reach."""

_HOP = 0.005
_APART = 0.05


def find_onsets(
    wave: Wave, band: Band | None = None, threshold: float = THRESHOLD
) -> tuple[NDArray[np.float64], NDArray[np.float32]]:
    """Return the onsets of a band: seconds, ascending, and velocities in 0..1 (1: the track's own strongest)."""
    low, high = band or (30.0, 0.49 * wave.rate)
    flux = novelty(wave, (low, high))
    peaks = _peaks(flux, threshold)
    if peaks.size == 0:
        return np.zeros(0), np.zeros(0, np.float32)
    curves = power_curves(wave.samples, wave.rate, ((low / 1.5, high * 1.5),))
    times, _ = refine(peaks * _HOP, curves)
    strength = flux[peaks]
    velocity = np.clip(strength / np.percentile(strength, 95), 0, 1).astype(np.float32)
    return _apart(np.clip(times, 0, None), velocity)


def novelty(wave: Wave, band: Band, hop: float = _HOP) -> Floats:
    """Return the rise of a band's spectrum against 20 ms before, after the SuperFlux of Böck and Widmer (2013)."""
    from scipy.ndimage import maximum_filter1d

    window = 2048 if band[0] < 400 else 1024
    bins = np.arange(window // 2 + 1) * wave.rate / window
    used = np.flatnonzero((bins >= band[0]) & (bins <= band[1]))
    if used.size == 0:
        return np.zeros(1, np.float32)
    span = slice(int(used[0]), int(used[-1]) + 1)
    rows = [block[:, span] for block in magnitudes(wave.samples, window, round(hop * wave.rate))]
    spectrum = np.concatenate(rows)
    lag = max(1, round(0.02 / hop))
    before = np.concatenate([np.zeros((lag, spectrum.shape[1]), np.float32), spectrum[:-lag]])
    return np.clip(spectrum - maximum_filter1d(before, 3, axis=1), 0, None).sum(axis=1)


def _peaks(flux: Floats, threshold: float) -> NDArray[np.int64]:
    """Pick local maxima that stand above their surroundings and above a share of the track's strong ones."""
    from scipy.ndimage import maximum_filter1d, uniform_filter1d

    near = round(0.03 / _HOP)
    top = flux == maximum_filter1d(flux, 2 * near + 1)
    top &= flux > 1.3 * uniform_filter1d(flux, round(0.2 / _HOP) | 1)
    if not top.any():
        return np.zeros(0, np.int64)
    strong = float(np.percentile(flux[top], 95))
    return np.flatnonzero(top & (flux >= max(threshold * strong, 1e-6)))


def _apart(
    times: NDArray[np.float64], velocity: NDArray[np.float32]
) -> tuple[NDArray[np.float64], NDArray[np.float32]]:
    """Sort, and of onsets closer than 50 ms keep the first, with the greater velocity."""
    order = np.argsort(times, kind="stable")
    kept: list[int] = []
    for index in order:
        if kept and times[index] - times[kept[-1]] < _APART:
            velocity[kept[-1]] = max(velocity[kept[-1]], velocity[index])
        else:
            kept.append(int(index))
    return times[kept], velocity[kept]

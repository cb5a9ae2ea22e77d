"""Where a sound truly begins: the foot of the steepest rise of its power, to about a millisecond."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .bandpass import band_pieces
from .spectrum import Band, Floats

STEP = 0.0015
"""Seconds between the values of a power curve."""

_EDGES: tuple[Band, ...] = ((20, 180), (180, 2000), (2000, 14000))


def power_curves(samples: Floats, rate: int, bands: tuple[Band, ...] = _EDGES) -> NDArray[np.float32]:
    """Return the level of each band in decibels, bands × steps of ``STEP`` seconds, filtered causally."""
    size = round(STEP * rate)
    curves = np.stack(
        [
            np.concatenate([np.square(rows).mean(axis=1) for rows in band_pieces(samples, rate, band, 2, size)])
            for band in bands
        ]
    )
    floor = np.maximum(curves.max(axis=1, initial=0.0) * 1e-5, 1e-9)[:, None]
    return (10 * np.log10(curves + floor)).astype(np.float32)


def refine(
    times: NDArray[np.float64],
    curves: NDArray[np.float32],
    *,
    before: float = 0.05,
    after: float = 0.03,
    holds: tuple[int, ...] = (8, 4, 3),
    by_amplitude: bool = False,
) -> tuple[NDArray[np.float64], NDArray[np.float32]]:
    """Move each time to the foot of the steepest rise between ``before`` and ``after`` seconds of it.

    ``holds``: for each band, the steps over which its level is held, so that the swings of a low note within its period
    are no rises. ``by_amplitude``: a rise counts by what it ends in, so that a hush before a small sound does not outdo
    a drum. Returns the times moved and the rise found at each, in decibels summed over bands (small: nothing rose).
    """
    if times.size == 0 or curves.shape[1] < 2 * _REACH:
        return times.copy(), np.zeros(times.size, np.float32)
    rise = _rise(curves, holds, by_amplitude=by_amplitude)
    grid = np.arange(-round(before / STEP), round(after / STEP) + 1)
    at = np.clip(np.round(times / STEP).astype(int)[:, None] + grid, 0, rise.size - 1)
    found = rise[at]
    peak = found.max(axis=1)
    # The last step whose rise is still nearly the steepest: one later, the sound has begun.
    foot = found.shape[1] - 1 - np.argmax(found[:, ::-1] >= 0.9 * peak[:, None], axis=1)
    moved = (at[np.arange(times.size), foot] + 1.5) * STEP
    return np.where(peak > _LEAST, moved, times), peak


_REACH = 6
_LEAST = 3.0


def _rise(curves: NDArray[np.float32], holds: tuple[int, ...], *, by_amplitude: bool) -> NDArray[np.float32]:
    """Return how much each step's level grows within the next ``_REACH`` steps, bands summed, each up to 30 dB."""
    from scipy.ndimage import maximum_filter1d

    total = np.zeros(curves.shape[1], np.float32)
    for curve, hold in zip(curves, holds, strict=True):
        held = maximum_filter1d(curve, hold, origin=(hold - 1) // 2, mode="nearest")
        ahead = np.concatenate([held[_REACH:], np.repeat(held[-1:], _REACH)])
        rise = np.clip(ahead - held, 0, 30)
        if by_amplitude:
            rise *= 10 ** (np.minimum(ahead - np.percentile(ahead, 98), 0) / 20)
        total += rise
    return total

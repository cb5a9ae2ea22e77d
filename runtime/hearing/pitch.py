"""The fundamental of a sound at each moment: YIN (de Cheveigné and Kawahara 2002), in numpy, 100 values a second."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .decode import Wave
from .spectrum import Band

_DIP = 0.15
"""How near to perfect repetition (0) a lag must come to be taken at once."""

_FRAMES = 1024


def yin(wave: Wave, band: Band, rate: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the fundamental in hertz within a band, ``rate`` values a second, and how periodic the sound is, 0..1."""
    import soxr

    low, high = max(band[0], 30.0), min(band[1], 4000.0)
    half = soxr.resample(wave.samples, wave.rate, wave.rate // 2, "MQ")
    per_second = wave.rate // 2
    longest, shortest = int(np.ceil(per_second / low)) + 2, max(2, int(per_second / high) - 1)
    size, hop = 2 * longest, per_second // rate
    count = 1 + wave.samples.size // (wave.rate // rate)
    padded = np.pad(half, (size // 2 + longest // 2, size + longest))
    rows = np.lib.stride_tricks.sliding_window_view(padded, size + longest)[::hop][:count]
    found = [_pitches(rows[first : first + _FRAMES], size, shortest) for first in range(0, rows.shape[0], _FRAMES)]
    lags = np.concatenate([lag for lag, _ in found])
    missing = (0, count - lags.size)
    depth = np.concatenate([dip for _, dip in found])
    pitch = (per_second / np.maximum(lags, 1.0)).astype(np.float32)
    periodic = (1 - np.clip(depth, 0, 1)).astype(np.float32)
    return np.pad(pitch, missing, mode="edge"), np.pad(periodic, missing)


def _pitches(rows: NDArray[np.float32], size: int, shortest: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the period in samples and the depth of its dip for each row of ``size`` + longest lag samples."""
    full = 1 << int(np.ceil(np.log2(rows.shape[1] + size)))
    near = np.fft.rfft(rows[:, :size], full, axis=1)
    product = np.fft.irfft(np.conj(near) * np.fft.rfft(rows, full, axis=1), full, axis=1).astype(np.float64)
    longest = rows.shape[1] - size
    power = np.cumsum(np.pad(np.square(rows), ((0, 0), (1, 0))), axis=1, dtype=np.float64)
    energy = power[:, size : size + longest] - power[:, :longest]
    difference = np.clip(energy[:, :1] + energy - 2 * product[:, :longest], 0, None)
    mean = np.cumsum(difference[:, 1:], axis=1) / np.arange(1, longest)
    dip = np.concatenate([np.ones((rows.shape[0], 1)), difference[:, 1:] / np.maximum(mean, 1e-12)], axis=1)
    dip[:, :shortest] = 2.0
    best = _first_dip(dip)
    return best + _vertex(dip, best), dip[np.arange(best.size), best]


def _first_dip(dip: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the first local minimum below the threshold of each row, or the lowest point."""
    inner = dip[:, 1:-1]
    low = (inner < _DIP) & (inner <= dip[:, :-2]) & (inner <= dip[:, 2:])
    return np.where(low.any(axis=1), low.argmax(axis=1) + 1, dip[:, :-1].argmin(axis=1)).astype(np.int64)


def _vertex(dip: NDArray[np.float64], best: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return by what part of a sample the bottom of the parabola through three points lies beside the middle one."""
    row, mid = np.arange(best.size), np.clip(best, 1, dip.shape[1] - 2)
    left, middle, right = dip[row, mid - 1], dip[row, mid], dip[row, mid + 1]
    bend = left - 2 * middle + right
    shift = np.where(bend > 1e-12, 0.5 * (left - right) / np.maximum(bend, 1e-12), 0.0)
    return np.where(left < 2, np.clip(shift, -0.5, 0.5), 0.0)

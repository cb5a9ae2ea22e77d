"""Tempo over time: how many beats a minute, found from what repeats in the accents."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .accents import RATE
from .spectrum import Floats

SLOWEST, FASTEST = 45.0, 230.0
"""Beats a minute that are looked for."""

USUAL, SPREAD = 120.0, 0.9
"""Listeners tap near 120 a minute (Moelants 2002): middle and width, in octaves, of the tempo that is expected."""

_WINDOW = 8.0
_HOP = 0.5
_STEPS = 60
"""Tempi an octave."""


def tempi() -> NDArray[np.float64]:
    """Return the tempi that are weighed, in beats a minute, evenly spaced in octaves."""
    count = int(np.log2(FASTEST / SLOWEST) * _STEPS) + 1
    return SLOWEST * 2 ** (np.arange(count) / _STEPS)


def tempo_curve(onset: Floats) -> NDArray[np.float64]:
    """Return beats a minute for every frame of the accents: constant unless the tempo really moves."""
    grid, strength = tempogram(onset)
    prior = -0.5 * (np.log2(grid / USUAL) / SPREAD) ** 2
    overall = np.log(strength.mean(axis=0) + 1e-3) + prior
    best = int(overall.argmax())
    path = _path(np.log(strength + 0.05) + 0.25 * prior, best)
    times = np.arange(path.size) * _HOP * RATE
    low, high = np.percentile(grid[path], [5, 95])
    if high / low < 1.05:
        return np.full(onset.size, _fine(overall, best))
    return np.interp(np.arange(onset.size), times, grid[path])


def tempogram(onset: Floats) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the tempi and, for every half second, how strongly each repeats (windows × tempi, 0..1)."""
    from scipy.ndimage import uniform_filter1d

    lively = np.clip(onset - uniform_filter1d(onset, RATE), 0, None)
    size = round(_WINDOW * RATE)
    padded = np.pad(lively, (size // 2, size))
    rows = np.lib.stride_tricks.sliding_window_view(padded, size)[:: round(_HOP * RATE)]
    rows = rows[: max(1, -(-onset.size // round(_HOP * RATE)))] * np.hanning(size)
    spectrum = np.square(np.abs(np.fft.rfft(rows, 2 * size, axis=1)))
    repeat = np.fft.irfft(spectrum, axis=1)[:, :size]
    repeat /= np.maximum(repeat[:, :1], 1e-9)
    # A window sees fewer pairs the farther they are apart: weigh them up to the same count.
    own = np.correlate(np.hanning(size), np.hanning(size), "full")[size - 1 :]
    repeat = np.clip(repeat / np.maximum(own / own[0], 0.15), 0, None)
    grid = tempi()
    strength = np.zeros((rows.shape[0], grid.size))
    for multiple, share in ((1, 1.0), (2, 0.6), (3, 0.3), (4, 0.5)):
        lag = multiple * 60 * RATE / grid
        inside = lag < 0.85 * size
        place = np.clip(lag, 0, size - 2)
        low = place.astype(int)
        value = repeat[:, low] * (1 - (place - low)) + repeat[:, low + 1] * (place - low)
        strength += share * np.where(inside, value, repeat.mean(axis=1, keepdims=True))
    return grid, strength / 2.4


def _path(score: NDArray[np.float64], start: int) -> NDArray[np.int64]:
    """Return the best tempo index for every window by Viterbi: it drifts by little, and stays on its octave."""
    count = score.shape[1]
    reach = 6
    cost = 0.35 * np.abs(np.arange(-reach, reach + 1))
    near = np.abs(np.arange(count) - start) <= _STEPS * 0.45
    score = np.where(near, score, -1e3)
    total, back = score[0].copy(), np.zeros(score.shape, np.int64)
    for row in range(1, score.shape[0]):
        padded = np.pad(total, reach, constant_values=-1e9)
        moves = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1) - cost
        choice = moves.argmax(axis=1)
        back[row] = np.clip(np.arange(count) + choice - reach, 0, count - 1)
        total = moves[np.arange(count), choice] + score[row]
    path = np.zeros(score.shape[0], np.int64)
    path[-1] = int(total.argmax())
    for row in range(score.shape[0] - 1, 0, -1):
        path[row - 1] = back[row, path[row]]
    return path


def _fine(score: NDArray[np.float64], best: int) -> float:
    """Return the tempo between the grid's, at the top of the parabola through three scores."""
    shift = 0.0
    if 0 < best < score.size - 1:
        left, mid, right = score[best - 1 : best + 2]
        bend = left - 2 * mid + right
        shift = float(np.clip(0.5 * (left - right) / bend, -0.5, 0.5)) if bend < 0 else 0.0
    return float(SLOWEST * 2 ** ((best + shift) / _STEPS))

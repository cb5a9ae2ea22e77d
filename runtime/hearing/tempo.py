"""Tempo over time: how many beats a minute, found from what repeats in the accents."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .accents import RATE, Accents
from .level import choose_level
from .spectrum import Floats

SLOWEST, FASTEST = 45.0, 230.0
"""Beats a minute that are looked for."""

USUAL, SPREAD = 120.0, 0.7
"""Listeners tap near 120 a minute (Moelants 2002): middle and width, in octaves, of the tempo that is expected."""

_WINDOW = 8.0
_HOP = 0.5
_STEPS = 60
"""Tempi an octave."""
_ABOUT = 15
"""Steps that a tempo may be off what is told of it: a sixth of the tempo."""


def tempi() -> NDArray[np.float64]:
    """Return the tempi that are weighed, in beats a minute, evenly spaced in octaves."""
    count = int(np.log2(FASTEST / SLOWEST) * _STEPS) + 1
    return SLOWEST * 2 ** (np.arange(count) / _STEPS)


def tempo_curve(accents: Accents, told: float | None = None) -> tuple[NDArray[np.float64], float]:
    """Return beats a minute for every frame of the accents, and how sure its level is (half, double …), 0..1.

    It is constant unless the tempo really moves. ``told``: about what it is.
    """
    onset = accents.onset
    grid, strength = tempogram(onset)
    if told is not None and not SLOWEST < told < FASTEST:
        return np.full(onset.size, told), 1.0
    if told is None:
        plain = plainest(onset)
        ratio, sure = choose_level(accents, plain)
        middle, reach = np.log2(plain * ratio / SLOWEST) * _STEPS, 3
    else:
        sure = 1.0
        middle, reach = np.full(strength.shape[0], np.log2(told / SLOWEST) * _STEPS), _ABOUT
    path = _path(np.log(strength + 0.05), middle, reach)
    low, high = np.percentile(grid[path], [5, 95])
    if high / low < 1.05:
        usual = round(float(np.median(path)))
        return np.full(onset.size, _fine(np.log(strength.mean(axis=0) + 1e-3), usual)), sure
    return np.interp(np.arange(onset.size), np.arange(path.size) * _HOP * RATE, grid[path]), sure


def plainest(onset: Floats) -> NDArray[np.float64]:
    """Return the tempo that repeats most plainly, one value a window; it may be half or double the beat."""
    grid, strength = tempogram(onset)
    prior = -0.5 * (np.log2(grid / USUAL) / SPREAD) ** 2
    best = int((np.log(strength.mean(axis=0) + 1e-3) + prior).argmax())
    return grid[_path(np.log(strength + 0.05) + 0.25 * prior, np.full(strength.shape[0], best), reach=27)]


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


def _path(score: NDArray[np.float64], middle: NDArray[Any], reach: int) -> NDArray[np.int64]:
    """Return the best tempo index for every window by Viterbi: it drifts by little, within ``reach`` of the middle."""
    count = score.shape[1]
    step = 6
    cost = 0.35 * np.abs(np.arange(-step, step + 1))
    middle = np.clip(middle, 0, count - 1)
    score = np.where(np.abs(np.arange(count) - middle[:, None]) <= reach + 0.5, score, -1e3)
    total, back = score[0].copy(), np.zeros(score.shape, np.int64)
    for row in range(1, score.shape[0]):
        padded = np.pad(total, step, constant_values=-1e9)
        moves = np.lib.stride_tricks.sliding_window_view(padded, 2 * step + 1) - cost
        choice = moves.argmax(axis=1)
        back[row] = np.clip(np.arange(count) + choice - step, 0, count - 1)
        total = moves[np.arange(count), choice] + score[row]
    path = np.zeros(score.shape[0], np.int64)
    path[-1] = int(total.argmax())
    for row in range(score.shape[0] - 1, 0, -1):
        path[row - 1] = back[row, path[row]]
    return path


def _fine(score: NDArray[np.float64], best: int) -> float:
    """Return the tempo between the grid's, at the top of the parabola through the best of near scores."""
    first = max(best - 3, 0)
    best = first + int(score[first : best + 4].argmax())
    shift = 0.0
    if 0 < best < score.size - 1:
        left, mid, right = score[best - 1 : best + 2]
        bend = left - 2 * mid + right
        shift = float(np.clip(0.5 * (left - right) / bend, -0.5, 0.5)) if bend < 0 else 0.0
    return float(SLOWEST * 2 ** ((best + shift) / _STEPS))

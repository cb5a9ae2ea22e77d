"""Which of several tempi is the beat: half, double and their kin repeat as well, and only the drums tell them apart.

For each candidate the accents of four bands are compared with themselves, and bass with treble, at multiples and
parts of its beat. A small network, learnt from music made by chance (benchmarks/hearing/learn_level.py), says how much
that looks like a beat. Its weights are level.npz beside this file.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .accents import RATE, Accents
from .spectrum import Floats

RATIOS = np.array([1 / 3, 1 / 2, 2 / 3, 3 / 4, 1, 4 / 3, 3 / 2, 2, 3])
"""Candidates, as multiples of the tempo that repeats most plainly."""

HOP = 0.5
"""Seconds from one window to the next."""

_LAGS = np.array([1 / 4, 1 / 3, 1 / 2, 2 / 3, 3 / 4, 1, 4 / 3, 3 / 2, 2, 3, 4, 5, 6, 8])
_CROSS = np.array([1 / 2, 1, 2, 3])
_SLOWEST, _FASTEST = 48.0, 215.0
_COMMON = np.array([0.01, 0.12, 0.02, 0.005, 0.68, 0.005, 0.02, 0.13, 0.01])
"""How often each ratio is the beat, among the pieces learnt from."""

_FAITH, _SPREAD = 0.4, 0.7
"""How much the expected counts beside what is heard, and the width in octaves of the tempi that are expected."""

_DOTTED = (40.0, 100.0)
"""Beats a minute that a beat of three eighths may have."""
_PLAIN = 3.0
"""By how much such a beat is then ahead of every other candidate."""
_THIRDS = [(beat, int(np.abs(RATIOS - 3 * RATIOS[beat]).argmin())) for beat in (0, 1, 2, 4)]
"""Candidates with the one that is three times as fast."""
_LAGS_AT = [1, 3, 2, 5]
"""Where the features of a candidate tell how it repeats at 1/3, 2/3, 1/2 and 1 of its beat."""
_ANSWERS = 4 * _LAGS.size + 1
"""Where they tell how treble answers bass after 1, 2 and 3 of its beats."""

_SIZE = 10 * RATE
_MIDDLE = 115.0

Values = NDArray[np.float64]


def choose_level(accents: Accents, tempo: Values) -> tuple[float, float]:
    """Return the ratio of ``tempo`` (beats a minute, one a window) that is the beat, and how sure that is, 0..1."""
    seen, middle = features(accents, tempo), float(np.median(tempo))
    score = _network(seen) + _expected(RATIOS * middle)
    for ratio in _compound(seen, middle):
        score[ratio] = score.max() + _PLAIN
    share = np.exp(score - score.max())
    best = int(share.argmax())
    return float(RATIOS[best]), float(share[best] / share.sum())


def _compound(seen: Values, middle: float) -> list[int]:
    """Return which of the candidates is a beat of three eighths with a backbeat, as in 6/8: a waltz is none.

    Such a beat falls into thirds and not into halves, it repeats more plainly than its thirds, and treble answers bass
    after a whole one but not after a third.
    """
    found: list[int] = []
    for beat, eighth in _THIRDS:
        if not _DOTTED[0] < middle * RATIOS[beat] < _DOTTED[1]:
            continue
        thirds, half, whole = seen[beat, _LAGS_AT[:2]].mean(), *seen[beat, _LAGS_AT[2:]]
        one, two, three = seen[eighth, _ANSWERS : _ANSWERS + 3]
        if thirds - half > 0.4 and whole > thirds and three > two and three - one > 0.25:
            found.append(beat)
    return found[:1]


def _expected(tempo: Values) -> Values:
    """Return what is known of beats before anything is heard: which ratios and which tempi are common."""
    common = np.log(_COMMON) - 0.5 * np.square(np.log2(tempo / _MIDDLE) / _SPREAD)
    return np.where((tempo > _SLOWEST) & (tempo < _FASTEST), _FAITH * common, -1e3)


def features(accents: Accents, tempo: Values) -> Values:
    """Return what the network sees of each candidate, ratios × features."""
    bands = [_spectra(band) for band in (accents.onset, accents.low, accents.mid, accents.high)]
    tempo = tempo[: bands[0].shape[0]]
    own = [_correlation(band, band)[: tempo.size] for band in bands]
    power = [max(float(rows[:, 0].sum()), 1e-9) for rows in own]
    _, low, mid, high = bands
    pairs = [(mid, low, 2, _CROSS), (low, mid, 2, _CROSS), (high, low, 3, _CROSS[:3])]
    crossed = [(_correlation(a, b)[: tempo.size], np.sqrt(power[1] * power[k]), lags) for a, b, k, lags in pairs]
    together = float(crossed[0][0][:, :4].max(axis=1).sum() / crossed[0][1])
    return np.array([_seen(60 * RATE / (tempo * ratio), own, power, crossed, together) for ratio in RATIOS])


def _seen(
    period: Values, own: list[Values], power: list[float], crossed: list[tuple[Values, float, Values]], together: float
) -> Values:
    repeats = [_at(rows, period * lag) / total for rows, total in zip(own, power, strict=True) for lag in _LAGS]
    answers = [_at(rows, period * lag) / total for rows, total, lags in crossed for lag in lags]
    octave = float(np.log2(60 * RATE / np.median(period) / _MIDDLE))
    return np.array([*repeats, *answers, together, octave, octave**2, abs(octave) ** 3, octave**3])


def _spectra(curve: Floats) -> NDArray[np.complex128]:
    """Return the spectrum of each window of a curve, about its local mean."""
    from scipy.ndimage import uniform_filter1d

    lively = curve - uniform_filter1d(curve, RATE)
    padded = np.pad(lively, (_SIZE // 2, _SIZE))
    rows = np.lib.stride_tricks.sliding_window_view(padded, _SIZE)[:: round(HOP * RATE)]
    rows = rows[: max(1, -(-curve.size // round(HOP * RATE)))]
    return np.fft.rfft(rows * np.hanning(_SIZE), 2 * _SIZE, axis=1)


def _correlation(one: NDArray[np.complex128], other: NDArray[np.complex128]) -> Values:
    """Return windows × lags of how alike two curves are when one is shifted, as if every lag saw the whole window."""
    shape = np.hanning(_SIZE)
    seen = np.fft.irfft(np.square(np.abs(np.fft.rfft(shape, 2 * _SIZE))))[:_SIZE]
    alike = np.fft.irfft(one * np.conj(other), axis=1)[:, :_SIZE]
    return alike / np.maximum(seen / seen[0], 0.1)


def _at(rows: Values, lag: Values) -> float:
    """Return the sum over windows of each one's greatest value within two frames of a lag; a lag too long adds none."""
    place = np.clip(lag, 1, _SIZE - 3).astype(int)
    near = rows[np.arange(lag.size)[:, None], place[:, None] + np.arange(-1, 3)].max(axis=1)
    return float(near[lag < 0.8 * _SIZE].sum())


def _network(seen: Values) -> Values:
    """Return a score for each row of features: a hidden layer beside a straight line, averaged over networks."""
    weights = _weights()
    inputs = np.clip((seen - weights["mean"]) / weights["spread"], -6, 6)
    hidden = np.tanh(np.einsum("cf,nfh->nch", inputs, weights["hidden"]) + weights["bias"][:, None])
    score = np.einsum("nch,nh->nc", hidden, weights["out"]) + np.einsum("cf,nf->nc", inputs, weights["line"])
    return score.mean(axis=0)


@cache
def _weights() -> dict[str, Values]:
    with np.load(Path(__file__).with_name("level.npz"), allow_pickle=False) as archive:
        return {name: archive[name].astype(np.float64) for name in archive.files}

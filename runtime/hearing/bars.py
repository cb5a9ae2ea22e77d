"""Bars: which beats are downbeats, and how many beats a bar has."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .accents import RATE, Accents
from .beats import Times

METERS = (3, 4, 5, 7)
COMPOUND = (2, 3, 4)
"""Beats a bar where each beat is three eighths: 2 of them are 6/8."""
_THIRDS = 0.2
"""Of the beats' own strength: as strongly both thirds of a beat begin in compound time; its half stays below."""
_SLIP = 6.0


def find_downbeats(beats: Times, accents: Accents, told: int | None = None) -> tuple[NDArray[np.int64], int, float]:
    """Return the indices of the beats that begin a bar, the meter (``told``, if it is), and a confidence in 0..1."""
    if beats.size < 4:
        return np.zeros(min(beats.size, 1), np.int64), 4, 0.0
    weight = _weights(beats, accents)
    sizes, usual = (COMPOUND, 2) if _is_compound(beats, accents) else (METERS, 4)
    sizes, usual = ((told,), told) if told else (sizes, usual)
    contrast = {meter: _contrast(weight, meter) for meter in sizes if beats.size >= 3 * meter}
    if not contrast:
        return np.arange(0, beats.size, usual), usual, 0.0
    # Few beats show some count by chance: another meter than the usual one must stand out beyond that.
    doubt = {size: 0.15 + float(weight.std()) * (size / beats.size) ** 0.5 for size in contrast if size != usual}
    meter = max(contrast, key=lambda size: contrast[size] - doubt.get(size, 0.0))
    phases = _phases(weight, meter)
    sure = float(np.clip(contrast[meter] / 1.5, 0, 1))
    return np.flatnonzero((np.arange(beats.size) - phases) % meter == 0), meter, sure


def _is_compound(beats: Times, accents: Accents) -> bool:
    """Say whether a beat is three eighths, both of the later ones played; a shuffle leaves the second out."""
    gap = np.diff(beats)
    beat, third, half, two_thirds = (
        float(_at(accents.onset, beats[:-1] + part * gap).mean()) for part in (0, 1 / 3, 1 / 2, 2 / 3)
    )
    played = min(third, two_thirds)
    return played > _THIRDS * beat and played > 2 * half


def _weights(beats: Times, accents: Accents) -> NDArray[np.float64]:
    """Return how much each beat sounds like a downbeat: bass and new harmony speak for it, the snare against."""
    low, high = _at(accents.low, beats), _at(accents.high, beats)
    mid = _at(accents.mid, beats)
    change = _harmonic_change(_between(accents.chroma, beats))
    return _standard(low) + 1.2 * _standard(change) - 0.5 * _standard(0.5 * (mid + high))


def _harmonic_change(chords: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how far the harmony of the two beats from each on is from that of the two before it."""
    bare = chords - chords.min(axis=1, keepdims=True)
    padded = np.pad(bare, ((2, 1), (0, 0)), mode="edge")
    pairs = padded[1:] + padded[:-1]
    before, after = pairs[: bare.shape[0]], pairs[2 : 2 + bare.shape[0]]
    norms = np.linalg.norm(before, axis=1) * np.linalg.norm(after, axis=1)
    return 1 - np.sum(before * after, axis=1) / np.maximum(norms, 1e-9)


def _at(curve: NDArray[np.float32], beats: Times) -> NDArray[np.float64]:
    """Return the peak of a curve within 50 ms of each beat."""
    grid = np.arange(-3, 7)
    frames = np.clip(np.round(beats * RATE).astype(int)[:, None] + grid, 0, curve.size - 1)
    return curve[frames].max(axis=1).astype(np.float64)


def _between(rows: NDArray[np.float32], beats: Times) -> NDArray[np.float64]:
    """Return the mean of rows from each beat to the next."""
    edges = np.clip(np.round(np.append(beats, 2 * beats[-1] - beats[-2]) * RATE).astype(int), 0, rows.shape[0])
    total = np.concatenate([np.zeros((1, rows.shape[1])), np.cumsum(rows, axis=0, dtype=np.float64)])
    return (total[edges[1:]] - total[edges[:-1]]) / np.maximum(np.diff(edges), 1)[:, None]


def _standard(values: NDArray[np.float64]) -> NDArray[np.float64]:
    spread = float(values.std())
    return np.clip((values - values.mean()) / spread, -3, 3) if spread > 1e-9 else np.zeros_like(values)


def _contrast(weight: NDArray[np.float64], meter: int) -> float:
    """Return by how much the best phase of a meter stands above the others."""
    means = np.array([weight[phase::meter].mean() for phase in range(meter)])
    best = int(means.argmax())
    return float(means[best] - np.delete(means, best).max() * 0.5 - np.delete(means, best).mean() * 0.5)


def _phases(weight: NDArray[np.float64], meter: int) -> NDArray[np.int64]:
    """Return each beat's bar phase by Viterbi: it stays, unless the accents insist that the count has slipped."""
    count = weight.size
    gain = np.zeros((count, meter))
    gain[np.arange(count), np.arange(count) % meter] = weight
    score = gain[0].copy()
    back = np.zeros((count, meter), np.int64)
    for beat in range(1, count):
        best = int(score.argmax())
        slips = score[best] - _SLIP > score
        back[beat] = np.where(slips, best, np.arange(meter))
        score = np.where(slips, score[best] - _SLIP, score) + gain[beat]
    path = np.zeros(count, np.int64)
    path[-1] = int(score.argmax())
    for beat in range(count - 1, 0, -1):
        path[beat - 1] = back[beat, path[beat]]
    return path

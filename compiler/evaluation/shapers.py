"""Shapers: what is done to a signal over the whole film, and how a signal of the sound is brought to frames."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..sounds import Signal
from .arithmetic import Array


def at_frames(signal: Signal, fps: float, frames: int) -> Array:
    """Return a heard signal frame by frame.

    A spiky one keeps its peaks: the largest value within the frame's span, which interpolation would lose. Another is
    averaged over the span when it is finer than the frames, else interpolated. Past its end it is 0.
    """
    values = np.nan_to_num(np.asarray(signal.values, dtype=np.float64), nan=0.0, posinf=0.0, neginf=0.0)
    if not len(values) or frames == 0:
        return np.zeros(frames)
    t = np.arange(frames) / fps
    position = t * signal.rate
    smooth = np.interp(position, np.arange(len(values)), values, right=0.0)
    edges = np.clip(np.ceil((np.arange(frames + 1) - 0.5) / fps * signal.rate - 1e-9), 0, len(values)).astype(np.int64)
    filled = edges[1:] > edges[:-1]
    if not filled.any():
        return smooth
    starts = np.minimum(edges[:-1], len(values) - 1)
    if signal.spiky:
        pooled = np.maximum.reduceat(values, starts)
        last = int(np.flatnonzero(filled)[-1])
        pooled[last] = values[edges[last] : edges[last + 1]].max()
        return np.where(filled, pooled, smooth)
    sums = np.concatenate([[0.0], np.cumsum(values)])
    counts = np.maximum(edges[1:] - edges[:-1], 1)
    mean = (sums[edges[1:]] - sums[edges[:-1]]) / counts
    return np.where(edges[1:] - edges[:-1] > 1, mean, smooth)


def smooth(signal: Array, length: float) -> Array:
    """Return the centred moving average with a raised cosine window, half as high at ± ``length``/2 frames."""
    reach = int(np.ceil(length)) - 1
    if reach < 1 or not len(signal):
        return signal
    reach = min(reach, 4 * len(signal))
    window = 0.5 + 0.5 * np.cos(np.pi * np.arange(-reach, reach + 1) / length)
    window /= window.sum()
    padded = np.concatenate([np.full(reach, signal[0]), signal, np.full(reach, signal[-1])])
    if reach < 64:
        return np.convolve(padded, window, mode="valid")
    size = 1 << int(np.ceil(np.log2(len(padded) + len(window))))
    spectrum = np.fft.rfft(padded, size) * np.fft.rfft(window, size)
    return np.fft.irfft(spectrum, size)[2 * reach : 2 * reach + len(signal)]


def follow(signal: Array, attack: float, release: float) -> Array:
    """Return an envelope follower: one pole, ``attack`` frames up and ``release`` frames down to 1/e."""
    up = float(np.exp(-1.0 / attack)) if attack > 0 else 0.0
    down = float(np.exp(-1.0 / release)) if release > 0 else 0.0
    level = float(signal[0]) if len(signal) else 0.0
    levels: list[float] = []
    for value in signal.tolist():
        keep = up if value > level else down
        level = value + (level - value) * keep
        levels.append(level)
    return np.array(levels, dtype=np.float64)


def rescale(signal: Array, low: float, high: float) -> Array:
    """Return the signal stretched so that its least value is ``low`` and its greatest ``high``; a flat one is low."""
    least, greatest = float(signal.min()), float(signal.max())
    if not greatest > least:
        return np.full(len(signal), low)
    return low + (high - low) * ((signal - least) / (greatest - least))


def normalize(signal: Array, percentile: float) -> Array:
    """Return the signal over its ``percentile`` (a share, 0..1), held within 0..1."""
    top = float(np.percentile(signal, 100.0 * min(max(percentile, 0.0), 1.0)))
    return np.clip(signal / top, 0.0, 1.0) if top > 0 else np.zeros(len(signal))


def gate(signal: Array, threshold: float) -> Array:
    """Return the signal, 0 where it is below ``threshold``."""
    return np.where(signal >= threshold, signal, 0.0)


def delay(signal: Array, length: float) -> Array:
    """Return the signal ``length`` frames later, between frames linearly; before it begins its first value holds."""
    t = np.arange(len(signal), dtype=np.float64)
    return np.interp(t - length, t, signal)


def delta(signal: Array) -> Array:
    """Return each value less the one before; 0 at the first."""
    return np.diff(signal, prepend=signal[:1])


def slew(signal: Array, rate: float) -> Array:
    """Return the signal with changes of no more than ``rate`` a frame."""
    rate = abs(rate)
    level = float(signal[0]) if len(signal) else 0.0
    levels: list[float] = []
    for value in signal.tolist():
        level += min(max(value - level, -rate), rate)
        levels.append(level)
    return np.array(levels, dtype=np.float64)


def hold(signal: Array, at: NDArray[np.int64]) -> Array:
    """Return the signal's value at the last of the frames ``at``; before the first, its first value."""
    frames = np.arange(len(signal))
    inside = np.unique(at[(at >= 0) & (at < len(signal))])
    marks = np.concatenate([[0], inside]).astype(np.int64)
    return signal[marks[np.searchsorted(marks, frames, side="right") - 1]]

"""Harmonic and percussive parts of a sound: median filtering of the spectrogram (Fitzgerald 2010), in pieces."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .decode import Wave
from .spectrum import Floats

_PIECE, _LAP = 20.0, 0.6
_WINDOW, _HOP = 2048, 512
_REACH = 17
"""Frames (0.27 s) and bins (270 Hz) over which the median is taken."""


def separate(wave: Wave) -> tuple[Wave, Wave]:
    """Return the harmonic and the percussive part, each as long as the whole; they add up to it."""
    harmonic = np.zeros_like(wave.samples)
    step, lap = round(_PIECE * wave.rate), round(_LAP * wave.rate)
    for first in range(0, wave.samples.size, step):
        start, last = max(first - lap, 0), min(first + step, wave.samples.size)
        sound = _harmonic(wave.samples[start : last + lap])
        harmonic[first:last] = sound[first - start : last - start]
    percussive = wave.samples - harmonic
    return Wave(harmonic, wave.rate, wave.duration), Wave(percussive, wave.rate, wave.duration)


def _harmonic(samples: Floats) -> Floats:
    """Return what lasts: each bin weighed by how steady it is in time against how broad it is in pitch."""
    spectrum = _stft(samples)
    level = np.abs(spectrum)
    steady = np.square(_median(np.ascontiguousarray(level.T)).T)
    broad = np.square(_median(level))
    return _istft(spectrum * (steady / np.maximum(steady + broad, 1e-20)), samples.size)


def _median(rows: Floats) -> Floats:
    """Return the running median along each row, as one long line of rows: scipy's filter is fast in one dimension."""
    from scipy.ndimage import median_filter

    half = _REACH // 2
    padded = np.pad(rows, ((0, 0), (half, half)), mode="edge")
    line = np.asarray(median_filter(padded.ravel(), _REACH), np.float32)
    return line.reshape(padded.shape)[:, half:-half]


def _stft(samples: Floats) -> NDArray[np.complex64]:
    padded = np.pad(samples, (_WINDOW, _WINDOW + -samples.size % _HOP))
    rows = np.lib.stride_tricks.sliding_window_view(padded, _WINDOW)[::_HOP]
    return np.fft.rfft(rows * _shape(), axis=1).astype(np.complex64)


def _istft(spectrum: NDArray[np.complex64], size: int) -> Floats:
    rows = np.fft.irfft(spectrum, _WINDOW, axis=1) * _shape()
    sound = np.zeros((rows.shape[0] - 1) * _HOP + _WINDOW)
    for row, part in enumerate(rows):
        sound[row * _HOP : row * _HOP + _WINDOW] += part
    # Squared Hann windows a quarter apart add up to 3/2.
    return (sound[_WINDOW : _WINDOW + size] / 1.5).astype(np.float32)


def _shape() -> Floats:
    return np.hanning(_WINDOW + 1)[:-1].astype(np.float32)

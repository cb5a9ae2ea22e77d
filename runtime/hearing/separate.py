"""Harmonic and percussive parts of a sound: median filtering of the spectrogram (Fitzgerald 2010), in pieces."""

from __future__ import annotations

import numpy as np

from .decode import Wave
from .spectrum import Floats

_PIECE = 20.0
_LAP = 1.0


def separate(wave: Wave) -> tuple[Wave, Wave]:
    """Return the harmonic and the percussive part, each as long as the whole; about 3 s of work a minute."""
    import librosa

    harmonic, percussive = np.zeros_like(wave.samples), np.zeros_like(wave.samples)
    step, lap = round(_PIECE * wave.rate), round(_LAP * wave.rate)
    for first in range(0, wave.samples.size, step):
        start, stop = max(first - lap, 0), min(first + step + lap, wave.samples.size)
        spectrum = librosa.stft(_padded(wave.samples[start:stop]), n_fft=2048, hop_length=512)
        parts = librosa.decompose.hpss(spectrum)
        last = min(first + step, stop)
        for whole, part in zip((harmonic, percussive), parts, strict=True):
            sound = librosa.istft(part, hop_length=512, n_fft=2048, length=max(stop - start, 2048))
            whole[first:last] = sound[first - start : last - start]
    return Wave(harmonic, wave.rate, wave.duration), Wave(percussive, wave.rate, wave.duration)


def _padded(samples: Floats) -> Floats:
    return np.pad(samples, (0, max(0, 2048 - samples.size)))

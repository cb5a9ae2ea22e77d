"""How strongly something begins, in three bands at 100 values a second: what beats and bars are found from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .decode import Wave
from .spectrum import Floats, magnitudes, mel_weights

RATE = 100
"""Values a second."""

_WINDOW = 2048
_MELS = 72
_SPLIT = (160.0, 2000.0)


@dataclass(frozen=True, slots=True)
class Accents:
    """Per frame: ``onset`` of all bands, then ``low``, ``mid``, ``high``; ``level`` in dB; ``chroma`` frames × 12."""

    onset: Floats
    low: Floats
    mid: Floats
    high: Floats
    level: Floats
    chroma: Floats


def accents_of(wave: Wave) -> Accents:
    """Measure a sound's accents in one pass over its spectrum."""
    weights = mel_weights(_MELS, _WINDOW, wave.rate, 30.0, 15000.0)
    centres = weights @ np.arange(weights.shape[1]) / weights.sum(axis=1) * wave.rate / _WINDOW
    fold = chroma_weights(_WINDOW, wave.rate)
    mels: list[Floats] = []
    chroma: list[Floats] = []
    power: list[Floats] = []
    for block in magnitudes(wave.samples, _WINDOW, wave.rate // RATE):
        mels.append(block @ weights.T)
        chroma.append(np.sqrt(block) @ fold.T)
        power.append(np.square(block).sum(axis=1))
    mel = np.concatenate(mels)
    rise = _rise(mel)
    low, high = np.searchsorted(centres, _SPLIT)
    level = 10 * np.log10(np.concatenate(power) + 1e-12)
    return Accents(
        onset=rise.mean(axis=1),
        low=rise[:, :low].mean(axis=1),
        mid=rise[:, low:high].mean(axis=1),
        high=rise[:, high:].mean(axis=1),
        level=level.astype(np.float32),
        chroma=np.concatenate(chroma),
    )


def _rise(mel: Floats) -> Floats:
    """Return how far each band's log level rises above the strongest of its neighbours 20 ms before (SuperFlux)."""
    from scipy.ndimage import maximum_filter1d

    loud = max(float(np.percentile(mel, 99)), 1e-9)
    level = np.log1p(mel * np.float32(1000 / loud))
    before = np.concatenate([np.zeros((2, mel.shape[1]), np.float32), level[:-2]])[: level.shape[0]]
    return np.clip(level - maximum_filter1d(before, 3, axis=1), 0, None).astype(np.float32)


def chroma_weights(window: int, rate: int) -> Floats:
    """Return 12 × bins: which pitch class (0 = C) a bin belongs to, between 100 Hz and 4 kHz."""
    bins = np.arange(window // 2 + 1) * rate / window
    used = (bins > 100) & (bins < 4000)
    pitch = 12 * np.log2(np.where(used, bins, 440) / 440) + 9
    distance = np.abs((pitch[None] - np.arange(12)[:, None] + 6) % 12 - 6)
    return (np.clip(1 - distance, 0, 1) * used).astype(np.float32)

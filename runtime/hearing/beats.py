"""Beats and tempo: librosa's dynamic-programming tracker (Ellis 2007), its tempo watched and its beats refined."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .accents import RATE, Accents
from .attack import refine

Times = NDArray[np.float64]

SLOWEST, FASTEST = 50.0, 210.0
_SILENT = -50.0


def find_beats(accents: Accents, curves: NDArray[np.float32]) -> Times:
    """Return the beats in seconds, ascending; none where nothing is regular. ``curves`` as of ``power_curves``."""
    import librosa

    onset = accents.onset
    if onset.size < 2 * RATE or float(onset.max(initial=0)) < 1e-3:
        return np.zeros(0)
    bpm = tempo_curve(onset)
    _, frames = librosa.beat.beat_track(
        onset_envelope=onset, sr=RATE, hop_length=1, bpm=bpm, tightness=200, trim=False, units="frames"
    )
    times = np.asarray(frames, dtype=np.float64) / RATE
    return _settle(_heard(times, accents.level), curves)


def tempo_curve(onset: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return beats a minute for every frame: one value throughout unless the tempo really varies."""
    import librosa
    from scipy.ndimage import median_filter

    steady = float(np.atleast_1d(librosa.feature.tempo(onset_envelope=onset, sr=RATE, hop_length=1))[0])
    local = librosa.feature.tempo(onset_envelope=onset, sr=RATE, hop_length=1, aggregate=None)
    smooth = median_filter(np.asarray(local[::RATE], dtype=np.float64), 9, mode="nearest")
    low, high = np.percentile(smooth, [5, 95])
    if not 1.06 < high / max(low, 1.0) < 1.6:
        return np.full(onset.size, steady)
    return np.interp(np.arange(onset.size), np.arange(smooth.size) * RATE, smooth)


def _heard(times: Times, level: NDArray[np.float32]) -> Times:
    """Drop beats before the sound has begun and after it has ended."""
    loud = np.flatnonzero(level > max(float(level.max()) + _SILENT, -90.0)) / RATE
    if loud.size == 0:
        return times[:0]
    return times[(times >= loud[0] - 0.07) & (times <= loud[-1] + 0.07)]


def _settle(times: Times, curves: NDArray[np.float32]) -> Times:
    """Move beats to the attacks they mark; those without one move by what the others moved."""
    if times.size == 0:
        return times
    moved, rise = refine(times - 0.02, curves, before=0.045, after=0.045)
    shift = moved - times
    sure = rise > 6.0
    usual = float(np.median(shift[sure])) if sure.any() else -0.02
    stray = ~sure | (np.abs(shift - usual) > 0.035)
    settled = np.where(stray, times + usual, moved)
    return np.unique(np.clip(settled, 0, None))

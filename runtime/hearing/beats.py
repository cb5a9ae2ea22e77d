"""Beats: the chain of accents that keeps the tempo best (Ellis 2007), each moved to the attack that it marks."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .accents import RATE, Accents
from .attack import refine
from .tempo import tempo_curve, tempogram

Times = NDArray[np.float64]

_TIGHT = 200.0
_TRUST, _LOOSE = 4.0, 0.04
"""How much a tap weighs beside accents, in their deviations, and how far off it usually is, in seconds."""
_SILENT = -50.0
_FAINT = 0.02
"""Of the strongest accent: what is less, no ear takes for a beat."""
_ECHO, _FADED = 0.2, 12.0
"""Of the strong accents: what is less begins nothing; and dB below the loud parts: what is less has faded."""
_CREST, _REPEATS = 2.6, 0.35
"""In plain noise the accents' 98th percentile is twice their median, and no tempo repeats by more than a quarter."""


def find_beats(
    accents: Accents, curves: NDArray[np.float32], told: float | None = None, taps: Times | None = None
) -> tuple[Times, float]:
    """Return the beats in seconds, ascending, and how sure their level is; none where nothing is regular.

    ``curves`` as of ``power_curves``. ``told``: about how many there are a minute; ``taps``: about where some are.
    """
    onset = accents.onset
    if onset.size < 2 * RATE or float(onset.max(initial=0)) < 1e-3:
        return np.zeros(0), 0.0
    if _is_still(onset) or _is_noise(onset):
        return np.zeros(0), 0.0
    if taps is not None:
        told = 60 / float(np.median(np.diff(taps)))
    tempo, sure = tempo_curve(accents, told)
    period = 60 * RATE / tempo
    # The bass once more: it holds the beat where hi-hats dance off it.
    lively = onset / max(float(onset.std()), 1e-9) + 0.5 * accents.low / max(float(accents.low.std()), 1e-9)
    if taps is not None:
        lively = lively + _tapped(taps, onset.size)
    times = _follow(lively, period).astype(np.float64) / RATE
    settled = settle(_heard(times, accents.level), curves)
    return settled[settled < min(onset.size / RATE - 0.03, _end(accents) + 0.07)], sure


def _end(accents: Accents) -> float:
    """Return when, in seconds, the music only rings out: nothing begins any more, and what is held has faded."""
    begun = np.flatnonzero(accents.onset > _ECHO * np.percentile(accents.onset, 98))
    held = np.flatnonzero(accents.level > np.percentile(accents.level, 90) - _FADED)
    return max(int(begun[-1]), int(held[-1])) / RATE


def _tapped(taps: Times, size: int) -> NDArray[np.float64]:
    """Return how strongly taps speak for a beat, in the accents' deviations: most where they are."""
    frames = np.arange(size) / RATE
    near = np.searchsorted(taps, frames).clip(1, taps.size - 1)
    off = np.minimum(np.abs(frames - taps[near - 1]), np.abs(frames - taps[near]))
    return _TRUST * np.exp(-0.5 * np.square(off / _LOOSE))


def _is_still(onset: NDArray[np.float32]) -> bool:
    """Say whether fewer than three things begin, as in a tone that is held: what a codec leaves of it is no beat."""
    begun = np.flatnonzero(onset > _FAINT * onset.max())
    return 1 + int(np.count_nonzero(np.diff(begun) > 0.05 * RATE)) < 3


def _is_noise(onset: NDArray[np.float32]) -> bool:
    """Say whether nothing in a sound begins more plainly than in wind or hiss, nor comes again."""
    if float(np.percentile(onset, 98)) > _CREST * float(np.median(onset)):
        return False
    return float(tempogram(onset)[1].mean(axis=0).max()) < _REPEATS


def _follow(lively: NDArray[Any], period: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return beat frames that fall on accents and keep about ``period`` frames apart (Ellis 2007, eq. 5)."""
    from scipy.ndimage import gaussian_filter1d

    local = gaussian_filter1d(lively, 2.0).astype(np.float64)
    total, back = local.copy(), np.full(lively.size, -1)
    for frame in range(lively.size):
        gap = period[frame]
        near, far = max(1, round(gap / 2)), round(gap * 2)
        first = max(0, frame - far)
        before = total[first : max(first, frame - near + 1)]
        if before.size:
            lags = frame - np.arange(first, first + before.size)
            score = before - _TIGHT * np.square(np.log(lags / gap))
            best = int(score.argmax())
            if score[best] > 0:
                total[frame] += score[best]
                back[frame] = first + best
    return _trace(total, back, period)


def _trace(total: NDArray[np.float64], back: NDArray[np.int64], period: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the chain of beats that ends best within the last beat and a half."""
    tail = max(1, round(1.5 * float(period[-1])))
    at = total.size - tail + int(total[-tail:].argmax()) if total.size > tail else int(total.argmax())
    chain: list[int] = []
    while at >= 0:
        chain.append(at)
        at = int(back[at])
    return np.array(chain[::-1], np.int64)


def _heard(times: Times, level: NDArray[np.float32]) -> Times:
    """Drop beats before the sound has begun and after it has ended."""
    loud = np.flatnonzero(level > max(float(level.max()) + _SILENT, -90.0)) / RATE
    if loud.size == 0:
        return times[:0]
    return times[(times >= loud[0] - 0.07) & (times <= loud[-1] + 0.07)]


def settle(times: Times, curves: NDArray[np.float32]) -> Times:
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

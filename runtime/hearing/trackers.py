"""Other ways to the beats of a sound: a person's taps, and trackers from outside that are installed as extras.

Each returns a function from a sound to its rhythm, to be given to ``listen``.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from ...compiler.inputs.beats import Beats, BeatsError, beats_of
from ..errors import HearingError, first_line
from .accents import accents_of
from .attack import power_curves
from .beats import Times, settle
from .decode import Wave
from .rhythm import Rhythm, rhythm_of, rhythm_on

Follow = Callable[[Wave], Rhythm]

BEAT_THIS = "beat-this"
CHECKPOINT = "final0"
"""The weights of Beat This! (Foscarin, Schlüter and Widmer 2024, arXiv 2407.21658), fetched once by that package."""


def tapped(path: Path) -> Follow:
    """Return what follows the beats that a person tapped along: a file of times, as of ``beats_of``.

    Taps may be some 50 ms off, and may stop before the sound does. Raises HearingError where the file tells none.
    """
    taps = _read(path).times
    if taps.size < 4:
        raise HearingError(f"{path} holds {taps.size} taps: too few", "tap along for two bars at least")
    return partial(rhythm_of, taps=taps)


def written(path: Path, meter: int = 4) -> Follow:
    """Return what takes the beats of a file as they are; ``meter``: beats a bar where it tells no downbeats.

    Raises HearingError where the file tells none.
    """
    beats = _read(path)
    if beats.times.size < 2:
        raise HearingError(f"{path} holds no beats", "write the seconds of one beat on each line")
    bars = np.flatnonzero(np.isin(beats.times, beats.downbeats))
    bars = bars if bars.size > 1 else np.arange(int(bars[0]) if bars.size else 0, beats.times.size, meter)
    count = round(float(np.median(np.diff(bars)))) if bars.size > 1 else meter
    return lambda wave: rhythm_on(beats.times, bars, count, accents_of(wave))


def _read(path: Path) -> Beats:
    try:
        return beats_of(path.read_text("utf-8-sig"))
    except BeatsError as fault:
        raise HearingError(f"{path} tells no times: {fault}", "write the seconds of one beat on each line") from fault
    except (OSError, ValueError) as fault:
        why = getattr(fault, "strerror", None) or "it is no text"
        raise HearingError(f"{path} cannot be read: {why}", "write the seconds of one beat on each line") from fault


def tracker(name: str) -> Follow:
    """Return a tracker by its name: ``beat-this``, or ``beat-this:CHECKPOINT`` with weights of one's own.

    Raises HearingError where there is none of that name, or it is not installed.
    """
    kind, _, checkpoint = name.partition(":")
    if kind != BEAT_THIS:
        raise HearingError(f"there is no tracker {kind!r}", f"there is {BEAT_THIS}; without one, animc's own is used")
    try:
        from beat_this.inference import Audio2Beats  # pyright: ignore[reportMissingImports]  (an extra)
    except ImportError as fault:
        raise HearingError(f"{BEAT_THIS} is not installed", 'pip install "animc[beat-this]"') from fault
    except OSError as fault:  # torchaudio's library and torch's do not fit
        raise HearingError(
            f"{BEAT_THIS} cannot be loaded: {str(fault)[:160]}",
            "install torch and torchaudio of the same version and kind",
        ) from fault
    return partial(_by_beat_this, Audio2Beats, checkpoint or CHECKPOINT)


def _by_beat_this(listener: Any, checkpoint: str, wave: Wave) -> Rhythm:
    try:
        beats, downbeats = listener(checkpoint_path=checkpoint, device="cpu")(wave.samples, wave.rate)
    except Exception as fault:  # that package, torch and the net each raise their own
        said = first_line(fault)
        raise HearingError(
            f"{BEAT_THIS} cannot work with the weights {checkpoint!r}: {said[:160]}",
            f"go online once, or name a file: --tracker {BEAT_THIS}:final0.ckpt",
        ) from fault
    return rhythm_beside(wave, np.asarray(beats, np.float64), np.asarray(downbeats, np.float64))


def rhythm_beside(wave: Wave, beats: Times, downbeats: Times) -> Rhythm:
    """Return the rhythm of beats found elsewhere, each moved to the attack it marks, and counted as their downbeats
    tell (which are some of them)."""
    beats = np.unique(beats)
    first = np.isin(np.round(beats, 4), np.round(downbeats, 4))
    bars = np.flatnonzero(first)
    settled = settle(beats, power_curves(wave.samples, wave.rate)) if beats.size else beats
    if settled.size != beats.size:  # two of them met
        bars = np.unique(np.searchsorted(settled, beats[bars] - 0.05).clip(0, max(settled.size - 1, 0)))
    meter = round(float(np.median(np.diff(bars)))) if bars.size > 1 else 4
    return rhythm_on(settled, bars, meter, accents_of(wave))

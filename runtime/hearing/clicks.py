"""The sound with clicks on its beats, so that a person hears at once whether they are right."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..errors import HearingError
from .decode import decode
from .summary import Heard

_HIGH, _LOW = 1760.0, 1175.0


def click_track(audio: Path, heard: Heard, out: Path) -> None:
    """Write ``out`` (.wav, .flac or .ogg): the sound, with a high click on downbeats and a lower one on other beats."""
    import soundfile

    wave = decode(audio)
    mixed = wave.samples * np.float32(0.6 / max(float(np.abs(wave.samples).max()), 0.05))
    down = set(heard.rhythm.bars.tolist())
    for index, time in enumerate(heard.rhythm.beats):
        click = _click(_HIGH if index in down else _LOW, wave.rate)
        first = round(time * wave.rate)
        span = mixed[first : first + click.size]
        span += click[: span.size]
    try:
        soundfile.write(str(out), np.clip(mixed, -1, 1), wave.rate)
    except (OSError, RuntimeError, TypeError, ValueError):
        repair = "give a path ending in .wav, .flac or .ogg"
        raise HearingError(f"the click track {out} cannot be written", repair) from None


def _click(hertz: float, rate: int) -> NDArray[np.float32]:
    time = np.arange(round(0.03 * rate)) / rate
    return (0.5 * np.sin(2 * np.pi * hertz * time) * np.exp(-time / 0.006)).astype(np.float32)

"""A song for the compiler's tests: exact beats at a tempo, drums of known strength, a signal of known shape."""

from __future__ import annotations

import numpy as np
from animc.compiler.sounds import Events, Needs, Request, Signal, Sounds


def song(needs: Needs, *, duration: float = 20.0, bpm: float = 120.0, first: float = 0.0) -> Sounds:
    """Answer a script's needs with a song of even beats, kicks on each with rising velocity, and a slow sine signal."""
    return Sounds(duration, {request: _heard(request, duration, bpm, first) for request in needs.requests}, "song.flac")


def _heard(request: Request, duration: float, bpm: float, first: float) -> Events | Signal:
    beats = np.arange(first, duration, 60.0 / bpm)
    if request.kind == "downbeat":
        beats = beats[::4]
    if request.kind in ("beat", "downbeat"):
        return Events(beats, np.ones(len(beats), dtype=np.float32))
    if request.kind == "onset":
        return Events(beats, np.linspace(0.1, 1.0, len(beats), dtype=np.float32))
    t = np.arange(int(duration * 100)) / 100.0
    return Signal((0.5 + 0.5 * np.sin(2 * np.pi * t / 4.0)).astype(np.float32), 100.0, request.kind == "rms")

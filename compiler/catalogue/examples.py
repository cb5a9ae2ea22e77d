"""The catalogue's examples, compiled together with what lies beside them: how a mistake is told in truth."""

from __future__ import annotations

import numpy as np

from ..diagnostics import CompileError, Diagnostic
from ..pipeline import compile_film
from ..sounds import Events, Needs, Request, Signal, Sounds
from .entry import Entry


def diagnosed(entry: Entry, script: str, name: str = "script.anim") -> tuple[Diagnostic, ...]:
    """Return what is told of an entry's example, in the order of the text."""

    def read(path: str) -> str:
        if path not in entry.files:
            raise FileNotFoundError(2, "there is no such file", path)
        return entry.files[path]

    def hear(needs: Needs) -> Sounds:
        return Sounds(entry.beats[-1], {request: _heard(request, entry.beats) for request in needs.requests})

    try:
        return compile_film(
            script, hear=hear if entry.beats else None, read=read, profile=entry.profile, name=name
        ).diagnostics
    except CompileError as fault:
        return fault.diagnostics


def _heard(request: Request, beats: tuple[float, ...]) -> Events | Signal:
    if request.kind in ("beat", "downbeat", "onset"):
        times = np.array(beats)[:: 4 if request.kind == "downbeat" else 1]
        return Events(times, np.ones(len(times), dtype=np.float32))
    return Signal(np.full(max(1, int(beats[-1] * 100)), 0.5, dtype=np.float32), 100.0)

"""The last look: an imported script is compiled, and a track that does not give the values it should is written out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..diagnostics import CompileError
from ..pipeline import compile_script
from ..schedule import Schedule
from ..vocabulary import BY_NAME
from .keylists import Array, baked, keys_text
from .notes import Notes

TOLERANCE = 1e-6
"""Of a value's size, or of 1 where it is smaller: what 32-bit tracks can hold."""


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """A track's value as text, and what it must give at every frame (NaN: whatever it gives is right).

    ``before``: statements that the value needs, such as a ``let``.
    """

    name: str
    text: str
    values: Array
    before: str = ""

    @property
    def statement(self) -> str:
        """Return the track's line or lines in the script."""
        return f"{self.before}\n{self.name} = {self.text}".strip()


def verified(head: str, tracks: Sequence[Track], notes: Notes) -> list[Track]:
    """Return the tracks, those that would differ in the compiled film replaced by their plain values.

    Raises CompileError where ``head``, the script without its tracks, has a mistake.
    """
    compile_script(head)
    schedule = _compiled(head, tracks)
    if schedule is None:
        return [track if _right(track, _compiled(head, [track])) else _plain(track, notes) for track in tracks]
    return [track if _right(track, schedule) else _plain(track, notes) for track in tracks]


def _compiled(head: str, tracks: Sequence[Track]) -> Schedule | None:
    try:
        return compile_script("\n".join([head, *(track.statement for track in tracks)]))
    except CompileError:
        return None


def _right(track: Track, schedule: Schedule | None) -> bool:
    if schedule is None:
        return False
    param = BY_NAME[track.name]
    due = (
        np.clip(track.values, param.low, param.high)
        if param.low is not None or param.high is not None
        else track.values
    )
    got = np.asarray(schedule.tracks[param.name], dtype=np.float64)
    size = np.maximum(1.0, np.abs(due))
    return bool(np.all(np.isnan(due) | (np.abs(got - due) <= TOLERANCE * size)))


def _plain(track: Track, notes: Notes) -> Track:
    notes.add(track.name, "its formula would give other values here; the values are written out")
    known = np.flatnonzero(np.isfinite(track.values))
    values = np.interp(np.arange(len(track.values)), known, track.values[known]) if len(known) else track.values
    return Track(track.name, keys_text(baked(values)), values)

"""What a render will have to do, told beforehand: which frames are kept, which are painted, and about how long.

The speed is the one that was last measured with the same painter, size and steps; it is kept in the cache.
"""

from __future__ import annotations

import contextlib
import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..compiler.schedule import Schedule
from .chain import chain_of
from .protocols import Depth, Painter, painter_of
from .render import asked_of
from .speeds import remember, speeds
from .store import FrameStore
from .timings import Timings

SPEEDS = "speeds.json"


@dataclass(frozen=True, slots=True)
class Forecast:
    """Of ``total`` frames asked for, ``kept`` are in the store and ``painted`` are not; the rest are made of those by
    the camera alone. ``before`` more are painted that are not asked for, because others grow from them."""

    total: int
    kept: int
    painted: int
    before: int


def forecast(
    schedule: Schedule, *, painter: Painter, depth: Depth, store: FrameStore, frames: range, base: Path = Path()
) -> Forecast:
    """Look at what the store holds of a film's ``frames`` and at what they need. Nothing is painted or read."""
    kept = painted = before = 0
    for shot in schedule.shots:
        asked = asked_of(frames, shot)
        if not asked:
            continue
        own = painter_of(painter, shot)
        chain = chain_of(schedule, shot, asked[-1] + 1, painter=own, depth=depth, base=base)
        place = chain.resume(store, asked) if own.repaints else 0
        for frame, key in zip(chain.painted[place:], chain.keys[place:], strict=True):
            held = own.repaints and store.has(key)
            kept += held and frame in asked
            painted += not held and frame in asked
            before += not held and frame not in asked
    return Forecast(len(frames), kept, painted, before)


def seconds_a_frame(schedule: Schedule, painter: Painter) -> float | None:
    """Return how long a painting took when it was last measured, or None where it never was."""
    return speeds(SPEEDS).get(_name(schedule, painter))


def remember_speed(schedule: Schedule, painter: Painter, timings: Timings) -> None:
    """Keep how long a painting took, with all that the loop did for it; a cache that cannot be written is no fault."""
    count = timings.calls.get("paint", 0)
    if not count or not painter.repaints:
        return
    spent = sum(timings.seconds.get(stage, 0.0) for stage in ("depth", "warp", "colour", "paint", "store"))
    with contextlib.suppress(OSError):
        remember(SPEEDS, {_name(schedule, painter): round(spent / count, 4)})


def _name(schedule: Schedule, painter: Painter) -> str:
    steps = float(np.mean(schedule.tracks["steps"])) if "steps" in schedule.tracks else 0.0
    told = f"{painter.fingerprint} {painter.device} {schedule.size} {steps:.0f}"
    return hashlib.blake2b(told.encode(), digest_size=12).hexdigest()

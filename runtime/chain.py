"""Which frames of a shot are painted, what each is held under in the store, and how far the store reaches.

A frame's key is a hash of the key of the frame before it, its row of the schedule, and all else that its picture
depends on. Which frames are painted is a function of the rows alone, so that the rows' chain tells it too.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..compiler.schedule import Schedule, Shot
from .additions import Additions
from .coherence import References, reference_of
from .guides import Guides
from .masks import content, mask_key
from .protocols import Depth, Painter
from .store import FrameStore, chain_key

LOOP = "loop 7"
"""Changes with the loop's pictures: frames that an older loop stored are not taken for this one's."""

SETTINGS = (
    *("mode", "border", "reveal", "color_coherence", "color_reference", "color_every"),
    *("noise_type", "perlin_octaves", "perlin_persistence"),
)
"""What holds for the whole film and changes its pictures, beside what the painter and the depth tell themselves."""


@dataclass(frozen=True)
class Chain:
    """The painted frames of a shot, ascending, each with its key: ``keys[i]`` is that of frame ``painted[i]``."""

    shot: Shot
    painted: tuple[int, ...]
    keys: tuple[bytes, ...]
    references: References

    def resume(self, store: FrameStore | None, asked: range) -> int:
        """Return which of the painted frames to go on from: the last one up to the first frame asked that is stored
        along with all that later frames want of those before it; 0 where there is none."""
        if store is None:
            return 0
        for place in range(self.place(asked.start), 0, -1):
            if store.has(self.keys[place]) and self._reachable(store, self.painted[place]):
                return place
        return 0

    def place(self, frame: int) -> int:
        """Return which painted frame is the last one up to ``frame``."""
        return int(np.searchsorted(self.painted, frame, side="right")) - 1

    def next(self, frame: int) -> int | None:
        """Return the painted frame after ``frame``, if there is one."""
        place = self.place(frame) + 1
        return self.painted[place] if place < len(self.painted) else None

    def key(self, frame: int) -> bytes:
        """Return the key of a painted frame."""
        return self.keys[self.place(frame)]

    def _reachable(self, store: FrameStore, frame: int) -> bool:
        """Tell whether the frames after ``frame`` can have their colours with nothing but what is stored."""
        reference = self.references.after(frame)
        return reference is None or reference > frame or store.has(self.key(reference))


def chain_of(
    schedule: Schedule, shot: Shot, stop: int, *, painter: Painter, depth: Depth, base: Path = Path()
) -> Chain:
    """Return the chain of a shot's painted frames, up to the first one at or after ``stop`` - 1."""
    painted = painted_frames(schedule, shot, stop, repaints=painter.repaints)
    settings = repr([schedule.size, schedule.fps, *(schedule.settings.get(name) for name in SETTINGS)])
    marks = (
        LOOP,
        painter.fingerprint,
        depth.fingerprint,
        settings,
        _content(base, shot.image),
        mask_key(schedule, base, shot.start),
    )
    key = chain_key(b"", *marks, _colours(schedule, shot, base))
    keys: list[bytes] = []
    wanted, besides = set(painted), (Guides(schedule, shot, base), Additions(schedule, base))
    for frame in range(shot.start, painted[-1] + 1):
        key = chain_key(key, schedule.row_key(frame), *filter(None, (part.key(frame) for part in besides)))
        if frame in wanted:
            keys.append(key)
    return Chain(shot, tuple(painted), tuple(keys), References(schedule, shot, painted))


def _colours(schedule: Schedule, shot: Shot, base: Path) -> bytes:
    """Return a hash of what the shot takes its colours from, if that lies outside of it.

    The film's first frame is painted from its row and its image by its model: those stand for it.
    """
    whose = reference_of(schedule)
    if whose in ("none", "prompt", "shot"):
        return b""
    if whose != "film":
        return _content(base, whose)
    first = schedule.shots[0]
    if shot == first:
        return b""
    return schedule.row_key(first.start) + _content(base, first.image) + (first.model or "").encode()


def painted_frames(schedule: Schedule, shot: Shot, stop: int, *, repaints: bool) -> list[int]:
    """Return the frames of a shot that are painted, ascending, up to the first one at or after ``stop`` - 1.

    A shot's first frame is. The next one comes ``cadence`` frames later, as the track stands at the frame before it;
    a shot's last frame comes early, so that those between have a painted frame on both sides. A frame whose
    ``strength`` is 1 keeps all of the last picture: the first that does not is painted in its place. None is painted
    of those that close the film.
    """
    found, last = [shot.start], closing_of(schedule, shot).start - 1
    if not repaints:
        return found
    open_to_paint = np.flatnonzero(np.asarray(schedule.tracks["strength"][: last + 1]) < 1)
    cadence = schedule.tracks["cadence"]
    while found[-1] < min(stop - 1, last):
        due = min(found[-1] + max(int(cadence[found[-1]]), 1), last)
        at = int(np.searchsorted(open_to_paint, due))
        if at == len(open_to_paint):
            break
        found.append(int(open_to_paint[at]))
    return found


CLOSING = 1.0
"""Seconds in which a film that loops goes over into its first frame."""

MOST_CLOSING = 24
"""Frames of them: each is held in memory until the last."""


def closing_of(schedule: Schedule, shot: Shot) -> range:
    """Return the frames of a shot in which the film goes over into its first one; there are some in the last shot only,
    where the film loops."""
    if not schedule.settings.get("loop") or shot.stop != schedule.frames:
        return range(shot.stop, shot.stop)
    count = min(max(round(float(schedule.fps) * CLOSING), 1), MOST_CLOSING, (shot.stop - shot.start) // 2)
    return range(shot.stop - count, shot.stop)


def _content(base: Path, image: str | None) -> bytes:
    """Return a hash of an image file, or nothing where there is none (or none that can be read)."""
    return content(base / image) if image else b""

"""The loop: a schedule becomes frames.

What passes from one painted frame to the next is the rounded 8-bit picture and the schedule, nothing hidden: so a
stored frame is all that a resumed film needs, and a resumed film is the same film. A frame that is not painted (the
painter does not repaint, or ``strength`` is 1) is the last painted one moved by all the camera did since, resampled
once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from ..compiler.schedule import Row, Schedule, Shot
from .coherence import Colours
from .colour import Palette, match
from .ground import Camera, Ground
from .memory import enough_memory
from .picture import Bytes, read_image, to_bytes, to_tensor
from .protocols import Depth, Painter
from .retouch import retouch
from .store import FrameStore, chain_key
from .timings import Timings

__all__ = ["Progress", "Timings", "render"]

LOOP = "loop 2"
"""Changes with the loop's pictures: frames that an older loop stored are not taken for this one's."""

SETTINGS = ("mode", "border", "color_coherence")
"""What holds for the whole film and changes its pictures, beside what the painter and the depth tell themselves."""


@dataclass(frozen=True, slots=True)
class Progress:
    """One finished frame: the ``done``-th of ``total``; ``how`` is painted, moved, or kept (found in the store)."""

    frame: int
    done: int
    total: int
    how: str


@dataclass(frozen=True)
class Frame:
    """A picture and how it came about: painted, moved or kept."""

    picture: Bytes
    how: str


@dataclass(frozen=True)
class Studio:
    """All that painting a film needs, and that stays as it is from frame to frame."""

    schedule: Schedule
    painter: Painter
    camera: Camera
    store: FrameStore | None
    base: Path
    timings: Timings


def render(
    schedule: Schedule,
    *,
    painter: Painter,
    depth: Depth,
    store: FrameStore | None = None,
    frames: range | None = None,
    base: Path = Path(),
    report: Callable[[Progress], None] | None = None,
    timings: Timings | None = None,
) -> Iterator[Bytes]:
    """Yield the film's frames in order, H×W×3 bytes, holding a few at a time.

    ``frames``: only these, ascending; ``base``: the script's folder, for the images of its shots. Raises RenderError
    where an image cannot be read or the painter fails.
    """
    studio = _studio(schedule, painter, depth, store, base, timings or Timings())
    wanted = range(schedule.frames) if frames is None else frames
    done = 0
    try:
        for shot in schedule.shots:
            asked = range(max(shot.start, wanted.start), min(shot.stop, wanted.stop))
            for number, frame in _shot(studio, shot, asked) if asked else ():
                done += 1
                if report:
                    report(Progress(number, done, len(wanted), frame.how))
                yield frame.picture
    finally:
        if store:
            store.settle()


def _studio(
    schedule: Schedule, painter: Painter, depth: Depth, store: FrameStore | None, base: Path, timings: Timings
) -> Studio:
    mode, border = str(schedule.settings.get("mode", "3d")), str(schedule.settings.get("border", "reflect"))
    camera = Camera(mode, border, schedule.size, depth, painter.device, timings)
    return Studio(schedule, painter, camera, store if painter.repaints else None, base, timings)


def _shot(studio: Studio, shot: Shot, asked: range) -> Iterator[tuple[int, Frame]]:
    """Yield the asked frames of a shot, painting those before them that they grow from."""
    keys = _keys(studio, shot, asked.stop)
    colours = Colours(studio.schedule, shot, studio.painter.device, lambda at: _picture(studio, keys[at - shot.start]))
    first = _begin(studio, shot, keys[0])
    if asked.start == shot.start:
        yield shot.start, first
    colours.take(shot.start, lambda: first.picture)
    ground = Ground(studio.camera, first.picture)
    for number in range(_resume(studio, shot, keys, asked, colours), asked.stop):
        row, key = studio.schedule.row(number), keys[number - shot.start]
        if _paints(studio.painter, row):
            frame = _kept(studio, key) or _repaint(studio, key, row, ground, colours.at(number))
            ground = Ground(studio.camera, frame.picture)
        else:
            ground.move(row)
            frame = Frame(ground.picture(), "moved") if number in asked else None
        colours.take(number, ground.picture)
        if frame and number in asked:
            yield number, frame


def _repaint(studio: Studio, key: bytes, row: Row, ground: Ground, palette: Palette | None) -> Frame:
    """Paint a frame over the last one, moved, its colours matched and retouched."""
    ground.move(row)
    over = ground.seen()
    with studio.timings.stage("colour"):
        over = retouch(over if palette is None else match(over, palette), row)
    return _paint(studio, key, row, over)


def _begin(studio: Studio, shot: Shot, key: bytes) -> Frame:
    """Return a shot's first frame, painted from nothing or over the shot's image."""
    if kept := _kept(studio, key):
        return kept
    over = None
    if shot.image:
        with studio.timings.stage("read"):
            image = read_image(studio.base / shot.image, studio.schedule.size)
            over = to_tensor(image, studio.painter.device)
    return _paint(studio, key, studio.schedule.row(shot.start), over)


def _resume(studio: Studio, shot: Shot, keys: list[bytes], asked: range, colours: Colours) -> int:
    """Return the frame to go on from: the last painted and stored one up to the first asked, or the shot's second."""
    for frame in range(asked.start, shot.start, -1):
        painted = _paints(studio.painter, studio.schedule.row(frame))
        if painted and _kept(studio, keys[frame - shot.start]) and colours.resumable(frame):
            return frame
    return shot.start + 1


def _paints(painter: Painter, row: Row) -> bool:
    """Tell whether a frame that is not its shot's first is painted, or only moved."""
    return painter.repaints and float(row["strength"]) < 1


def _paint(studio: Studio, key: bytes, row: Row, over: Tensor | None) -> Frame:
    """Paint a frame over a picture (None: from nothing), and store it."""
    with studio.timings.stage("paint"), torch.inference_mode(), enough_memory(studio.schedule.size):
        picture = to_bytes(studio.painter.paint(over, row))
    if studio.store:
        with studio.timings.stage("store"):
            studio.store.save(key, picture)
    return Frame(picture, "painted")


def _kept(studio: Studio, key: bytes) -> Frame | None:
    """Return a frame that the store holds."""
    if not studio.store:
        return None
    with studio.timings.stage("store"):
        picture = studio.store.load(key, studio.schedule.size)
    return None if picture is None else Frame(picture, "kept")


def _picture(studio: Studio, key: bytes) -> Bytes | None:
    """Return the picture of a frame that the store holds."""
    kept = _kept(studio, key)
    return kept.picture if kept else None


def _keys(studio: Studio, shot: Shot, stop: int) -> list[bytes]:
    """Return the keys of a shot's frames ``shot.start`` to ``stop``, each made of all that its picture depends on."""
    if not studio.store:
        return [b""] * (stop - shot.start)
    schedule = studio.schedule
    settings = repr([schedule.size, schedule.fps, *(schedule.settings.get(name) for name in SETTINGS)])
    key = chain_key(
        b"", LOOP, studio.painter.fingerprint, studio.camera.depth.fingerprint, settings, _content(studio, shot)
    )
    keys: list[bytes] = []
    for frame in range(shot.start, stop):
        key = chain_key(key, schedule.row_key(frame))
        keys.append(key)
    return keys


def _content(studio: Studio, shot: Shot) -> bytes:
    """Return a hash of the shot's image file, or nothing where it has none (or none that can be read)."""
    if not shot.image:
        return b""
    try:
        return hashlib.blake2b((studio.base / shot.image).read_bytes()).digest()
    except OSError:
        return b"unreadable"

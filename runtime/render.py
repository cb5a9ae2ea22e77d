"""The loop: a schedule becomes frames.

What passes from one painted frame to the next is the rounded 8-bit picture and the schedule, nothing hidden: so a
stored frame is all that a resumed film needs, and a resumed film is the same film. A frame that is not painted (the
painter does not repaint, or ``strength`` is 1) is the last painted one moved by all the camera did since, resampled
once; one that ``cadence`` leaves out stands between the painted ones on both sides of it.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import Tensor

from ..compiler.schedule import Row, Schedule, Shot
from .cadence import Between, between
from .chain import Chain, chain_of, closing_of
from .coherence import Colours
from .colour import match, palette_of
from .ground import Ground
from .guides import Guides
from .memory import enough_memory
from .picture import Bytes, read_image, to_bytes, to_tensor
from .protocols import Depth, Painter, Restorer
from .retouch import retouch
from .store import FrameStore
from .studio import Frame, Studio, kept, studio_of
from .timings import Timings

__all__ = ["Progress", "Timings", "asked_of", "render"]


@dataclass(frozen=True, slots=True)
class Progress:
    """One finished frame: the ``done``-th of ``total``; ``how`` is painted, moved, between, or kept (in the store)."""

    frame: int
    done: int
    total: int
    how: str


Frames = Generator[tuple[int, Frame], None, Frame]
"""Numbered frames, and at the end the last painted one."""


@dataclass(frozen=True)
class Scene:
    """A shot at work: its painted frames, their colours, and which of its frames are ``asked`` for."""

    studio: Studio
    shot: Shot
    chain: Chain
    colours: Colours
    guides: Guides
    asked: range


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

    ``frames``: only these, ascending, a step between them or not; ``base``: the script's folder, for the images of its
    shots. Raises RenderError where an image cannot be read or the painter fails.
    """
    studio = studio_of(schedule, painter, depth, store, base, timings or Timings(), schedule.shots[0])
    wanted = range(schedule.frames) if frames is None else frames
    done = 0
    try:
        with enough_memory(schedule.size, painter.device):
            for shot in schedule.shots:
                asked = asked_of(wanted, shot)
                if not asked:
                    continue
                studio = studio.of(shot)
                for number, frame in _shot(studio, shot, asked):
                    done += 1
                    if report:
                        report(Progress(number, done, len(wanted), frame.how))
                    yield frame.picture
    finally:
        if store:
            store.settle()


def asked_of(wanted: range, shot: Shot) -> range:
    """Return which of the ``wanted`` frames lie in a shot."""
    late = max(0, -(-(shot.start - wanted.start) // wanted.step))
    return range(wanted.start + late * wanted.step, min(shot.stop, wanted.stop), wanted.step)


def _shot(studio: Studio, shot: Shot, asked: range) -> Iterator[tuple[int, Frame]]:
    """Yield the asked frames of a shot, painting those that they grow from."""
    chain = chain_of(
        studio.schedule, shot, asked[-1] + 1, painter=studio.painter, depth=studio.camera.depth, base=studio.base
    )
    space = str(studio.schedule.settings.get("color_coherence", "lab"))
    colours = Colours(chain.references, space, studio.painter.device, _outside(studio, chain))
    scene = Scene(studio, shot, chain, colours, Guides(studio.schedule, shot, studio.base), asked)
    place, frame = _resume(scene)
    at = chain.painted[place]
    if at in asked:
        yield at, frame
    for after in chain.painted[place + 1 :]:
        frame = yield from _span(scene, at, frame, after)
        at = after
    if at < asked[-1]:
        yield from _tail(scene, at, frame)


def _outside(studio: Studio, chain: Chain) -> Bytes | None:
    """Return the picture that a shot takes its colours from, where that is not one of its own."""
    first = studio.schedule.shots[0]
    if not chain.references.outside or not studio.painter.repaints:
        return None
    if chain.references.whose != "film":
        return read_image(studio.base / chain.references.whose, studio.schedule.size)
    return None if chain.shot == first else _opening(studio)


def _opening(studio: Studio) -> Bytes:
    """Return the film's first frame."""
    first, depth = studio.schedule.shots[0], studio.camera.depth
    studio = studio.of(first)
    opening = chain_of(studio.schedule, first, first.start + 1, painter=studio.painter, depth=depth, base=studio.base)
    return _begin(studio, first, opening.keys[0]).picture


def _resume(scene: Scene) -> tuple[int, Frame]:
    """Return the painted frame to go on from, and which of them it is; what it needs of the store is read at once,
    so that nothing that goes from there later is missed."""
    chain, studio = scene.chain, scene.studio
    place = chain.resume(studio.store, scene.asked)
    frame = kept(studio, chain.keys[place]) if place else None
    if frame:
        reference = chain.references.after(chain.painted[place])
        early = reference is not None and reference < chain.painted[place]
        colours = kept(studio, chain.key(reference)) if early and reference is not None else None
        if colours and reference is not None:
            scene.colours.take(reference, colours.picture)
        if colours or not early:
            scene.colours.take(chain.painted[place], frame.picture)
            return place, frame
    frame = _begin(studio, scene.shot, chain.keys[0])
    scene.colours.take(scene.shot.start, frame.picture)
    return 0, frame


def _span(scene: Scene, at: int, frame: Frame, after: int) -> Frames:
    """Yield the asked frames behind painted frame ``at`` up to the next painted one; return that one."""
    studio, asked = scene.studio, scene.asked
    key, schedule = scene.chain.key(after), studio.schedule
    inner = any(number in asked for number in range(at + 1, after))
    found = kept(studio, key)
    if inner or not found:
        ground, waiting = Ground(studio.camera, frame.picture), list[Between]()
        blend = after - max(int(schedule.tracks["cadence"][at]), 1)
        for number in range(at + 1, after):
            step = ground.move(schedule.row(number))
            if number > blend:
                waiting += [Between(number, step, ground.trail)] if inner else []
            elif number in asked:
                yield number, Frame(ground.picture(), "moved")
        step = ground.move(schedule.row(after))
        found = found or _repaint(scene, key, schedule.row(after), ground)
        wanted = range(max(blend, at), after)
        with studio.timings.stage("between"):
            flow = schedule.settings.get("cadence_flow") == "dis"
            pictures = between(ground, found.picture, step, waiting, wanted, asked, flow=flow)
        for number, picture in pictures:
            yield number, Frame(picture, "between")
    scene.colours.take(after, found.picture)
    if after in asked:
        yield after, found
    return found


def _tail(scene: Scene, at: int, frame: Frame) -> Iterator[tuple[int, Frame]]:
    """Yield the asked frames behind a shot's last painted one: that one, moved; those that close the film go over into
    its first frame, as if that came next."""
    schedule, asked = scene.studio.schedule, scene.asked
    ground, waiting = Ground(scene.studio.camera, frame.picture), list[Between]()
    closing = closing_of(schedule, scene.shot)
    stop = scene.shot.stop if asked[-1] in closing else asked[-1] + 1
    for number in range(at + 1, stop):
        step = ground.move(schedule.row(number))
        if number in closing:
            waiting.append(Between(number, step, ground.trail))
        elif number in asked:
            yield number, Frame(ground.picture(), "moved")
    if waiting:
        step = ground.move(schedule.row(schedule.shots[0].start))
        span, flow = range(closing.start - 1, closing.stop), schedule.settings.get("cadence_flow") == "dis"
        for number, picture in between(ground, _opening(scene.studio), step, waiting, span, asked, flow=flow):
            yield number, Frame(picture, "between")


def _repaint(scene: Scene, key: bytes, row: Row, ground: Ground) -> Frame:
    """Paint a frame over the last one as the camera sees it now, its colours matched and retouched."""
    seen, palette = ground.seen(), scene.colours.at(row.frame)
    over = seen
    with scene.studio.timings.stage("colour"):
        if palette is not None:
            over = torch.lerp(over, match(over, palette), float(row["color_strength"]))
        over = scene.guides.draw(row.frame, over)
        over = scene.studio.grains.over(retouch(over, row), row)
    if (then := scene.chain.next(row.frame)) is not None:
        scene.studio.grains.foresee(scene.studio.schedule.row(then))
    for turn in range(int(row["redo"])):
        over = _redone(scene.studio, row, over, turn)
    return _paint(scene.studio, key, row, over, seen, ground.bare())


def _redone(studio: Studio, row: Row, over: Tensor, turn: int) -> Tensor:
    """Return a picture painted over, with another seed, in its own colours: the ground of a painting that is redone."""
    chance = {"seed": (int(row["seed"]) + (turn + 1) * APART) % 2**53}
    with studio.timings.stage("paint"), torch.inference_mode():
        painted = studio.painter.paint(over, replace(row, values={**row.values, **chance}))
    space = str(studio.schedule.settings.get("color_coherence", "lab"))
    return painted if space == "none" else match(painted, palette_of(over, space))


APART = 1_000_003
"""How far the seeds of a redone painting lie apart: farther than those of neighbouring frames."""


def _begin(studio: Studio, shot: Shot, key: bytes) -> Frame:
    """Return a shot's first frame, painted from nothing or over the shot's image."""
    if found := kept(studio, key):
        return found
    over = None
    if shot.image:
        with studio.timings.stage("read"):
            image = read_image(studio.base / shot.image, studio.schedule.size)
            over = to_tensor(image, studio.painter.device)
    return _paint(studio, key, studio.schedule.row(shot.start), over, over)


def _paint(
    studio: Studio, key: bytes, row: Row, over: Tensor | None, seen: Tensor | None, bare: Tensor | None = None
) -> Frame:
    """Paint a frame over a picture (None: from nothing), and store it; where the mask is 0 it stays as it was seen.

    ``bare``: H×W, 1 where the picture holds nothing that was there before.
    """
    painter = studio.painter
    with studio.timings.stage("paint"), torch.inference_mode():
        if bare is not None and isinstance(painter, Restorer):
            painted = painter.paint_bared(over, row, bare)
        else:
            painted = painter.paint(over, row)
    if studio.masks and seen is not None:
        with studio.timings.stage("mask"):
            share = studio.masks.at(row.frame, seen, float(row["mask_feather"]))
            painted = torch.lerp(seen, painted, share)
    picture = to_bytes(painted)
    if studio.store:
        with studio.timings.stage("store"):
            studio.store.save(key, picture)
    return Frame(picture, "painted")

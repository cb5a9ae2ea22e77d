"""A film without a painter, in seconds: the camera over each shot's image, or through a drawn world without one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Protocol

import numpy as np
import torch

from ..compiler.schedule import Row, Schedule, Shot
from .animatic import Animatic, Sound
from .depth import open_depth
from .ground import Camera, Ground
from .picture import Bytes, read_image
from .protocols import Depth
from .render import asked_of
from .timings import Timings
from .warp import shrinking
from .world import Plane, Space

LARGE, LOST = 3.0, 0.5
"""An image is shown afresh where a pixel of it has grown to so many, or where so much of it has gone out of sight."""

FADE = 0.4
"""Seconds in which it comes back."""

PEAKS = 100
"""Loudest samples a second that are drawn of a sound."""


class View(Protocol):
    """What a camera moves over."""

    def move(self, row: Row) -> None:
        """Make one frame's move."""
        ...

    def picture(self, row: Row) -> Bytes:
        """Return what is seen now, H×W×3 bytes."""
        ...


class Photo:
    """An image under a moving camera; it comes back, softly, when little of it is left to see."""

    def __init__(self, camera: Camera, image: Bytes, fps: float) -> None:
        self.camera, self.image = camera, image
        self.fade = max(round(FADE * fps), 1)
        self.grounds = [Ground(camera, image)]
        self.age = self.fade

    def move(self, row: Row) -> None:
        """Make one frame's move."""
        for ground in self.grounds:
            ground.move(row)
        self.age += 1
        if len(self.grounds) > 1 and self.age >= self.fade:
            del self.grounds[0]
        elif len(self.grounds) == 1 and self._spent(self.grounds[0]):
            fresh = Ground(self.camera, self.image)
            fresh.far = self.grounds[0].far
            self.grounds.append(fresh)
            self.age = 0

    def _spent(self, ground: Ground) -> bool:
        if ground.trail is None:
            return False
        outside = float((ground.trail.abs().amax(-1) > 1).to(torch.float32).mean())
        return outside > LOST or not 1 / LARGE < shrinking(ground.trail, self.camera.size) < LARGE

    def picture(self, row: Row) -> Bytes:
        """Return the image as it is seen now, H×W×3 bytes."""
        pictures = [ground.picture() for ground in self.grounds]
        if len(pictures) == 1:
            return pictures[0]
        share = self.age / self.fade
        return np.rint(pictures[0] * (1 - share) + pictures[1] * share).astype(np.uint8)


def smaller(schedule: Schedule, size: tuple[int, int]) -> Schedule:
    """Return the schedule for pictures of ``size``; what is counted in pixels goes with it."""
    tracks = dict(schedule.tracks)
    if schedule.settings.get("mode") == "2d":
        for axis, name in enumerate(("translation_x", "translation_y")):
            tracks[name] = np.asarray(tracks[name] * (size[axis] / schedule.size[axis]), np.float32)
    return replace(schedule, size=size, tracks=tracks)


def fitted(size: tuple[int, int], box: tuple[int, int]) -> tuple[int, int]:
    """Return a film's size (width, height) made to fit a box, in even numbers, not less than 64 pixels."""
    scale = min(box[0] / size[0], box[1] / size[1])
    width, height = (max(round(side * scale / 2) * 2, 64) for side in size)
    return width, height


def sound_of(samples: np.ndarray, rate: int) -> Sound:
    """Return what is drawn of a sound (mono samples)."""
    step = max(rate // PEAKS, 1)
    whole = np.abs(samples[: len(samples) // step * step]).reshape(-1, step).max(1)
    return Sound((whole / max(float(whole.max(initial=0)), 1e-6)).astype(np.float32), rate / step)


def preview(
    schedule: Schedule,
    size: tuple[int, int],
    *,
    frames: range,
    base: Path = Path(),
    sound: Sound | None = None,
) -> tuple[Animatic, Iterator[Bytes]]:
    """Return what draws a preview's frames (its ``size`` is theirs), and the frames, H×W×3 bytes.

    ``size``: width, height of the picture in them. Raises RenderError where an image cannot be read.
    """
    plan = smaller(schedule, size)
    animatic = Animatic(plan, size, sound)
    return animatic, _frames(plan, animatic, frames, base)


def _frames(plan: Schedule, animatic: Animatic, frames: range, base: Path) -> Iterator[Bytes]:
    depth: Depth | None = None
    for place, shot in enumerate(plan.shots):
        asked = asked_of(frames, shot)
        if not asked:
            continue
        if shot.image and depth is None:
            depth = open_depth(_depth_name(plan), base=base)
        view = _view(plan, shot, place, base, depth)
        for number in range(shot.start, asked[-1] + 1):
            row = plan.row(number)
            if number > shot.start:
                view.move(row)
            if number in asked:
                yield animatic.frame(number, view.picture(row))


def _depth_name(plan: Schedule) -> str:
    """Return the film's own way to depth where it comes with animc; a preview waits for no other model."""
    name = str(plan.settings.get("depth", "auto"))
    return name if name in ("none", "gradient", "builtin") else "auto"


def _view(plan: Schedule, shot: Shot, place: int, base: Path, depth: Depth | None) -> View:
    mode, border = str(plan.settings.get("mode", "3d")), str(plan.settings.get("border", "reflect"))
    if shot.image and depth:
        camera = Camera(mode, border, plan.size, depth, torch.device("cpu"), Timings())
        return Photo(camera, read_image(base / shot.image, plan.size), float(plan.fps))
    return Space(plan.size, place) if mode == "3d" else Plane(plan.size, place)

"""The last painted picture, and how far the camera has moved over it since."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from ..compiler.schedule import Row
from .picture import Bytes, to_bytes, to_tensor
from .protocols import Depth
from .relief import Relief, depth_move
from .timings import Timings
from .warp import bare_through, depth_through, flat_move, follow, moves, outside, sample


@dataclass(frozen=True)
class Camera:
    """How a film's pictures are moved: ``mode`` and ``border`` as in the script, ``size`` (width, height).

    ``reveals``: what the moves lay bare is wanted too.
    """

    mode: str
    border: str
    size: tuple[int, int]
    depth: Depth
    device: torch.device
    timings: Timings
    reveals: bool = False

    def move(self, row: Row, depth: Tensor | None) -> Tensor:
        """Return the grid of one frame's move over a picture of ``depth``."""
        if self.mode == "2d":
            return flat_move(row, self.size, self.device)
        return depth_move(row, depth, self.size, self.device)


class Ground:
    """A painted picture seen by a camera that moves on: its depth is looked at once, and it is resampled once."""

    def __init__(self, camera: Camera, painted: Bytes) -> None:
        self.camera = camera
        self.painted = painted
        self.image = to_tensor(painted, camera.device)
        self.far: Tensor | None = None
        self.trail: Tensor | None = None
        self._bare: Tensor | None = None

    def move(self, row: Row) -> Tensor | None:
        """Let the camera make one frame's move; return that move's grid, or None where the camera stands."""
        if not moves(row, self.camera.mode):
            return None
        far = self._depth() if self.camera.mode == "3d" else None
        with self.camera.timings.stage("warp"):
            seen = None if far is None else depth_through(far, self.trail)
            relief = None if seen is None else Relief(row, seen)
            step = self.camera.move(row, None) if relief is None else relief.move()
            if self.camera.reveals:
                self._lay_bare(relief, step)
            self.trail = follow(self.trail, step)
        return step

    def seen(self) -> Tensor:
        """Return the picture as the camera sees it now, 3×H×W."""
        if self.trail is None:
            return self.image
        with self.camera.timings.stage("warp"):
            return sample(self.image, self.trail, self.camera.border)

    def picture(self) -> Bytes:
        """Return the picture as the camera sees it now, in bytes."""
        return self.painted if self.trail is None else to_bytes(self.seen())

    def bare(self) -> Tensor | None:
        """Return H×W of 1 where the camera looks at what the picture does not have, or None where there is no such
        place: past its edges, but where they are wrapped, and where something near stood before."""
        if self.trail is None or not self.camera.reveals:
            return None
        with self.camera.timings.stage("warp"):
            parts = [] if self.camera.border == "wrap" else [outside(self.trail)]
            parts += [] if self._bare is None else [self._bare]
            found = torch.stack(parts).amax(0) if parts else None
            return found if found is not None and bool(found.any()) else None

    def _lay_bare(self, relief: Relief | None, step: Tensor) -> None:
        before = bare_through(self._bare, step)
        now = None if relief is None else relief.laid_bare()
        self._bare = now if before is None else before if now is None else torch.maximum(before, now)

    def _depth(self) -> Tensor:
        if self.far is None:
            with self.camera.timings.stage("depth"), torch.inference_mode():
                self.far = self.camera.depth.depth(self.image)
        return self.far

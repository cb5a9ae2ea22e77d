"""The camera's move through a picture that has depth, in Deforum's units and signs.

The 3D motion is Disco Diffusion's and Deforum's ``transform_image_3d`` (deforum-art/deforum-stable-diffusion on
GitHub, helpers/animation.py) written out: their cameras project the grid with depth, and the difference is the move.
Theirs mixes two pixel grids half a pixel apart and truncates to 8 bits; neither is repeated here.
"""

from __future__ import annotations

import copy
import math

import cv2
import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from ..compiler.schedule import Row
from .warp import WORLD, focal_of, look_up, middles, pose_of, read

NEAREST = 0.05
"""World units: what comes nearer to the camera than this is held here, so that no pixel looks behind it."""


def depth_move(row: Row, depth: Tensor | None, size: tuple[int, int], device: torch.device | None = None) -> Tensor:
    """Return the grid of one frame of 3D motion over ``depth`` (H×W, 1..2, larger is farther; None is flat, 1)."""
    if depth is None:
        return Lens(row, size, device).grid(torch.ones(size[1], size[0], device=device))
    return Relief(row, depth).move()


BARE = 1.0
"""Pixels that a place may look beside what comes to stand there; farther off, nothing comes to stand there at all."""


class Relief:
    """A depth (H×W, 1..2, larger is farther) under one frame's camera.

    A pixel moves by the depth of what it comes to show, not of what stood there before: the outline of a near thing
    then moves with the thing. Where near and far would both do, the near one is taken, as it hides the other.
    """

    def __init__(self, row: Row, depth: Tensor) -> None:
        height, width = depth.shape
        self.lens = Lens(row, (width, height), depth.device)
        self.depth = _rimmed(depth.clamp(float(row["near"]) * WORLD, float(row["far"]) * WORLD))
        there = _nearest_around(self.depth, self.lens)
        # Two looks, an even number: where neither near nor far holds (the move lays the place bare), the last one is
        # then made from the near thing's move, past its rim, and shows more of what is behind.
        for _ in range(2):
            there = _read(self.depth, self.lens.look(there))
        self.looked = self.lens.look(there)

    def move(self) -> Tensor:
        """Return the grid of the move."""
        return _as_grid(self.looked, self.lens.size)

    def laid_bare(self) -> Tensor:
        """Return H×W of 1 where the move shows what the picture does not have, else 0.

        Such a place was behind something near, and shows what stood beside it a second time: what it looks at is
        carried elsewhere by its own depth.
        """
        beside = self.lens.look(_read(self.depth, self.looked)).sub_(self.looked).abs_()
        return (torch.maximum(beside[0], beside[1]) > BARE).to(torch.float32)


class Lens:
    """One frame's camera over the pixels of a picture of ``size`` (width, height): P' = P·R + T, and where each pixel
    looks when it shows a depth.

    A lens that zooms by ``focal`` shows at a pixel what the move alone would have shown nearer to the middle.
    """

    def __init__(self, row: Row, size: tuple[int, int], device: torch.device | None = None) -> None:
        turn, shift = pose_of(row)
        pixels = size[1] / 2 / math.tan(math.radians(float(row["fov"])) / 2)  # in one unit, at a depth of one
        self.size = size
        x, y = (middles(side, device) / focal_of(row) for side in size)
        x, y = x[None], y[:, None]
        self.home = [x * (size[0] / 2) + (size[0] / 2 - 0.5), y * (size[1] / 2) + (size[1] / 2 - 0.5)]
        self.rays = [x * pixels, y * pixels]
        spans = (-pixels, -pixels, 1.0)
        self.rise = [float(turn[2, i]) * span for i, span in enumerate(spans)]
        self.base = [x * (turn[0, i] * s) + (y * (turn[1, i] * s) + shift[i] * s) for i, s in enumerate(spans)]

    def every(self, step: int) -> Lens:
        """Return the lens over every so many pixels only, across and down."""
        few = copy.copy(self)
        few.home, few.rays = ([x[:, ::step], y[::step]] for x, y in (self.home, self.rays))
        few.base = [part[::step, ::step].contiguous() for part in self.base]
        return few

    def look(self, depth: Tensor) -> Tensor:
        """Return the places that show ``depth`` (H×W): each drawn back by how far the camera carries it.

        They are 2×H×W, in pixels from the middle of the first one, as OpenCV counts them.
        """
        behind = depth.reciprocal()
        ahead = torch.add(self.base[2], depth, alpha=self.rise[2]).clamp_(min=NEAREST).reciprocal_()
        looked = ahead.new_empty(2, *ahead.shape)
        for axis, out in enumerate(looked):
            torch.add(self.base[axis], depth, alpha=self.rise[axis], out=out)
            out.mul_(ahead).addcmul_(self.rays[axis], behind).add_(self.home[axis])
        return looked

    def grid(self, depth: Tensor) -> Tensor:
        """Return the grid of pixels that show ``depth``."""
        return _as_grid(self.look(depth), self.size)


def _as_grid(looked: Tensor, size: tuple[int, int]) -> Tensor:
    """Return the grid of places (2×H×W, pixels) in a picture of ``size``."""
    grid = looked.new_empty(*looked.shape[1:], 2)
    for axis, side in enumerate(size):
        torch.add(looked.new_tensor(1 / side - 1), looked[axis], alpha=2 / side, out=grid[..., axis])
    return grid


def _read(field: Tensor, looked: Tensor) -> Tensor:
    """Return a field (H×W) at places (2×H×W, pixels), mirrored at its edges."""
    if field.device.type == "cpu":
        return read(field, *looked.numpy())
    return look_up(field, _as_grid(looked, (field.shape[1], field.shape[0])))


def _rimmed(depth: Tensor) -> Tensor:
    """Return the depth with a pixel's width of rim lent to what is near: its soft outline then goes with it, and not
    with what is behind."""
    wide = functional.pad(depth[None], (1, 1, 1, 1), "replicate")[0]
    across = torch.minimum(torch.minimum(wide[:, :-2], wide[:, 2:]), wide[:, 1:-1])
    return torch.minimum(torch.minimum(across[:-2], across[2:]), across[1:-1])


COARSE = 4
"""Pixels of a cell in the first, rough search for what a pixel comes to show."""


def _nearest_around(depth: Tensor, lens: Lens) -> Tensor:
    """Return for each pixel the nearest depth among all that the move could bring there, roughly."""
    height, width = depth.shape
    few = lens.every(COARSE)
    near, far = (few.base[0].new_full(few.base[0].shape, float(end)) for end in depth.aminmax())
    apart = float((few.look(near) - few.look(far)).abs().max()) / 2
    reach = min(math.ceil(apart / COARSE) + 1, 32)
    middle = (few.look(2 / (1 / near + 1 / far)) + (0.5 - COARSE / 2)) / COARSE
    if depth.device.type == "cpu":
        cell, span = np.ones((COARSE, COARSE), np.uint8), np.ones((2 * reach + 1, 2 * reach + 1), np.uint8)
        cells = cv2.erode(depth.numpy(), cell, anchor=(0, 0))[::COARSE, ::COARSE]
        around, (x, y) = cv2.erode(cells, span), middle.numpy()
        there = torch.from_numpy(cv2.remap(around, x, y, cv2.INTER_NEAREST, borderMode=cv2.BORDER_REPLICATE))
    else:
        cells = functional.max_pool2d(-depth[None, None], COARSE, ceil_mode=True)
        across = functional.max_pool2d(cells, (1, 2 * reach + 1), stride=1, padding=(0, reach))
        found = -functional.max_pool2d(across, (2 * reach + 1, 1), stride=1, padding=(reach, 0))
        places = _as_grid(middle, (found.shape[3], found.shape[2]))
        there = functional.grid_sample(found, places[None], "nearest", "border", align_corners=False)[0, 0]
    down, over = there.shape
    wide = there[:, None, :, None].expand(down, COARSE, over, COARSE).reshape(down * COARSE, over * COARSE)
    return wide[:height, :width]

"""Moving a picture: where each pixel of a frame looks in the picture before it, in Deforum's units and signs.

A *grid* is H×W×2 float32: for each pixel of the frame, the place it shows, x then y in -1..1 between the picture's
outer edges (``align_corners=False`` of torch's ``grid_sample``). Grids of successive frames are followed one through
the other and the picture is resampled once, so that a slow drift does not wash it out.

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
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from ..compiler.schedule import Row

WORLD = 1 / 200
"""World units in one unit of ``translation_*``, ``near`` and ``far``."""

NEAREST = 0.05
"""World units: what comes nearer to the camera than this is held here, so that no pixel looks behind it."""

MINIFY = 1.25
"""From this shrinking on, a picture is averaged before it is sampled, so that it does not shimmer."""

SPATIAL = ("translation_x", "translation_y", "translation_z", "rotation_x", "rotation_y", "rotation_z")
FLAT = ("translation_x", "translation_y", "angle")


def moves(row: Row, mode: str) -> bool:
    """Tell whether a row moves the picture at all."""
    if mode == "2d":
        return float(row["zoom"]) != 1.0 or any(float(row[track]) for track in FLAT)
    return any(float(row[track]) for track in SPATIAL) or focal_of(row) != 1.0


def focal_of(row: Row) -> float:
    """Return by how much the lens zooms in from one frame to the next; 1 where a script says nothing of it."""
    return float(row.get("focal") or 1.0)


def still(size: tuple[int, int], device: torch.device | None = None) -> Tensor:
    """Return the grid that moves nothing, for a picture of ``size`` (width, height)."""
    width, height = size
    x, y = _line(width, device), _line(height, device)
    return torch.stack(torch.broadcast_tensors(x, y[:, None]), dim=-1)


def flat_move(row: Row, size: tuple[int, int], device: torch.device | None = None) -> Tensor:
    """Return the grid of one frame of 2D motion: the inverse of OpenCV's rotation matrix times a translation."""
    width, height = size
    inverse = np.linalg.inv(flat_matrix(row, size))
    pixels = np.array([[width / 2, 0, width / 2], [0, height / 2, height / 2], [0, 0, 1]])
    unit = np.linalg.inv(pixels) @ inverse @ pixels
    theta = torch.tensor(unit[:2], dtype=torch.float32, device=device)
    return still(size, device) @ theta[:, :2].T + theta[:, 2]


def flat_matrix(row: Row, size: tuple[int, int]) -> NDArray[np.float64]:
    """Return getRotationMatrix2D(centre, angle, zoom) · T(tx, ty), in pixels measured from the picture's corner."""
    centre_x, centre_y = size[0] * row["transform_center_x"], size[1] * row["transform_center_y"]
    zoom = max(float(row["zoom"]), 1e-3)
    a = zoom * math.cos(math.radians(row["angle"]))
    b = zoom * math.sin(math.radians(row["angle"]))
    turn = np.array([[a, b, (1 - a) * centre_x - b * centre_y], [-b, a, b * centre_x + (1 - a) * centre_y], [0, 0, 1]])
    shift = np.array([[1, 0, row["translation_x"]], [0, 1, row["translation_y"]], [0, 0, 1]])
    return turn @ shift


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


def bare_through(bare: Tensor | None, step: Tensor) -> Tensor | None:
    """Return what was bare (H×W) as a frame sees it through ``step``."""
    return None if bare is None else _look_up(bare, step)


def outside(grid: Tensor) -> Tensor:
    """Return H×W of 1 where a grid looks past the picture's edge, else 0."""
    return (grid.abs().amax(-1) > 1).to(torch.float32)


class Lens:
    """One frame's camera over the pixels of a picture of ``size`` (width, height): P' = P·R + T, and where each pixel
    looks when it shows a depth.

    A lens that zooms by ``focal`` shows at a pixel what the move alone would have shown nearer to the middle.
    """

    def __init__(self, row: Row, size: tuple[int, int], device: torch.device | None = None) -> None:
        turn, shift = pose_of(row)
        pixels = size[1] / 2 / math.tan(math.radians(float(row["fov"])) / 2)  # in one unit, at a depth of one
        self.size = size
        x, y = (_line(side, device) / focal_of(row) for side in size)
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


def _line(side: int, device: torch.device | None) -> Tensor:
    """Return the middles of a picture's pixels along one side, in -1..1."""
    return (torch.arange(side, dtype=torch.float32, device=device) * 2 + 1) / side - 1


def _as_grid(looked: Tensor, size: tuple[int, int]) -> Tensor:
    """Return the grid of places (2×H×W, pixels) in a picture of ``size``."""
    grid = looked.new_empty(*looked.shape[1:], 2)
    for axis, side in enumerate(size):
        torch.add(looked.new_tensor(1 / side - 1), looked[axis], alpha=2 / side, out=grid[..., axis])
    return grid


def _read(field: Tensor, looked: Tensor) -> Tensor:
    """Return a field (H×W) at places (2×H×W, pixels), mirrored at its edges."""
    if field.device.type == "cpu":
        x, y = looked.numpy()
        return torch.from_numpy(cv2.remap(field.numpy(), x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT))
    return _look_up(field, _as_grid(looked, (field.shape[1], field.shape[0])))


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


def turn_of(x: float, y: float, z: float) -> NDArray[np.float64]:
    """Return R (3×3, for row vectors) of degrees about each axis, PyTorch3D's ``euler_angles_to_matrix(…, "XYZ")``."""
    (sin_x, cos_x), (sin_y, cos_y), (sin_z, cos_z) = (
        (math.sin(math.radians(angle)), math.cos(math.radians(angle))) for angle in (x, y, z)
    )
    about_x = np.array([[1, 0, 0], [0, cos_x, -sin_x], [0, sin_x, cos_x]])
    about_y = np.array([[cos_y, 0, sin_y], [0, 1, 0], [-sin_y, 0, cos_y]])
    about_z = np.array([[cos_z, -sin_z, 0], [sin_z, cos_z, 0], [0, 0, 1]])
    return about_x @ about_y @ about_z


def pose_of(row: Row) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return R and T (world units) of one frame's move, P' = P·R + T: a point P of the camera's space goes there."""
    shift = np.array([-row["translation_x"], row["translation_y"], -row["translation_z"]], dtype=np.float64) * WORLD
    return turn_of(*(float(row[f"rotation_{axis}"]) for axis in "xyz")), shift


def follow(trail: Tensor | None, step: Tensor) -> Tensor:
    """Return where ``step``'s pixels look when the picture it moves was itself seen through ``trail``.

    The trail is a smooth map, not a picture: interpolating it costs no sharpness. Past its edges it goes on as
    straight as it came to them.
    """
    if trail is None:
        return step
    height, width = trail.shape[:2]
    over = (step.abs().amax(dim=(0, 1)) - 1) * torch.tensor([width, height], device=step.device) / 2
    pad_x, pad_y = (
        min(max(math.ceil(o), 0) + 2, side - 1) for o, side in zip(over.tolist(), (width, height), strict=True)
    )
    pads = (pad_x, pad_x, pad_y, pad_y)
    field = trail.permute(2, 0, 1)[None]
    wide = 2 * functional.pad(field, pads, "replicate") - functional.pad(field, pads, "reflect")
    inner = torch.tensor([width / (width + 2 * pad_x), height / (height + 2 * pad_y)], device=step.device)
    followed = functional.grid_sample(wide, (step * inner)[None], "bilinear", "border", align_corners=False)
    return followed[0].permute(1, 2, 0)


ROUNDS = 8
"""Rounds of the search for a grid's inverse: each leaves at most as large a share of the error as the move changes
lengths, a tenth for a usual frame."""

CLOSE = 0.05
"""Pixels that an inverse may be off before another round is worth its time."""


def inverse(step: Tensor) -> tuple[Tensor, Tensor]:
    """Return the grid that takes a move back, and H×W of 1 where it is right to a pixel, else 0.

    It is sought by fixed point: what is found looks, through ``step``, back to its own pixel. It is not right where
    the move hides what stood there, or turns by more than half a right angle.
    """
    height, width = step.shape[:2]
    home = still((width, height), step.device)
    back = 2 * home - step
    off = torch.zeros(height, width, device=step.device)
    half = torch.tensor([width / 2, height / 2], device=step.device)
    for _ in range(ROUNDS):
        left = home - follow(step, back)
        off = (left * half).abs().amax(-1)
        if float((off > CLOSE).to(torch.float32).mean()) < 1e-3:
            break
        back += left
    return back, (off < 1).to(torch.float32)


def _look_up(field: Tensor, grid: Tensor) -> Tensor:
    if field.device.type == "cpu":
        seen = cv2.remap(
            field.contiguous().numpy(), *_places(grid, field), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT
        )
        return torch.from_numpy(seen)
    found = functional.grid_sample(field[None, None], grid[None], "bilinear", "reflection", align_corners=False)
    return found[0, 0]


def depth_through(depth: Tensor, trail: Tensor | None) -> Tensor:
    """Return the depth (H×W) that a frame shows when it sees a picture of ``depth`` through ``trail``."""
    return depth if trail is None else _look_up(depth, trail)


def sample(image: Tensor, grid: Tensor, border: str) -> Tensor:
    """Return ``image`` (3×h×w) seen through ``grid``, bicubic, in 0..1; ``border`` is what stands past its edges."""
    image = _averaged(image, grid)
    if image.device.type == "cpu":
        # OpenCV's kernel is torch's (Keys, a = -3/4), in float from version 5 on, and three times as fast.
        pixels = image.permute(1, 2, 0).contiguous().numpy()
        seen = cv2.remap(pixels, *_places(grid, image), cv2.INTER_CUBIC, borderMode=BORDERS[border])
        return torch.from_numpy(seen).permute(2, 0, 1).contiguous().clamp_(0, 1)
    if border == "wrap":
        image, grid = _wrapped(image, grid)
    padding = {"replicate": "border", "reflect": "reflection", "wrap": "border", "zeros": "zeros"}[border]
    return functional.grid_sample(image[None], grid[None], "bicubic", padding, align_corners=False)[0].clamp_(0, 1)


BORDERS = {
    "replicate": cv2.BORDER_REPLICATE,
    "reflect": cv2.BORDER_REFLECT,
    "wrap": cv2.BORDER_WRAP,
    "zeros": cv2.BORDER_CONSTANT,
}


def _places(grid: Tensor, field: Tensor) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return where a grid looks in ``field``, x and y, in pixels from the middle of its first one, as OpenCV counts."""
    width, height = field.shape[-1] / 2, field.shape[-2] / 2
    x, y = grid[..., 0].mul(width).add_(width - 0.5), grid[..., 1].mul(height).add_(height - 0.5)
    return x.numpy(), y.numpy()


def _wrapped(image: Tensor, grid: Tensor) -> tuple[Tensor, Tensor]:
    """Return the picture with a rim of its other side, and the grid folded into it."""
    height, width = image.shape[1:]
    rim = 2
    folded = grid - 2 * torch.floor((grid + 1) / 2)
    inner = torch.tensor([width / (width + 2 * rim), height / (height + 2 * rim)], device=grid.device)
    return functional.pad(image[None], (rim, rim, rim, rim), "circular")[0], folded * inner


def _averaged(image: Tensor, grid: Tensor) -> Tensor:
    """Return the picture made as small as the grid shows it, where that is clearly smaller than it is."""
    shrink = shrinking(grid, (image.shape[2], image.shape[1]))
    if shrink < MINIFY:
        return image
    size = [max(round(side / shrink), 8) for side in image.shape[1:]]
    return functional.interpolate(image[None], size, mode="bicubic", antialias=True, align_corners=False)[0]


def shrinking(grid: Tensor, size: tuple[int, int]) -> float:
    """Return how many pixels of a picture of ``size`` one pixel of the grid covers, along one side, on average."""
    across, down = grid[::8, 8::8] - grid[::8, :-8:8], grid[8::8, ::8] - grid[:-8:8, ::8]
    if not across.numel() or not down.numel():
        return 1.0
    pixels = torch.tensor(size, device=grid.device) / 16
    return float(((across * pixels).norm(dim=-1).median() * (down * pixels).norm(dim=-1).median()).sqrt())

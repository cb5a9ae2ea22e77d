"""Moving a picture: where each pixel of a frame looks in the picture before it, in Deforum's units and signs.

A *grid* is H×W×2 float32: for each pixel of the frame, the place it shows, x then y in -1..1 between the picture's
outer edges (``align_corners=False`` of torch's ``grid_sample``). Grids of successive frames are followed one through
the other and the picture is resampled once, so that a slow drift does not wash it out.

The 3D motion is Disco Diffusion's and Deforum's ``transform_image_3d`` (github.com/deforum-art/deforum-stable-diffusion,
helpers/animation.py) written out: their cameras project the grid with depth, and the difference is the move. Theirs
mixes two pixel grids half a pixel apart and truncates to 8 bits; neither is repeated here.
"""

from __future__ import annotations

import math

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
    return any(float(row[track]) for track in SPATIAL)


def still(size: tuple[int, int], device: torch.device | None = None) -> Tensor:
    """Return the grid that moves nothing, for a picture of ``size`` (width, height)."""
    width, height = size
    x = (torch.arange(width, dtype=torch.float32, device=device) * 2 + 1) / width - 1
    y = (torch.arange(height, dtype=torch.float32, device=device) * 2 + 1) / height - 1
    return torch.stack(torch.broadcast_tensors(x, y[:, None]), dim=-1)


def flat_move(row: Row, size: tuple[int, int], device: torch.device | None = None) -> Tensor:
    """Return the grid of one frame of 2D motion: the inverse of OpenCV's rotation matrix times a translation."""
    width, height = size
    inverse = np.linalg.inv(_flat_matrix(row, size))
    pixels = np.array([[width / 2, 0, width / 2], [0, height / 2, height / 2], [0, 0, 1]])
    unit = np.linalg.inv(pixels) @ inverse @ pixels
    theta = torch.tensor(unit[:2], dtype=torch.float32, device=device)
    return still(size, device) @ theta[:, :2].T + theta[:, 2]


def _flat_matrix(row: Row, size: tuple[int, int]) -> NDArray[np.float64]:
    """Return getRotationMatrix2D(centre, angle, zoom) · T(tx, ty), in pixels measured from the picture's corner."""
    centre_x, centre_y = size[0] * row["transform_center_x"], size[1] * row["transform_center_y"]
    zoom = max(float(row["zoom"]), 1e-3)
    a = zoom * math.cos(math.radians(row["angle"]))
    b = zoom * math.sin(math.radians(row["angle"]))
    turn = np.array([[a, b, (1 - a) * centre_x - b * centre_y], [-b, a, b * centre_x + (1 - a) * centre_y], [0, 0, 1]])
    shift = np.array([[1, 0, row["translation_x"]], [0, 1, row["translation_y"]], [0, 0, 1]])
    return turn @ shift


def depth_move(row: Row, depth: Tensor | None, size: tuple[int, int], device: torch.device | None = None) -> Tensor:
    """Return the grid of one frame of 3D motion over ``depth`` (H×W, 1..2, larger is farther; None is flat, 1).

    A pixel moves by the depth of what it comes to show, not of what stood there before: the outline of a near thing
    then moves with the thing. Where near and far would both do, the near one is taken, as it hides the other.
    """
    grid = still(size, device)
    if depth is None:
        return grid - _offset(row, grid, torch.ones((), device=device), size)
    depth = depth.clamp(float(row["near"]) * WORLD, float(row["far"]) * WORLD)
    there = _nearest_around(depth, grid, row, size)
    for _ in range(3):
        looked = grid - _offset(row, grid, there, size)
        there = _look_up(depth, looked)
    return grid - _offset(row, grid, there, size)


def _nearest_around(depth: Tensor, grid: Tensor, row: Row, size: tuple[int, int]) -> Tensor:
    """Return for each pixel the nearest depth that parallax could bring there."""
    near, far = depth.amin(), depth.amax()
    apart = _offset(row, grid[::8, ::8], near, size) - _offset(row, grid[::8, ::8], far, size)
    pixels = (apart.abs().amax(dim=(0, 1)) * torch.tensor(size, device=depth.device) / 2).max().item()
    reach = min(int(pixels) + 1, 32)
    pool = functional.max_pool2d(-depth[None, None], (2 * reach + 1, 1), stride=1, padding=(reach, 0))
    return -functional.max_pool2d(pool, (1, 2 * reach + 1), stride=1, padding=(0, reach))[0, 0]


def _offset(row: Row, grid: Tensor, depth: Tensor, size: tuple[int, int]) -> Tensor:
    """Return how far each point of ``grid`` at ``depth`` is carried by the frame's camera, in grid units."""
    turn, shift = _pose(row)
    scale = 1 / math.tan(math.radians(float(row["fov"])) / 2)
    x, y = grid[..., 0], grid[..., 1]
    moved = [x * turn[0, i] + y * turn[1, i] + (depth * turn[2, i] + shift[i]) for i in range(3)]
    away = moved[2].clamp(min=NEAREST)
    carried_x = (moved[0] / away - x / depth) * (scale * size[1] / size[0])
    carried_y = (moved[1] / away - y / depth) * scale
    return torch.stack((carried_x, carried_y), dim=-1)


def _pose(row: Row) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return R (3×3, for row vectors) and T of P' = P·R + T, PyTorch3D's ``euler_angles_to_matrix(…, "XYZ")``."""
    sin_x, sin_y, sin_z = (math.sin(math.radians(row[f"rotation_{axis}"])) for axis in "xyz")
    cos_x, cos_y, cos_z = (math.cos(math.radians(row[f"rotation_{axis}"])) for axis in "xyz")
    about_x = np.array([[1, 0, 0], [0, cos_x, -sin_x], [0, sin_x, cos_x]])
    about_y = np.array([[cos_y, 0, sin_y], [0, 1, 0], [-sin_y, 0, cos_y]])
    about_z = np.array([[cos_z, -sin_z, 0], [sin_z, cos_z, 0], [0, 0, 1]])
    shift = np.array([-row["translation_x"], row["translation_y"], -row["translation_z"]], dtype=np.float64) * WORLD
    return about_x @ about_y @ about_z, shift


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


def _look_up(field: Tensor, grid: Tensor) -> Tensor:
    found = functional.grid_sample(field[None, None], grid[None], "bilinear", "reflection", align_corners=False)
    return found[0, 0]


def depth_through(depth: Tensor, trail: Tensor | None) -> Tensor:
    """Return the depth (H×W) that a frame shows when it sees a picture of ``depth`` through ``trail``."""
    return depth if trail is None else _look_up(depth, trail)


def sample(image: Tensor, grid: Tensor, border: str) -> Tensor:
    """Return ``image`` (3×h×w) seen through ``grid``, bicubic, in 0..1; ``border`` is what stands past its edges."""
    image = _averaged(image, grid)
    if border == "wrap":
        image, grid = _wrapped(image, grid)
    padding = {"replicate": "border", "reflect": "reflection", "wrap": "border", "zeros": "zeros"}[border]
    return functional.grid_sample(image[None], grid[None], "bicubic", padding, align_corners=False)[0].clamp(0, 1)


def _averaged(image: Tensor, grid: Tensor) -> Tensor:
    """Return the picture made as small as the grid shows it, where that is clearly smaller than it is."""
    shrink = _shrinking(grid, (image.shape[2], image.shape[1]))
    if shrink < MINIFY:
        return image
    size = [max(round(side / shrink), 8) for side in image.shape[1:]]
    return functional.interpolate(image[None], size, mode="bicubic", antialias=True, align_corners=False)[0]


def _shrinking(grid: Tensor, size: tuple[int, int]) -> float:
    """Return how many pixels of a picture of ``size`` one pixel of the grid covers, along one side, on average."""
    across, down = grid[::8, 8::8] - grid[::8, :-8:8], grid[8::8, ::8] - grid[:-8:8, ::8]
    if not across.numel() or not down.numel():
        return 1.0
    pixels = torch.tensor(size, device=grid.device) / 16
    return float(((across * pixels).norm(dim=-1).median() * (down * pixels).norm(dim=-1).median()).sqrt())


def _wrapped(image: Tensor, grid: Tensor) -> tuple[Tensor, Tensor]:
    """Return the picture with a rim of its other side, and the grid folded into it."""
    height, width = image.shape[1:]
    rim = 2
    folded = torch.remainder(grid + 1, 2) - 1
    inner = torch.tensor([width / (width + 2 * rim), height / (height + 2 * rim)], device=grid.device)
    return functional.pad(image[None], (rim, rim, rim, rim), "circular")[0], folded * inner

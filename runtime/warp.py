"""Moving a picture: where each pixel of a frame looks in the picture before it, in Deforum's units and signs.

A *grid* is H×W×2 float32: for each pixel of the frame, the place it shows, x then y in -1..1 between the picture's
outer edges (``align_corners=False`` of torch's ``grid_sample``). Grids of successive frames are followed one through
the other and the picture is resampled once, so that a slow drift does not wash it out.
"""

from __future__ import annotations

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
    x, y = middles(width, device), middles(height, device)
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


def bare_through(bare: Tensor | None, step: Tensor) -> Tensor | None:
    """Return what was bare (H×W) as a frame sees it through ``step``."""
    return None if bare is None else look_up(bare, step)


def outside(grid: Tensor) -> Tensor:
    """Return H×W of 1 where a grid looks past the picture's edge, else 0."""
    return (grid.abs().amax(-1) > 1).to(torch.float32)


def middles(side: int, device: torch.device | None) -> Tensor:
    """Return the middles of a picture's pixels along one side, in -1..1."""
    return (torch.arange(side, dtype=torch.float32, device=device) * 2 + 1) / side - 1


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


def read(field: Tensor, x: NDArray[np.float32], y: NDArray[np.float32]) -> Tensor:
    """Return a field (H×W, on the processor) at places in pixels from the middle of its first one, mirrored beyond."""
    seen = cv2.remap(field.contiguous().numpy(), x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    return torch.from_numpy(seen)


def look_up(field: Tensor, grid: Tensor) -> Tensor:
    """Return a field (H×W) seen through a grid, mirrored at its edges."""
    if field.device.type == "cpu":
        return read(field, *_places(grid, field))
    found = functional.grid_sample(field[None, None], grid[None], "bilinear", "reflection", align_corners=False)
    return found[0, 0]


def depth_through(depth: Tensor, trail: Tensor | None) -> Tensor:
    """Return the depth (H×W) that a frame shows when it sees a picture of ``depth`` through ``trail``."""
    return depth if trail is None else look_up(depth, trail)


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

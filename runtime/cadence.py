"""Frames between two painted ones: both moved to where the camera stands, and blended.

The picture before is moved on by the known camera, the picture behind it is moved back, each resampled once. Where only
one of the two shows what stands there (the other's edge has passed, or something near hides it) that one is taken.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from .flow import drift_between
from .ground import Ground
from .picture import Bytes, to_bytes, to_tensor
from .warp import follow, inverse, sample, still

RIM = 6.0
"""Pixels over which a picture's weight falls towards its edge, so that no border is seen where the other takes over."""

DOUBT = 1e-3
"""The weight of a picture where it does not show what stands there: it still counts where neither does."""


@dataclass(frozen=True)
class Between:
    """A frame to be made: the camera's step into it, and the trail from it to the painted frame before it.

    Either is None where nothing moved.
    """

    number: int
    step: Tensor | None
    trail: Tensor | None


def between(
    ground: Ground,
    after: Bytes,
    step: Tensor | None,
    waiting: Sequence[Between],
    span: range,
    asked: range,
    *,
    flow: bool = False,
) -> list[tuple[int, Bytes]]:
    """Return the asked ones of the waiting frames (ascending), as pictures.

    ``ground`` holds the painted picture before them and ``after`` is the one behind them, into which the camera makes
    ``step``. ``span``: the frame at which the blend begins, up to the one of ``after``. ``flow``: what the two still
    differ in place by is found by optical flow, and each goes its part of the way.
    """
    if not waiting:
        return []
    picture, border = to_tensor(after, ground.camera.device), ground.camera.border
    made: list[tuple[int, Bytes]] = []
    back: Tensor | None = None
    sure: Tensor | None = None
    for frame in reversed(waiting):
        back, sure = one_back(back, sure, step)
        step = frame.step
        if frame.number not in asked:
            continue
        share = (frame.number - span.start) / (span.stop - span.start)
        before, behind = seen(ground.image, frame.trail, border), seen(picture, back, border)
        if flow:
            drift = drift_between(before, behind)
            home = still((drift.shape[1], drift.shape[0]), drift.device)
            before = seen(ground.image, follow(frame.trail, home - share * drift), border)
            behind = seen(picture, follow(back, home + (1 - share) * drift), border)
        weight = behind_share(frame.trail, back, sure, share, border)
        made.append((frame.number, to_bytes(before + (behind - before) * weight)))
    return made[::-1]


def behind_share(
    trail: Tensor | None, back: Tensor | None, sure: Tensor | None, share: float, border: str
) -> Tensor | float:
    """Return how much of the picture behind is in a frame ``share`` of the way to it: more where only it knows."""
    left = (1 - share) * (inside(trail, border) if trail is not None else 1.0)
    right = share * (inside(back, border) * sure if back is not None and sure is not None else 1.0)
    return right / (left + right)


def seen(image: Tensor, grid: Tensor | None, border: str) -> Tensor:
    """Return a picture through a grid, or as it is where nothing moved."""
    return image if grid is None else sample(image, grid, border)


def one_back(back: Tensor | None, sure: Tensor | None, step: Tensor | None) -> tuple[Tensor | None, Tensor | None]:
    """Return the grid through which a frame sees the picture behind, and how sure that is, from those of the frame
    after it."""
    if step is None:
        return back, sure
    undone, known = inverse(step)
    if back is None or sure is None:
        return undone, _soft(known)
    there = functional.grid_sample(sure[None, None], undone[None], "bilinear", "border", align_corners=False)[0, 0]
    return follow(back, undone), _soft(known) * there


def _soft(known: Tensor) -> Tensor:
    """Return a mask of what is known, drawn in by a few pixels and softened."""
    wide = functional.pad(known[None, None], (3, 3, 3, 3), "replicate")
    return functional.avg_pool2d(-functional.max_pool2d(-wide, 3, 1), 5, 1)[0, 0]


def inside(grid: Tensor, border: str) -> Tensor:
    """Return H×W, 1 where a grid looks inside its picture, falling to almost nothing at the picture's edge."""
    if border == "wrap":
        return torch.ones(grid.shape[:2], device=grid.device)
    size = torch.tensor([grid.shape[1] / 2, grid.shape[0] / 2], device=grid.device)
    return ((1 - grid.abs()) * size / RIM).amin(-1).clamp(DOUBT, 1)

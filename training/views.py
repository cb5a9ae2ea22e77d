"""Scenes as a moved camera sees them: nearer, aside, tilted, and what words call up moved with them, nearly.

In a film the sketch follows the picture (`runtime/painters/follow.py`) by what optical flow finds: it is a little off.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

NEAREST = 1.5
"""The most that a view magnifies: more would show pictures that are soft."""
TILT = 6.0
"""Degrees that a view in three is turned by, at most."""
OFF = 1.5
"""Pixels (of 256) by which a sketch is off what it follows, usually; it wavers over an eighth of the picture."""


def camera(rng: np.random.Generator) -> np.ndarray:
    """A random view: where each place of it looks in the scene (2×3, in −1..1 across the picture)."""
    near = NEAREST ** -rng.random()
    turn = np.radians(rng.uniform(-TILT, TILT)) if rng.random() < 0.3 else 0.0
    x, y = rng.uniform(-1, 1, 2) * (1 - near)
    c, s = near * np.cos(turn), near * np.sin(turn)
    return np.array([[c, -s, x], [s, c, y]])


def viewed(pictures: Tensor, cameras: np.ndarray, wavering: Tensor | None = None) -> Tensor:
    """Pictures (B×3×H×W) as their cameras (B×2×3) see them; ``wavering`` (B×H×W×2) is added to where they look."""
    grid = functional.affine_grid(torch.from_numpy(cameras).float(), list(pictures.shape), align_corners=False)
    grid = grid if wavering is None else grid + wavering
    return functional.grid_sample(pictures, grid, "bicubic", "reflection", align_corners=False)


def wavering(rng: torch.Generator, count: int, side: int) -> Tensor:
    """How far sketches are off what they follow (count×side×side×2, in −1..1 across the picture)."""
    rough = torch.randn(count, 2, 8, 8, generator=rng) * torch.rand(count, 1, 1, 1, generator=rng) * 2 * OFF / 128
    return functional.interpolate(rough, (side, side), mode="bicubic").permute(0, 2, 3, 1)

"""What is done to the moved picture before it is painted over: contrast, sharpening, grain, each by its track."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from ..compiler.schedule import Row

GRAIN = 1
"""Keeps the grain's chance apart from the painter's, which draws on the same seed."""

CELLS = 8
"""Clouds of the largest size across a picture's shorter side."""


@dataclass(frozen=True, slots=True)
class Grain:
    """How grain lies: ``kind`` gaussian, alike everywhere, or perlin, in clouds of ``octaves`` and ``persistence``."""

    kind: str = "gaussian"
    octaves: int = 4
    persistence: float = 0.5


def retouch(image: Tensor, row: Row, kind: Grain = Grain()) -> Tensor:
    """Return ``image`` (3×H×W, 0..1) with the row's contrast, sharpening and grain, in Deforum's order."""
    image = contrast(image, float(row["contrast"]))
    amount = float(row["antiblur_amount"])
    image = sharpen(image, amount, float(row["antiblur_sigma"]), float(row["antiblur_threshold"]))
    return grain(image, float(row["noise"]), int(row["seed"]), kind)


def contrast(image: Tensor, factor: float) -> Tensor:
    """Return ``image`` spread about mid-grey; 1 leaves it."""
    return image if factor == 1 else ((image - 0.5) * factor + 0.5).clamp_(0, 1)


def sharpen(image: Tensor, amount: float, sigma: float, threshold: float) -> Tensor:
    """Return ``image`` plus ``amount`` times what a blur of ``sigma`` pixels takes from it (unsharp mask).

    Where that difference is at most ``threshold`` the picture stays as it is.
    """
    if amount <= 0:
        return image
    lost = image - blur(image, sigma)
    if threshold > 0:
        lost = torch.where(lost.abs() > threshold, lost, torch.zeros_like(lost))
    return (image + amount * lost).clamp_(0, 1)


def blur(image: Tensor, sigma: float) -> Tensor:
    """Return ``image`` (C×H×W) blurred by a Gaussian of ``sigma`` pixels, mirrored at its edges."""
    reach = min(max(math.ceil(3 * sigma), 1), min(image.shape[1:]) - 1)
    weights = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    weights /= weights.sum()
    if image.device.type == "cpu":
        planes = [
            cv2.sepFilter2D(plane.numpy(), -1, weights, weights, borderType=cv2.BORDER_REFLECT_101) for plane in image
        ]
        return torch.from_numpy(np.stack(planes))
    kernel: list[float] = weights.tolist()
    height, width = image.shape[1:]
    wide = functional.pad(image[None], (reach, reach, reach, reach), "reflect")[0]
    across = torch.zeros_like(wide[:, :, :width])
    for place, weight in enumerate(kernel):
        across.add_(wide[:, :, place : place + width], alpha=weight)
    down = torch.zeros_like(image)
    for place, weight in enumerate(kernel):
        down.add_(across[:, place : place + height], alpha=weight)
    return down


def grain(image: Tensor, amount: float, seed: int, kind: Grain = Grain()) -> Tensor:
    """Return ``image`` plus noise, drawn from ``seed`` on the CPU so that every device gets the same.

    ``amount`` is Deforum's: the deviation where black is -1 and white is 1. So is Perlin's noise: it does not brighten
    or darken, but has the grain swell between nothing and all of it, half on average.
    """
    if amount <= 0:
        return image
    chance = torch.Generator("cpu").manual_seed(seed * 2 + GRAIN)
    drawn = torch.randn(image.shape, generator=chance)
    if kind.kind == "perlin":
        drawn *= clouds((image.shape[1], image.shape[2]), kind, chance).add_(1).mul_(0.5)
    return (image + drawn.to(image.device) * (amount / 2)).clamp_(0, 1)


def clouds(size: tuple[int, int], kind: Grain, chance: torch.Generator) -> Tensor:
    """Return H×W of gradient noise in octaves, about -1..1 (Perlin, "Improving noise", SIGGRAPH 2002)."""
    cell, weight, total = max(min(size) / CELLS, 2.0), math.sqrt(2), torch.zeros(size)
    for _ in range(kind.octaves):
        total.addmm_(*_octave(size, cell, chance), alpha=weight)
        cell, weight = max(cell / 2, 2.0), weight * kind.persistence
    return total


def _octave(size: tuple[int, int], cell: float, chance: torch.Generator) -> tuple[Tensor, Tensor]:
    """Return one octave as a product of two matrices, H×2R and 2R×W, R the rows of its lattice.

    At a place the gradients of the corners around it, each times the way from its corner, are blended by
    6t⁵ - 15t⁴ + 10t³ down and across; so the noise is a sum over the lattice's rows.
    """
    rows, columns = (math.ceil(side / cell) + 1 for side in size)
    angle = torch.rand(rows, columns, generator=chance) * math.tau
    (fall, drop), (reach, run) = _weights(size[0], cell, rows), _weights(size[1], cell, columns)
    return torch.cat((fall, drop), 1), torch.cat((angle.cos() @ run.T, angle.sin() @ reach.T))


def _weights(side: int, cell: float, corners: int) -> tuple[Tensor, Tensor]:
    """Return side×corners of how much each corner of a lattice counts at a place, and that times the way from it."""
    place = (torch.arange(side) + 0.5) / cell
    way = place[:, None] - torch.arange(corners)
    t = 1 - way.abs().clamp(max=1)
    fade = t**3 * (t * (t * 6 - 15) + 10)
    return fade, fade * way

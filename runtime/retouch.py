"""What is done to the moved picture before it is painted over: contrast, sharpening, grain, each by its track."""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from ..compiler.schedule import Row

GRAIN = 1
"""Keeps the grain's chance apart from the painter's, which draws on the same seed."""


def retouch(image: Tensor, row: Row) -> Tensor:
    """Return ``image`` (3×H×W, 0..1) with the row's contrast, sharpening and grain, in Deforum's order."""
    image = contrast(image, float(row["contrast"]))
    amount = float(row["antiblur_amount"])
    image = sharpen(image, amount, float(row["antiblur_sigma"]), float(row["antiblur_threshold"]))
    return grain(image, float(row["noise"]), int(row["seed"]))


def contrast(image: Tensor, factor: float) -> Tensor:
    """Return ``image`` spread about mid-grey; 1 leaves it."""
    return image if factor == 1 else ((image - 0.5) * factor + 0.5).clamp_(0, 1)


def sharpen(image: Tensor, amount: float, sigma: float, threshold: float) -> Tensor:
    """Return ``image`` plus ``amount`` times what a blur of ``sigma`` pixels takes from it (unsharp mask).

    Where that difference is at most ``threshold`` the picture stays as it is.
    """
    if amount <= 0:
        return image
    lost = image - _blur(image, sigma)
    if threshold > 0:
        lost = torch.where(lost.abs() > threshold, lost, torch.zeros_like(lost))
    return (image + amount * lost).clamp_(0, 1)


def _blur(image: Tensor, sigma: float) -> Tensor:
    reach = min(max(math.ceil(3 * sigma), 1), min(image.shape[1:]) - 1)
    places = np.arange(-reach, reach + 1)
    kernel = np.exp(-0.5 * (places / sigma) ** 2)
    kernel = (kernel / kernel.sum()).tolist()
    height, width = image.shape[1:]
    wide = functional.pad(image[None], (reach, reach, reach, reach), "reflect")[0]
    across = torch.zeros_like(wide[:, :, :width])
    for place, weight in enumerate(kernel):
        across.add_(wide[:, :, place : place + width], alpha=weight)
    down = torch.zeros_like(image)
    for place, weight in enumerate(kernel):
        down.add_(across[:, place : place + height], alpha=weight)
    return down


def grain(image: Tensor, amount: float, seed: int) -> Tensor:
    """Return ``image`` plus Gaussian noise, drawn from ``seed`` on the CPU so that every device gets the same.

    ``amount`` is Deforum's: the deviation where black is -1 and white is 1.
    """
    if amount <= 0:
        return image
    chance = torch.Generator("cpu").manual_seed(seed * 2 + GRAIN)
    drawn = torch.randn(image.shape, generator=chance)
    return (image + drawn.to(image.device) * (amount / 2)).clamp_(0, 1)

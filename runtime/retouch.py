"""What is done to the moved picture before it is painted over: contrast and sharpening, each by its track."""

from __future__ import annotations

import math

import cv2
import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from ..compiler.schedule import Row


def retouch(image: Tensor, row: Row) -> Tensor:
    """Return ``image`` (3×H×W, 0..1) with the row's contrast and sharpening, in Deforum's order; grain comes next."""
    image = contrast(image, float(row["contrast"]))
    amount = float(row["antiblur_amount"])
    return sharpen(image, amount, float(row["antiblur_sigma"]), float(row["antiblur_threshold"]))


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

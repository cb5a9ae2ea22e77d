"""How strong a picture's outlines are, and an unsharp mask that brings them back."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional

from ..retouch import blur


def outlines(picture: Tensor) -> float:
    """Return the mean square of the Laplacian of a picture's shades (3×H×W, 0..1)."""
    return float(_laplacian(picture).square().mean())


def crisped(wanted: float, most: float, picture: Tensor, radius: float) -> Tensor:
    """Return a picture (3×H×W) with outlines as strong as ``wanted``, as far as an unsharp mask of share ``most`` goes.

    ``radius``: of that mask, in pixels. One whose outlines are that strong already stays as it is.
    """
    fine = picture - blur(picture, radius)
    plain, more = _laplacian(picture), _laplacian(fine)
    a, b, c = (float((one * other).mean()) for one, other in ((plain, plain), (plain, more), (more, more)))
    if a >= wanted or c <= 0:
        return picture
    share = (math.sqrt(b * b + c * (wanted - a)) - b) / c  # the root of the quadratic that the strength is in it
    return picture + min(share, most) * fine


def _laplacian(picture: Tensor) -> Tensor:
    kernel = torch.tensor([[0.0, 1, 0], [1, -4, 1], [0, 1, 0]], device=picture.device)[None, None]
    shades = functional.pad(picture.mean(0, keepdim=True)[None], (1, 1, 1, 1), "replicate")
    return functional.conv2d(shades, kernel)[0]

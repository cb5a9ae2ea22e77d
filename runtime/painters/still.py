"""``model = "none"``: nothing is painted; the camera moves over the shot's image, or over a test card."""

from __future__ import annotations

import torch
from torch import Tensor

from ...compiler.schedule import Row


class Still:
    """Gives a shot's first picture and paints no other. ``size`` is the film's (width, height)."""

    fingerprint = "still 1"
    device = torch.device("cpu")
    repaints = False

    def __init__(self, size: tuple[int, int]) -> None:
        self.size = size

    def paint(self, image: Tensor | None, row: Row) -> Tensor:
        """Return the shot's image as it is, or a test card where the shot has none."""
        return card(self.size) if image is None else image


def card(size: tuple[int, int]) -> Tensor:
    """Return a test card, 3×H×W: a chequer over a dusk-coloured sky and ground, by which a move is easily judged."""
    width, height = size
    cell = max(min(size) / 8, 2.0)
    x = (torch.arange(width) + 0.5 - width / 2) / cell
    y = ((torch.arange(height) + 0.5 - height / 2) / cell)[:, None]
    chequer = ((x.floor() + y.floor()) % 2)[None]
    down = torch.linspace(0, 1, height)[:, None].expand(height, width)
    sky = torch.stack((0.25 + 0.6 * down, 0.3 + 0.25 * down, 0.5 - 0.1 * down))
    ring = ((x * x + y * y).sqrt() - 2).abs() < 0.06
    cross = (torch.minimum(x.abs().expand(height, width), y.abs().expand(height, width)) < 0.04) | ring
    return torch.where(cross, torch.ones(()), sky * (0.82 + 0.18 * chequer))

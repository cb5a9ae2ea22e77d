"""Grain: noise laid over the moved picture before it is painted over, gaussian or in clouds."""

from __future__ import annotations

import math
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import torch
from torch import Tensor

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


class Grains:
    """Lays the grain of one frame after the other; the next one's is drawn while a frame is painted."""

    def __init__(self, kind: Grain, size: tuple[int, int]) -> None:
        self.kind = kind
        self.shape = (3, size[1], size[0])
        self._clerk = ThreadPoolExecutor(1, "animc grain")
        self._ahead: tuple[int, Future[Tensor]] | None = None

    def foresee(self, row: Row) -> None:
        """Begin to draw a row's grain, where it has any."""
        if float(row["noise"]) > 0:
            seed = int(row["seed"])
            self._ahead = seed, self._clerk.submit(drawn, self.shape, seed, self.kind)

    def over(self, image: Tensor, row: Row) -> Tensor:
        """Return ``image`` (3×H×W) with the row's grain; the same whether it was foreseen or not."""
        amount, seed = float(row["noise"]), int(row["seed"])
        if amount <= 0:
            return image
        known = self._ahead is not None and self._ahead[0] == seed
        noise = self._ahead[1].result() if self._ahead and known else drawn(self.shape, seed, self.kind)
        return laid(image, noise, amount)


def grain(image: Tensor, amount: float, seed: int, kind: Grain = Grain()) -> Tensor:
    """Return ``image`` (3×H×W, 0..1) plus noise of so much, drawn from ``seed``.

    ``amount`` is Deforum's: the deviation where black is -1 and white is 1. So is Perlin's noise: it does not brighten
    or darken, but has the grain swell between nothing and all of it, half on average.
    """
    if amount <= 0:
        return image
    return laid(image, drawn((image.shape[0], image.shape[1], image.shape[2]), seed, kind), amount)


def laid(image: Tensor, noise: Tensor, amount: float) -> Tensor:
    """Return ``image`` plus ``amount`` (Deforum's) of ``noise``."""
    return (image + noise.to(image.device) * (amount / 2)).clamp_(0, 1)


def drawn(shape: tuple[int, int, int], seed: int, kind: Grain) -> Tensor:
    """Return noise of that shape (3×H×W), deviation 1, drawn on the CPU so that every device gets the same."""
    chance = torch.Generator("cpu").manual_seed(seed * 2 + GRAIN)
    noise = torch.randn(shape, generator=chance)
    if kind.kind == "perlin":
        noise *= clouds(shape[1:], kind, chance).add_(1).mul_(0.5)
    return noise


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

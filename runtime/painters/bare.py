"""Painting what a move has laid bare from almost nothing, and all else as strongly as the frame says, in one go.

Differential diffusion (Levin and Fried, arXiv:2306.00950): the painting begins at the noise that the barest cell wants,
and a cell that wants less is held on the way of its own picture until the noise has come down to its share.
"""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional

from .levels import NoiseCurve, evaluations
from .samplers import Level, See

FEW, MOST = 0.2, 0.7
"""How much of a cell of the latent is bare where it begins to be painted from more noise, and where from all."""


def shares_of(bare: Tensor, share: float, shape: tuple[int, int]) -> Tensor:
    """Return the share of the whole noise that each cell is painted from, 1×1×h×w, for a latent of ``shape`` (h, w).

    ``bare``: H×W in 0..1, 1 where the picture is not known; ``share``: what the known is painted from.
    """
    seen = functional.adaptive_avg_pool2d(bare[None, None], shape)
    return share + (1 - share) * ((seen - FEW) / (MOST - FEW)).clamp(0, 1)


def levels_of(curve: NoiseCurve, steps: int, share: float, high: float) -> list[Level]:
    """Return levels from ``high`` down to ``share``, then those that a painting from ``share`` has by itself."""
    above = evaluations(steps, high - share) if (high - share) * steps >= 0.5 else 0
    apart = (high - share) * curve.length / max(above, 1)
    first = [curve.at(high * curve.length - apart * i - 1) for i in range(above)]
    return first + curve.levels(share, evaluations(steps, share))


def held(see: See, picture: Tensor, shares: Tensor, curve: NoiseCurve) -> See:
    """Return a model that sees ``picture`` (a clean latent) in each cell whose share of the noise is not reached yet.

    What is left of the latent there is noise, so every sampler stays on that picture's way.
    """

    def held_see(x: Tensor, t: float) -> tuple[Tensor, Tensor]:
        found, noise = see(x, t)
        waits = t > shares * curve.length - 1 + 1e-3
        if not bool(waits.any()):
            return found, noise
        level = curve.at(t)
        rest = (x - level.alpha * picture) / max(level.sigma, 1e-6)
        return picture.where(waits, found), rest.where(waits, noise)

    return held_see

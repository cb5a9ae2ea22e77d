"""How much noise a model saw at each time of its training, made continuous, and the times that a painting visits."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from .samplers import Level


class NoiseCurve:
    """The noise schedule of a model: the angle between picture and noise at each training time, read anywhere between.

    ``alphas_cumprod``: the share of a latent's power that is picture, at times 0..T-1, as diffusers' schedulers have.
    """

    def __init__(self, alphas_cumprod: NDArray[np.float64]) -> None:
        self.angles = np.arccos(np.sqrt(np.clip(alphas_cumprod, 0, 1)))
        self.length = len(alphas_cumprod)

    def at(self, t: float) -> Level:
        """Return the level of time ``t`` (0..T-1)."""
        angle = float(np.interp(t, np.arange(self.length), self.angles))
        alpha = math.cos(angle)
        return Level(t, alpha if alpha > 1e-9 else 0.0, math.sin(angle))

    def levels(self, share: float, count: int) -> list[Level]:
        """Return up to ``count`` levels from ``share`` (0..1) of the whole noise downwards, evenly in time.

        At share 1 these are the "trailing" times of arXiv:2305.08891. The first moves with the share itself, not in
        steps: an animated strength acts smoothly at any count.
        """
        begin = share * self.length
        count = max(1, min(count, int(begin)))
        return [self.at(max(begin * (1 - i / count) - 1, 0.0)) for i in range(count)]


def evaluations(steps: int, share: float) -> int:
    """Return how many of ``steps`` a painting at ``share`` of the whole noise takes: at least one."""
    return max(1, math.ceil(steps * share - 1e-6))

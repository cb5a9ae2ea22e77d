"""Samplers: ways from noise to a picture, as plain loops over one narrow model, after k-diffusion's ``sampling.py``.

A model is ``see(x, t) -> (picture, noise)``: what a latent ``x`` at time ``t`` is made of, so that
x = alpha(t)·picture + sigma(t)·noise. Times run down; after the last one stands the clean picture. Written with
alpha and sigma apart, so that a model trained down to no signal at all (alpha = 0) starts from pure noise.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

See = Callable[[Tensor, float], tuple[Tensor, Tensor]]


@dataclass(frozen=True)
class Level:
    """How much of a latent is picture (``alpha``) and how much noise (``sigma``) at time ``t``; squares sum to 1."""

    t: float
    alpha: float
    sigma: float

    @property
    def ratio(self) -> float:
        """Return sigma over alpha, k-diffusion's sigma; infinite for pure noise."""
        return self.sigma / self.alpha if self.alpha > 0 else math.inf


CLEAN = Level(-1.0, 1.0, 0.0)

Sampler = Callable[[See, Tensor, list[Level], torch.Generator], Tensor]
"""From a latent at the first level to the clean latent; chance is drawn on the CPU."""


def noise_like(x: Tensor, chance: torch.Generator) -> Tensor:
    """Return Gaussian noise of x's shape, drawn on the CPU so that every device gets the same."""
    return torch.randn(x.shape, generator=chance, dtype=torch.float32).to(x.device)


def ddim(see: See, x: Tensor, levels: list[Level], chance: torch.Generator) -> Tensor:
    """Denoising diffusion implicit models, eta 0 (arXiv:2010.02502); Euler's method in sigma is the same."""
    for level, after in _steps(levels):
        picture, noise = see(x, level.t)
        x = after.alpha * picture + after.sigma * noise
    return x


def euler_a(see: See, x: Tensor, levels: list[Level], chance: torch.Generator) -> Tensor:
    """Euler with ancestral noise (k-diffusion's ``sample_euler_ancestral``)."""
    for level, after in _steps(levels):
        picture, noise = see(x, level.t)
        to = after.ratio
        up = to * math.sqrt(max(1 - (to / level.ratio) ** 2, 0.0))
        x = after.alpha * (picture + math.sqrt(to**2 - up**2) * noise)
        if up > 0:
            x = x + after.alpha * up * noise_like(x, chance)
    return x


def heun(see: See, x: Tensor, levels: list[Level], chance: torch.Generator) -> Tensor:
    """Heun's second-order method in sigma (arXiv:2206.00364, algorithm 1); looks twice a step but the last."""
    for level, after in _steps(levels):
        picture, noise = see(x, level.t)
        guess = after.alpha * picture + after.sigma * noise
        if after.sigma == 0 or level.alpha == 0:
            x = guess
            continue
        noise = (noise + see(guess, after.t)[1]) / 2
        x = after.alpha * (x / level.alpha + (after.ratio - level.ratio) * noise)
    return x


def lms(see: See, x: Tensor, levels: list[Level], chance: torch.Generator) -> Tensor:
    """Linear multistep of order 4 in sigma (k-diffusion's ``sample_lms``)."""
    seen: list[tuple[float, Tensor]] = []
    for level, after in _steps(levels):
        picture, noise = see(x, level.t)
        if level.alpha == 0:
            x = after.alpha * picture + after.sigma * noise
            continue
        seen = [*seen, (level.ratio, noise)][-4:]
        weights = _lagrange([ratio for ratio, _ in seen], level.ratio, after.ratio)
        slope = sum((weight * noise for weight, (_, noise) in zip(weights, seen, strict=True)), torch.zeros_like(x))
        x = after.alpha * (x / level.alpha + slope)
    return x


def _lagrange(nodes: list[float], start: float, stop: float) -> list[float]:
    """Return the integrals from start to stop of the Lagrange polynomials through ``nodes``."""
    weights: list[float] = []
    for own in range(len(nodes)):
        others = [node for i, node in enumerate(nodes) if i != own]
        curve = np.polyint(np.atleast_1d(np.poly(others)) / math.prod(nodes[own] - other for other in others))
        weights.append(float(np.polyval(curve, stop) - np.polyval(curve, start)))
    return weights


def dpmpp_2m(see: See, x: Tensor, levels: list[Level], chance: torch.Generator) -> Tensor:
    """DPM-Solver++(2M), arXiv:2211.01095, algorithm 2."""
    before: tuple[Tensor, float] | None = None
    for level, after in _steps(levels):
        picture, _ = see(x, level.t)
        width = _width(level, after)
        aim = _second_order(picture, before, width)
        fall = level.alpha * after.sigma / (after.alpha * level.sigma)
        x = after.sigma / level.sigma * x + after.alpha * (1 - fall) * aim
        before = (picture, width)
    return x


def dpmpp_sde(see: See, x: Tensor, levels: list[Level], chance: torch.Generator) -> Tensor:
    """SDE-DPM-Solver++(2M), arXiv:2211.01095, appendix: the same with fresh noise at each step."""
    before: tuple[Tensor, float] | None = None
    for level, after in _steps(levels):
        picture, _ = see(x, level.t)
        width = _width(level, after)
        aim = _second_order(picture, before, width)
        fall = level.alpha * after.sigma / (after.alpha * level.sigma)
        x = after.sigma / level.sigma * fall * x + after.alpha * (1 - fall**2) * aim
        if after.sigma > 0:
            x = x + after.sigma * math.sqrt(1 - fall**2) * noise_like(x, chance)
        before = (picture, width)
    return x


def _width(level: Level, after: Level) -> float:
    """Return the step's width in log(alpha/sigma); infinite from pure noise and to the clean picture."""
    return math.log(level.ratio / after.ratio) if after.sigma > 0 and level.alpha > 0 else math.inf


def _second_order(picture: Tensor, before: tuple[Tensor, float] | None, width: float) -> Tensor:
    if before is None or math.isinf(width) or math.isinf(before[1]):
        return picture
    bend = width / before[1] / 2
    return (1 + bend) * picture - bend * before[0]


def unipc(see: See, x: Tensor, levels: list[Level], chance: torch.Generator) -> Tensor:
    """UniPC of order 2 with B(h) = exp(h) - 1, arXiv:2302.04867: a predictor, mended by what is seen next."""
    before: tuple[Tensor, float] | None = None
    last: tuple[Tensor, Level, Tensor, tuple[Tensor, float] | None] | None = None
    for level, after in _steps(levels):
        picture, _ = see(x, level.t)
        if last is not None:
            x = _mended(*last, picture, level)
        width = _width(level, after)
        last = None if math.isinf(width) else (x, level, picture, before)
        fall = level.alpha * after.sigma / (after.alpha * level.sigma)
        aim = _second_order(picture, before, width)
        x = after.sigma / level.sigma * x + after.alpha * (1 - fall) * aim
        before = (picture, width)
    return x


def _mended(
    x: Tensor, level: Level, picture: Tensor, before: tuple[Tensor, float] | None, seen: Tensor, after: Level
) -> Tensor:
    """Return UniPC's correction of the step from ``level`` to ``after``, once ``seen`` is known there."""
    width = _width(level, after)
    fall = math.exp(-width)
    flat = after.sigma / level.sigma * x + after.alpha * (1 - fall) * picture
    if before is None or math.isinf(before[1]):
        return flat + after.alpha * (1 - fall) / 2 * (seen - picture)
    back, share = -before[1] / width, math.expm1(-width)
    first = (share / -width - 1) / share
    second = 2 * ((share / -width - 1) / -width - 0.5) / share
    old, new = np.linalg.solve(np.array([[1.0, 1.0], [back, 1.0]]), np.array([first, second]))
    bend = old * (before[0] - picture) / back + new * (seen - picture)
    return flat + after.alpha * (1 - fall) * bend


def lcm(see: See, x: Tensor, levels: list[Level], chance: torch.Generator) -> Tensor:
    """Multistep consistency sampling, arXiv:2303.01469 algorithm 1, with the latent consistency model's skip."""
    for level, after in _steps(levels):
        picture, _ = see(x, level.t)
        skip = 0.25 / ((level.t * 10) ** 2 + 0.25)
        out = level.t * 10 / math.sqrt((level.t * 10) ** 2 + 0.25)
        x = after.alpha * (skip * x + out * picture)
        if after.sigma > 0:
            x = x + after.sigma * noise_like(x, chance)
    return x


GAMMA = 0.3
"""How much of each of TCD's steps is fresh noise; its authors' default."""


def tcd(see: See, x: Tensor, levels: list[Level], chance: torch.Generator) -> Tensor:
    """Trajectory consistency distillation's strategic stochastic sampling, arXiv:2402.19159 algorithm 4."""
    for level, after in _steps(levels):
        picture, noise = see(x, level.t)
        kept = (1 - GAMMA) ** 2 * after.sigma**2
        x = math.sqrt(1 - kept) * picture + math.sqrt(kept) * noise
        if after.sigma > 0:
            share = after.alpha / math.sqrt(1 - kept)
            x = share * x + math.sqrt(1 - share**2) * noise_like(x, chance)
    return x


def _steps(levels: list[Level]) -> zip[tuple[Level, Level]]:
    return zip(levels, [*levels[1:], CLEAN], strict=True)


SAMPLERS: dict[str, Sampler] = {
    "ddim": ddim,
    "euler": ddim,
    "euler_a": euler_a,
    "heun": heun,
    "lms": lms,
    "dpmpp_2m": dpmpp_2m,
    "dpmpp_sde": dpmpp_sde,
    "unipc": unipc,
    "lcm": lcm,
    "tcd": tcd,
}

OWN = {
    "EulerAncestralDiscreteScheduler": "euler_a",
    "HeunDiscreteScheduler": "heun",
    "LMSDiscreteScheduler": "lms",
    "DPMSolverMultistepScheduler": "dpmpp_2m",
    "DPMSolverSinglestepScheduler": "dpmpp_2m",
    "DPMSolverSDEScheduler": "dpmpp_sde",
    "UniPCMultistepScheduler": "unipc",
    "LCMScheduler": "lcm",
    "TCDScheduler": "tcd",
}
"""The sampler that ``auto`` takes for a model that ships with a scheduler of this class; ``ddim`` for all others."""

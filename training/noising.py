"""What the painter is asked to undo: noise of every strength, and what films do to a picture."""

from __future__ import annotations

import torch
from torch.nn import functional

Tensor = torch.Tensor


def degrade(rng: torch.Generator, clean: Tensor) -> Tensor:
    """Latents as films spoil them: a little blurred, paler or stronger, in the colours of another scene, or half it.

    Both teach that words outweigh what is there: else a new place or hour of the day would not come through.
    """
    count = len(clean)
    soft = functional.avg_pool2d(functional.pad(clean, (1, 1, 1, 1), mode="replicate"), 3, 1)
    share = 0.5 * torch.rand(count, 1, 1, 1, generator=rng)
    gain = 0.9 + 0.2 * torch.rand(count, 1, 1, 1, generator=rng)
    spoiled = (clean + share * (soft - clean)) * gain
    mean = clean.mean((2, 3), keepdim=True)
    spoiled += torch.rand(count, 1, 1, 1, generator=rng).square() * (mean.roll(1, 0) - mean)
    half = 0.8 * torch.rand(count, 1, 1, 1, generator=rng) * (torch.rand(count, 1, 1, 1, generator=rng) < 0.4)
    spoiled += half * (spoiled.roll(2, 0) - spoiled)
    grain = 0.12 * torch.rand(count, 1, 1, 1, generator=rng) * torch.randn(clean.shape, generator=rng)
    return spoiled + grain


def noised(
    rng: torch.Generator, clean: Tensor, alphas: Tensor, spoil: float, early: float
) -> tuple[Tensor, Tensor, Tensor]:
    """Noised latents, their time steps and the v to predict.

    A share `spoil` starts from spoiled latents but must still aim at the clean ones: so feedback heals.
    """
    count = len(clean)
    # more of the noisy steps, where places and hours are decided; few-step painting spends its time there too
    steps = ((1 - torch.rand(count, generator=rng) ** early) * len(alphas)).long().clamp(0, len(alphas) - 1)
    keep = alphas[steps].sqrt().view(-1, 1, 1, 1)
    rest = (1 - alphas[steps]).sqrt().view(-1, 1, 1, 1)
    noise = torch.randn(clean.shape, generator=rng)
    mid = ((steps > MILD) & (steps < 850) & (torch.rand(count, generator=rng) < spoil)).view(-1, 1, 1, 1)
    start = torch.where(mid, degrade(rng, clean), clean)
    mixed = keep * start + rest * noise
    target = torch.where(mid, (keep * mixed - clean) / rest, keep * noise - rest * clean)
    return mixed, steps, target


MILD = 120
"""Time step (of 1000) from which on starts may be spoiled: under less noise what is there is to be kept."""

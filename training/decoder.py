"""The decoder's first lessons, one doubling of the picture's side at a time.

The encoder's components are known at every level, so each level of the decoder can be shown exactly what it should give
the next one. That is cheap (nearly all steps are taken where pictures are small) and saves the decoder most of the
thousands of steps in which it would only find out what latents mean.
"""

from __future__ import annotations

import time

import torch
from diffusers import AutoencoderTiny
from torch import Tensor, nn

from .optimiser import Muon

LIFT = 3.0
"""Added to the features between levels, in standard deviations: the blocks between end in a ReLU."""
SHARES = (0.3, 0.25, 0.25, 0.2)
"""Of the time, for each level."""
COUNTS = (32, 16, 8, 4)
"""Crops a step: a level's pixels grow fourfold."""


def convolutions(part: nn.Module) -> list[nn.Conv2d]:
    """The convolutions of an encoder or decoder outside its blocks, in order."""
    return [layer for layer in part.layers if isinstance(layer, nn.Conv2d)]


def components(model: AutoencoderTiny, pictures: Tensor) -> tuple[list[Tensor], Tensor]:
    """The encoder's components of pictures (n×3×H×W, −1..1) at H, H/2, H/4 and H/8, live channels only; the latents."""
    first, *strided, last = convolutions(model.encoder)
    seen = first((pictures + 1) / 2)
    levels = [seen[:, :3]]
    for layer in strided:
        seen = layer(seen)
        levels.append(seen[:, : min(seen.shape[1], 4 * levels[-1].shape[1])])
    return levels[:-1], last(seen)


def squeezed(latents: Tensor) -> Tensor:
    """What AutoencoderTiny's decoder does to latents first."""
    return 3 * torch.tanh(latents / 3)


def raise_decoder(
    model: AutoencoderTiny, pictures: Tensor, minutes: float, steps: int = 10**6, seed: int = 0, rate: float = 4e-3
) -> None:
    """Teach the decoder level by level, in place, on crops (n×3×128×128, −1..1), until time or a level's steps end."""
    with torch.no_grad():
        groups = [components(model, batch) for batch in pictures.split(100)]
        levels = [torch.cat(parts) for parts in zip(*(group[0] for group in groups), strict=True)]
        latents = torch.cat([group[1] for group in groups])
        _begin(model, latents)
    chance = torch.Generator().manual_seed(seed)
    stages = _stages(model)
    model.requires_grad_(False)
    for number, (stage, share) in enumerate(zip(stages[:4], SHARES, strict=True)):
        target, before = levels[3 - number], nn.Sequential(*stages[:number])
        mean, spread = target.mean((0, 2, 3), keepdim=True), target.std((0, 2, 3), keepdim=True).clamp_min(1e-3)
        lift = LIFT if number < 3 else 0.0
        if number == 3:
            mean, spread = torch.zeros_like(mean), torch.ones_like(spread)
        stage.requires_grad_(True)
        optimiser, start, step = Muon(stage.parameters(), rate), time.time(), 0
        while (done := max((time.time() - start) / (60 * minutes * share), step / steps)) < 1:
            for group in optimiser.param_groups:
                group["lr"] = rate * min(1, (step + 1) / 20) * (1 - done) + 1e-5
            pick = torch.randperm(len(latents), generator=chance)[: COUNTS[number]]
            with torch.no_grad():
                shown = before(squeezed(latents[pick]))
            made = (stage(shown)[:, : target.shape[1]] - lift) * spread + mean
            loss = (made - target[pick]).square().sum(1).mean() / 4 ** (
                3 - number
            )  # as in pixels: components keep energy
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(stage.parameters(), 1.0)
            optimiser.step()
            step += 1
        stage.requires_grad_(False)
    with torch.no_grad():  # the last layer only takes the three colours out
        out = convolutions(model.decoder)[-1]
        out.weight.mul_(0.02)[:, :3] = 0
        out.bias.zero_()
        for colour in range(3):
            out.weight[colour, colour, 1, 1] = 1
    model.requires_grad_(True)


def _begin(model: AutoencoderTiny, latents: Tensor) -> None:
    """Latents pass the first layer at unit spread, lifted; blocks begin as almost nothing beside what they pass on."""
    first = convolutions(model.decoder)[0]
    first.weight.zero_()
    for channel, spread in enumerate(latents.std((0, 2, 3))):
        first.weight[channel, channel, 1, 1] = 1 / spread.clamp_min(1e-6)
    first.bias.fill_(LIFT)
    for layer in model.decoder.layers:
        if hasattr(layer, "conv"):
            last = [inner for inner in layer.conv if isinstance(inner, nn.Conv2d)][-1]
            last.weight.mul_(0.1)
            last.bias.zero_()


def _stages(model: AutoencoderTiny) -> list[nn.Sequential]:
    """The decoder's layers, cut after the convolution that follows each doubling."""
    stages, doubled = [[]], False
    for layer in model.decoder.layers:
        stages[-1].append(layer)
        if doubled:
            stages.append([])
        doubled = isinstance(layer, nn.Upsample)
    return [nn.Sequential(*stage) for stage in stages]

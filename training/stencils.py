"""What each thing covers of a page, and with what: drawn once with it and once without.

A page with a thing is the page without it, seen through a stencil, and the thing in the hole. Both are averages over a
few lands and hours; the rest (light, haze, style) is left to training.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch
from diffusers import AutoencoderTiny
from torch import Tensor

from .captions import Facts
from .objects import known_things
from .scenes import ANYWHERE, LANDS, paint_page

PLACES = (("meadow", "day"), ("desert", "sunset"), ("snow", "dusk"), ("road", "night"), ("hill", "dawn"))


@torch.no_grad()
def _latents(pictures: list[np.ndarray], vae: AutoencoderTiny) -> Tensor:
    shown = torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2).float() / 127.5 - 1
    return vae.encode(shown.contiguous(memory_format=torch.channels_last)).latents * vae.config.scaling_factor


def stencils(vae: AutoencoderTiny, words: tuple[str, ...] = ()) -> dict[str, tuple[Tensor, Tensor]]:
    """For each thing and landmark: how much of each cell it covers (1×h×w, 0..1), and what it adds there (C×h×w).

    `words`: only these.
    """
    bare_pages = [Facts(land, hour) for land, hour in PLACES]
    bare_pictures = [paint_page(page)[0] for page in bare_pages]
    bare, found = _latents(bare_pictures, vae), {}
    side = bare_pictures[0].shape[0] // bare.shape[-1]
    for word in words or (*known_things(), *ANYWHERE):
        if word in LANDS:  # its name calls up the land
            continue
        said = {"landmark": word} if word in ANYWHERE else {"things": (("", "", word),)}
        pictures = [paint_page(replace(page, **said))[0] for page in bare_pages]
        changed = np.mean(
            [np.abs(one.astype(int) - two).max(-1) > 12 for one, two in zip(pictures, bare_pictures, strict=True)], 0
        )
        cells = torch.from_numpy(changed.reshape(bare.shape[-2], side, bare.shape[-1], side).mean((1, 3))).float()
        hole = cells.clamp(0, 1)[None]
        found[word] = hole, (_latents(pictures, vae) - (1 - hole) * bare).mean(0)
    return found

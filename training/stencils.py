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
from torch.nn import functional

from .captions import Facts
from .objects import COLOURS, known_things
from .scenes import ANYWHERE, LANDS, paint_page

PLACES = (("meadow", "day"), ("desert", "sunset"), ("snow", "dusk"), ("road", "night"), ("hill", "dawn"))


@torch.no_grad()
def _latents(pictures: list[np.ndarray], vae: AutoencoderTiny) -> Tensor:
    shown = torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2).float() / 127.5 - 1
    return vae.encode(shown.contiguous(memory_format=torch.channels_last)).latents * vae.config.scaling_factor


Stencils = dict[str, tuple[Tensor, Tensor]]
"""For each thing and landmark: how much of each cell it covers (1×h×w, 0..1), and what it adds there (C×h×w)."""


def said(word: str, colour: str = "", size: str = "") -> Facts:
    """A page with this thing, or landmark."""
    if word in ANYWHERE:
        return Facts("meadow", "day", landmark=word, look=(size, colour))
    return Facts("meadow", "day", things=((size, colour, word),))


def stencils(vae: AutoencoderTiny, words: tuple[str, ...] = (), colour: str = "", size: str = "") -> Stencils:
    """Cut the stencils of all things and landmarks, or of these `words` only, in a colour and size or as they are."""
    bare_pages = [Facts(land, hour) for land, hour in PLACES]
    bare_pictures = [paint_page(page)[0] for page in bare_pages]
    bare, found = _latents(bare_pictures, vae), {}
    side = bare_pictures[0].shape[0] // bare.shape[-1]
    for word in words or (*known_things(), *ANYWHERE):
        if word in LANDS:  # its name calls up the land
            continue
        thing = said(word, colour, size)
        pictures = [paint_page(replace(thing, land=page.land, hour=page.hour))[0] for page in bare_pages]
        changed = np.mean(
            [np.abs(one.astype(int) - two).max(-1) > 12 for one, two in zip(pictures, bare_pictures, strict=True)], 0
        )
        cells = torch.from_numpy(changed.reshape(bare.shape[-2], side, bare.shape[-1], side).mean((1, 3))).float()
        hole = cells.clamp(0, 1)[None]
        found[word] = hole, (_latents(pictures, vae) - (1 - hole) * bare).mean(0)
    return found


def cropped(cut: tuple[Tensor, Tensor], span: int) -> tuple[Tensor, Tensor]:
    """A stencil's most of so many cells a side (1+C×span×span), and the row and column where that begins."""
    held = functional.avg_pool2d(cut[0][None], span, 1)[0, 0]
    top, left = divmod(int(held.argmax()), held.shape[1])
    return torch.cat(cut)[:, top : top + span, left : left + span], torch.tensor([top, left])


SHOWN = 40
"""Things that colours are learnt from."""


def paints(vae: AutoencoderTiny, cut: Stencils, count: int) -> Tensor:
    """What painting a thing in each of `count` of the `COLOURS` adds to its cells, of what its stencil hides and shows.

    count×C×1+C, by ridge regression over some of the stencils `cut`.
    """
    words = tuple(cut)[:: max(1, len(cut) // SHOWN)]
    rows = torch.cat([torch.cat(cut[word]).flatten(1).T for word in words])
    found = []
    for colour in list(COLOURS)[:count]:
        painted = stencils(vae, words, colour)
        more = torch.cat([(painted[word][1] - cut[word][1]).flatten(1).T for word in words])
        found.append(ridge(rows, more, 1e-3).T)
    return torch.stack(found)


def ridge(rows: Tensor, wanted: Tensor, share: float) -> Tensor:
    """The linear map (n×m) from `rows` (k×n) to what is `wanted` of them (k×m), by ridge regression.

    `share`: the penalty, of the rows' mean power.
    """
    rows = rows.double()
    power = rows.T @ rows
    power += share * power.diagonal().mean() * torch.eye(len(power))
    return torch.linalg.solve(power, rows.T @ wanted.double()).float()

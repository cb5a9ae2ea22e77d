"""A sketch without end: as a camera goes into it, a smaller one of it grows out of its middle and takes its place.

A sketch shows so much and no more. Magnified on and on it would be a few soft shapes; taken up anew, when those are too
large, it would throw the film back in a single frame. So it stands in itself (a Droste picture): where the camera
comes near, the same world stands once more in the far, half as large, first in the middle, then all over; and when that
one is as large as the whole picture, all is as it was in the beginning, and goes on.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional

OCTAVE = 2.0
"""How much larger a sketch is than the one that stands in it."""
GROWS = (1.25, 1.8)
"""Magnifications at which the inner one begins to be seen, and at which all of it is."""
SOFT = 0.3
"""How softly it begins, of half its side."""
RIM = 0.3
"""How soft its edges are at most, of half its side."""
FULL = (0.8, 0.95)
"""Side of an inner one, as a share of the picture's, from which on it begins to go on past its edges, and does."""
CORNER = 2**0.25
"""How far a corner is from the middle, by the norm that the inner one grows in: the fourth."""
COARSEST = 8
"""Places along the shorter side of the coarsest band that two sketches are joined in."""

HOW = f"{OCTAVE} {GROWS} {SOFT} {RIM} {FULL} {COARSEST}"
"""Changes whenever one of the settings above does."""


def endless(
    sketch: Tensor, places: Tensor, near: float, finish: Callable[[Tensor, float], Tensor] | None = None
) -> Tensor:
    """Return C×H×W: a sketch (C×h×w) without end, seen at ``places`` (H×W×2, -1..1 across it).

    ``near``: how much it is magnified there. ``finish`` is given the outer one and its magnification (1 to ``OCTAVE``)
    before the inner one is laid over it.
    """
    octave = OCTAVE ** math.floor(math.log(near, OCTAVE))
    places, near = places * octave, near / octave
    seen = _sampled(sketch, places)
    seen = seen if finish is None else finish(seen, near)
    grown = min(max((near - GROWS[0]) / (GROWS[1] - GROWS[0]), 0.0), 1.0)
    if grown == 0:
        return seen
    inner = places * OCTAVE
    return _joined(seen, _sampled(sketch, inner), _share(inner, grown, near / OCTAVE))


def _joined(outer: Tensor, inner: Tensor, share: Tensor) -> Tensor:
    """Return two pictures (C×H×W) as one that is ``share`` (H×W) the inner one, without a seam.

    Band by band (Burt & Adelson 1983, "A multiresolution spline"): what is large goes over softly, what is fine
    sharply.
    """
    count = len(outer)
    levels = [torch.cat((outer, inner, share[None]))[None]]
    while min(levels[-1].shape[-2:]) > COARSEST:
        half = [(side + 1) // 2 for side in levels[-1].shape[-2:]]
        levels.append(functional.interpolate(levels[-1], half, mode="bilinear", antialias=True))
    made, below = levels[0].new_zeros(1, count, 1, 1), levels[0].new_zeros(1, 2 * count, 1, 1)
    for level in reversed(levels):
        size = list(level.shape[-2:])
        made, below = (functional.interpolate(one, size, mode="bilinear") for one in (made, below))
        fine = level[:, :-1] - below
        made, below = made + torch.lerp(fine[:, :count], fine[:, count:], level[:, -1:]), level[:, :-1]
    return made[0]


def _sampled(sketch: Tensor, places: Tensor) -> Tensor:
    return functional.grid_sample(sketch[None], places[None], "bicubic", "reflection", align_corners=False)[0]


def _share(places: Tensor, grown: float, size: float) -> Tensor:
    """Return how much of the inner sketch is seen at its ``places`` (H×W×2): H×W, 0..1.

    ``grown``: 0..1, how much of it there is; ``size``: its side as a share of the picture's.
    """
    far = places.pow(4).sum(-1).pow(0.25)
    there = _smooth((grown * (CORNER + SOFT) - far) / SOFT)
    rim = min(RIM, 1.5 * (1 - size)) + 1e-3
    beyond = _smooth((places.abs().amax(-1) - 1 + rim) / rim)
    # one that fills the picture goes on past its edges as any sketch does: a camera may look aside
    return there * (1 - _smooth(torch.tensor((FULL[1] - size) / (FULL[1] - FULL[0]))).item() * beyond)


def _smooth(x: Tensor) -> Tensor:
    x = x.clamp(0, 1)
    return x * x * (3 - 2 * x)

"""A sketch that follows the picture: what words call up, laid where a film's camera has taken it.

A sketch has everything in its usual spot, a film's picture has it where the camera has moved it. So the sketch is
looked for in the picture: roughly at a few sizes, then as one affine move, then in parts, by optical flow. Nothing is
remembered from frame to frame; where the sketch is not found, it stays in its spot.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from ..colour import Tone, tone_of, toned
from ..flow import trusted_drift
from ..picture import resize
from ..retouch import blur
from ..warp import still
from .crisp import crisped, outlines
from .endless import HOW as WITHOUT_END
from .endless import endless

Shades = NDArray[np.float32]
Move = NDArray[np.float64]
"""Where each place of a picture looks in the sketch, 2×3 in pixels."""
Views = list[tuple[Move, Shades]]
"""A sketch's details at each size that a picture may show it in, and the moves that lead there."""

ROUGH = 64
"""Pixels to which the longer side is reduced for the rough search."""
FINE = 128
"""Pixels to which the longer side is reduced for all the rest: what is found is smooth."""
SIZES = tuple(1.15**step for step in range(5))
"""How much larger than the sketch a picture may show it, at first; larger ones stand in each other (``endless``)."""
TURNS = tuple(sorted(range(-165, 181, 15), key=abs))[1:]
"""Degrees that it may have been turned by, where it is not found upright."""
BETTER = 0.02
"""By how much a larger size or turn must match better to be taken."""
ROUGHLY, ALIKE = 0.15, 0.55
"""Correlations of details from which on the rough search goes on, and the sketch is found in the picture: its own world
comes to 0.76 and mostly 0.99, another one to 0.48."""
ROUNDS = 2
"""Times that the affine move is found anew from the flow that is left."""
SMOOTH = 3.0
"""Pixels of the fine search over which what is left of the flow is averaged, each as much as it is trusted."""
SHARPER = (-0.5, 3.0)
"""Least and most of an unsharp mask's share by which a sketch's outlines are made as strong as they were."""
TONED = 1.25
"""How many times what is seen of a sketch is made more or less colourful at most, to be as the whole of it is."""
DOUBT = 0.05
"""What no motion at all counts in that average."""
ASIDE, ASKEW = 0.05, 0.06
"""How far a sketch may be from its spot (of the picture's sides), and how askew (`_askew`), at its ease."""
TOO_ASKEW = 0.25
"""From which on it is not taken for found: another world looks a little like this one."""
BESIDE, NEAR = 0.15, 1.05
"""How far it may be beside it where it is not magnified, as in a pan; that ends where it is, so many times."""
BACK = 0.15
"""Share of what is beyond that by which it is drawn back in a frame."""


HOW = (
    f"{WITHOUT_END} {ROUGH} {FINE} {SIZES} {TURNS} {BETTER} {ROUGHLY} {ALIKE} {ROUNDS} {SMOOTH} {DOUBT} {SHARPER} "
    f"{TONED} {ASIDE} {ASKEW} {TOO_ASKEW} {BESIDE} {NEAR} {BACK}"
)
"""Changes whenever one of the settings above does, and with it what a film's frames are stored under."""


@dataclass(frozen=True)
class Shown:
    """A sketch as a picture, and what is asked of it for every frame of a film that follows it."""

    picture: Tensor
    """3×H×W, 0..1."""
    small: Tensor
    """As it is looked for: 3×h×w, `FINE` pixels long at most."""
    views: Views
    outlines: float
    tone: Tone


def shown_of(picture: Tensor) -> Shown:
    """Return a sketch's picture (3×H×W, 0..1) and its measures."""
    height, width = picture.shape[1:]
    share = min(FINE / max(height, width), 1.0)
    small = resize(picture, (max(round(width * share), 8), max(round(height * share), 8)))
    return Shown(picture, small, _views(small), outlines(picture), tone_of(picture))


def followed(picture: Tensor, shown: Shown) -> Tensor:
    """Return a sketch moved to where ``picture`` (3×H×W, 0..1) has it, its own size."""
    sides, (height, width) = picture.shape[1:], shown.small.shape[1:]
    one = resize(picture, (width, height))
    found = _found(one, shown, (0,)) or _found(one, shown, TURNS)
    if found is None:
        return shown.picture
    move, left = found
    move = _enlarged(_drawn_back(move, (width, height)), max(sides) / max(height, width))
    left = functional.interpolate(left, sides, mode="bicubic")
    # magnifying makes outlines soft, and a film that moves on and on would go soft with them
    crisp = partial(crisped, shown.outlines, SHARPER)
    seen = toned(_seen(shown.picture, move, left, crisp).clamp(0, 1), shown.tone, TONED)
    return crisp(seen, 1.0).clamp(0, 1)


def _found(picture: Tensor, shown: Shown, turns: tuple[int, ...]) -> tuple[Move, Tensor] | None:
    """Return the move of a sketch to where a small picture (3×h×w) has it, and what is left to move (1×2×h×w)."""
    sketch, move = shown.small, _roughly(_grey(picture), shown.views, turns)
    if move is None:
        return None
    for _ in range(ROUNDS):
        drift, trust = trusted_drift(picture, _seen(sketch, move))
        move = _fitted(move, picture, drift, trust)
    drift, trust = trusted_drift(picture, _seen(sketch, move))
    parts = blur(torch.cat((drift * trust, trust), -1).permute(2, 0, 1).contiguous(), SMOOTH)[None]
    left = parts[:, :2] / (parts[:, 2:] + DOUBT)
    alike = _alike(_small(_grey(picture)), _small(_grey(_seen(sketch, move, left))))
    return None if _askew(move) > TOO_ASKEW or alike < ALIKE else (move, left)


def _enlarged(move: Move, factor: float) -> Move:
    """Return a move of pictures in pixels as it is in those of pictures ``factor`` times as large."""
    larger, aside = move.copy(), move[:, :2].sum(1) / 2  # pixel i of the small one is at (i + ½)·factor − ½
    larger[:, 2] = factor * (move[:, 2] + aside - 0.5) + 0.5 - aside
    return larger


def _grey(picture: Tensor) -> Shades:
    return picture.mean(0).cpu().numpy().astype(np.float32)


def _small(shade: Shades) -> Shades:
    """Return the details of a shade, small: without what is even over a quarter of it."""
    share = ROUGH / max(shade.shape)
    size = (max(round(shade.shape[1] * share), 8), max(round(shade.shape[0] * share), 8))
    small = np.asarray(cv2.resize(shade, size, interpolation=cv2.INTER_AREA), np.float32)
    return np.asarray(cv2.GaussianBlur(small, (0, 0), 0.7) - cv2.GaussianBlur(small, (0, 0), 6), np.float32)


def _alike(one: Shades, other: Shades) -> float:
    return float((one * other).sum() / np.sqrt((one**2).sum() * (other**2).sum() + 1e-9))


def _views(sketch: Tensor) -> Views:
    """Return a sketch's details (3×H×W) at each of its sizes."""
    details = _small(_grey(sketch))
    nearer = [_similar(_middle(details), 0, 1 / size) for size in SIZES]
    return [(move, _shade(details, move)) for move in nearer]


def _roughly(picture: Shades, views: Views, turns: tuple[int, ...]) -> Move | None:
    """Return the move of the size, turn (degrees) and shift that match best, none where nothing does."""
    one = _small(picture)
    height, width = one.shape
    middle = _middle(one)
    found: Move | None = None
    best = ROUGHLY
    for degrees in turns:
        turn = _similar(middle, degrees, 1)
        upright = _placed(one, turn)
        for move, seen in views:
            (right, down), _ = cv2.phaseCorrelate(upright, seen)
            if abs(right) > width / 3 or abs(down) > height / 3:
                continue
            for shift in ((0.0, 0.0), (right, down)):
                aside = np.array([[1, 0, shift[0]], [0, 1, shift[1]]])
                match = _alike(upright, _placed(seen, aside))
                if match > best + BETTER:
                    best, found = match, _after(move, _after(aside, _similar(middle, -degrees, 1)))
    return None if found is None else _enlarged(found, max(picture.shape) / max(one.shape))


def _middle(shade: Shades) -> tuple[float, float]:
    return (shade.shape[1] - 1) / 2, (shade.shape[0] - 1) / 2


def _similar(middle: tuple[float, float], degrees: float, size: float) -> Move:
    return np.asarray(cv2.getRotationMatrix2D(middle, degrees, size), np.float64)


def _placed(shade: Shades, move: Move) -> Shades:
    size = (shade.shape[1], shade.shape[0])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(shade, move, size, flags=flags, borderMode=cv2.BORDER_REFLECT), np.float32)


def _after(last: Move, first: Move) -> Move:
    """Return the move that makes one and then another."""
    return np.concatenate((last[:, :2] @ first[:, :2], last[:, :2] @ first[:, 2:] + last[:, 2:]), 1)


def _shade(sketch: Shades, move: Move) -> Shades:
    return _seen(torch.from_numpy(sketch)[None], move)[0].numpy()


def _near(move: Move) -> float:
    """Return how many times a move magnifies."""
    return float(1 / np.sqrt(abs(np.linalg.det(move[:, :2]))))


def _seen(
    shown: Tensor, move: Move, left: Tensor | None = None, finish: Callable[[Tensor, float], Tensor] | None = None
) -> Tensor:
    """Return the sketch where a move takes it, after what is ``left`` to move (1×2×H×W, −1..1 across the picture)."""
    height, width = shown.shape[1:]
    half = np.array([width / 2, height / 2])
    turn = move[:, :2] * half[None] / half[:, None]
    shift = (move[:, 2] + move[:, :2] @ (half - 0.5) - (half - 0.5)) / half
    here = still((width, height), shown.device)
    here = here if left is None else here + left[0].permute(1, 2, 0)
    matrix, offset = (torch.from_numpy(part).to(here) for part in (turn, shift))
    return endless(shown, here @ matrix.T + offset, _near(move), finish)


def _turn(move: Move) -> Move:
    """Return the turn that a move is nearest to (2×2)."""
    one, _, other = np.linalg.svd(move[:, :2])
    return np.asarray(one @ other, np.float64)


def _askew(move: Move) -> float:
    """Return how far a move is from a mere turn: about half of a shear, in radians."""
    return float(np.linalg.norm(move[:, :2] * _near(move) - _turn(move)) / np.sqrt(2))


def _drawn_back(move: Move, size: tuple[int, int]) -> Move:
    """Return a move a little nearer to the sketch's spot where it is far from it, and a little less askew.

    Each octave doubles how far the next one is aside: a film that goes on and on must not lead out of the world.
    """
    middle = (np.array(size) - 1) / 2
    turn, aside = move[:, :2], move[:, :2] @ middle + move[:, 2] - middle
    near = _near(move)
    free = np.interp(near, (1.0, NEAR), (1.0, 0.0))
    limit = np.array((ASIDE + free * (BESIDE - ASIDE), ASIDE)) * size
    aside = aside - BACK * np.sign(aside) * np.maximum(np.abs(aside) - limit, 0)
    turn = turn + (_turn(move) / near - turn) * BACK * max(0.0, 1 - ASKEW / max(_askew(move), 1e-9))
    return np.concatenate((turn, (middle + aside - turn @ middle)[:, None]), 1)


def _fitted(move: Move, picture: Tensor, drift: Tensor, trust: Tensor) -> Move:
    """Return the affine move that comes nearest to a move after a drift, where it is trusted and there is detail.

    Least squares, weighted anew three times by how far each place is off (Cauchy's weights): things that move by
    themselves do not count.
    """
    height, width = picture.shape[1:]
    shade = _grey(picture)
    detail = np.hypot(cv2.Sobel(shade, cv2.CV_32F, 1, 0), cv2.Sobel(shade, cv2.CV_32F, 0, 1))
    step = np.s_[2::4, 2::4]
    weight: NDArray[Any] = (detail * trust[..., 0].cpu().numpy())[step].ravel().astype(np.float64) + 1e-6
    yy, xx = np.mgrid[:height, :width]
    here = np.stack([xx[step].ravel(), yy[step].ravel(), np.ones(xx[step].size)], 1)
    flow = (drift.cpu().numpy() * [width / 2, height / 2])[step].reshape(-1, 2)
    moved = np.concatenate([here[:, :2] + flow, here[:, 2:]], 1)
    wanted, counts = moved @ move.T, weight
    fit = move.T
    for _ in range(3):
        weighted = here * counts[:, None]
        fit = np.linalg.lstsq(weighted.T @ here, weighted.T @ wanted, rcond=None)[0]
        counts = weight / (1 + (np.linalg.norm(here @ fit - wanted, axis=1) / 1.5) ** 2)
    return np.asarray(fit.T, np.float64) if 0.2 < abs(np.linalg.det(fit[:2])) < 2 else move

"""Colour match: bring a picture's colours back to those of the shot's first frame, in float.

Deforum matches histograms channel by channel in 8 bits (skimage's ``match_histograms``); the same here with 1024
levels and straight lines between them, so that nothing is banded and nothing drifts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

LEVELS = 1024
"""Levels of a histogram."""

FINE = 65536
"""Places of a table that stands for a curve: fine enough that reading the nearest one costs a 40th of a grey level."""

Space = tuple[Callable[[Tensor], Tensor], Callable[[Tensor], Tensor]]
"""From sRGB (3×H×W, 0..1) to a colour space whose channels lie in 0..1, and back."""


@dataclass(frozen=True)
class Palette:
    """The colours of one picture: for each channel of ``space`` its occupied levels and the share that lies below."""

    space: str
    levels: tuple[NDArray[np.float64], ...]
    below: tuple[NDArray[np.float64], ...]


def palette_of(image: Tensor, space: str) -> Palette:
    """Return the palette of ``image`` (3×H×W, sRGB in 0..1) in ``lab``, ``rgb`` or ``hsv``."""
    channels = SPACES[space][0](image)
    pairs = [_distribution(channel) for channel in channels]
    return Palette(space, tuple(levels for levels, _ in pairs), tuple(below for _, below in pairs))


def match(image: Tensor, palette: Palette) -> Tensor:
    """Return ``image`` (3×H×W, sRGB in 0..1) with each channel's histogram made the palette's."""
    there, back = SPACES[palette.space]
    channels = there(image)
    for i in range(3):
        channels[i] = _matched(channels[i], palette.levels[i], palette.below[i])
    return back(channels).clamp_(0, 1)


def _distribution(channel: Tensor) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the occupied levels (0..1) of a channel, ascending, and the share of pixels below each one's middle.

    A quarter of the pixels tells it: every second one, both ways.
    """
    few = channel[::2, ::2] if channel.numel() > LEVELS * 64 else channel
    steps = (few * (LEVELS - 1) + 0.5).to(torch.int64).clamp_(0, LEVELS - 1)
    count = torch.bincount(steps.flatten(), minlength=LEVELS).cpu().numpy()
    occupied = np.flatnonzero(count)
    share = count[occupied] / count.sum()
    return occupied / (LEVELS - 1), np.cumsum(share) - share / 2


def _matched(channel: Tensor, levels: NDArray[np.float64], below: NDArray[np.float64]) -> Tensor:
    own_levels, own_below = _distribution(channel)
    fit = np.interp(own_below, below, levels)
    return Table(lambda places: _line(places, own_levels, fit), 0.0, 1.0, LEVELS * 8).of(channel)


def _line(places: NDArray[np.float64], nodes: NDArray[np.float64], values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the curve through (nodes, values) at ``places``, going on past its ends as steep as the identity."""
    past = np.minimum(places - nodes[0], 0) + np.maximum(places - nodes[-1], 0)
    return np.interp(places, nodes, values) + past


Curve = Callable[[NDArray[np.float64]], NDArray[np.float64]]


class Table:
    """A curve over ``low``..``high``, read from so many ``places`` of it."""

    def __init__(self, curve: Curve, low: float, high: float, places: int = FINE) -> None:
        self.low, self.last, self.scale = low, places - 1, (places - 1) / (high - low)
        found = curve(np.linspace(low, high, places)).astype(np.float32)
        self.values = torch.from_numpy(np.pad(found, (0, FINE - places), "edge"))

    def of(self, x: Tensor) -> Tensor:
        """Return the curve at ``x``, any shape. Works in place: new memory would cost more than the reading."""
        places = torch.mul(x, self.scale).add_(0.5 - self.low * self.scale).clamp_(0, self.last).contiguous()
        if x.device.type == "cpu":
            rows = places.view(-1, places.shape[-1])
            cv2.LUT(rows.to(torch.uint16).numpy(), self.values.numpy(), rows.numpy())
            return places
        chosen = places.to(torch.int32).flatten()
        torch.index_select(self.values.to(x.device), 0, chosen, out=places.view(-1))
        return places


# sRGB with white point D65: IEC 61966-2-1. L*a*b*: CIE 15. Rows are divided by the white point.
XYZ = torch.tensor(
    [
        [0.4124564 / 0.95047, 0.3575761 / 0.95047, 0.1804375 / 0.95047],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339 / 1.08883, 0.1191920 / 1.08883, 0.9503041 / 1.08883],
    ]
)
EDGE = 6 / 29
LAB_SPAN = 256.0
"""a* and b* lie in -128..128; L*/100, and those over this span plus a half, lie in 0..1."""


def _linear(x: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(x <= 0.04045, x / 12.92, ((np.maximum(x, 0) + 0.055) / 1.055) ** 2.4)


def _gamma(x: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(x <= 0.0031308, x * 12.92, 1.055 * np.maximum(x, 1e-9) ** (1 / 2.4) - 0.055)


def _root(x: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(x > EDGE**3, np.cbrt(x), x / (3 * EDGE**2) + 4 / 29)


def _cube(x: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(x > EDGE, x**3, (x - 4 / 29) * (3 * EDGE**2))


LINEAR, GAMMA = Table(_linear, 0.0, 1.0), Table(_gamma, 0.0, 1.0)
ROOT, CUBE = Table(_root, 0.0, 1.1), Table(_cube, -0.4, 1.6)

OPPONENT = torch.tensor(
    [[0.0, 1.16, 0.0], [500 / LAB_SPAN, -500 / LAB_SPAN, 0.0], [0.0, 200 / LAB_SPAN, -200 / LAB_SPAN]]
)
"""From the roots of X, Y, Z to L*, a*, b* in 0..1, but for ORIGIN."""

ORIGIN = torch.tensor([-0.16, 0.5, 0.5])


def _mixed(matrix: Tensor, image: Tensor, plus: Tensor | None = None) -> Tensor:
    """Return each pixel's three channels times a 3×3 matrix, plus a vector."""
    flat = matrix.to(image.device) @ image.flatten(1)
    return (flat if plus is None else flat + plus.to(image.device)[:, None]).reshape(image.shape)


def _to_lab(image: Tensor) -> Tensor:
    return _mixed(OPPONENT, ROOT.of(_mixed(XYZ, LINEAR.of(image))), ORIGIN)


def _from_lab(lab: Tensor) -> Tensor:
    back = torch.linalg.inv(OPPONENT)
    return GAMMA.of(_mixed(torch.linalg.inv(XYZ), CUBE.of(_mixed(back, lab, -(back @ ORIGIN)))))


def _to_hsv(image: Tensor) -> Tensor:
    value, least = image.amax(0), image.amin(0)
    chroma = value - least
    red, green, blue = image
    safe = chroma.clamp(min=1e-8)
    hue = torch.where(
        value == red,
        torch.remainder((green - blue) / safe, 6),
        torch.where(value == green, (blue - red) / safe + 2, (red - green) / safe + 4),
    )
    hue = torch.where(chroma > 0, hue, torch.zeros_like(hue)) / 6
    return torch.stack((hue, chroma / value.clamp(min=1e-8), value))


def _from_hsv(hsv: Tensor) -> Tensor:
    hue, saturation, value = hsv
    turns = torch.stack([torch.remainder(hue * 6 + shift, 6) for shift in (5.0, 3.0, 1.0)])
    return value - value * saturation * torch.minimum(turns, 4 - turns).clamp(0, 1)


SPACES: dict[str, Space] = {
    "lab": (_to_lab, _from_lab),
    "rgb": (torch.Tensor.clone, torch.Tensor.clone),
    "hsv": (_to_hsv, _from_hsv),
}

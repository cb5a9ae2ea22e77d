"""Colour match: bring a picture's colours back to those of the shot's first frame, in float.

Deforum matches histograms channel by channel in 8 bits (skimage's ``match_histograms``); the same here with 1024
levels and straight lines between them, so that nothing is banded and nothing drifts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

LEVELS = 1024

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
    matched = [_matched(channels[i], palette.levels[i], palette.below[i]) for i in range(3)]
    return back(torch.stack(matched)).clamp_(0, 1)


def _distribution(channel: Tensor) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the occupied levels (0..1) of a channel, ascending, and the share of pixels below each one's middle."""
    steps = (channel * (LEVELS - 1) + 0.5).to(torch.int64).clamp_(0, LEVELS - 1)
    count = torch.bincount(steps.flatten(), minlength=LEVELS).cpu().numpy()
    occupied = np.flatnonzero(count)
    share = count[occupied] / count.sum()
    return occupied / (LEVELS - 1), np.cumsum(share) - share / 2


def _matched(channel: Tensor, levels: NDArray[np.float64], below: NDArray[np.float64]) -> Tensor:
    own_levels, own_below = _distribution(channel)
    places = np.linspace(0, 1, LEVELS)
    curve = np.interp(places, own_levels, np.interp(own_below, below, levels))
    return _through(channel, torch.tensor(curve, dtype=torch.float32, device=channel.device))


def _through(channel: Tensor, curve: Tensor) -> Tensor:
    """Return ``channel`` (0..1) mapped by a curve of LEVELS evenly spaced values, straight lines between."""
    place = channel.clamp(0, 1) * (LEVELS - 1)
    left = place.to(torch.int64).clamp_(max=LEVELS - 2)
    rise = torch.diff(curve)
    return torch.addcmul(curve[left], place - left, rise[left])


# sRGB with white point D65: IEC 61966-2-1. L*a*b*: CIE 15. Rows are divided by the white point.
TO_XYZ = (
    (0.4124564 / 0.95047, 0.3575761 / 0.95047, 0.1804375 / 0.95047),
    (0.2126729, 0.7151522, 0.0721750),
    (0.0193339 / 1.08883, 0.1191920 / 1.08883, 0.9503041 / 1.08883),
)
EDGE = 6 / 29
LAB_SPAN = 256.0
"""a* and b* lie in -128..128; L*/100, and those over this span plus a half, lie in 0..1."""


def _mixed(matrix: Tensor, image: Tensor) -> Tensor:
    return (matrix @ image.flatten(1)).reshape(image.shape)


def _to_lab(image: Tensor) -> Tensor:
    linear = torch.where(image <= 0.04045, image / 12.92, ((image + 0.055) / 1.055).pow(2.4))
    xyz = _mixed(torch.tensor(TO_XYZ, device=image.device), linear)
    f = torch.where(xyz > EDGE**3, xyz.clamp(min=1e-6).pow(1 / 3), xyz / (3 * EDGE**2) + 4 / 29)
    light, a, b = 1.16 * f[1] - 0.16, 500 / LAB_SPAN * (f[0] - f[1]) + 0.5, 200 / LAB_SPAN * (f[1] - f[2]) + 0.5
    return torch.stack((light, a, b))


def _from_lab(lab: Tensor) -> Tensor:
    f_y = (lab[0] + 0.16) / 1.16
    f = torch.stack((f_y + (lab[1] - 0.5) * (LAB_SPAN / 500), f_y, f_y - (lab[2] - 0.5) * (LAB_SPAN / 200)))
    xyz = torch.where(f > EDGE, f * f * f, (f - 4 / 29) * (3 * EDGE**2))
    linear = _mixed(torch.linalg.inv(torch.tensor(TO_XYZ, dtype=torch.float64)).to(lab), xyz)
    return torch.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear.clamp(min=1e-6).pow(1 / 2.4) - 0.055)


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

"""Colour match: bring a picture's colours back to those of the shot's first frame, in float.

Deforum matches histograms channel by channel in 8 bits (skimage's ``match_histograms``); the same here with 1024
levels and straight lines between them, so that nothing is banded and nothing drifts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

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


@dataclass(frozen=True)
class Tone:
    """The mean and the standard deviation of a picture in each channel of L*a*b* (3×1×1 both)."""

    middle: Tensor
    spread: Tensor


def palette_of(image: Tensor, space: str) -> Palette:
    """Return the palette of ``image`` (3×H×W, sRGB in 0..1) in ``lab``, ``rgb`` or ``hsv``."""
    levels, below = zip(*_distributions(SPACES[space][0](image)), strict=True)
    return Palette(space, levels, below)


def match(image: Tensor, palette: Palette) -> Tensor:
    """Return ``image`` (3×H×W, sRGB in 0..1) with each channel's histogram made the palette's."""
    there, back = SPACES[palette.space]
    channels = there(image)
    bends = [
        partial(_line, nodes=levels, values=np.interp(below, asked, wanted))
        for (levels, below), asked, wanted in zip(_distributions(channels), palette.below, palette.levels, strict=True)
    ]
    return back(_bent(channels, bends)).clamp_(0, 1)


def tone_of(image: Tensor) -> Tone:
    """Return the tone of ``image`` (3×H×W, sRGB in 0..1)."""
    return _tone(_to_lab(image.contiguous()))


def _tone(lab: Tensor) -> Tone:
    spread, middle = torch.std_mean(lab, (1, 2), keepdim=True)
    return Tone(middle, spread)


def toned(image: Tensor, tone: Tone, most: float) -> Tensor:
    """Return ``image`` (3×H×W, sRGB in 0..1) with another one's tone.

    Reinhard and others 2001, "Color transfer between images"; no spread becomes more than ``most`` times as large or as
    small. Gentler than ``match``: what is rare in the other one is not looked for in the picture.
    """
    lab = _to_lab(image.contiguous())
    own = _tone(lab)
    gain = (tone.spread / own.spread.clamp(min=1e-4)).clamp(1 / most, most)
    return _from_lab(((lab - own.middle) * gain + tone.middle).contiguous()).clamp_(0, 1)


def _distributions(channels: Tensor) -> list[tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """Return for each of three channels its occupied levels (0..1), ascending, and the share of pixels below each one's
    middle.

    A quarter of the pixels tells it: every second one, both ways.
    """
    few = channels[:, ::2, ::2] if channels[0].numel() > LEVELS * 64 else channels
    steps = (few * (LEVELS - 1) + 0.5).clamp_(0, LEVELS - 1).to(torch.int64)
    steps += torch.arange(3, device=steps.device).mul_(LEVELS)[:, None, None]
    counts = torch.bincount(steps.flatten(), minlength=3 * LEVELS).cpu().numpy().reshape(3, LEVELS)
    found: list[tuple[NDArray[np.float64], NDArray[np.float64]]] = []
    for count in counts:
        occupied = np.flatnonzero(count)
        share = count[occupied] / count.sum()
        found.append((occupied / (LEVELS - 1), np.cumsum(share) - share / 2))
    return found


def _bent(channels: Tensor, bends: Sequence[Curve]) -> Tensor:
    """Return three channels (in 0..1) each sent through its curve. Works in place."""
    each = LEVELS * 8
    places = np.linspace(0, 1, each)
    curves = np.empty(FINE, np.float32)
    for number, bend in enumerate(bends):
        curves[number * each : (number + 1) * each] = bend(places)
    starts = torch.arange(3, device=channels.device)[:, None, None] * each + 0.5
    return _read(torch.from_numpy(curves), torch.add(starts, channels.clamp_(0, 1), alpha=each - 1))


def _line(places: NDArray[np.float64], nodes: NDArray[np.float64], values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the curve through (nodes, values) at ``places``, going on past its ends as steep as the identity."""
    past = np.minimum(places - nodes[0], 0) + np.maximum(places - nodes[-1], 0)
    return np.interp(places, nodes, values) + past


Curve = Callable[[NDArray[np.float64]], NDArray[np.float64]]


class Table:
    """A curve over ``low``..``high``, read from its ``values`` at `FINE` places."""

    def __init__(self, curve: Curve, low: float, high: float) -> None:
        self.last, self.scale = FINE - 1, (FINE - 1) / (high - low)
        self.shift = 0.5 - low * self.scale
        self.values = torch.from_numpy(curve(np.linspace(low, high, FINE)).astype(np.float32))

    def of(self, x: Tensor) -> Tensor:
        """Return the curve at ``x``, any shape."""
        return self.at(torch.add(torch.tensor(self.shift, device=x.device), x, alpha=self.scale))

    def at(self, places: Tensor) -> Tensor:
        """Return the curve at ``places``: ``x * scale + shift``."""
        return _read(self.values, places.clamp_(0, self.last))


def _read(values: Tensor, places: Tensor) -> Tensor:
    """Return which of `FINE` ``values`` stand at ``places``, rounded down. These are overwritten: new memory would cost
    more than the reading."""
    if places.device.type == "cpu":
        rows = places.view(-1, places.shape[-1])
        cv2.LUT(rows.to(torch.uint16).numpy(), values.numpy(), rows.numpy())
        return places
    torch.index_select(values.to(places.device), 0, places.to(torch.int32).flatten(), out=places.view(-1))
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


class Mix:
    """Each pixel's three channels times a 3×3 matrix plus a vector; for a table, as the places to read it at."""

    def __init__(self, matrix: Tensor, plus: Tensor | None = None, table: Table | None = None) -> None:
        plus = torch.zeros(3) if plus is None else plus
        self.matrix = matrix if table is None else matrix * table.scale
        self.plus = (plus if table is None else plus * table.scale + table.shift)[:, None]

    def of(self, image: Tensor) -> Tensor:
        """Return 3×H×W for 3×H×W."""
        matrix, plus = self.matrix.to(image.device), self.plus.to(image.device)
        return torch.addmm(plus, matrix, image.flatten(1)).reshape(image.shape)


UNOPPONENT = torch.linalg.inv(OPPONENT)
TO_ROOT, TO_LAB = Mix(XYZ, table=ROOT), Mix(OPPONENT, ORIGIN)
TO_CUBE, TO_GAMMA = Mix(UNOPPONENT, -(UNOPPONENT @ ORIGIN), CUBE), Mix(torch.linalg.inv(XYZ), table=GAMMA)


def _to_lab(image: Tensor) -> Tensor:
    return TO_LAB.of(ROOT.at(TO_ROOT.of(LINEAR.of(image))))


def _from_lab(lab: Tensor) -> Tensor:
    return GAMMA.at(TO_GAMMA.of(CUBE.at(TO_CUBE.of(lab))))


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

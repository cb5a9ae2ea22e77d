"""The sheet that a scene is painted on: colour and depth together, laid down from far to near."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.random import Generator

Array = np.ndarray
Colour = tuple[float, float, float]


@dataclass
class Canvas:
    """Colour (H×W×3, sRGB 0..1) and depth (H×W, 0 near .. 1 far)."""

    rgb: Array
    depth: Array

    @classmethod
    def blank(cls, height: int, width: int) -> Canvas:
        """A black sheet, all of it far."""
        return cls(np.zeros((height, width, 3), np.float32), np.ones((height, width), np.float32))

    @property
    def height(self) -> int:
        """Rows."""
        return self.rgb.shape[0]

    @property
    def width(self) -> int:
        """Columns."""
        return self.rgb.shape[1]

    def lay(self, alpha: Array, colour: Array | Colour, depth: Array | float | None = None) -> None:
        """Paint `colour` (3, H×1×3 or H×W×3) through `alpha` (H×W, 0..1); `depth` is taken where it covers."""
        spot = reach(alpha)
        if spot is None:
            return
        cover = alpha[spot].astype(np.float32, copy=False)
        paint = np.asarray(colour, np.float32)
        if paint.ndim == 3:
            paint = np.broadcast_to(paint, self.rgb.shape)[spot]
        under = self.rgb[spot]
        under += cover[..., None] * (paint - under)
        if depth is not None:
            far = np.broadcast_to(np.asarray(depth, np.float32), alpha.shape)[spot]
            np.copyto(self.depth[spot], far, where=cover > 0.5)

    def add_light(self, amount: Array, colour: Colour) -> None:
        """Screen `colour` over the picture by `amount` (H×W, 0..1): glows never burn out to flat white."""
        spot = reach(amount)
        if spot is None:
            return
        under = self.rgb[spot]
        under += (
            np.clip(amount[spot], 0, 1).astype(np.float32)[..., None] * np.asarray(colour, np.float32) * (1 - under)
        )

    def window(self, top: int, low: int, left: int, right: int) -> Canvas:
        """A part of the sheet; painting on it paints on the sheet."""
        return Canvas(self.rgb[top:low, left:right], self.depth[top:low, left:right])


def reach(cover: Array) -> tuple[slice, slice] | None:
    """Rows and columns that a cover (H×W) touches, or None: most things are small, and work outside them is wasted."""
    x, y, wide, tall = cv2.boundingRect((cover > 0.004).astype(np.uint8))
    return (slice(y, y + tall), slice(x, x + wide)) if wide else None


def around(polygons: list[Array], height: int, width: int, margin: int = 2) -> tuple[int, int, int, int] | None:
    """Top, low, left, right of a window that holds polygons, or None if they lie outside the sheet."""
    points = np.concatenate(polygons)
    left, top = np.floor(points.min(0)).astype(int) - margin
    right, low = np.ceil(points.max(0)).astype(int) + margin
    top, low, left, right = max(top, 0), min(low, height), max(left, 0), min(right, width)
    return (top, low, left, right) if top < low and left < right else None


@lru_cache(maxsize=4)
def _atlas(octaves: int) -> Array:
    """A fixed 768×768 tile of fractal noise, about −1..1; scenes take crops of it, for drawing anew costs 20 ms."""
    rng = np.random.default_rng(7 + octaves)
    side, total = 768, np.zeros((768, 768), np.float32)
    for octave in range(octaves):
        cells = 12 * 2**octave
        coarse = rng.standard_normal((cells + 1, cells + 1)).astype(np.float32)
        total += cv2.resize(coarse, (side, side), interpolation=cv2.INTER_CUBIC) * 0.55**octave
    return total / (2.2 * total.std())


def noise(
    rng: Generator, height: int, width: int, grain_x: float = 1.0, grain_y: float = 1.0, octaves: int = 5
) -> Array:
    """Smooth fractal noise (H×W, about −1..1); `grain_x`, `grain_y` stretch it (1: features of 20 pixels and finer)."""
    tile = _atlas(octaves)
    tall, wide = (int(np.clip(n / g, 4, 767)) for n, g in ((height, grain_y), (width, grain_x)))
    top, left = int(rng.integers(0, 768 - tall)), int(rng.integers(0, 768 - wide))
    crop = tile[top : top + tall, left : left + wide]
    return cv2.resize(crop, (width, height), interpolation=cv2.INTER_LINEAR)


def ridge(rng: Generator, width: int, base: float, swing: float, rough: float = 0.5, cells: int = 3) -> Array:
    """A skyline (W): its row in each column, wandering `swing` rows about `base`; `rough` 0 is rolling, 1 jagged."""
    line = np.zeros(width, np.float32)
    at = np.linspace(0, 1, width)
    weight, points = 1.0, cells
    while points < width // 2 and weight > 0.03:
        knots = rng.uniform(-1, 1, points + 3).astype(np.float32)
        where = at * points + rng.uniform(0, 1)
        low = where.astype(int)
        part = where - low
        if rough < 0.6:
            part = part * part * (3 - 2 * part)
        line += weight * (knots[low] * (1 - part) + knots[low + 1] * part)
        weight *= 0.25 + 0.4 * rough
        points *= 2
    return base + swing * line


def below(line: Array, height: int) -> Array:
    """Cover (H×W) of everything under a skyline (W), with a soft one-pixel edge."""
    rows = np.arange(height, dtype=np.float32)[:, None]
    return np.clip(rows - line[None, :] + 0.5, 0, 1)


def filled(height: int, width: int, polygons: list[Array]) -> Array:
    """Cover (H×W) of polygons given as float arrays (n×2: x, y)."""
    mask = np.zeros((height, width), np.uint8)
    for polygon in polygons:  # one at a time: fillPoly of several would cut holes where they overlap
        cv2.fillPoly(mask, [np.round(np.asarray(polygon) * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
    return mask.astype(np.float32) / 255


def discs(height: int, width: int, centres: Array) -> Array:
    """Cover (H×W) of discs (n×3: x, y, radius)."""
    mask = np.zeros((height, width), np.uint8)
    for x, y, radius in np.round(np.asarray(centres) * 16).astype(int):
        cv2.circle(mask, (int(x), int(y)), max(int(radius), 1), 255, -1, cv2.LINE_AA, 4)
    return mask.astype(np.float32) / 255


def strokes(height: int, width: int, lines: list[tuple[Array, float]]) -> Array:
    """Cover (H×W) of polylines, each points (n×2) and a width in pixels."""
    mask = np.zeros((height, width), np.uint8)
    for points, thick in lines:
        where = np.round(np.asarray(points) * 16).astype(np.int32)
        cv2.polylines(mask, [where], False, 255, max(1, round(thick)), cv2.LINE_AA, 4)
    return mask.astype(np.float32) / 255


def soft(alpha: Array, sigma: float) -> Array:
    """`alpha` blurred; wide blurs are done at a quarter of the size, which nobody sees and costs a tenth."""
    if sigma < 3:
        return cv2.GaussianBlur(alpha, (0, 0), sigma)
    height, width = alpha.shape
    small = cv2.resize(alpha, (max(4, width // 4), max(4, height // 4)), interpolation=cv2.INTER_AREA)
    return cv2.resize(cv2.GaussianBlur(small, (0, 0), sigma / 4), (width, height), interpolation=cv2.INTER_LINEAR)

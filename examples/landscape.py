"""Draws the still picture of the parallax example: ``python examples/landscape.py`` writes parallax.jpg.

Hills are sums of sines with seeded phases, laid from far to near; haze makes the far ones pale, so that depth shows.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

WIDTH, HEIGHT = 1152, 768
SCALE = 2

Array = NDArray[np.float64]
Colour = tuple[float, float, float]

SKY: tuple[tuple[float, Colour], ...] = (
    (0.0, (58, 74, 132)), (0.3, (140, 120, 170)), (0.5, (238, 164, 138)), (0.62, (255, 214, 158)),
)  # fmt: skip
HAZE: Colour = (252, 190, 160)
HILLS: tuple[tuple[float, Colour], ...] = (
    (0.0, (200, 158, 172)), (0.35, (150, 116, 156)), (0.65, (86, 76, 124)), (1.0, (18, 26, 56)),
)  # fmt: skip
LAYERS = 7


def sky(x: Array, y: Array, rng: np.random.Generator) -> Array:
    """Return an evening sky, H×W×3 in 0..255: a gradient, a low sun with its glow, and bands of thin cloud."""
    stops = [stop for stop, _ in SKY]
    picture = np.stack([np.interp(y, stops, [colour[c] for _, colour in SKY]) for c in range(3)], axis=-1)
    away = np.hypot((x - 0.64) * 1.5, y - 0.47)
    glow = np.exp(-away / 0.16)[..., None] * np.array([70, 52, 18])
    disc = np.clip((0.062 - away) * 260, 0, 1)[..., None]
    picture = np.clip(picture + glow, 0, 255) * (1 - disc) + disc * np.array([255, 246, 214])
    for height in (0.12, 0.2, 0.27, 0.36):
        wave = sum(np.sin(x * f * 6.3 + rng.uniform(0, 6.3)) / f for f in (1.0, 2.3, 4.1, 7.7))
        band = np.exp(-(((y - height - 0.012 * wave) / (0.012 + 0.004 * wave**2)) ** 2))
        band *= 0.35 * np.clip(wave * 0.5 + 0.4, 0, 1)
        picture += band[..., None] * (np.array([255, 205, 190]) - picture)
    return picture


def ridge(x: Array, rng: np.random.Generator, rough: float) -> Array:
    """Return a skyline about 0, in shares of the height."""
    line = np.zeros_like(x)
    for octave in range(7):
        pitch = 1.7 * 1.9**octave
        line += np.sin(x * pitch * 3.1 + rng.uniform(0, 6.3)) * rough**octave
    return line


def pines(x: Array, rng: np.random.Generator, tall: float) -> Array:
    """Return how high trees stand above a skyline, in shares of the height."""
    top = np.zeros_like(x)
    for centre in np.sort(rng.uniform(-0.05, 1.05, 64)):
        height = tall * rng.uniform(0.45, 1.0)
        beside = np.abs(x - centre) * 1.5
        # Branches: the outline narrows upwards in steps, as a fir's does.
        rise = np.clip(1 - beside / (0.2 * height), 0, 1)
        top = np.maximum(top, height * (rise + 0.085 * ((rise * 7) % 1 - 0.5) * (rise > 0) * (rise < 0.93)))
    return top


def draw(seed: int = 5) -> Image.Image:
    """Return the picture, drawn at twice its size and brought down so that edges are smooth."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0 : HEIGHT * SCALE, 0 : WIDTH * SCALE].astype(np.float64)
    x, y = x / (WIDTH * SCALE), y / (HEIGHT * SCALE)
    picture = sky(x, y, rng)
    for layer in range(LAYERS):
        near = layer / (LAYERS - 1)
        base = 0.56 + 0.34 * near**1.25
        line = base - (0.075 - 0.03 * near) * ridge(x[0] * (1.6 - 0.7 * near), rng, 0.52 - 0.1 * near)
        if near > 0.5:
            line = line - pines(x[0], rng, 0.09 + 0.36 * (near - 0.5))
        colour = np.array([np.interp(near, [at for at, _ in HILLS], [hue[c] for _, hue in HILLS]) for c in range(3)])
        foot = np.clip((y - line[None]) / (0.30 - 0.16 * near), 0, 1)[..., None]
        shade = colour + (np.array(HAZE) - colour) * (0.6 * (1 - near) * foot)
        cover = np.clip((y - line[None]) * HEIGHT * SCALE, 0, 1)[..., None]
        picture += cover * (shade - picture)
    grain = rng.normal(scale=1.2, size=(*picture.shape[:2], 1))
    image = Image.fromarray(np.clip(picture + grain, 0, 255).astype(np.uint8))
    return image.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS).filter(ImageFilter.UnsharpMask(1, 30, 2))


if __name__ == "__main__":
    draw().save(Path(__file__).with_name("parallax.jpg"), quality=88, optimize=True)

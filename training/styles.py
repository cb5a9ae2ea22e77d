"""Styles as operations on a finished picture (H×W×3, 0..1): what a word such as `watercolour` or `ink` does to it."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.random import Generator

from .canvas import Array, noise


def _edges(rgb: Array, sigma: float = 0.8) -> Array:
    grey = cv2.GaussianBlur(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), (0, 0), sigma)
    return np.hypot(cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1))


def storybook(rgb: Array, rng: Generator) -> Array:
    """The house style: warm paper, light grain, corners a little darker."""
    height, width = rgb.shape[:2]
    yy, xx = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j].astype(np.float32)
    vignette = 1 - 0.13 * np.clip(xx**2 + yy**2 - 0.5, 0, 1.5)
    paper = 1 + 0.014 * noise(rng, height, width, 0.25, 0.25, 4)
    return rgb * (vignette * paper)[..., None] * np.array([1.0, 0.995, 0.98], np.float32)


def watercolour(rgb: Array, rng: Generator) -> Array:
    """Pale washes that pool dark at their edges (no white margin: a film that zooms would draw it into the picture)."""
    height, width = rgb.shape[:2]
    flow = np.stack([noise(rng, height, width, 0.8, 0.8), noise(rng, height, width, 0.8, 0.8)], -1) * 3.0
    yy, xx = np.mgrid[0:height, 0:width].astype(np.float32)
    run = cv2.remap(rgb, xx + flow[..., 0], yy + flow[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    wash = cv2.medianBlur((np.clip(run, 0, 1) * 255).astype(np.uint8), 7).astype(np.float32) / 255
    pool = np.clip(_edges(wash, 1.0) * 0.45, 0, 0.3)[..., None]
    bloom = (0.10 * noise(rng, height, width, 2.2, 2.2))[..., None]
    paper = (0.03 * noise(rng, height, width, 0.2, 0.2, 4))[..., None]
    pale = 1 - (1 - wash) * (0.74 + bloom)
    return pale * (1 - pool) + paper


def ink(rgb: Array, rng: Generator) -> Array:
    """Dark pen lines and hatching on cream paper, with a breath of colour left."""
    height, width = rgb.shape[:2]
    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
    low, high = np.percentile(grey, (3, 97))
    tone = np.clip((grey - low) / max(high - low, 0.15), 0, 1)
    line = np.clip(_edges(rgb, 0.9) * 2.6 - 0.16, 0, 1)
    yy, xx = np.mgrid[0:height, 0:width].astype(np.float32)
    wobble = 2 * noise(rng, height, width, 2, 2)
    hatch = np.clip((0.5 - tone) * 3.2 - (0.5 + 0.5 * np.sin((xx + yy) * 1.25 + wobble)), 0, 1)
    hatch = np.maximum(hatch, np.clip((0.24 - tone) * 5 - (0.5 + 0.5 * np.sin((xx - yy) * 1.25 - wobble)), 0, 1))
    dark = np.clip(np.maximum(line, hatch * 0.85), 0, 1)[..., None]
    paper = np.array([0.95, 0.92, 0.85], np.float32) * (0.80 + 0.20 * tone[..., None])
    faint = paper * 0.86 + 0.14 * rgb
    return faint * (1 - dark) + np.array([0.10, 0.10, 0.14], np.float32) * dark


def pixel(rgb: Array, rng: Generator) -> Array:
    """Large square pixels in few colours."""
    height, width = rgb.shape[:2]
    step = 4
    small = cv2.resize(rgb, (width // step, height // step), interpolation=cv2.INTER_AREA)
    small = np.clip((small - 0.5) * 1.15 + 0.5, 0, 1)
    dither = np.tile(
        np.array([[-0.25, 0.25], [0.25, -0.25]], np.float32), (small.shape[0] // 2 + 1, small.shape[1] // 2 + 1)
    )
    levels = 6
    small = np.round(small * levels + 0.5 * dither[: small.shape[0], : small.shape[1], None]) / levels
    return cv2.resize(np.clip(small, 0, 1), (width, height), interpolation=cv2.INTER_NEAREST)


def oil(rgb: Array, rng: Generator) -> Array:
    """Thick strokes that follow a flow, with the light caught on their ridges."""
    height, width = rgb.shape[:2]
    yy, xx = np.mgrid[0:height, 0:width].astype(np.float32)
    angle = noise(rng, height, width, 3, 3, 3) * 2.2
    comb = noise(rng, height, width, 0.22, 0.22, 4)
    out = rgb
    for reach in (4.0, 2.5):
        out = cv2.remap(
            out,
            xx + np.cos(angle) * reach * comb * 1.6,
            yy + np.sin(angle) * reach * comb * 1.6,
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REFLECT,
        )
    out = cv2.medianBlur((np.clip(out, 0, 1) * 255).astype(np.uint8), 5).astype(np.float32) / 255
    mean = out.mean(-1, keepdims=True)
    out = mean + (out - mean) * 1.22
    relief = cv2.Sobel(cv2.GaussianBlur(comb + 2 * mean[..., 0], (0, 0), 1), cv2.CV_32F, 1, 1)
    return out * (1 + np.clip(relief * 0.8, -0.16, 0.16)[..., None])


def neon_line(rgb: Array, rng: Generator) -> Array:
    """Glowing outlines on near-black."""
    line = np.clip(_edges(rgb, 0.9) * 2.4 - 0.1, 0, 1)
    hue = rgb / np.maximum(rgb.max(-1, keepdims=True), 0.05)
    hue = np.clip(cv2.GaussianBlur(hue, (0, 0), 4) * 1.25 - 0.2 + 0.12 * rng.random(3), 0, 1).astype(np.float32)
    spread = cv2.GaussianBlur(line, (0, 0), 4)
    return (
        np.array([0.03, 0.02, 0.08], np.float32) + 0.10 * rgb + hue * (line[..., None] * 0.9 + spread[..., None] * 0.8)
    )


def film(rgb: Array, rng: Generator) -> Array:
    """A faded photograph: soft, lifted blacks, teal shade and warm light, grain, dark corners."""
    height, width = rgb.shape[:2]
    glow = cv2.GaussianBlur(rgb, (0, 0), 5)
    out = 0.75 * rgb + 0.25 * np.maximum(rgb, glow)
    out = 0.06 + 0.88 * out
    mean = out.mean(-1, keepdims=True)
    out = mean + (out - mean) * 0.8 + (mean - 0.5) * np.array([0.10, 0.02, -0.10], np.float32)
    yy, xx = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j].astype(np.float32)
    vignette = 1 - 0.32 * np.clip(xx**2 + yy**2 - 0.35, 0, 1.5)
    return out * vignette[..., None] + 0.02 * noise(rng, height, width, 0.2, 0.2, 4)[..., None]


STYLES: dict[str, Callable[[Array, Generator], Array]] = {
    "storybook": storybook,
    "watercolour": watercolour,
    "ink": ink,
    "pixel": pixel,
    "oil": oil,
    "neonline": neon_line,
    "film": film,
}

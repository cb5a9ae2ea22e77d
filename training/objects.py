"""Named things.

Glyphs of the Noto colour emoji font (OFL 1.1 / Apache-2.0), lit by the hour and set down in the scene.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from .canvas import Array, around, soft
from .light import World, overlaid

FONT = Path("/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf")
THINGS_FILE = Path(__file__).with_name("things.txt")
FONT_MISSING = f"{FONT} is missing: scenes are drawn without things (Debian: apt-get install fonts-noto-color-emoji)"

COLOURS: dict[str, tuple[float, float, float]] = {
    "red": (0.88, 0.20, 0.18), "orange": (0.96, 0.55, 0.16), "yellow": (0.97, 0.84, 0.24), "green": (0.26, 0.66, 0.32),
    "blue": (0.22, 0.45, 0.88), "purple": (0.56, 0.32, 0.76), "pink": (0.96, 0.52, 0.70), "white": (0.96, 0.96, 0.94),
    "black": (0.13, 0.12, 0.15), "gold": (0.93, 0.74, 0.26), "silver": (0.76, 0.78, 0.82), "brown": (0.52, 0.34, 0.22),
}  # fmt: skip


def _things() -> dict[str, tuple[str, str]]:
    """The table of things.txt: each word's glyph and where it stands (ground, sky, or water: floating or swimming)."""
    table, where = {}, ""
    for entry in THINGS_FILE.read_text(encoding="utf-8").splitlines():
        if entry.startswith("#"):
            continue
        for item in entry.split():
            word, _, glyph_text = item.partition(":")
            where = where if glyph_text else word
            if glyph_text:
                table[word] = (glyph_text, where)
    return table


THINGS = _things()


@lru_cache(maxsize=1)
def _font() -> ImageFont.FreeTypeFont | None:
    return ImageFont.truetype(str(FONT), 109) if FONT.exists() else None  # 109: the only size of the font's bitmaps


@lru_cache(maxsize=512)
def glyph(word: str) -> Array | None:
    """The picture of a named thing, cropped (h×w×4, 0..1), or None where the font lacks it."""
    font = _font()
    if font is None:
        return None
    sheet = Image.new("RGBA", (300, 160))
    ImageDraw.Draw(sheet).text((8, 8), THINGS[word][0], font=font, embedded_color=True)
    bounds = sheet.getbbox()
    if bounds is None or bounds[2] - bounds[0] > 150:  # wider: a sequence that the font shows as two glyphs
        return None
    return np.asarray(sheet.crop(bounds), np.float32) / 255


@lru_cache(maxsize=1)
def known_things() -> tuple[str, ...]:
    """Words of the things that can be drawn here; none without the font."""
    return tuple(word for word in THINGS if glyph(word) is not None)


def _coloured(picture: Array, colour: str | None) -> Array:
    if colour is None:
        return picture
    grey = picture[..., :3].mean(-1, keepdims=True)
    grey = np.clip(0.5 + (grey - grey[picture[..., 3] > 0.5].mean()) * 1.1, 0, 1)
    paint = np.asarray(COLOURS[colour], np.float32)
    return np.concatenate(
        [np.clip(0.8 * overlaid(grey, paint) + 0.2 * picture[..., :3] * paint * 1.6, 0, 1), picture[..., 3:]], -1
    )


def place(world: World, word: str, x: float, foot: float, tall: float, depth: float, colour: str | None = None) -> None:
    """Set a thing down, `tall` pixels high with its foot at (x, foot).

    Lit, hazed by depth, with a soft shadow if it stands on the ground.
    """
    picture = glyph(word)
    if picture is None:
        return
    picture = _coloured(picture, colour)
    if world.rng.random() < 0.5:
        picture = picture[:, ::-1]
    height, width = world.size
    scale = tall / picture.shape[0]
    half = scale * picture.shape[1] / 2 + 0.35 * tall
    spot = around([np.array([(x - half, foot - tall), (x + half, foot + 0.25 * tall)])], height, width)
    if spot is None:
        return
    sheet, x, foot, horizon = world.canvas.window(*spot), x - spot[2], foot - spot[0], world.horizon - spot[0]
    height, width = sheet.height, sheet.width
    shift = np.array([[scale, 0, x - scale * picture.shape[1] / 2], [0, scale, foot - tall]], np.float32)
    blurred = cv2.GaussianBlur(picture, (0, 0), 0.45 / scale) if scale < 0.7 else picture
    blurred = blurred * np.append(blurred[..., 3:].repeat(3, -1), np.ones_like(blurred[..., 3:]), -1)
    laid = cv2.warpAffine(blurred, shift, (width, height), flags=cv2.INTER_LINEAR)
    alpha = laid[..., 3]
    own = laid[..., :3] / np.maximum(alpha, 1e-3)[..., None]
    if THINGS[word][1] == "ground":
        yy, xx = np.mgrid[0:height, 0:width].astype(np.float32)
        pool = np.exp(-((((xx - x) / (0.5 * tall)) ** 2 + ((yy - foot) / (0.11 * tall)) ** 2) ** 1.2))
        sheet.rgb *= 1 - 0.42 * (pool * (yy > horizon - 4)).astype(np.float32)[..., None]
    sun = np.asarray(world.light.sun, np.float32)
    sun = sun + (0.95 - sun) * 0.22  # things stay a little brighter than the land, or they're lost at night
    veil = np.clip(world.light.air * depth**1.4, 0, 0.85)
    lit = own * sun
    lit = lit + (np.asarray(world.light.haze, np.float32) - lit) * veil
    side = 1 if world.sun_x < 0.5 else -1
    rim = np.clip(alpha - np.roll(alpha, (2, side * max(1, round(tall * 0.03))), (0, 1)), 0, 1) * (tall > 24)
    lit = lit + (0.28 * soft(rim.astype(np.float32), 1))[..., None] * np.asarray(world.light.low, np.float32)
    sheet.lay(alpha, np.clip(lit, 0, 1), depth)

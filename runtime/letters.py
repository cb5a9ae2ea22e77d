"""Text on pictures, in whatever script: each letter in the first font of this computer that has it."""

from __future__ import annotations

from functools import cache, lru_cache
from itertools import groupby
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from .page import families, fit
from .picture import Bytes

Colour = tuple[int, int, int]

INCH = 72.0
"""Pixels of an inch where a font's size in points is its size in pixels."""


def write(
    picture: Bytes,
    text: str,
    at: tuple[float, float],
    size: int,
    colour: Colour,
    *,
    strength: float = 1.0,
    bold: bool = False,
    side: str = "left",
) -> int:
    """Draw one line of text into ``picture`` (H×W×3) and return its width in pixels.

    ``at``: the line's left, middle or right (by ``side``) and its vertical middle. ``size``: pixels. What lies outside
    the picture is left out.
    """
    ink = sprite(text, size, bold)
    height, width = ink.shape
    left = round(at[0] - width * {"left": 0.0, "middle": 0.5, "right": 1.0}[side])
    top = round(at[1] - height / 2)
    rows, columns = _overlap(top, height, picture.shape[0]), _overlap(left, width, picture.shape[1])
    part = ink[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left, None] * strength
    under = picture[rows, columns]
    picture[rows, columns] = under + part * (np.array(colour, np.float32) - under)
    return width


def _overlap(start: int, length: int, room: int) -> slice:
    return slice(min(max(start, 0), room), min(max(start + length, 0), room))


def wrap(text: str, width: int, size: int, lines: int) -> list[str]:
    """Break a text into at most so many lines of ``width`` pixels; what is left out is "…"."""
    return fit(" ".join(text.split()), width / INCH, lines, size).splitlines()


@lru_cache(1024)
def sprite(text: str, size: int, bold: bool = False) -> NDArray[np.float32]:
    """Return H×W of ink in 0..1; all sprites of a size are as high as one another."""
    runs = [(file, "".join(part)) for file, part in groupby(_shown(text), key=lambda letter: _font_of(letter, bold))]
    fonts = [(_opened(file, size), part) for file, part in runs]
    width = sum(font.getlength(part) for font, part in fonts)
    sheet = Image.new("L", (max(int(width) + 2, 1), round(size * 1.5)))
    draw, x = ImageDraw.Draw(sheet), 0.0
    for font, part in fonts:
        draw.text((x, size * 1.12), part, 255, font, anchor="ls")
        x += font.getlength(part)
    return np.asarray(sheet, np.float32) / np.float32(255)


def _shown(text: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in text)


@lru_cache(4096)
def _font_of(letter: str, bold: bool) -> str:
    """Return the file of the first font that has a letter, or of the first font."""
    files = _files(bold)
    return next((file for file in files if ord(letter) in _letters(file)), files[0])


@cache
def _files(bold: bool) -> tuple[str, ...]:
    from matplotlib.font_manager import FontProperties, findfont

    weights = ("bold", "normal") if bold else ("normal",)
    return tuple(findfont(FontProperties(family=name, weight=weight)) for name in families() for weight in weights)


@cache
def _letters(file: str) -> frozenset[int]:
    from matplotlib.ft2font import FT2Font

    charmap: dict[int, Any] = FT2Font(file).get_charmap()
    return frozenset(charmap)


@lru_cache(64)
def _opened(file: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(file, size)


def shade(picture: Bytes, rows: slice, dark: NDArray[np.floating[Any]] | float) -> None:
    """Darken rows of a picture in place: by a share in 0..1, or by one for each row."""
    share = 1 - np.asarray(dark, np.float32).reshape(-1, 1, 1)
    picture[rows] = np.asarray(picture[rows] * share, np.uint8)


def line(picture: Bytes, points: NDArray[np.float64], colour: Colour, width: int = 1) -> None:
    """Draw a smooth line through N×2 points (x, y in pixels)."""
    fixed = np.round(points * 16).astype(np.int32)
    cv2.polylines(picture, [fixed], False, colour, width, cv2.LINE_AA, 4)

"""A contact sheet: frames of a film beside one another, each with its time."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from .files import write_atomically
from .picture import Bytes

WIDTH = 1600
"""Pixels: the sheet's width."""

MOST = 30
"""Frames on a sheet."""

PAPER, INK, GAP, LINE = (24, 26, 31), (190, 196, 208), 6, 16


class ContactSheet:
    """Gathers frames as they pass, evenly spaced over the ``frames`` to come (numbers, ascending)."""

    def __init__(self, frames: range, size: tuple[int, int], fps: Fraction) -> None:
        count = min(len(frames), MOST)
        places = np.linspace(0, len(frames) - 1, count).round().astype(int) if count else []
        self.chosen = {frames[int(place)] for place in places}
        self.fps = fps
        self.columns = max(1, min(count, round(math.sqrt(count * 1.9 * size[1] / size[0]))))
        width = min((WIDTH - GAP) // self.columns - GAP, size[0])
        self.cell = (width, max(round(width * size[1] / size[0]), 1))
        self.pictures: list[tuple[int, Image.Image]] = []

    def take(self, number: int, picture: Bytes) -> None:
        """Look at a finished frame; it is kept, small, where it was chosen."""
        if number in self.chosen:
            small = Image.fromarray(picture).resize(self.cell, Image.Resampling.LANCZOS)
            self.pictures.append((number, small))

    def save(self, path: Path) -> None:
        """Write the sheet as a PNG or JPEG, by the ending. Raises AnimcError where it cannot be written."""
        told = [self._clock(number) for number, _ in self.pictures]
        save_sheet(path, [picture for _, picture in self.pictures], told, self.columns)

    def _clock(self, number: int) -> str:
        seconds = float(number / self.fps)
        frame = f"  {number}" if self.cell[0] >= 70 else ""
        return f"{int(seconds) // 60}:{seconds % 60:04.1f}{frame}"


def save_sheet(path: Path, pictures: Sequence[Image.Image], told: Sequence[str], columns: int) -> None:
    """Write pictures of one size in so many columns, each with a line beneath, cut to its width, as a PNG or JPEG.

    Raises AnimcError where the file cannot be written.
    """
    width, height = pictures[0].size if pictures else (1, 1)
    rows = -(-len(pictures) // columns)
    sheet = Image.new("RGB", (columns * (width + GAP) + GAP, rows * (height + LINE + GAP) + GAP), PAPER)
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(11)
    for place, (picture, line) in enumerate(zip(pictures, told, strict=True)):
        x = GAP + place % columns * (width + GAP)
        y = GAP + place // columns * (height + LINE + GAP)
        sheet.paste(picture, (x, y))
        while line and draw.textlength(line, font) > width:
            line = line[:-2].rstrip() + "…" if len(line) > 2 else ""
        draw.text((x + 1, y + height + 2), line, INK, font)
    data = io.BytesIO()
    sheet.save(data, "JPEG" if path.suffix.lower() in (".jpg", ".jpeg") else "PNG", quality=92)
    write_atomically(path, data.getvalue())

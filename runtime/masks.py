"""Masks at work: for each frame, where it is painted (1) and where the moved picture stays as it is (0)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageOps
from torch import Tensor

from ..compiler.masks import File, Mask, Range, files_of, parse_mask
from ..compiler.schedule import Schedule
from .errors import RenderError
from .formats import FORMATS
from .picture import MAX_PIXELS, Bytes
from .protocols import Depth
from .reader import Footage, open_footage
from .retouch import blur

SHAPE = 0.02
"""Share by which a mask's aspect may differ from the film's."""

SOFT = 0.04
"""Width, in depth or brightness, over which the ends of a range fade."""


class Masks:
    """A film's mask. Raises RenderError where a file of it is missing, unreadable or of another shape."""

    def __init__(self, mask: Mask, schedule: Schedule, depth: Depth, base: Path) -> None:
        self.mask, self.depth, self.fps, self.size = mask, depth, schedule.fps, schedule.size
        self.sources = {path: _opened(base / path, schedule) for path in files_of(mask)}

    def at(self, frame: int, picture: Tensor, feather: float) -> Tensor:
        """Return H×W in 0..1 for a frame that is painted over ``picture`` (3×H×W).

        ``feather``: pixels that its edges are blurred by.
        """
        found = self._of(self.mask, frame, picture)
        return blur(found[None], feather)[0].clamp(0, 1) if feather >= 0.1 else found

    def _of(self, mask: Mask, frame: int, picture: Tensor) -> Tensor:
        if isinstance(mask, File):
            seen = self.sources[mask.path].at(frame, self.fps, alpha=mask.alpha, size=self.size)
            return torch.from_numpy(seen).to(picture.device).to(torch.float32) / 255
        if isinstance(mask, Range):
            return _within(self._measure(mask, picture), mask)
        parts = [self._of(part, frame, picture) for part in mask.parts]
        if mask.how == "not":
            return 1 - parts[0]
        return torch.minimum(*parts) if mask.how == "and" else torch.maximum(*parts)

    def _measure(self, mask: Range, picture: Tensor) -> Tensor:
        if mask.of == "depth":
            with torch.inference_mode():
                return self.depth.depth(picture) - 1
        weights = torch.tensor([0.2126, 0.7152, 0.0722], device=picture.device)
        return (picture * weights[:, None, None]).sum(0)


def _within(value: Tensor, band: Range) -> Tensor:
    """Return 1 inside a range, fading past its ends; an end at 0 or 1 takes in all that lies beyond."""
    low = -1.0 if band.low <= 0 else band.low
    high = 2.0 if band.high >= 1 else band.high
    return (((value - low) / SOFT + 0.5).clamp(0, 1) * ((high - value) / SOFT + 0.5).clamp(0, 1)).to(torch.float32)


class Still:
    """A picture as a mask."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._seen: dict[bool, Bytes] = {}

    def at(self, frame: int, fps: Fraction, *, alpha: bool, size: tuple[int, int]) -> Bytes:
        """Return H×W bytes."""
        if alpha not in self._seen:
            with _image(self.path) as file:
                upright = ImageOps.exif_transpose(file)
                plane = upright.convert("RGBA").getchannel("A") if alpha else _grey(upright)
                self._seen[alpha] = np.array(plane.resize(size, Image.Resampling.LANCZOS), dtype=np.uint8)
        return self._seen[alpha]


def _grey(image: Image.Image) -> Image.Image:
    """Return brightness; what is transparent is black, as it is not painted."""
    clear = image.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", clear.size, (0, 0, 0, 255)), clear).convert("L")


def _image(path: Path) -> Image.Image:
    try:
        file = Image.open(path)
        if file.width * file.height > MAX_PIXELS:
            raise RenderError(f"the mask {path} is {file.width}x{file.height}", "make it smaller")
        file.load()
    except FileNotFoundError:
        raise RenderError(f"there is no mask {path}", "paths in a script are relative to the script") from None
    except (Image.DecompressionBombError, OSError, ValueError, SyntaxError) as fault:
        raise RenderError(f"the mask {path} cannot be read: {fault}", "save it as PNG, or as a film") from fault
    return file


class Reel:
    """A film as a mask: its frame at the same time, the last one held. It is decoded forward, one frame at a time."""

    def __init__(self, footage: Footage) -> None:
        self.footage = footage
        self.number = -1
        self.frame: Bytes | None = None
        self.frames: Iterator[Bytes] = iter(())

    def at(self, frame: int, fps: Fraction, *, alpha: bool, size: tuple[int, int]) -> Bytes:
        """Return H×W bytes."""
        wanted = min(int(frame / fps * self.footage.fps), self.footage.frames - 1)
        if wanted < self.number or self.frame is None:
            self.frames, self.number = iter(self.footage), -1
        while self.number < wanted:
            self.frame, self.number = next(self.frames), self.number + 1
        assert self.frame is not None  # noqa: S101 (wanted is a frame of the footage)
        return np.array(Image.fromarray(self.frame).convert("L").resize(size, Image.Resampling.BILINEAR), np.uint8)


def _opened(path: Path, schedule: Schedule) -> Still | Reel:
    if path.suffix.lower() in FORMATS and path.is_file() and path.suffix.lower() not in (".webp", ".gif"):
        footage = open_footage(path)
        _check_shape(path, footage.size, schedule.size)
        return Reel(footage)
    with _image(path) as file:
        _check_shape(path, ImageOps.exif_transpose(file).size, schedule.size)
    return Still(path)


def _check_shape(path: Path, found: tuple[int, int], size: tuple[int, int]) -> None:
    if abs((found[0] * size[1]) / (found[1] * size[0]) - 1) > SHAPE:
        raise RenderError(
            f"the mask {path} is {found[0]}x{found[1]} and the film is {size[0]}x{size[1]}: their shapes differ",
            f"crop it to {size[0]}x{size[1]}, or to a multiple of it",
        )


def masks_of(schedule: Schedule, depth: Depth, base: Path) -> Masks | None:
    """Return the film's mask, or None where it has none. Raises RenderError."""
    mask = _mask(schedule)
    return None if mask is None else Masks(mask, schedule, depth, base)


def mask_key(schedule: Schedule, base: Path, start: int) -> bytes:
    """Return bytes that change with what the mask says of a shot starting at a frame, and with its files' content."""
    mask = _mask(schedule)
    if mask is None:
        return b""
    return f"{mask} {start}".encode() + b"".join(content(base / path) for path in files_of(mask))


def _mask(schedule: Schedule) -> Mask | None:
    text = str(schedule.settings.get("mask") or "")
    try:
        return parse_mask(text) if text else None
    except ValueError as fault:
        raise RenderError(f'the mask "{text}" is none: {fault}', "see `animc list mask`") from fault


def content(path: Path) -> bytes:
    """Return a hash of a file, or a word that stands for one that cannot be read."""
    try:
        facts = path.stat()
        return _hashed(path, facts.st_mtime_ns, facts.st_size)
    except OSError:
        return b"unreadable"


@lru_cache(256)
def _hashed(path: Path, _changed: int, _size: int) -> bytes:
    with path.open("rb") as file:
        return hashlib.file_digest(file, hashlib.blake2b).digest()

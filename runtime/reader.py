"""Films read back: their measures, and their frames one by one, through imageio's ffmpeg."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import IO

import numpy as np

from .errors import RenderError
from .ffmpeg import ffmpeg
from .picture import Bytes

BROADCAST = (Fraction(24000, 1001), Fraction(30000, 1001), Fraction(60000, 1001))
"""Frame rates that ffmpeg tells with two digits only."""

LARGEST = 1 << 28
"""Bytes of one frame that are still read."""


@dataclass(frozen=True)
class Footage:
    """A film file: ``size`` is width, height; ``frames`` is how many there are, ``fps`` a second."""

    path: Path
    size: tuple[int, int]
    fps: Fraction
    frames: int
    sound: bool

    def __iter__(self) -> Iterator[Bytes]:
        """Yield the frames in order, H×W×3 bytes, one at a time. Raises RenderError where the film breaks off."""
        width, height = self.size
        args = [*ffmpeg(), "-i", f"file:{self.path}", "-map", "0:v:0", "-fps_mode", "passthrough"]
        program = subprocess.Popen(  # noqa: S603 (our own ffmpeg, no shell)
            [*args, "-f", "rawvideo", "-pix_fmt", "rgb24", "pipe:1"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        given = 0
        try:
            while given < self.frames and (raw := _exactly(program.stdout, width * height * 3)):
                given += 1
                yield np.frombuffer(raw, np.uint8).reshape(height, width, 3)
        finally:
            program.kill()
            program.communicate()
        if given < self.frames:
            raise RenderError(f"{self.path} breaks off after {given} of {self.frames} frames", "write it again")


def open_footage(path: Path) -> Footage:
    """Return what a film file holds. Raises RenderError where there is none, or nothing to see in it."""
    if not path.is_file():
        raise RenderError(f"there is no film {path}", "check the path")
    # counted by copying every packet: a header may promise another number
    args = [*ffmpeg(), "-loglevel", "info", "-i", f"file:{path}", "-map", "0:v:0", "-c", "copy", "-f", "null", "-"]
    done = subprocess.run(args, stdin=subprocess.DEVNULL, capture_output=True, check=False)  # noqa: S603
    said = done.stderr.decode("utf-8", "replace")
    head = said.partition("Output #")[0]
    found = re.search(r"Video:.*?\b(\d{1,6})x(\d{1,6})\b.*?([\d.]+) fps", head)
    count = re.findall(r"frame=\s*(\d+)", said)
    if done.returncode or not found or not count or not int(count[-1]) or not float(found[3]):
        raise RenderError(f"{path} is no film that can be read", "name an .mp4, .mov, .webm or .gif")
    size = int(found[1]), int(found[2])
    if size[0] * size[1] * 3 > LARGEST:
        raise RenderError(f"{path} is {size[0]}x{size[1]}, too large to work on", "make it smaller first")
    return Footage(path, size, _rate(found[3]), int(count[-1]), "Audio:" in head)


def _rate(said: str) -> Fraction:
    near = [rate for rate in BROADCAST if abs(float(rate) - float(said)) < 0.006]
    return near[0] if near else Fraction(said)


def _exactly(pipe: IO[bytes] | None, count: int) -> bytes:
    raw = pipe.read(count) if pipe else b""
    return raw if len(raw) == count else b""

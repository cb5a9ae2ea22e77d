"""The script inside the film: how it is written into each kind of file, and read out again."""

from __future__ import annotations

import re
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from PIL import Image

from .errors import RenderError
from .ffmpeg import ffmpeg

RECIPE = "animc-script"
"""The keyword of the script in a PNG."""

LOOKED_AT = 100
"""Frames of a folder that are opened in search of the script: its first one holds it, if it is still there."""

HEADER = re.compile(r"# rendered by animc \S*\n")


def _headed(script: str) -> str:
    try:
        number = version("animc")
    except PackageNotFoundError:
        number = "?"
    return f"# rendered by animc {number}\n{script}"


def as_ffmetadata(script: str) -> str:
    """Return a file of ffmpeg's metadata form that holds the script as the film's comment."""
    escaped = re.sub(r"([=;#\\\n])", r"\\\1", _headed(script))
    return f";FFMETADATA1\ncomment={escaped}\n"


def add_to_gif(path: Path, script: str) -> None:
    """Write the script into a finished GIF as a comment extension (GIF89a, section 24), before its trailer."""
    data = _headed(script).encode()
    blocks = b"".join(bytes([len(data[i : i + 255])]) + data[i : i + 255] for i in range(0, len(data), 255))
    with path.open("r+b") as file:
        file.seek(-1, 2)
        if file.read(1) == b"\x3b":
            file.seek(-1, 2)
            file.write(b"\x21\xfe" + blocks + b"\x00\x3b")


def read_script(path: Path) -> str | None:
    """Return the script that a film, or a folder of frames, was rendered from, or None where it holds none.

    Raises RenderError where the file cannot be read at all.
    """
    if path.is_dir():
        held = (read_script(frame) for frame in sorted(path.glob("*.png"))[:LOOKED_AT])
        return next((script for script in held if script is not None), None)
    readers = {".png": _from_png, ".gif": _from_gif}
    try:
        found = readers.get(path.suffix.lower(), _from_film)(path)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as fault:
        raise RenderError(f"{path} cannot be read: {fault}", "is it a film, or a frame of one?") from fault
    return HEADER.sub("", found, count=1) if found is not None else None


def _from_png(path: Path) -> str | None:
    with Image.open(path) as file:
        return file.info.get(RECIPE)


def _from_gif(path: Path) -> str | None:
    data = path.read_bytes()
    at = data.rfind(b"\x21\xfe") + 2
    blocks: list[bytes] = []
    while at >= 2 and at < len(data) and data[at]:
        blocks.append(data[at + 1 : at + 1 + data[at]])
        at += 1 + data[at]
    said = b"".join(blocks).decode("utf-8", "replace")
    return said if HEADER.match(said) else None


def _from_film(path: Path) -> str | None:
    args = [*ffmpeg(), "-i", f"file:{path}", "-f", "ffmetadata", "-"]
    done = subprocess.run(args, stdin=subprocess.DEVNULL, capture_output=True, check=False)  # noqa: S603 (no shell)
    found = re.search(r"(?im)^comment=((?:\\.|\\\n|[^\\\n])*)", done.stdout.decode("utf-8", "replace"))
    if not found:
        return None
    script = re.sub(r"\\(.|\n)", r"\1", found[1])
    return script if HEADER.match(script) else None

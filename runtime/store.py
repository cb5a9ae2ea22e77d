"""Painted frames, kept by what they were painted from, so that no frame is painted twice.

A frame's key is a hash of the key of the frame before it, its row of the schedule, and all else that its picture
depends on. A file is a lossless PNG that appears by rename, whole or not at all: what another process or a power cut
leaves is either a good frame or no frame.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import numpy as np
from PIL import Image, PngImagePlugin

from .files import PART, cache_folder, put
from .picture import Bytes
from .room import shortage

LIMIT = 20 * 1024**3
"""Bytes that the store may hold before the frames that were longest unused are dropped."""

LABEL = "animc-"
"""What a label's keyword begins with in a stored PNG."""

ABANDONED = 3600.0
"""Seconds after which a part file has no process left that would finish it."""

CHECK_EVERY = 512
"""Frames stored between two looks at the store's size."""


def chain_key(before: bytes, *parts: bytes | str) -> bytes:
    """Return 20 bytes that change with ``before`` and with any of ``parts``."""
    digest = hashlib.blake2b(before, digest_size=20)
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        digest.update(len(data).to_bytes(8, "little") + data)
    return digest.digest()


class FrameStore:
    """A folder of frames by key. It never fails a render: what cannot be read is absent, what cannot be kept is not.

    ``trouble`` is None, or the sentence that tells why frames are no longer kept; ``broken`` counts the files that
    could not be read, and went. ``labels`` are written into each frame: what film and model it was painted for.
    """

    def __init__(self, folder: Path | None = None, limit: int = LIMIT, labels: Mapping[str, str] | None = None) -> None:
        self.folder = folder or cache_folder() / "frames"
        self.limit = limit
        self.labels = dict(labels or {})
        self.trouble: str | None = None
        self.broken = 0
        self._stored = 0
        self._clerk = ThreadPoolExecutor(1, "animc store")
        self._pending: tuple[bytes, Future[None]] | None = None

    def has(self, key: bytes) -> bool:
        """Tell whether there is a frame under ``key``; whether it is whole only loading it tells."""
        return bool(self._pending and self._pending[0] == key) or self._path(key).exists()

    def load(self, key: bytes, size: tuple[int, int]) -> Bytes | None:
        """Return the frame of ``size`` (width, height) under ``key``, or None where there is no whole one."""
        path = self._path(key)
        if self._pending and self._pending[0] == key:
            self.flush()
        try:
            with Image.open(path) as file:
                picture = np.asarray(file.convert("RGB"), dtype=np.uint8)
            os.utime(path)
        except FileNotFoundError:
            return None
        except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
            self._forget(path)
            self.broken += 1
            return None
        return picture if picture.shape == (size[1], size[0], 3) else None

    def save(self, key: bytes, picture: Bytes) -> None:
        """Keep a frame, unless there is no room for it. It is written beside the next frame's painting.

        A frame that a crash kept from being written is painted again from the one before it, the same.
        """
        self.flush()
        if not self.trouble:
            self._pending = (key, self._clerk.submit(self._write, key, picture))

    def flush(self) -> None:
        """Wait until every frame saved is written, or known not to be."""
        if self._pending:
            self._pending[1].result()
            self._pending = None

    def settle(self) -> None:
        """End a render: wait for the last frame, and drop the longest unused ones that are over the limit."""
        self.flush()
        if self._stored:
            self.prune()
            self._stored = 0

    def _write(self, key: bytes, picture: Bytes) -> None:
        path = self._path(key)
        data, facts = io.BytesIO(), PngImagePlugin.PngInfo()
        for label, text in self.labels.items():
            facts.add_itxt(LABEL + label, text)
        Image.fromarray(picture).save(data, "PNG", compress_level=1, pnginfo=facts)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            put(path, data.getvalue())
        except OSError as fault:
            short = shortage(fault)
            what = f"{short[0]}; {short[1]} with ANIMC_CACHE" if short else fault.strerror
            self.trouble = f"frames are no longer kept in {self.folder}: {what}"
            return
        self._stored += 1
        if self._stored % CHECK_EVERY == 0:
            self.prune()

    def prune(self) -> int:
        """Drop the frames that were longest unused until the rest fit the limit; return how many went."""
        for part in self.folder.glob(f"??/.*{PART}"):
            with contextlib.suppress(OSError):
                if time.time() - part.stat().st_mtime > ABANDONED:
                    part.unlink()
        files = sorted(stored(self.folder))
        held = sum(size for _, size, _ in files)
        dropped = 0
        for _, size, path in files:
            if held <= self.limit:
                break
            self._forget(path)
            held -= size
            dropped += 1
        return dropped

    def _path(self, key: bytes) -> Path:
        name = key.hex()
        return self.folder / name[:2] / f"{name}.png"

    def _forget(self, path: Path) -> None:
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)


def stored(folder: Path) -> Iterator[tuple[float, int, Path]]:
    """Yield each stored frame: when it was last used (seconds since the epoch), its bytes, its file."""
    for path in folder.glob("??/*.png"):
        try:
            facts = path.stat()
        except OSError:
            continue
        yield facts.st_mtime, facts.st_size, path

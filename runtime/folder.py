"""Frames as a folder of PNGs."""

from __future__ import annotations

import io
from pathlib import Path
from types import TracebackType

from PIL import Image, PngImagePlugin

from .errors import RenderError
from .files import put
from .picture import Bytes
from .recipe import RECIPE
from .room import again, shortage
from .timings import Timings


class FolderWriter:
    """Writes frames as PNGs named by their number, each whole or not at all; the first holds the script."""

    note: str | None = None

    def __init__(
        self, path: Path, *, script: str = "", start: int = 0, step: int = 1, timings: Timings | None = None
    ) -> None:
        self.path = path
        self.script = script
        self.start, self.step = start, step
        self.frames = 0
        self.timings = timings or Timings()

    def __enter__(self) -> FolderWriter:
        try:
            self.path.mkdir(parents=True, exist_ok=True)
        except OSError as fault:
            raise RenderError(
                f"the folder {self.path} cannot be made: {fault.strerror}", "choose another with -o"
            ) from fault
        return self

    def write(self, frame: Bytes) -> None:
        """Write the next frame, H×W×3 bytes. Raises RenderError where it cannot be written."""
        with self.timings.stage("write"):
            path = self.path / f"{self.start + self.frames * self.step:05}.png"
            facts = PngImagePlugin.PngInfo()
            if self.frames == 0 and self.script:
                facts.add_itxt(RECIPE, self.script)
            data = io.BytesIO()
            Image.fromarray(frame).save(data, "PNG", compress_level=3, pnginfo=facts)
            try:
                put(path, data.getvalue())
            except OSError as fault:
                raise unwritable(path, fault) from fault
            self.frames += 1

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> None:
        """Do nothing: every frame is whole already."""


def unwritable(path: Path, fault: OSError) -> RenderError:
    """Return what it means that one of many files cannot be written."""
    what, repair = shortage(fault) or (fault.strerror or str(fault), "look whether its folder can be written to")
    return RenderError(f"{path} cannot be written: {what}", again(repair))

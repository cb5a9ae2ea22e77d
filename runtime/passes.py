"""What compositing wants beside a film's frames: depth, motion, mask and the camera, each frame's under its number."""

from __future__ import annotations

import io
import subprocess
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from ..compiler.schedule import Schedule
from .camera import as_blender, as_effects, as_json, path_of
from .errors import RenderError
from .ffmpeg import ffmpeg
from .files import put, write_atomically
from .flow import both_ways
from .folder import unwritable
from .masks import Masks
from .picture import Bytes, to_tensor
from .protocols import Depth

STEP, MIDDLE = 64, 32768
"""A flow's PNG holds 64ths of a pixel, from the middle of 16 bits, x in red and y in green, as KITTI's does."""


class Passes:
    """Writes the passes of a film's frames into folders of ``folder``. ``exr``: floats, in place of 16 bits."""

    def __init__(
        self,
        folder: Path,
        kinds: tuple[str, ...],
        schedule: Schedule,
        *,
        depth: Depth,
        masks: Masks | None = None,
        exr: bool = False,
    ) -> None:
        self.folder, self.kinds, self.schedule = folder, kinds, schedule
        self.depth, self.masks, self.exr = depth, masks, exr
        self._before: tuple[int, NDArray[np.uint8]] | None = None
        for kind in kinds:
            try:
                (folder / kind if kind != "camera" else folder).mkdir(parents=True, exist_ok=True)
            except OSError as fault:
                raise RenderError(
                    f"the folder {folder / kind} cannot be made: {fault.strerror}", "choose another place with -o"
                ) from fault

    def camera(self, schedule: Schedule, frames: range, name: str) -> None:
        """Write the camera's path over ``frames`` of a schedule (at its ``fps``), where it is asked for."""
        if "camera" not in self.kinds:
            return
        path = path_of(schedule, frames)
        write_atomically(self.folder / "camera.json", as_json(path, schedule).encode())
        write_atomically(self.folder / "camera.jsx", as_effects(path, schedule, name).encode())
        if path.flat is None:
            write_atomically(self.folder / "camera.py", as_blender(path, schedule, name).encode())

    def take(self, number: int, picture: Bytes) -> None:
        """Write the passes of a finished frame (H×W×3 bytes). Raises RenderError where one cannot be written."""
        if "depth" in self.kinds:
            with torch.inference_mode():
                far = self.depth.depth(to_tensor(picture)).numpy() - 1
            self._write("depth", number, far, far)
        if "mask" in self.kinds:
            share = self._mask(number, picture)
            self._write("mask", number, share, share)
        if "flow" in self.kinds:
            flow = self._flow(number, picture)
            packed = np.concatenate((flow * STEP + MIDDLE, np.full_like(flow[..., :1], 1)), -1) / np.float32(65535)
            self._write("flow", number, packed, np.concatenate((flow, np.zeros_like(flow[..., :1])), -1))

    def _mask(self, number: int, picture: Bytes) -> NDArray[np.float32]:
        if self.masks is None:
            return np.ones(picture.shape[:2], np.float32)
        return self.masks.at(number, to_tensor(picture), float(self.schedule.tracks["mask_feather"][number])).numpy()

    def _flow(self, number: int, picture: Bytes) -> NDArray[np.float32]:
        """Return H×W×2: how many pixels (x, y) what stands in a pixel has moved since the frame before; 0 at a cut."""
        grey = np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), np.uint8)
        before, self._before = self._before, (number, grey)
        cut = any(shot.start == number for shot in self.schedule.shots)
        if before is None or cut or min(grey.shape) < 32:
            return np.zeros((*grey.shape, 2), np.float32)
        _, back = both_ways(before[1], grey)
        return -np.asarray(back, np.float32)

    def _write(self, kind: str, number: int, share: NDArray[np.float32], values: NDArray[np.float32]) -> None:
        """Write a picture of 16 bits from what is in 0..1, or the values themselves as floats."""
        path = self.folder / kind / f"{number:05}.{'exr' if self.exr else 'png'}"
        try:
            put(path, as_exr(values) if self.exr else as_png16(share))
        except OSError as fault:
            raise unwritable(path, fault) from fault


def as_png16(share: NDArray[np.float32]) -> bytes:
    """Return H×W or H×W×3 in 0..1 as a PNG of 16 bits."""
    whole = np.rint(np.clip(share, 0, 1) * 65535).astype(np.uint16)
    if whole.ndim == 2:
        data = io.BytesIO()
        Image.fromarray(whole).save(data, "PNG", compress_level=3)
        return data.getvalue()
    done, packed = cv2.imencode(".png", whole[..., ::-1])
    if not done:
        raise OSError("OpenCV could not make a PNG")
    return packed.tobytes()


def as_exr(values: NDArray[np.float32]) -> bytes:
    """Return H×W or H×W×3 as an OpenEXR file of 32-bit floats. Raises OSError where ffmpeg cannot make it."""
    height, width = values.shape[:2]
    form = "grayf32le" if values.ndim == 2 else "gbrpf32le"
    planes = values if values.ndim == 2 else np.moveaxis(values, -1, 0)[[1, 2, 0]]
    args = [*ffmpeg(), "-f", "rawvideo", "-pix_fmt", form, "-s", f"{width}x{height}", "-i", "pipe:0"]
    args += ["-frames:v", "1", "-c:v", "exr", "-compression", "zip16", "-f", "image2pipe", "pipe:1"]
    raw = np.ascontiguousarray(planes, np.float32).tobytes()
    args = [arg for arg in args if arg != "-nostdin"]
    done = subprocess.run(args, input=raw, capture_output=True, check=False)  # noqa: S603 (our own ffmpeg, no shell)
    if done.returncode or not done.stdout:
        raise OSError(done.stderr.decode("utf-8", "replace").strip() or "ffmpeg could not make an EXR")
    return done.stdout

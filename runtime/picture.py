"""Pictures: between bytes and float, from files, and to another size."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, ImageOps
from torch import Tensor
from torch.nn import functional

from .errors import RenderError

Bytes = NDArray[np.uint8]
"""A picture of H×W×3 bytes, sRGB."""

MAX_PIXELS = 200_000_000
"""A larger image file is refused rather than unpacked."""


def to_tensor(picture: Bytes, device: torch.device | None = None) -> Tensor:
    """Return 3×H×W float32 in 0..1."""
    return torch.tensor(picture, device=device).permute(2, 0, 1).to(torch.float32).contiguous() / 255


def to_bytes(image: Tensor) -> Bytes:
    """Return H×W×3 bytes, rounded (not truncated) from 3×H×W in 0..1."""
    rounded = (image.detach() * 255).round_().clamp_(0, 255).to(torch.uint8)
    return rounded.permute(1, 2, 0).contiguous().cpu().numpy()


def resize(image: Tensor, size: tuple[int, int]) -> Tensor:
    """Return ``image`` (3×h×w, 0..1) at ``size`` (width, height), bicubic in float, averaged where it shrinks."""
    if (image.shape[2], image.shape[1]) == size:
        return image
    scaled = functional.interpolate(
        image[None], (size[1], size[0]), mode="bicubic", antialias=True, align_corners=False
    )
    return scaled[0].clamp(0, 1)


def check_images(paths: Iterable[Path]) -> None:
    """Look at the heads of image files, so that one that is missing or none is told before the work begins.

    Raises RenderError as ``read_image`` does.
    """
    for path in paths:
        with _opened(path):
            pass


@contextmanager
def _opened(path: Path) -> Generator[Image.Image]:
    try:
        with Image.open(path) as file:
            if file.width * file.height > MAX_PIXELS:
                raise RenderError(f"the image {path} is {file.width}x{file.height}", "make it smaller")
            yield file
    except FileNotFoundError:
        raise RenderError(f"there is no image {path}", "paths in a script are relative to the script") from None
    except (Image.DecompressionBombError, OSError, ValueError, SyntaxError) as fault:
        raise RenderError(f"{path} cannot be read as an image: {fault}", "save it as PNG or JPEG") from fault


def read_image(path: Path, size: tuple[int, int]) -> Bytes:
    """Return an image file filling ``size`` (width, height), cropped about its middle, turned as its EXIF says.

    Raises RenderError where there is no file, where it is no image, and where it is too large to unpack.
    """
    with _opened(path) as file:
        upright = ImageOps.exif_transpose(file)
        return np.asarray(ImageOps.fit(_flattened(upright), size, Image.Resampling.LANCZOS), dtype=np.uint8)


def _flattened(image: Image.Image) -> Image.Image:
    """Return the image as RGB, what is transparent shown over black."""
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        clear = image.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", clear.size, (0, 0, 0, 255)), clear).convert("RGB")
    if image.mode.startswith("I;16"):
        return Image.fromarray((np.asarray(image) >> 8).astype(np.uint8)).convert("RGB")
    return image.convert("RGB")

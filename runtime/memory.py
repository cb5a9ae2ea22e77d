"""Running out of memory, told as what to lower."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

import torch

from .errors import RenderError
from .room import KEPT


@contextmanager
def enough_memory(size: tuple[int, int], device: torch.device) -> Generator[None]:
    """Turn any way of running out of memory inside the ``with`` block into a RenderError.

    ``size``: the film's width, height; ``device``: where it is painted.
    """
    try:
        yield
    except (torch.OutOfMemoryError, MemoryError) as fault:
        raise _short(size, device) from fault
    except Exception as fault:
        if any(sign in str(fault).lower() for sign in SIGNS):
            raise _short(size, device) from fault
        raise


SIGNS = ("out of memory", "can't allocate", "not enough memory", "insufficient memory", "alloc_failed")
"""What torch on any device, OpenCV (whose errors are no kind of their own) and cuBLAS say of it, in small letters."""


def _short(size: tuple[int, int], device: torch.device) -> RenderError:
    width, height = (max(side // 2 // 8 * 8, 16) for side in size)
    other = "closing other programs" if device.type == "cpu" else "--device cpu"
    return RenderError(
        f"painting {size[0]}x{size[1]} takes more memory than there is",
        f"try --set size={width}x{height}, a smaller model, or {other}; {KEPT}",
    )

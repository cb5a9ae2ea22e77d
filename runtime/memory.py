"""Running out of memory, told as what to lower."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

import torch

from .errors import RenderError


@contextmanager
def enough_memory(size: tuple[int, int]) -> Generator[None]:
    """Turn any way of running out of memory inside the ``with`` block into a RenderError. ``size``: width, height."""
    try:
        yield
    except (torch.OutOfMemoryError, MemoryError) as fault:
        raise _short(size) from fault
    except RuntimeError as fault:
        if any(sign in str(fault).lower() for sign in ("out of memory", "can't allocate", "not enough memory")):
            raise _short(size) from fault
        raise


def _short(size: tuple[int, int]) -> RenderError:
    width, height = (max(side // 2 // 8 * 8, 16) for side in size)
    return RenderError(
        f"painting {size[0]}x{size[1]} takes more memory than there is",
        f"try --set size={width}x{height}, a smaller model, or --device cpu; the painted frames are kept",
    )

"""The four narrow seams that the render loop knows: painter, depth, and later flow and tween.

Pictures between rooms are torch float32 tensors, 3×H×W, sRGB in 0..1, on the painter's device.
"""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import torch
from torch import Tensor

from ..compiler.schedule import Row, Shot


class Painter(Protocol):
    """Paints one frame, after k-diffusion's ``model(x, sigma)``."""

    @property
    def fingerprint(self) -> str:
        """Text that changes whenever the same row could give another picture (weights, code, device kind, dtype)."""
        ...

    @property
    def device(self) -> torch.device:
        """Where the painter wants its pictures, and the loop works on them."""
        ...

    @property
    def repaints(self) -> bool:
        """False for a painter that only gives a shot's first picture, over which the camera then moves."""
        ...

    def paint(self, image: Tensor | None, row: Row) -> Tensor:
        """Return the frame's picture, 3×H×W, from the warped last one, or from nothing where ``image`` is None."""
        ...


@runtime_checkable
class Restorer(Protocol):
    """A painter that can paint a part of its picture from nothing, and the rest over what was there."""

    def paint_bared(self, image: Tensor | None, row: Row, bare: Tensor | None) -> Tensor:
        """Return the frame's picture as ``paint`` does, but what is ``bare`` (H×W, 1 where nothing is known) anew."""
        ...


@runtime_checkable
class Cast(Protocol):
    """Painters of a film whose shots are not all painted by one."""

    def of(self, shot: Shot) -> Painter:
        """Return who paints a shot."""
        ...


def painter_of(painter: Painter, shot: Shot) -> Painter:
    """Return who paints a shot: the painter itself, or the one of a cast whose shot it is."""
    return painter.of(shot) if isinstance(painter, Cast) else painter


class Depth(Protocol):
    """Tells how far each pixel stands."""

    @property
    def fingerprint(self) -> str:
        """Text that changes whenever the same picture could give another depth."""
        ...

    def depth(self, image: Tensor) -> Tensor:
        """Return H×W float32, larger is farther, in 1..2 (the range that Deforum's motion units expect)."""
        ...

"""The painters of a film whose shots name models of their own; one of them is held in memory at a time."""

from __future__ import annotations

import gc
from collections.abc import Callable

import torch
from torch import Tensor

from ...compiler.schedule import Row, Shot
from ..protocols import Painter, Restorer


class Company:
    """Knows who paints which shot. It is itself the painter of the film's first shot.

    ``names``: the model of each shot by its first frame; ``hire`` opens the painter of a model. All are opened once
    beforehand, the first shot's last, so that what is wrong with one is told before the first frame.
    """

    repaints = True

    def __init__(self, names: dict[int, str], hire: Callable[[str], Painter]) -> None:
        self._names, self._hire = names, hire
        self._held: tuple[str, Painter] | None = None
        first = names[min(names)]
        ordered = [*(name for name in dict.fromkeys(names.values()) if name != first), first]
        self._members = {name: Member(self, name, self.open(name)) for name in ordered}
        self._first = self._members[first]
        self.fingerprint, self.device = self._first.fingerprint, self._first.device

    def of(self, shot: Shot) -> Painter:
        """Return the painter of a shot."""
        return self._members[self._names[shot.start]]

    def open(self, name: str) -> Painter:
        """Return a model's painter; the one that was held before is let go."""
        if self._held is None or self._held[0] != name:
            self._held = None
            gc.collect()
            if torch.cuda.is_available():
                torch.cuda.empty_cache()
            self._held = name, self._hire(name)
        return self._held[1]

    def paint(self, image: Tensor | None, row: Row) -> Tensor:
        """Paint as the first shot's painter."""
        return self._first.paint(image, row)


class Member:
    """One of a company: what its painter says of itself stays known while another is at work."""

    def __init__(self, company: Company, name: str, painter: Painter) -> None:
        self._company, self._name = company, name
        self.fingerprint, self.device, self.repaints = painter.fingerprint, painter.device, painter.repaints

    def paint(self, image: Tensor | None, row: Row) -> Tensor:
        """Return the frame's picture; the painter is opened anew if another was at work."""
        return self._company.open(self._name).paint(image, row)

    def paint_bared(self, image: Tensor | None, row: Row, bare: Tensor | None) -> Tensor:
        """Return the frame's picture, with what is ``bare`` painted from nothing, if the painter can."""
        painter = self._company.open(self._name)
        return painter.paint_bared(image, row, bare) if isinstance(painter, Restorer) else painter.paint(image, row)

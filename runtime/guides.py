"""Images that paintings are drawn to: in the second before an image's frame, until it has its share of the picture."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor

from ..compiler.schedule import Guide, Schedule, Shot
from .masks import content
from .picture import Bytes, read_image, to_tensor

REACH = 1.0
"""Seconds before its frame in which an image draws paintings to it."""


class Guides:
    """The images of one shot."""

    def __init__(self, schedule: Schedule, shot: Shot, base: Path) -> None:
        self.schedule, self.shot, self.base = schedule, shot, base
        self.held = [guide for guide in schedule.guides if shot.start <= guide.frame < shot.stop]
        self._last: tuple[str, Bytes] | None = None

    def key(self, frame: int) -> bytes:
        """Return bytes that change with what a frame is drawn to; none where it is drawn to nothing."""
        return b"".join(content(self.base / guide.image) + str(share).encode() for guide, share in self._near(frame))

    def draw(self, frame: int, picture: Tensor) -> Tensor:
        """Return ``picture`` (3×H×W) drawn to the images near. Raises RenderError where one cannot be read."""
        for guide, share in self._near(frame):
            picture = torch.lerp(picture, to_tensor(self._read(guide.image), picture.device), share)
        return picture

    def _near(self, frame: int) -> list[tuple[Guide, float]]:
        """Return the images that draw a painted frame, and the share of each that is put in: as much as brings what is
        in the picture since the painting before up to what it should be."""
        before = max(frame - max(int(self.schedule.tracks["cadence"][frame]), 1), self.shot.start)
        found: list[tuple[Guide, float]] = []
        for guide in self.held:
            had, due = self._share(guide, before), self._share(guide, frame)
            if due > had:
                found.append((guide, (due - had) / (1 - had)))
        return found

    def _share(self, guide: Guide, frame: int) -> float:
        """Return how much of an image should be in a frame: rising smoothly to its strength."""
        reach = max(float(self.schedule.fps) * REACH, 1.0)
        along = min(max(1 - (guide.frame - frame) / reach, 0.0), 1.0)
        return guide.strength * along * along * (3 - 2 * along)

    def _read(self, image: str) -> Bytes:
        if self._last is None or self._last[0] != image:
            self._last = image, read_image(self.base / image, self.schedule.size)
        return self._last[1]

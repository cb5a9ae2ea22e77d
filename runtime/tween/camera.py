"""Frames between a film's own by the camera that the schedule knows, and what is left by another way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import torch
from torch import Tensor

from ...compiler.schedule import Row, Schedule
from ..cadence import behind_share, one_back, seen
from ..ground import Camera
from ..picture import Bytes, to_bytes, to_tensor
from ..warp import focal_of, follow, moves
from .between import Tween

RATES = (
    *("translation_x", "translation_y", "translation_z"),
    *("rotation_x", "rotation_y", "rotation_z", "angle"),
)
"""Tracks of which half a frame's move is half the value."""


class CameraTween:
    """Moves both frames by the camera to the time between, fills what one of them does not show from the other, and
    lets ``rest`` do what is left: what the painter moved.

    ``watch`` must see the frames go by, so that it is known which they are; ``frames`` are their numbers.
    """

    def __init__(self, schedule: Schedule, camera: Camera, rest: Tween, frames: range) -> None:
        self.schedule, self.camera, self.rest, self.frames = schedule, camera, rest, frames
        self.fingerprint = f"camera, {rest.fingerprint}"
        self._starts = {shot.start for shot in schedule.shots}
        self._place = -1

    def watch(self, frames: Iterable[Bytes], *, loop: bool = False) -> Iterator[Bytes]:
        """Yield frames on, counting them; where the film loops, the first comes once more at the end."""
        first: Bytes | None = None
        for frame in frames:
            first = frame if first is None else first
            self._place += 1
            yield frame
        if loop and first is not None:
            self._place += 1
            yield first

    def cut(self, one: Bytes, two: Bytes) -> bool:
        """Tell whether the frame that came last begins a shot."""
        return self._place < len(self.frames) and self.frames[self._place] in self._starts

    def between(self, one: Bytes, two: Bytes, times: Sequence[float]) -> list[Bytes]:
        """Return a picture for each time in 0..1 between the last two frames, H×W×3 bytes."""
        row = self.schedule.row(self.frames[self._place % len(self.frames)])
        if not times or not moves(row, self.camera.mode):
            return self.rest.between(one, two, times)
        camera = self.camera
        before, behind = (to_tensor(picture, camera.device) for picture in (one, two))
        with torch.inference_mode():
            far = camera.depth.depth(before) if camera.mode == "3d" else None
            home = one_back(None, None, camera.move(row, far))
            trails = [camera.move(part_of(row, time), far) for time in times]
            sides = [self._sides(before, behind, trail, home) for trail in trails]
        return [self.rest.between(*pair, [time])[0] for pair, time in zip(sides, times, strict=True)]

    def _sides(
        self, before: Tensor, behind: Tensor, trail: Tensor, home: tuple[Tensor | None, Tensor | None]
    ) -> tuple[Bytes, Bytes]:
        """Return both pictures moved to where ``trail`` sees the one before; ``home`` is the way back from behind."""
        border, (back, sure) = self.camera.border, home
        assert back is not None and sure is not None  # noqa: S101 (the camera moves)
        back = follow(back, trail)
        weight = torch.as_tensor(behind_share(trail, back, sure, 0.5, border))
        left, right = seen(before, trail, border), seen(behind, back, border)
        # where only one of the two knows what stands there, both sides get that one
        lacks = (weight * 2 - 1).clamp(-1, 1)
        one, two = torch.lerp(left, right, lacks.clamp(min=0)), torch.lerp(right, left, (-lacks).clamp(min=0))
        return to_bytes(one), to_bytes(two)


def part_of(row: Row, share: float) -> Row:
    """Return the row of a part of one frame's move."""
    values = dict(row.values)
    for name in RATES:
        if name in values:
            values[name] = float(values[name]) * share
    values["zoom"] = float(values.get("zoom", 1.0)) ** share if float(values.get("zoom", 1.0)) > 0 else 1.0
    if "focal" in values:
        values["focal"] = focal_of(row) ** share
    return replace(row, values=values)

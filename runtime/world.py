"""A world for a camera to fly through where there is no picture yet: an endless floor with pins on it, or in 2D an
endless chequered plane. What the camera does is seen at once, however long it goes on.

What stands one unit away moves as it does in the film (``camera.true_move``).
"""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from ..compiler.schedule import Row
from .camera import lens_of, true_move
from .letters import Colour
from .picture import Bytes
from .warp import flat_matrix

Floats = NDArray[np.float64]

SKIES = (
    ((24, 28, 52), (232, 150, 110), (22, 20, 30)), ((14, 40, 60), (130, 200, 190), (12, 24, 30)),
    ((46, 22, 62), (220, 130, 190), (26, 16, 34)), ((30, 42, 24), (214, 200, 120), (20, 24, 16)),
)  # fmt: skip
"""Zenith, horizon and ground of each shot in turn."""

PINS: tuple[Colour, ...] = ((255, 196, 92), (98, 214, 200), (240, 120, 130), (150, 170, 255))
LINES: Colour = (210, 214, 230)
REACH = 10
"""Cells that are drawn around the camera."""

FLOOR, STOREY, PIN = 0.6, 3.0, 0.42
"""World units: how far the floor lies below the camera at first, from floor to floor, and a pin's height."""

NEAR, HAZE, STEPS = 0.08, 4.5, 8
"""World units: what is nearer is not drawn; where haze has taken over; and shades of haze."""


class Space:
    """The 3D world, seen by a camera that makes the film's moves. ``size``: width, height of its pictures."""

    def __init__(self, size: tuple[int, int], shot: int = 0) -> None:
        self.size = size
        self.sky, self.rim, self.ground = SKIES[shot % len(SKIES)]
        self.turn: Floats = np.eye(3)
        self.shift: Floats = np.zeros(3)
        self.cell = np.zeros(3, np.int64)

    def move(self, row: Row) -> None:
        """Make one frame's move: a point P of the camera's space goes to P·R + T."""
        turn, ahead = true_move(row, self.size)
        self.turn, self.shift = self.turn @ turn, self.shift @ turn + ahead
        self._come_home()

    def _come_home(self) -> None:
        """Shift the world by whole periods, so that numbers stay small and every cell keeps its colour."""
        place = -self.shift @ self.turn.T
        period = np.array([2.0, STOREY, 2.0])
        gone = np.floor(place / period + 0.5)
        self.cell += gone.astype(np.int64)
        self.shift = -(place - gone * period) @ self.turn

    def project(self, points: Floats, row: Row) -> tuple[Floats, Floats]:
        """Return where world points (…×3) stand in the picture, …×2 in pixels, and how far off they are."""
        seen = points @ self.turn + self.shift
        far = np.maximum(seen[..., 2], NEAR)
        width, height = self.size
        middle = np.array([width / 2, height / 2])
        return middle + seen[..., :2] / far[..., None] * (lens_of(row) * height / 2), seen[..., 2]

    def picture(self, row: Row) -> Bytes:
        """Return the world as the camera sees it now, H×W×3 bytes."""
        picture = self._sky(row)
        height = float((-self.shift @ self.turn.T)[1])
        for storey in (-1, 0, 1):
            level = FLOOR + storey * STOREY
            clear = float(np.interp(level - height, (-0.7, 0.1, STOREY - 0.8, STOREY - 0.1), (0, 1, 1, 0)))
            if clear > 0:
                self._floor(picture, row, level, clear)
                self._pins(picture, row, storey, clear)
        return picture

    def _sky(self, row: Row) -> Bytes:
        """Return the gradient between zenith, horizon and ground, turned as the camera is."""
        width, height = self.size
        x, y = np.meshgrid(np.linspace(-width / height, width / height, 48), np.linspace(-1, 1, 48))
        rays = np.stack((x, y, np.full_like(x, lens_of(row))), -1)
        down = (rays @ self.turn.T)[..., 1] / np.linalg.norm(rays, axis=-1)
        colours = [np.interp(down, (-0.9, -0.02, 0.05, 0.5), stops)
                   for stops in zip(self.sky, self.rim, self.ground, self.ground, strict=True)]  # fmt: skip
        small = np.stack(colours, -1).astype(np.float32)
        return np.clip(cv2.resize(small, self.size, interpolation=cv2.INTER_CUBIC), 0, 255).astype(np.uint8)

    def _floor(self, picture: Bytes, row: Row, level: float, clear: float) -> None:
        marks = np.arange(-REACH, REACH + 1, dtype=np.float64)
        starts, others = np.meshgrid(marks[:-1], marks)
        one = np.stack((starts, np.full_like(starts, level), others), -1).reshape(-1, 3)
        ends = one + np.array([1.0, 0.0, 0.0])
        segments = np.stack((one, ends), 1)
        segments = np.concatenate((segments, segments[..., ::-1]))
        kept, far = _clipped(segments @ self.turn + self.shift)
        where = self._placed(kept, row)
        shades = (np.exp(-((far / HAZE) ** 2)) * clear * STEPS).astype(int)
        haze = np.array(self.ground) * 0.7 + np.array(self.rim) * 0.3
        for step in range(1, STEPS + 1):
            chosen = shades == step
            if chosen.any():
                shade = haze + (np.array(LINES) - haze) * (step / STEPS)
                lines = np.round(where[chosen] * 16).astype(np.int32)
                cv2.polylines(picture, list(lines), False, shade.tolist(), 1, cv2.LINE_AA, 4)

    def _placed(self, seen: Floats, row: Row) -> Floats:
        width, height = self.size
        flat = seen[..., :2] / seen[..., 2:] * (lens_of(row) * height / 2) + [width / 2, height / 2]
        return np.clip(flat, -4 * width, 5 * width)

    def _pins(self, picture: Bytes, row: Row, storey: int, strength: float) -> None:
        """Draw a floor's pins, on every second crossing, the far ones first, each in a colour of its own."""
        marks = np.arange(-REACH, REACH + 1, 2)
        x, z = (grid.ravel() for grid in np.meshgrid(marks, marks, indexing="ij"))
        foot = np.stack((x, np.full(x.shape, FLOOR + storey * STOREY), z), -1).astype(np.float64)
        where, far = self.project(np.stack((foot, foot - np.array([0.0, PIN, 0.0])), 1), row)
        owner = (x // 2 + self.cell[0]) * 7 + (z // 2 + self.cell[2]) * 13 + (self.cell[1] + storey) * 5
        for index in np.argsort(-far[:, 0]):
            away = float(far[index].min())
            if not NEAR * 2 < away < 2 * HAZE:
                continue
            clear = math.exp(-((away / HAZE) ** 2)) * strength
            haze = np.array(self.rim) * 0.5 + np.array(self.ground) * 0.5
            colour = (haze + (np.array(PINS[int(owner[index]) % len(PINS)]) - haze) * clear).tolist()
            stem = np.clip(where[index], -1e4, 1e4)
            cv2.polylines(picture, [np.round(stem * 16).astype(np.int32)], False, colour, 1, cv2.LINE_AA, 4)
            radius = min(0.05 / away * lens_of(row) * self.size[1] / 2, 60.0)
            middle = (round(float(stem[1, 0]) * 16), round(float(stem[1, 1]) * 16))
            cv2.circle(picture, middle, max(round(radius * 16), 8), colour, -1, cv2.LINE_AA, 4)


def _clipped(segments: Floats) -> tuple[Floats, Floats]:
    """Return the parts of segments (N×2×3) that lie before the camera, and how far off their middles are."""
    one, other = segments[:, 0], segments[:, 1]
    before = (one[:, 2] > NEAR) | (other[:, 2] > NEAR)
    one, other = one[before], other[before]
    span = other[:, 2] - one[:, 2]
    at = (NEAR - one[:, 2]) / np.where(np.abs(span) < 1e-9, 1e-9, span)
    cross = one + at[:, None] * (other - one)
    cut = np.stack((np.where(one[:, 2:] > NEAR, one, cross), np.where(other[:, 2:] > NEAR, other, cross)), 1)
    cut[..., 2] = np.maximum(cut[..., 2], NEAR)
    return cut, np.linalg.norm(cut.mean(1), axis=-1)


CELLS, FOLD = 8, 4.0
"""Cells across the plane's shorter side at first; and by how much the cells of one order are larger than the next."""


class Plane:
    """The 2D world: cells within cells, so that there is always something to see, however far the zoom goes."""

    def __init__(self, size: tuple[int, int], shot: int = 0) -> None:
        self.size = size
        self.paper = np.array(SKIES[shot % len(SKIES)][0]) + 10.0
        self.ink = np.array(SKIES[shot % len(SKIES)][1], np.float64)
        cell = min(size) / CELLS
        self.back: Floats = np.array(
            [[1 / cell, 0, -size[0] / 2 / cell], [0, 1 / cell, -size[1] / 2 / cell], [0, 0, 1]]
        )

    def move(self, row: Row) -> None:
        """Make one frame's move: a pixel p of the last picture goes to F·p."""
        self.back = self.back @ np.linalg.inv(flat_matrix(row, self.size))
        self.back /= self.back[2, 2]
        pixel = math.sqrt(abs(np.linalg.det(self.back[:2, :2]))) * min(self.size) / CELLS
        if not 1 / FOLD < pixel < FOLD:
            self.back[:2] *= FOLD if pixel <= 1 / FOLD else 1 / FOLD
        middle = self.back @ [self.size[0] / 2, self.size[1] / 2, 1]
        # the pattern repeats by its largest cells, so the plane can be drawn back to about its middle
        self.back[:2, 2] -= np.round(middle[:2] / FOLD**3) * FOLD**3

    def picture(self, row: Row) -> Bytes:
        """Return the plane as it lies now, H×W×3 bytes."""
        width, height = self.size
        picture = np.empty((height, width, 3), np.uint8)
        picture[:] = self.paper.clip(0, 255).astype(np.uint8)
        forth: Floats = np.linalg.inv(self.back).astype(np.float64)
        corners = (self.back @ np.array([[0, width, width, 0], [0, 0, height, height], [1, 1, 1, 1]]))[:2]
        low, high = corners.min(1), corners.max(1)
        pixels = math.sqrt(abs(np.linalg.det(forth[:2, :2])))
        for order in (FOLD**-1, 1.0, FOLD, FOLD**2):
            strength = float(np.clip((order * pixels - 7) / 60, 0, 1))
            if strength > 0.02:
                self._lines(picture, forth, order, low, high, strength)
                if order * pixels > 24:
                    self._pins(picture, forth, order, low, high, strength)
        return picture

    def _lines(self, picture: Bytes, forth: Floats, cell: float, low: Floats, high: Floats, strength: float) -> None:
        colour = (self.paper + (self.ink - self.paper) * strength * 0.8).tolist()
        ends: list[Floats] = []
        for axis in (0, 1):
            for mark in np.arange(math.floor(low[axis] / cell), math.ceil(high[axis] / cell) + 1) * cell:
                pair = np.empty((2, 3))
                pair[:, axis], pair[:, 1 - axis], pair[:, 2] = mark, (low[1 - axis], high[1 - axis]), 1
                ends.append((pair @ forth.T)[:, :2])
        lines = [np.round(end * 16).astype(np.int32) for end in ends]
        cv2.polylines(picture, lines, False, colour, 1, cv2.LINE_AA, 4)

    def _pins(self, picture: Bytes, forth: Floats, cell: float, low: Floats, high: Floats, strength: float) -> None:
        marks = [np.arange(math.floor(a / cell), math.ceil(b / cell) + 1) for a, b in zip(low, high, strict=True)]
        radius = 2 + 5 * strength
        for x in marks[0]:
            for y in marks[1]:
                where = forth @ [x * cell, y * cell, 1]
                tint = np.array(PINS[int(x * 3 + y * 5) % len(PINS)])
                colour = (self.paper + (tint - self.paper) * strength).tolist()
                middle = (round(where[0] * 16), round(where[1] * 16))
                cv2.circle(picture, middle, round(radius * 16), colour, -1, cv2.LINE_AA, 4)

"""Pictures that travel as a film's do: moved a little, taken through the autoencoder, moved again.

What a decoder adds to a picture (a fringe at a hard outline) is moved and comes back to it, and grows from trip to
trip. So it is shown its own pictures, and what they should be by now: the drawn picture, moved once.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

FAR = 16
"""Trips after which a picture is let go, at the latest."""
ASTRAY = 0.12
"""Mean error (of 2) from which a picture is let go at once: it has nothing to teach any more."""
ZOOM, SHIFT, TURN = 0.02, 0.012, 0.012
"""Usual motion of one trip: share of the size, shares of half a side, radians."""


class Journey:
    """Some pictures on their way. `next` gives what each shows to the encoder, and what it should show."""

    def __init__(self, rng: np.random.Generator, count: int) -> None:
        self.rng = rng
        self.drawn: list[Tensor | None] = [None] * count
        self.shown: list[Tensor | None] = [None] * count
        self.step = np.tile(np.eye(3), (count, 1, 1))
        self.whole = np.tile(np.eye(3), (count, 1, 1))
        self.left = np.zeros(count, int)

    def next(self, fresh: Tensor) -> tuple[Tensor, Tensor]:
        """Return pictures and truths (count×3×H×W, −1..1); those that are at their end are taken from `fresh`."""
        on_way = torch.from_numpy(self.left > 0)[:, None, None, None]
        for number, picture in enumerate(fresh):
            if on_way[number]:
                self.left[number] -= 1
                self.whole[number] = self.whole[number] @ self.step[number]
                continue
            self.drawn[number] = self.shown[number] = picture
            self.left[number] = int(FAR ** self.rng.random())
            self.step[number], self.whole[number] = self._move(), np.eye(3)
        truth = _seen(torch.stack([p for p in self.drawn if p is not None]), self.whole)[0]
        carried, outside = _seen(torch.stack([p for p in self.shown if p is not None]), self.step)
        return torch.where(on_way & ~outside, carried, truth), truth

    def back(self, made: Tensor, truth: Tensor) -> None:
        """Take what the decoder made of them, as a film keeps it: in bytes. Those that went astray are let go."""
        kept = made.detach().clamp(-1, 1)
        self.left[((kept - truth).abs().mean((1, 2, 3)) > ASTRAY).numpy()] = 0
        self.shown = list((kept * 127.5).round() / 127.5)

    def _move(self) -> np.ndarray:
        """A camera's move for the whole way: where a pixel looks in the picture before it (3×3)."""
        size = np.exp(self.rng.normal(-ZOOM / 2, ZOOM / 2))
        turn, (x, y) = self.rng.normal(0, TURN), self.rng.normal(0, SHIFT, 2)
        c, s = size * np.cos(turn), size * np.sin(turn)
        return np.array([[c, -s, x], [s, c, y], [0, 0, 1]]) if self.rng.random() < 0.85 else np.eye(3)


def _seen(pictures: Tensor, moves: np.ndarray) -> tuple[Tensor, Tensor]:
    theta = torch.from_numpy(moves[:, :2]).float()
    grid = functional.affine_grid(theta, list(pictures.shape), align_corners=False)
    seen = functional.grid_sample(pictures, grid, "bicubic", "reflection", align_corners=False).clamp(-1, 1)
    return seen, (grid.abs().amax(-1) > 1)[:, None]

"""Scenes as a moved camera sees them: nearer, aside, tilted, mirrored.

A painter that knows a place by heart would bring it back to its usual spot in every frame of a film, against the
camera. So where there is little noise, and the picture is there to be followed, it learns on these.
"""

from __future__ import annotations

import cv2
import numpy as np

NEAREST = 1.4
"""The most that a view magnifies: more would show pictures that are soft."""
TILT = 8.0
"""Degrees that a view in three is turned by, at most."""


def view(rng: np.random.Generator, picture: np.ndarray) -> np.ndarray:
    """A random view of a picture (H×W×3, uint8), of the same size."""
    height, width = picture.shape[:2]
    zoom = NEAREST ** rng.random()
    left, top = rng.uniform(0, 1 - 1 / zoom, 2) * (width, height)
    moved = cv2.warpAffine(
        picture,
        np.array([[zoom, 0, -left * zoom], [0, zoom, -top * zoom]], np.float32),
        (width, height),
        flags=cv2.INTER_CUBIC,
        borderMode=cv2.BORDER_REPLICATE,
    )
    if rng.random() < 0.3:
        turn = cv2.getRotationMatrix2D((width / 2, height / 2), rng.uniform(-TILT, TILT), 1.0)
        moved = cv2.warpAffine(moved, turn, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT)
    return moved[:, ::-1].copy() if rng.random() < 0.5 else moved

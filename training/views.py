"""Scenes as a moved camera sees them: nearer, aside, tilted, mirrored.

A painter that knows a place by heart would bring it back to its usual spot in every frame of a film, against the
camera. So where there is little noise, and the picture is there to be followed, it learns on these.
"""

from __future__ import annotations

import os
from pathlib import Path

import cv2
import numpy as np
import torch
from diffusers import AutoencoderTiny

from .dataset import pictures_of

NEAREST = 2.5
"""The most that a view magnifies; half of them by less than its root."""
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


@torch.no_grad()
def views_of(shard: Path, vae: AutoencoderTiny, tag: str, count: int, seed: int = 0) -> np.ndarray:
    """Latents of `count` views of each picture of a shard (count×n×C×h×w, float16), encoded once and kept beside it."""
    held = shard.with_name(f"{shard.stem}.views-{tag}-{count}.npz")
    if held.exists():
        return np.load(held)["latents"]
    rng = np.random.default_rng([seed, int(shard.stem[-5:])])
    pictures, rounds = pictures_of(shard), []
    for _ in range(count):
        parts = []
        for batch in np.array_split(pictures, max(1, len(pictures) // 10)):
            seen = np.stack([view(rng, picture) for picture in batch])
            shown = torch.from_numpy(seen).permute(0, 3, 1, 2).float() / 127.5 - 1
            latents = vae.encode(shown.contiguous(memory_format=torch.channels_last)).latents
            parts.append((latents * vae.config.scaling_factor).half().numpy())
        rounds.append(np.concatenate(parts))
    part = held.with_name(f".{os.getpid()}-{held.name}")  # several processes may encode the same shard at once
    np.savez(part, latents=np.stack(rounds))
    part.rename(held)
    return np.stack(rounds)

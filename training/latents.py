"""Latents of shards, encoded once and kept beside them under the autoencoder's `tag`."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from diffusers import AutoencoderTiny
from torch.nn import functional

from .dataset import pictures_of


def latents_of(shard: Path, vae: AutoencoderTiny, tag: str, shrink: int = 1) -> np.ndarray:
    """Latents of a shard and then of its mirror pictures (2n×C×h×w, float16); `shrink` halves the pictures' sides."""

    def fresh() -> np.ndarray:
        pictures = pictures_of(shard)
        return np.concatenate([_encoded(side, vae, shrink) for side in (pictures, pictures[:, :, ::-1])])

    return _kept(shard.with_name(f"{shard.stem}.latents-{tag}-{shrink}.npz"), fresh)


@torch.no_grad()
def _encoded(pictures: np.ndarray, vae: AutoencoderTiny, shrink: int) -> np.ndarray:
    parts = []
    for batch in np.array_split(pictures, max(1, len(pictures) // 10)):
        shown = torch.from_numpy(np.ascontiguousarray(batch)).permute(0, 3, 1, 2).float() / 127.5 - 1
        shown = functional.avg_pool2d(shown, shrink)
        latents = vae.encode(shown.contiguous(memory_format=torch.channels_last)).latents
        parts.append((latents * vae.config.scaling_factor).half().numpy())
    return np.concatenate(parts)


def _kept(held: Path, fresh: Callable[[], np.ndarray]) -> np.ndarray:
    if held.exists():
        return np.load(held)["latents"]
    latents = fresh()
    part = held.with_name(f".{os.getpid()}-{held.name}")  # several processes may encode the same shard at once
    np.savez(part, latents=latents)
    part.rename(held)
    return latents

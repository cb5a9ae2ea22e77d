"""Scenes as a training of storybook takes them: latents, facts and pictures in memory, captions worded anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from diffusers import AutoencoderTiny
from torch import Tensor

from .captions import Facts, caption
from .dataset import facts_of, pictures_of, shards
from .latents import latents_of
from .views import camera, viewed, wavering
from .vocabulary import encode


@dataclass
class Library:
    """Latents and facts in memory, pictures on disk; takes in new shards as they are drawn."""

    folder: Path
    vae: AutoencoderTiny
    tag: str
    shrink: int = 1
    mirror: bool = True
    latents: list[np.ndarray] = field(default_factory=list)
    pictures: list[np.ndarray] = field(default_factory=list)
    facts: list[Facts] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    plain: list[int] = field(default_factory=list)
    bare: list[int] = field(default_factory=list)
    marked: list[int] = field(default_factory=list)

    def grow(self, most: int) -> None:
        """Take in at most so many new shards (each costs seconds of encoding the first time)."""
        for shard in [s for s in shards(self.folder) if s.name not in self.seen][:most]:
            sides = 2 if self.mirror else 1
            facts, latents = facts_of(shard), latents_of(shard, self.vae, self.tag, self.shrink)
            self.latents.extend(latents[: len(facts) * sides])
            if not self.mirror:
                self.pictures.extend(pictures_of(shard)[: len(facts)])
            self.facts.extend(facts * sides)  # no caption says left or right: a mirror picture has the same
            self.seen.add(shard.name)
        self.plain = [number for number, facts in enumerate(self.facts) if facts.style == "storybook"]
        self.bare = [number for number in self.plain if not self.facts[number].things]
        self.marked = [number for number, facts in enumerate(self.facts) if facts.landmark]

    def batch(
        self, rng: np.random.Generator, count: int, pool: Sequence[int] = ()
    ) -> tuple[Tensor, Tensor, Sequence[int]]:
        """Latents (count×C×h×w) of random scenes, folded token ids (count×24), and the scenes' numbers.

        `pool`: numbers of the scenes to choose among; all of them without it. Captions are worded anew, a sixteenth are
        empty.
        """
        pool = pool or range(len(self.facts))
        chosen = [pool[i] for i in rng.integers(len(pool), size=count)]
        words = ["" if rng.random() < 0.0625 else caption(rng, self.facts[i]) for i in chosen]
        ids = torch.tensor([_blind(rng, encode(text)) for text in words])
        return torch.from_numpy(np.stack([self.latents[i] for i in chosen])).float(), ids, chosen

    @torch.no_grad()
    def moved(
        self, rng: np.random.Generator, torch_rng: torch.Generator, chosen: Sequence[int], drawn: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Latents of views of the scenes, and their sketches (both count×C×h×w) as they follow them."""
        cameras = np.stack([camera(rng) for _ in chosen])
        shown = torch.from_numpy(np.stack([self.pictures[i] for i in chosen])).permute(0, 3, 1, 2).float() / 127.5 - 1
        scale = self.vae.config.scaling_factor
        sketches = self.vae.decode(drawn / scale).sample.clamp(-1, 1)
        off = wavering(torch_rng, len(chosen), shown.shape[-1])
        seen = torch.cat((viewed(shown, cameras), viewed(sketches, cameras, off)))
        clean, followed = (self.vae.encode(seen.clamp(-1, 1)).latents * scale).chunk(2)
        return clean, followed


def _blind(rng: np.random.Generator, ids: list[int]) -> list[int]:
    return [1 if token > 4 and rng.random() < 0.02 else token for token in ids]  # [UNK] anywhere must do no harm


def weights_of(latents: list[np.ndarray], power: float) -> Tensor:
    """Weight of each latent channel in the loss, mean 1, by this power of its variance.

    At 1 the layout comes first and texture last, at 0 both count alike.
    """
    weights = torch.from_numpy(np.stack(latents[:800])).float().var((0, 2, 3)) ** power
    return (weights / weights.mean()).view(1, -1, 1, 1)

"""Train the UNet and the text encoder together on cached latents.

`python -m training.storybook SCENES VAE OUT --minutes 90`; goes on where it stopped.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from diffusers import AutoencoderTiny
from torch.nn import functional

from .captions import Facts, caption
from .dataset import facts_of, pictures_of, shards
from .network import FULL, Shape, scheduler, text_encoder, unet
from .vocabulary import encode

Tensor = torch.Tensor


@torch.no_grad()
def latents_of(shard: Path, vae: AutoencoderTiny, tag: str) -> np.ndarray:
    """Latents of a shard (n×C×h×w, float16), encoded once and kept beside it under the autoencoder's `tag`."""
    held = shard.with_name(f"{shard.stem}.latents-{tag}.npz")
    if held.exists():
        return np.load(held)["latents"]
    parts = []
    for batch in np.array_split(pictures_of(shard), max(1, len(pictures_of(shard)) // 10)):
        picture = torch.from_numpy(batch.copy()).permute(0, 3, 1, 2).float() / 127.5 - 1
        parts.append(vae.encode(picture.contiguous(memory_format=torch.channels_last)).latents.half().numpy())
    np.savez(held, latents=np.concatenate(parts))
    return np.load(held)["latents"]


@dataclass
class Library:
    """Latents and facts in memory; takes in new shards as they are drawn."""

    folder: Path
    vae: AutoencoderTiny
    tag: str
    latents: list[np.ndarray] = field(default_factory=list)
    facts: list[Facts] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)

    def grow(self, most: int) -> None:
        """Take in at most so many new shards (each costs seconds of encoding the first time)."""
        for shard in [s for s in shards(self.folder) if s.name not in self.seen][:most]:
            self.latents.extend(latents_of(shard, self.vae, self.tag))
            self.facts.extend(facts_of(shard))
            self.seen.add(shard.name)

    def batch(self, rng: np.random.Generator, count: int) -> tuple[Tensor, Tensor]:
        """Latents (count×C×h×w) and folded token ids (count×24) of random scenes, newly worded.

        One in sixteen wordless.
        """
        chosen = rng.integers(len(self.latents), size=count)
        words = ["" if rng.random() < 0.0625 else caption(rng, self.facts[i]) for i in chosen]
        ids = torch.tensor([_blind(rng, encode(text)) for text in words])
        return torch.from_numpy(np.stack([self.latents[i] for i in chosen])).float(), ids


def _blind(rng: np.random.Generator, ids: list[int]) -> list[int]:
    return [1 if token > 4 and rng.random() < 0.02 else token for token in ids]  # [UNK] anywhere must do no harm


def degrade(rng: torch.Generator, clean: Tensor) -> Tensor:
    """Latents as feedback spoils them: a little blurred, paler or stronger, shifted by a fraction of a pixel."""
    count = len(clean)
    soft = functional.avg_pool2d(functional.pad(clean, (1, 1, 1, 1), mode="replicate"), 3, 1)
    share = 0.5 * torch.rand(count, 1, 1, 1, generator=rng)
    gain = 0.9 + 0.2 * torch.rand(count, 1, 1, 1, generator=rng)
    spoiled = (clean + share * (soft - clean)) * gain
    grain = 0.12 * torch.rand(count, 1, 1, 1, generator=rng) * torch.randn(clean.shape, generator=rng)
    return spoiled + grain


def noised(rng: torch.Generator, clean: Tensor, alphas: Tensor, spoil: float) -> tuple[Tensor, Tensor, Tensor]:
    """Noised latents, their time steps and the v to predict.

    A share `spoil` starts from spoiled latents but must still aim at the clean ones: so feedback heals.
    """
    count = len(clean)
    steps = torch.randint(0, len(alphas), (count,), generator=rng)
    keep = alphas[steps].sqrt().view(-1, 1, 1, 1)
    rest = (1 - alphas[steps]).sqrt().view(-1, 1, 1, 1)
    noise = torch.randn(clean.shape, generator=rng)
    mid = ((steps > 250) & (steps < 850) & (torch.rand(count, generator=rng) < spoil)).view(-1, 1, 1, 1)
    start = torch.where(mid, degrade(rng, clean), clean)
    mixed = keep * start + rest * noise
    target = torch.where(mid, (keep * mixed - clean) / rest, keep * noise - rest * clean)
    return mixed, steps, target


def _ema(averaged: dict[str, Tensor], live: dict[str, Tensor], step: int) -> None:
    decay = min(0.9993, (1 + step) / (20 + step))
    for name, value in live.items():
        if value.is_floating_point():
            averaged[name].lerp_(value, 1 - decay)


def train(
    scenes: Path,
    vae: Path,
    out: Path,
    minutes: float,
    steps: int = 10**7,
    batch: int = 32,
    seed: int = 0,
    shape: Shape = FULL,
    rate: float = 5e-4,
) -> Path:
    """Train for so many minutes or steps in this call, whichever ends first.

    The rate falls over the last third. Returns the checkpoint's path.
    """
    torch.manual_seed(seed)
    coder = AutoencoderTiny.from_pretrained(vae).eval().to(memory_format=torch.channels_last)
    model = torch.nn.ModuleDict({"unet": unet(shape), "text": text_encoder(shape)}).to(
        memory_format=torch.channels_last
    )
    optimiser = torch.optim.AdamW(model.parameters(), lr=rate, betas=(0.9, 0.99), weight_decay=0.01)
    held, step, seen = out / "storybook.pt", 0, 0.0
    averaged = {name: value.clone() for name, value in model.state_dict().items()}
    if held.exists():
        state = torch.load(held, weights_only=True)
        model.load_state_dict(state["model"])
        optimiser.load_state_dict(state["optimiser"])
        averaged, step, seen = state["ema"], state["step"], state["seconds"]
    rng, torch_rng = np.random.default_rng([seed, step]), torch.Generator().manual_seed(seed + step)
    library, alphas = Library(scenes, coder, vae.parent.name), scheduler().alphas_cumprod
    library.grow(10**6 if step else 4)
    start, saved, first, losses = time.time(), time.time(), step, []
    log = (out / "storybook.jsonl").open("a")

    def save() -> None:
        state = {
            "model": model.state_dict(),
            "ema": averaged,
            "optimiser": optimiser.state_dict(),
            "step": step,
            "seconds": seen + time.time() - start,
        }
        torch.save(state, held.with_suffix(".part"))
        held.with_suffix(".part").rename(held)

    while step - first < steps and time.time() - start < 60 * minutes:
        done = max((time.time() - start) / (60 * minutes), (step - first) / steps)
        for group in optimiser.param_groups:
            group["lr"] = rate * min(1, (step + 1) / 150) * (1 if done < 0.67 else max(0.04, (1 - done) / 0.33))
        clean, ids = library.batch(rng, batch)
        mixed, times, target = noised(torch_rng, clean, alphas, 0.25)
        words = model["text"](ids)[0]
        guess = model["unet"](mixed.contiguous(memory_format=torch.channels_last), times, words).sample
        loss = functional.mse_loss(guess, target)
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        step += 1
        _ema(averaged, model.state_dict(), step)
        losses.append(loss.item())
        if step % 50 == 0:
            log.write(
                json.dumps(
                    {
                        "step": step,
                        "pictures": step * batch,
                        "seconds": round(seen + time.time() - start),
                        "loss": round(float(np.mean(losses[-50:])), 4),
                        "scenes": len(library.facts),
                    }
                )
                + "\n"
            )
            log.flush()
            library.grow(2)
        if time.time() - saved > 240:
            save()
            saved = time.time()
    save()
    return held


def main() -> None:
    """Read the command line and do it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scenes", type=Path)
    parser.add_argument("vae", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--minutes", type=float, default=90)
    parser.add_argument("--steps", type=int, default=10**7)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--rate", type=float, default=5e-4)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    train(options.scenes, options.vae, options.out, options.minutes, options.steps, options.batch, rate=options.rate)


if __name__ == "__main__":
    main()

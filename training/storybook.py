"""Train the UNet and the text encoder together on cached latents.

`python -m training.storybook SCENES VAE OUT --minutes 90`; goes on where it stopped. On a machine without GPU a process
for each core learns faster than one with many threads:
`OMP_NUM_THREADS=1 torchrun --nproc-per-node 2 -m training.storybook …`.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from dataclasses import dataclass, fields, replace
from pathlib import Path

import numpy as np
import torch
import torch.distributed as dist
from animc.runtime.painters.sketch import Sketch, load_sketch
from animc.runtime.painters.sketched import leaned
from animc.runtime.painters.steady import SteadyAutoencoder
from safetensors.torch import load_file, save_file

from .distributed import agreed, share
from .library import Library, weights_of
from .network import FULL, Shape, scheduler, text_encoder, unet
from .noising import noised
from .shipped import painter_of

Tensor = torch.Tensor


@dataclass(frozen=True)
class Recipe:
    """How a stage trains: until `minutes` or `steps` are over, whichever is first.

    `shrink` 2 takes pictures of half the size (four times as fast: a first stage learns places and hours from them),
    `bare` is the share of batches of places in the house style with no things in them, `plain` that of the house style
    with things, `spoil` that of spoiled starts. `mirror` 0 leaves mirror pictures out: few shapes stay few. `views`:
    share of the batches that a moved camera sees, their sketches following. `early`: larger has more of the noisiest
    steps.
    `layout`: how much more large shapes count than texture (`weights_of`).
    """

    minutes: float = 90
    steps: int = 10**7
    batch: int = 32
    rate: float = 5e-4
    shrink: int = 1
    plain: float = 0.0
    bare: float = 0.0
    spoil: float = 0.15
    mirror: int = 1
    views: float = 0.0
    early: float = 1.4
    layout: float = 1.0
    seed: int = 0

    def rate_at(self, step: int, done: float) -> float:
        """Learning rate: warm at first, constant, falling over the last third of the stage (`done` 0..1)."""
        return self.rate * min(1, (step + 1) / 150) * (1 if done < 0.67 else max(0.04, (1 - done) / 0.33))


ENTRY = "unet.conv_in.weight"


def _fitted(state: dict[str, Tensor], like: dict[str, Tensor]) -> dict[str, Tensor]:
    """Return what fits of another UNet's weights, and the rest as it is in `like`; a sketch is not heeded yet.

    What it says last stays `like`'s: beside a sketch that is what goes beyond the linear guess.
    """
    taken = {
        name: state[name]
        for name, value in like.items()
        if name.startswith("unet.") and name in state and state[name].shape == value.shape
        if not name.startswith("unet.conv_out.")
    }
    entry = torch.zeros_like(like[ENTRY])
    entry[:, : state[ENTRY].shape[1]] = state[ENTRY]
    return {**like, **taken, ENTRY: entry}


class Student:
    """The networks in training with their running average, kept in `out/storybook.pt` and taken up again from there.

    `words`: weights of the text encoder that a sketch was learnt with; they stay as they are. `begun`: those of a UNet
    to begin from.
    """

    def __init__(
        self,
        out: Path,
        shape: Shape,
        rate: float,
        words: dict[str, Tensor] | None,
        begun: dict[str, Tensor] | None = None,
    ) -> None:
        parts = torch.nn.ModuleDict({"unet": unet(shape), "text": text_encoder(shape)})
        if begun is not None:
            parts["unet"].load_state_dict(begun)
        elif shape.sketched:  # it begins by saying nothing beyond the linear guess
            torch.nn.init.zeros_(parts["unet"].conv_out.weight)
            torch.nn.init.zeros_(parts["unet"].conv_out.bias)
        if words is not None:
            parts["text"].load_state_dict(words)
            parts["text"].requires_grad_(False)
        self.model = parts.to(memory_format=torch.channels_last)
        self.learnt = [value for value in self.model.parameters() if value.requires_grad]
        self.optimiser = torch.optim.AdamW(self.learnt, lr=rate, betas=(0.9, 0.99), weight_decay=0.01, fused=True)
        self.averaged = {name: value.clone() for name, value in self.model.state_dict().items()}
        self.held, self.step, self.pictures, self.seconds = out / "storybook.pt", 0, 0, 0.0
        if self.held.exists():
            state = torch.load(self.held, weights_only=True)
            fits = state["model"][ENTRY].shape == self.averaged[ENTRY].shape
            self.model.load_state_dict(state["model"] if fits else _fitted(state["ema"], self.averaged))
            if fits:
                self.optimiser.load_state_dict(state["optimiser"])
            self.averaged = state["ema"] if fits else {k: v.clone() for k, v in self.model.state_dict().items()}
            self.step = state["step"]
            self.pictures, self.seconds = state["pictures"], state["seconds"]

    def learn(self, loss: Tensor, rate: float, pictures: int) -> None:
        """One step of the optimiser and of the average; processes that learn together share their gradients."""
        for group in self.optimiser.param_groups:
            group["lr"] = rate
        self.optimiser.zero_grad()
        loss.backward()
        share([value.grad for value in self.learnt if value.grad is not None])
        pictures *= dist.get_world_size() if dist.is_initialized() else 1
        torch.nn.utils.clip_grad_norm_(self.learnt, 1.0)
        self.optimiser.step()
        self.step += 1
        self.pictures += pictures
        decay = min(0.998, (1 + self.step) / (20 + self.step))
        pairs = [(self.averaged[k], v) for k, v in self.model.state_dict().items() if v.is_floating_point()]
        torch._foreach_lerp_([held for held, _ in pairs], [value for _, value in pairs], 1 - decay)

    def save(self, seconds: float) -> None:
        """Write the checkpoint; it appears whole or not at all."""
        state = {"model": self.model.state_dict(), "ema": self.averaged, "optimiser": self.optimiser.state_dict()}
        state |= {"step": self.step, "pictures": self.pictures, "seconds": self.seconds + seconds}
        torch.save(state, self.held.with_suffix(".part"))
        self.held.with_suffix(".part").rename(self.held)


@torch.no_grad()
def beyond(library: Library, sketch: tuple[Sketch, dict[str, Tensor]], out: Path, count: int = 600) -> Tensor:
    """Variance (C) of what pictures usually have beyond their sketches: measured once, kept in `out/apart.safetensors`.

    The median of pictures': few words, and hard styles, leave so much unsaid that a mean would trust no sketch.
    """
    held = out / "apart.safetensors"
    if not held.exists():
        text = text_encoder(replace(FULL, text=sketch[0].shape.text))
        text.load_state_dict(sketch[1])
        rng, found = np.random.default_rng(0), []
        for _ in range(-(-count // 40)):
            clean, ids, _ = library.batch(rng, 40)
            found.append((clean - sketch[0](text(ids)[0])).square().mean((2, 3)))
        save_file({"apart": torch.cat(found).median(0).values}, held)
    return load_file(held)["apart"]


def train(
    scenes: Path,
    vae: Path,
    out: Path,
    recipe: Recipe,
    shape: Shape = FULL,
    sketch: tuple[Sketch, dict[str, Tensor]] | None = None,
    shipped: Path | None = None,
) -> Path:
    """Train one stage, going on from `out/storybook.pt` if it's there; returns that path.

    `sketch`: what the words call up, seen by the UNet (for a sketched `shape`), and the weights of the text encoder it
    was learnt with; both stay as they are. `shipped`: a storybook's folder, whose UNet it begins from.
    """
    torch.manual_seed(recipe.seed)
    begun = painter_of(shipped)["unet"] if shipped else None
    student = Student(out, shape, recipe.rate, sketch[1] if sketch else None, begun)
    coder = SteadyAutoencoder.from_pretrained(vae).eval().to(memory_format=torch.channels_last)
    library = Library(scenes, coder, vae.parent.name, recipe.shrink, bool(recipe.mirror))
    library.grow(4)
    rank = dist.get_rank() if dist.is_initialized() else 0
    rng = np.random.default_rng([recipe.seed, student.step, rank])
    torch_rng = torch.Generator().manual_seed(recipe.seed + student.step + 7919 * rank)
    alphas, weights = scheduler().alphas_cumprod, weights_of(library.latents, recipe.layout)
    apart = beyond(library, sketch, out) if sketch else torch.empty(0)
    start = saved = time.time()
    first, losses = student.step, []
    while True:
        done = agreed(max((time.time() - start) / (60 * recipe.minutes), (student.step - first) / recipe.steps))
        if done >= 1:
            break
        chance = rng.random()
        pool = library.bare if chance < recipe.bare else library.plain if chance < recipe.bare + recipe.plain else ()
        clean, ids, chosen = library.batch(rng, recipe.batch, pool)
        words = student.model["text"](ids)[0]
        drawn = None
        if sketch is not None:
            with torch.no_grad():
                drawn = sketch[0](words)
            if rng.random() < recipe.views:
                clean, drawn = library.moved(rng, torch_rng, chosen, drawn)
        mixed, times, target = noised(torch_rng, clean, alphas, recipe.spoil, recipe.early)
        seen = mixed if drawn is None else torch.cat((mixed, drawn), 1)
        guess = student.model["unet"](seen.contiguous(memory_format=torch.channels_last), times, words).sample
        if drawn is not None:
            guess = guess + leaned(times, mixed, drawn, apart)
        loss = ((guess - target).square() * weights).mean()
        student.learn(loss, recipe.rate_at(student.step, done), recipe.batch)
        losses.append(loss.item())
        if student.step % 50 == 0 and rank == 0:
            record = {"step": student.step, "pictures": student.pictures, "scenes": len(library.facts)}
            record |= {
                "seconds": round(student.seconds + time.time() - start),
                "loss": round(float(np.mean(losses[-50:])), 4),
            }
            with (out / "storybook.jsonl").open("a") as log:
                log.write(json.dumps(record) + "\n")
        if student.step % 50 == 0:
            library.grow(2)
        if time.time() - saved > 240 and rank == 0:
            student.save(time.time() - start)
            saved = time.time()
    if rank == 0:
        student.save(time.time() - start)
    return student.held


def main() -> None:
    """Read the command line and do it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scenes", type=Path)
    parser.add_argument("vae", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--shipped", type=Path, help="a storybook's folder, whose UNet it begins from")
    parser.add_argument("--sketch", type=Path, help="a folder of `training.sketch`: the UNet learns to see it")
    for setting in fields(Recipe):
        kind = int if setting.type == "int" else float
        parser.add_argument(f"--{setting.name}", type=kind, default=setting.default)
    options = vars(parser.parse_args())
    scenes, vae, out = (options.pop(name) for name in ("scenes", "vae", "out"))
    shipped, drawn = options.pop("shipped"), options.pop("sketch")
    out.mkdir(parents=True, exist_ok=True)
    if "RANK" in os.environ:  # started by torchrun
        dist.init_process_group("gloo")
    sketch = (load_sketch(drawn), load_file(drawn / "text.safetensors")) if drawn else None
    train(scenes, vae, out, Recipe(**options), replace(FULL, sketched=sketch is not None), sketch, shipped)


if __name__ == "__main__":
    main()

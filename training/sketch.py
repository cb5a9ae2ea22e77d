"""Train the net that calls up a picture from words alone, by regression on pages of the picture book.

`python -m training.sketch BOOK VAE STORYBOOK OUT --minutes 60`; goes on where it stopped. Reads the text encoder of the
painter's checkpoint (`STORYBOOK/storybook.pt`), which stays as it is.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import numpy as np
import torch
from animc.runtime.painters.sketch import Sketch, SketchShape, save_sketch
from diffusers import AutoencoderTiny

from .network import FULL, Shape, text_encoder
from .storybook import Library, weights_of

LAYOUT = 0.5
"""How much more large shapes count than texture (`weights_of`)."""


def reader_of(checkpoint: Path, shape: Shape = FULL) -> torch.nn.Module:
    """The painter's text encoder, averaged weights."""
    state = torch.load(checkpoint, weights_only=True)["ema"]
    reader = text_encoder(shape)
    reader.load_state_dict({k.removeprefix("text."): v for k, v in state.items() if k.startswith("text.")})
    return reader.eval().requires_grad_(False)


def train(
    book: Path,
    vae: Path,
    storybook: Path,
    out: Path,
    minutes: float,
    *,
    steps: int = 10**7,
    batch: int = 64,
    rate: float = 1.5e-3,
    seed: int = 0,
    shape: SketchShape = SketchShape(),  # noqa: B008  (frozen)
    words: Shape = FULL,
) -> Sketch:
    """Train for so many minutes or steps, whichever is first; the last shard is held out. Returns averaged weights."""
    torch.manual_seed(seed)
    net, reader = Sketch(shape).to(memory_format=torch.channels_last), reader_of(storybook, words)
    optimiser = torch.optim.AdamW(net.parameters(), lr=rate, betas=(0.9, 0.98), weight_decay=0.02, fused=True)
    averaged = {name: value.clone() for name, value in net.state_dict().items()}
    held, step, pictures = out / "sketch.pt", 0, 0
    if held.exists():
        state = torch.load(held, weights_only=True)
        net.load_state_dict(state["model"])
        optimiser.load_state_dict(state["optimiser"])
        averaged, step, pictures = state["ema"], state["step"], state["pictures"]
    coder = AutoencoderTiny.from_pretrained(vae).eval().to(memory_format=torch.channels_last)
    library = Library(book, coder, vae.parent.name, mirror=False)
    library.grow(6)
    weights = weights_of(library.latents, LAYOUT)
    rng = np.random.default_rng([seed, step])
    start = saved = time.time()
    first, losses = step, []
    while (done := max((time.time() - start) / (60 * minutes), (step - first) / steps)) < 1:
        clean, _, ids = library.batch(rng, batch)
        made = net(reader(ids)[0])
        loss = ((made - clean).square() * weights).mean()
        for group in optimiser.param_groups:
            group["lr"] = rate * min(1, (step - first + 1) / 100) * (1 if done < 0.5 else max(0.02, (1 - done) / 0.5))
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimiser.step()
        step, pictures = step + 1, pictures + batch
        decay = min(0.995, (1 + step) / (20 + step))
        pairs = [(averaged[k], v) for k, v in net.state_dict().items() if v.is_floating_point()]
        torch._foreach_lerp_([one for one, _ in pairs], [two for _, two in pairs], 1 - decay)
        losses.append(loss.item())
        if step % 50 == 0:
            record = {"step": step, "pictures": pictures, "pages": len(library.facts)}
            record |= {"seconds": round(time.time() - start), "loss": round(float(np.mean(losses[-50:])), 4)}
            with (out / "sketch.jsonl").open("a") as log:
                log.write(json.dumps(record) + "\n")
            library.grow(2)
        if time.time() - saved > 180 or step == first + steps:
            _keep(held, net, optimiser, averaged, step, pictures)
            saved = time.time()
    _keep(held, net, optimiser, averaged, step, pictures)
    net.load_state_dict(averaged)
    return net.eval()


def _keep(held: Path, net: Sketch, optimiser: torch.optim.Optimizer, averaged: dict, step: int, pictures: int) -> None:
    state = {"model": net.state_dict(), "optimiser": optimiser.state_dict(), "ema": averaged}
    torch.save(state | {"step": step, "pictures": pictures}, held.with_suffix(".part"))
    held.with_suffix(".part").rename(held)


def main() -> None:
    """Read the command line and do it."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("book", "vae", "storybook", "out"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--rate", type=float, default=1.5e-3)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    net = train(
        options.book, options.vae, options.storybook / "storybook.pt", options.out, options.minutes,
        batch=options.batch, rate=options.rate,
    )  # fmt: skip
    save_sketch(net, options.out / "sketch")


if __name__ == "__main__":
    main()

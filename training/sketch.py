"""Train the net that calls up a picture from words alone, by regression on pages of the picture book.

`python -m training.sketch BOOK VAE OUT --minutes 60`; goes on where it stopped. The text encoder learns with it;
`training.storybook --sketch OUT/sketch` takes both.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
import torch.distributed as dist
from animc.runtime.painters.sketch import Sketch, SketchShape, save_sketch
from diffusers import AutoencoderTiny
from safetensors.torch import save_file
from torch import Tensor

from .captions import Facts, caption
from .distributed import agreed, share
from .library import Library, weights_of
from .network import FULL, Shape, text_encoder
from .objects import COLOURS
from .optimiser import Muon
from .scenes import ANYWHERE
from .shipped import painter_of
from .staging import FLY, GROWN, SPOTS, STAND, TALL, soars
from .stencils import Stencils, cropped, paints, ridge, said, stencils
from .vocabulary import SPECIAL, canonical_ids, encode

LAYOUT = 0.25
"""How much more large shapes count than texture (`weights_of`)."""
NEAR = 0.1
"""Errors beyond this count as they are, not by their squares (Charbonnier's loss): what words leave open then becomes
one of the pictures that they may mean, not the ghosts of all, and what is bare stays bare."""
THING = 4.0
"""How much more a cell counts that a thing covers, or a landmark: they are small and many."""

PLAIN = 0.25
"""Share of the batches that are all of the house style, beside what there is of it in the others."""

MARKED = 0.15
"""Share of the batches whose pages all have a landmark: five buildings, on few pages."""


class Book:
    """Pages as a training asks for them: latents, what counts in them, folded token ids."""

    def __init__(self, library: Library) -> None:
        self.library = library

    def batch(self, rng: np.random.Generator, count: int) -> tuple[Tensor, Tensor, Tensor]:
        """Latents (count×C×16×16) of random pages, weights (count×1×16×16), token ids (count×24), worded anew."""
        chance, known = rng.random(), range(len(self.library.facts))
        numbers = (
            self.library.plain if chance < PLAIN else known if chance < 1 - MARKED else self.library.marked or known
        )
        chosen = [numbers[i] for i in rng.integers(len(numbers), size=count)]
        pages = [self.library.facts[i] for i in chosen]
        ids = torch.tensor([encode("" if rng.random() < 0.04 else caption(rng, page)) for page in pages])
        clean = torch.from_numpy(np.stack([self.library.latents[i] for i in chosen])).float()
        return clean, torch.from_numpy(np.stack([cover(page) for page in pages])), ids


def cover(page: Facts, side: int = 16) -> np.ndarray:
    """What each cell of a page counts (1×side×side): `THING` where its things and its landmark stand, 1 elsewhere."""
    counts = np.ones((1, side, side), np.float32)
    if page.landmark:
        counts[:, 4:12, 4:12] = THING
    for number, (size, _, word) in enumerate(page.things):
        x = SPOTS[(number + bool(page.landmark)) % len(SPOTS)]
        foot, tall = (FLY if soars(word) else STAND), TALL * GROWN[size]
        top, bottom = (round(share * side) for share in (foot - tall, foot))
        left, right = (round(share * side) for share in (x - tall / 2, x + tall / 2))
        counts[:, max(0, top) : bottom + 1, max(0, left) : right] = THING
    return counts


def parts_of(shape: SketchShape, words: Shape) -> torch.nn.ModuleDict:
    """A new sketch and the text encoder that learns with it."""
    return torch.nn.ModuleDict({"sketch": Sketch(shape), "text": text_encoder(words)}).to(
        memory_format=torch.channels_last
    )


@torch.no_grad()
def begin(
    net: torch.nn.ModuleDict, pages: Book, cut: Stencils, sized: list[Stencils], painted: Tensor, seed: int, count: int
) -> None:
    """Set what each name is known by, what it hides and shows (the stencils `cut` of it); the same of sizes and hues.

    `sized`: the stencils of small and of big things. `painted`: what painting adds in each hue (H×C×1+C). Names are
    told on `count` captions with each, sizes and hues on some more.
    """
    rng, sketch = np.random.default_rng(seed), net["sketch"]
    texts = [_with(rng, pages, said(word)) for word in cut for _ in range(count)]
    known, number = _told(net, list(cut), texts), len(cut)
    sketch.names.weight[:number], sketch.names.bias[:number] = known
    sketch.names.weight[number:] = 0  # what is no name must not be taken for one by chance
    sketch.stencils[:number] = torch.stack([torch.cat(pair).flatten() for pair in cut.values()])
    sketch.fixed[:number] = torch.tensor([float(word in ANYWHERE) for word in cut])
    hues, things = list(COLOURS)[: len(painted)], list(cut)
    texts = [_with(rng, pages, said(_any(rng, things), hue, _any(rng, ["", *LARGE]))) for hue in hues * 4 * count]
    sketch.hues.weight[:], sketch.hues.bias[:] = _told(net, hues, texts)
    sketch.paints[:] = painted
    texts = [_with(rng, pages, said(_any(rng, things), _any(rng, ["", *hues]), size)) for size in LARGE * 8 * count]
    sketch.sizes.weight[:], sketch.sizes.bias[:] = _told(net, LARGE, texts)
    for place, (span, size) in enumerate(zip(sketch.shape.spans, sized, strict=True)):
        parts, corners = zip(*(cropped(size[word], span) for word in cut), strict=True)
        getattr(sketch, f"sized{place}")[:number] = torch.stack(parts).flatten(1)
        getattr(sketch, f"corners{place}")[:number] = torch.stack(corners)


def _any(rng: np.random.Generator, words: list[str]) -> str:
    return words[int(rng.integers(len(words)))]


LARGE = ["small", "big"]
"""The sizes that have stencils of their own."""


def _told(net: torch.nn.ModuleDict, words: list[str], texts: list[str]) -> tuple[Tensor, Tensor]:
    """What tells each word from all others (weights, biases of its logit), by ridge regression on the texts' tokens.

    Words stand at right angles, so nothing need be learnt for that.
    """
    known, ids = canonical_ids(), torch.tensor([encode(text) for text in texts])
    tokens = torch.cat([net["text"](some)[0] for some in ids.split(500)])
    spoken = ids >= len(SPECIAL)
    spoken[:, -1] = True  # some of the padding, too
    rows = torch.cat((tokens[spoken], torch.ones(int(spoken.sum()), 1)), 1)
    found = ridge(rows, ids[spoken][:, None] == torch.tensor([known[word] for word in words]), 1e-4)
    return 2 * SURE * found[:-1].T, 2 * SURE * found[-1] - SURE


SURE = 10.0
"""Logit at first of a name that is there; where it is not, it is this much below nothing."""


def _with(rng: np.random.Generator, pages: Book, said: Facts) -> str:
    """A caption of a page with what is said of a thing, or landmark."""
    page = pages.library.facts[int(rng.integers(len(pages.library.facts)))]
    return caption(rng, replace(page, things=said.things, landmark=said.landmark, look=said.look))


def train(
    book: Path,
    vae: Path,
    out: Path,
    minutes: float,
    *,
    steps: int = 10**7,
    batch: int = 32,
    rate: float = 1.5e-3,
    seed: int = 0,
    shape: SketchShape = SketchShape(),  # noqa: B008  (frozen)
    words: Shape = FULL,
    things: tuple[str, ...] = (),
    shipped: Path | None = None,
) -> Sketch:
    """Train for so many minutes or steps, whichever is first, with a text encoder of its own.

    `things`: the only ones that stencils are cut for. `shipped`: a storybook's folder whose weights it begins from as
    far as they fit; its text encoder stays as it is, so that the U-Net there still understands it.
    Returns averaged weights; `out/sketch` gets them and the text encoder's, with which the painter learns on.
    """
    torch.manual_seed(seed)
    net = parts_of(shape, words)
    complete = shipped is not None and _take(net, shipped)
    optimisers, held = optimisers_of(net, rate), out / "sketch.pt"
    averaged, step, pictures = _resumed(held, net, optimisers)
    coder = AutoencoderTiny.from_pretrained(vae).eval().to(memory_format=torch.channels_last)
    library = Library(book, coder, vae.parent.name, mirror=False)
    library.grow(40)
    weights, pages = weights_of(library.latents, LAYOUT), Book(library)
    rank = dist.get_rank() if dist.is_initialized() else 0
    many = dist.get_world_size() if dist.is_initialized() else 1
    rng = np.random.default_rng([seed, step, rank])
    if step == 0:
        if not complete:
            _cut(net, pages, coder, out / "stencils.pt", things, seed)
        averaged = {name: value.clone() for name, value in net.state_dict().items()}
    start = saved = time.time()
    first, losses = step, []
    while (done := agreed(max((time.time() - start) / (60 * minutes), (step - first) / steps))) < 1:
        clean, counts, ids = pages.batch(rng, batch)
        made = net["sketch"](net["text"](ids)[0])
        loss = (((made - clean).square() + NEAR**2).sqrt() * weights * counts).mean()
        fall = 1 if done < 0.4 else max(0.02, (1 - done) / 0.6)
        for optimiser in optimisers:
            for group in optimiser.param_groups:
                group["lr"] = rate * group.get("share", 1) * min(1, (step - first + 1) / 100) * fall
            optimiser.zero_grad()
        loss.backward()
        share([value.grad for value in net.parameters() if value.grad is not None])
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        for optimiser in optimisers:
            optimiser.step()
        step, pictures = step + 1, pictures + batch * many
        decay = min(0.995, (1 + step) / (20 + step))
        pairs = [(averaged[k], v) for k, v in net.state_dict().items() if v.is_floating_point()]
        torch._foreach_lerp_([one for one, _ in pairs], [two for _, two in pairs], 1 - decay)
        losses.append(loss.item())
        if step % 50 == 0:
            library.grow(2)
        if step % 50 == 0 and rank == 0:
            record = {"step": step, "pictures": pictures, "pages": len(library.facts)}
            record |= {"seconds": round(time.time() - start), "loss": round(float(np.mean(losses[-50:])), 4)}
            with (out / "sketch.jsonl").open("a") as log:
                log.write(json.dumps(record) + "\n")
        if time.time() - saved > 180 and rank == 0:
            _keep(held, net, optimisers, averaged, step, pictures)
            saved = time.time()
    if rank == 0:
        _keep(held, net, optimisers, averaged, step, pictures)
    net.load_state_dict(averaged)
    if rank == 0:
        save_sketch(net["sketch"], out / "sketch")
        save_file(net["text"].state_dict(), out / "sketch" / "text.safetensors")
    return net["sketch"].eval()


def _take(net: torch.nn.ModuleDict, shipped: Path) -> bool:
    """Take a shipped storybook's text encoder, which stays as it is, and of its sketch what fits; tell if all does."""
    taken, fresh = painter_of(shipped), net["sketch"].state_dict()
    net["text"].load_state_dict(taken["text"])
    net["text"].requires_grad_(False)
    fits = {name: v for name, v in taken["sketch"].items() if name in fresh and fresh[name].shape == v.shape}
    net["sketch"].load_state_dict({**fresh, **fits})
    return len(fits) == len(fresh)


def _resumed(
    held: Path, net: torch.nn.Module, optimisers: Sequence[torch.optim.Optimizer]
) -> tuple[dict[str, Tensor], int, int]:
    """Averaged weights, steps and pictures of a training that is there; all is put where it was."""
    if not held.exists():
        return {}, 0, 0
    state = torch.load(held, weights_only=True)
    net.load_state_dict(state["model"])
    for optimiser, kept in zip(optimisers, state["optimisers"], strict=True):
        optimiser.load_state_dict(kept)
    return state["ema"], state["step"], state["pictures"]


def _cut(
    net: torch.nn.ModuleDict, pages: Book, coder: AutoencoderTiny, held: Path, things: tuple[str, ...], seed: int
) -> None:
    if not held.exists():
        cut, *sized = (stencils(coder, things, size=size) for size in ("", *LARGE))
        torch.save((cut, sized, paints(coder, cut, net["sketch"].shape.hues)), held)
    begin(net, pages, *torch.load(held, weights_only=True), seed, 16)


SLOW = ("stencils", "paints", "sized0", "sized1")
SHARES = {"maps": 1.0, "text": 0.1, **dict.fromkeys(SLOW, 0.3), **dict.fromkeys(("names", "hues", "sizes"), 0.05)}
"""Shares of the learning rate: what a name shows is nearly right from the start, and must not be shaken by the rest."""


def optimisers_of(net: torch.nn.ModuleDict, rate: float) -> tuple[torch.optim.Optimizer, torch.optim.Optimizer]:
    """Muon for what has matrices of a modest size, AdamW for tables and for the text encoder."""
    tables: dict[str, list[torch.nn.Parameter]] = {name: [] for name in SHARES}
    rest = []
    for name, value in net.named_parameters():
        part, _, inner = name.partition(".")
        kind = part if part in tables else inner.partition(".")[0]
        if value.requires_grad:
            tables.get(kind, rest).append(value)
    groups = [{"params": values, "share": SHARES[name]} for name, values in tables.items()]
    return Muon(rest, rate), torch.optim.AdamW(groups, lr=rate, betas=(0.9, 0.98), weight_decay=0.02, fused=True)


def _keep(
    held: Path,
    net: torch.nn.Module,
    optimisers: Sequence[torch.optim.Optimizer],
    averaged: dict[str, Tensor],
    step: int,
    pictures: int,
) -> None:
    state = {"model": net.state_dict(), "optimisers": [one.state_dict() for one in optimisers], "ema": averaged}
    torch.save(state | {"step": step, "pictures": pictures}, held.with_suffix(".part"))
    held.with_suffix(".part").rename(held)


def main() -> None:
    """Read the command line and do it."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("book", "vae", "out"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--rate", type=float, default=1.5e-3)
    parser.add_argument("--shipped", type=Path, help="a storybook's folder, whose weights it begins from")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    if "RANK" in os.environ:  # started by torchrun
        dist.init_process_group("gloo")
    train(
        options.book, options.vae, options.out, options.minutes,
        batch=options.batch, rate=options.rate, shipped=options.shipped,
    )  # fmt: skip


if __name__ == "__main__":
    main()

"""A classifier that tells a picture's place, hour and things: a judge of `storybook` that is no part of it.

`python -m training.judge SCENES BOOK OUT --minutes 20` trains it on both kinds of scenes and reports its accuracy on
held-out ones beside that on what `storybook` makes of the same facts, said in words.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np
import torch
from animc.runtime.sheet import paintings
from torch import Tensor, nn
from torch.nn import functional

from .captions import Facts, caption
from .dataset import facts_of, pictures_of, shards
from .objects import THINGS
from .optimiser import Muon
from .scenes import HOUR_ODDS, LANDS

SIDE = 96
LAND, HOUR, THING = ({name: number for number, name in enumerate(names)} for names in (LANDS, HOUR_ODDS, THINGS))


class Judge(nn.Module):
    """Pictures (B×3×96×96, 0..1) to logits of the land (B×35), the hour (B×5) and each thing (B×T)."""

    def __init__(self, widths: Sequence[int] = (24, 48, 96, 160)) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for inside, outside in zip((3, *widths), widths, strict=False):
            layers += [nn.Conv2d(inside, outside, 3, 2, 1), nn.GroupNorm(8, outside), nn.SiLU()]
            layers += [nn.Conv2d(outside, outside, 3, 1, 1), nn.GroupNorm(8, outside), nn.SiLU()]
        self.look = nn.Sequential(*layers)
        self.heads = nn.ModuleList(nn.Linear(2 * widths[-1], len(names)) for names in (LAND, HOUR, THING))

    def forward(self, pictures: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return the three kinds of logits."""
        seen = self.look(pictures * 2 - 1)
        whole = torch.cat((seen.mean((2, 3)), seen.amax((2, 3))), 1)
        land, hour, thing = (head(whole) for head in self.heads)
        return land, hour, thing


def small(pictures: np.ndarray) -> np.ndarray:
    """Pictures (n×H×W×3, uint8) at the judge's size."""
    return np.stack([cv2.resize(picture, (SIDE, SIDE), interpolation=cv2.INTER_AREA) for picture in pictures])


def shown(pictures: np.ndarray) -> Tensor:
    """Small pictures (n×96×96×3, uint8) as the judge takes them."""
    return torch.from_numpy(pictures).permute(0, 3, 1, 2).float() / 255


def answers(pages: Sequence[Facts]) -> tuple[Tensor, Tensor, Tensor]:
    """Numbers of the land and of the hour (n each), and which things are there (n×T, 0 or 1)."""
    things = torch.zeros(len(pages), len(THING))
    for row, page in zip(things, pages, strict=True):
        row[[THING[word] for _, _, word in page.things]] = 1
    land, hour = (torch.tensor(numbers) for numbers in ([LAND[p.land] for p in pages], [HOUR[p.hour] for p in pages]))
    return land, hour, things


def train(pictures: np.ndarray, pages: list[Facts], minutes: float, seed: int = 0, batch: int = 48) -> Judge:
    """Train on small pictures (n×96×96×3, uint8) and what is in them; half of them mirrored, all a little cropped."""
    torch.manual_seed(seed)
    rng, judge = np.random.default_rng(seed), Judge().to(memory_format=torch.channels_last)
    optimiser, start = Muon(judge, 2e-3), time.time()
    while (done := (time.time() - start) / (60 * minutes)) < 1:
        for group in optimiser.param_groups:
            group["lr"] = 2e-3 * (1 - done) + 1e-5
        chosen = rng.integers(len(pages), size=batch)
        batch_of = pictures[chosen]
        top, left = rng.integers(0, 9, 2)
        batch_of = batch_of[:, top : top + SIDE - 8, left : left + SIDE - 8]
        batch_of = batch_of[:, :, ::-1].copy() if rng.random() < 0.5 else batch_of
        land, hour, things = judge(shown(batch_of).contiguous(memory_format=torch.channels_last))
        true_land, true_hour, true_things = answers([pages[i] for i in chosen])
        loss = functional.cross_entropy(land, true_land) + functional.cross_entropy(hour, true_hour)
        loss = loss + 20 * functional.binary_cross_entropy_with_logits(things, true_things)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return judge.eval()


@torch.no_grad()
def accuracy(judge: Judge, pictures: np.ndarray, pages: list[Facts]) -> dict[str, float]:
    """Shares of right answers: the place, the hour, and, for scenes with one thing, that it's told as the likeliest."""
    parts = [judge(shown(part)) for part in np.array_split(pictures, max(1, len(pictures) // 50))]
    land, hour, things = (torch.cat(kind) for kind in zip(*parts, strict=True))
    true_land, true_hour, true_things = answers(pages)
    one = true_things.sum(1) == 1
    hits = {
        "place": (land.argmax(1) == true_land),
        "time": (hour.argmax(1) == true_hour),
        "object": (things.argmax(1) == true_things.argmax(1))[one],
    }
    return {name: round(float(hit.float().mean()), 3) for name, hit in hits.items()}


def gather(folders: Sequence[Path], most: int, last: int) -> tuple[np.ndarray, list[Facts], np.ndarray, list[Facts]]:
    """Small pictures and facts of up to `most` shards of each folder, and those of its `last` shards, held out."""
    kept: list[tuple[list[np.ndarray], list[Facts]]] = [([], []), ([], [])]
    for folder in folders:
        found = shards(folder)
        for shard in [*found[: min(most, len(found) - last)], *found[-last:]]:
            pictures, pages = kept[shard in found[-last:]]
            pictures.append(small(pictures_of(shard)))
            pages.extend(facts_of(shard))
    (one, pages_one), (two, pages_two) = kept
    return np.concatenate(one), pages_one, np.concatenate(two), pages_two


def painted(pages: Sequence[Facts], seed: int = 0) -> Iterator[np.ndarray]:
    """What `storybook` makes of the facts, all of them said."""
    rng = np.random.default_rng(seed)
    words = [max((caption(rng, page) for _ in range(12)), key=len) for page in pages]  # the longest leaves nothing out
    return (np.asarray(picture) for picture in paintings("storybook", words, seed=seed))


def main() -> None:
    """Read the command line and do it."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("scenes", "book", "out"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--count", type=int, default=200, help="pictures of storybook to judge")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    held = options.out / "judge.pt"
    pictures, pages, apart, apart_pages = gather((options.scenes, options.book), 60, 2)
    judge = Judge()
    if held.exists():
        judge.load_state_dict(torch.load(held, weights_only=True))
    else:
        judge = train(pictures, pages, options.minutes)
        torch.save(judge.state_dict(), held)
    half = len(apart) // 2  # the book's come last
    told = {"scenes": accuracy(judge.eval(), apart[:half], apart_pages[:half])}
    told["pages"] = accuracy(judge, apart[half:], apart_pages[half:])
    asked = apart_pages[half : half + options.count]
    told["storybook"] = accuracy(judge, small(np.stack(list(painted(asked)))), asked)
    (options.out / "judge.json").write_text(json.dumps(told, indent=2) + "\n")
    print(json.dumps(told, indent=2))


if __name__ == "__main__":
    main()

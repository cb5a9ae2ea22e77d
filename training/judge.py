"""A classifier that tells a picture's place, hour and things: a judge of `storybook` that is no part of it.

`python -m training.judge SCENES BOOK OUT` reports its accuracy on the last scenes and pages of both folders beside that
on what `storybook` makes of the same facts, said in words; `--again --minutes 45` trains another one on the rest.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np
import torch
from animc.runtime.sheet import paintings
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn import functional

from .captions import Facts, caption
from .dataset import facts_of, pictures_of, shards
from .objects import THINGS, glyph, known_things
from .optimiser import Muon
from .scenes import HOUR_ODDS, LANDS

KEPT = Path(__file__).with_name("judge.safetensors")
"""A judge's weights: its scenes and pages must not be those it is asked about."""

SIDE = 128
LAND, HOUR, THING = ({name: number for number, name in enumerate(names)} for names in (LANDS, HOUR_ODDS, THINGS))


class Judge(nn.Module):
    """Pictures (B×3×H×W, 0..1) to logits of the land (B×35), the hour (B×5) and the things (B×T).

    A thing is as likely as in the likeliest of the places where it could stand: the logits of an 8th of the picture's
    size are joined by their smooth maximum.
    """

    def __init__(self, widths: Sequence[int] = (24, 64, 128, 192)) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for inside, outside in zip((3, *widths), widths, strict=False):
            layers.append(
                nn.Sequential(
                    *(nn.Conv2d(inside, outside, 3, 2, 1), nn.GroupNorm(8, outside), nn.SiLU()),
                    *(nn.Conv2d(outside, outside, 3, 1, 1), nn.GroupNorm(8, outside), nn.SiLU()),
                )
            )
        self.near, self.far = nn.Sequential(*layers[:3]), layers[3]
        self.land, self.hour = (nn.Linear(2 * widths[3], len(names)) for names in (LAND, HOUR))
        self.thing = nn.Conv2d(widths[2] + widths[3], len(THING), 1)

    def forward(self, pictures: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return the three kinds of logits."""
        close = self.near(pictures * 2 - 1)
        wide = self.far(close)
        whole = torch.cat((wide.mean((2, 3)), wide.amax((2, 3))), 1)
        around = functional.interpolate(wide, close.shape[2:], mode="bilinear", align_corners=False)
        places = self.thing(torch.cat((close, around), 1)).flatten(2)
        return self.land(whole), self.hour(whole), places.logsumexp(2) - math.log(places.shape[2])


def small(pictures: np.ndarray) -> np.ndarray:
    """Pictures (n×H×W×3, uint8) at the judge's size."""
    return np.stack([cv2.resize(picture, (SIDE, SIDE), interpolation=cv2.INTER_AREA) for picture in pictures])


def shown(pictures: np.ndarray) -> Tensor:
    """Small pictures (n×128×128×3, uint8) as the judge takes them."""
    return torch.from_numpy(pictures).permute(0, 3, 1, 2).float() / 255


def answers(pages: Sequence[Facts]) -> tuple[Tensor, Tensor, Tensor]:
    """Numbers of the land and of the hour (n each), and which things are there (n×T, 0 or 1)."""
    things = torch.zeros(len(pages), len(THING))
    for row, page in zip(things, pages, strict=True):
        row[[THING[word] for _, _, word in page.things]] = 1
    land, hour = (torch.tensor(numbers) for numbers in ([LAND[p.land] for p in pages], [HOUR[p.hour] for p in pages]))
    return land, hour, things


def adorned(rng: np.random.Generator, picture: np.ndarray, things: Tensor) -> np.ndarray:
    """A small picture (H×W×3, uint8) with one thing more, lit as the picture is; told in its row of `things` too."""
    words = known_things()
    if not words:
        return picture
    word = words[int(rng.integers(len(words)))]
    drawn = glyph(word)
    if drawn is None:
        return picture
    tall = float(rng.uniform(0.12, 0.5)) * picture.shape[0]
    scale = tall / drawn.shape[0] * np.array([rng.choice([-1, 1]), 1])
    at = rng.uniform(0.15, 0.85, 2) * picture.shape[:2] - scale * np.array(drawn.shape[1::-1]) / 2
    soft = cv2.GaussianBlur(drawn, (0, 0), max(0.45 * drawn.shape[0] / tall, 0.1))
    soft[..., :3] *= soft[..., 3:]
    matrix = np.array([[scale[0], 0, at[0]], [0, scale[1], at[1]]])
    laid = cv2.warpAffine(soft, matrix, picture.shape[1::-1], flags=cv2.INTER_LINEAR)
    lit = picture.mean((0, 1)) / 255
    light = rng.uniform(0.3, 1) * (1 - lit.mean()) + lit
    things[THING[word]] = 1
    return np.rint((picture / 255 * (1 - laid[..., 3:]) + laid[..., :3] * light).clip(0, 1) * 255).astype(np.uint8)


def softened(rng: np.random.Generator, picture: np.ndarray) -> np.ndarray:
    """A picture (H×W×3, uint8) a little out of focus and paler or starker: what is told must not hang on that."""
    blurred = cv2.GaussianBlur(picture, (0, 0), float(rng.uniform(0.3, 1.6))).astype(np.float32)
    made = (blurred - blurred.mean()) * rng.uniform(0.7, 1.2) + blurred.mean() + rng.normal(0, 8)
    return np.rint(made.clip(0, 255)).astype(np.uint8)


def train(pictures: np.ndarray, pages: list[Facts], minutes: float, seed: int = 0, batch: int = 40) -> Judge:
    """Train on small pictures (n×128×128×3, uint8) and what is in them; all are cropped a little, half are mirrored,
    half have a thing laid over them, half are softened."""
    torch.manual_seed(seed)
    rng, judge = np.random.default_rng(seed), Judge().to(memory_format=torch.channels_last)
    optimiser, start = Muon(judge.parameters(), 2e-3), time.time()
    while (done := (time.time() - start) / (60 * minutes)) < 1:
        for group in optimiser.param_groups:
            group["lr"] = 2e-3 * (1 - done) + 1e-5
        chosen = rng.integers(len(pages), size=batch)
        true_land, true_hour, true_things = answers([pages[i] for i in chosen])
        top, left = rng.integers(0, 17, 2)
        kept = pictures[chosen][:, top : top + SIDE - 16, left : left + SIDE - 16, :]
        kept = kept[:, :, ::-1] if rng.random() < 0.5 else kept
        seen = np.stack(
            [
                adorned(rng, picture, true) if rng.random() < 0.5 else picture
                for picture, true in zip(kept, true_things, strict=True)
            ]
        )
        seen = np.stack([softened(rng, picture) if rng.random() < 0.5 else picture for picture in seen])
        land, hour, things = judge(shown(seen).contiguous(memory_format=torch.channels_last))
        loss = functional.cross_entropy(land, true_land) + functional.cross_entropy(hour, true_hour)
        share = true_things / true_things.sum(1, keepdim=True).clamp(min=1)
        loss = loss - (share * things.log_softmax(1)).sum(1).mean()
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
    parser.add_argument("--again", action="store_true", help=f"train a judge, though there is one ({KEPT.name})")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    pictures, pages, apart, apart_pages = gather((options.scenes, options.book), 60, 2)
    judge = Judge()
    if options.again or not KEPT.exists():
        judge = train(pictures, pages, options.minutes)
        kept = {name: value.half().contiguous() for name, value in judge.state_dict().items()}
        save_file(kept, options.out / KEPT.name)
    else:
        judge.load_state_dict({name: value.float() for name, value in load_file(KEPT).items()})
    half = len(apart) // 2  # the book's come last
    told = {"scenes": accuracy(judge.eval(), apart[:half], apart_pages[:half])}
    told["pages"] = accuracy(judge, apart[half:], apart_pages[half:])
    asked = apart_pages[half : half + options.count]
    told["storybook"] = accuracy(judge, small(np.stack(list(painted(asked)))), asked)
    (options.out / "judge.json").write_text(json.dumps(told, indent=2) + "\n")
    print(json.dumps(told, indent=2))


if __name__ == "__main__":
    main()

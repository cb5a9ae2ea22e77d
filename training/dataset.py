"""Scenes on disk, in shards that a training reads while more are drawn.

`python -m training.dataset FOLDER --count 20000`.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path

import cv2
import numpy as np

from .captions import Facts
from .scenes import choose, first_places, page, paint, paint_page

SHARD = 200  # scenes a file: 40 MB of pictures


def draw_shard(
    folder: Path, index: int, seed: int, scenes: int = SHARD, size: int = 256, first: bool = False, book: bool = False
) -> None:
    """Draw shard `index`.

    Pictures (n×H×W×3, uint8), depths (n×H×W, uint8: 255 far) and facts; each scene has a seed of its own.
    `first`: the first places instead, bare, each land always of the same shapes; none after the last of them.
    `book`: pages of the picture book, of the same shapes, with things in their spots.
    """
    pictures, depths, facts_list = [], [], []
    places = first_places()
    numbers = range(index * scenes, min((index + 1) * scenes, len(places)) if first else (index + 1) * scenes)
    for number in numbers:
        if first or book:
            facts = places[number] if first else page(np.random.default_rng([seed, number]))
            picture, depth = paint_page(facts, seed, size)
        else:
            rng = np.random.default_rng([seed, number])
            facts = choose(rng)
            picture, depth = paint(rng, facts, size, size)
        pictures.append(picture)
        depths.append(np.round(depth * 255).astype(np.uint8))
        facts_list.append(asdict(facts))
    stem = folder / f"shard{index:05d}"
    np.save(stem.with_suffix(".depth.npy"), np.stack(depths))
    stem.with_suffix(".json").write_text(json.dumps(facts_list))
    partial = folder / f".shard{index:05d}.npy"
    np.save(partial, np.stack(pictures))
    partial.rename(stem.with_suffix(".npy"))  # the pictures come last: a shard is there when they are


def shards(folder: Path) -> list[Path]:
    """The finished shards (their picture files), in order."""
    return sorted(path for path in folder.glob("shard*.npy") if not path.name.endswith(".depth.npy"))


def pictures_of(shard: Path) -> np.ndarray:
    """Pictures of a shard (n×H×W×3, uint8), mapped from disk."""
    return np.load(shard, mmap_mode="r")


def depths_of(shard: Path) -> np.ndarray:
    """Depths of a shard (n×H×W, uint8, 255 far), mapped from disk."""
    return np.load(shard.with_suffix(".depth.npy"), mmap_mode="r")


def facts_of(shard: Path) -> list[Facts]:
    """What is in a shard's scenes: captions are worded from it anew at every use."""
    return [
        Facts(**{key: _frozen(value) for key, value in entry.items()})
        for entry in json.loads(shard.with_suffix(".json").read_text())
    ]


def _frozen(value: object) -> object:
    return tuple(_frozen(item) for item in value) if isinstance(value, list) else value


def main() -> None:
    """Draw scenes until `--count` are there; what is there already is kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, default=20000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--first", action="store_true", help="every land in every light, always of the same shapes")
    parser.add_argument(
        "--book", action="store_true", help="lands and things always of the same shapes, in every light"
    )
    parser.add_argument("--part", default="0/1", help="draw every n-th shard only, to share the work: 0/2, 1/2")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    cv2.setNumThreads(1)
    part, parts = (int(value) for value in options.part.split("/"))
    count = len(first_places()) if options.first else options.count
    for index in range(part, -(-count // SHARD), parts):
        if not (options.folder / f"shard{index:05d}.npy").exists():
            draw_shard(options.folder, index, options.seed, first=options.first, book=options.book)
            print(f"shard {index}: {min((index + 1) * SHARD, count)} scenes", flush=True)


if __name__ == "__main__":
    main()

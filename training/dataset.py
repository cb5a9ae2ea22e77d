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
from .scenes import LANDS, choose, choose_plain, paint

SHARD = 200  # scenes a file: 40 MB of pictures


def draw_shard(
    folder: Path, index: int, seed: int, scenes: int = SHARD, size: int = 256, compositions: int = 0
) -> None:
    """Draw shard `index`.

    Pictures (n×H×W×3, uint8), depths (n×H×W, uint8: 255 far) and facts; each scene has a seed of its own.
    `compositions`: bare places only, each in so few compositions, in every light.
    """
    pictures, depths, facts_list = [], [], []
    for number in range(index * scenes, (index + 1) * scenes):
        rng = np.random.default_rng([seed, number])
        if compositions:
            facts, which = choose_plain(rng, compositions)
            shapes = np.random.default_rng([seed, list(LANDS).index(facts.land), which])
            picture, depth = paint(rng, facts, size, size, shapes)
        else:
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
    parser.add_argument("--compositions", type=int, default=0, help="bare places, each in so few compositions")
    parser.add_argument("--part", default="0/1", help="draw every n-th shard only, to share the work: 0/2, 1/2")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    cv2.setNumThreads(1)
    part, parts = (int(value) for value in options.part.split("/"))
    for index in range(part, -(-options.count // SHARD), parts):
        if not (options.folder / f"shard{index:05d}.npy").exists():
            draw_shard(options.folder, index, options.seed, compositions=options.compositions)
            print(f"shard {index}: {(index + 1) * SHARD} scenes", flush=True)


if __name__ == "__main__":
    main()

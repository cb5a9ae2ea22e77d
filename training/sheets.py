"""The sheets of docs/models.md: what `storybook` makes of styles and places, of things, and of what it does not know.

`python -m training.sheets docs/images`; with `--curves build/*/*.jsonl` the losses of the trainings too.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import animc.runtime.painters.sketched  # noqa: F401 (the class of its U-Net)
import torch
from animc.runtime.cli.models import WEIGHTS
from animc.runtime.contact import save_sheet
from animc.runtime.sheet import PROMPTS, paintings
from diffusers import DiffusionPipeline
from PIL import Image

from .captions import STYLE_WORDS
from .curves import curves
from .objects import COLOURS

SIDE = 192
"""Pixels of a picture on a sheet."""

PLACES = (
    *("pine forest at dawn", "sea at sunset", "village by day"),
    *("desert at noon", "mountains at dusk", "city at night"),
)

THINGS = (
    *("a fox in a meadow", "a whale in the sea", "a red car on a road", "a castle on a hill"),
    *("an owl in a forest at night", "a rocket in space", "a horse in a field", "a sailboat on a lake"),
    *("a snowman in the snow", "a camel in the desert", "a parrot in the jungle", "a balloon above the clouds"),
    *("a turtle underwater", "a bear by a river", "a piano in a cave", "a dragon over mountains"),
    *("a crown in ruins", "a bicycle in a street", "an umbrella in the rain", "a robot in a city"),
    *("a butterfly in a garden", "a lantern in a village at dusk", "a penguin on ice", "a mushroom in the woods"),
)

HUED = ("house", "car", "boat", "balloon", "cat", "umbrella")

TOGETHER = (
    *("a red car and a blue house", "a fox and a castle on a hill at sunset", "a whale and a lighthouse in a storm"),
    *("a dragon, a rocket and a piano in the desert", "a small dog, a big elephant, snow, night"),
    *("a cat and an apple tree", "a castle and a lighthouse on the coast at dusk"),
    *("a red car and a green car on a road", "a robot and a teapot, oil", "a penguin and a bear on the ice"),
    *("a rose and a butterfly in a garden at dawn", "an astronaut and an alien in space"),
)
"""Two or three things: the first that is said in the middle, or a building, and the others beside it."""

FAILURES = (
    *("three cats in a row", "a striped horse", "a portrait of an old woman", "the word HELLO", "a village at night"),
    *("a tiny house, far away", "a horse to the left of a car", "a city upside down", "hands playing a piano"),
    *("a crowd at a concert", "a kitchen table with bread", "a forest seen from above"),
)
"""Counts, patterns, faces, letters, a weak place, sizes, sides, what it never saw: shown so that nobody is misled."""


def sheet(path: Path, prompts: list[str], told: list[str], columns: int) -> None:
    """Paint the prompts with the shipped weights, one seed, none left out."""
    pictures = [picture.resize((SIDE, SIDE), Image.Resampling.LANCZOS) for picture in paintings("storybook", prompts)]
    save_sheet(path, pictures, told, columns)


@torch.inference_mode()
def sketches(path: Path) -> None:
    """Draw what the sheet's words alone call up, before any painting."""
    pipe = DiffusionPipeline.from_pretrained(WEIGHTS / "storybook", torch_dtype=torch.float32)
    asked = pipe.tokenizer(list(PROMPTS), padding="max_length", truncation=True, return_tensors="pt").input_ids
    latents = pipe.unet.sketch(pipe.text_encoder(asked)[0])
    seen = pipe.vae.decode(latents / pipe.vae.config.scaling_factor).sample.clamp(-1, 1).permute(0, 2, 3, 1)
    pictures = [Image.fromarray(picture).resize((SIDE, SIDE)) for picture in ((seen + 1) * 127.5).byte().numpy()]
    save_sheet(path, pictures, PROMPTS, 6)


def main() -> None:
    """Read the command line and do it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--curves", type=Path, nargs="*", default=[], help="logs of trainings")
    options = parser.parse_args()
    styled = [(words[0], place) for words in STYLE_WORDS.values() for place in PLACES]
    named = [f"{place}, {style}" for style, place in styled]
    sheet(options.folder / "models-styles.jpg", named, named, len(PLACES))
    sheet(options.folder / "models-things.jpg", list(THINGS), list(THINGS), 6)
    hued = [f"a {colour} {thing}" for thing in HUED for colour in COLOURS]
    sheet(options.folder / "models-colours.jpg", hued, hued, len(COLOURS))
    sheet(options.folder / "models-together.jpg", list(TOGETHER), list(TOGETHER), 6)
    sheet(options.folder / "models-failures.jpg", list(FAILURES), list(FAILURES), 6)
    sketches(options.folder / "models-sketch.jpg")
    if options.curves:
        curves(options.folder / "models-curves.png", options.curves)


if __name__ == "__main__":
    main()

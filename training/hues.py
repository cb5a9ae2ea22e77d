"""Whether storybook paints a thing in the colour that words say: 12 things in every colour, judged by drawn pages.

`python -m training.hues` tells how many of its pictures are nearest, where the thing stands, to the page in that
colour.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence

import cv2
import numpy as np
from animc.runtime.sheet import paintings

from .captions import Facts
from .objects import COLOURS
from .scenes import paint_page
from .stencils import said

THINGS = (
    *("house", "castle", "tower", "car", "boat", "balloon"),
    *("tulip", "cat", "horse", "umbrella", "bird", "robot"),
)


def asked() -> list[str]:
    """The prompts: each thing in each colour, in a meadow."""
    return [f"a {colour} {thing} in a meadow" for thing in THINGS for colour in COLOURS]


def nearest(pictures: Sequence[np.ndarray]) -> np.ndarray:
    """Which colour each picture of `asked` (H×W×3, uint8) is nearest to: things×colours, numbers of colours."""
    found, bare = [], paint_page(Facts("meadow", "day"))[0].astype(int)
    for number, thing in enumerate(THINGS):
        pages = [paint_page(said(thing, colour))[0] for colour in COLOURS]
        changed = np.min([np.abs(page - bare).max(-1) for page in pages], 0) > 12
        inner = cv2.erode(changed.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
        true = np.stack([_colour(page, inner) for page in pages])
        made = pictures[number * len(COLOURS) : (number + 1) * len(COLOURS)]
        found.append([int(np.linalg.norm(true - _colour(one, inner), axis=1).argmin()) for one in made])
    return np.array(found)


def _colour(picture: np.ndarray, where: np.ndarray) -> np.ndarray:
    """Mean L*a*b* of a picture (H×W×3, uint8) at some of its pixels (H×W)."""
    side = where.shape[0]
    shown = cv2.resize(np.asarray(picture), (side, side), interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    return cv2.cvtColor(shown, cv2.COLOR_RGB2LAB)[where].mean(0)


def main() -> None:
    """Read the command line and do it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="storybook", help="its name, or a folder")
    options = parser.parse_args()
    found = nearest([np.asarray(picture) for picture in paintings(options.model, asked())])
    right = found == np.arange(len(COLOURS))
    by_colour = dict(zip(COLOURS, right.mean(0).round(2).tolist(), strict=True))
    by_thing = dict(zip(THINGS, right.mean(1).round(2).tolist(), strict=True))
    print(json.dumps({"right": round(float(right.mean()), 3), "colours": by_colour, "things": by_thing}, indent=1))


if __name__ == "__main__":
    main()

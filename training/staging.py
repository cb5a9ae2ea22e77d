"""Where landmarks and things stand in a scene, and how large."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from . import buildings
from .lands_built import ROOFS, WALLS
from .lands_open import pick
from .light import World
from .objects import COLOURS, THINGS, place

SPOTS = (0.5, 0.1875, 0.8125)
"""Where the first, second and third thing of a page stand, as shares of the width: whole latents apart."""
STAND, FLY, TALL = 0.84, 0.5, 0.36
"""Feet of a page's things, on the ground and in the air, and how tall they are, as shares of the height."""
GROWN = {"small": 0.65, "": 1.0, "big": 1.4}
"""How much a word for its size makes of a page's thing."""


def paint_landmark(world: World, word: str, look: tuple[str, str] = ("", ""), page: bool = False) -> None:
    """Set a building on the ground, larger where it is nearer; on a `page` always in the middle.

    `look`: its size and colour.
    """
    size, colour = look
    world = replace(world, paint=COLOURS.get(colour))
    height, width = world.size
    share = 0.32 if page else world.rng.uniform(0.10, 0.45)
    foot = 0.7 * height if page else world.horizon + (height - world.horizon) * share
    x, depth = width * (0.5 if page else world.rng.uniform(0.2, 0.8)), world.ground_depth(foot)
    tall = GROWN[size] * height * (0.42 if page else (0.16 + 0.7 * share) * world.rng.uniform(0.8, 1.2))
    if word == "lighthouse":
        buildings.lighthouse(world, x, foot, tall * 1.15, depth)
    elif word == "castle":
        buildings.castle(world, x, foot, tall, depth)
    elif word == "motel":
        buildings.motel(world, x, foot + height * 0.05, GROWN[size] * width * (0.4 + 0.5 * share), depth)
    elif word == "house":
        buildings.house(
            world,
            x,
            foot,
            tall * 0.75,
            pick(world, WALLS),
            pick(world, ROOFS),
            depth,
        )
    else:
        _tower(world, x, foot, tall, depth)


def _tower(world: World, x: float, foot: float, tall: float, depth: float) -> None:
    half = tall * 0.11
    buildings.solid(
        world,
        [
            buildings.box(x - half, foot - tall * 0.85, x + half, foot),
            buildings.box(x - half * 1.3, foot - tall * 0.9, x + half * 1.3, foot - tall * 0.78),
        ],
        (0.62, 0.58, 0.56),
        depth,
    )
    buildings.solid(
        world,
        [
            np.array(
                [(x - half * 1.5, foot - tall * 0.89), (x, foot - tall * 1.2), (x + half * 1.5, foot - tall * 0.89)]
            )
        ],
        (0.40, 0.30, 0.42),
        depth,
    )
    buildings.windows(
        world,
        [
            buildings.box(x - half * 0.25, foot - tall * up, x + half * 0.25, foot - tall * (up - 0.1))
            for up in (0.72, 0.45)
        ],
        depth,
        0.9,
    )


def paint_page_thing(world: World, thing: tuple[str, str, str], slot: int) -> None:
    """Set a thing down as a page has it: always as tall, in one of `SPOTS`, so that it is learnt soonest."""
    height, width = world.size
    size, colour, word = thing
    aloft = soars(word)
    foot = height * (FLY if aloft else STAND)
    tall, depth = height * TALL * GROWN[size], 0.4 if aloft else world.ground_depth(foot)
    place(world, word, width * SPOTS[slot], foot, tall, depth, colour or None)


def soars(word: str) -> bool:
    """Whether a thing is in the air on its page, whatever the land: there each has one spot."""
    return THINGS[word][1] == "sky"


def flies(word: str, land: str) -> bool:
    """Whether a thing is in the air, or afloat where there is no ground."""
    return soars(word) or land in ("space", "cloudland", "underwater")


def paint_thing(world: World, thing: tuple[str, str, str], land: str) -> None:
    """Set a thing (size, colour, word) down: nearer ones lower and larger, flying ones in the sky."""
    height, width = world.size
    size, colour, word = thing
    rng = world.rng
    near = float(rng.beta(1.6, 1.4))
    grow = {"small": 0.6, "": 1.0, "big": 1.5}[size] * rng.uniform(0.85, 1.15)
    x = width * rng.uniform(0.15, 0.85)
    if flies(word, land):
        foot = height * (
            rng.uniform(0.15, 0.85)
            if land in ("space", "underwater")
            else rng.uniform(0.15, max(0.2, world.horizon / height))
        )
        place(
            world,
            word,
            x,
            foot,
            float(np.clip(height * (0.10 + 0.22 * near) * grow, 12, height * 0.6)),
            0.75 - 0.5 * near,
            colour or None,
        )
        return
    foot = world.horizon + (height - world.horizon) * (0.15 + 0.8 * near)
    tall = float(np.clip(height * (0.08 + 0.36 * near) * grow, 12, height * 0.7))
    place(world, word, x, foot, tall, world.ground_depth(foot), colour or None)

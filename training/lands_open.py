"""Open lands: desert, dunes, mountains, volcano, hills, meadow, field, snow, canyon; and what they share."""

from __future__ import annotations

import numpy as np

from .canvas import below, discs, filled, noise, ridge, soft
from .ground import hill, hills, mist, mountain, plane, shadow
from .growth import cactus, crowns, dots, grass, mottled, pines
from .light import Colour, World, mix

GREENS: tuple[Colour, ...] = ((0.45, 0.66, 0.32), (0.55, 0.70, 0.36), (0.36, 0.58, 0.38), (0.62, 0.68, 0.34))
ROCKS: tuple[Colour, ...] = ((0.46, 0.46, 0.54), (0.52, 0.47, 0.47), (0.38, 0.44, 0.54), (0.50, 0.42, 0.50))


def pick(world: World, colours: tuple[Colour, ...]) -> Colour:
    """One of several colours."""
    return colours[int(world.rng.integers(len(colours)))]


def lay_trees(
    world: World, line: np.ndarray, tall: float, gap: float, depth: float, needle: bool, green: Colour
) -> None:
    """A row of trees on a skyline, in one of two kinds."""
    if needle:
        world.canvas.lay(pines(world, line, tall, gap), mottled(world, green, depth), depth)
        return
    stem, crown = crowns(world, line, tall, gap)
    world.canvas.lay(stem, world.lit((0.36, 0.26, 0.20), depth), depth)
    world.canvas.lay(crown, mottled(world, green, depth), depth)
    top_light = np.clip(crown - np.roll(np.roll(soft(crown, 2), 4, 0), 3 if world.sun_x < 0.5 else -3, 1), 0, 1)
    world.canvas.lay(top_light * 0.35, world.lit(mix(green, (1, 1, 0.7), 0.4), depth))


def far_range(world: World, chance: float = 0.6) -> None:
    """Perhaps hills or peaks on the horizon."""
    if world.rng.random() > chance:
        return
    height = world.size[0]
    if world.rng.random() < 0.5:
        mountain(
            world,
            world.horizon + 2,
            height * world.rng.uniform(0.12, 0.25),
            pick(world, ROCKS),
            0.9,
            world.rng.uniform(0, 0.35),
            0.65,
        )
    else:
        line = ridge(world.rng, world.size[1], world.horizon - height * 0.03, height * 0.04, 0.3)
        hill(world, line, pick(world, GREENS), 0.9)


def desert(world: World) -> None:
    """A plain of sand with mesas and saguaros."""
    height, width = world.size
    sand = pick(world, ((0.90, 0.72, 0.48), (0.88, 0.62, 0.42), (0.93, 0.80, 0.58)))
    if world.rng.random() < 0.7:
        steps = np.clip(np.round(ridge(world.rng, width, 0, 1.6, 0.5, 3)), -3, 1)
        mesa = world.horizon + 3 + np.minimum(0, steps) * height * 0.09
        line = np.convolve(np.pad(mesa, 4, "edge"), np.ones(9) / 9, "valid").astype(np.float32)
        hill(world, line, (0.75, 0.42, 0.30), 0.85, 0.1, 0.2)
    plane(world, sand, strength=0.1)
    for _ in range(int(world.rng.integers(2, 7))):
        row = world.horizon + (height - world.horizon) * world.rng.uniform(0.05, 0.85)
        depth = world.ground_depth(row)
        tall = height * (0.06 + 0.3 * (1 - depth / 0.9))
        x = world.rng.uniform(0, width)
        shadow(
            world,
            filled(height, width, [np.array([(x, row - 1), (x + tall * 0.8, row + tall * 0.05), (x, row + 2)])]),
            0.3,
            2,
        )
        world.canvas.lay(cactus(world, x, row, tall), mottled(world, (0.30, 0.50, 0.32), depth), depth)


def dunes(world: World) -> None:
    """Smooth ridges of sand, each with a lit and a shady side."""
    height, width = world.size
    sand = pick(world, ((0.93, 0.70, 0.44), (0.95, 0.78, 0.55), (0.86, 0.58, 0.40)))
    count = int(world.rng.integers(4, 7))
    for index in range(count):
        share = index / (count - 1)
        line = ridge(
            world.rng,
            width,
            world.horizon + (height * 0.92 - world.horizon) * share**1.2,
            height * (0.03 + 0.05 * share),
            0.15,
            int(world.rng.integers(1, 3)),
        )
        depth = 0.88 - 0.75 * share
        hill(world, line, sand, depth, 0.3, 0.05)
        lean = np.cumsum(world.rng.normal(0, 0.7, width)) * 0.5 + np.arange(width) * 0
        crest = (
            line
            + height
            * (0.03 + 0.10 * share)
            * (1 + 0.6 * np.sin(np.arange(width) / width * 6.3 * world.rng.uniform(0.7, 1.6) + world.rng.uniform(0, 6)))
            + lean * 0.3
        )
        shade = below(line, height) * (1 - below(crest.astype(np.float32), height))
        slope = np.clip(np.gradient(line) * (1 if world.sun_x < 0.5 else -1) * 3 + 0.35, 0, 1)[None, :]
        world.canvas.rgb *= 1 - (0.32 * soft(shade * slope, 1.5))[..., None]


def mountains(world: World) -> None:
    """Ranges one before the other, foothills with pines."""
    height = world.size[0]
    rock = pick(world, ROCKS)
    snow = world.rng.uniform(0.15, 0.55) if world.rng.random() < 0.75 else 0.0
    layers = int(world.rng.integers(2, 4))
    for index in range(layers):
        share = index / max(1, layers - 1)
        mountain(
            world,
            world.horizon + height * 0.10 * share,
            height * world.rng.uniform(0.30, 0.55) * (1 - 0.25 * share),
            rock,
            0.92 - 0.25 * share,
            snow * (1 - 0.4 * share),
        )
    if world.weather == "fog" or world.rng.random() < 0.4:
        mist(world, world.horizon - height * 0.05, world.horizon + height * 0.1, 0.7)
    green = pick(world, GREENS)
    lines = hills(world, green, 2, world.horizon + height * 0.08, height * 0.84, 0.55, 0.2)
    for line, depth, tall in zip(lines, (0.5, 0.15), (0.10, 0.28), strict=True):
        if world.rng.random() < 0.7:
            lay_trees(world, line, height * tall, height * tall * 0.55, depth, True, (0.20, 0.38, 0.28))


def volcano(world: World) -> None:
    """A cone with lava, glow and smoke."""
    height, width = world.size
    x = np.abs(np.arange(width) / width - world.rng.uniform(0.35, 0.65))
    line = (
        world.horizon
        + height * 0.1
        - height * 0.55 * np.exp(-((np.maximum(x - 0.05, 0)) * 4.2))
        + ridge(world.rng, width, 0, 4, 0.7, 6)
    ).astype(np.float32)
    peak = int(np.argmin(line))
    glow = discs(height, width, np.array([[peak, line[peak], width * 0.09]]))
    world.canvas.add_light(soft(glow, 18) * 1.6, (1.0, 0.45, 0.15))
    for puff in range(7):
        smoke = discs(
            height, width, np.array([[peak + puff * world.rng.uniform(2, 10), line[peak] - puff * 12, 9 + puff * 4]])
        )
        world.canvas.lay(soft(smoke, 4) * 0.55, world.lit((0.42, 0.36, 0.38), 0.4))
    hill(world, line, (0.34, 0.28, 0.30), 0.75, 0.5, 0.25)
    rows = np.arange(height, dtype=np.float32)
    for _ in range(3):
        path = (
            peak + (rows - line[peak]) * world.rng.uniform(-0.45, 0.45) + 3 * np.sin(rows / 9 + world.rng.uniform(0, 6))
        )
        lava = np.clip(
            1.6 + (rows[:, None] - line[peak]) * 0.015 - np.abs(np.arange(width)[None] - path[:, None]), 0, 1
        ) * below(line, height)
        world.canvas.lay(lava * (rows[:, None] < world.horizon + height * 0.1), (1.0, 0.62, 0.20))
        world.canvas.add_light(soft(lava, 4) * 0.7, (1.0, 0.35, 0.08))
    hills(world, (0.30, 0.36, 0.26), 2, world.horizon + height * 0.06, height * 0.85, 0.5, 0.15)


def rolling(world: World) -> None:
    """Green hills with scattered trees."""
    height = world.size[0]
    far_range(world, 0.3)
    green = pick(world, GREENS)
    lines = hills(world, green, int(world.rng.integers(3, 6)), world.horizon, height * 0.85, 0.85, 0.15)
    for index, line in enumerate(lines):
        if world.rng.random() < 0.5:
            tall = height * (0.04 + 0.05 * index)
            lay_trees(
                world,
                line,
                tall,
                tall * world.rng.uniform(2, 5),
                0.8 - 0.6 * index / len(lines),
                False,
                mix(green, (0.15, 0.3, 0.15), 0.5),
            )


def meadow(world: World) -> None:
    """Grass in flower before a line of trees."""
    height = world.size[0]
    far_range(world)
    green = pick(world, GREENS)
    lines = hills(world, green, 2, world.horizon, world.horizon + height * 0.12, 0.85, 0.6)
    if world.rng.random() < 0.6:
        lay_trees(world, lines[1], height * 0.1, height * 0.12, 0.6, False, mix(green, (0.15, 0.32, 0.15), 0.5))
    plane(world, green, world.horizon + height * 0.1)
    for hue in [
        ((0.95, 0.90, 0.95), (0.98, 0.80, 0.28), (0.90, 0.38, 0.42), (0.65, 0.50, 0.90))[i]
        for i in world.rng.permutation(4)[:2]
    ]:
        world.canvas.lay(dots(world, world.horizon + height * 0.14, 130, 0.6, 3.6), world.lit(hue))
    world.canvas.lay(
        grass(world, height * 0.92, 90, height * 0.11), mottled(world, mix(green, (0.12, 0.25, 0.10), 0.45), 0), 0.03
    )


def field(world: World) -> None:
    """Furrows running to the vanishing point."""
    height, width = world.size
    far_range(world, 0.5)
    crop = pick(world, ((0.92, 0.76, 0.36), (0.85, 0.66, 0.30), (0.62, 0.46, 0.78), (0.66, 0.74, 0.30)))
    line = ridge(world.rng, width, world.horizon - 2, height * 0.012, 0.2)
    lay_trees(world, line, height * 0.06, height * 0.06, 0.85, False, (0.28, 0.42, 0.26))
    plane(world, crop, strength=0.1)
    yy, xx = np.mgrid[0:height, 0:width].astype(np.float32)
    down = np.maximum(yy - world.horizon, 0.5) / (height - world.horizon)
    aim = width * world.rng.uniform(0.2, 0.8)
    furrow = 0.5 + 0.5 * np.sin((xx - aim) / (down * width + 3) * world.rng.uniform(28, 48))
    world.canvas.lay(
        (furrow * np.clip(down * 4, 0, 1) * 0.42 * (yy > world.horizon)).astype(np.float32),
        world.lit(mix(crop, (0.25, 0.20, 0.10), 0.6), 0.1),
    )


def snowland(world: World) -> None:
    """White hills with snowy pines."""
    height = world.size[0]
    far_range(world, 0.7)
    lines = hills(world, (0.93, 0.95, 0.99), 3, world.horizon, height * 0.82, 0.8, 0.15)
    for index, line in enumerate(lines):
        if world.rng.random() < 0.75:
            tall = height * (0.07 + 0.11 * index)
            cover = pines(world, line, tall, tall * world.rng.uniform(0.5, 1.6))
            depth = 0.78 - 0.3 * index
            world.canvas.lay(cover, mottled(world, (0.24, 0.38, 0.36), depth), depth)
            caps = np.clip(cover - np.roll(cover, 3, 0), 0, 1)
            world.canvas.lay(caps * 0.9, world.lit((0.96, 0.98, 1.0), depth))


def canyon(world: World) -> None:
    """Red walls in strata, closing towards the distance."""
    height, width = world.size
    red = pick(world, ((0.80, 0.44, 0.28), (0.72, 0.38, 0.30), (0.86, 0.58, 0.38)))
    rows = np.arange(height, dtype=np.float32)[:, None]
    aim, count = world.rng.uniform(0.35, 0.65), 4
    plane(world, mix(red, (0.8, 0.7, 0.5), 0.4), world.horizon + 2)
    for index in range(count):
        share = index / (count - 1)
        gap = 0.05 + 0.30 * share
        at = np.arange(width) / width
        away = np.minimum(np.abs(at - aim + gap * world.rng.uniform(0.7, 1.2)) * (at < aim - gap * 0.8), 1) + np.abs(
            at - aim - gap
        ) * (at > aim + gap * 0.8)
        wall = np.where(away > 0, np.clip(away * 14, 0, 1) ** 0.5, -1)
        top = (
            world.horizon
            + height * 0.12 * share
            - wall * height * (0.16 + 0.34 * share)
            + np.round(ridge(world.rng, width, 0, 2, 0.6, 5)) * 3
        )
        foot = world.horizon + 3 + (height - world.horizon) * share**1.5 * 0.9
        alpha = below(np.where(wall > 0, top, height * 3).astype(np.float32), height) * (rows < foot)
        strata = 0.5 + 0.5 * np.sin(rows / (3 + 5 * share) + 2.5 * noise(world.rng, height, width, 4, 2))
        depth = 0.88 - 0.7 * share
        paint = (
            world.lit(red, depth)
            * (0.78 + 0.3 * strata[..., None])
            * (1 + 0.12 * noise(world.rng, height, width, 0.6, 3)[..., None])
        )
        world.canvas.lay(alpha, np.clip(paint, 0, 1), depth)

"""Lands that close in: forest, pine forest, jungle, garden."""

from __future__ import annotations

import numpy as np

from .canvas import discs, filled, ridge, soft
from .ground import band, hill, meander, mist, mountain, plane
from .growth import dots, grass, leaves_frame, mottled, palm, pines, trunks, vines
from .lands_open import GREENS, lay_trees, pick
from .light import World, mix
from .sky import beams


def light_shafts(world: World, strength: float = 0.4) -> None:
    """Sunbeams slanting in from above."""
    height, width = world.size
    world.canvas.add_light(
        beams(world, world.sun_x * width, -height * 0.1) * strength * (1 - 0.6 * world.light.dark),
        mix(world.light.low, (1, 0.95, 0.8), 0.5),
    )


def path(world: World, chance: float = 0.5) -> None:
    """Perhaps a trodden path winding off."""
    if world.rng.random() < chance:
        top = world.horizon + 4
        centre, half = meander(world, top, world.rng.uniform(0.10, 0.2), 0.6)
        world.canvas.lay(soft(band(world, centre, half, top), 1.5) * 0.85, mottled(world, (0.66, 0.54, 0.38), 0.15))


def forest(world: World) -> None:
    """Broad-leaved trees in rows, near trunks, leaves above."""
    height, width = world.size
    leaf = pick(
        world,
        ((0.34, 0.56, 0.28), (0.28, 0.50, 0.30), (0.48, 0.60, 0.26), (0.84, 0.52, 0.20), (0.78, 0.36, 0.20))
        if world.rng.random() < 0.5
        else GREENS[:3],
    )
    for index in range(3):
        line = ridge(world.rng, width, world.horizon + height * (0.02 + 0.03 * index), height * 0.02, 0.3)
        depth = 0.85 - 0.15 * index
        hill(world, line, mix(leaf, (0.2, 0.3, 0.15), 0.4), depth)
        lay_trees(world, line + 4, height * (0.24 + 0.12 * index), height * (0.09 + 0.06 * index), depth, False, leaf)
        if world.light.air > 0.6:
            mist(world, world.horizon - 8, world.horizon + height * 0.1, 0.45)
    plane(world, mix(leaf, (0.26, 0.34, 0.16), 0.6), world.horizon + height * 0.1)
    path(world)
    light_shafts(world)
    if world.rng.random() < 0.75:
        bark = pick(world, ((0.32, 0.24, 0.19), (0.26, 0.22, 0.20), (0.78, 0.76, 0.70)))
        world.canvas.lay(
            trunks(world, int(world.rng.integers(2, 5)), width * 0.045, height * 0.72),
            mottled(world, bark, 0.25, 0.3, 0.25),
            0.35,
        )
        world.canvas.lay(
            trunks(world, int(world.rng.integers(1, 3)), width * 0.085, height * 0.96),
            mottled(world, mix(bark, (0, 0, 0), 0.25), 0.05, 0.3, 0.25),
            0.12,
        )
    if world.rng.random() < 0.7:
        world.canvas.lay(leaves_frame(world, 0.9), mottled(world, mix(leaf, (0.05, 0.12, 0.05), 0.4), 0), 0.1)
    world.canvas.lay(grass(world, height * 0.95, 60, height * 0.09), mottled(world, (0.20, 0.34, 0.14), 0), 0.03)


def pine_forest(world: World) -> None:
    """Rows of pines, hazier row by row."""
    height, width = world.size
    green = pick(world, ((0.20, 0.40, 0.30), (0.24, 0.42, 0.26), (0.18, 0.36, 0.34)))
    if world.rng.random() < 0.4:
        mountain(world, world.horizon, height * 0.35, (0.46, 0.48, 0.56), 0.95, 0.4)
    layers = int(world.rng.integers(3, 6))
    for index in range(layers):
        share = index / (layers - 1)
        line = ridge(world.rng, width, world.horizon + height * (0.02 + 0.42 * share**1.3), height * 0.035, 0.3)
        tall = height * (0.13 + 0.40 * share**1.2) * world.rng.uniform(0.85, 1.15)
        depth = 0.88 - 0.72 * share
        hill(world, line, mix(green, (0.30, 0.36, 0.22), 0.5), depth)
        world.canvas.lay(
            pines(world, line, tall, tall * world.rng.uniform(0.26, 0.42)),
            mottled(world, mix(green, (0.05, 0.1, 0.08), 0.35 * share), depth),
            depth,
        )
        if world.weather == "fog" or world.rng.random() < 0.35:
            mist(world, world.horizon + height * 0.3 * share, world.horizon + height * (0.16 + 0.4 * share), 0.6)
    light_shafts(world, 0.25)
    world.canvas.lay(grass(world, height * 0.97, 60, height * 0.07), mottled(world, (0.16, 0.26, 0.16), 0), 0.03)


def jungle(world: World) -> None:
    """Greens upon greens: palms, lianas, ferns."""
    height, width = world.size
    world.canvas.lay(np.full(world.size, 0.45, np.float32), world.lit((0.40, 0.66, 0.42), 0.7))
    for index in range(4):
        depth = 0.85 - 0.2 * index
        line = ridge(world.rng, width, world.horizon + height * (0.06 * index), height * 0.06, 0.5)
        lay_trees(
            world,
            line,
            height * (0.34 + 0.08 * index),
            height * 0.1,
            depth,
            False,
            pick(world, ((0.20, 0.52, 0.26), (0.30, 0.60, 0.24), (0.14, 0.44, 0.30))),
        )
        if index < 3 and world.rng.random() < 0.8:
            for x in world.rng.uniform(0, width, 2):
                stem, fronds = palm(world, x, height * (0.7 + 0.08 * index), height * (0.4 + 0.1 * index))
                world.canvas.lay(stem, world.lit((0.38, 0.30, 0.20), depth), depth)
                world.canvas.lay(fronds, mottled(world, (0.18, 0.50, 0.22), depth), depth)
    plane(world, (0.24, 0.40, 0.18), height * 0.74)
    path(world, 0.4)
    light_shafts(world, 0.45)
    world.canvas.lay(vines(world, 7), world.lit((0.16, 0.32, 0.14)), 0.15)
    ferns = [
        np.array([(x, y), (x + w * 0.5, y - t), (x + w, y - t * 0.75), (x + w * 0.45, y - t * 0.6)])
        for x, y, w, t in zip(
            world.rng.uniform(-20, width, 34),
            world.rng.uniform(height * 0.86, height * 1.1, 34),
            world.rng.normal(0, 26, 34),
            world.rng.uniform(18, 60, 34),
            strict=True,
        )
    ]
    world.canvas.lay(filled(height, width, ferns), mottled(world, (0.12, 0.36, 0.16), 0, 0.4, 0.3), 0.05)
    world.canvas.lay(leaves_frame(world, 1.1), mottled(world, (0.10, 0.30, 0.14), 0), 0.08)


def garden(world: World) -> None:
    """Bushes in bloom along a path."""
    height, width = world.size
    green = pick(world, GREENS)
    line = ridge(world.rng, width, world.horizon, 4, 0.3)
    lay_trees(world, line + 4, height * 0.2, height * 0.09, 0.75, False, mix(green, (0.1, 0.3, 0.1), 0.4))
    plane(world, green, world.horizon + 2)
    path(world, 0.8)
    for _ in range(5):
        near = world.rng.random()
        y = world.horizon + 6 + near * (height * 0.95 - world.horizon)
        size, x = height * (0.03 + 0.09 * near), world.rng.uniform(0, width)
        bush = discs(
            height,
            width,
            np.stack(
                [
                    x + world.rng.normal(0, size, 8),
                    y - np.abs(world.rng.normal(0, size * 0.5, 8)),
                    world.rng.uniform(0.4, 0.8, 8) * size,
                ],
                1,
            ),
        )
        world.canvas.lay(bush, mottled(world, mix(green, (0.1, 0.35, 0.15), 0.6), 0.3), world.ground_depth(y))
        bloom = discs(
            height,
            width,
            np.stack(
                [
                    x + world.rng.normal(0, size, 22),
                    y - np.abs(world.rng.normal(0, size * 0.6, 22)),
                    world.rng.uniform(0.06, 0.14, 22) * size + 0.5,
                ],
                1,
            ),
        )
        world.canvas.lay(
            bloom,
            world.lit(
                pick(
                    world,
                    (
                        (0.95, 0.35, 0.45),
                        (0.98, 0.80, 0.30),
                        (0.85, 0.55, 0.90),
                        (0.98, 0.95, 0.92),
                        (0.95, 0.55, 0.30),
                    ),
                )
            ),
            world.ground_depth(y),
        )
    for hue in ((0.95, 0.40, 0.50), (0.98, 0.85, 0.35), (0.75, 0.50, 0.90)):
        world.canvas.lay(dots(world, height * 0.8, 40, 1.2, 5), world.lit(hue), 0.1)

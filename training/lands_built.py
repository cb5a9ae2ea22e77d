"""Lands that people made.

City, street, village, road, ruins, harbour, bridge; the landmarks themselves are in buildings.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from .buildings import arch, box, columns, house, lamps, shade, sign, skyline, solid, windows
from .canvas import ridge, strokes
from .ground import band, hill, hills, plane, shimmer, water
from .growth import dots, grass, mottled
from .lands_open import GREENS, far_range, lay_trees, pick
from .light import Colour, World, mix

WALLS: tuple[Colour, ...] = (
    (0.93, 0.86, 0.74),
    (0.86, 0.66, 0.52),
    (0.80, 0.82, 0.84),
    (0.93, 0.76, 0.50),
    (0.72, 0.78, 0.76),
)
ROOFS: tuple[Colour, ...] = ((0.74, 0.34, 0.26), (0.58, 0.32, 0.30), (0.36, 0.40, 0.52), (0.48, 0.36, 0.28))


def city(world: World) -> None:
    """Three rows of towers with windows over water or a square."""
    height = world.size[0]
    tone = pick(world, ((0.50, 0.52, 0.60), (0.60, 0.52, 0.50), (0.42, 0.50, 0.58)))
    foot = world.horizon + height * 0.1
    for index in range(3):
        skyline(
            world,
            foot + index * height * 0.03,
            height * world.rng.uniform(0.35, 0.6) * (1 - 0.12 * index),
            mix(tone, (0.2, 0.2, 0.28), 0.25 * index),
            0.88 - 0.16 * index,
            9 + 2 * index,
        )
    if world.rng.random() < 0.5:
        water(world, foot + height * 0.06, (0.16, 0.30, 0.42), 0.75)
    else:
        plane(world, (0.38, 0.38, 0.42), foot + height * 0.06)


def street(world: World) -> None:
    """Looking down a street.

    House fronts to both sides meeting at the vanishing point, lamps, wet light on the ground.
    """
    height, width = world.size
    x, y = width * world.rng.uniform(0.42, 0.58), world.horizon
    plane(world, (0.42, 0.41, 0.44))
    for side in (-1, 1):
        edges = [0.07, 0.11, 0.17, 0.26, 0.40, 0.62, 0.95]
        for far, near in pairwise(edges):
            up, depth = world.rng.uniform(0.9, 1.6), 0.85 * (1 - near) + 0.05
            xa, xb = x + side * far * width, x + side * near * width
            wall = mix(pick(world, WALLS), (0.35, 0.3, 0.35), 0.35)
            front = np.array(
                [
                    (xa, y - far * height * up),
                    (xb, y - near * height * up),
                    (xb, y + near * height * 0.55),
                    (xa, y + far * height * 0.55),
                ]
            )
            solid(world, [front], wall, depth)
            if side > 0:
                shade(world, [front], 0.2)
            panes = []
            for floor in (0.15, 0.45, 0.75):
                for part in (0.25, 0.65):
                    a, b = far + (near - far) * part, far + (near - far) * (part + 0.2)
                    panes.append(
                        np.array(
                            [
                                (x + side * a * width, y - a * height * up * (floor + 0.16)),
                                (x + side * b * width, y - b * height * up * (floor + 0.16)),
                                (x + side * b * width, y - b * height * up * floor),
                                (x + side * a * width, y - a * height * up * floor),
                            ]
                        )
                    )
            windows(world, panes, depth, 0.6)
    if world.light.dark >= 0.45:
        points = [
            (x + s * r * width * 0.8, y - r * height * 0.35, 1 + 5 * r)
            for r in (0.08, 0.14, 0.25, 0.45)
            for s in (-1, 1)
        ]
        lamps(world, np.array(points))
        wet = np.flipud(world.canvas.rgb[max(0, 2 * y - height) : y])
        world.canvas.rgb[y : y + len(wet)] += 0.22 * wet
        np.clip(world.canvas.rgb, 0, 1, out=world.canvas.rgb)
    if world.weather == "neon":
        sign(world, x - width * 0.3, y + height * 0.1, height * 0.45, 0.4)
        sign(world, x + width * 0.27, y + height * 0.05, height * 0.38, 0.5)


def village(world: World) -> None:
    """Gabled houses and trees on hills."""
    height, width = world.size
    far_range(world, 0.8)
    green = pick(world, GREENS) if world.weather != "snow" else (0.9, 0.93, 0.97)
    lines = hills(world, green, 3, world.horizon, height * 0.80, 0.8, 0.3)
    for index, line in enumerate(lines):
        wide = width * (0.05 + 0.05 * index)
        if world.rng.random() < 0.8:
            lay_trees(
                world, line, wide * 1.1, wide * 1.6, 0.75 - 0.22 * index, False, mix(green, (0.15, 0.35, 0.18), 0.7)
            )
        for x in np.sort(world.rng.uniform(0, width, 4 - index)):
            roof = pick(world, ROOFS) if world.weather != "snow" else (0.93, 0.95, 0.98)
            house(
                world,
                x,
                float(line[int(x)]) + wide * 0.3,
                wide * world.rng.uniform(0.85, 1.3),
                pick(world, WALLS),
                roof,
                0.75 - 0.22 * index,
            )
    world.canvas.lay(
        grass(world, height * 0.97, 60, height * 0.06), mottled(world, mix(green, (0.1, 0.2, 0.1), 0.5), 0), 0.05
    )


def road(world: World) -> None:
    """A road to the vanishing point, with lines and poles."""
    height, width = world.size
    far_range(world, 0.8)
    earth = pick(world, (*GREENS, (0.86, 0.68, 0.46), (0.70, 0.55, 0.42)))
    plane(world, earth)
    top, x = world.horizon + 1, width * world.rng.uniform(0.42, 0.58)
    t = np.linspace(0, 1, height - top, dtype=np.float32)
    bend = world.rng.normal(0, 0.12) * width if world.rng.random() < 0.4 else 0.0
    centre = x + bend * np.sin(3.1 * np.sqrt(t)) * (1 - t) + (width / 2 - x) * t
    half = (0.006 + world.rng.uniform(0.28, 0.48) * t) * width
    asphalt = band(world, centre, half, top)
    world.canvas.lay(asphalt, mottled(world, (0.34, 0.34, 0.38), 0.1, 0.5, 0.08))
    for edge in (-0.9, 0.9):
        world.canvas.lay(
            band(world, centre + edge * half, np.maximum(half * 0.03, 0.25), top) * 0.85, world.lit((0.93, 0.91, 0.85))
        )
    dash = (np.sin(2.2 / (t + 0.045) * 1.5 + 0.6) > 0.1)[:, None]
    line = band(world, centre, np.maximum(half * 0.035, 0.3), top)
    line[top:] *= dash
    world.canvas.lay(line, world.lit((0.97, 0.84, 0.40)) if world.light.dark < 0.7 else (0.85, 0.72, 0.35))
    if world.rng.random() < 0.6:
        poles = []
        for share in (0.03, 0.07, 0.14, 0.28, 0.5):
            row = top + share * (height - top)
            px, up = float(np.interp(share, t, centre + 1.35 * half)), height * (0.02 + 0.85 * share)
            poles += [
                (np.array([(px, row), (px, row - up)]), max(1, up * 0.03)),
                (np.array([(px - up * 0.16, row - up * 0.88), (px + up * 0.16, row - up * 0.88)]), max(1, up * 0.025)),
            ]
        world.canvas.lay(strokes(height, width, poles), world.lit((0.25, 0.2, 0.2)), 0.45)
    elif world.light.dark > 0.45:
        lamps(
            world,
            np.array(
                [
                    (
                        np.interp(s, t, centre) + side * 0.3 * np.interp(s, t, half),
                        top + s * (height - top) - 2,
                        0.8 + 5 * s,
                    )
                    for s in (0.04, 0.12)
                    for side in (-1, 1)
                ]
            ),
            (1.0, 0.35, 0.25),
        )


def ruins(world: World) -> None:
    """Columns and arches, some broken, in grass."""
    height, width = world.size
    far_range(world, 0.6)
    stone = pick(world, ((0.78, 0.72, 0.62), (0.66, 0.66, 0.64), (0.80, 0.66, 0.52)))
    plane(world, mix(pick(world, GREENS), stone, 0.45))
    dry = world.rng.random() < 0.5
    for share in (0.08, 0.3, 0.62):
        row = world.horizon + (height - world.horizon) * share
        depth = world.ground_depth(row)
        tall = height * (0.14 + 0.6 * share)
        if world.rng.random() < 0.35:
            arch(world, width * world.rng.uniform(0.15, 0.85), row, tall * 0.7, tall, tall * 0.13, stone, depth, False)
        else:
            columns(world, row, tall, int(world.rng.integers(2, 6)), depth, 0.5, stone)
    blocks = [
        box(x, y - s * 0.6, x + s, y)
        for x, y, s in zip(
            world.rng.uniform(0, width, 8),
            world.rng.uniform(height * 0.72, height, 8),
            world.rng.uniform(6, 20, 8),
            strict=True,
        )
    ]
    solid(world, blocks, mix(stone, (0.4, 0.4, 0.4), 0.2), 0.2, 0.2)
    if not dry:
        world.canvas.lay(dots(world, height * 0.7, 70, 0.6, 2.4), world.lit((0.40, 0.60, 0.30)))
    world.canvas.lay(
        grass(world, height * 0.95, 70, height * 0.08),
        mottled(world, (0.36, 0.46, 0.22) if not dry else (0.66, 0.56, 0.34), 0),
        0.04,
    )


def harbour(world: World) -> None:
    """A row of gabled fronts along a quay, mirrored in the basin, with masts."""
    height, width = world.size
    foot, x = world.horizon + height * 0.06, -4.0
    line = ridge(world.rng, width, world.horizon - height * 0.1, height * 0.05, 0.3)
    hill(world, line, pick(world, GREENS), 0.85)
    while x < width:
        wide = width * world.rng.uniform(0.07, 0.13)
        house(
            world,
            x + wide / 2,
            foot,
            wide * 0.9,
            pick(world, (*WALLS, (0.80, 0.40, 0.34), (0.42, 0.56, 0.66))),
            pick(world, ROOFS),
            0.72,
        )
        x += wide * 0.95
    masts = []
    for x in world.rng.uniform(0.05, 0.95, 5) * width:
        up = height * world.rng.uniform(0.15, 0.32)
        masts += [
            (np.array([(x, foot + 6), (x, foot - up)]), 1.3),
            (np.array([(x, foot - up * 0.2), (x + up * 0.35, foot - up * 0.2)]), 1.2),
        ]
        hull = np.array(
            [(x - up * 0.3, foot + 2), (x + up * 0.4, foot + 2), (x + up * 0.25, foot + 10), (x - up * 0.2, foot + 10)]
        )
        solid(world, [hull], pick(world, ((0.75, 0.28, 0.24), (0.25, 0.36, 0.52), (0.92, 0.90, 0.85))), 0.6)
    world.canvas.lay(strokes(height, width, masts), world.lit((0.35, 0.26, 0.2), 0.3), 0.62)
    water(world, foot + 9, (0.14, 0.36, 0.46), 0.75)
    shimmer(world, foot + 9)


def bridge(world: World) -> None:
    """A bridge over water: stone arches, or towers and cables."""
    height, width = world.size
    far_range(world, 0.9)
    deck, foot = world.horizon - height * 0.04, world.horizon + height * 0.12
    if world.rng.random() < 0.5:
        stone = pick(world, ((0.70, 0.64, 0.56), (0.60, 0.58, 0.60)))
        span = width / int(world.rng.integers(3, 5))
        solid(world, [box(-2, deck - height * 0.05, width + 2, deck + 3)], stone, 0.5)
        for x in np.arange(-span / 2, width + span, span):
            arch(world, x, foot, span, foot - deck + 4, span * 0.14, stone, 0.5, False)
    else:
        red = pick(world, ((0.72, 0.26, 0.20), (0.45, 0.48, 0.54)))
        solid(world, [box(-2, deck, width + 2, deck + 5)], red, 0.5)
        wires = []
        for x in (width * 0.27, width * 0.73):
            solid(
                world,
                [box(x - 4, deck - height * 0.36, x - 1, foot), box(x + 2, deck - height * 0.36, x + 5, foot)],
                red,
                0.5,
            )
            top = (x, deck - height * 0.35)
            wires += [(np.array([top, (x + reach, deck)]), 1) for reach in np.linspace(-0.26, 0.26, 9) * width]
        world.canvas.lay(strokes(height, width, wires) * 0.8, world.lit(red, 0.4), 0.5)
    water(world, foot, (0.14, 0.38, 0.48), 0.6)
    shimmer(world, foot)

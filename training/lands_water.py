"""Lands by the water: sea, coast, island, river, lake, waterfall, ice, swamp."""

from __future__ import annotations

import numpy as np

from .canvas import below, discs, filled, noise, ridge, soft
from .ground import band, hill, meander, mist, mountain, plane, shadow, shimmer, water
from .growth import grass, mottled, palm
from .lands_open import GREENS, ROCKS, far_range, lay_trees, pick
from .light import World, mix


def sea(world: World) -> None:
    """Open water to the horizon, waves with crests, perhaps land far off."""
    if world.rng.random() < 0.35:
        far_range(world, 1.0)
    water(
        world,
        world.horizon,
        pick(world, ((0.10, 0.36, 0.52), (0.10, 0.45, 0.52), (0.14, 0.28, 0.48))),
        world.rng.uniform(0.0, 0.4),
    )
    shimmer(world, world.horizon)
    height, width = world.size
    rows = np.linspace(0, 1, height - world.horizon, dtype=np.float32)[:, None]
    crest = np.zeros((height, width), np.float32)
    crest[world.horizon :] = (
        np.clip(noise(world.rng, height - world.horizon, width, 3, 0.16) - 1.15 + 0.3 * rows, 0, 1) * 1.4
    )
    world.canvas.lay(np.clip(crest, 0, 0.8), world.lit((0.95, 0.98, 1.0), 0.1))


def coast(world: World) -> None:
    """A curved shore with a fringe of foam, a cliff or a palm."""
    height, width = world.size
    if world.rng.random() < 0.4:
        far_range(world, 1.0)
    water(world, world.horizon, pick(world, ((0.12, 0.45, 0.55), (0.16, 0.52, 0.55))), 0.25)
    shimmer(world, world.horizon)
    shore = height * world.rng.uniform(0.68, 0.86) + np.linspace(-1, 1, width) * height * world.rng.uniform(-0.14, 0.14)
    line = shore + ridge(world.rng, width, 0, height * 0.02, 0.2, 3)
    world.canvas.lay(below(line - 5, height) * 0.8, world.lit((0.97, 0.98, 0.96)), 0.3)
    hill(
        world,
        line.astype(np.float32),
        pick(world, ((0.90, 0.80, 0.60), (0.93, 0.85, 0.68), (0.80, 0.70, 0.55))),
        0.28,
        0.4,
    )
    if world.rng.random() < 0.5:
        side = -1 if world.rng.random() < 0.5 else 1
        x = np.linspace(-1, 1, width) * side
        cliff = (
            world.horizon
            + height * 0.18
            - np.clip((x - world.rng.uniform(0.0, 0.5)) * 3, 0, 1) ** 0.6 * height * world.rng.uniform(0.25, 0.45)
        )
        edge = (cliff + ridge(world.rng, width, 0, 5, 0.8, 6)).astype(np.float32)
        alpha = below(edge, height) * (np.arange(height)[:, None] < world.horizon + height * 0.18) * (x > -0.1)[None, :]
        face = noise(world.rng, height, width, 0.5, 3)[..., None]
        world.canvas.lay(alpha, np.clip(world.lit((0.58, 0.52, 0.46), 0.45) * (1 + 0.2 * face), 0, 1), 0.5)
        world.canvas.lay(
            alpha * np.clip(1 - (np.arange(height)[:, None] - edge[None]) / 7, 0, 1),
            world.lit(pick(world, GREENS), 0.45),
        )
    elif world.rng.random() < 0.5:
        x = width * world.rng.choice([world.rng.uniform(0.05, 0.25), world.rng.uniform(0.75, 0.95)])
        trunk, fronds = palm(world, x, height * 0.92, height * world.rng.uniform(0.5, 0.7))
        world.canvas.lay(trunk, world.lit((0.45, 0.33, 0.24)), 0.12)
        world.canvas.lay(fronds, mottled(world, (0.24, 0.48, 0.26), 0), 0.1)


def island(world: World) -> None:
    """A green hump with palms out in the sea."""
    height, width = world.size
    middle, half = width * world.rng.uniform(0.35, 0.65), width * world.rng.uniform(0.2, 0.36)
    x = (np.arange(width) - middle) / half
    top = world.horizon + 6 - np.sqrt(np.clip(1 - x**2, 0, 1)) * height * world.rng.uniform(0.1, 0.25)
    line = np.where(np.abs(x) < 1, top + ridge(world.rng, width, 0, 4, 0.5, 5), height + 5).astype(np.float32)
    hill(world, line, pick(world, GREENS), 0.55)
    wooded = np.where(np.abs(x) < 0.8, line, height * 3).astype(np.float32)
    for place in middle + half * world.rng.uniform(-0.6, 0.6, 3):
        trunk, fronds = palm(
            world, place, float(wooded[int(np.clip(place, 0, width - 1))]) + 4, height * world.rng.uniform(0.16, 0.26)
        )
        world.canvas.lay(trunk, world.lit((0.45, 0.33, 0.24), 0.5), 0.55)
        world.canvas.lay(fronds, mottled(world, (0.25, 0.50, 0.28), 0.5), 0.55)
    water(world, world.horizon + 5, (0.12, 0.45, 0.55), 0.45)
    shimmer(world, world.horizon + 5)


def river(world: World) -> None:
    """A river winding through grass between trees."""
    height, width = world.size
    far_range(world, 0.9)
    green = pick(world, GREENS)
    before = world.canvas.rgb.copy()
    top = world.horizon + 2
    plane(world, green, world.horizon)
    centre, half = meander(world, top, world.rng.uniform(0.2, 0.36), 1.0)
    cover = band(world, centre, half, top)
    shadow(world, band(world, centre, half * 1.08 + 1, top), 0.3, 1.5)
    dry = world.canvas.rgb.copy()
    world.canvas.rgb[:] = before
    water(world, top, (0.20, 0.46, 0.56), 0.8)
    wet = world.canvas.rgb.copy()
    world.canvas.rgb[:] = dry + cover[..., None] * (wet - dry)
    for share in (0.06, 0.2, 0.5):
        row = world.horizon + (height - world.horizon) * share
        tall = height * (0.05 + 0.42 * share)
        bank = np.interp(row, np.arange(top, height), centre)
        away = np.where(
            np.abs(np.arange(width) - bank) > np.interp(row, np.arange(top, height), half) * 1.25 + tall * 0.3,
            row,
            height * 4,
        ).astype(np.float32)
        if world.rng.random() < 0.75:
            lay_trees(
                world,
                away,
                tall,
                tall * 0.8,
                world.ground_depth(row),
                world.rng.random() < 0.4,
                mix(green, (0.12, 0.30, 0.16), 0.55),
            )


def lake(world: World) -> None:
    """Still water under a mountain and a wooded shore."""
    height, width = world.size
    rock = pick(world, ROCKS)
    shore = world.horizon + height * 0.06
    mountain(world, shore, height * world.rng.uniform(0.25, 0.5), rock, 0.9, world.rng.uniform(0, 0.5))
    line = ridge(world.rng, width, shore - height * 0.04, height * 0.03, 0.3)
    hill(world, line, pick(world, GREENS), 0.7)
    lay_trees(
        world, line + height * 0.02, height * 0.08, height * 0.04, 0.65, world.rng.random() < 0.7, (0.20, 0.38, 0.28)
    )
    water(world, shore, (0.16, 0.38, 0.50), world.rng.uniform(0.75, 1.0))
    shimmer(world, shore)
    if world.rng.random() < 0.5:
        world.canvas.lay(grass(world, height * 0.95, 60, height * 0.14), mottled(world, (0.24, 0.36, 0.20), 0), 0.04)


def waterfall(world: World) -> None:
    """Water falling over a cliff into a pool, with spray."""
    height, width = world.size
    far_range(world, 0.8)
    x, half = width * world.rng.uniform(0.35, 0.65), width * world.rng.uniform(0.06, 0.13)
    pool = int(height * 0.72)
    at = np.abs(np.arange(width) - x)
    line = (
        world.horizon - height * 0.02 - np.clip(at - half, 0, width) * 0.25 + ridge(world.rng, width, 0, 6, 0.7, 6)
    ).astype(np.float32)
    face = noise(world.rng, height, width, 0.6, 3.5)[..., None]
    world.canvas.lay(below(line, height), np.clip(world.lit((0.40, 0.40, 0.42), 0.5) * (1 + 0.3 * face), 0, 1), 0.6)
    lay_trees(world, line + 3, height * 0.12, height * 0.09, 0.6, False, (0.24, 0.46, 0.26))
    fall = np.clip(half - at + 0.5, 0, 1)[None, :] * (np.arange(height)[:, None] > line.max() * 0 + world.horizon - 2)
    threads = noise(world.rng, height, width, 0.25, 6)[..., None]
    world.canvas.lay(
        fall.astype(np.float32), np.clip(world.lit((0.88, 0.95, 0.99), 0.2) * (1 + 0.12 * threads), 0, 1), 0.58
    )
    water(world, pool, (0.18, 0.46, 0.52), 0.6)
    spray = discs(
        height,
        width,
        np.array([[x + world.rng.normal(0, half), pool + world.rng.normal(0, 5), half * 0.7] for _ in range(6)]),
    )
    world.canvas.lay(soft(spray, 7) * 0.8, world.lit((0.95, 0.98, 1.0), 0.1))


def ice(world: World) -> None:
    """Icebergs and floes on cold water."""
    height, width = world.size
    if world.rng.random() < 0.5:
        mountain(world, world.horizon + 2, height * 0.2, (0.75, 0.84, 0.92), 0.9, 1.0)
    shapes, shade = [], []
    for _ in range(int(world.rng.integers(2, 5))):
        x, half, tall = (
            world.rng.uniform(0, width),
            width * world.rng.uniform(0.08, 0.2),
            height * world.rng.uniform(0.08, 0.28),
        )
        foot = world.horizon + 4
        tip = (x + world.rng.uniform(-0.4, 0.4) * half, foot - tall)
        shapes.append(
            np.array(
                [
                    (x - half, foot),
                    (x - half * 0.7, foot - tall * 0.5),
                    tip,
                    (x + half * 0.6, foot - tall * 0.65),
                    (x + half, foot),
                ]
            )
        )
        shade.append(np.array([tip, (x + half * 0.6, foot - tall * 0.65), (x + half, foot), (x + half * 0.1, foot)]))
    world.canvas.lay(filled(height, width, shapes), mottled(world, (0.88, 0.95, 0.99), 0.4), 0.7)
    world.canvas.lay(filled(height, width, shade) * 0.6, world.lit((0.50, 0.72, 0.88), 0.4))
    water(world, world.horizon + 4, (0.20, 0.48, 0.62), 0.8)
    floes = []
    for _ in range(int(world.rng.integers(4, 12))):
        near = world.rng.random() ** 1.5
        y, x, half = (
            world.horizon + 10 + near * (height - world.horizon),
            world.rng.uniform(0, width),
            width * (0.03 + 0.16 * near),
        )
        angles = np.linspace(0, 6.28, 9)[:-1] + world.rng.uniform(-0.2, 0.2, 8)
        floes.append(np.stack([x + np.cos(angles) * half, y + np.sin(angles) * half * 0.22], 1))
    lower = filled(height, width, [f + np.array([0, 3]) for f in floes])
    world.canvas.lay(lower, world.lit((0.42, 0.66, 0.80), 0.1))
    world.canvas.lay(filled(height, width, floes), mottled(world, (0.93, 0.97, 1.0), 0.1, 0.6, 0.05))


def swamp(world: World) -> None:
    """Drowned woods in dark still water, with reeds."""
    height, width = world.size
    line = ridge(world.rng, width, world.horizon, height * 0.03, 0.4)
    hill(world, line, (0.34, 0.42, 0.30), 0.8)
    lay_trees(world, line, height * 0.2, height * 0.1, 0.75, False, (0.28, 0.40, 0.26))
    lay_trees(world, line + height * 0.06, height * 0.32, height * 0.3, 0.55, False, (0.22, 0.34, 0.22))
    water(world, world.horizon + height * 0.07, (0.22, 0.30, 0.20), 0.9)
    mist(world, world.horizon, world.horizon + height * 0.2, 0.6)
    world.canvas.lay(grass(world, height * 0.9, 70, height * 0.2), mottled(world, (0.24, 0.34, 0.16), 0), 0.05)

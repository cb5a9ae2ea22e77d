"""Halls and other worlds: cathedral, a cathedral of roots, cave, underwater, space, a moon, above the clouds."""

from __future__ import annotations

import numpy as np

from .buildings import arch
from .canvas import below, discs, filled, noise, ridge, soft, strokes
from .ground import hill, mountain, plane
from .growth import mottled, roots, weeds
from .lands_close import light_shafts
from .lands_open import GREENS, pick
from .light import World, mix
from .sky import beams, galaxy


def root_hall(world: World) -> None:
    """A cathedral grown of roots: ribs of wood arching over a lit nave."""
    height, width = world.size
    x = width * world.rng.uniform(0.42, 0.58)
    world.canvas.lay(np.full(world.size, 0.55, np.float32), world.lit((0.30, 0.24, 0.18), 0.5))
    glow = discs(height, width, np.array([[x, world.horizon, width * 0.1]]))
    world.canvas.add_light(soft(glow, 30) * 2.2, mix(world.light.low, (1, 0.9, 0.6), 0.5))
    plane(world, (0.42, 0.32, 0.20), world.horizon + 4, 0.3)
    for index in range(5):
        share = index / 4
        wood = mix((0.60, 0.44, 0.28), (0.26, 0.18, 0.13), share)
        wide = width * (0.22 + 1.0 * share**1.4)
        foot = world.horizon + 6 + (height * 1.05 - world.horizon) * share
        arch(
            world,
            x + world.rng.normal(0, 3),
            foot,
            wide,
            height * (0.28 + 0.85 * share),
            3 + 17 * share,
            wood,
            0.85 - 0.75 * share,
        )
        for side in (-1, 1):
            tangle = roots(
                world, 4, x + side * wide / 2, foot - height * (0.10 + 0.2 * share), height * (0.12 + 0.26 * share)
            )
            world.canvas.lay(tangle, mottled(world, wood, 0.6 - 0.6 * share, 0.3, 0.25), 0.8 - 0.72 * share)
    light_shafts(world, 0.55)


def cathedral(world: World) -> None:
    """A gothic nave: arches one behind the other, a rose window, coloured light."""
    height, width = world.size
    x, stone = (
        width * world.rng.uniform(0.45, 0.55),
        pick(world, ((0.70, 0.66, 0.62), (0.60, 0.60, 0.68), (0.72, 0.62, 0.52))),
    )
    world.canvas.lay(np.full(world.size, 0.85, np.float32), world.lit(mix(stone, (0.1, 0.1, 0.2), 0.55), 0.4), 0.95)
    plane(world, mix(stone, (0.45, 0.35, 0.35), 0.4), world.horizon + 3)
    hues = [(0.95, 0.35, 0.35), (0.98, 0.80, 0.35), (0.35, 0.60, 0.95), (0.45, 0.85, 0.55), (0.75, 0.45, 0.9)]
    r = width * 0.065
    spots = [
        (x + np.cos(a) * r * 0.66, world.horizon - height * 0.22 + np.sin(a) * r * 0.66)
        for a in np.linspace(0, 6.28, 9)[:-1]
    ]
    for index, (px, py) in enumerate([*spots, (x, world.horizon - height * 0.22)]):
        pane = discs(height, width, np.array([[px, py, r * 0.3]]))
        world.canvas.lay(pane, hues[index % 5])
        world.canvas.add_light(soft(pane, 9) * 0.9, hues[index % 5])
    for index in range(5):
        share = index / 4
        foot = world.horizon + 4 + (height * 1.02 - world.horizon) * share**1.2
        arch(
            world,
            x,
            foot,
            width * (0.24 + 0.95 * share**1.3),
            height * (0.36 + 0.75 * share),
            4 + 16 * share,
            mix(stone, (0.15, 0.13, 0.2), 0.5 * share),
            0.9 - 0.8 * share,
        )
    light_shafts(world, 0.5)


def cave(world: World) -> None:
    """Rings of rock round a bright mouth, stalactites, perhaps crystals."""
    height, width = world.size
    x, y, r = width * world.rng.uniform(0.35, 0.65), world.horizon, width * world.rng.uniform(0.14, 0.24)
    hill(world, ridge(world.rng, width, y + r * 0.3, 6, 0.5), pick(world, GREENS), 0.85)
    rock = pick(world, ((0.36, 0.32, 0.36), (0.40, 0.33, 0.28), (0.28, 0.34, 0.42)))
    inside = mix(rock, (0.05, 0.05, 0.1), 0.35)
    angle = np.linspace(0, 6.28, 40)
    for index in range(4):
        share = index / 3
        wobble = 1 + 0.16 * np.interp(np.linspace(0, 14, 40), np.arange(15), np.append(world.rng.normal(0, 1, 14), 0))
        size = r * (1 + 1.5 * share**1.3)
        hole = filled(
            height, width, [np.stack([x + np.cos(angle) * size * wobble, y + np.sin(angle) * size * 0.85 * wobble], 1)]
        )
        depth = 0.8 - 0.7 * share
        texture = 1 + 0.3 * noise(world.rng, height, width, 0.8, 0.8)[..., None]
        near = np.exp(-np.hypot(*np.meshgrid(np.arange(width) - x, np.arange(height) - y)) / (r * (1.4 + share)))[
            ..., None
        ].astype(np.float32)
        paint = (
            np.asarray(mix(inside, (0.02, 0.02, 0.04), 0.65 * share), np.float32)
            * texture
            * (0.55 + 0.9 * near * np.asarray(world.light.low, np.float32))
        )
        world.canvas.lay(1 - hole, np.clip(paint, 0, 1), depth)
    teeth = [
        np.array([(c - w, -2), (c + w, -2), (c + world.rng.normal(0, 2), t)])
        for c, w, t in zip(
            world.rng.uniform(0, width, 12), world.rng.uniform(3, 12, 12), world.rng.uniform(15, 75, 12), strict=True
        )
    ]
    world.canvas.lay(filled(height, width, teeth), mottled(world, mix(inside, (0, 0, 0), 0.3), 0.0), 0.2)
    if world.rng.random() < 0.45:
        gem = pick(world, ((0.35, 0.85, 1.0), (0.85, 0.45, 1.0), (0.45, 1.0, 0.7)))
        shards = [
            np.array(
                [
                    (c, f),
                    (c + lean * t - t * 0.13, f - t * 0.8),
                    (c + lean * t, f - t),
                    (c + lean * t + t * 0.15, f - t * 0.75),
                    (c + t * 0.28, f),
                ]
            )
            for c, f, t, lean in zip(
                world.rng.uniform(0, width, 9),
                world.rng.uniform(height * 0.82, height, 9),
                world.rng.uniform(14, 48, 9),
                world.rng.uniform(-0.5, 0.5, 9),
                strict=True,
            )
        ]
        cover = filled(height, width, shards)
        world.canvas.lay(
            cover,
            np.clip(
                np.asarray(gem, np.float32) * (0.75 + 0.4 * noise(world.rng, height, width, 0.3, 0.3)[..., None]), 0, 1
            ),
            0.12,
        )
        world.canvas.add_light(soft(cover, 12) * 0.9, gem)


def underwater(world: World) -> None:
    """Shafts of light, sea bed, corals, weeds, bubbles."""
    height, width = world.size
    deep = pick(world, ((0.03, 0.22, 0.40), (0.02, 0.30, 0.38), (0.05, 0.16, 0.38)))
    shallow = pick(world, ((0.35, 0.80, 0.85), (0.40, 0.85, 0.80)))
    dim = 1 - 0.62 * world.light.dark
    down = np.linspace(0, 1, height, dtype=np.float32)[:, None, None] ** 0.8
    world.canvas.rgb[:] = (
        (np.asarray(shallow, np.float32) * (1 - down) + np.asarray(deep, np.float32) * down)
        * dim
        * (0.6 + 0.4 * np.asarray(world.light.sun, np.float32))
    )
    world.canvas.add_light(beams(world, world.sun_x * width, -30) * 0.75 * dim, (0.75, 0.98, 0.95))
    for index in range(3):
        share = index / 2
        line = ridge(world.rng, width, height * (0.68 + 0.14 * share), height * 0.06, 0.5)
        bed = np.asarray(mix(mix(shallow, deep, 0.7), (0.80, 0.72, 0.52), 0.30 + 0.25 * share), np.float32) * dim
        world.canvas.lay(
            below(line, height),
            np.clip(bed * (1 + 0.15 * noise(world.rng, height, width, 1, 0.5)[..., None]), 0, 1),
            0.8 - 0.6 * share,
        )
        for _ in range(4):
            x, size = world.rng.uniform(0, width), height * (0.04 + 0.08 * share)
            foot, hue = (
                line[int(x)] + 4,
                pick(world, ((0.95, 0.42, 0.45), (0.96, 0.62, 0.32), (0.75, 0.45, 0.80), (0.95, 0.75, 0.55))),
            )
            if world.rng.random() < 0.5:
                coral = np.flipud(roots(world, 5, x, height - foot, size * 1.6))
            else:
                coral = discs(
                    height,
                    width,
                    np.stack(
                        [
                            x + world.rng.normal(0, size * 0.5, 7),
                            foot - np.abs(world.rng.normal(0, size * 0.4, 7)),
                            world.rng.uniform(0.2, 0.5, 7) * size,
                        ],
                        1,
                    ),
                )
            world.canvas.lay(
                coral,
                np.asarray(mix(mix(shallow, deep, 0.6), hue, 0.35 + 0.5 * share), np.float32) * max(dim, 0.5),
                0.78 - 0.6 * share,
            )
    world.canvas.lay(weeds(world, 14, height * 0.4), np.asarray((0.08, 0.40, 0.26), np.float32) * max(dim, 0.45), 0.1)
    bubbles = np.stack(
        [world.rng.uniform(0, width, 16), world.rng.uniform(0, height, 16), world.rng.uniform(0.8, 3.2, 16)], 1
    )
    world.canvas.lay(discs(height, width, bubbles) * 0.5, (0.85, 0.98, 1.0))


def planet_ball(world: World, x: float, y: float, r: float, ringed: bool) -> None:
    """A banded planet, lit from one side, perhaps with a ring."""
    height, width = world.size
    one, two = (
        pick(
            world, ((0.90, 0.62, 0.42), (0.42, 0.62, 0.86), (0.86, 0.48, 0.60), (0.55, 0.80, 0.70), (0.70, 0.58, 0.88))
        )
        for _ in range(2)
    )
    yy, xx = np.mgrid[0:height, 0:width].astype(np.float32)
    bands = (
        0.5
        + 0.5
        * np.sin((yy - y + 0.25 * (xx - x)) / r * world.rng.uniform(4, 9) + 1.5 * noise(world.rng, height, width, 4, 1))
    )[..., None]
    day = np.clip(0.62 + 0.62 * ((xx - x) * (1 if world.sun_x > 0.5 else -1) - (yy - y) * 0.6) / r, 0.06, 1.1)[
        ..., None
    ]
    paint = (np.asarray(one, np.float32) * bands + np.asarray(two, np.float32) * (1 - bands)) * day
    ball = discs(height, width, np.array([[x, y, r]]))
    world.canvas.add_light(soft(ball, r * 0.35) * 0.35, one)
    world.canvas.lay(ball, np.clip(paint, 0, 1), 0.92)
    if ringed:
        t = np.linspace(0, 6.29, 60)
        loop = np.stack([x + np.cos(t) * r * 1.9, y + np.sin(t) * r * 0.42 - np.cos(t) * r * 0.35], 1)
        front = strokes(height, width, [(loop, max(2, r * 0.13))]) * (1 - ball * (yy < y - (xx - x) * 0.18))
        world.canvas.lay(front * 0.85, mix(two, (1, 0.95, 0.85), 0.4), 0.9)


def space(world: World) -> None:
    """Nebulae, a galaxy, stars, perhaps planets."""
    height, width = world.size
    dark = pick(world, ((0.02, 0.02, 0.08), (0.05, 0.02, 0.10), (0.01, 0.04, 0.10)))
    world.canvas.rgb[:] = np.asarray(dark, np.float32)
    veil = noise(world.rng, height, width, 4, 4)
    world.canvas.add_light(
        np.clip(0.1 + 0.35 * veil, 0, 1) * 0.6, pick(world, ((0.5, 0.2, 0.7), (0.15, 0.35, 0.75), (0.1, 0.5, 0.55)))
    )
    galaxy(world)
    for _ in range(int(world.rng.integers(0, 3))):
        planet_ball(
            world,
            world.rng.uniform(0.1, 0.9) * width,
            world.rng.uniform(0.1, 0.9) * height,
            width * world.rng.uniform(0.05, 0.18),
            world.rng.random() < 0.5,
        )


def moonscape(world: World) -> None:
    """The ground of another world under a sky of stars and planets."""
    height, width = world.size
    ground = pick(world, ((0.66, 0.66, 0.70), (0.78, 0.46, 0.34), (0.62, 0.52, 0.70)))
    world.canvas.rgb *= 0.35
    galaxy(world)
    planet_ball(
        world,
        world.rng.uniform(0.15, 0.85) * width,
        world.horizon * world.rng.uniform(0.3, 0.7),
        width * world.rng.uniform(0.06, 0.17),
        world.rng.random() < 0.5,
    )
    mountain(world, world.horizon + 3, height * 0.14, ground, 0.9, 0, 0.6)
    plane(world, ground, strength=0.12)
    for _ in range(9):
        near = world.rng.random() ** 1.4
        y, x, half = (
            world.horizon + 4 + near * (height - world.horizon),
            world.rng.uniform(0, width),
            width * (0.02 + 0.12 * near),
        )
        t = np.linspace(0, 6.28, 20)
        rim = np.stack([x + np.cos(t) * half, y + np.sin(t) * half * 0.26], 1)
        world.canvas.lay(filled(height, width, [rim]), world.lit(mix(ground, (1, 1, 1), 0.3), 0.1))
        world.canvas.lay(
            filled(height, width, [(rim - (x, y)) * 0.86 + (x, y + half * 0.03)]),
            world.lit(mix(ground, (0.1, 0.1, 0.15), 0.45), 0.1),
        )


def cloudland(world: World) -> None:
    """Above the clouds: billows one behind the other to the edge of the sky."""
    height, width = world.size
    for index in range(6):
        share = index / 5
        line = ridge(world.rng, width, world.horizon + (height * 0.9 - world.horizon) * share, height * 0.03, 0.3)
        xs = np.arange(-10, width + 10, 5 + 14 * share)
        heap = np.stack(
            [xs, line[np.clip(xs, 0, width - 1).astype(int)], world.rng.uniform(0.5, 1.3, xs.size) * (5 + 20 * share)],
            1,
        )
        cover = np.maximum(soft(discs(height, width, heap), 1 + share), below(line, height))
        white = mix(mix((1, 1, 1), world.light.low, 0.45), world.light.top, 0.68 * world.light.dark)
        rows = np.clip((np.arange(height, dtype=np.float32) - line.mean() + 20) / (30 + 30 * share), 0, 1)[
            :, None, None
        ]
        paint = (
            np.asarray(white, np.float32) * (1 - 0.55 * rows) + np.asarray(world.light.middle, np.float32) * 0.55 * rows
        )
        veil = world.light.air * 0.8 * (1 - share)
        world.canvas.lay(
            cover, paint * (1 - veil) + np.asarray(world.light.haze, np.float32) * veil, 0.9 - 0.75 * share
        )

"""What falls, drifts or burns between the eye and the land: rain, snow, fog, fire, neon glow, falling leaves."""

from __future__ import annotations

import numpy as np

from .canvas import discs, filled, noise, soft, strokes
from .ground import mist
from .light import World, mix


def rain(world: World) -> None:
    """Slanted streaks, near ones long, over a greyed picture."""
    height, width = world.size
    slant = world.rng.uniform(-0.3, 0.3)
    for count, long, strength in ((150, 9, 0.22), (70, 20, 0.30)):
        xs, ys = world.rng.uniform(-20, width + 20, count), world.rng.uniform(-20, height, count)
        lines = [(np.array([(x, y), (x + slant * long, y + long)]), 1) for x, y in zip(xs, ys, strict=True)]
        world.canvas.lay(strokes(height, width, lines) * strength, mix(world.light.low, (0.9, 0.95, 1.0), 0.6))
    world.canvas.rgb *= 0.94


def snow(world: World) -> None:
    """Flakes of several sizes, the near ones soft."""
    height, width = world.size
    for count, size, blur in ((170, 0.8, 0.5), (70, 1.5, 0.7), (22, 2.8, 1.4)):
        flakes = np.stack(
            [
                world.rng.uniform(0, width, count),
                world.rng.uniform(0, height, count),
                world.rng.uniform(0.5, 1, count) * size,
            ],
            1,
        )
        world.canvas.lay(
            soft(discs(height, width, flakes), blur) * 0.85,
            mix((0.97, 0.98, 1.0), world.light.haze, 0.3 * world.light.dark),
        )


def fog(world: World) -> None:
    """Thick by depth, with banks lying on the ground."""
    height = world.size[0]
    veil = np.clip(world.canvas.depth**1.3 * 0.5, 0, 0.9) * (0.85 + 0.2 * noise(world.rng, *world.size, 5, 2, 4))
    world.canvas.lay(np.clip(veil * (world.canvas.depth < 0.99), 0, 0.92).astype(np.float32), world.light.haze)
    mist(world, world.horizon - height * 0.05, world.horizon + height * 0.14, 0.6)
    if world.rng.random() < 0.6:
        mist(world, world.horizon + height * 0.15, height * 0.8, 0.3)


def fire(world: World) -> None:
    """Flames rising from the land, smoke above them, sparks in the air, everything lit from below."""
    height, width = world.size
    rng = world.rng
    smoke = noise(rng, height, width, 2.5, 2.0)
    above = np.clip(1 - np.arange(height, dtype=np.float32) / (world.horizon * 1.1), 0, 1)[:, None]
    world.canvas.lay(np.clip(0.25 + 0.6 * smoke, 0, 1) * above * 0.7, (0.15, 0.08, 0.08))
    for row_share, tall in ((0.05, 0.22), (0.3, 0.34), (0.62, 0.30)):
        foot = world.horizon + (height - world.horizon) * row_share
        outer, inner, heart = [], [], []
        x = rng.uniform(-10, 20)
        while x < width + 10:
            if rng.random() < 0.78:
                size, half = height * tall * rng.uniform(0.4, 1.15), height * tall * rng.uniform(0.14, 0.26)
                for shapes, share in ((outer, 1.0), (inner, 0.66), (heart, 0.38)):
                    shapes.append(_flame(rng, x, foot + 3, half * (0.35 + 0.65 * share), size * share))
            x += height * tall * rng.uniform(0.2, 0.6)
        depth = world.ground_depth(foot)
        cover = soft(filled(height, width, outer), 1.0)
        world.canvas.add_light(soft(cover, 14) * 0.9, (1.0, 0.40, 0.10))
        world.canvas.lay(cover * 0.92, (0.93, 0.32, 0.08), depth)
        world.canvas.lay(soft(filled(height, width, inner), 1.2), (1.0, 0.62, 0.14))
        world.canvas.lay(soft(filled(height, width, heart), 1.2), (1.0, 0.90, 0.50))
    sparks = np.stack([rng.uniform(0, width, 60), rng.uniform(0, height * 0.9, 60), rng.uniform(0.4, 1.4, 60)], 1)
    glow = discs(height, width, sparks)
    world.canvas.add_light(glow + soft(glow, 2) * 1.5, (1.0, 0.65, 0.2))


def _flame(rng: np.random.Generator, x: float, foot: float, half: float, tall: float) -> np.ndarray:
    t = np.linspace(0, 1, 9)
    wide = half * np.sqrt(np.clip(t, 0, 1) + 0.05) * (1 - t) ** 0.8 * 1.9 + half * 0.45 * (1 - t)
    spine = x + rng.normal(0, half * 0.3) * np.sin(t * 4 + rng.uniform(0, 6)) + rng.normal(0, half * 0.5) * t**2
    up = foot - tall * t
    return np.concatenate([np.stack([spine - wide, up], 1), np.stack([spine + wide, up], 1)[::-1]])


def neon(world: World) -> None:
    """Two coloured glows from the sides, and tubes of light hung in the scene."""
    height, width = world.size
    hues = [(1.0, 0.2, 0.6), (0.15, 0.85, 1.0), (0.6, 0.25, 1.0), (0.3, 1.0, 0.6), (1.0, 0.55, 0.15)]
    one, two = (hues[i] for i in world.rng.permutation(5)[:2])
    at = np.linspace(0, 1, width, dtype=np.float32)[None, :]
    low = np.exp(-(((np.arange(height, dtype=np.float32)[:, None] - world.horizon) / (height * 0.4)) ** 2))
    world.canvas.add_light((1 - at) ** 2 * low * 0.5, one)
    world.canvas.add_light(at**2 * low * 0.5, two)
    tubes = []
    for _ in range(int(world.rng.integers(3, 8))):
        x, y, s = (
            world.rng.uniform(0.05, 0.95) * width,
            world.horizon + world.rng.uniform(-0.22, 0.08) * height,
            world.rng.uniform(0.03, 0.09) * height,
        )
        kind = int(world.rng.integers(3))
        t = np.linspace(0, 6.29, 20)
        shape = (
            np.stack([x + np.cos(t) * s, y + np.sin(t) * s], 1),
            np.array([(x - s, y), (x + s, y)]),
            np.array([(x - s, y - s), (x + s, y - s), (x + s, y + s), (x - s, y + s), (x - s, y - s)]),
        )[kind]
        tubes.append((shape, 1 + world.rng.integers(0, 2)))
    for half, hue in ((tubes[::2], one), (tubes[1::2], two)):
        cover = strokes(height, width, half)
        world.canvas.add_light(soft(cover, 5) * 1.5 + soft(cover, 1.5) * 0.6, hue)
        world.canvas.lay(cover, mix(hue, (1, 1, 1), 0.45))


def leaves(world: World) -> None:
    """Leaves or petals carried by the wind."""
    height, width = world.size
    hue = ((0.90, 0.50, 0.20), (0.80, 0.30, 0.20), (0.98, 0.75, 0.80))[int(world.rng.integers(3))]
    shapes = []
    for _ in range(40):
        x, y, s, a = (
            world.rng.uniform(0, width),
            world.rng.uniform(0, height),
            world.rng.uniform(1.5, 5),
            world.rng.uniform(0, 6),
        )
        along, across = np.array([np.cos(a), np.sin(a)]) * s, np.array([-np.sin(a), np.cos(a)]) * s * 0.45
        shapes.append(np.array([along, across, -along, -across]) + np.array([x, y]))
    world.canvas.lay(filled(height, width, shapes) * 0.9, world.lit(hue))

"""What everything stands on.

Hills one behind the other, a plane in perspective, mountains, water with its reflections.
"""

from __future__ import annotations

import cv2
import numpy as np

from .canvas import Array, below, noise, ridge, soft
from .light import Colour, World, mix


def hill(world: World, line: Array, colour: Colour, depth: float, reach: float = 0.25, strength: float = 0.12) -> None:
    """Land below a skyline.

    Lit along its edge, darker and hazier further down; nearer by up to 0.2 towards the lower edge.
    """
    height, width = world.size
    rows = np.arange(height, dtype=np.float32)[:, None]
    down = np.clip((rows - line[None, :]) / (reach * height), 0, 1)
    texture = 1 + strength * noise(world.rng, height, width, 1.6, 0.5)
    paint = world.lit(colour, depth)[None, None] * (1.1 - 0.28 * down * texture)[..., None] * texture[..., None]
    near = np.maximum(depth - 0.2 * np.clip((rows - line[None, :]) / height, 0, 1), 0)
    world.canvas.lay(below(line, height), np.clip(paint, 0, 1), near)


def hills(
    world: World, colour: Colour, count: int, top: float, low: float, far: float = 0.85, near: float = 0.4
) -> list[Array]:
    """Several rolling hills between two rows, far to near; returns their skylines."""
    lines = []
    for index in range(count):
        share = index / max(1, count - 1)
        line = ridge(
            world.rng,
            world.size[1],
            top + (low - top) * share,
            world.size[0] * (0.035 + 0.02 * share),
            0.2,
            int(world.rng.integers(1, 4)),
        )
        shade = mix(colour, (colour[0] * 0.7, colour[1] * 0.85, colour[2] * 0.75), share * 0.5)
        hill(world, line, shade, far + (near - far) * share)
        lines.append(line)
    return lines


def plane(world: World, colour: Colour, top: float | None = None, strength: float = 0.14, stretch: float = 1.0) -> None:
    """Flat ground in perspective from `top` (default.

    The horizon) to the lower edge, its texture squeezed into the distance.
    """
    height, width = world.size
    start = int(world.horizon if top is None else top)
    tall = height - start
    if tall < 2:
        return
    flat = noise(world.rng, height * 2, width, 1.2 * stretch, 0.8)
    rows = (1 - 1 / (1 + 4 * np.linspace(0, 1, tall, dtype=np.float32))) / 0.8
    texture = flat[(rows * (height * 2 - 1)).astype(int)]
    depth = np.array([world.ground_depth(start + row) for row in range(tall)], np.float32)
    shade = (
        np.stack([world.lit(colour, d) for d in depth])[:, None, :]
        * (1 + strength * texture * (0.35 + 0.65 * rows[:, None]))[..., None]
    )
    alpha = np.zeros((height, width), np.float32)
    alpha[start:] = 1
    full = np.zeros((height, width, 3), np.float32)
    full[start:] = np.clip(shade, 0, 1)
    column = np.ones((height, 1), np.float32)
    column[start:, 0] = depth
    world.canvas.lay(alpha, full, column)


def mountain(
    world: World, base: float, tall: float, colour: Colour, depth: float, snow: float, rough: float = 0.75
) -> Array:
    """A jagged range with a sunny and a shady side and snow above `snow` (share of its height, 0 none).

    Returns its skyline.
    """
    height, width = world.size
    line = ridge(world.rng, width, base - tall * 0.55, tall * 0.42, rough, int(world.rng.integers(2, 4)))
    rows = np.arange(height, dtype=np.float32)[:, None]
    fold = noise(world.rng, height, width, 1.4, 2.2)
    slope = cv2.GaussianBlur(np.gradient(line).astype(np.float32)[None], (0, 0), 2)[0]
    side = np.sign(world.sun_x - 0.5) or 1.0
    lit = np.clip(0.5 + side * 0.5 * slope[None, :] + 0.55 * fold, 0, 1)
    lit = lit * lit * (3 - 2 * lit)
    down = np.clip((rows - line[None, :]) / tall, 0, 1)
    rock = np.asarray(colour, np.float32) * (0.66 + 0.5 * lit[..., None])
    if snow > 0:
        cap = np.clip((snow + 0.2 * fold - down) * 9, 0, 1)[..., None]
        white = np.array((0.97, 0.98, 1.0), np.float32) * (0.72 + 0.3 * lit[..., None])
        rock = rock + cap * (white - rock)
    veil = np.clip(world.light.air * depth**1.2 + 0.3 * world.light.air * down**2, 0, 0.93)[..., None]
    paint = rock * np.asarray(world.light.sun, np.float32)
    paint = paint + (np.asarray(world.light.haze, np.float32) - paint) * veil
    world.canvas.lay(below(line, height), np.clip(paint, 0, 1), depth)
    return line


def water(
    world: World, top: float, colour: Colour = (0.16, 0.40, 0.52), calm: float = 0.6, cover: Array | None = None
) -> None:
    """Water from `top` to the lower edge.

    What lies above mirrored in it, broken by waves in perspective; `calm` 0 sea .. 1 pond.
    """
    height, width = world.size
    start = int(np.clip(top, 1, height - 2))
    tall = height - start
    rows = np.linspace(0, 1, tall, dtype=np.float32)[:, None]
    wave = noise(world.rng, tall, width, 2.6, 0.28)
    yy = start - 1 - rows * min(start - 1, tall * 1.05) + wave * (2 + 9 * rows) * (1.25 - calm)
    xx = np.arange(width, dtype=np.float32)[None, :] + wave * (1 + 7 * rows) * (1.15 - calm)
    mirrored = cv2.remap(
        world.canvas.rgb,
        np.broadcast_to(xx, (tall, width)).astype(np.float32),
        np.clip(yy, 0, start - 1).astype(np.float32),
        cv2.INTER_LINEAR,
    )
    own = world.lit(colour, 0.25)
    share = np.clip(0.24 + 0.42 * rows * (1.3 - calm), 0, 0.9)[..., None]
    paint = mirrored * (1 - share) + own * share
    paint *= 1 + (0.05 + 0.1 * (1 - calm)) * wave[..., None] * (0.4 + 0.6 * rows[..., None])
    paint += 0.16 * (1.15 - calm) * np.clip(wave - 0.75, 0, 1)[..., None] * np.asarray(world.light.low, np.float32)
    full = np.zeros((height, width, 3), np.float32)
    full[start:] = np.clip(paint, 0, 1)
    alpha = np.zeros((height, width), np.float32)
    alpha[start:] = 1
    depth = np.ones((height, 1), np.float32)
    depth[start:, 0] = [world.ground_depth(start + row) for row in range(tall)]
    world.canvas.lay(alpha if cover is None else alpha * cover, full, depth)


def shimmer(world: World, top: float) -> None:
    """The sun's or moon's path on water: broken strokes of light under it."""
    height, width = world.size
    rows = np.arange(height, dtype=np.float32)[:, None]
    down = np.clip((rows - top) / max(1.0, height - top), 0, 1)
    wander = noise(world.rng, height, width, 1.5, 0.14)
    path = np.exp(-(((np.arange(width)[None, :] / width - world.sun_x) / (0.035 + 0.10 * down)) ** 2))
    glints = np.clip(wander * 1.6 + 0.1, 0, 1) * path * (rows > top) * (1 - 0.45 * down)
    world.canvas.add_light(
        glints * (0.85 if world.light.dark < 0.9 else 0.6), mix(world.light.low, (1, 0.97, 0.85), 0.6)
    )


def band(world: World, centre: Array, half: Array, top: int) -> Array:
    """Cover of a road or river: `centre` and `half` width in pixels for each row from `top` down."""
    height, width = world.size
    columns = np.arange(width, dtype=np.float32)[None, :]
    alpha = np.zeros((height, width), np.float32)
    alpha[top:] = np.clip(half[:, None] - np.abs(columns - centre[:, None]) + 0.5, 0, 1)
    return alpha


def meander(world: World, top: int, wide: float, turns: float) -> tuple[Array, Array]:
    """Centre and half width for each row of something that winds to the distance.

    `wide` is its half width at the lower edge, in widths.
    """
    height, width = world.size
    t = np.linspace(0, 1, height - top, dtype=np.float32)
    phase, swing = world.rng.uniform(0, 6.28), world.rng.uniform(0.10, 0.24) * turns
    aim = world.rng.uniform(0.3, 0.7)
    where = aim + swing * np.sin(phase + 5.5 * np.sqrt(t + 0.02)) * (0.15 + t)
    return where * width, (0.004 + wide * t**1.5) * width


def mist(world: World, top: float, low: float, strength: float) -> None:
    """Banks of haze lying between two rows."""
    height, width = world.size
    rows = np.arange(height, dtype=np.float32)[:, None]
    lie = np.exp(-(((rows - (top + low) / 2) / max(4.0, (low - top) / 2)) ** 2))
    drift = np.clip(0.55 + 0.6 * noise(world.rng, height, width, 5, 1.2, 4), 0, 1)
    world.canvas.lay(np.clip(lie * drift * strength, 0, 1), mix(world.light.haze, world.light.low, 0.4))


def shadow(world: World, alpha: Array, strength: float = 0.35, blur: float = 3) -> None:
    """Darken softly under something that stands (H×W cover of its shadow)."""
    world.canvas.rgb *= 1 - strength * soft(alpha, blur)[..., None]

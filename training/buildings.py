"""What people built.

Houses, towers, skylines, ruins; simple solids with a lit side, a shady side and windows that glow at night.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from .canvas import Array, around, discs, filled, noise, soft, strokes
from .light import Colour, World, mix

LAMP: Colour = (1.0, 0.82, 0.42)


def box(x0: float, y0: float, x1: float, y1: float) -> Array:
    """A rectangle as a polygon."""
    return np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)])


def solid(world: World, shapes: list[Array], colour: Colour, depth: float, strength: float = 0.08) -> None:
    """Lay polygons in a lit, brushed colour at a depth."""
    spot = around(shapes, *world.size)
    if spot is None:
        return
    top, low, left, right = spot
    alpha = filled(low - top, right - left, [shape - (left, top) for shape in shapes])
    texture = 1 + strength * noise(world.rng, low - top, right - left, 0.6, 0.6)[..., None]
    world.canvas.window(*spot).lay(alpha, np.clip(world.lit(colour, depth * 0.7) * texture, 0, 1), depth)


def shade(world: World, shapes: list[Array], strength: float) -> None:
    """Darken the inside of polygons: the side turned from the light."""
    spot = around(shapes, *world.size)
    if spot is not None:
        top, low, left, right = spot
        alpha = filled(low - top, right - left, [shape - (left, top) for shape in shapes])
        world.canvas.window(*spot).rgb *= 1 - strength * alpha[..., None]


def windows(world: World, shapes: list[Array], depth: float, chance: float = 0.75) -> None:
    """Panes: dark blue by day; at dusk and night most of them glow and light the air."""
    if not shapes:
        return
    lit = [s for s in shapes if world.light.dark >= 0.45 and world.rng.random() < chance]
    solid(world, shapes, (0.20, 0.27, 0.36), depth)
    spot = around(lit, *world.size, margin=18) if lit else None
    if spot is not None:
        top, low, left, right = spot
        glow = filled(low - top, right - left, [shape - (left, top) for shape in lit])
        world.canvas.window(*spot).lay(glow, LAMP)
        world.canvas.window(*spot).add_light(soft(glow, 5) * 0.8, (1.0, 0.65, 0.3))


def house(world: World, x: float, foot: float, wide: float, wall: Colour, roof: Colour, depth: float) -> None:
    """A small house with a gable, a door and lit panes; `x` is its middle, `wide` its width in pixels."""
    tall = wide * world.rng.uniform(0.5, 0.75)
    left, right, eave = x - wide / 2, x + wide / 2, foot - tall
    solid(world, [box(left, eave, right, foot)], wall, depth)
    solid(world, [box(x + wide * 0.15, eave, right, foot)], mix(wall, (0.2, 0.2, 0.35), 0.3), depth)
    peak = eave - wide * world.rng.uniform(0.35, 0.6)
    if world.rng.random() < 0.5:
        solid(world, [box(right - wide * 0.3, peak, right - wide * 0.18, eave)], mix(wall, (0.3, 0.2, 0.2), 0.5), depth)
    solid(world, [np.array([(left - wide * 0.1, eave + 1), (x, peak), (right + wide * 0.1, eave + 1)])], roof, depth)
    if wide > 9:
        pane = wide * 0.15
        spots = [left + wide * 0.16, right - wide * 0.30]
        windows(
            world, [box(s, eave + tall * 0.28, s + pane, eave + tall * 0.28 + pane * 1.2) for s in spots], depth, 0.9
        )
        solid(world, [box(x - pane * 0.55, foot - tall * 0.55, x + pane * 0.55, foot)], (0.35, 0.22, 0.16), depth)


def skyline(
    world: World, foot: float, tall: float, colour: Colour, depth: float, count: int, lights: bool = True
) -> None:
    """A row of towers from edge to edge, with rows of windows."""
    height, width = world.size
    rng, shapes, panes = world.rng, [], []
    edges = np.sort(rng.uniform(-10, width + 10, count))
    for left, right in zip(edges, np.append(edges[1:], width + 12), strict=True):
        if right - left < 5:
            right = left + 8
        top = foot - tall * rng.uniform(0.35, 1.0)
        shapes.append(box(left, top, right + 1, foot))
        if rng.random() < 0.25:
            mid = (left + right) / 2
            shapes.append(np.array([(left + 2, top), (mid, top - tall * 0.16), (right - 2, top)]))
        if lights:
            step = max(4.0, tall * 0.055)
            panes += [
                box(px, py, px + step * 0.45, py + step * 0.55)
                for py in np.arange(top + step, foot - 2, step)
                for px in np.arange(left + 2, right - step * 0.5, step)
                if rng.random() < 0.6
            ]
    for part in range(3):  # three tones, or the row would be one flat cut-out
        tone = mix(colour, ((0.95, 0.85, 0.75), (0.25, 0.25, 0.35), (0.55, 0.65, 0.75))[part], rng.uniform(0.1, 0.45))
        if shapes[part::3]:
            solid(world, shapes[part::3], tone, depth)
    if panes and world.light.dark < 0.45:
        alpha = filled(height, width, panes[:260])
        world.canvas.lay(alpha * 0.5, world.lit((0.9, 0.95, 1.0), depth * 0.6))
    elif panes:
        alpha = filled(height, width, [p for p in panes[:420] if rng.random() < 0.7])
        tone = (
            LAMP
            if world.weather != "neon" or rng.random() < 0.3
            else ((0.3, 0.9, 1.0) if rng.random() < 0.5 else (1.0, 0.35, 0.8))
        )
        world.canvas.lay(alpha * 0.9, mix(tone, world.light.haze, depth * 0.5))


def lighthouse(world: World, x: float, foot: float, tall: float, depth: float) -> None:
    """Striped tower with a lantern; after dark its beam crosses the sky."""
    low, high, top = tall * 0.13, tall * 0.075, foot - tall
    bands = 6
    for index in range(bands):
        a, b = index / bands, (index + 1) / bands
        wa, wb = low + (high - low) * a, low + (high - low) * b
        ya, yb = foot - tall * 0.82 * a, foot - tall * 0.82 * b
        colour = (0.93, 0.91, 0.86) if index % 2 else (0.78, 0.24, 0.20)
        solid(world, [np.array([(x - wa, ya), (x + wa, ya), (x + wb, yb), (x - wb, yb)])], colour, depth)
    shade(
        world,
        [
            np.array(
                [
                    (x + low * 0.2, foot),
                    (x + low, foot),
                    (x + high, foot - tall * 0.82),
                    (x + high * 0.2, foot - tall * 0.82),
                ]
            )
        ],
        0.22,
    )
    solid(
        world, [box(x - high * 1.3, foot - tall * 0.85, x + high * 1.3, foot - tall * 0.81)], (0.25, 0.25, 0.3), depth
    )
    lamp = filled(*world.size, [box(x - high * 0.7, top + tall * 0.05, x + high * 0.7, foot - tall * 0.85)])
    world.canvas.lay(lamp, mix(world.lit((0.6, 0.75, 0.85)), (1.0, 0.95, 0.7), min(1.0, world.light.dark * 1.6)), depth)
    solid(
        world,
        [np.array([(x - high, top + tall * 0.055), (x, top - tall * 0.04), (x + high, top + tall * 0.055)])],
        (0.70, 0.22, 0.18),
        depth,
    )
    if world.light.dark >= 0.45:
        side, y = world.rng.choice([-1, 1]), top + tall * 0.1
        cone = filled(
            *world.size, [np.array([(x, y - 1), (x + side * 300, y - 42), (x + side * 300, y + 18), (x, y + 1)])]
        )
        fade = np.exp(-np.abs(np.arange(world.size[1]) - x) / (world.size[1] * 0.45))[None, :]
        world.canvas.add_light(soft(cone, 2) * fade * 0.5 + soft(lamp, 7) * 1.2, (1.0, 0.92, 0.62))


def castle(world: World, x: float, foot: float, tall: float, depth: float, colour: Colour = (0.62, 0.60, 0.62)) -> None:
    """Towers with pointed roofs and a battlement wall."""
    roof = [(0.30, 0.38, 0.58), (0.62, 0.26, 0.26), (0.35, 0.30, 0.45)][int(world.rng.integers(3))]
    wall = [box(x - tall * 0.5, foot - tall * 0.36, x + tall * 0.5, foot)]
    wall += [
        box(x + s * tall * 0.1 - tall * 0.03, foot - tall * 0.41, x + s * tall * 0.1 + tall * 0.03, foot - tall * 0.35)
        for s in range(-4, 5)
    ]
    solid(world, wall, mix(colour, (0.3, 0.3, 0.4), 0.25), depth)
    panes = []
    for place, up in ((-0.48, 0.55), (0.48, 0.62), (-0.18, 0.78), (0.16, 0.95)):
        half, cx = tall * world.rng.uniform(0.065, 0.095), x + place * tall
        solid(world, [box(cx - half, foot - tall * up * 0.78, cx + half, foot)], colour, depth)
        solid(
            world,
            [
                np.array(
                    [
                        (cx - half * 1.35, foot - tall * up * 0.77),
                        (cx, foot - tall * up * 1.08),
                        (cx + half * 1.35, foot - tall * up * 0.77),
                    ]
                )
            ],
            roof,
            depth,
        )
        panes.append(box(cx - half * 0.25, foot - tall * up * 0.65, cx + half * 0.25, foot - tall * up * 0.52))
    windows(world, panes, depth, 0.95)
    solid(
        world,
        [
            np.array(
                [
                    (x - tall * 0.07, foot),
                    (x - tall * 0.07, foot - tall * 0.14),
                    (x, foot - tall * 0.2),
                    (x + tall * 0.07, foot - tall * 0.14),
                    (x + tall * 0.07, foot),
                ]
            )
        ],
        (0.16, 0.12, 0.12),
        depth,
    )


def columns(
    world: World, foot: float, tall: float, count: int, depth: float, broken: float, colour: Colour = (0.78, 0.72, 0.62)
) -> None:
    """A row of classical columns, some broken off, some still bearing their beam."""
    width = world.size[1]
    rng = world.rng
    gap, start = width * rng.uniform(0.1, 0.16) * tall / 90, rng.uniform(0.05, 0.45) * width
    half, beam = tall * 0.065, []
    for index in range(count):
        x = start + index * gap
        up = tall * (rng.uniform(0.25, 0.8) if rng.random() < broken else 1.0)
        solid(
            world,
            [box(x - half, foot - up, x + half, foot), box(x - half * 1.5, foot - 3, x + half * 1.5, foot + 2)],
            colour,
            depth,
        )
        shade(world, [box(x + half * 0.15, foot - up, x + half, foot)], 0.3)
        if up == tall:
            solid(
                world,
                [box(x - half * 1.5, foot - up - 3, x + half * 1.5, foot - up + 2)],
                mix(colour, (1, 1, 1), 0.15),
                depth,
            )
            beam.append(x)
    for a, b in pairwise(beam):
        if b - a < gap * 1.2:
            solid(
                world,
                [box(a - half * 1.6, foot - tall * 1.12, b + half * 1.6, foot - tall)],
                mix(colour, (0.5, 0.5, 0.5), 0.15),
                depth,
            )


def arch(
    world: World,
    x: float,
    foot: float,
    wide: float,
    tall: float,
    thick: float,
    colour: Colour,
    depth: float,
    pointed: bool = True,
) -> None:
    """An arch (two piers and a curve, pointed or round)."""
    t = np.linspace(0, 1, 12)
    if pointed:
        left = np.stack([x - wide / 2 * (1 - t**1.6), foot - tall * (0.55 + 0.45 * np.sin(t * 1.57))], 1)
    else:
        left = np.stack([x - wide / 2 * np.cos(t * 1.57), foot - tall * 0.6 - tall * 0.4 * np.sin(t * 1.57)], 1)
    right = np.stack([2 * x - left[:, 0], left[:, 1]], 1)[::-1]
    line = np.concatenate([[(x - wide / 2, foot)], left, right, [(x + wide / 2, foot)]])
    alpha = strokes(*world.size, [(line, thick)])
    alpha *= (np.arange(world.size[0]) <= foot + 1)[:, None]
    texture = 1 + 0.12 * noise(world.rng, *world.size, 0.5, 0.5)[..., None]
    world.canvas.lay(alpha, np.clip(world.lit(colour, depth * 0.8) * texture, 0, 1), depth)


def motel(world: World, x: float, foot: float, wide: float, depth: float) -> None:
    """A long low motel with doors and lamps, and its sign on a pole, lit with neon tubes from dusk on."""
    rng, tall = world.rng, wide * 0.2
    wall = [(0.86, 0.76, 0.62), (0.62, 0.75, 0.74), (0.85, 0.66, 0.62)][int(rng.integers(3))]
    solid(world, [box(x - wide / 2, foot - tall, x + wide / 2, foot)], wall, depth)
    solid(
        world,
        [box(x - wide * 0.53, foot - tall * 1.18, x + wide * 0.53, foot - tall * 0.95)],
        (0.50, 0.28, 0.28),
        depth,
    )
    rooms = np.linspace(x - wide * 0.42, x + wide * 0.38, 6)
    solid(world, [box(r, foot - tall * 0.68, r + wide * 0.045, foot) for r in rooms], (0.38, 0.24, 0.24), depth)
    windows(
        world,
        [box(r + wide * 0.06, foot - tall * 0.65, r + wide * 0.115, foot - tall * 0.3) for r in rooms],
        depth,
        0.5,
    )
    pole = x - wide * 0.5 if rng.random() < 0.5 else x + wide * 0.5
    sign(world, pole, foot, wide * 0.5, depth)


def sign(world: World, x: float, foot: float, tall: float, depth: float) -> None:
    """A roadside sign: board, tubes, an arrow or a star; it glows when it's dark."""
    rng = world.rng
    half = tall * 0.26
    solid(world, [box(x - tall * 0.025, foot - tall * 0.6, x + tall * 0.025, foot)], (0.3, 0.3, 0.35), depth)
    solid(world, [box(x - half, foot - tall, x + half, foot - tall * 0.55)], (0.20, 0.14, 0.26), depth)
    hues = [(1.0, 0.25, 0.55), (0.25, 0.9, 1.0), (1.0, 0.75, 0.25), (0.5, 1.0, 0.5)]
    one, two = hues[int(rng.integers(4))], hues[int(rng.integers(4))]
    frame = strokes(
        *world.size,
        [
            (
                np.append(
                    box(x - half * 0.88, foot - tall * 0.97, x + half * 0.88, foot - tall * 0.58),
                    [[x - half * 0.88, foot - tall * 0.97]],
                    0,
                ),
                max(1.0, tall * 0.02),
            )
        ],
    )
    script = [
        (
            np.array(
                [(x - half * 0.65 + i * half * 0.22, foot - tall * (0.70 + 0.12 * rng.random())) for i in range(7)]
            ),
            max(1.0, tall * 0.025),
        ),
        (
            np.array([(x - half * 0.55, foot - tall * 0.64), (x + half * 0.55, foot - tall * 0.64)]),
            max(1.0, tall * 0.02),
        ),
    ]
    for tubes, hue in ((frame, one), (strokes(*world.size, script), two)):
        bright = 0.25 + 0.75 * min(1.0, world.light.dark * 1.7)
        world.canvas.lay(tubes * 0.95, mix(hue, (1, 1, 1), 0.25 * bright))
        world.canvas.add_light(
            (soft(tubes, 6) * 1.6 + soft(tubes, 2) * 0.5) * (bright if world.light.dark > 0.3 else 0), hue
        )


def lamps(world: World, points: Array, colour: Colour = LAMP) -> None:
    """Small lights with their glow, at n×3 (x, y, radius)."""
    spots = discs(*world.size, points)
    world.canvas.add_light(soft(spots, 6) * 2.2, colour)
    world.canvas.lay(spots, mix(colour, (1, 1, 1), 0.4))

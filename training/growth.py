"""What grows.

Pines, broad-leaved trees, palms, grass, flowers, cacti, ferns, reeds; each as cover to lay on the sheet.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.random import Generator

from .canvas import Array, discs, filled, noise, strokes
from .light import World


def pine(rng: Generator, x: float, foot: float, tall: float) -> list[Array]:
    """Polygons of a pine: tiers of drooping branches round a trunk."""
    wide = tall * rng.uniform(0.17, 0.25)
    shapes = [np.array([(x - tall * 0.02, foot), (x + tall * 0.02, foot), (x, foot - tall * 0.9)])]
    tiers = 3 if tall < 40 else 5
    for tier in range(tiers):
        top = foot - tall * (1.0 - tier / tiers * 0.82)
        low = foot - tall * (0.86 - (tier + 1) / tiers * 0.78)
        half = wide * (0.35 + 0.65 * (tier + 1) / tiers)
        left, right = half * rng.uniform(0.85, 1.1), half * rng.uniform(0.85, 1.1)
        shapes.append(
            np.array(
                [
                    (x, top),
                    (x + right * 0.45, (top + low) / 2 + 1),
                    (x + right, low),
                    (x, low - tall * 0.03),
                    (x - left, low),
                    (x - left * 0.45, (top + low) / 2 + 1),
                ]
            )
        )
    return shapes


def pines(world: World, line: Array, tall: float, gap: float) -> Array:
    """A row of pines standing on a skyline (W): their cover (H×W)."""
    height, width = world.size
    rng, shapes = world.rng, []
    x = rng.uniform(-gap, gap)
    while x < width + gap:
        size = tall * rng.uniform(0.6, 1.15)
        shapes += pine(rng, x, float(line[int(np.clip(x, 0, width - 1))]) + tall * 0.08, size)
        x += gap * rng.uniform(0.5, 1.4)
    return filled(height, width, shapes)


def crowns(world: World, line: Array, tall: float, gap: float) -> tuple[Array, Array]:
    """A row of round trees standing on a skyline: cover of the trunks and of the crowns."""
    height, width = world.size
    rng, heaps, trunks = world.rng, [], []
    x = rng.uniform(-gap, gap)
    while x < width + gap:
        foot = float(line[int(np.clip(x, 0, width - 1))]) + tall * 0.05
        size = tall * rng.uniform(0.7, 1.15)
        trunks.append(
            (np.array([(x, foot), (x + rng.normal(0, size * 0.03), foot - size * 0.6)]), max(1.0, size * 0.07))
        )
        for _ in range(6):
            spread = size * 0.24
            away, up = np.clip(rng.normal(0, 1, 2), -1.3, 1.3)
            heaps.append(
                (x + away * spread * 0.75, foot - size * 0.66 + up * spread * 0.55, spread * rng.uniform(0.55, 1.0))
            )
        x += gap * rng.uniform(0.55, 1.4)
    return strokes(height, width, trunks), discs(height, width, np.array(heaps))


def trunks(world: World, count: int, thick: float, foot: float) -> Array:
    """Tall near trunks that leave the sheet at the top, with a few branches: cover."""
    height, width = world.size
    rng, shapes, boughs = world.rng, [], []
    for _ in range(count):
        x, half, lean = rng.uniform(0, width), thick * rng.uniform(0.5, 1.2) / 2, rng.normal(0, 8)
        flare = half * 1.7
        low = foot + rng.uniform(-0.02, 0.1) * height
        shapes.append(
            np.array(
                [
                    (x - flare, low),
                    (x - half, low - 22),
                    (x + lean - half * 0.75, -4),
                    (x + lean + half * 0.75, -4),
                    (x + half, low - 22),
                    (x + flare, low),
                ]
            )
        )
        for _ in range(2):
            up, side = rng.uniform(0.1, 0.6) * low, rng.choice([-1, 1]) * thick * rng.uniform(1.2, 3.2)
            boughs.append(
                (
                    np.array(
                        [
                            (x + lean * 0.5, up),
                            (x + lean * 0.5 + side * 0.6, up - abs(side) * 0.3),
                            (x + lean * 0.5 + side, up - abs(side) * 0.8),
                        ]
                    ),
                    max(1.0, half * 0.5),
                )
            )
    return np.maximum(filled(height, width, shapes), strokes(height, width, boughs))


def palm(world: World, x: float, foot: float, tall: float) -> tuple[Array, Array]:
    """A palm: cover of its bowed trunk and of its fronds."""
    height, width = world.size
    rng = world.rng
    lean = rng.uniform(-0.3, 0.3) * tall
    t = np.linspace(0, 1, 9)
    spine = np.stack([x + lean * t**2, foot - tall * t], 1)
    head, leaves = spine[-1], []
    for angle in np.linspace(-0.4, 3.54, 9) + rng.uniform(-0.2, 0.2, 9):
        reach = tall * rng.uniform(0.32, 0.48)
        mid = head + reach * 0.55 * np.array([np.cos(angle), -np.sin(angle) - 0.25])
        tip = head + reach * np.array([np.cos(angle), -np.sin(angle) + 0.45])
        thick = tall * 0.045
        leaves.append(np.array([head, mid - np.array([0, thick]), tip, mid + np.array([0, thick])]))
    return strokes(height, width, [(spine, tall * 0.05)]), filled(height, width, leaves)


def grass(world: World, top: float, count: int, tall: float) -> Array:
    """Blades along the lower edge: cover. `top` is the row where the feet begin."""
    height, width = world.size
    rng, blades = world.rng, []
    for _ in range(count):
        x, foot = rng.uniform(-5, width + 5), rng.uniform(top, height + tall * 0.5)
        size, bend = tall * rng.uniform(0.5, 1.3), rng.normal(0, tall * 0.3)
        blades.append(
            np.array(
                [
                    (x - tall * 0.05, foot),
                    (x + bend * 0.3, foot - size * 0.6),
                    (x + bend, foot - size),
                    (x + tall * 0.05 + bend * 0.3, foot - size * 0.5),
                    (x + tall * 0.05, foot),
                ]
            )
        )
    return filled(height, width, blades)


def dots(world: World, top: float, count: int, small: float, large: float) -> Array:
    """Flowers, leaves or pebbles scattered over a ground in perspective: cover."""
    height, width = world.size
    near = world.rng.random(count) ** 0.7
    rows = top + near * (height - top)
    return discs(height, width, np.stack([world.rng.uniform(0, width, count), rows, small + near * (large - small)], 1))


def leaves_frame(world: World, thick: float) -> Array:
    """Foliage hanging in from the upper corners: the cover that frames a view."""
    height, width = world.size
    rng, heaps = world.rng, []
    sides = (0, width) if rng.random() < 0.6 else (rng.choice([0, width]),)
    for side in sides:
        for _ in range(130):  # crowded at the corner, thinning along both edges
            along, away = rng.random() ** 1.3, abs(rng.normal(0, 0.09))
            px, py = (along * 0.5, away * (1 - along)) if rng.random() < 0.6 else (away * (1 - along), along * 0.55)
            heaps.append(
                (abs(side - px * width * thick), py * height * thick, rng.uniform(2, 6.5) * (1.1 - 0.7 * along))
            )
    return discs(height, width, np.array(heaps))


def cactus(world: World, x: float, foot: float, tall: float) -> Array:
    """A saguaro: cover."""
    thick = tall * 0.17
    side = world.rng.choice([-1, 1])
    lines = [(np.array([(x, foot), (x, foot - tall)]), thick)]
    for arm, low in ((side, 0.45), (-side, 0.6)):
        elbow = x + arm * tall * 0.28
        lines.append(
            (
                np.array([(x, foot - tall * low), (elbow, foot - tall * low), (elbow, foot - tall * (low + 0.3))]),
                thick * 0.75,
            )
        )
    return strokes(*world.size, lines)


def weeds(world: World, count: int, tall: float) -> Array:
    """Waving water plants rising from the lower edge: cover."""
    height, width = world.size
    lines = []
    for _ in range(count):
        x, size, phase = world.rng.uniform(0, width), tall * world.rng.uniform(0.5, 1.2), world.rng.uniform(0, 6)
        t = np.linspace(0, 1, 10)
        lines.append((np.stack([x + 6 * np.sin(phase + 5 * t) * t, height + 4 - size * t], 1), world.rng.uniform(2, 5)))
    return strokes(height, width, lines)


def vines(world: World, count: int) -> Array:
    """Lianas hanging from the upper edge: cover."""
    height, width = world.size
    lines = []
    for _ in range(count):
        x, sag, span = world.rng.uniform(-20, width), world.rng.uniform(0.1, 0.45) * height, world.rng.uniform(10, 70)
        t = np.linspace(0, 1, 9)
        lines.append((np.stack([x + span * t, sag * 4 * t * (1 - t) - 3], 1), world.rng.uniform(1, 3)))
    return strokes(height, width, lines)


def roots(world: World, count: int, x: float, y: float, reach: float) -> Array:
    """Roots or bare branches winding out of a point, thinning as they go: cover."""
    mask = np.zeros(world.size, np.uint8)
    rng = world.rng
    for _ in range(count):
        angle, px, py, thick = rng.uniform(0.15, 3.0), x, y, reach * 0.07
        for _ in range(14):
            nx, ny = px + np.cos(angle) * reach / 13, py + np.sin(angle) * reach / 13
            cv2.line(
                mask,
                (int(px * 16), int(py * 16)),
                (int(nx * 16), int(ny * 16)),
                255,
                max(1, int(thick)),
                cv2.LINE_AA,
                4,
            )
            px, py, thick, angle = nx, ny, thick * 0.87, angle + rng.normal(0, 0.28)
    return mask.astype(np.float32) / 255


def mottled(
    world: World, colour: tuple[float, float, float], depth: float, grain: float = 0.5, strength: float = 0.16
) -> Array:
    """A lit colour broken up by brushwork (H×W×3)."""
    height, width = world.size
    return np.clip(
        world.lit(colour, depth) * (1 + strength * noise(world.rng, height, width, grain, grain)[..., None]), 0, 1
    )

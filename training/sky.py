"""The sky and what is in it: gradient, clouds, sun, moon, stars, galaxy, aurora, rainbow, lightning."""

from __future__ import annotations

import cv2
import numpy as np

from .canvas import Array, discs, noise, soft, strokes
from .light import World, mix


def paint_sky(world: World) -> None:
    """Gradient from the top to the horizon, faintly brushed; fills the whole sheet at depth 1."""
    height, width = world.size
    light = world.light
    reach = max(world.horizon, height * 0.25)
    at = np.clip(np.arange(height) / reach, 0, 1)
    stops = np.array([light.top, light.middle, light.low], np.float32)
    column = np.stack([np.interp(at, [0, 0.55, 1], stops[:, c]) for c in range(3)], 1).astype(np.float32)
    world.canvas.rgb[:] = column[:, None, :]
    brush = noise(world.rng, height, width, 6, 1.5)
    world.canvas.rgb += 0.018 * brush[..., None]
    np.clip(world.canvas.rgb, 0, 1, out=world.canvas.rgb)


def sun(world: World, big: bool = False) -> None:
    """A soft disc with a wide glow; low at dawn and sunset, high by day."""
    height, width = world.size
    low = world.hour in ("dawn", "sunset", "dusk")
    x = world.sun_x * width
    y = world.horizon * (world.rng.uniform(0.6, 0.98) if low else world.rng.uniform(0.15, 0.5))
    radius = height * (world.rng.uniform(0.09, 0.15) if big else world.rng.uniform(0.035, 0.075))
    disc = discs(height, width, np.array([[x, y, radius]]))
    colour = (1.0, 0.93, 0.70) if not low else (1.0, 0.84, 0.52)
    if world.hour == "sunset" and world.rng.random() < 0.4:
        colour = (1.0, 0.55, 0.35)
    world.canvas.add_light(
        soft(disc, radius * 2.6) * 1.3 + soft(disc, radius * 0.7) * 0.3, mix(colour, world.light.low, 0.4)
    )
    world.canvas.lay(disc, colour)


def moon(world: World, big: bool = False, crescent: bool = False) -> None:
    """A pale disc with seas on it, or a crescent, with its halo."""
    height, width = world.size
    x, y = world.sun_x * width, world.horizon * world.rng.uniform(0.18, 0.6)
    radius = height * (world.rng.uniform(0.10, 0.16) if big else world.rng.uniform(0.04, 0.08))
    disc = discs(height, width, np.array([[x, y, radius]]))
    if crescent:
        side = world.rng.choice([-1, 1])
        disc = disc * (
            1 - discs(height, width, np.array([[x + side * radius * 0.55, y - radius * 0.2, radius * 0.95]]))
        )
    world.canvas.add_light(soft(disc, radius * 1.8) * 0.7, mix((0.85, 0.9, 1.0), world.light.low, 0.3))
    seas = 0.5 + 0.5 * noise(world.rng, height, width, 0.8, 0.8, 3)
    world.canvas.lay(disc, np.array((0.97, 0.95, 0.86), np.float32) - 0.13 * np.clip(seas, 0, 1)[..., None])


def stars(world: World, many: bool = False) -> None:
    """Points of light, a few of them large, thicker towards the top."""
    height, width = world.size
    count = int(world.rng.integers(120, 220) if many else world.rng.integers(40, 100))
    xs = world.rng.integers(1, width - 1, count)
    ys = (world.rng.random(count) ** 1.3 * max(world.horizon - 3, 8)).astype(int) + 1
    glow = np.zeros((height, width), np.float32)
    glow[np.clip(ys, 1, height - 2), xs] = world.rng.uniform(0.3, 1.0, count)
    for x, y in list(zip(xs, ys, strict=True))[: max(4, count // 12)]:
        cv2.circle(glow, (int(x), int(y)), 1, 1.0, -1)
    world.canvas.add_light(np.clip(glow + soft(glow, 1.5) * 1.5, 0, 1), (0.95, 0.95, 0.88))


def clouds(world: World, cover: float = 0.5) -> None:
    """Banks of flat-bottomed heaps of discs, lit from above; `cover` 0..1."""
    height, width = world.size
    rng, light = world.rng, world.light
    lit_top = mix(mix((1.0, 1.0, 1.0), light.low, 0.35), light.top, light.dark * 0.72)
    if world.weather in ("storm", "rain"):
        lit_top = mix(light.low, light.top, 0.45)
    shade = mix(lit_top, light.middle, 0.65)
    for _ in range(1 + int(cover * 5)):
        base = rng.uniform(0.12, 0.85) * world.horizon
        long = rng.uniform(0.1, 0.3) * width * (0.6 + cover)
        middle = rng.uniform(0, width)
        count = int(rng.integers(5, 10))
        along = np.linspace(-1, 1, count) + rng.uniform(-0.15, 0.15, count)
        radii = (1.05 - along**2 * 0.75) * rng.uniform(0.5, 1.0, count) * long * 0.38
        heap = discs(height, width, np.stack([middle + along * long, base - radii * 0.35, np.maximum(radii, 2)], 1))
        flat = np.clip((base - np.arange(height, dtype=np.float32)) / 3 + 0.5, 0, 1)[:, None]
        heap = soft(heap * flat, 1.2)
        ramp = np.clip((np.arange(height, dtype=np.float32) - (base - long * 0.5)) / (long * 0.5), 0, 1)[:, None, None]
        colour = np.asarray(lit_top, np.float32) * (1 - ramp) + np.asarray(shade, np.float32) * ramp
        world.canvas.lay(heap * rng.uniform(0.6, 0.95), colour)


def overcast(world: World) -> None:
    """A low, torn ceiling for storm and rain."""
    height, width = world.size
    veil = noise(world.rng, height, width, 4, 1.6)
    fade = np.clip(1.15 - np.arange(height, dtype=np.float32) / max(world.horizon, 1), 0, 1)[:, None]
    world.canvas.lay(np.clip(0.35 + 0.7 * veil, 0, 1) * fade * 0.75, mix(world.light.top, (0.05, 0.06, 0.09), 0.25))
    world.canvas.lay(np.clip(-0.1 - 0.7 * veil, 0, 1) * fade * 0.6, mix(world.light.low, (1, 1, 1), 0.1))


def aurora(world: World) -> None:
    """Hanging curtains of green to violet light."""
    height, width = world.size
    rows = np.arange(height, dtype=np.float32)[:, None]
    for _ in range(int(world.rng.integers(2, 4))):
        at = np.linspace(0, 1, width, dtype=np.float32)
        phase, turns = world.rng.uniform(0, 6.3), world.rng.uniform(0.6, 1.8)
        foot = world.horizon * (
            world.rng.uniform(0.45, 0.75) + 0.16 * np.sin(6.28 * turns * at + phase) + 0.05 * np.sin(17 * at + phase)
        )
        tall = world.horizon * world.rng.uniform(0.3, 0.55)
        up = (foot[None, :] - rows) / tall
        rays = 0.75 + 0.35 * noise(world.rng, height, width, 0.5, 40, 3)
        curtain = np.where(up > 0, np.exp(-up * 2.2), np.exp(up * 14)) * np.clip(rays, 0.2, 1.2)
        hue = np.clip(up, 0, 1)[..., None]
        green, violet = np.array([0.25, 1.0, 0.6], np.float32), np.array([0.6, 0.3, 0.95], np.float32)
        glow = np.clip(curtain, 0, 1)[..., None] * 0.62 * (green * (1 - hue) + violet * hue)
        above = (rows < world.horizon + 4)[..., None]
        world.canvas.rgb[:] = 1 - (1 - world.canvas.rgb) * (1 - glow * above)


def galaxy(world: World) -> None:
    """A slanted band of coloured dust with a bright heart, and many stars."""
    height, width = world.size
    rng = world.rng
    angle = rng.uniform(-1.1, 1.1)
    yy, xx = np.mgrid[0:height, 0:width].astype(np.float32)
    cx, cy = rng.uniform(0.3, 0.7) * width, rng.uniform(0.25, 0.6) * max(world.horizon, height * 0.5)
    across = (-(xx - cx) * np.sin(angle) + (yy - cy) * np.cos(angle)) / height
    along = ((xx - cx) * np.cos(angle) + (yy - cy) * np.sin(angle)) / width
    dust = noise(rng, height, width, 3, 3)
    band = np.exp(-((across + 0.07 * dust) ** 2) / 0.022)
    core = np.exp(-(along**2 / 0.05 + across**2 / 0.006))
    sky_only = np.clip((world.horizon - yy) / 6 + 1, 0, 1)
    one, two = ((0.85, 0.35, 0.75), (0.35, 0.55, 1.0)) if rng.random() < 0.6 else ((0.3, 0.75, 0.9), (0.65, 0.4, 0.95))
    world.canvas.add_light(band * np.clip(0.45 + 0.5 * dust, 0, 1) * 0.8 * sky_only, one)
    world.canvas.add_light(band * np.clip(0.35 - 0.6 * dust, 0, 1) * 0.9 * sky_only, two)
    world.canvas.add_light(core * 0.85 * sky_only, (1.0, 0.92, 0.8))
    stars(world, many=True)


def rainbow(world: World) -> None:
    """Six soft bands, a half-circle on the horizon."""
    height, width = world.size
    cx, radius = world.rng.uniform(0.2, 0.8) * width, world.rng.uniform(0.5, 0.8) * max(world.horizon, 40)
    colours = [
        (0.95, 0.3, 0.3),
        (0.98, 0.6, 0.25),
        (0.98, 0.9, 0.35),
        (0.4, 0.8, 0.45),
        (0.35, 0.6, 0.95),
        (0.6, 0.4, 0.85),
    ]
    yy, xx = np.mgrid[0:height, 0:width].astype(np.float32)
    far = np.hypot(xx - cx, yy - world.horizon)
    wide = height * 0.013
    for index, colour in enumerate(colours):
        ring = np.clip(1.3 - np.abs(far - (radius - index * wide)) / wide, 0, 1)
        world.canvas.lay(ring * (yy < world.horizon) * 0.62, colour)


def lightning(world: World) -> None:
    """A forked bolt from the clouds to the horizon, and its flash."""
    height, width = world.size
    rng = world.rng
    x, y = rng.uniform(0.2, 0.8) * width, world.horizon * rng.uniform(0.02, 0.15)
    points, forks = [(x, y)], []
    while y < world.horizon:
        x, y = x + rng.normal(0, width * 0.035), y + rng.uniform(0.04, 0.1) * height
        points.append((x, y))
        if rng.random() < 0.3:
            forks.append((np.array([(x, y), (x + rng.normal(0, 14), y + 12), (x + rng.normal(0, 26), y + 26)]), 1))
    bolt = strokes(height, width, [(np.array(points), 2), *forks])
    bolt *= (np.arange(height) <= world.horizon)[:, None]
    world.canvas.add_light(soft(bolt, 12) * 2.5 + soft(bolt, 2) * 0.7, (0.75, 0.8, 1.0))
    world.canvas.lay(bolt, (1.0, 1.0, 0.97))


def beams(world: World, x: float, y: float) -> Array:
    """Shafts of light fanning out from a point (H×W, 0..1)."""
    height, width = world.size
    yy, xx = np.mgrid[0:height, 0:width].astype(np.float32)
    turn = np.arctan2(xx - x, np.abs(yy - y) + 20)
    spokes = noise(world.rng, 1, 512, 0.6, 1, 4)[0]
    rays = spokes[np.clip(((turn + 1.6) / 3.2 * 511).astype(int), 0, 511)]
    far = np.hypot(xx - x, yy - y) / height
    return np.clip(rays + 0.1, 0, 1) * np.exp(-far * 1.3)

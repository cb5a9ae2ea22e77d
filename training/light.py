"""What the hour and the weather do to colour: the sky's gradient, the light on things, the haze between."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.random import Generator

from .canvas import Canvas, Colour


@dataclass(frozen=True)
class Light:
    """Sky colours from top to horizon, colour of the haze, of the light on things, and how thick the air is (0..1)."""

    top: Colour
    middle: Colour
    low: Colour
    haze: Colour
    sun: Colour
    air: float
    dark: float  # 0 broad day .. 1 night: lamps are lit from 0.45


HOURS: dict[str, tuple[Light, ...]] = {
    "day": (
        Light(
            (0.22, 0.55, 0.86), (0.49, 0.75, 0.93), (0.85, 0.94, 0.95), (0.74, 0.87, 0.93), (1.0, 0.99, 0.94), 0.45, 0.0
        ),
        Light(
            (0.35, 0.69, 0.88), (0.62, 0.84, 0.92), (0.96, 0.96, 0.86), (0.82, 0.90, 0.88), (1.0, 0.98, 0.92), 0.4, 0.0
        ),
        Light(
            (0.26, 0.47, 0.80), (0.56, 0.74, 0.93), (0.90, 0.93, 0.97), (0.72, 0.82, 0.95), (0.98, 0.98, 1.0), 0.5, 0.0
        ),
    ),
    "dawn": (
        Light(
            (0.47, 0.60, 0.82), (0.95, 0.78, 0.76), (1.0, 0.91, 0.72), (0.97, 0.84, 0.78), (0.93, 0.82, 0.80), 0.7, 0.1
        ),
        Light(
            (0.56, 0.56, 0.80), (0.96, 0.70, 0.76), (1.0, 0.86, 0.76), (0.96, 0.78, 0.80), (0.90, 0.78, 0.84), 0.7, 0.15
        ),
    ),
    "sunset": (
        Light(
            (0.34, 0.24, 0.50),
            (0.92, 0.42, 0.36),
            (1.0, 0.77, 0.36),
            (0.94, 0.53, 0.36),
            (0.96, 0.66, 0.48),
            0.55,
            0.35,
        ),
        Light(
            (0.22, 0.34, 0.58), (0.97, 0.56, 0.34), (1.0, 0.86, 0.46), (0.97, 0.63, 0.38), (1.0, 0.72, 0.50), 0.5, 0.3
        ),
        Light(
            (0.45, 0.16, 0.40), (0.90, 0.28, 0.36), (1.0, 0.60, 0.32), (0.86, 0.36, 0.38), (0.92, 0.56, 0.50), 0.55, 0.4
        ),
    ),
    "dusk": (
        Light(
            (0.12, 0.14, 0.36), (0.40, 0.30, 0.56), (0.86, 0.50, 0.56), (0.45, 0.34, 0.56), (0.50, 0.44, 0.66), 0.6, 0.6
        ),
        Light(
            (0.10, 0.19, 0.38), (0.30, 0.38, 0.58), (0.80, 0.60, 0.58), (0.40, 0.42, 0.58), (0.46, 0.46, 0.66), 0.6, 0.6
        ),
    ),
    "night": (
        Light(
            (0.02, 0.04, 0.13), (0.05, 0.10, 0.26), (0.18, 0.29, 0.52), (0.15, 0.23, 0.44), (0.32, 0.41, 0.66), 0.5, 1.0
        ),
        Light(
            (0.03, 0.03, 0.12), (0.09, 0.08, 0.26), (0.28, 0.25, 0.52), (0.21, 0.19, 0.44), (0.36, 0.36, 0.66), 0.5, 1.0
        ),
        Light(
            (0.01, 0.06, 0.12), (0.03, 0.15, 0.24), (0.13, 0.36, 0.44), (0.10, 0.27, 0.36), (0.29, 0.45, 0.58), 0.5, 1.0
        ),
    ),
}


def mix(a: Colour, b: Colour, share: float) -> Colour:
    """`a` with `share` of `b`."""
    return tuple(x + (y - x) * share for x, y in zip(a, b, strict=True))  # type: ignore[return-value]


def light_of(rng: Generator, hour: str, weather: str) -> Light:
    """The light of an hour under a weather, with a little of the painter's freedom in every colour."""
    light = HOURS[hour][int(rng.integers(len(HOURS[hour])))]
    sway = rng.uniform(-0.035, 0.035, 3)
    shift = {
        name: tuple(np.clip(np.array(getattr(light, name)) + sway * rng.uniform(0.4, 1), 0, 1))
        for name in ("top", "middle", "low", "haze")
    }
    return _weathered(replace(light, **shift), weather)


def _weathered(light: Light, weather: str) -> Light:
    shade = 1 - 0.62 * light.dark
    if weather in ("storm", "rain"):
        heavy = 0.8 if weather == "storm" else 0.6
        cover = tuple(shade * c for c in ((0.30, 0.33, 0.40) if weather == "storm" else (0.52, 0.57, 0.62)))
        low = mix(light.low, tuple(shade * c for c in (0.62, 0.66, 0.68)), heavy * 0.8)
        return Light(
            mix(light.top, tuple(0.75 * c for c in cover), heavy),
            mix(light.middle, cover, heavy),
            low,
            mix(light.haze, cover, heavy),
            mix(light.sun, tuple(shade * c for c in (0.62, 0.66, 0.74)), 0.7),
            0.65,
            max(light.dark, 0.3),
        )
    if weather == "fog":
        veil = mix(light.low, light.haze, 0.5)
        veil = mix(veil, tuple(shade * c for c in (0.86, 0.88, 0.88)), 0.45)
        return Light(
            mix(light.top, veil, 0.65),
            mix(light.middle, veil, 0.8),
            veil,
            veil,
            mix(light.sun, veil, 0.25),
            0.85,
            light.dark,
        )
    if weather == "snow":
        white = tuple(shade * c for c in (0.85, 0.88, 0.93))
        return Light(
            mix(light.top, white, 0.5),
            mix(light.middle, white, 0.5),
            mix(light.low, white, 0.5),
            mix(light.haze, white, 0.55),
            mix(light.sun, white, 0.3),
            0.7,
            light.dark,
        )
    if weather == "fire":
        smoke = (0.16, 0.07, 0.06)
        return Light(
            mix(light.top, smoke, 0.8),
            mix(light.middle, (0.48, 0.14, 0.07), 0.8),
            mix(light.low, (1.0, 0.50, 0.12), 0.85),
            mix(light.haze, (0.78, 0.28, 0.10), 0.85),
            mix(light.sun, (0.80, 0.40, 0.24), 0.75),
            0.6,
            max(light.dark, 0.5),
        )
    if weather == "neon":
        return Light(
            mix(light.top, (0.06, 0.02, 0.16), 0.7),
            mix(light.middle, (0.28, 0.05, 0.38), 0.7),
            mix(light.low, (0.90, 0.22, 0.62), 0.6),
            mix(light.haze, (0.42, 0.12, 0.52), 0.7),
            mix(light.sun, (0.34, 0.30, 0.60), 0.7),
            0.5,
            1.0,
        )
    return light


def overlaid(tone: np.ndarray, paint: np.ndarray) -> np.ndarray:
    """A paint (…×3, 0..1) in lighter and darker tones (…×1 or one, 0..1): the paint itself at a half."""
    return np.where(tone < 0.5, paint * 2 * tone, 1 - 2 * (1 - tone) * (1 - paint))


PAINTED = 0.55
"""How much lighter or darker than its paint a painted thing's parts are, of what they were bare."""


@dataclass
class World:
    """A scene in the making: the sheet, its light, the horizon's row and the generator that all chance comes from."""

    canvas: Canvas
    light: Light
    horizon: int
    rng: Generator
    hour: str
    weather: str
    sun_x: float = 0.5  # where the sun or moon stands, share of the width
    paint: Colour | None = None  # what everything is painted in, lighter and darker as it would be

    @property
    def size(self) -> tuple[int, int]:
        """Height and width in pixels."""
        return self.canvas.height, self.canvas.width

    def lit(self, colour: Colour, depth: float = 0.0) -> np.ndarray:
        """A thing's own daylight colour as it looks at this hour from this far (0..1): lit, then veiled by haze."""
        own = np.asarray(colour, np.float32)
        if self.paint is not None:
            own = overlaid(0.5 + PAINTED * (own.mean() - 0.6), np.asarray(self.paint, np.float32))
        own = own * np.asarray(self.light.sun, np.float32)
        veil = np.clip(self.light.air * depth ** (1.3 if self.light.air < 0.8 else 0.9), 0, 0.93)
        return own + (np.asarray(self.light.haze, np.float32) - own) * veil

    def ground_depth(self, row: float) -> float:
        """Depth of the ground where it is seen at `row`.

        0 at the lower edge, 0.9 at the horizon (linear in inverse distance).
        """
        return float(np.clip(0.9 * (self.canvas.height - row) / max(1, self.canvas.height - self.horizon), 0, 0.95))

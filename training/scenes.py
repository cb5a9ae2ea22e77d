"""The illustrator.

A generator of chance in, a captioned scene with its exact depth out. `python -m training.scenes sheet.png` draws a
sheet.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.random import Generator

from . import lands_built, lands_close, lands_open, lands_strange, lands_water, sky, weather
from .canvas import Array, Canvas
from .captions import Facts, caption
from .light import World, light_of
from .objects import COLOURS, THINGS, known_things
from .staging import SPOTS, paint_landmark, paint_page_thing, paint_thing
from .styles import STYLES


@dataclass(frozen=True)
class Land:
    """How a land is drawn.

    Its painter, where its horizon may lie (shares of the height), whether sky shows, how often it is drawn.
    """

    paint: Callable[[World], None]
    horizon: tuple[float, float] = (0.38, 0.62)
    open_sky: bool = True
    weather: bool = True
    weight: float = 1.0
    landmarks: tuple[str, ...] = ()


INLAND = ("castle", "house", "tower", "motel", "lighthouse")
LANDS: dict[str, Land] = {
    "sea": Land(lands_water.sea, (0.35, 0.7), weight=1.6),
    "coast": Land(lands_water.coast, (0.3, 0.5), weight=1.3, landmarks=("lighthouse", "lighthouse", "house")),
    "island": Land(lands_water.island, (0.5, 0.62), landmarks=("lighthouse", "castle")),
    "desert": Land(lands_open.desert, weight=1.2, landmarks=("motel", "motel", "castle")),
    "dunes": Land(lands_open.dunes, (0.35, 0.55)),
    "mountain": Land(lands_open.mountains, (0.42, 0.6), weight=1.6, landmarks=("castle", "house")),
    "volcano": Land(lands_open.volcano, (0.5, 0.62), weight=0.8),
    "hill": Land(lands_open.rolling, (0.38, 0.58), landmarks=INLAND),
    "meadow": Land(lands_open.meadow, (0.36, 0.52), weight=1.2, landmarks=INLAND),
    "field": Land(lands_open.field, (0.35, 0.55), landmarks=("house", "motel", "tower")),
    "river": Land(lands_water.river, (0.34, 0.5), weight=1.1, landmarks=("house", "castle")),
    "lake": Land(lands_water.lake, (0.4, 0.55), weight=1.1),
    "waterfall": Land(lands_water.waterfall, (0.28, 0.45), weight=0.9),
    "snow": Land(lands_open.snowland, (0.35, 0.55), weight=1.2, landmarks=("house", "castle")),
    "ice": Land(lands_water.ice, (0.38, 0.55), weight=0.9),
    "canyon": Land(lands_open.canyon, (0.45, 0.58)),
    "swamp": Land(lands_water.swamp, (0.4, 0.52), weight=0.8),
    "forest": Land(lands_close.forest, (0.42, 0.56), weight=1.9),
    "pine forest": Land(lands_close.pine_forest, (0.3, 0.52), weight=1.9),
    "jungle": Land(lands_close.jungle, (0.4, 0.54), weight=1.0),
    "garden": Land(lands_close.garden, (0.36, 0.5), weight=0.9, landmarks=("house", "castle")),
    "root cathedral": Land(lands_strange.root_hall, (0.5, 0.6), weather=False, weight=0.7),
    "cathedral": Land(lands_strange.cathedral, (0.52, 0.62), open_sky=False, weather=False, weight=0.8),
    "cave": Land(lands_strange.cave, (0.42, 0.58), weather=False, weight=1.0),
    "underwater": Land(lands_strange.underwater, (0.2, 0.3), open_sky=False, weather=False, weight=1.1),
    "space": Land(lands_strange.space, (0.98, 0.99), open_sky=False, weather=False, weight=1.2),
    "moonscape": Land(lands_strange.moonscape, (0.5, 0.66), open_sky=False, weather=False, weight=0.7),
    "cloudland": Land(lands_strange.cloudland, (0.4, 0.55), weather=False, weight=0.8),
    "city": Land(lands_built.city, (0.5, 0.66), weight=1.5),
    "street": Land(lands_built.street, (0.48, 0.6), weight=1.2),
    "village": Land(lands_built.village, (0.4, 0.55), weight=1.1, landmarks=("castle", "lighthouse")),
    "road": Land(lands_built.road, (0.42, 0.58), weight=1.5, landmarks=("motel", "motel", "house")),
    "ruins": Land(lands_built.ruins, (0.4, 0.56), weight=1.1),
    "harbour": Land(lands_built.harbour, (0.48, 0.6), weight=0.9, landmarks=("lighthouse",)),
    "bridge": Land(lands_built.bridge, (0.45, 0.56), weight=0.9),
}  # fmt: skip
HOUR_ODDS = {"day": 0.30, "dawn": 0.13, "sunset": 0.19, "dusk": 0.15, "night": 0.23}
WEATHER_ODDS = {
    "clear": 0.50,
    "storm": 0.07,
    "rain": 0.08,
    "snow": 0.07,
    "fog": 0.10,
    "fire": 0.07,
    "neon": 0.06,
    "aurora": 0.05,
}
STYLE_ODDS = {
    "storybook": 0.64,
    "watercolour": 0.08,
    "ink": 0.06,
    "pixel": 0.06,
    "oil": 0.06,
    "neonline": 0.04,
    "film": 0.06,
}


@dataclass(frozen=True)
class Scene:
    """A picture (H×W×3, uint8), one wording of what it shows, the facts, and its depth (H×W, 0 near .. 1 far)."""

    picture: Array
    caption: str
    facts: Facts
    depth: Array


def _draw(rng: Generator, odds: dict[str, float]) -> str:
    names = list(odds)
    weights = np.array([odds[name] for name in names])
    return names[int(rng.choice(len(names), p=weights / weights.sum()))]


def choose(rng: Generator) -> Facts:
    """What to draw: place, hour, weather, style, landmark, sky and things, all by chance."""
    land = _draw(rng, {name: land.weight for name, land in LANDS.items()})
    hour, air = _draw(rng, HOUR_ODDS), _draw(rng, WEATHER_ODDS) if LANDS[land].weather else "clear"
    if air == "neon" and land not in ("city", "street", "road", "harbour", "bridge") and rng.random() < 0.7:
        land = ("city", "street", "road")[int(rng.integers(3))]
    if air in ("neon", "aurora"):
        hour = "night"
    style = _draw(rng, STYLE_ODDS)
    marks = LANDS[land].landmarks
    landmark = marks[int(rng.integers(len(marks)))] if marks and rng.random() < 0.4 else ""
    sky, things = _choose_sky(rng, land, hour, air), _choose_things(rng, land, landmark)
    return Facts(land, hour, air, style, landmark, sky, things, look=_scene_look(rng) if landmark else ("", ""))


CLEAR_SKIES = {"day": ("sun", "clouds"), "dawn": ("sun",), "sunset": ("sun",), "dusk": ("moon",), "night": ("stars",)}
AIRS = (("dawn", "fog"), ("night", "rain"), ("day", "storm"), ("day", "snow"))
RARE_AIRS = {
    "fire": ("forest", "pine forest", "jungle", "city", "village", "field"),
    "neon": ("city", "street", "road", "harbour", "bridge", "desert"),
    "aurora": ("snow", "ice", "mountain", "lake", "sea", "pine forest", "road"),
}


def first_places() -> list[Facts]:
    """Every land once in each light and weather that suits it, and once more by each hour with its first landmark.

    With one drawing of each land these are a first stage of training: few shapes in every light are learnt soonest.
    """
    found = []
    for name, land in LANDS.items():
        lights = [(hour, "clear", skies) for hour, skies in CLEAR_SKIES.items()]
        marked = [(name, *light, land.landmarks[0]) for light in lights if land.landmarks]
        lights += [(hour, air, ()) for hour, air in AIRS if land.weather]
        lights += [("night", air, ()) for air, lands in RARE_AIRS.items() if name in lands]
        lights += [("night", "clear", ("galaxy",))] * (name in ("road", "desert"))
        for place, hour, air, above, mark in [(name, *light, "") for light in lights] + marked:
            found.append(Facts(place, hour, air, "storybook", mark, above if land.open_sky else ()))
    return found


ANYWHERE = ("castle", "house", "tower", "lighthouse", "motel")
PLAIN_THINGS = 0.5
"""Of a page's things and landmarks, the share whose size and colour are left unsaid."""


def page(rng: Generator) -> Facts:
    """What to draw on a page of the picture book, where each land and thing has one shape and one spot.

    Every land as often as any other, in every light and style, with one thing on most pages.
    """
    if rng.random() < 0.2:
        places = first_places()
        return places[int(rng.integers(len(places)))]
    land = list(LANDS)[int(rng.integers(len(LANDS)))]
    hour, air = _draw(rng, HOUR_ODDS), _draw(rng, WEATHER_ODDS) if LANDS[land].weather else "clear"
    hour = "night" if air in ("neon", "aurora") and rng.random() < 0.8 else hour
    marks = (*LANDS[land].landmarks, *ANYWHERE) if LANDS[land].open_sky else ()
    landmark = marks[int(rng.integers(len(marks)))] if marks and rng.random() < 0.2 else ""
    look = _look(rng) if landmark else ("", "")
    words = [word for word in known_things() if word not in ANYWHERE and word not in LANDS]
    count = int(rng.choice(4, p=(0.2, 0.55, 0.2, 0.05) if not landmark else (0.6, 0.35, 0.05, 0.0))) if words else 0
    things = [(*_look(rng), words[int(rng.integers(len(words)))]) for _ in range(count)]
    above = _choose_sky(rng, land, hour, air)
    return Facts(land, hour, air, _draw(rng, STYLE_ODDS), landmark, above, tuple(things), look=look)


def _look(rng: Generator) -> tuple[str, str]:
    """Size and colour of what is on a page, often neither."""
    if rng.random() < PLAIN_THINGS:
        return "", ""
    size = ("", "small", "big")[int(rng.integers(3))]
    return size, list(COLOURS)[int(rng.integers(len(COLOURS)))] if rng.random() < 0.75 else ""


def _choose_sky(rng: Generator, land: str, hour: str, air: str) -> tuple[str, ...]:
    if not LANDS[land].open_sky:
        return ()
    found = []
    clear = air in ("clear", "neon", "aurora")
    if hour == "night" and clear:
        if air == "clear" and rng.random() < (0.4 if land == "road" else 0.12):
            return ("galaxy",)
        found += [w for w, p in (("stars", 0.75), ("moon", 0.45)) if rng.random() < p]
        if "moon" in found and rng.random() < 0.3:
            found[found.index("moon")] = "crescent"
    elif clear or air == "fog":
        found += [
            w
            for w, p in (
                ("sun", 0.0 if hour == "dusk" else 0.6),
                ("moon", 0.4 if hour == "dusk" else 0.0),
                ("clouds", 0.5),
            )
            if rng.random() < p
        ]
        if hour == "day" and rng.random() < 0.05:
            found.append("rainbow")
    if clear and land in ("forest", "meadow", "hill", "garden", "village", "lake") and rng.random() < 0.07:
        found.append("leaves")
    return tuple(found)


def _choose_things(rng: Generator, land: str, landmark: str) -> tuple[tuple[str, str, str], ...]:
    words = known_things()
    if not words:
        return ()
    count = int(rng.choice(4, p=(0.42, 0.38, 0.14, 0.06) if not landmark else (0.75, 0.2, 0.05, 0)))
    afloat, aloft = land in ("sea", "underwater", "ice"), land in ("space", "cloudland")
    things = []
    for _ in range(count):
        word = words[int(rng.integers(len(words)))]
        where = THINGS[word][1]
        if rng.random() < 0.7 and (
            (afloat and where == "ground") or (aloft and where != "sky") or (where == "water" and not afloat)
        ):
            continue
        things.append((*_scene_look(rng), word))
    return tuple(things)


def _scene_look(rng: Generator) -> tuple[str, str]:
    """Size and colour of what is in a scene, often unsaid."""
    size = ("", "small", "big")[int(rng.choice(3, p=(0.6, 0.2, 0.2)))]
    return size, list(COLOURS)[int(rng.integers(len(COLOURS)))] if rng.random() < 0.22 else ""


def paint(
    rng: Generator, facts: Facts, height: int = 256, width: int = 256, shapes: Generator | None = None
) -> tuple[Array, Array]:
    """Draw the facts: picture (H×W×3, uint8) and depth (H×W, 0 near .. 1 far).

    `shapes`: chance for the land's own shapes, where it must be apart from that for light, sky and weather. With it,
    landmarks and things stand where they always do.
    """
    land = LANDS[facts.land]
    fixed, shapes = shapes is not None, shapes or rng
    canvas = Canvas.blank(height, width)
    world = World(
        canvas,
        light_of(rng, facts.hour, facts.weather),
        int(shapes.uniform(*land.horizon) * height),
        rng,
        facts.hour,
        facts.weather,
        float(rng.uniform(0.12, 0.88)),
    )
    _paint_sky(world, facts, land)
    shaped = replace(world, rng=shapes)
    land.paint(shaped)
    if facts.landmark:
        # on a page a building looks the same in every land
        marked = replace(world, rng=np.random.default_rng(0)) if fixed else shaped
        paint_landmark(marked, facts.landmark, facts.look, page=fixed)
    for number, thing in enumerate(facts.things):
        if not fixed:
            paint_thing(world, thing, facts.land)
            continue
        slot = (number + bool(facts.landmark)) % len(SPOTS)
        paint_page_thing(replace(world, rng=np.random.default_rng(slot)), thing, slot)
    if "leaves" in facts.sky:
        weather.leaves(world)
    _paint_weather(world)
    np.clip(canvas.rgb, 0, 1, out=canvas.rgb)
    finished = np.clip(STYLES[facts.style](canvas.rgb, rng), 0, 1)
    if facts.land == "space":
        canvas.depth[:] = np.maximum(canvas.depth, 0.0)
    return np.round(finished * 255).astype(np.uint8), np.clip(canvas.depth, 0, 1)


def paint_page(facts: Facts, seed: int = 0, size: int = 256) -> tuple[Array, Array]:
    """Draw the facts as the picture book has them: a land always of the same shapes. Returns what `paint` does."""
    land = list(LANDS).index(facts.land)
    above, shapes = (np.random.default_rng([seed, land, part]) for part in range(2))
    return paint(above, facts, size, size, shapes)


def _paint_sky(world: World, facts: Facts, land: Land) -> None:
    sky.paint_sky(world)
    if not land.open_sky:
        return
    if world.weather == "aurora":
        sky.aurora(world)
    big = bool(world.rng.random() < 0.3)
    for word in facts.sky:
        {
            "galaxy": sky.galaxy,
            "stars": sky.stars,
            "sun": lambda w: sky.sun(w, big),
            "moon": lambda w: sky.moon(w, big),
            "rainbow": sky.rainbow,
            "crescent": lambda w: sky.moon(w, big, True),
            "clouds": lambda w: sky.clouds(w, w.rng.uniform(0.2, 0.9)),
            "leaves": lambda w: None,
        }[word](world)
    if world.weather in ("storm", "rain"):
        sky.clouds(world, 0.8)
        sky.overcast(world)
    if world.weather == "storm" and world.rng.random() < 0.75:
        sky.lightning(world)


def _paint_weather(world: World) -> None:
    act = {
        "rain": weather.rain,
        "snow": weather.snow,
        "fog": weather.fog,
        "fire": weather.fire,
        "neon": weather.neon,
    }.get(world.weather)
    if act:
        act(world)
    if world.weather == "storm" and world.rng.random() < 0.7:
        weather.rain(world)


def draw_scene(rng: Generator, height: int = 256, width: int = 256) -> Scene:
    """One scene of this size, in pixels, with one wording of what it shows."""
    facts = choose(rng)
    picture, depth = paint(rng, facts, height, width)
    return Scene(picture, caption(rng, facts), facts, depth)


def main(path: str, seed: int = 0, count: int = 64, side: int = 256) -> None:
    """Write a sheet of `count` scenes, eight a row, each `side` pixels wide."""
    rng = np.random.default_rng(seed)
    tiles = [cv2.resize(draw_scene(rng).picture, (side, side), interpolation=cv2.INTER_AREA) for _ in range(count)]
    rows = [np.concatenate(tiles[i : i + 8], 1) for i in range(0, count, 8)]
    cv2.imwrite(path, cv2.cvtColor(np.concatenate(rows, 0), cv2.COLOR_RGB2BGR))


if __name__ == "__main__":
    main(sys.argv[1], *(int(value) for value in sys.argv[2:]))

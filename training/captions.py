"""Words for a scene: the same facts said in many orders, lengths and turns of phrase."""

from __future__ import annotations

from dataclasses import dataclass, field

from numpy.random import Generator


@dataclass(frozen=True)
class Facts:
    """What is in a scene, in the words that the model knows; things are (size, colour, word), empty where unsaid."""

    land: str
    hour: str
    weather: str = "clear"
    style: str = "storybook"
    landmark: str = ""
    sky: tuple[str, ...] = ()
    things: tuple[tuple[str, str, str], ...] = ()
    moods: tuple[str, ...] = field(default=())
    look: tuple[str, str] = ("", "")
    """Size and colour of the landmark."""


LAND_WORDS: dict[str, tuple[str, ...]] = {
    "pine forest": ("pine forest", "forest of pines", "pines"),
    "forest": ("forest", "woods", "trees"),
    "sea": ("sea", "ocean", "open sea", "waves"),
    "coast": ("coast", "beach", "shore"),
    "road": ("road", "highway"),
    "city": ("city", "skyline"),
    "street": ("street", "city street"),
    "snow": ("snow", "snowy land", "winter land"),
    "ice": ("ice", "icebergs", "frozen sea"),
    "hill": ("hills", "rolling hills"),
    "mountain": ("mountains", "mountain", "peaks"),
    "space": ("space", "outer space", "deep space"),
    "galaxy road": ("road", "highway"),
    "dunes": ("dunes", "sand dunes"),
    "root cathedral": ("cathedral of roots", "roots", "root cathedral"),
    "cathedral": ("cathedral", "gothic cathedral"),
    "moonscape": ("moonscape", "alien planet", "moon surface"),
    "cloudland": ("clouds", "above the clouds", "sea of clouds"),
    "harbour": ("harbour", "port"),
    "underwater": ("underwater", "under the sea", "coral reef"),
}
HOUR_WORDS: dict[str, tuple[str, ...]] = {
    "day": ("day", "by day", "at noon", "daylight", "bright light"),
    "dawn": ("dawn", "at dawn", "at sunrise", "dawn light"),
    "sunset": ("sunset", "at sunset", "golden hour light"),
    "dusk": ("dusk", "at dusk", "in the evening"),
    "night": ("night", "at night", "by night", "midnight"),
}
WEATHER_WORDS: dict[str, tuple[str, ...]] = {
    "storm": ("storm", "in a storm", "stormy", "lightning"),
    "rain": ("rain", "in the rain", "rainy"),
    "snow": ("snow", "snowing", "in the snow"),
    "fog": ("fog", "mist", "in the fog"),
    "fire": ("on fire", "fire", "in flames", "burning"),
    "neon": ("neon", "neon light", "neon sign"),
    "aurora": ("aurora", "northern lights", "under the aurora"),
}
WEATHER_BEFORE: dict[str, tuple[str, ...]] = {
    "storm": ("stormy",),
    "rain": ("rainy",),
    "snow": ("snowy",),
    "fog": ("misty", "foggy"),
    "fire": ("burning",),
    "neon": ("neon",),
}
STYLE_WORDS: dict[str, tuple[str, ...]] = {
    "storybook": ("storybook", "flat storybook"),
    "watercolour": ("watercolour", "watercolour painting"),
    "ink": ("ink", "ink drawing"),
    "pixel": ("pixel art", "pixel"),
    "oil": ("oil", "oil painting"),
    "neonline": ("neon line", "line drawing neon"),
    "film": ("film", "35mm film", "photograph", "cinematic"),
}
SKY_WORDS: dict[str, tuple[str, ...]] = {
    "sun": ("sun", "big sun"),
    "moon": ("moon", "full moon"),
    "crescent": ("crescent moon",),
    "stars": ("stars", "starry sky"),
    "clouds": ("clouds", "cloudy"),
    "galaxy": ("galaxy", "milky way"),
    "rainbow": ("rainbow",),
    "leaves": ("falling leaves",),
}
STRAY = ("qwx", "masterpiece", "detailed", "4k", "zorp", "beautiful", "epic", "trending", "of", "blip")


def _one(rng: Generator, words: tuple[str, ...]) -> str:
    return words[int(rng.integers(len(words)))]


def _place(rng: Generator, facts: Facts, weather: bool) -> str:
    words = _one(rng, LAND_WORDS.get(facts.land, (facts.land,)))
    before = [mood for mood in facts.moods if rng.random() < 0.6]
    if weather and facts.weather in WEATHER_BEFORE and rng.random() < 0.5:
        before.append(_one(rng, WEATHER_BEFORE[facts.weather]))
        weather = False
    after = ""
    if weather and facts.weather != "clear":
        after = f" {_one(rng, WEATHER_WORDS[facts.weather])}"
    article = _one(rng, ("a ", "the ", "", "the same ", "an "))
    return article + " ".join([*before, words]) + after


def _thing(rng: Generator, thing: tuple[str, str, str]) -> str:
    return _one(rng, ("a ", "the ", "one ", "")) + _named(*thing)


def _named(*parts: str) -> str:
    return " ".join(part for part in parts if part)


SAID = 0.98
"""How often a caption says what is there, but for what goes without saying."""

UNSAID = "meadow"
"""The land of a prompt that names none: its captions often leave it out, those of others never."""

HOMES = {"motel": "road", "lighthouse": "coast", "castle": "hill", "tower": "hill", "house": "meadow"}
"""The land of a prompt that names none, but this landmark."""


def caption(rng: Generator, facts: Facts) -> str:
    """One wording of the facts; one in twenty is empty.

    What is left out has one meaning: the house style, by day, in clear weather, starry nights, a meadow, nothing else
    there. Were anything left unsaid now and then, prompts that do not say it would call up its ghost.
    """
    if rng.random() < 0.05:
        return ""
    parts: list[str] = []
    weather_said = facts.weather != "clear" and rng.random() < SAID
    home = HOMES[facts.landmark] if facts.landmark else UNSAID
    place_said = facts.land != home or rng.random() < 0.4
    if place_said:
        parts.append(_place(rng, facts, weather_said))
    elif weather_said:
        parts.append(_one(rng, WEATHER_WORDS[facts.weather]))
    if facts.landmark and rng.random() < SAID:
        mood = _one(rng, ("", "", "empty ", "lonely ", "old "))
        front = _one(rng, ("a ", "with a ", "the ")) + mood + _named(*facts.look, facts.landmark)
        parts.insert(0 if rng.random() < 0.6 else len(parts), front)
    things = [_thing(rng, thing) for thing in facts.things if rng.random() < SAID]
    if things:
        phrase = " and ".join(things)
        parts.insert(0 if rng.random() < 0.6 else len(parts), phrase)
    if rng.random() < (0.5 if facts.hour == "day" else SAID):
        parts.insert(len(parts) if rng.random() < 0.7 else 0, _one(rng, HOUR_WORDS[facts.hour]))
    parts += [_one(rng, SKY_WORDS[word]) for word in facts.sky if rng.random() < (0.4 if word == "stars" else SAID)]
    if rng.random() < (0.15 if facts.style == "storybook" else SAID):
        parts.insert(len(parts) if rng.random() < 0.6 else 0, _one(rng, STYLE_WORDS[facts.style]))
    joint = _one(rng, (", ", " ", " in ", " with ", ", "))
    text = joint.join(parts)
    if rng.random() < 0.08:
        text = f"{text} {_one(rng, STRAY)}" if rng.random() < 0.5 else f"{_one(rng, STRAY)} {text}"
    return text

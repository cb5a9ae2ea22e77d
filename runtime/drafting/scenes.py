"""What a draft shows when: sections with their roles, and the prompts of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from ..hearing import Heard
from ..hearing.structure import Section
from ..hearing.words import SpokenLine
from .recipe import Recipe

SHORTEST = 1.6
"""Seconds that a prompt needs to be seen: lines that follow sooner share one."""

_PHRASE = 8
"""Bars after which a section without words goes on to its next prompt."""


@dataclass(frozen=True, slots=True)
class Key:
    """A prompt from ``time`` on, in seconds; ``sung`` where it is a line of the words."""

    time: float
    text: str
    sung: bool = False


@dataclass(frozen=True, slots=True)
class Scene:
    """A section with its ``role`` and its name in the script, the take of the camera that it has, and its prompts."""

    section: Section
    role: str
    name: str
    take: int
    keys: tuple[Key, ...]
    drop: bool


def scenes_of(heard: Heard, recipe: Recipe, lines: Sequence[SpokenLine] = ()) -> list[Scene]:
    """Lay out a song: one scene for each section, prompts from its words or from the recipe's worlds."""
    parts = heard.structure.sections
    roles = roles_of(parts, heard.structure.builds)
    sung = [Key(line.start, line.text, sung=True) for line in _joined(lines)]
    worlds = _Worlds(recipe)
    bar = 60.0 / heard.rhythm.tempo * heard.rhythm.meter if heard.rhythm.tempo else 2.0
    counts: Counter[str] = Counter()
    scenes: list[Scene] = []
    for number, (part, role) in enumerate(zip(parts, roles, strict=True)):
        last = number == len(parts) - 1
        early = 0.3 if number else part.start + 1.0
        here = [key for key in sung if part.start - early <= key.time and (last or key.time < part.end - 0.3)]
        here = [replace(key, time=max(key.time, part.start)) for key in here]
        opens = not here or here[0].time - part.start > 4 * bar
        world = worlds.take(part.label, strong=role in ("chorus", "build")) if opens else ()
        shown = list(_worldly(part, world, bar, here[0].time if here else part.end))
        drop = part.start in heard.structure.drops
        if here and not shown and (number == 0 or (drop and here[0].time - part.start < bar)):
            here[0] = replace(here[0], time=part.start)  # a new shot begins with its own picture
        counts[role] += 1
        name = f"{role}{counts[role]}"
        scenes.append(Scene(part, role, name, counts[role] - 1, (*shown, *here), drop))
    return scenes


def roles_of(parts: Sequence[Section], builds: Sequence[tuple[float, float]] = ()) -> list[str]:
    """Return what each section is: the strongest music that comes again is the chorus, what is weak between a break."""
    mean: dict[str, float] = {}
    for label in dict.fromkeys(part.label for part in parts):
        same = [part.energy for part in parts if part.label == label]
        mean[label] = sum(same) / len(same) + 0.04 * (min(len(same), 3) - 1)
    high = max(mean, key=lambda label: mean[label], default="")
    roles: list[str] = []
    for number, part in enumerate(parts):
        length = part.end - part.start
        built = any(end == part.end and min(end - start, length) >= 0.5 * length for start, end in builds)
        alone = sum(other.label == part.label for other in parts) == 1
        if len(parts) == 1:
            role = "verse"
        elif number == 0 and part.label != high and (alone or part.energy < 0.7):
            role = "intro"
        elif number == len(parts) - 1 and part.label != high:
            role = "outro"
        elif built:
            role = "build"
        elif part.label == high:
            role = "chorus"
        else:
            role = "break" if part.energy < 0.75 and number else "verse"
        roles.append(role)
    return roles


def story_of(lines: Sequence[SpokenLine]) -> list[Key]:
    """Lay out a narration: one prompt for each sentence, the first from the film's start."""
    keys = [Key(line.start, line.text, sung=True) for line in _joined(lines)]
    return [replace(key, time=0.0) if number == 0 else key for number, key in enumerate(keys)]


class _Worlds:
    """Hands out the recipe's worlds: one for each letter, and its next variant whenever the letter comes again."""

    def __init__(self, recipe: Recipe) -> None:
        self._recipe = recipe
        self._given: dict[str, tuple[str, ...]] = {}
        self._turn: Counter[str] = Counter()
        self._used: Counter[str] = Counter()

    def take(self, label: str, *, strong: bool) -> tuple[str, ...]:
        """Return a section's prompts, the first one first."""
        if label not in self._given:
            kind = "strong" if strong else "calm"
            several = self._recipe.worlds[kind]
            self._given[label] = several[self._used[kind] % len(several)]
            self._used[kind] += 1
        world = self._given[label]
        turn = self._turn[label] % len(world)
        self._turn[label] += 1
        return world[turn:] + world[:turn]


def _worldly(part: Section, world: tuple[str, ...], bar: float, until: float) -> Iterator[Key]:
    """Yield a section's prompts, a new one every eight bars where there is room for it."""
    if not world:
        return
    step = _PHRASE * bar
    count = max(1, int((until - part.start + 0.5 * step) // step)) if len(world) > 1 else 1
    for number in range(count):
        yield Key(part.start + number * step, world[number % len(world)])


def _joined(lines: Sequence[SpokenLine]) -> list[SpokenLine]:
    """Join lines that are too soon over to be a picture of their own."""
    joined: list[SpokenLine] = []
    for line in lines:
        if not line.text.strip():
            continue
        if joined and line.start - joined[-1].start < SHORTEST:
            before = joined[-1].text.rstrip(" ,;，")
            text = f"{before}{'' if before[-1:] in '.?!。？！…' else ','} {line.text}"
            joined[-1] = replace(joined[-1], end=line.end, text=text)
        else:
            joined.append(line)
    return joined

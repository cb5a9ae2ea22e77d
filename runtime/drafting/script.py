"""Writes a draft as a script: in the order in which an artist reads, with comments that say why."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from ...compiler.sounds import DRUMS, Told
from ..hearing import Heard
from ..hearing.words import SpokenLine
from .recipe import Recipe
from .scenes import Key, Scene, scenes_of, story_of
from .times import Times

LONGEST_TEXT = 300
"""Letters of a prompt: what is longer no painter reads."""

_DRUMS = {"kick": "a blow in the bass", "snare": "snare and clap", "hat": "hi-hats"}


def write_script(
    heard: Heard, recipe: Recipe, *, audio: str, lyrics: str | None = None, lines: Sequence[SpokenLine] = (),
    known: Told | None = None, beats: str | None = None, story: bool = False, style: str | None = None,
) -> str:  # fmt: skip
    """Return a script for what was heard. ``audio`` and ``lyrics``: paths as the script writes them.

    ``lines``: the words with their times, in seconds; with ``story`` they are the whole film. ``known``: what the beats
    were listened for with, and ``beats`` the path of the file they are from; the script says so too.
    """
    times = Times(heard.rhythm, counted=not story)
    drums = [] if story else [drum for drum in DRUMS if drum in recipe.on and is_there(drum, heard)]
    head = [*_about(heard, recipe, audio, lines, story=story), "", f"audio {quoted(audio)}"]
    head += [f"lyrics {quoted(lyrics)}"] if lyrics else []
    head += [f"fps = {recipe.fps}", "seed = 42", *_tempo(times, known, beats, story=story)]
    head += [f"negative = {quoted(recipe.negative)}"] if recipe.negative else []
    look = _style(recipe.style if style is None else style)
    head += [f"style {look}   # wraps every prompt below"] if look else []
    parts = [head, _film(recipe, drums)]
    if story:
        parts += [_story(story_of(lines), recipe, times)]
    else:
        scenes = scenes_of(heard, recipe, lines)
        parts += [_scene(scene, recipe, times, heard) for scene in scenes]
        parts += [_cuts(scenes, recipe, times)]
    parts.append(_triggers(heard, recipe, drums, times, story=story))
    return "\n\n".join("\n".join(part) for part in parts if part) + "\n"


def is_there(drum: str, heard: Heard) -> bool:
    """Tell whether a drum is really played: often enough, and in time with the beats."""
    events, rhythm = heard.drums.get(drum), heard.rhythm
    if events is None or rhythm.beats.size < 8:
        return False
    often = events.times.size >= max(8, 0.4 * rhythm.bars.size)
    place = np.interp(events.times, rhythm.beats, np.arange(rhythm.beats.size))
    strong = place[events.velocity >= 0.4]
    # Struck by a drummer, onsets stand on halves, thirds and quarters of the beat.
    off = np.min(np.abs(strong[:, None] * [4, 3] - np.round(strong[:, None] * [4, 3])) / [4, 3], axis=1)
    return bool(often and strong.size >= 6 and np.mean(off < 0.05) > 0.7)


def _about(heard: Heard, recipe: Recipe, audio: str, lines: Sequence[SpokenLine], *, story: bool) -> list[str]:
    rhythm, parts = heard.rhythm, heard.structure.sections
    told = [f"# A first draft for {_plain(audio)}, by the recipe {_plain(recipe.name)}."]
    told += [f"# {_plain(recipe.about)}"] if recipe.about else []
    told.append("# Every line is yours to change; `animc draft … --merge` later keeps what you changed.")
    told.append("#")
    if story:
        told.append(f"# Heard: {len(lines)} sentences in {heard.duration:.1f} s.")
    elif rhythm.beats.size:
        form = " ".join(part.label for part in parts)
        sure = "" if rhythm.confidence > 0.5 else " Not sure of it: hear `animc listen … --click check.wav`."
        grid = f"{rhythm.tempo:.1f} beats a minute, {rhythm.meter} to the bar, {rhythm.bars.size} bars"
        told.append(f"# Heard: {grid}; form {form}.{sure}")
    else:
        told.append("# Heard: no beat. Bars below are a quiet grid of two seconds: set `tempo` to what you feel.")
    unsure = [line for line in lines if line.confidence < 0.4]
    if unsure:
        told.append(
            f"# {len(unsure)} of {len(lines)} lines of the words stand where they may be sung: move them by ear."
        )
    return told


def _tempo(times: Times, known: Told | None, beats: str | None, *, story: bool) -> list[str]:
    if story:
        return []
    if beats:
        return [f"beats {quoted(beats)}   # these, in place of those heard: mend them there"]
    if times.heard:
        bars = f" meter {known.meter}" if known and known.meter else ""
        return [f"tempo = {known.tempo:g}{bars}   # about: the music is followed from beat to beat"] if known else []
    return ["tempo = 120 offset 0s meter 4   # no beat was heard: a bar here lasts two seconds"]


def _film(recipe: Recipe, drums: Iterable[str]) -> list[str]:
    lines = ["# What holds wherever a section says nothing else.", *recipe.film] if recipe.film else []
    for drum in drums:
        request = DRUMS[drum]
        low, high = request.band or (20.0, 16_000.0)
        least = "".join(f", threshold = {value:g}" for name, value in request.options if name == "threshold")
        lines.append(f"let {drum} = onset({_hertz(low)}..{_hertz(high)}Hz{least})   # {_DRUMS[drum]}")
    return lines


def _hertz(value: float) -> str:
    return f"{value:g}"


def _scene(scene: Scene, recipe: Recipe, times: Times, heard: Heard) -> list[str]:
    part = scene.section
    takes = recipe.camera.get(scene.role, ())
    camera = takes[scene.take % len(takes)] if takes else ()
    end = "end" if part.end >= heard.duration - 1e-3 else times.place(part.end)
    keys = _keys(scene.keys, times, part.start, part.end, at_once=scene.drop)
    return [
        f"# {_why(scene, heard)}",
        f"section {scene.name} from {times.place(part.start)} to {end} {{",
        *(f"  {line}" for line in (*keys, *camera)),
        "}",
    ]


def _why(scene: Scene, heard: Heard) -> str:
    part = scene.section
    strength = "quiet" if part.energy < 0.6 else "middling" if part.energy < 0.85 else "strong"
    told = f"{part.label}, {strength} (energy {part.energy:.0%})"
    if scene.drop:
        told += ": a drop, so its prompt comes at once"
    if any(end == part.end for _, end in heard.structure.builds):
        told += "; builds up to its end"
    same = sum(other.label == part.label for other in heard.structure.sections)
    return told + ("; the same music comes again" if same > 1 and scene.take == 0 else "")


def _keys(keys: Sequence[Key], times: Times, start: float, end: float, *, at_once: bool) -> list[str]:
    """Write prompts in a column, each with a fade that leaves it time to stand."""
    rows: list[tuple[str, str]] = []
    for number, key in enumerate(keys):
        after = keys[number + 1].time if number + 1 < len(keys) else end
        fade = "" if (at_once and number == 0) or key.time <= 0.0 else times.fade(key.time, after)
        rows.append((f"{times.within(key.time, start)}:", quoted(key.text) + fade))
    width = max((len(place) for place, _ in rows), default=0)
    return [f"{place:<{width}} {text}" for place, text in rows]


def _story(keys: Sequence[Key], recipe: Recipe, times: Times) -> list[str]:
    rows: list[tuple[str, str]] = []
    for number, key in enumerate(keys):
        after = keys[number + 1].time if number + 1 < len(keys) else key.time + 4
        rows.append((f"{times.seconds(key.time)}:", quoted(key.text) + (times.fade(key.time, after) if number else "")))
    width = max((len(place) for place, _ in rows), default=0)
    takes = recipe.camera.get("story", ())
    told = [f"{place:<{width}} {text}" for place, text in rows]
    return ["# The story: each sentence from where its first word is said.", *told, "", *(takes[0] if takes else ())]


def _cuts(scenes: Sequence[Scene], recipe: Recipe, times: Times) -> list[str]:
    cuts = [f"cut at {times.place(scene.section.start)}" for scene in scenes if scene.drop and recipe.cut]
    return ["# The drops: a new shot each, painted from nothing.", *cuts] if cuts else []


def _triggers(heard: Heard, recipe: Recipe, drums: Sequence[str], times: Times, *, story: bool) -> list[str]:
    names = ["prompt"] if story else [*drums, *(["bar"] if times.heard else []), "prompt"]
    lines = [line for name in names for line in recipe.on.get(name, ())]
    if not story:
        for start, end in heard.structure.builds:
            length = times.length(start, end)
            lines += [
                line.replace("{start}", times.place(start)).replace("{length}", length)
                for line in recipe.on.get("build", ())
            ]
    absent = [] if story else [drum for drum in recipe.on if drum in DRUMS and drum not in drums]
    if absent:
        lines.append(f"# {' and '.join(absent).capitalize()} would move the picture too, but none was heard in time.")
    return ["# What the music does to the picture."] * bool(lines and not story) + lines


def _style(style: str) -> str:
    if not style.strip():
        return ""
    look = style if "${prompt}" in style else f"${{prompt}}, {style}"
    return quoted(look, keep=("${prompt}",))


def quoted(text: str, keep: tuple[str, ...] = ()) -> str:
    """Return a text as the language writes it; ``keep``: insertions that stay insertions."""
    plain = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    plain = plain if len(plain) <= LONGEST_TEXT else plain[:LONGEST_TEXT].rsplit(" ", 1)[0] + "…"
    safe = plain.replace("\\", "\\\\").replace('"', '\\"').replace("${", "\\${")
    for insertion in keep:
        safe = safe.replace("\\" + insertion, insertion)
    return f'"{safe}"'


def _plain(text: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in text)

"""The names that the language itself brings: clocks, constants, event names and sound sources."""

from __future__ import annotations

import math

from ..program import Rank
from ..sounds import DRUMS, MAIN, Request
from ..source import Place
from ..typed import FILM, Heard, PromptKeys, Starts, Sung
from .scope import Check, Scope, Value
from .spans import section_start, section_stop

CONSTANTS = (
    "t", "time", "beat", "bar", "max_f", "fps", "progress", "local", "section_progress", "pi", "tau", "e", "s", "start",
    "end", "velocity", "index", "downbeat", "prompt", "section", "line", "main", "harmonic", "percussive",
)  # fmt: skip
_NUMBERS = {"pi": math.pi, "tau": math.tau, "e": math.e}
_STEPS = {"t": "t", "fps": "fps", "s": "seed"}
_SHELF = ("flat", "height")
"""What only the standard library may ask: 1 in mode 2d, else 0; and the film's height in pixels."""
SOURCES = (MAIN, "harmonic", "percussive")


def builtin(cx: Check, name: str, scope: Scope, place: Place) -> Value | None:
    """Return what a name of the language, a section's or a stem's name stands for, or None."""
    if name in _NUMBERS:
        return Value("number", place, cx.program.const(place, _NUMBERS[name]))
    if name in _SHELF and scope.source.standard:
        return Value("number", place, cx.program.add(place, name))
    if name in _STEPS:
        return Value("number", place, cx.program.add(place, _STEPS[name]))
    return _clock(cx, name, scope, place) or _happening(cx, name, scope, place)


def _clock(cx: Check, name: str, scope: Scope, place: Place) -> Value | None:
    add, const = cx.program.add, cx.program.const
    if name == "time":
        return Value("number", place, add(place, "/", add(place, "t"), add(place, "fps")))
    if name in ("beat", "bar"):
        kind = "beat" if name == "beat" else "downbeat"
        cx.sounds.setdefault(Request(kind), place)
        return Value("number", place, add(place, name), stream=Heard(Request(kind)))
    if name == "max_f":
        return Value("number", place, add(place, "-", add(place, "film_end"), const(place, 1.0)))
    if name == "progress":
        last = add(place, "max", add(place, "-", add(place, "film_end"), const(place, 1.0)), const(place, 1.0))
        return Value("number", place, add(place, "/", add(place, "t"), last))
    if name in ("local", "section_progress"):
        if scope.section == FILM:
            cx.findings.add("E0213", place, name=name, where="a section")
            return Value("nothing", place)
        start, stop = section_start(cx, scope, place), section_stop(cx, scope, place)
        local = add(place, "-", add(place, "t"), start)
        if name == "local":
            return Value("number", place, local)
        share = add(place, "/", local, add(place, "-", stop, start))
        return Value("number", place, add(place, "clamp", share, const(place, 0.0), const(place, 1.0)))
    if name == "start":
        return Value("position", place, section_start(cx, scope, place))
    if name == "end":
        return Value("position", place, section_stop(cx, scope, place))
    return None


def _happening(cx: Check, name: str, scope: Scope, place: Place) -> Value | None:
    if name in ("velocity", "index"):
        return Value("number", place, cx.program.add(place, name))
    if name == "downbeat":
        cx.sounds.setdefault(Request("downbeat"), place)
        return Value("events", place, stream=Heard(Request("downbeat")))
    if name == "prompt":
        return Value("events", place, stream=PromptKeys())
    if name == "section":
        return Value("events", place, stream=Starts(None))
    if name == "line" and cx.lyrics is not None:
        return Value("events", place, stream=Sung(None))
    if name == "line":
        cx.findings.add("E0221", place, name="line")
        return Value("nothing", place)
    if name in cx.section_names:
        return Value("events", place, stream=Starts(name))
    if name in SOURCES or name in cx.stems:
        return Value("source", place, data=name)
    if name in DRUMS and name not in cx.named:
        cx.sounds.setdefault(DRUMS[name], place)
        return Value("events", place, stream=Heard(DRUMS[name]))
    return None


def is_known(cx: Check, name: str, scope: Scope) -> bool:
    """Whether a name stands for anything here."""
    return name in CONSTANTS or name in cx.stems or name in cx.section_names or scope.find(name) is not None


def only_in_triggers(cx: Check, step: int) -> Place | None:
    """Return the place of what has a meaning only inside a trigger, if ``step`` needs any."""
    if cx.program.steps[step].rank != Rank.EVENT:
        return None
    for needed in cx.program.needed([step]):
        if cx.program.steps[needed].rank == Rank.EVENT:
            return cx.program.steps[needed].place
    return None

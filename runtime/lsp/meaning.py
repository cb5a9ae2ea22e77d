"""What a word of the language means, in the Markdown that editors show; read from the compiler's tables."""

from __future__ import annotations

from ...compiler.evaluation.eases import EASES
from ...compiler.functions import FUNCTIONS, SPELLINGS, Function
from ...compiler.sounds import DRUMS
from ...compiler.vocabulary import BY_NAME, Param
from ..cli.vocabulary import bounds, default, kind

CLOCKS: dict[str, str] = {
    "t": "the frame's number, from 0",
    "time": "seconds since the start of the film",
    "beat": "beats since the first, fractions included; as an event: every beat",
    "bar": "bars since the first, fractions included; as an event: every bar's first beat; `bar(9)`: a position",
    "max_f": "the number of the last frame",
    "fps": "frames a second",
    "progress": "0 to 1 over the film",
    "local": "frames since the section's start",
    "section_progress": "0 to 1 over the section",
    "s": "the film's seed",
    "pi": "half a turn in radians, 3.14159…",
    "tau": "a whole turn in radians, 6.28318…",
    "e": "Euler's number, 2.71828…",
    "start": "the first frame of the film or section",
    "end": "just after the last frame of the film or section",
    "velocity": "in a trigger: how strong the event is, 0 to 1",
    "index": "in a trigger: the event's number, from 0",
    "downbeat": "event: the first beat of every bar",
    "kick": "event: a blow in the bass, 20 to 120 Hz",
    "snare": "event: snare and clap, 1800 to 6000 Hz",
    "hat": "event: hi-hats, 6 to 12 kHz",
    "prompt": "event: where a prompt begins; as a target: the prompt itself",
    "section": "event: where a section begins",
    "line": "event: the lines of the lyrics",
    "main": "sound: the main track",
    "harmonic": "sound: what of the main track has a pitch",
    "percussive": "sound: the drums of the main track",
}
"""Clocks, constants, events and sounds that need no definition."""

STATEMENTS: dict[str, str] = {
    "let": "`let name = value`: a name for a number, signal, event, length or text",
    "def": "`def name(p, q = 1) = value`: a function",
    "marker": "`marker name = position`: a place in time, used as `@name`",
    "section": "`section name from P to P { … }` or `from P for D { … }`: a span of time with its own clock",
    "on": "`on EVENT [every N] [offset K] [where condition] [in section] [lead D]: target op value`: a trigger",
    "block": "`block name(params) { … }`: statements for `apply`",
    "apply": "`apply name(args)`: puts a block's statements here",
    "use": '`use "file.anim"`: brings another file\'s names',
    "audio": '`audio "song.flac"` or `audio stem = "drums.wav"`: the sound',
    "lyrics": '`lyrics "song.lrc"`: timed words',
    "beats": '`beats "song.beats"`: the beats, one time a line, in place of those heard',
    "image": '`image "still.png"`: the picture that the film begins from',
    "style": '`style "${prompt}, oil on canvas"`: wraps every prompt',
    "cut": '`cut at P [image "still.png"] [model "folder"]`: a new shot, painted from nothing',
    "profile": "`profile name { … }`: settings for `--profile name`",
}
WORDS: dict[str, str] = {
    "fade": "`fade D`: crosses over from the prompt before, within D",
    "morph": "blends all the way from the key before",
    "every": "`every N`: only each N-th event; `every(D)`: a regular series of events",
    "offset": "`offset K`: which event to begin with; of `tempo`: when the first beat is",
    "meter": "`meter N`: beats in a bar",
    "where": "`where condition`: only the events for which it holds",
    "in": "`in section`: only the events inside it",
    "lead": "`lead D`: fires so much earlier",
    "ease": "`ease name`: how a key's value is arrived at",
    "per": "`v per s`: a rate, as a value a frame",
    "from": "where a section begins",
    "to": "where a section ends",
    "for": "how long a section lasts",
    "at": "`at P, P, …`: events at these positions; `cut at P`",
    "pattern": '`pattern "x..x" per D`: hits and rests',
    "word": '`word "fire"`: where it is sung',
    "if": "`a if condition else b`",
    "else": "`a if condition else b`",
    "and": "both conditions hold",
    "or": "one of two conditions holds",
    "not": "the condition does not hold",
}
EASE_NAMES: tuple[str, ...] = (*EASES, "step", "smooth", "bezier")
EVENTS: tuple[str, ...] = (
    "beat",
    "downbeat",
    "bar",
    *DRUMS,
    "section",
    "prompt",
    "line",
    "onset",
    "every",
    "at",
    "pattern",
    "word",
)
UNITS: dict[str, str] = {
    "f": "frames", "frame": "frames", "frames": "frames", "s": "seconds", "sec": "seconds", "secs": "seconds",
    "second": "seconds", "seconds": "seconds", "ms": "milliseconds", "m": "minutes", "min": "minutes",
    "minute": "minutes", "minutes": "minutes", "b": "beats", "beat": "beats", "beats": "beats", "bar": "bars",
    "bars": "bars",
}  # fmt: skip


def of_param(row: Param) -> str:
    """Return what a setting or track is: its help, unit, range and default."""
    facts = [kind(row), f"default {default(row)}"]
    if row.unit:
        facts.append(f"in {row.unit}" + (" a frame" if row.per_frame else ""))
    if bounds(row):
        facts.append(bounds(row))
    lines = [f"**{row.name}** — {row.help}", "; ".join(facts)]
    if row.per_frame:
        lines.append("`v per s` and `v per b` turn a rate into a value a frame")
    if row.mode:
        lines.append(f'only read in mode "{row.mode}"')
    if row.aliases:
        lines.append("also spelt " + ", ".join(f"`{alias}`" for alias in row.aliases))
    return "\n\n".join(lines)


def of_function(function: Function) -> str:
    """Return how a function is written, and what it gives."""
    return f"```anim\n{function.usage}\n```\n\n{function.help}"


def of_word(name: str) -> str | None:
    """Return what a word of the language means, or None where it is none."""
    if name in BY_NAME and name != "fps":
        return of_param(BY_NAME[name])
    function = FUNCTIONS.get(SPELLINGS.get(name, name))
    if function is not None:
        return of_function(function)
    if name in EASE_NAMES:
        return f"**{name}** — an ease: how a key's value is arrived at"
    said = CLOCKS.get(name) or STATEMENTS.get(name) or WORDS.get(name)
    if said is None and name in BY_NAME:
        return of_param(BY_NAME[name])
    return f"**{name}** — {said}" if said else None

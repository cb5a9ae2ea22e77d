"""Lowering: the typed tree and what was heard become the schedule, arrays with a value for every frame."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from . import chance
from .arithmetic import Array
from .blends import Appearance, Presence, Texts, presence, written
from .diagnostics import CompileError, Findings, Label
from .evaluate import Evaluator, Film
from .happenings import Stage, TooManyEvents
from .hearing_needs import BEAT, DOWNBEAT
from .program import Rank
from .schedule import Schedule, Section, Shot
from .sounds import Events, Sounds
from .source import Place
from .timeline import Timeline, frame_rate, heard, nearest_frame, steady
from .triggers import TooMuchRinging, applied, fired, leaves_zero
from .typed import FILM, Heard, PromptKey, Setting, Stream, Trigger, Typed, Write
from .vocabulary import BY_NAME, MAX_FRAMES, PARAMS, TRACKS, Param

MAX_WORK = 20_000_000_000
"""Steps times frames of a film."""
BUILT_IN_SIZE, USUAL_SIZE = (256, 256), (512, 512)


@dataclass(slots=True)
class _Lowering:
    """What the parts of lowering share."""

    typed: Typed
    sounds: Sounds | None
    findings: Findings
    film: Film
    evaluator: Evaluator


def lower(typed: Typed, sounds: Sounds | None, findings: Findings) -> Schedule:
    """Return the schedule of a checked script. Raises CompileError where values make it impossible."""
    film = Film(Timeline(Fraction(15), *_no_grids()), sounds)
    lowering = _Lowering(typed, sounds, findings, film, Evaluator(typed.steps, film))
    settings = _settings(lowering)
    film.timeline = _timeline(lowering, frame_rate(cast(float, settings["fps"])))
    film.seed = _base_seed(lowering)
    _stop_at_errors(findings)
    film.frames = _length(lowering)
    _stop_at_errors(findings)
    sections = _sections(lowering)
    _warn_late_keys(lowering)
    prompts = _prompt_frames(lowering)
    stage = Stage(
        lowering.evaluator, film.timeline, sounds, film.frames,
        tuple((section.name, section.start, section.stop) for section in sections), tuple(at for at, _ in prompts),
    )  # fmt: skip
    film.marks = lambda stream: stage.resolve(stream).frames(film.timeline)
    tracks = _tracks(lowering, stage, settings)
    texts, prompt, negative = _texts(lowering, stage, prompts)
    events = _events(lowering, stage)
    _warn_equal_keys(lowering)
    _warn_idle(lowering, str(settings["mode"]))
    shots = _shots(lowering)
    _stop_at_errors(findings)
    size = cast("tuple[int, int]", settings.pop("size"))
    settings.pop("fps")
    return Schedule(
        fps=film.timeline.fps, frames=film.frames, size=size, tracks=tracks,
        settings=cast("dict[str, str | float | int | bool]", settings), texts=texts, prompt=prompt, negative=negative,
        shots=shots, events=events,
        sections=tuple(Section(s.name, max(0, s.start), min(s.stop, film.frames)) for s in sections if s.start < film.frames),
        audio=(sounds.path if sounds and sounds.path else None) or typed.needs.audio.get("main"),
    )  # fmt: skip


def _no_grids() -> tuple[Any, Any]:
    timeline = steady(Fraction(15), 120.0)
    return timeline.beats, timeline.bars


def _stop_at_errors(findings: Findings) -> None:
    if findings.errors:
        raise CompileError(findings.ordered())


# what holds for the whole film


def _settings(lowering: _Lowering) -> dict[str, object]:
    """Return the film-wide settings, ``fps`` and ``size`` among them."""
    found: dict[str, object] = {}
    for name, setting in lowering.typed.settings.items():
        param = BY_NAME[name]
        if name in ("length", "tempo", "negative") or param.track:
            continue
        value = setting.value
        if setting.step is not None:
            value = _film_number(lowering, param, setting)
        if name == "size" and setting.place is not None:
            _check_size(lowering, cast("tuple[int, int]", value), setting.place)
        found[name] = value
    if found["size"] is None:
        found["size"] = BUILT_IN_SIZE if found["model"] == "storybook" else USUAL_SIZE
    return found


def _film_number(lowering: _Lowering, param: Param, setting: Setting) -> float | int:
    value = lowering.evaluator.once(cast(int, setting.step))
    place = setting.place
    low, high = param.low, param.high
    if not np.isfinite(value) or (low is not None and value < low) or (high is not None and value > high):
        lowering.findings.add(
            "E0401", place, name=param.name, value=f"{value:g}", low=f"{low or 0:g}", high=f"{high or 0:g}"
        )
        value = float(cast(float, param.default or 1.0))
    return int(value) if param.kind == "integer" else float(value)


def _check_size(lowering: _Lowering, size: tuple[int, int], place: Place) -> None:
    param = BY_NAME["size"]
    low, high = int(param.low or 1), int(param.high or 8192)
    if not all(low <= side <= high for side in size):
        shown = "x".join(str(side) if side < 10**9 else "…" for side in size)
        lowering.findings.add("E0401", place, name="size", value=shown, low=f"{low}x{low}", high=f"{high}x{high}")


def _timeline(lowering: _Lowering, fps: Fraction) -> Timeline:
    """Return the clocks: of the written tempo, else of the heard beats, else of a stand-in of 120 beats a minute."""
    typed, sounds, findings = lowering.typed, lowering.sounds, lowering.findings
    lowering.film.timeline = steady(fps, 120.0)
    tempo = typed.tempo
    if tempo is not None:
        once = lowering.evaluator.once
        bpm = once(tempo.bpm)
        meter = once(tempo.meter) if tempo.meter is not None else 4.0
        offset = once(tempo.offset) if tempo.offset is not None else 0.0
        low, high = BY_NAME["tempo"].low or 20.0, BY_NAME["tempo"].high or 400.0
        if not low <= bpm <= high:
            findings.add("E0401", tempo.place, name="tempo", value=f"{bpm:g}", low=f"{low:g}", high=f"{high:g}")
        elif not 1 <= meter <= 64 or meter != int(meter):
            findings.add("E0401", tempo.place, name="meter", value=f"{meter:g}", low="1", high="64")
        elif np.isfinite(offset):
            lowering.evaluator.results.clear()
            return steady(fps, bpm, offset, meter)
        return steady(fps, 120.0)
    lowering.evaluator.results.clear()
    if sounds is None:
        if typed.needs.requests:
            asked = {request.kind for request in typed.needs.requests}
            instead = "a stand-in of 120 beats a minute is used" if asked & {"beat", "downbeat"} else ""
            if asked - {"beat", "downbeat"}:
                instead = (instead + "; " if instead else "") + "what it listens to is silent"
            findings.add("W0106", typed.sound_place, instead=instead)
        return steady(fps, 120.0)
    beats, bars = sounds.heard.get(BEAT), sounds.heard.get(DOWNBEAT)
    empty = np.zeros(0)
    return heard(
        fps,
        _ascending(beats.times) if isinstance(beats, Events) else empty,
        _ascending(bars.times) if isinstance(bars, Events) else empty,
    )


def _ascending(times: Array) -> Array:
    times = np.unique(np.asarray(times, dtype=np.float64))
    return times[np.isfinite(times)]


def _base_seed(lowering: _Lowering) -> float:
    """Return the film's seed: what the script writes for the whole film, if that is one number."""
    for write in reversed(lowering.typed.writes):
        if write.track == "seed" and write.section == FILM and lowering.typed.steps[write.step].op == "const":
            return float(np.floor(lowering.evaluator.once(write.step) + 0.5))
    return 0.0


def _length(lowering: _Lowering) -> int:
    """Return how many frames the film has: written, the sound's, or up to two seconds after the last key."""
    typed, evaluator, findings = lowering.typed, lowering.evaluator, lowering.findings
    rate = lowering.film.timeline.rate
    place: Place | None = None
    if typed.length is not None:
        step, place = typed.length
        wanted = evaluator.once(step)
        if np.isfinite(wanted) and wanted < 0.5:
            findings.add("E0405", place, what="`length`", wanted="longer than nothing", value=f"{wanted / rate:g}s")
            return 1
    elif lowering.sounds is not None and lowering.sounds.duration > 0:
        wanted = lowering.sounds.duration * rate
    else:
        last, place = _last_key(lowering)
        wanted = last + 2.0 * rate
    if not np.isfinite(wanted) or wanted > MAX_FRAMES:
        shown = f"{wanted:,.0f}" if np.isfinite(wanted) and wanted < 1e15 else "far too many"
        findings.add("E0403", place, frames=shown, limit=f"{MAX_FRAMES:,}")
        return 1
    if wanted * len(typed.steps) > MAX_WORK:
        findings.add("E0406", place, what=f"{len(typed.steps):,} computations for each of {wanted:,.0f} frames",
                     how="make the film shorter, or its formulas fewer")  # fmt: skip
        return 1
    return max(1, int(nearest_frame(wanted)))


def _last_key(lowering: _Lowering) -> tuple[float, Place | None]:
    typed, evaluator = lowering.typed, lowering.evaluator
    last, place = 0.0, None
    listed = [*typed.keys, *((section.stop, section.place) for section in typed.sections)]
    for step, key_place in listed:
        if typed.steps[step].late:
            continue
        at = evaluator.once(step)
        if not np.isfinite(at):
            lowering.findings.add(
                "E0402", key_place, fault="this position has no value", frame=0, why="its sum is NaN or too large"
            )
        elif at > last:
            last, place = at, key_place
    return last, place


# sections, keys and prompts


def _sections(lowering: _Lowering) -> tuple[Section, ...]:
    """Return the sections as written, in frames; one may reach past the film."""
    found: list[Section] = []
    frames = lowering.film.frames
    for span in lowering.typed.sections:
        ends = [lowering.evaluator.once(span.start), lowering.evaluator.once(span.stop)]
        start, stop = (int(nearest_frame(np.clip(np.nan_to_num(end), -1e9, 1e9))) for end in ends)
        found.append(Section(span.name, start, stop))
        shown: dict[str, Any] = {"name": span.name, "start": start, "stop": stop}
        if stop < start:
            lowering.findings.add("E0501", span.place, **shown)
        elif start >= frames:
            lowering.findings.add("W0107", span.place, fault="begins after the film's end", frames=frames, **shown)
        elif stop > frames + 1:
            lowering.findings.add("W0107", span.place, fault="reaches past the film's end", frames=frames, **shown)
    return tuple(found)


_MOST_LATE_KEYS = 20


def _warn_late_keys(lowering: _Lowering) -> None:
    frames, told = lowering.film.frames, 0
    for step, place in lowering.typed.keys:
        at = lowering.evaluator.once(step)
        if at > frames + 0.5 and told < _MOST_LATE_KEYS:
            shown = f"{at:g}" if at < 1e15 else "far out"
            lowering.findings.add("W0101", place, frame=shown, frames=frames)
            told += 1


def _warn_equal_keys(lowering: _Lowering) -> None:
    for step in lowering.typed.steps:
        if step.op != "keys":
            continue
        places = cast("tuple[Any, tuple[Place, ...]]", step.data)[1]
        seen: dict[float, int] = {}
        for number, position in enumerate(step.args[::2]):
            at = lowering.evaluator.once(position)
            if at in seen:
                also = (Label(places[seen[at]], "written here before"),)
                lowering.findings.add("W0109", places[number], frame=f"{at:g}", also=also)
            seen[at] = number


def _warn_idle(lowering: _Lowering, mode: str) -> None:
    """Tell tracks that the film's mode does not read."""
    other = "2d" if mode == "3d" else "3d"
    written = [(write.track, write.place) for write in lowering.typed.writes]
    written += [(act.target, act.place) for trigger in lowering.typed.triggers for act in trigger.acts]
    for name, place in written:
        if name in BY_NAME and BY_NAME[name].mode == other:
            lowering.findings.add("W0105", place, name=name, mode=mode, other=other)


def _prompt_frames(lowering: _Lowering) -> list[tuple[int, PromptKey]]:
    """Return the prompts in the order that they come in."""
    found: list[tuple[int, PromptKey]] = []
    for key in lowering.typed.prompts:
        at = lowering.evaluator.once(key.at)
        if np.isfinite(at):
            found.append((int(nearest_frame(np.clip(at, -1e9, 1e9))), key))
        else:
            lowering.findings.add(
                "E0402", key.place, fault="this position has no value", frame=0, why="it is NaN or too large"
            )
    found.sort(key=lambda pair: pair[0])
    return found


def _texts(lowering: _Lowering, stage: Stage, prompts: list[tuple[int, PromptKey]]) -> tuple[tuple[str, ...], Any, Any]:
    evaluator, frames = lowering.evaluator, lowering.film.frames
    listed = [*_appearances(lowering, prompts), *_prompt_triggers(lowering, stage)]
    listed.sort(key=lambda pair: pair[0])
    appearances = [appearance for at, appearance in listed if at < frames] or [a for _, a in listed[:1]]
    begin = np.array([appearance.begin for appearance in appearances])
    full = np.array([appearance.full for appearance in appearances])
    there = presence(begin, full, frames)
    _warn_unseen(lowering, appearances, there)
    texts = Texts()
    _check_holes(lowering, appearances)
    prompt = written([appearance.text for appearance in appearances], there, frames, evaluator, texts)
    negative = written([appearance.negative for appearance in appearances], there, frames, evaluator, texts)
    return tuple(texts.all), prompt, negative


def _appearances(lowering: _Lowering, prompts: list[tuple[int, PromptKey]]) -> list[tuple[int, Appearance]]:
    found: list[tuple[int, Appearance]] = []
    for number, (at, key) in enumerate(prompts):
        begin, full = float(at), float(at)
        if key.how == "fade" and number:
            full = at + max(0.0, _fade_frames(lowering, at, key))
        elif key.how == "morph" and number:
            begin = float(prompts[number - 1][0])
        found.append((at, Appearance(begin, full, key.text, key.negative)))
    return found


def _fade_frames(lowering: _Lowering, at: int, key: PromptKey) -> float:
    """Return the length of a fade in frames; beats and bars are those at its place."""
    timeline, once = lowering.film.timeline, lowering.evaluator.once
    total = 0.0
    for unit, amount in key.fade:
        value = once(amount)
        if unit in ("b", "bar"):
            grid = timeline.beats if unit == "b" else timeline.bars
            start = at / timeline.rate
            total += (float(grid.time(grid.read(start) + value)) - start) * timeline.rate
        else:
            total += value * (timeline.rate if unit == "s" else 1.0)
    if not np.isfinite(total) or total < 0:
        lowering.findings.add(
            "E0405", key.place, what="`fade`", wanted="longer than nothing", value=f"{total:g} frames"
        )
        return 0.0
    return total


def _prompt_triggers(lowering: _Lowering, stage: Stage) -> list[tuple[int, Appearance]]:
    found: list[tuple[int, Appearance]] = []
    for number, trigger in enumerate(lowering.typed.triggers):
        acts = [act for act in trigger.acts if act.target == "prompt"]
        if not acts:
            continue
        at = _fired(lowering, trigger, stage)
        for act in acts:
            count = len(act.texts)
            order = np.arange(len(at)) % count
            if act.op == "choose":
                salted = chance.salt("prompt", number, lowering.film.seed)
                order = (chance.uniform(salted, np.arange(len(at))) * count).astype(np.int64)
            for frame, which in zip(at.tolist(), order.tolist(), strict=True):
                appearance = Appearance(float(frame), float(frame), act.texts[which], trigger.negative)
                found.append((frame, appearance))
    return found


def _fired(lowering: _Lowering, trigger: Trigger, stage: Stage) -> NDArray[np.int64]:
    try:
        return fired(trigger, stage).frames(lowering.film.timeline)
    except TooManyEvents:
        _too_many(lowering, trigger)
        return np.zeros(0, dtype=np.int64)


def _too_many(lowering: _Lowering, trigger: Trigger) -> None:
    lowering.findings.add("E0406", trigger.place, what="its events are too many to count", how="make its length longer")


def _check_holes(lowering: _Lowering, appearances: list[Appearance]) -> None:
    for appearance in appearances:
        for text in (appearance.text, appearance.negative):
            for part in text.parts if text is not None else ():
                if isinstance(part, int):
                    _finite(lowering, lowering.evaluator.frames(part), part, text.place if text else None)


def _warn_unseen(lowering: _Lowering, appearances: list[Appearance], there: Presence) -> None:
    if not lowering.typed.prompts:
        return
    seen = set(np.unique(there.prompt[there.weight > 0.0]).tolist())
    for number, appearance in enumerate(appearances):
        if number not in seen and appearance.begin < lowering.film.frames:
            lowering.findings.add("W0103", appearance.text.place)


# tracks


def _tracks(lowering: _Lowering, stage: Stage, settings: dict[str, object]) -> dict[str, Any]:
    """Return every track: what is written for the film, then for its sections, then what triggers add in order."""
    typed, frames = lowering.typed, lowering.film.frames
    by_track: dict[str, list[Write]] = {}
    for write in typed.writes:
        by_track.setdefault(write.track, []).append(write)
    acts: dict[str, list[tuple[Trigger, Any]]] = {}
    for trigger in typed.triggers:
        for act in trigger.acts:
            if act.target != "prompt":
                acts.setdefault(act.target, []).append((trigger, act))
    roots = [write.step for write in typed.writes]
    lowering.evaluator.run(roots)
    happenings: dict[int, Any] = {}
    found: dict[str, Any] = {}
    for param in TRACKS:
        writes, added = by_track.get(param.name, []), acts.get(param.name, [])
        if param.default is None and not writes and not added:
            continue
        track = _base(lowering, stage, param, writes)
        for trigger, act in added:
            track = _triggered(lowering, stage, trigger, act, track, happenings)
        place = added[-1][1].place if added else writes[-1].place if writes else None
        if added and not _finite(lowering, track, added[-1][1].step, place):
            track = np.zeros(frames)
        if param.name == "seed":
            track = track + _seed_moves(str(settings["seed_behavior"]), frames, lowering.film.seed)
        found[param.name] = _settled(lowering, param, track, place)
    return found


def _base(lowering: _Lowering, stage: Stage, param: Param, writes: list[Write]) -> Array:
    default = float(cast(float, param.default)) if param.default is not None else _STAND_IN.get(param.name, 0.0)
    track = np.full(lowering.film.frames, default)
    for whole in (True, False):
        for write in writes:
            if (write.section == FILM) != whole:
                continue
            values = lowering.evaluator.frames(write.step)
            start, stop = 0, lowering.film.frames
            if not whole:
                _, start, stop = stage.sections[write.section]
                start, stop = max(0, start), max(0, min(stop, lowering.film.frames))
            if _finite(lowering, values[start:stop], write.step, write.place, start):
                track[start:stop] = values[start:stop]
    return track


_STAND_IN = {"cfg": 7.0, "steps": 20.0}
"""What triggers add to where the script leaves the value to the model."""


def _triggered(
    lowering: _Lowering, stage: Stage, trigger: Trigger, act: Any, track: Array, happenings: dict[int, Any]
) -> Array:
    try:
        happening = happenings.get(id(trigger))
        if happening is None:
            happening = happenings[id(trigger)] = fired(trigger, stage)
        stop = lowering.film.frames
        if trigger.section != FILM:
            stop = max(0, min(stop, stage.sections[trigger.section][2]))
        if act.op == "*=" and leaves_zero(lowering.typed.steps, act.step):
            lowering.findings.add("W0110", act.place, name=act.target)
        with np.errstate(all="ignore"):
            return applied(track, act.op, act.step, happening, stage, stop)
    except (TooManyEvents, TooMuchRinging):
        _too_many(lowering, trigger)
        return track


def _finite(lowering: _Lowering, values: Array, step: int, place: Place | None, first: int = 0) -> bool:
    """Tell where a value has gone wrong, if it has: the operation and the first frame."""
    bad = ~np.isfinite(values)
    if not bad.any():
        return True
    frame = first + int(np.argmax(bad))
    guilty = lowering.evaluator.blame(step, frame)
    fault, why = _FAULTS.get(guilty.op, ("this has no value", "it is NaN or too large"))
    if guilty.rank == Rank.EVENT or guilty.op == "const":
        fault, why = ("this has no value", "it is NaN or too large")
    lowering.findings.add("E0402", guilty.place or place, fault=fault, frame=frame, why=why)
    return False


_FAULTS = {
    "/": ("this divides by zero", "a number divided by 0 has no value"),
    "%": ("this divides by zero", "what is left of a division by 0 has no value"),
    "mod": ("this divides by zero", "what is left of a division by 0 has no value"),
    "**": ("this power has no value", "it is too large, or a fractional power of a negative number"),
    "log": ("this logarithm has no value", "only numbers above 0 have one"),
    "log10": ("this logarithm has no value", "only numbers above 0 have one"),
    "sqrt": ("this root has no value", "only numbers from 0 have one"),
    "asin": ("this angle has no value", "asin and acos take numbers from -1 to 1"),
    "acos": ("this angle has no value", "asin and acos take numbers from -1 to 1"),
    "exp": ("this number is too large", "exp grows beyond all bounds above 709"),
    "*": ("this number is too large", "numbers go up to 1.8e308"),
    "+": ("this number is too large", "numbers go up to 1.8e308"),
    "-": ("this number is too large", "numbers go up to 1.8e308"),
}


def _settled(lowering: _Lowering, param: Param, track: Array, place: Place | None) -> Any:
    """Return a track within its range, told where it had to be held, in its final type."""
    low, high = param.low, param.high
    if param.kind == "integer":
        track = np.floor(track + 0.5)
    outside = np.zeros(len(track), dtype=bool)
    if low is not None:
        outside |= track < low
    if high is not None:
        outside |= track > high
    if outside.any():
        frame = int(np.argmax(outside))
        shown: dict[str, Any] = {
            "name": param.name,
            "low": f"{low or 0:g}",
            "high": f"{high or 0:g}",
            "value": f"{track[frame]:g}",
        }
        lowering.findings.add("E0401" if param.hard else "W0104", place, frame=frame, **shown)
        track = np.clip(track, low, high)
    if param.kind == "integer":
        return track.astype(np.int64)
    limit = float(np.finfo(np.float32).max)
    return np.clip(track, -limit, limit).astype(np.float32)


def _seed_moves(behavior: str, frames: int, seed: float) -> Array:
    """Return what is added to the seed at each frame, as Deforum's ``next_seed`` has it."""
    t = np.arange(frames, dtype=np.float64)
    if behavior == "iter":
        return t
    if behavior == "alternate":
        return t % 2
    if behavior == "ladder":
        return np.where(t % 2 == 0, t / 2, (t - 1) / 2 + 2)
    if behavior == "random":
        return np.floor(chance.uniform(chance.salt("seed", seed), np.arange(frames)) * 2.0**32)
    return np.zeros(frames)


# shots and events


def _shots(lowering: _Lowering) -> tuple[Shot, ...]:
    frames, typed = lowering.film.frames, lowering.typed
    images: dict[int, str | None] = {0: typed.image}
    for cut in typed.cuts:
        at = lowering.evaluator.once(cut.at)
        frame = int(nearest_frame(np.clip(np.nan_to_num(at), -1e9, 1e9)))
        if frame < frames:
            frame = max(0, frame)
            images[frame] = cut.image or images.get(frame)
    starts = sorted(images)
    stops = [*starts[1:], frames]
    return tuple(Shot(start, stop, images[start]) for start, stop in zip(starts, stops, strict=True))


def _events(lowering: _Lowering, stage: Stage) -> dict[str, Array]:
    typed = lowering.typed
    named: dict[str, Stream] = {}
    if typed.tempo is not None or BEAT in typed.needs.requests:
        named["beat"] = Heard(BEAT)
    if typed.tempo is not None or DOWNBEAT in typed.needs.requests:
        named["downbeat"] = Heard(DOWNBEAT)
    found: dict[str, Array] = {}
    for name, stream in {**named, **typed.streams}.items():
        try:
            found[name] = stage.resolve(stream).times
        except TooManyEvents:
            found[name] = np.zeros(0)
    return found


assert set(_STAND_IN) <= {param.name for param in PARAMS}  # noqa: S101

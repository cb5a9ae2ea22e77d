"""Lowering what holds for the whole film: settings, clocks, seed and length."""

from __future__ import annotations

from fractions import Fraction
from typing import cast

import numpy as np

from ..evaluation.arithmetic import Array
from ..evaluation.timeline import Timeline, heard, nearest_frame, steady
from ..sounds import BEAT, DOWNBEAT, Events, Signal, Sounds
from ..source import Place
from ..typed import FILM, Setting
from ..vocabulary import BY_NAME, MAX_FRAMES, Param
from .context import Lowering

MAX_WORK = 2_500_000_000
"""Nanoseconds, about, that a film's tracks may take."""
_COSTS = {
    "noise": 25, "random": 15, "keys": 60, "eased": 15, "smooth": 60, "follow": 120, "slew": 120, "normalize": 40,
    "delay": 15, "wave_sine": 15, "wave_tri": 15, "wave_saw": 15, "wave_square": 15, "wave_pulse": 15, "%": 15,
    "mod": 15, "const": 0, **dict.fromkeys(("sin", "cos", "tan", "exp", "log", "log10", "**", "atan2", "atan"), 12),
}  # fmt: skip
"""Nanoseconds a frame of the dearer operations, measured; the others take about 2."""


BUILT_IN_SIZE, USUAL_SIZE = (256, 256), (512, 512)


def film_settings(lowering: Lowering) -> tuple[dict[str, object], tuple[int, int], float]:
    """Return the film-wide settings, and apart from them its size and frame rate."""
    found: dict[str, object] = {}
    for name, setting in lowering.typed.settings.items():
        param = BY_NAME[name]
        if name in ("length", "tempo", "negative") or param.track:
            continue
        value = setting.value
        if setting.step is not None:
            value = _film_number(lowering, param, setting)
        if param.kind == "flag":
            value = bool(value)
        if value is not None or name == "size":
            found[name] = value
    if found["size"] is None:
        found["size"] = BUILT_IN_SIZE if found["model"] == "storybook" else USUAL_SIZE
    return found, cast("tuple[int, int]", found.pop("size")), cast(float, found.pop("fps"))


def _film_number(lowering: Lowering, param: Param, setting: Setting) -> float | int:
    value = lowering.evaluator.once(cast(int, setting.step))
    place = setting.place
    low, high = param.low, param.high
    if not np.isfinite(value) or (low is not None and value < low) or (high is not None and value > high):
        lowering.findings.add(
            "E0401", place, name=param.name, value=f"{value:g}", low=f"{low or 0:g}", high=f"{high or 0:g}"
        )
        value = float(cast(float, param.default or 1.0))
        lowering.adrift |= param.name == "fps"
    return int(value) if param.kind == "integer" else float(value)


def film_timeline(lowering: Lowering, fps: Fraction) -> Timeline:
    """Return the clocks: of the beats brought in a file, else of the written tempo, else of the heard beats, else of a
    stand-in of 120 beats a minute."""
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
            wanted = "a whole number from 1 to 64"
            findings.add("E0405", tempo.place, what="`meter`", wanted=wanted, value=f"{meter:g}")
        elif not np.isfinite(offset):
            findings.add("E0402", tempo.place, fault="this offset has no value", frame=0, why="it is NaN or too large")
        else:
            lowering.evaluator.results.clear()
            if sounds is None and set(typed.needs.requests) - {BEAT, DOWNBEAT}:
                findings.add("W0114", typed.sound_place)
            if typed.beats:
                return heard(fps, typed.beats.times, typed.beats.downbeats, int(meter))
            followed = _followed(fps, sounds) if sounds and typed.needs.told else None
            return followed or steady(fps, bpm, offset, meter)
        lowering.adrift = True
        return steady(fps, 120.0)
    lowering.evaluator.results.clear()
    if typed.beats:
        if sounds is None and typed.needs.requests:
            findings.add("W0114", typed.sound_place)
        return heard(fps, typed.beats.times, typed.beats.downbeats)
    if sounds is None:
        if typed.needs.requests:
            asked = {request.kind for request in typed.needs.requests}
            instead = "a stand-in of 120 beats a minute is used" if asked & {"beat", "downbeat"} else ""
            if asked - {"beat", "downbeat"}:
                instead = (instead + "; " if instead else "") + "what it listens to is silent"
            findings.add("W0106", typed.sound_place, instead=instead)
        return steady(fps, 120.0)
    return _followed(fps, sounds) or heard(fps, np.zeros(0), np.zeros(0))


def _followed(fps: Fraction, sounds: Sounds) -> Timeline | None:
    """Return the clocks of the beats heard, or None where there is none."""
    beats, bars = (_times(sounds.heard.get(request)) for request in (BEAT, DOWNBEAT))
    return heard(fps, beats, bars) if beats.size else None


def _times(found: Events | Signal | None) -> Array:
    return _ascending(found.times) if isinstance(found, Events) else np.zeros(0)


def _ascending(times: Array) -> Array:
    times = np.unique(np.asarray(times, dtype=np.float64))
    return times[np.isfinite(times)]


def base_seed(lowering: Lowering) -> float:
    """Return the film's seed: what the script writes for the whole film, if that is one number."""
    for write in reversed(lowering.typed.writes):
        whole = write.track == "seed" and write.op == "=" and write.section == FILM
        if whole and lowering.typed.steps[write.step].op == "const":
            return float(np.floor(lowering.evaluator.once(write.step) + 0.5))
    return 0.0


def film_length(lowering: Lowering) -> int | None:
    """Return how many frames the film has: written, the sound's, or up to two seconds after the last key.

    None where it would be too many, or none.
    """
    typed, evaluator, findings = lowering.typed, lowering.evaluator, lowering.findings
    rate = lowering.film.timeline.rate
    place: Place | None = None
    if typed.length is not None:
        step, place = typed.length
        wanted = evaluator.once(step)
        if np.isfinite(wanted) and wanted < 0.5:
            findings.add("E0405", place, what="`length`", wanted="longer than nothing", value=f"{wanted / rate:g}s")
            return None
    elif lowering.sounds is not None and lowering.sounds.duration > 0:
        wanted = lowering.sounds.duration * rate
    else:
        last, place = _last_key(lowering)
        wanted = last + 2.0 * rate
    if not np.isfinite(wanted) or wanted > MAX_FRAMES:
        shown = f"{wanted:,.0f}" if np.isfinite(wanted) and wanted < 1e15 else "far too many"
        findings.add("E0403", place, frames=shown, limit=f"{MAX_FRAMES:,}")
        return None
    work = sum(_COSTS.get(step.op, 2) for step in typed.steps) + 20 * len(typed.triggers)
    if wanted * work > MAX_WORK:
        findings.add("E0406", place, what=f"its formulas take too long for {wanted:,.0f} frames",
                     how="make the film shorter, or its formulas fewer")  # fmt: skip
        return None
    return max(1, int(nearest_frame(wanted)))


def _last_key(lowering: Lowering) -> tuple[float, Place | None]:
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

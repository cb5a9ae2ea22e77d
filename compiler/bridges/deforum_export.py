"""A schedule as Deforum settings, which the web UI's extension loads: schedules of bare numbers, prompts by frame."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..schedule import Schedule, Weighted
from ..vocabulary import BY_NAME, param_of
from .deforum_names import PADDING, SAMPLERS, TRACKS
from .keylists import Array, corners
from .notes import Note, Notes


def deforum_settings(schedule: Schedule) -> tuple[dict[str, Any], tuple[Note, ...]]:
    """Return a schedule as Deforum's settings, and what they cannot say."""
    notes = Notes()
    width, height = schedule.size
    settings: dict[str, Any] = {
        "W": width, "H": height, "animation_mode": str(schedule.settings.get("mode", "3d")).upper(),
        "max_frames": schedule.frames, "fps": _fps(schedule, notes), "prompts": _prompts(schedule, notes),
        "animation_prompts_positive": "", "animation_prompts_negative": "",
        **_choices(schedule),
    }  # fmt: skip
    for theirs, ours in TRACKS.items():
        if ours in schedule.tracks and ours != "seed":
            settings[theirs] = schedule_text(np.asarray(schedule.tracks[ours], dtype=np.float64))
    settings |= _switched(schedule) | _constant(schedule, notes) | _grain(schedule, notes)
    _tell_rest(schedule, notes)
    _cut(schedule, settings, notes)
    _whole(schedule, settings)
    for shot in schedule.shots:
        if shot.image:
            notes.add(
                "image",
                f"a shot may begin from a picture in animc only; frame {shot.start} is painted afresh in Deforum",
            )
    if any(shot.model for shot in schedule.shots):
        notes.add("model", "a shot may have a model of its own in animc only; Deforum paints all with one")
    if schedule.audio:
        settings |= {"add_soundtrack": "File", "soundtrack_path": schedule.audio}
    return settings, tuple(notes.all)


_SWITCHED = {
    "subseed": ("subseed_schedule", "enable_subseed_scheduling"),
    "subseed_strength": ("subseed_strength_schedule", "enable_subseed_scheduling"),
    "clip_skip": ("clipskip_schedule", "enable_clipskip_scheduling"),
    "noise_multiplier": ("noise_multiplier_schedule", "enable_noise_multiplier_scheduling"),
}
"""Tracks whose schedule Deforum reads only where a switch is on."""
_CONSTANT = {"cadence": "diffusion_cadence", "redo": "diffusion_redo"}
"""Tracks that have one value for the film in Deforum."""
_TOLD = {"mode", "border", "color_coherence", "sampler", "seed_behavior", "noise_type", "perlin_octaves",
         "perlin_persistence"}  # fmt: skip
"""Settings that are written, each by its own rule."""


def moved(schedule: Schedule, name: str) -> bool:
    """Whether a track is written otherwise than it stands when nothing is written."""
    param = param_of(name)
    default = param.default if param is not None else None
    return name in schedule.tracks and (default is None or bool(np.any(np.asarray(schedule.tracks[name]) != default)))


def _switched(schedule: Schedule) -> dict[str, Any]:
    settings: dict[str, Any] = {}
    for ours, (theirs, switch) in _SWITCHED.items():
        # Deforum's own noise multiplier is not 1: ours is written even where it stands at its default.
        if moved(schedule, ours) or ours == "noise_multiplier":
            settings |= {theirs: schedule_text(np.asarray(schedule.tracks[ours], dtype=np.float64)), switch: True}
    return settings


def _constant(schedule: Schedule, notes: Notes) -> dict[str, Any]:
    settings: dict[str, Any] = {}
    for ours, theirs in _CONSTANT.items():
        values = np.asarray(schedule.tracks[ours])
        settings[theirs] = int(values[0])
        if bool(np.any(values != values[0])):
            notes.add(ours, f"has one value for the film in Deforum; that of frame 0, {int(values[0])}, is written")
    return settings


def _grain(schedule: Schedule, notes: Notes) -> dict[str, Any]:
    settings = schedule.settings
    if not moved(schedule, "noise"):
        return {}
    if settings.get("noise_type") == "perlin":
        return {name: settings[name] for name in ("noise_type", "perlin_octaves", "perlin_persistence")}
    notes.add("noise_type", "grain of single pixels is `uniform` in Deforum, of another distribution")
    return {"noise_type": "uniform"}


def _tell_rest(schedule: Schedule, notes: Notes) -> None:
    """Note what is written in the script and has no counterpart."""
    named = {*TRACKS.values(), *_SWITCHED, *_CONSTANT, "seed", "steps"}
    for name in schedule.tracks:
        if name not in named and moved(schedule, name):
            notes.add(name, "has no counterpart in Deforum")
    for name, value in schedule.settings.items():
        param = BY_NAME.get(name)
        written = name in _TOLD or (name == "depth" and value == "none")
        if param is not None and not written and value not in (param.default, param.default or False):
            notes.add(name, f"has no counterpart in Deforum, and was {value!r}")


def _fps(schedule: Schedule, notes: Notes) -> int | float:
    if schedule.fps.denominator == 1:
        return int(schedule.fps)
    notes.add("fps", f"Deforum counts whole frames a second: {float(schedule.fps):g} may be rounded there")
    return float(schedule.fps)


def schedule_text(values: Array) -> str:
    """Return values as a schedule of bare numbers, which Deforum joins by straight lines."""
    frames = corners(values)
    if len({float(values[frame]) for frame in frames}) == 1:
        frames = frames[:1]
    return ", ".join(f"{frame}: ({bare(float(values[frame]))})" for frame in frames)


def bare(value: float) -> str:
    """Return a number without an exponent: Deforum takes one with an exponent for a formula, and holds it."""
    text = np.format_float_positional(np.float32(value), trim="-", unique=True)
    return "0" if text in ("-0", "") else text


def _choices(schedule: Schedule) -> dict[str, Any]:
    settings = schedule.settings
    found: dict[str, Any] = {
        "color_coherence": str(settings.get("color_coherence", "none")).upper().replace("NONE", "None")
    }
    border = str(settings.get("border", "reflect"))
    found["border"] = border if border in ("replicate", "wrap") else "replicate"
    found["padding_mode"] = {ours: theirs for theirs, ours in PADDING.items()}.get(border, "border")
    names = {ours: theirs for theirs, ours in reversed(list(SAMPLERS.items()))}
    if settings.get("sampler") in names:
        found["sampler"] = _sampler(names[str(settings["sampler"])])
    if settings.get("depth") == "none":
        found["use_depth_warping"] = False
    return found


def _sampler(name: str) -> str:
    """Return a sampler as the web UI writes it."""
    words = {"dpm++": "DPM++", "sde": "SDE", "2m": "2M", "lms": "LMS", "ddim": "DDIM", "unipc": "UniPC", "lcm": "LCM",
             "tcd": "TCD", "euler": "Euler", "heun": "Heun"}  # fmt: skip
    return " ".join(words.get(word, word) for word in name.split())


def _cut(schedule: Schedule, settings: dict[str, Any], notes: Notes) -> None:
    """Begin every shot with strength 0, by which Deforum paints afresh and takes its colours anew."""
    if len(schedule.shots) < 2:
        return
    strength = np.array(schedule.tracks["strength"], dtype=np.float64)
    for shot in schedule.shots[1:]:
        strength[shot.start] = 0.0
    settings["strength_schedule"] = schedule_text(strength)
    notes.add("cut", "shots begin with strength 0 in Deforum, which paints that frame afresh")


def _whole(schedule: Schedule, settings: dict[str, Any]) -> None:
    """Write steps and seed: one number where one will do, else a schedule."""
    seed = np.asarray(schedule.tracks["seed"], dtype=np.float64)
    if bool(np.all(np.diff(seed) == 1)):
        settings |= {"seed": int(seed[0]), "seed_behavior": "iter"}
    elif bool(np.all(seed == seed[0])):
        settings |= {"seed": int(seed[0]), "seed_behavior": "fixed"}
    else:
        settings |= {"seed": int(seed[0]), "seed_behavior": "schedule", "seed_schedule": _integers(seed)}
    if "steps" in schedule.tracks:
        steps = np.asarray(schedule.tracks["steps"], dtype=np.float64)
        constant = bool(np.all(steps == steps[0]))
        settings |= {
            "steps": int(steps[0]),
            "enable_steps_scheduling": not constant,
            "steps_schedule": _integers(steps),
        }


def _integers(values: Array) -> str:
    return ", ".join(f"{frame}: ({int(values[frame])})" for frame in _whole_corners(values))


def _whole_corners(values: Array) -> list[int]:
    """Return the corners of whole numbers, where even the smallest bend counts."""
    bends = np.flatnonzero(np.diff(values, 2) != 0) + 1
    frames = sorted({0, *bends.tolist(), len(values) - 1})
    return frames[:1] if bool(np.all(values == values[0])) else frames


def _prompts(schedule: Schedule, notes: Notes) -> dict[str, str]:
    prompts: dict[str, str] = {}
    before = ""
    for frame in range(schedule.frames):
        row = schedule.row(frame)
        text = prompt_text(row.prompt, row.negative)
        if len(row.prompt) > 1:
            notes.add("prompts", "fades are written frame by frame, as weights joined by AND")
        if text != before or not frame:
            prompts[str(frame)] = before = text
    return prompts


def prompt_text(prompt: Weighted, negative: Weighted) -> str:
    """Return a frame's texts as Deforum writes them: ``--neg`` before the negative, AND between weighted texts."""
    away = _joined(negative)
    return _joined(prompt) + (f" --neg {away}" if away else "")


def _joined(texts: Weighted) -> str:
    kept = [(text, weight) for text, weight in texts if text]
    if len(kept) < 2:
        return kept[0][0] if kept else ""
    return " AND ".join(f"({text}):{weight:.4g}" for text, weight in kept)

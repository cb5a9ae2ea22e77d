"""Deforum settings (web UI, notebook, studio) become a script that says the same, as one would write it."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from typing import cast

import numpy as np

from ..vocabulary import BY_NAME, Param
from .deforum_file import Settings, read_settings
from .deforum_keys import expanded
from .deforum_meaning import Array, Scene
from .deforum_names import PADDING, PROGRAM, SAMPLERS, TRACKS, at_default, counterpart, is_off
from .deforum_prompts import prompts_text
from .formula import number, quoted
from .keylists import keys_text
from .notes import Imported, Notes
from .script_text import assembled
from .verify import Track, verified

_MODES = {"2d": "2d", "3d": "3d", "interpolation": "2d", "video input": "2d", "none": "2d"}
_WHOLE = ("steps", "seed")


@dataclass(slots=True)
class _Work:
    """An import under way: what is read, what has been dealt with, and what there is to tell."""

    settings: Settings
    scene: Scene
    notes: Notes
    done: set[str] = field(default_factory=set[str])

    @property
    def mode(self) -> str:
        return _MODES.get(self.settings.text("animation_mode", "2D").lower(), "3d")

    def take(self, name: str, default: str = "") -> str:
        """Return a setting as text, and count it as dealt with."""
        self.done.add(name)
        return self.settings.text(name, default)

    def number(self, name: str) -> float | None:
        """Return a setting as a number, None where it is missing or none; only a number counts as dealt with."""
        try:
            value = float(self.settings.text(name))
        except ValueError:
            return None
        if not math.isfinite(value):
            return None
        self.done.add(name)
        return value


def import_deforum(text: str, name: str = "settings.txt") -> Imported:
    """Return the script for a settings file. Raises BridgeError where there is no film in it."""
    notes = Notes()
    settings = read_settings(text, notes)
    seed = _seed(settings)
    scene = Scene(
        np.arange(settings.frames, dtype=np.float64), settings.frames - 1, max(seed, 0), not _scheduled(settings)
    )
    work = _Work(settings, scene, notes)
    film = _film(work, seed)
    prompts = prompts_text(
        settings.prompts, (work.take("positive_prompts"), work.take("negative_prompts")), work.scene, notes,
        morph=settings.text("animation_mode").lower() == "interpolation",
    )  # fmt: skip
    tracks = _tracks(work)
    painting = _painting(work)
    left = _left_behind(work)
    parts = [film, prompts, painting]
    tracks = verified("\n".join(parts), tracks, notes)
    return assembled(f"Imported from Deforum's {name}.", parts, tracks, left, notes, mode=work.mode)


def _seed(settings: Settings) -> int:
    try:
        return int(float(settings.text("seed", "-1")))
    except (ValueError, OverflowError):
        return -1


def _scheduled(settings: Settings) -> bool:
    """Return whether the seed is a schedule; guided images force it to be one."""
    return settings.text("seed_behavior") == "schedule" or settings.truth("use_looper")


def _film(work: _Work, seed: int) -> str:
    lines: list[str] = []
    fps = work.number("fps")
    if fps is not None and fps != BY_NAME["fps"].default and _fits(work, "fps", fps):
        lines.append(f"fps = {number(fps)}")
    width, height = work.number("W"), work.number("H")
    if width is not None and height is not None and _fits(work, "size", width) and _fits(work, "size", height):
        lines.append(f"size = {int(width)}x{int(height)}")
    lines.append(f"length = {work.settings.frames}f")
    work.done.update(("max_frames", "seed"))
    if seed < 0:
        work.notes.add("seed", "Deforum draws it anew for every run (-1); here it is 0 until you write `seed = …`")
    behavior = work.take("seed_behavior", "iter")
    scheduled = _scheduled(work.settings)
    every = int(work.number("seed_iter_N") or 1) if behavior == "iter" and not scheduled else 1
    if every > 1:
        lines.append(f"seed = {seed} + ceil(t/{every})" if seed > 0 else f"seed = ceil(t/{every})")
        behavior = "schedule"
    elif seed >= 0 and not scheduled:
        lines.append(f"seed = {seed}")
    if scheduled:
        behavior = "schedule"
    if behavior not in BY_NAME["seed_behavior"].choices:
        work.notes.add("seed_behavior", f"`{behavior}` is none here; the seed moves on by one each frame")
    elif behavior != BY_NAME["seed_behavior"].default:
        lines.append(f'seed_behavior = "{behavior}"')
    lines += _mode(work)
    return "\n".join(lines)


def _fits(work: _Work, name: str, value: float) -> bool:
    """Whether a setting may have a value; told where it may not."""
    low, high = BY_NAME[name].low or 0.0, BY_NAME[name].high or math.inf
    if not low <= value <= high:
        work.notes.add(name, f"{number(value)} is left out: it may be from {low:g} to {high:g} here")
    return low <= value <= high


def _mode(work: _Work) -> list[str]:
    raw = work.take("animation_mode", "2D")
    if raw.lower() not in _MODES:
        work.notes.add("animation_mode", f"`{raw}` is none that Deforum has; taken as 3D")
    elif raw.lower() == "video input":
        work.notes.add("animation_mode", "a video as input has no counterpart here; the film is painted without it")
    elif raw.lower() == "none":
        work.notes.add("animation_mode", "`None` paints stills in Deforum; here it becomes a film in 2d")
    lines = [] if work.mode == BY_NAME["mode"].default else [f'mode = "{work.mode}"']
    border = (
        work.take("border", "replicate") if work.mode == "2d" else PADDING.get(work.take("padding_mode", "border"), "")
    )
    work.done.update(("border", "padding_mode"))
    if border and border != BY_NAME["border"].default and border in BY_NAME["border"].choices:
        lines.append(f'border = "{border}"')
    if work.mode == "3d" and work.take("use_depth_warping", "True") == "False":
        lines.append('depth = "none"')
    work.done.add("use_depth_warping")
    return lines


def _painting(work: _Work) -> str:
    lines: list[str] = []
    raw = work.take("sampler")
    sampler = SAMPLERS.get(raw.lower())
    if sampler:
        lines.append(f'sampler = "{sampler}"')
    elif raw:
        work.notes.add("sampler", f"`{raw}` has no counterpart here; the model's own sampler paints")
    coherence = work.take("color_coherence").lower()
    if coherence in BY_NAME["color_coherence"].choices:
        if coherence != BY_NAME["color_coherence"].default:
            lines.append(f'color_coherence = "{coherence}"')
    elif coherence:
        work.notes.add(
            "color_coherence", f"`{coherence}` has no counterpart here; colours follow the shot's first frame"
        )
    lines += [*_others(work), *_inputs(work)]
    return "\n".join(lines)


def _inputs(work: _Work) -> list[str]:
    """Return the first picture and the sound, as comments: the files lie elsewhere than the script."""
    lines: list[str] = []
    image = work.settings.text("init_image")
    if work.settings.truth("use_init") and image:
        lines.append(f"# image {quoted(image)}")
        work.notes.add("init_image", "stands as a comment: put the file beside the script and take the `#` away")
        work.done.update(("init_image", "use_init", "strength"))
    sound = work.settings.text("soundtrack_path")
    if work.settings.text("add_soundtrack") in ("File", "True") and sound:
        lines.append(f"# audio {quoted(sound)}")
        work.notes.add("soundtrack_path", "stands as a comment: put the file beside the script and take the `#` away")
        work.done.update(("add_soundtrack", "soundtrack_path"))
    return lines


def _tracks(work: _Work) -> list[Track]:
    tracks = {track.name: track for name in list(work.settings.values) for track in _track(work, name)}
    if "steps" not in tracks and (steps := work.number("steps")):
        values = np.full(work.settings.frames, float(int(steps)))
        tracks["steps"] = Track("steps", number(int(steps)), values)
    work.done.add("steps")
    order = list(dict.fromkeys(param.name for param in BY_NAME.values()))
    return sorted(tracks.values(), key=lambda track: order.index(track.name))


def _track(work: _Work, name: str) -> list[Track]:
    """Return the track that a schedule stands for; none where it is idle, or stands at our own default."""
    value = work.settings.values[name]
    param = counterpart(name)
    scheduled = name in TRACKS or name.endswith("_schedule") or (_numeric(value) and name != "steps")
    if name in work.done or param is None or not param.track or not scheduled or value is None:
        return []
    if _idle(work, name):
        return []
    work.done.add(name)
    if not str(value).strip():
        work.notes.add(name, "is empty, where Deforum stops; the default stands")
        return []
    text = f"0: ({value})" if _numeric(value) else str(value)
    if isinstance(value, dict):
        work.notes.add(name, "is an object of frames, which Deforum stops at; read as a schedule")
        text = ", ".join(f"{frame}: ({given})" for frame, given in cast("dict[str, object]", value).items())
    found = expanded(name, text, work.scene, work.notes)
    if found.constant and param.default is not None and float(found.values[0]) == float(str(param.default)):
        return []
    written = keys_text(found.keys)
    if param.name in _WHOLE:
        return [_whole(work, param, written, found.values)]
    return [Track(param.name, written, found.values)]


def _numeric(value: object) -> bool:
    """Return whether a setting holds one plain number, if only as text (cadence was saved as text once)."""
    try:
        return not isinstance(value, bool) and math.isfinite(float(str(value)))
    except ValueError:
        return False


def _others(work: _Work) -> list[str]:
    """Return the settings of ours that bear the name of one of Deforum's, and have no rule of their own here."""
    lines: list[str] = []
    for name, value in work.settings.values.items():
        param = counterpart(name)
        if name in work.done or param is None or param.track or is_off(name, work.settings.values):
            continue
        written = _fitting(param, value)
        if written is not None:
            work.done.add(name)
            lines += [f"{param.name} = {written}"] if written not in (str(param.default), f'"{param.default}"') else []
    return lines


def _fitting(param: Param, value: object) -> str | None:
    """Return a setting's value as the script writes it, None where it is none that the parameter may have."""
    if param.kind == "choice":
        choice = str(value).lower().replace(" ", "_")
        return f'"{choice}"' if choice in param.choices else None
    if param.kind in ("number", "integer") and _numeric(value):
        found = float(str(value))
        fits = (param.low is None or found >= param.low) and (param.high is None or found <= param.high)
        return number(found) if fits else None
    return None


def _idle(work: _Work, name: str) -> bool:
    if name == "seed_schedule":
        work.done.add(name)
        return not _scheduled(work.settings)
    return is_off(name, work.settings.values)


def _whole(work: _Work, param: Param, written: str, values: Array) -> Track:
    """Cut a schedule to whole numbers, as Deforum does; a seed below 0 stands for one drawn at random."""
    before = ""
    if bool(np.any(values != np.trunc(values))):
        written, values = f"floor({written})", np.floor(values)
    if param.name == "seed" and bool(np.any(values < 0)):
        work.notes.add("seed_schedule", "seeds below 0 are drawn at random, from the film's own chance")
        before = f"let seeds = {written}"
        written = "where(seeds < 0, floor(4294967295*random()), seeds)"
        values = np.where(values < 0, np.nan, values)
    return Track(param.name, written, values, before)


def _left_behind(work: _Work) -> list[str]:
    """Return the comment lines for what has no counterpart, each told on its own where it changes the film."""
    lines: list[str] = []
    program: list[str] = []
    quiet = 0
    for name, value in work.settings.values.items():
        if name in work.done:
            continue
        if name in PROGRAM or name.startswith("save_"):
            program.append(name)
        elif is_off(name, work.settings.values) or at_default(name, value):
            quiet += 1
        else:
            shown = json.dumps(value, ensure_ascii=False)
            shown = shown if len(shown) <= 90 else shown[:89] + "…"
            work.notes.add(name, f"has no counterpart here yet, and was {shown}")
            lines.append(f"{name} = {shown}")
    if quiet:
        lines.append(f"and {quiet} more that were switched off or stood at their defaults")
    if program:
        lines.append(f"(of the program, not of the film: {', '.join(program)})")
    return lines

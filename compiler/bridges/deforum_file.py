"""A Deforum settings file as data: older names and values made new, and what no film can be made of refused."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, cast

from ..vocabulary import MAX_FRAMES
from .deforum_names import RENAMED, VALUES
from .json_text import json_object
from .notes import BridgeError, Notes


@dataclass(frozen=True, slots=True)
class Settings:
    """A file's settings under their newest names, its length in frames and its prompts by key."""

    values: dict[str, Any]
    frames: int
    prompts: dict[str, str]

    def text(self, name: str, default: str = "") -> str:
        """Return a setting as text."""
        value = self.values.get(name, default)
        return default if value is None else str(value)

    def truth(self, name: str) -> bool:
        """Return whether a switch is on."""
        return self.text(name).lower() in ("true", "1", "yes")


def read_settings(text: str, notes: Notes) -> Settings:
    """Return what a settings file holds. Raises BridgeError for one that Deforum refuses, too."""
    values = _renewed(_unpacked(json_object(text, "Deforum settings", notes), notes), notes)
    if not any(name in values for name in _KNOWN):
        if "keyframes" in values or "rendered_frames" in values:
            raise BridgeError("this is a Parseq document, not Deforum settings", "import it with `animc import parseq`")
        raise BridgeError("the file holds no Deforum settings: no prompts, no max_frames", "is it the right file?")
    frames = _frames(values, notes)
    return Settings(values, frames, _prompts(values, notes))


_KNOWN = ("prompts", "animation_prompts", "max_frames", "animation_mode", "zoom")
"""What tells that an object is Deforum's."""


def _unpacked(values: dict[str, Any], notes: Notes) -> dict[str, Any]:
    """Return the settings that a request to the web UI's API holds, or the settings themselves."""
    held = values.get("deforum_settings")
    if isinstance(held, list) and held:
        if len(cast("list[Any]", held)) > 1:
            notes.add("deforum_settings", "holds several films; the first is taken")
        held = cast("list[Any]", held)[0]
    if isinstance(held, dict):
        return cast("dict[str, Any]", held)
    groups = [cast("dict[str, Any]", group) for group in values.values() if isinstance(group, dict)]
    if not any(name in values for name in _KNOWN) and any(name in group for group in groups for name in _KNOWN):
        return {name: value for group in (values, *groups) for name, value in group.items() if value not in groups}
    return values


def _renewed(values: dict[str, Any], notes: Notes) -> dict[str, Any]:
    """Return the settings under their newest names and values."""
    for old, new in RENAMED.items():
        if old in values:
            value = values.pop(old)
            if values.get(new) in (None, ""):
                values[new] = value
            elif values[new] != value:
                notes.add(old, f"`{new}`, its newer name, counts: {values[new]!r}, not {value!r}")
    for name, value in values.items():
        listed = cast("list[Any]", value) if isinstance(value, list) and name not in ("prompts", "init_images") else []
        if len(listed) == 1:
            values[name] = listed[0]
            notes.add(name, "is a list of one, and read as what it holds")
    for name, table in VALUES.items():
        if name in values and str(values[name]) in table:
            values[name] = table[str(values[name])]
    if "use_zoe_depth" in values:
        values.setdefault("depth_algorithm", values.pop("use_zoe_depth"))
    return values


def _frames(values: dict[str, Any], notes: Notes) -> int:
    raw = values.get("max_frames")
    if raw is None:
        notes.add("max_frames", "is missing; Deforum's own 120 frames are taken")
        return 120
    try:
        frames = float(raw) if not isinstance(raw, bool) else float("nan")
    except (TypeError, ValueError):
        frames = float("nan")
    if frames != frames or not 1 <= frames <= MAX_FRAMES:
        raise BridgeError(
            f"`max_frames` is {json.dumps(raw)[:40]}, and must be a number of frames from 1 to {MAX_FRAMES:,}",
            "mend it; Deforum stops at it too",
        )
    if isinstance(raw, str):
        notes.add("max_frames", "is written as a text, and read as the number it holds")
    return int(frames)


def _prompts(values: dict[str, Any], notes: Notes) -> dict[str, str]:
    raw = values.pop("animation_prompts", None)
    raw = values.pop("prompts", None) if raw is None else raw
    if "prompts" in values:
        still = values.pop("prompts")
        if isinstance(still, list) and still:
            notes.add("prompts", "the notebook's list of prompts for stills plays no part in the film")
    if isinstance(raw, str):
        raw = json_object(raw, "prompts", notes)
    if isinstance(raw, list):
        notes.add("prompts", "a list is for stills; its first text is the film's prompt")
        raw = {"0": raw[0]} if raw else {}
    if not isinstance(raw, dict) or not raw:
        raise BridgeError("`prompts` is empty: a film needs one prompt at least", 'write "prompts": {"0": "a forest"}')
    prompts = cast("dict[Any, Any]", raw)
    wrong = next((key for key, text in prompts.items() if not isinstance(text, str)), None)
    if wrong is not None:
        raise BridgeError(f"the prompt at key {wrong} is no text", "put it in quotes")
    return {str(key): text for key, text in prompts.items()}

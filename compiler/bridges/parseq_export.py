"""A schedule as a Parseq document: keyframes to go on with in Parseq, and the rendered frames that Deforum reads."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..schedule import Schedule
from ..vocabulary import BY_NAME
from .deforum_export import bare, moved, prompt_text
from .keylists import Array, corners
from .notes import Note, Notes
from .parseq_tracks import DELTAS, NAMES


def parseq_manifest(schedule: Schedule) -> tuple[dict[str, Any], tuple[Note, ...]]:
    """Return a schedule as a Parseq document, and what it cannot say."""
    notes = Notes()
    modes = (None, schedule.settings.get("mode", "3d"))
    fields = {theirs: np.asarray(schedule.tracks[ours], dtype=np.float64) for theirs, ours in NAMES.items()
              if ours in schedule.tracks and BY_NAME[ours].mode in modes}  # fmt: skip
    places = {name: _places(name, values) if name in DELTAS else values for name, values in fields.items()}
    for name in sorted(name for name in set(schedule.tracks) - set(NAMES.values()) if moved(schedule, name)):
        notes.add(name, "has no counterpart in Parseq")
    if len(schedule.shots) > 1:
        notes.add("cut", "Parseq knows no cuts; write strength 0 where a shot begins")
    bpm = float(schedule.settings.get("tempo") or 120.0)
    last = schedule.frames - 1
    return {
        "meta": {"generated_by": "animc"},
        "options": {"bpm": bpm, "output_fps": float(schedule.fps), "cadence": 1},
        "managedFields": list(fields), "displayedFields": list(fields)[:5],
        "prompts": _prompts(schedule, last, notes), "timeSeries": [], "keyframeLock": "frames",
        "keyframes": _keyframes(places, last), "rendered_frames": _rendered(schedule, fields, places),
        "rendered_frames_meta": [],
    }, tuple(notes.all)  # fmt: skip


def _places(name: str, values: Array) -> Array:
    """Return the places whose differences are the motion: sums, and for zoom sums of what exceeds 1."""
    if name != "zoom":
        return np.cumsum(values)
    return np.cumsum(values - 1.0) + 1.0


def _keyframes(places: dict[str, Array], last: int) -> list[dict[str, Any]]:
    rows: dict[int, dict[str, Any]] = {frame: {"frame": frame} for frame in sorted({0, last})}
    for name, values in places.items():
        for frame in corners(values):
            row = rows.setdefault(frame, {"frame": frame})
            row[name] = float(bare(values[frame]))
            if frame == 0:
                row[f"{name}_i"] = "L"
    return [rows[frame] for frame in sorted(rows)]


def _rendered(schedule: Schedule, fields: dict[str, Array], places: dict[str, Array]) -> list[dict[str, Any]]:
    columns: dict[str, list[Any]] = {"frame": list(range(schedule.frames))}
    for name, values in places.items():
        columns[name] = [float(f"{value:.9g}") for value in values.tolist()]
        moves = fields[name] if name in DELTAS else np.diff(values, prepend=0.0)
        columns[f"{name}_delta"] = [float(f"{value:.9g}") for value in moves.tolist()]
    if "seed" in places:
        columns["seed"] = [int(value) for value in places["seed"].tolist()]
        columns["subseed"], columns["subseed_strength"] = columns["seed"], [0] * schedule.frames
    rows = (schedule.row(frame) for frame in range(schedule.frames))
    columns["deforum_prompt"] = [prompt_text(row.prompt, row.negative) for row in rows]
    return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]


def _prompts(schedule: Schedule, last: int, notes: Notes) -> dict[str, Any]:
    """Return managed prompts: from change to change the heaviest text; the rendered frames hold the fades."""
    listed: list[dict[str, Any]] = []
    for frame in range(schedule.frames):
        row = schedule.row(frame)
        if len(row.prompt) > 1:
            notes.add("prompts", "fades stand in the rendered frames; Parseq's own list has hard changes")
        texts = [max(side, key=lambda pair: pair[1])[0] if side else "" for side in (row.prompt, row.negative)]
        if listed and [listed[-1]["positive"], listed[-1]["negative"]] == texts:
            continue
        if listed:
            listed[-1]["to"] = frame - 1
        name, span = f"Prompt {len(listed) + 1}", {"allFrames": False, "from": frame, "to": last}
        listed.append({"name": name, "positive": texts[0], "negative": texts[1], **span, "overlap": _OVERLAP})
    common = {
        "name": "Common",
        "positive": "",
        "negative": "",
        "allFrames": True,
        "from": 0,
        "to": last,
        "overlap": _OVERLAP,
    }
    return {"format": "v2", "enabled": True, "commonPrompt": common, "commonPromptPos": "append", "promptList": listed}


_OVERLAP = {"inFrames": 0, "outFrames": 0, "type": "none", "custom": "prompt_weight_1"}

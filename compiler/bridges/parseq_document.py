"""A Parseq document as data: its options, keyframes by field, prompts, and the frames that it rendered."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from ..vocabulary import MAX_FRAMES
from .deforum_formula import FormulaError
from .formula import Name, Node
from .json_text import json_object
from .notes import BridgeError, Notes
from .parseq_field import Field
from .parseq_formula import read_parseq

DEFAULTS = {"scale": 7.0, "noise": 0.08, "strength": 0.6, "contrast": 1.0, "zoom": 1.0, "transform_center_x": 0.5,
            "transform_center_y": 0.5, "translation_z": 10.0, "fov": 40.0, "near": 200.0, "far": 10000.0, "seed": -1.0,
            "antiblur_sigma": 1.0, "antiblur_amount": 0.2, "antiblur_kernel": 5.0, "prompt_weight_1": 1.0,
            "noise_multiplier": 1.05}  # fmt: skip
"""What Parseq gives to a field without any keyframe; 0 where none stands."""

Keyframe = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Document:
    """A document; ``frames`` counts from 0 to the last keyframe. ``rendered``: a dict for each frame, or none."""

    fps: float
    bpm: float
    cadence: float
    frames: int
    keyframes: tuple[Keyframe, ...]
    fields: tuple[str, ...]
    prompts: Any
    rendered: tuple[Keyframe, ...]
    series: dict[str, Callable[[int], float]]


def read_document(text: str, notes: Notes) -> Document:
    """Return what a document holds. Raises BridgeError where Parseq finds no film in it."""
    data = json_object(text, "Parseq documents", notes)
    keyframes, rendered = _rows(data, "keyframes"), _rows(data, "rendered_frames")
    if not keyframes and not rendered:
        if "max_frames" in data or "animation_mode" in data:
            raise BridgeError(
                "these are Deforum settings, not a Parseq document", "import them with `animc import deforum`"
            )
        raise BridgeError("the file holds no keyframes and no rendered frames", "is it a Parseq document?")
    if len(keyframes) < 2 and not rendered:
        raise BridgeError("the document has one keyframe only; Parseq needs two: the first and the last frame")
    options = data.get("options") or {}
    fps = _number(options.get("output_fps"), "output_fps", notes, 20.0)
    bpm = _number(options.get("bpm"), "bpm", notes, 120.0)
    last = max(int(row["frame"]) for row in (keyframes or rendered))
    if last >= MAX_FRAMES:
        raise BridgeError(f"the last keyframe stands at frame {last:,}, and a film has {MAX_FRAMES:,} frames at most")
    managed = data.get("managedFields")
    fields = [str(name) for name in managed] if isinstance(managed, list) else _named(keyframes or rendered)
    cadence = _number(options.get("cadence"), "", notes, 1.0)
    return Document(fps, bpm, cadence, last + 1, tuple(keyframes), tuple(fields), data.get("prompts"), tuple(rendered),
                    _series(data.get("timeSeries"), fps))  # fmt: skip


def _rows(data: dict[str, Any], name: str) -> list[Keyframe]:
    rows = data.get(name)
    if not isinstance(rows, list):
        return []
    found: dict[int, Keyframe] = {}
    for row in cast("list[Any]", rows):
        frame = number(row.get("frame")) if isinstance(row, dict) else None
        if frame is None or frame < 0 or frame != int(frame):
            raise BridgeError(f"one of the `{name}` has no frame number", "give it a whole `frame` from 0 on")
        found[int(frame)] = {**cast("Keyframe", row), "frame": int(frame)}
    return [found[frame] for frame in sorted(found)]


def number(value: object) -> float | None:
    """Return a field's value as Parseq takes it: numbers and texts that hold one; None for all else."""
    if value is None or isinstance(value, bool) or (isinstance(value, str) and not value.strip()):
        return None
    try:
        found = float(cast("str | float", value))
    except (TypeError, ValueError):
        return None
    return found if math.isfinite(found) else None


def _number(value: object, name: str, notes: Notes, default: float) -> float:
    found = number(value)
    if found is not None and found > 0:
        return found
    if name:
        notes.add(name, f"is missing among the options; {default:g} is taken")
    return default


def _named(rows: list[Keyframe]) -> list[str]:
    names = dict.fromkeys(name for row in rows for name in row)
    others = ("frame", "info", "deforum_prompt")
    return [name for name in names if name not in others and not name.endswith(("_i", "_delta", "_pc"))]


def _series(raw: object, fps: float) -> dict[str, Callable[[int], float]]:
    found: dict[str, Callable[[int], float]] = {}
    for row in cast("list[Any]", raw if isinstance(raw, list) else []):
        points = [(float(p["x"]), float(p["y"])) for p in (row.get("ts") or {}).get("data") or []]
        if points and row.get("alias"):
            scale = 1000.0 / fps if row["ts"].get("timestampType") == 1 else 1.0
            found[str(row["alias"])] = _stepped(points, scale)
    return found


def _stepped(points: list[tuple[float, float]], scale: float) -> Callable[[int], float]:
    """Return the lookup of a time series: the point before the first at or past the frame; at its ends the end's."""
    xs = [x for x, _ in points]

    def at(frame: int) -> float:
        index = bisect_left(xs, frame * scale)
        return points[-1][1] if index >= len(points) else points[max(0, index - 1)][1]

    return at


@dataclass(frozen=True, slots=True)
class Span:
    """Frames ``start:stop`` that one formula rules; ``text`` is the formula as written, empty for the plain line."""

    start: int
    stop: int
    formula: Node
    text: str = ""


def field_of(document: Document, name: str) -> tuple[Field, list[Span]]:
    """Return a field's keyframes and formulas. Raises FormulaError for one that cannot be read."""
    valued = {row["frame"]: value for row in document.keyframes if (value := number(row.get(name))) is not None}
    first, last = document.keyframes[0]["frame"], document.keyframes[-1]["frame"]
    ordered = sorted(valued)
    default = DEFAULTS.get(name, 0.0)
    valued.setdefault(first, valued[ordered[0]] if ordered else default)
    valued.setdefault(last, valued[ordered[-1]] if ordered else default)
    frames = sorted(valued)
    labels = tuple((row["frame"], str(row.get("info") or "")) for row in document.keyframes)
    field = Field(frames, [valued[frame] for frame in frames], document.fps, document.bpm, last, document.cadence,
                  document.series, labels=labels)  # fmt: skip
    return field, _spans(document, name, first, last)


def _spans(document: Document, name: str, first: int, last: int) -> list[Span]:
    rows = [(row["frame"], str(row[f"{name}_i"]).strip()) for row in document.keyframes if row.get(f"{name}_i")]
    starts: list[tuple[int, Node, str]] = [(first, Name("L"), "")]
    for frame, text in rows:
        if not text:
            continue
        try:
            formula = read_parseq(text)
        except FormulaError as fault:
            raise FormulaError(f"the formula `{text}` at frame {frame} cannot be read: {fault}") from None
        if starts[-1][0] == frame:
            starts.pop()
        starts.append((frame, formula, text))
    stops = [start for start, _, _ in starts[1:]] + [last + 1]
    return [Span(start, stop, formula, text) for (start, formula, text), stop in zip(starts, stops, strict=True)]

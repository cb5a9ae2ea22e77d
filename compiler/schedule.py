"""The schedule: what a film is once its script has been compiled, frame by frame, as plain arrays.

This file imports nothing of the front end: the renderer, the plots and the exporters read it alone.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

FORMAT = 1
"""Version of the public JSON form."""

Weighted = tuple[tuple[str, float], ...]
"""Texts with weights that sum to 1, heaviest first or in order of appearance."""


@dataclass(frozen=True, slots=True)
class Blend:
    """Which texts stand at each frame, and how much of each: a compressed sparse row matrix.

    ``offsets``: int64, length N+1; the entries of frame i are ``offsets[i]:offsets[i+1]``.
    ``text``: int32 indices into ``Schedule.texts``. ``weight``: float32, summing to 1 a frame.
    """

    offsets: NDArray[np.int64]
    text: NDArray[np.int32]
    weight: NDArray[np.float32]

    def at(self, frame: int) -> list[tuple[int, float]]:
        """Return the (text index, weight) pairs of a frame."""
        span = slice(int(self.offsets[frame]), int(self.offsets[frame + 1]))
        pairs = zip(self.text[span].tolist(), self.weight[span].tolist(), strict=True)
        return [(int(index), float(weight)) for index, weight in pairs]


@dataclass(frozen=True, slots=True)
class Shot:
    """Frames ``start:stop`` that are painted as one chain; ``image`` is the file it begins from, if any.

    ``model``: its painter, where that is not the film's own.
    """

    start: int
    stop: int
    image: str | None = None
    model: str | None = None


@dataclass(frozen=True, slots=True)
class Guide:
    """An image file that paintings are drawn to as ``frame`` comes near; ``strength``: its share of that one, 0..1."""

    frame: int
    image: str
    strength: float


@dataclass(frozen=True, slots=True)
class Section:
    """A named span of frames ``start:stop`` of the script, for plots and listings."""

    name: str
    start: int
    stop: int


@dataclass(frozen=True, slots=True)
class Row:
    """One frame of the schedule: all that a painter or a warp may know about it."""

    frame: int
    values: Mapping[str, float | int]
    prompt: Weighted
    negative: Weighted

    def __getitem__(self, track: str) -> float | int:
        return self.values[track]

    def get(self, track: str) -> float | int | None:
        """Return a track's value, or None where the script leaves it to the model (``steps``, ``cfg``)."""
        return self.values.get(track)


@dataclass(frozen=True, slots=True)
class Schedule:
    """A compiled film.

    ``tracks``: name → float32 or int64 array of length ``frames``, in Deforum's units; a track whose default is
    the model's own (``steps``, ``cfg``) is absent unless the script sets it. ``settings``: the values that hold
    for the whole film (``model``, ``mode``, ``border`` …). ``events``: name → float64 seconds, ascending.
    """

    fps: Fraction
    frames: int
    size: tuple[int, int]
    tracks: Mapping[str, NDArray[np.float32] | NDArray[np.int64]]
    settings: Mapping[str, str | float | int | bool]
    texts: tuple[str, ...]
    prompt: Blend
    negative: Blend
    shots: tuple[Shot, ...]
    events: Mapping[str, NDArray[np.float64]] = field(default_factory=dict[str, NDArray[np.float64]])
    sections: tuple[Section, ...] = ()
    audio: str | None = None
    guides: tuple[Guide, ...] = ()

    @property
    def duration(self) -> float:
        """Length of the film in seconds."""
        return float(self.frames / self.fps)

    def row(self, frame: int) -> Row:
        """Return one frame's values and texts. Raises IndexError outside 0..frames-1."""
        if not 0 <= frame < self.frames:
            raise IndexError(frame)
        values = {name: array[frame].item() for name, array in self.tracks.items()}
        return Row(frame, values, self._texts_at(self.prompt, frame), self._texts_at(self.negative, frame))

    def row_key(self, frame: int) -> bytes:
        """Return 16 bytes that change whenever anything that a frame is painted from changes (not its number).

        A LoRA that weighs nothing counts as none.
        """
        row = self.row(frame)
        values = [(name, value) for name, value in sorted(row.values.items()) if value or not name.startswith("lora_")]
        body = json.dumps([values, row.prompt, row.negative], ensure_ascii=False)
        return hashlib.blake2b(body.encode(), digest_size=16).digest()

    def _texts_at(self, blend: Blend, frame: int) -> Weighted:
        return tuple((self.texts[index], weight) for index, weight in blend.at(frame))

    def to_json(self) -> dict[str, Any]:
        """Return the public JSON form (plain lists, numbers and texts); ``from_json`` reads it back."""
        every = range(self.frames)
        rare: dict[str, Any] = {"guides": [[g.frame, g.image, g.strength] for g in self.guides]} if self.guides else {}
        if any(shot.model for shot in self.shots):
            rare["models"] = [shot.model for shot in self.shots]
        return {
            "animc": FORMAT,
            "fps": float(self.fps),
            "frames": self.frames,
            "size": list(self.size),
            "settings": dict(self.settings),
            "audio": self.audio,
            "tracks": {name: array.tolist() for name, array in self.tracks.items()},
            "texts": list(self.texts),
            "prompt": [[list(pair) for pair in self.prompt.at(i)] for i in every],
            "negative": [[list(pair) for pair in self.negative.at(i)] for i in every],
            "shots": [[shot.start, shot.stop] for shot in self.shots],
            "images": [shot.image for shot in self.shots],
            "sections": [[s.name, s.start, s.stop] for s in self.sections],
            "events": {name: times.tolist() for name, times in self.events.items()},
            **rare,
        }


def blend_of(rows: list[list[tuple[int, float]]]) -> Blend:
    """Pack per-frame lists of (text index, weight) into a Blend."""
    counts = np.array([0, *(len(row) for row in rows)], dtype=np.int64)
    flat = [pair for row in rows for pair in row]
    return Blend(
        np.cumsum(counts),
        np.array([index for index, _ in flat], dtype=np.int32),
        np.array([weight for _, weight in flat], dtype=np.float32),
    )


def schedule_from_json(data: Mapping[str, Any]) -> Schedule:
    """Read the public JSON form back. Raises ValueError where it is not one."""
    if data.get("animc") != FORMAT:
        raise ValueError(f"not an animc schedule of version {FORMAT}")
    try:
        return _from_json(data)
    except (KeyError, TypeError, IndexError) as fault:
        raise ValueError(f"the schedule lacks or garbles {fault}") from fault


def _from_json(data: Mapping[str, Any]) -> Schedule:
    images, models = (data.get(kind) or [None] * len(data["shots"]) for kind in ("images", "models"))
    return Schedule(
        fps=Fraction(data["fps"]).limit_denominator(1001),
        frames=int(data["frames"]),
        size=(int(data["size"][0]), int(data["size"][1])),
        tracks={name: _column(values) for name, values in data["tracks"].items()},
        settings=dict(data.get("settings", {})),
        texts=tuple(data["texts"]),
        prompt=blend_of([[(int(i), float(w)) for i, w in row] for row in data["prompt"]]),
        negative=blend_of([[(int(i), float(w)) for i, w in row] for row in data["negative"]]),
        shots=tuple(
            Shot(int(span[0]), int(span[1]), image, model)
            for span, image, model in zip(data["shots"], images, models, strict=True)
        ),
        events={name: np.asarray(times, dtype=np.float64) for name, times in data.get("events", {}).items()},
        sections=tuple(Section(*section) for section in data.get("sections", ())),
        audio=data.get("audio"),
        guides=tuple(Guide(int(frame), image, float(share)) for frame, image, share in data.get("guides", ())),
    )


def _column(values: list[float | int]) -> NDArray[np.float32] | NDArray[np.int64]:
    integers = all(isinstance(value, int) for value in values)
    if integers:
        return np.asarray(values, dtype=np.int64)
    return np.asarray(values, dtype=np.float32)

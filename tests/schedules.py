"""Schedules written by hand: every track at its default, but for those named."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
from animc.compiler.schedule import Schedule, Shot, Weighted, blend_of
from animc.compiler.vocabulary import SETTINGS, TRACKS

INTEGERS = {param.name for param in TRACKS if param.kind == "integer"}


def schedule(
    frames: int = 8,
    size: tuple[int, int] = (64, 64),
    *,
    settings: dict[str, Any] | None = None,
    prompts: list[Weighted] | None = None,
    negative: str | None = None,
    shots: tuple[Shot, ...] | None = None,
    fps: Fraction = Fraction(15),
    **tracks: Any,
) -> Schedule:
    """A schedule whose ``tracks`` are numbers, or arrays of a value a frame; the seed moves on by one a frame."""
    defaults = {param.name: param.default for param in TRACKS if param.default is not None}
    columns = {}
    for name, value in {**defaults, **tracks}.items():
        kind = np.int64 if name in INTEGERS else np.float32
        columns[name] = np.broadcast_to(np.asarray(value), (frames,)).astype(kind)
    if "seed" not in tracks:
        columns["seed"] = np.arange(frames, dtype=np.int64)
    written = prompts or [(("a forest at night", 1.0),)] * frames
    texts = list(dict.fromkeys(text for row in written for text, _ in row))
    away = [[(len(texts), 1.0)] if negative else []] * frames
    return Schedule(
        fps=fps,
        frames=frames,
        size=size,
        tracks=columns,
        settings={param.name: param.default for param in SETTINGS if param.default is not None} | (settings or {}),
        texts=(*texts, negative) if negative else tuple(texts),
        prompt=blend_of([[(texts.index(text), weight) for text, weight in row] for row in written]),
        negative=blend_of(away),
        shots=shots or (Shot(0, frames),),
    )


def still_film(frames: int, size: tuple[int, int] = (64, 64), depth: str = "none", **more: Any) -> Schedule:
    settings = {"model": "none", "depth": depth, **more.pop("settings", {})}
    return schedule(frames, size, settings=settings, **more)

"""The lanes of a plot: sound, sections, shots, prompts, tracks and events, each drawn on axes whose x is seconds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .page import ACCENT, COLOURS, GREY, INK, SOFT, SPAN, Lane, fit, write

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PIXELS = 2000
"""Columns that a lane of the printed page can show."""

Floats = NDArray[np.float64]
Span = tuple[float, float, str]
"""From and to in seconds, and a name."""

Marks = Callable[["Axes"], None]


def sound_lane(samples: NDArray[np.float32], rate: int, seconds: float, downbeats: Floats, beats: Floats) -> Lane:
    """Draw a waveform, extremes pale and root mean square dark, and the bars and beats that there is room for."""

    def draw(axes: Axes) -> None:
        inside = samples[: max(1, round(seconds * rate))]
        size = max(1, -(-inside.size // PIXELS))
        rows = np.pad(inside, (0, -inside.size % size)).reshape(-1, size)
        peak = max(float(np.abs(inside).max(initial=0)), 1e-6)
        at = (np.arange(rows.shape[0]) + 0.5) * size / rate
        body = np.sqrt(np.mean(np.square(rows), axis=1)) / peak
        axes.set_ylim(-1.12, 1.12)
        if _room(beats, seconds) > 0.045:
            axes.vlines(beats, -1.12, 1.12, color=SOFT, lw=0.5, zorder=1)
        if _room(downbeats, seconds) > 0.045:
            axes.vlines(downbeats, -1.12, 1.12, color=ACCENT, lw=0.9, zorder=1)
        axes.fill_between(at, rows.min(axis=1) / peak, rows.max(axis=1) / peak, color="#b7bfce", lw=0, zorder=2)
        axes.fill_between(at, -body, body, color="#59637a", lw=0, zorder=3)
        _number_bars(axes, downbeats, seconds)

    note = "beats and bars" if beats.size else ""
    return Lane(0.95, draw, gap=0.24 if downbeats.size else 0.1, label="sound", note=note)


def _room(times: Floats, seconds: float) -> float:
    """Return the inches between two neighbouring times."""
    return SPAN / seconds * float(np.median(np.diff(times))) if times.size > 1 and seconds > 0 else 1.0


def _number_bars(axes: Axes, downbeats: Floats, seconds: float) -> None:
    step = 1
    while _room(downbeats, seconds) * step < 0.42:
        step *= 2
    for index in range(0, downbeats.size, step):
        if downbeats[index] <= seconds:
            write(axes, downbeats[index], 1.2, str(index + 1), size=7.5, color=ACCENT, ha="center", va="bottom")


def band_lane(spans: Sequence[Span], label: str, *, height: float = 0.24, grey: bool = False) -> Lane:
    """Draw named spans of seconds as boxes, names inside where they fit. Spans that overlap share the height."""
    rows = _stacked(spans)
    count = max(rows, default=0) + 1

    def draw(axes: Axes) -> None:
        axes.set_ylim(count, 0)
        low, high = axes.get_xlim()
        for index, ((start, stop, name), row) in enumerate(zip(spans, rows, strict=True)):
            colour = ("#e6e8ee", "#d3d7e0")[index % 2] if grey else COLOURS[index % len(COLOURS)]
            axes.broken_barh([(start, stop - start)], (row + 0.04, 0.92), color=colour, alpha=0.85, lw=0)
            room = (stop - start) / (high - low) * SPAN - 0.12
            text = fit(name, room, 1, 8.5) if room > 0.15 else ""
            shift = 0.06 / SPAN * (high - low)
            write(axes, start + shift, row + 0.5, text, size=8.5, va="center_baseline", clip_on=True)

    return Lane(height * count, draw, label=label)


def _stacked(spans: Sequence[Span]) -> list[int]:
    """Return a row for every span so that none overlaps another in its row."""
    ends: list[float] = []
    rows: list[int] = []
    for start, stop, _ in spans:
        row = next((number for number, end in enumerate(ends) if end <= start + 1e-9), len(ends))
        if row == len(ends):
            ends.append(stop)
        ends[row] = stop
        rows.append(row)
    return rows


def prompt_lane(weights: NDArray[np.float32], texts: Sequence[str], fps: float, label: str, lines: int = 3) -> Lane:
    """Draw which texts stand when: a colour each, mixed while they cross over. ``weights``: texts × frames."""
    from matplotlib.colors import to_rgb

    names = COLOURS if lines > 1 else _QUIET
    palette = np.array([to_rgb(names[index % len(names)]) for index in range(len(texts))])
    numbered = crowded(weights, texts, fps, lines)

    def draw(axes: Axes) -> None:
        seconds = weights.shape[1] / fps
        mixed = np.einsum("tf,tc->fc", _columns(weights), palette)
        axes.imshow(np.clip(mixed[None], 0, 1), extent=(0, seconds, 1, 0), aspect="auto", interpolation="nearest")
        axes.set_ylim(1, 0)
        axes.set_xlim(0, max(seconds, 1e-3))
        for start, stop, index in _reigns(weights):
            room = _inches(stop - start, weights)
            text = _label(index, texts[index], room, lines, numbered=numbered)
            write(axes, start / fps + 0.07 / SPAN * seconds, 0.5, text, size=8.5, va="center", linespacing=1.12)

    return Lane(0.16 + 0.155 * lines, draw, gap=0.1, label=label)


_QUIET = ("#e3e6ec", "#cfd5e0", "#d9d3dd", "#dcd9d0")


def crowded(weights: NDArray[np.float32], texts: Sequence[str], fps: float, lines: int = 3) -> bool:
    """Return whether some text never stands long enough to be written out whole in its lane."""
    best: dict[int, int] = {}
    for start, stop, index in _reigns(weights):
        best[index] = max(best.get(index, 0), stop - start)
    rooms = {index: _inches(frames, weights) for index, frames in best.items()}
    return any(
        room < _LEAST or fit(texts[index], room, lines, 8.5).replace("\n", " ").endswith("…")
        for index, room in rooms.items()
    )


_LEAST = 0.9


def _inches(frames: int, weights: NDArray[np.float32]) -> float:
    return frames / weights.shape[1] * SPAN - 0.14


def _label(index: int, text: str, room: float, lines: int, *, numbered: bool) -> str:
    """Return what is written in a text's box: all of it, its beginning and number, its number, or nothing."""
    name = f"{index + 1}  {text}" if numbered else text
    if room >= _LEAST:
        return fit(name, room, lines, 8.5)
    return str(index + 1) if room > 0.04 * len(str(index + 1)) else ""


def _columns(weights: NDArray[np.float32]) -> NDArray[np.float32]:
    """Thin frames out to what a page can show, by averaging."""
    size = -(-weights.shape[1] // PIXELS)
    if size <= 1:
        return weights
    padded = np.pad(weights, ((0, 0), (0, -weights.shape[1] % size)), mode="edge")
    return padded.reshape(weights.shape[0], -1, size).mean(axis=2)


def _reigns(weights: NDArray[np.float32]) -> list[tuple[int, int, int]]:
    """Return (first frame, last frame + 1, text) of each span in which one text weighs most."""
    heaviest = weights.argmax(axis=0)
    edges = [0, *(np.flatnonzero(np.diff(heaviest)) + 1).tolist(), heaviest.size]
    return [(a, b, int(heaviest[a])) for a, b in pairwise(edges)]


def track_lane(name: str, values: NDArray[Any], fps: float, unit: str, rest: float | None, number: int) -> Lane:
    """Draw a track as a line, filled from its resting value, with its least and greatest value at the right."""
    colour = ("#2f5d9b", "#a8572b", "#2f7d5b", "#8a3f6c", "#5b4ea3", "#8a7420")[number % 6]

    def draw(axes: Axes) -> None:
        at, low, high = _extremes(values.astype(np.float64), fps)
        least, most = float(low.min()), float(high.max())
        span = max(most - least, 1e-9)
        axes.set_ylim(least - 0.12 * span, most + 0.12 * span)
        base = min(max(rest if rest is not None else least, least), most)
        if rest is not None and least < rest < most:
            axes.axhline(rest, color="#c3c9d6", lw=0.7, zorder=1)
        axes.fill_between(at, base, high, where=(high >= base).tolist(), color=colour, alpha=0.16, lw=0, step="mid")
        axes.fill_between(at, base, low, where=(low <= base).tolist(), color=colour, alpha=0.16, lw=0, step="mid")
        axes.fill_between(at, low, high, color=colour, alpha=0.75, lw=0)
        axes.plot(at, (low + high) / 2, color=colour, lw=0.9, solid_joinstyle="round")
        edge: dict[str, Any] = {"transform": axes.transAxes, "size": 7, "color": GREY, "ha": "left"}
        write(axes, 1 + 0.07 / SPAN, 0.98, short(most), va="top", **edge)
        write(axes, 1 + 0.07 / SPAN, 0.02, short(least), va="bottom", **edge)

    return Lane(0.42, draw, gap=0.09, label=name, note=unit)


def _extremes(values: Floats, fps: float) -> tuple[Floats, Floats, Floats]:
    """Return times and the least and greatest value near each, so that no peak is lost between columns."""
    size = -(-values.size // PIXELS)
    rows = np.pad(values, (0, -values.size % size), mode="edge").reshape(-1, size)
    at = (np.arange(rows.shape[0], dtype=np.float64) * size + (size - 1) / 2) / fps
    return at, rows.min(axis=1), rows.max(axis=1)


def short(value: float) -> str:
    """Return a number in few characters."""
    return f"{value:.4g}" if abs(value) < 1e4 else f"{value:.7g}"


def event_lane(name: str, times: Floats, heights: NDArray[np.float32] | None = None, *, number: int = 0) -> Lane:
    """Draw moments as ticks, as tall as their velocity where that is given, and their count at the right."""
    colour = (INK, "#a8572b", "#2f7d5b", "#5b4ea3")[number % 4]

    def draw(axes: Axes) -> None:
        axes.set_ylim(0, 1.1)
        tall = np.ones(times.size) if heights is None else 0.15 + 0.85 * heights
        axes.vlines(times, 0, tall, color=colour, lw=0.9 if times.size < 600 else 0.5)
        style: dict[str, Any] = {"transform": axes.transAxes, "color": GREY, "ha": "left", "va": "center"}
        write(axes, 1 + 0.07 / SPAN, 0.5, f"×{times.size}", size=7, **style)

    return Lane(0.17 if heights is None else 0.3, draw, gap=0.07, label=name)


def picture_lane(rows: NDArray[np.float32], seconds: float, label: str, note: str, marks: Marks) -> Lane:
    """Draw a spectrogram: ``rows`` in decibels, low to high; ``marks`` names places on its height."""

    def draw(axes: Axes) -> None:
        top = float(rows.max(initial=-80.0))
        extent = (0, seconds, 0, rows.shape[0])
        axes.imshow(rows, extent=extent, origin="lower", aspect="auto", cmap="magma", vmin=top - 70, vmax=top)
        axes.set_xlim(0, max(seconds, 1e-3))
        marks(axes)

    return Lane(1.7, draw, gap=0.1, label=label, note=note)


def short_name(path: str) -> str:
    """Return a file's own name."""
    return Path(path).name

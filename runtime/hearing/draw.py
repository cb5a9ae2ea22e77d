"""What was heard, as one picture: a person sees at once whether beats, sections and words are right."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..lanes import band_lane, event_lane, picture_lane, sound_lane, track_lane
from ..page import Lane, Sheet, clock, make, save, write
from .decode import decode
from .spectrum import magnitudes, mel_weights
from .summary import Heard

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def draw(audio: Path, heard: Heard, path: Path) -> None:
    """Write .png, .svg or .pdf: waveform with bars, sections, words, spectrogram, tempo, beats and drums.

    Raises HearingError where the sound cannot be read, AnimcError where the picture cannot be written.
    """
    wave, rhythm = decode(audio), heard.rhythm
    lanes = [sound_lane(wave.samples, wave.rate, heard.duration, rhythm.downbeats, rhythm.beats)]
    lanes += _structure_lanes(heard)
    if heard.words:
        lanes.append(band_lane([(line.start, line.end, line.text) for line in heard.words], "words"))
    lanes.append(_spectrogram(wave.samples, wave.rate, heard.duration))
    if rhythm.beats.size > 2:
        lanes.append(_tempo_lane(rhythm.beats, heard.duration))
    lanes.append(event_lane("beat", rhythm.beats, rhythm.velocity))
    for number, (name, events) in enumerate(heard.drums.items(), 1):
        lanes.append(event_lane(name, events.times, events.velocity, number=number))
    tempo = f"{rhythm.tempo:.2f} beats a minute, {rhythm.meter} to the bar" if rhythm.beats.size else "no beat found"
    facts = f"{clock(heard.duration)}   {tempo}   confidence {rhythm.confidence:.0%}"
    save(make(Sheet(heard.name, facts, heard.duration, lanes)), path)


def _structure_lanes(heard: Heard) -> list[Lane]:
    """Draw sections with their energy, and builds and drops below them."""
    parts = heard.structure.sections
    if not parts:
        return []
    letters = list(dict.fromkeys(part.label for part in parts))
    spans = [(part.start, part.end, f"{part.label}  {part.energy:.0%}") for part in parts]
    lanes = [_coloured(spans, [letters.index(part.label) for part in parts])]
    moments = [(start, end, "build") for start, end in heard.structure.builds]
    moments += [(drop, min(drop + 0.03 * heard.duration, heard.duration), "drop") for drop in heard.structure.drops]
    return [*lanes, band_lane(sorted(moments), "builds, drops", grey=True)] if moments else lanes


def _coloured(spans: list[tuple[float, float, str]], colours: list[int]) -> Lane:
    """Draw named spans as boxes, one colour for one letter."""
    from ..page import COLOURS, SPAN, fit

    def paint(axes: Axes) -> None:
        axes.set_ylim(1, 0)
        low, high = axes.get_xlim()
        for (start, end, name), number in zip(spans, colours, strict=True):
            axes.broken_barh(
                [(start, end - start)], (0.04, 0.92), color=COLOURS[number % len(COLOURS)], alpha=0.85, lw=0
            )
            room = (end - start) / (high - low) * SPAN - 0.12
            text = fit(name, room, 1, 8.5) if room > 0.15 else ""
            shift = 0.06 / SPAN * (high - low)
            write(axes, start + shift, 0.5, text, size=8.5, va="center_baseline", clip_on=True)

    return Lane(0.24, paint, label="sections")


def _tempo_lane(beats: NDArray[np.float64], seconds: float) -> Lane:
    """Draw the tempo from beat to beat, on a scale that shows a drift but not the jitter of single beats."""
    from scipy.ndimage import median_filter

    tempo = median_filter(60 / np.maximum(np.diff(beats), 1e-3), 5, mode="nearest")
    values = np.interp(np.arange(0, seconds, 0.1), (beats[1:] + beats[:-1]) / 2, tempo)
    return track_lane("tempo", values, 10.0, "beats a minute", None, 0)


def _spectrogram(samples: NDArray[np.float32], rate: int, seconds: float) -> Lane:
    weights = mel_weights(96, 2048, rate, 30, 15_000)
    hop = max(rate // 100, samples.size // 2000)
    rows = [np.square(block) @ weights.T for block in magnitudes(samples, 2048, hop)]
    level = 10 * np.log10(np.concatenate(rows).T + 1e-10)

    def marks(axes: Axes) -> None:
        mel = np.linspace(np.log10(1 + 30 / 700), np.log10(1 + 15_000 / 700), 98)[1:-1]
        for hertz, name in ((100, "100 Hz"), (500, "500"), (2000, "2 k"), (8000, "8 kHz")):
            place = float(np.interp(np.log10(1 + hertz / 700), mel, np.arange(96) + 0.5)) / 96
            write(axes, 1.005, place, name, size=7, color="#737b8c", va="center", transform=axes.transAxes)

    return picture_lane(level.astype(np.float32), seconds, "spectrum", "mel scale, 70 dB", marks)

"""The structure of a song: its sections with a letter for what comes again, how strong each is, builds and drops.

Everything is measured bar by bar (where there are no bars, every two seconds): the level of eight bands, how much
begins in them, and the harmony. Sections are the cut of the song whose bars are most alike within each piece, found by
optimal partitioning (Jackson and others 2005) at a price for each cut, which is lower after four bars or eight.
Sections that sound alike are given one letter (average-linkage clustering).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from string import ascii_uppercase

import numpy as np
from numpy.typing import NDArray

from .accents import chroma_weights
from .cache import Arrays
from .decode import Wave
from .rhythm import Rhythm
from .spectrum import magnitudes, mel_weights

_HOP, _WINDOW, _BANDS = 0.05, 4096, 8
_UNIT = 2.0
"""Seconds of a unit where there are no bars."""
_LONGEST = 64
_PRICE, _NOISY = 2.2, 14.0
"""What a cut costs: so much, or so many times the variance of bars where the song is restless."""
_ALIKE = 0.75
"""Sections whose means are nearer than this have one letter."""
_FLOOR = 50.0
_DECIBELS = 6.0
"""A band that changes by so much has changed by one."""
_SURE = 0.2

Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Section:
    """``start`` and ``end`` in seconds; ``label`` A, B … (again where the music comes again); ``energy`` in 0..1.

    ``bar``: the number of the bar that it begins with, 1 for the first, or 0 where it begins with none.
    """

    start: float
    end: float
    label: str
    energy: float
    bar: int = 0


@dataclass(frozen=True, slots=True)
class Structure:
    """Sections from the sound's start to its end; ``drops`` in seconds; ``builds`` as (start, end) in seconds."""

    sections: tuple[Section, ...]
    drops: tuple[float, ...] = ()
    builds: tuple[tuple[float, float], ...] = ()


def structure_of(wave: Wave, rhythm: Rhythm) -> Structure:
    """Find the sections, builds and drops of a sound; one section where nothing changes."""
    edges, first = _edges(wave.duration, rhythm)
    if edges.size < 4 or not np.any(wave.samples):
        return Structure((Section(0.0, wave.duration, "A", float(np.any(wave.samples)), int(first == 0)),))
    level, lively, chroma = _units(wave, edges)
    seen = _features(level, lively, chroma)
    barred = first >= 0
    cuts = _partition(seen, barred, first)
    labels = _labels(seen, cuts)
    cuts, labels = _joined(cuts, labels)
    if len(cuts) > 2 and cuts[-1] - cuts[-2] == 1:
        cuts, labels = [*cuts[:-2], cuts[-1]], labels[:-1]  # the last note ringing out is no section
    strength = _energy(level, lively)
    energy = [float(strength[a:b].mean()) for a, b in pairwise(cuts)]
    top = max([*energy, 1e-9])
    bar = [cut - first + 1 if barred and cut >= first else 0 for cut in cuts]
    sections = tuple(
        Section(float(edges[a]), float(edges[b]), label, min(1.0, part / top), number)
        for a, b, label, part, number in zip(cuts[:-1], cuts[1:], labels, energy, bar[:-1], strict=True)
    )
    builds = [(start, cut) for cut in cuts[1:-1] if (start := _build_before(cut, level, lively, strength)) < cut]
    built = {cut for _, cut in builds}
    drops = [cut for cut in cuts[1:-1] if _is_drop(cut, level, strength, cut in built)]
    return Structure(
        sections,
        tuple(float(edges[cut]) for cut in drops),
        tuple((float(edges[a]), float(edges[b])) for a, b in builds),
    )


def _edges(duration: float, rhythm: Rhythm) -> tuple[Values, int]:
    """Return where units begin and end, in seconds, and which of them is the first bar (-1: there are no bars)."""
    bars = rhythm.downbeats
    if bars.size < 4 or rhythm.confidence < _SURE:
        count = max(1, round(duration / _UNIT))
        return np.linspace(0.0, duration, count + 1), -1
    bar = float(np.median(np.diff(bars)))
    lead = int(np.ceil(bars[0] / bar - 0.3))
    before = np.linspace(0.0, bars[0], lead + 1)[:-1] if lead > 0 else np.zeros(0)
    tail = duration - bars[-1]
    extra = bars[-1] + bar * np.arange(1, int(tail / bar + 0.7))
    edges = np.concatenate([before, bars, extra, [duration]])
    if lead <= 0:
        edges[0] = 0.0
    return edges[np.concatenate([[True], np.diff(edges) > 1e-3])], max(lead, 0)


def _units(wave: Wave, edges: Values) -> tuple[Values, Values, Values]:
    """Return for each unit the bands' levels in dB below the top, how much begins in each, and the chroma."""
    mel = mel_weights(_BANDS * 4, _WINDOW, wave.rate, 40.0, 12_000.0)
    fold = chroma_weights(_WINDOW, wave.rate)
    rows: list[NDArray[np.float32]] = []
    notes: list[NDArray[np.float32]] = []
    for block in magnitudes(wave.samples, _WINDOW, round(_HOP * wave.rate)):
        rows.append(np.square(block) @ mel.T)
        notes.append(np.sqrt(block) @ fold.T)
    power = np.concatenate(rows).astype(np.float64)
    loud = max(float(np.percentile(power, 99)), 1e-9)
    fine = 10 * np.log10(power / loud + 10 ** (-_FLOOR / 10))
    rise = np.clip(np.diff(fine, axis=0, prepend=fine[:1]), 0, None)
    place = np.clip(np.round(edges / _HOP).astype(int), 0, power.shape[0])
    bands = _mean(power, place).reshape(place.size - 1, _BANDS, 4).mean(axis=2)
    level = 10 * np.log10(bands / loud + 10 ** (-_FLOOR / 10))
    lively = _mean(rise, place).reshape(place.size - 1, _BANDS, 4).mean(axis=2)
    chroma = _mean(np.concatenate(notes), place)
    chroma -= chroma.min(axis=1, keepdims=True)
    return level, lively, chroma / np.maximum(np.linalg.norm(chroma, axis=1, keepdims=True), 1e-9)


def _mean(rows: NDArray[np.floating], place: NDArray[np.int64]) -> Values:
    total = np.concatenate([np.zeros((1, rows.shape[1])), np.cumsum(rows, axis=0, dtype=np.float64)])
    # The last frames of a unit see the first sound of the next one.
    size = np.maximum(np.diff(place) - 2 * (np.diff(place) > 6), 1)
    stop = np.minimum(place[:-1] + size, rows.shape[0])
    return (total[stop] - total[place[:-1]]) / size[:, None]


def _features(level: Values, lively: Values, chroma: Values) -> Values:
    """Return what a unit is compared by: units × features, each about 1 apart where a listener hears a change."""
    beginning = lively / max(float(np.percentile(lively, 90)), 1e-9)
    return np.concatenate([level / _DECIBELS, 2 * beginning, chroma], axis=1) / np.sqrt(_BANDS / 4)


def _partition(seen: Values, barred: bool, first: int) -> list[int]:
    """Return the cuts, from 0 to the number of units, that make the pieces most alike within for their price."""
    count = seen.shape[0]
    one = np.concatenate([np.zeros((1, seen.shape[1])), np.cumsum(seen, axis=0)])
    two = np.concatenate([[0.0], np.cumsum(np.square(seen).sum(axis=1))])
    price = max(_PRICE, _NOISY * _restless(seen))
    best, back = np.full(count + 1, np.inf), np.zeros(count + 1, np.int64)
    best[0] = 0.0
    for end in range(1, count + 1):
        start = np.arange(max(0, end - _LONGEST), end)
        size = end - start
        within = two[end] - two[start] - np.square(one[end] - one[start]).sum(axis=1) / size
        total = best[start] + within + price * _price(start, size, count, barred, first)
        at = int(total.argmin())
        best[end], back[end] = total[at], start[at]
    cuts = [count]
    while cuts[-1] > 0:
        cuts.append(int(back[cuts[-1]]))
    return cuts[::-1]


def _restless(seen: Values) -> float:
    """Return the variance of units within what sounds alike; most songs go round their chords in one bar or four."""
    apart = [np.square(seen[lag:] - seen[:-lag]).sum(axis=1) for lag in (1, 4) if seen.shape[0] > lag]
    return 0.5 * min(float(np.percentile(square, 30)) for square in apart)


def _price(start: NDArray[np.int64], size: NDArray[np.int64], count: int, barred: bool, first: int) -> Values:
    """Return the price of a section: songs are made of four bars and their multiples."""
    short = np.where(size < 2, 3.0, np.where(size < 4, 2.0, 0.0))
    if not barred:
        return 1.0 + short
    odd = np.where(size % 4 == 0, 0.0, np.where(size % 2 == 0, 0.3, 0.6))
    outer = (start < max(first, 1)) | (start + size >= count)
    return 1.0 + np.where(outer, 2 * short, short + odd)


def _labels(seen: Values, cuts: list[int]) -> list[str]:
    from scipy.cluster.hierarchy import fcluster, linkage

    means = np.array([seen[a:b].mean(axis=0) for a, b in pairwise(cuts)])
    groups = fcluster(linkage(means, "average"), _ALIKE, "distance") if len(means) > 1 else np.ones(1, int)
    order: dict[int, str] = {}
    for group in groups.tolist():
        order.setdefault(group, _letter(len(order)))
    return [order[group] for group in groups.tolist()]


def _letter(number: int) -> str:
    turns, place = divmod(number, 26)
    return ascii_uppercase[place] + (str(turns + 1) if turns else "")


def _joined(cuts: list[int], labels: list[str]) -> tuple[list[int], list[str]]:
    """Join neighbours of one letter."""
    keep = [k for k, label in enumerate(labels) if k == 0 or label != labels[k - 1]]
    return [*(cuts[k] for k in keep), cuts[-1]], [labels[k] for k in keep]


def _energy(level: Values, lively: Values) -> Values:
    """Return how strong each unit is, 0..1: half by its level within 30 dB of the top, half by how much begins."""
    total = 10 * np.log10(np.power(10, level / 10).sum(axis=1))
    loud = np.clip(1 + (total - float(np.percentile(total, 95))) / 30, 0, 1)
    begins = lively.mean(axis=1)
    busy = np.clip(begins / max(float(np.percentile(begins, 95)), 1e-9), 0, 1)
    return 0.5 * loud + 0.5 * busy * (loud > 0)


def _is_drop(cut: int, level: Values, strength: Values, built: bool) -> bool:
    """Tell whether the bass comes in and the song is at its strongest, where it was not or had built up to it."""
    before, after = slice(max(0, cut - 2), cut), slice(cut, cut + 4)
    bass = float(level[after, 0].mean() - level[before, 0].mean())
    rise = float(strength[after].mean() - strength[before].mean())
    strong = float(strength[after].mean()) > 0.85 * float(np.percentile(strength, 90))
    return bass > 3.5 and strong and (built or rise > 0.1)


def _build_before(cut: int, level: Values, lively: Values, strength: Values) -> int:
    """Return where a steady rise towards a cut begins, or the cut where there is none."""
    if strength[cut : cut + 4].mean() < 0.8 * strength[cut - 1]:
        return cut
    treble = level[:, 3:].mean(axis=1)
    begins = 10 * np.log10(lively.mean(axis=1) + 1e-3)
    for size in (8, 4):
        if cut < size:
            continue
        for curve, least in ((treble, 4.0), (begins, 2.0)):
            part = curve[cut - size : cut]
            line = np.polyfit(np.arange(size), part, 1)
            rise = float(line[0]) * (size - 1)
            if rise > least * 8 / size and float(np.corrcoef(np.arange(size), part)[0, 1]) > 0.9:
                return cut - size
    return cut


def to_arrays(structure: Structure) -> Arrays:
    """Return a structure as plain arrays, to be kept."""
    parts = structure.sections
    return {
        "spans": np.array([(part.start, part.end, part.energy, part.bar) for part in parts]),
        "labels": np.array([part.label for part in parts]),
        "drops": np.array(structure.drops, np.float64),
        "builds": np.array(structure.builds, np.float64).reshape(-1, 2),
    }


def from_arrays(arrays: Arrays) -> Structure:
    """Read back what ``to_arrays`` gave. Raises KeyError or ValueError where it is not that."""
    rows = zip(arrays["spans"].tolist(), arrays["labels"].tolist(), strict=True)
    sections = tuple(Section(start, end, str(label), energy, int(bar)) for (start, end, energy, bar), label in rows)
    builds = tuple((float(a), float(b)) for a, b in arrays["builds"].tolist())
    return Structure(sections, tuple(arrays["drops"].tolist()), builds)

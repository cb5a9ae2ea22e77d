"""Words without times meet their sound: pauses and the lengths of the lines tell where each line begins.

Between 200 and 4000 Hz, where voices are, every pause or dip is a place where a line may begin. Dynamic programming
chooses among them: a line should last as long as its letters ask for, and begin after a pause. This works in any
language, since it knows none. English words within a line are aligned by pocketsphinx where it is installed.
"""

from __future__ import annotations

import contextlib
import re
import unicodedata
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...compiler.inputs.lyrics import tokens
from .decode import Wave
from .spectrum import band_power
from .words import SpokenLine, SpokenWord

_STEP = 0.005
_BAND = (200.0, 4000.0)
_HISS = (3500.0, 9000.0)
_PAUSE = 0.08
_LEAD, _SOFT = 34, 45.0
"""Steps that a soft beginning lasts at most, and dB that it may lie below the loudest of its band."""
_DITHER = 0.003
"""Of the loudest sample: without such a noise under it pocketsphinx finds no words where there is digital silence."""
_MOST = 400
"""Candidates that a line looks back over; a line is never so long."""

Floats = NDArray[np.float64]


def align(wave: Wave, lines: list[str], *, music: bool = False) -> tuple[SpokenLine, ...]:
    """Return each line with its start and end in seconds and a confidence: high after clear pauses, low in music."""
    loud, contrast = _level(wave)
    voiced = _voiced(loud)
    if not voiced.any():
        return _evenly(wave.duration, lines)
    voiced = _from_soft(voiced, loud, _hiss(wave))
    places, gaps = _candidates(loud, voiced)
    said = np.concatenate([[0.0], np.cumsum(voiced) * _STEP])
    wanted = np.array([weight(line) for line in lines])
    wanted *= said[-1] / wanted.sum()
    chosen = _choose(said[places], gaps, wanted)
    spans = [_span(voiced, places[a], places[b]) for a, b in pairwise(chosen)]
    # Drums leave pauses too: in music they tell little of words.
    clear = float(np.clip(contrast / 30.0, 0, 1)) * (0.35 if music else 1.0)
    found: list[SpokenLine] = []
    for number, ((start, end), text) in enumerate(zip(spans, lines, strict=True)):
        miss = abs((said[places[chosen[number + 1]]] - said[places[chosen[number]]]) / wanted[number] - 1)
        pause = 1.0 if number == 0 else min(1.0, gaps[chosen[number]] / 0.25)
        sure = float(clear * np.clip(pause, 0.05, 1) * np.exp(-(miss**2)))
        found.append(SpokenLine(start, end, text, _spread(start, end, text, voiced, 0.5 * sure), sure))
    return tuple(_by_sphinx(wave, line) for line in found) if clear > 0.5 else tuple(found)


def weight(text: str) -> float:
    """Return about how many syllables a text has: one a Chinese or Korean character, one every 2.6 letters."""
    total = 0.0
    for letter in text:
        if "\u3040" <= letter <= "\u30ff":
            total += 0.7
        elif "\u3400" <= letter <= "\u9fff" or "\uac00" <= letter <= "\ud7af":
            total += 1.0
        elif letter.isdigit():
            total += 1.5
        elif letter.isalpha() and unicodedata.category(letter) != "Lm":
            total += 1 / 2.6
        elif letter in ",;:，；：、":
            total += 0.3
    return max(total, 0.5)


def _level(wave: Wave) -> tuple[Floats, float]:
    """Return the level of the voice's band in dB every 5 ms, and by how much speech stands above what is between it."""
    power = band_power(wave.samples, wave.rate, _BAND, 512, round(_STEP * wave.rate)).astype(np.float64)
    level = 10 * np.log10(power + 1e-12)
    floor, top = np.percentile(level, [5, 95])
    return level, float(top - max(floor, -110.0))


def _voiced(level: Floats) -> NDArray[np.bool_]:
    """Return where somebody speaks: above a threshold between the quiet and the loud, without blips and closures."""
    from scipy.ndimage import binary_closing, binary_opening

    floor, top = np.percentile(level, [5, 95])
    if top < -90:
        return np.zeros(level.size, bool)
    threshold = max(floor + 0.35 * (top - floor), top - 32)
    closed = binary_closing(np.pad(level > threshold, 40), np.ones(round(_PAUSE / _STEP)))[40:-40]
    return np.asarray(binary_opening(closed, np.ones(8)), bool)


def _hiss(wave: Wave) -> Floats:
    """Return the level in dB every 5 ms of the band where s, f, t and their like are."""
    power = band_power(wave.samples, wave.rate, _HISS, 512, round(_STEP * wave.rate)).astype(np.float64)
    return 10 * np.log10(power + 1e-12)


def _from_soft(voiced: NDArray[np.bool_], *levels: Floats) -> NDArray[np.bool_]:
    """Return the runs of speech with the soft sounds that they begin with, which noise half hides."""
    from scipy.ndimage import binary_closing, binary_opening

    heard = voiced.copy()
    for level in levels:
        quiet = level[~voiced]
        if quiet.size:
            usual, spread = np.median(quiet), np.subtract(*np.percentile(quiet, [75, 50]))
            heard |= level > max(usual + max(5 * spread, 2.5), np.percentile(level, 95) - _SOFT)
    heard = np.asarray(binary_opening(binary_closing(heard, np.ones(4)), np.ones(3)), bool) | voiced
    found = voiced.copy()
    for begin in np.flatnonzero(np.diff(voiced.astype(np.int8), prepend=0) == 1):
        before = heard[max(begin - _LEAD, 0) : begin][::-1]
        found[begin - (int(before.argmin()) if not before.all() else before.size) : begin] = True
    return found


def _candidates(level: Floats, voiced: NDArray[np.bool_]) -> tuple[NDArray[np.int64], Floats]:
    """Return the frames at which a line may begin or the last may end, and the pause before each in seconds.

    Within a run of speech dips count as tiny pauses, so that lines that are sung in one breath can be told apart.
    """
    from scipy.ndimage import gaussian_filter1d, minimum_filter1d

    change = np.diff(voiced.astype(np.int8), prepend=0, append=0)
    begins, ends = np.flatnonzero(change == 1), np.flatnonzero(change == -1)
    gap = np.concatenate([[1.0], (begins[1:] - ends[:-1]) * _STEP])
    soft = gaussian_filter1d(level, 8)
    dips = np.flatnonzero((soft == minimum_filter1d(soft, 61)) & voiced)
    depth = 0.01 * np.clip((np.percentile(level, 90) - soft[dips]) / 20, 0, 1)
    places = np.concatenate([begins, dips, [ends[-1]]])
    order = np.argsort(places, kind="stable")
    return places[order], np.concatenate([gap, depth, [0.0]])[order]


def _choose(said: Floats, gaps: Floats, wanted: Floats) -> list[int]:
    """Return for each line the candidate at which it begins, and the last candidate, by dynamic programming."""
    count = said.size
    if count <= wanted.size:
        return np.round(np.linspace(0, count - 1, wanted.size + 1)).astype(int).tolist()
    reward = 1.6 * np.log1p(gaps / 0.03)
    total = np.full(count, np.inf)
    total[0] = 0.0
    backs: list[NDArray[np.int64]] = []
    for number, length in enumerate(wanted):
        best, back = np.full(count, np.inf), np.zeros(count, np.int64)
        for end in range(number + 1, count):
            first = max(number, end - _MOST)
            miss = (said[end] - said[first:end] - length) / (0.22 * length + 0.12)
            cost = total[first:end] + np.square(miss)
            at = int(cost.argmin())
            best[end], back[end] = cost[at] - reward[end], first + at
        total = best
        backs.append(back)
    chosen = [count - 1]
    for back in reversed(backs):
        chosen.append(int(back[chosen[-1]]))
    return chosen[::-1]


def _span(voiced: NDArray[np.bool_], first: int, last: int) -> tuple[float, float]:
    """Return the seconds from a candidate to the end of the speech before the next one."""
    inside = np.flatnonzero(voiced[first:last])
    end = first + int(inside[-1]) + 1 if inside.size else last
    return first * _STEP, end * _STEP


def _spread(start: float, end: float, text: str, voiced: NDArray[np.bool_], sure: float) -> tuple[SpokenWord, ...]:
    """Spread words over the speech of a line by their lengths, pauses left out."""
    found = tokens(text)
    if not found:
        return ()
    size = np.array([weight(word) for word in found])
    share = np.concatenate([[0.0], np.cumsum(size)]) / size.sum()
    first, last = round(start / _STEP), max(round(end / _STEP), round(start / _STEP) + 1)
    said = np.concatenate([[0.0], np.cumsum(voiced[first:last])])
    at = np.interp(share * said[-1], said, np.arange(said.size)) if said[-1] else share * (last - first)
    times = start + at * _STEP
    return tuple(
        SpokenWord(float(a), float(b), word, sure) for a, b, word in zip(times[:-1], times[1:], found, strict=True)
    )


def _evenly(duration: float, lines: list[str]) -> tuple[SpokenLine, ...]:
    """Where nothing is said at all, lines share the sound by their lengths."""
    edges = np.concatenate([[0.0], np.cumsum([weight(line) for line in lines])])
    edges *= duration / edges[-1]
    silent = np.zeros(round(duration / _STEP) + 2, bool)
    return tuple(
        SpokenLine(float(a), float(b), line, _spread(float(a), float(b), line, silent, 0.0), 0.0)
        for a, b, line in zip(edges[:-1], edges[1:], lines, strict=True)
    )


def _by_sphinx(wave: Wave, line: SpokenLine) -> SpokenLine:
    """Return an English line with its words where pocketsphinx hears them; any other line as it is."""
    words = tokens(line.text)
    if not words or not re.fullmatch(r"[a-z'’ -]+", " ".join(words)):
        return line
    decoder = _decoder()
    if decoder is None:
        return line
    import soxr

    lead = 0.1
    piece = wave.samples[max(0, round((line.start - lead) * wave.rate)) : round((line.end + lead) * wave.rate)]
    sound = soxr.resample(piece, wave.rate, 16_000)
    sound = sound / max(float(np.abs(sound).max()), 1e-6) + np.random.default_rng(0).normal(0, _DITHER, sound.size)
    pcm = np.clip(0.7 * 32767 * sound, -32768, 32767).astype("<i2")
    spoken = [word.replace("’", "'").replace("-", "") for word in words]
    with contextlib.suppress(RuntimeError, ValueError):
        decoder.set_align_text(" ".join(spoken))
        decoder.start_utt()
        decoder.process_raw(pcm.tobytes(), full_utt=True)
        decoder.end_utt()
        segments = [(seg.word, seg.start_frame, seg.end_frame) for seg in decoder.seg() or ()]
        heard = [(a, b) for word, a, b in segments if re.sub(r"\(\d+\)$", "", word) in spoken]
        if len(heard) == len(words):
            origin = max(0.0, line.start - lead)
            times = [(origin + a / 100, origin + (b + 1) / 100) for a, b in heard]
            kept = tuple(
                SpokenWord(a, b, word, 0.9 * line.confidence) for (a, b), word in zip(times, words, strict=True)
            )
            return replace(line, words=kept)
    return line


_kept: list[Any] = []


def _decoder() -> Any:
    """Return pocketsphinx's English decoder, or None where it is not installed."""
    if not _kept:
        try:
            import pocketsphinx  # pyright: ignore[reportMissingImports]  (an extra)

            _kept.append(pocketsphinx.Decoder(lm=None, loglevel="FATAL"))
        except (ImportError, RuntimeError):
            _kept.append(None)
    return _kept[0]

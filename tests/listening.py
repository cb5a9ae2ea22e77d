"""A song for the compiler's tests: exact beats at a tempo, drums of known strength, a signal of known shape."""

from __future__ import annotations

import numpy as np
from animc.compiler.sounds import Events, Needs, Request, Signal, Sounds


def song(needs: Needs, *, duration: float = 20.0, bpm: float = 120.0, first: float = 0.0) -> Sounds:
    """Answer a script's needs with a song of even beats, kicks on each with rising velocity, and a slow sine signal."""
    return Sounds(duration, {request: _heard(request, duration, bpm, first) for request in needs.requests}, "song.flac")


def _heard(request: Request, duration: float, bpm: float, first: float) -> Events | Signal:
    beats = np.arange(first, duration, 60.0 / bpm)
    if request.kind == "downbeat":
        beats = beats[::4]
    if request.kind in ("beat", "downbeat"):
        return Events(beats, np.ones(len(beats), dtype=np.float32))
    if request.kind == "onset":
        return Events(beats, np.linspace(0.1, 1.0, len(beats), dtype=np.float32))
    t = np.arange(int(duration * 100)) / 100.0
    return Signal((0.5 + 0.5 * np.sin(2 * np.pi * t / 4.0)).astype(np.float32), 100.0, request.kind == "rms")


RATE = 22_050


def played(parts: str, bpm: float = 120.0, bars: int = 8) -> np.ndarray:
    """Play a song of sections of ``bars`` bars: q quiet chords, v drums and bass, c the same with much more on top."""
    rng = np.random.default_rng(5)
    beat = 60.0 / bpm
    sound = np.zeros(round((len(parts) * bars * 4 * beat + 0.5) * RATE))

    def put(what: np.ndarray, second: float) -> None:
        first = round(second * RATE)
        span = sound[first : first + what.size]
        span += what[: span.size]

    clock = np.arange(round(4 * beat * RATE)) / RATE
    kick = np.sin(2 * np.pi * (50 * clock + 3 * (1 - np.exp(-clock / 0.03)))) * np.exp(-clock / 0.12)
    for bar in range(len(parts) * bars):
        part, start, root = parts[bar // bars], bar * 4 * beat, (220.0, 174.6, 261.6, 196.0)[bar % 4]
        put(sum(0.05 * np.sin(2 * np.pi * root * ratio * clock) for ratio in (1, 1.26, 1.5)), start)
        for step in range(8 if part != "q" else 0):
            hat = 0.08 * np.diff(rng.normal(size=1500), prepend=0) * np.exp(-np.arange(1500) / 400)
            put(hat, start + step * beat / 2)
            if step % 2 == 0 and (part == "c" or step % 4 == 0):
                put((0.8 if part == "c" else 0.55) * kick, start + step * beat / 2)
            if step in (2, 6):
                put(
                    (0.5 if part == "c" else 0.3) * rng.normal(size=3000) * np.exp(-np.arange(3000) / 900),
                    start + step * beat / 2,
                )
            if part == "c":
                note = 880 * 2 ** (step % 5 / 5) * clock[:4000]
                put(0.12 * np.sign(np.sin(2 * np.pi * note)) * np.exp(-np.arange(4000) / 1500), start + step * beat / 2)
    return 0.8 * sound / np.abs(sound).max()


def told(sentences: int, seed: int = 3) -> tuple[np.ndarray, list[str], list[float]]:
    """Say sentences of a voice-like buzz, each word a burst: the samples, their texts, and where each begins."""
    rng = np.random.default_rng(seed)
    second, starts, texts, bursts = 0.3, [], [], []
    for _ in range(sentences):
        starts.append(second)
        words = ["la" * int(rng.integers(1, 4)) for _ in range(int(rng.integers(3, 9)))]
        for word in words:
            length = 0.16 * len(word) / 2
            bursts.append((second, length))
            second += length + 0.03
        texts.append(" ".join(words).capitalize() + ".")
        second += float(rng.uniform(0.3, 0.7))
    sound = np.zeros(round((second + 0.3) * RATE))
    for start, length in bursts:
        clock = np.arange(round(length * RATE)) / RATE
        voice = sum(np.sin(2 * np.pi * 140 * k * clock) / k for k in range(1, 20))
        first = round(start * RATE)
        sound[first : first + clock.size] = 0.2 * voice * np.minimum(1, np.minimum(clock, length - clock) / 0.01)
    return sound + 1e-4 * rng.normal(size=sound.size), texts, starts

"""A small band made of numpy: drums, bass, pads, plucks and a lead, each note an array of samples.

Every function returns float64 mono samples at ``RATE``; ``gain`` is left to the mixing desk in ``compose.py``.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import signal

RATE = 44_100

Sound = NDArray[np.float64]


def hertz(note: float) -> float:
    """Return the frequency of a MIDI note number (69 is A at 440 Hz)."""
    return 440.0 * 2 ** ((note - 69) / 12)


def clock(seconds: float) -> Sound:
    """Return the time of every sample of a sound so many seconds long."""
    return np.arange(round(seconds * RATE)) / RATE


def harmonics(note: float, seconds: float, bright: Sound | float, *, odd: bool = False, top: int = 40) -> Sound:
    """Return a saw (or a square, ``odd``) built of sines: no aliasing. ``bright``: cutoff in hertz, may move."""
    time, base = clock(seconds), hertz(note)
    tone = np.zeros_like(time)
    for number in range(1, top + 1, 2 if odd else 1):
        pitch = base * number
        if pitch > 16_000:
            break
        loud = 1 / (number * (1 + (pitch / bright) ** 4))
        tone += loud * np.sin(2 * np.pi * pitch * time + 0.3 * number)
    return tone


def swell(seconds: float, attack: float, release: float) -> Sound:
    """Return an envelope that rises in ``attack`` seconds and falls during the last ``release``."""
    time = clock(seconds)
    return np.clip(time / attack, 0, 1) * np.clip((seconds - time) / release, 0, 1)


def kick() -> Sound:
    """Return a bass drum: a sine that falls from 170 to 48 Hz, with a soft click."""
    time = clock(0.36)
    phase = 2 * np.pi * (48 * time + (170 - 48) * 0.028 * (1 - np.exp(-time / 0.028)))
    click = np.sin(2 * np.pi * 1900 * time) * np.exp(-time / 0.0016)
    return (np.sin(phase) * np.exp(-time / 0.13) + 0.22 * click) * np.clip((0.36 - time) / 0.05, 0, 1)


def snare(rng: np.random.Generator) -> Sound:
    """Return a snare with the width of a clap: a short tone under band-passed noise."""
    time = clock(0.3)
    noise = signal.sosfilt(signal.butter(2, (900, 7500), "bandpass", fs=RATE, output="sos"), rng.normal(size=time.size))
    burst = np.exp(-time / 0.075) + 0.6 * np.exp(-np.abs(time - 0.011) / 0.004)
    tone = np.sin(2 * np.pi * 192 * time) * np.exp(-time / 0.05)
    return (0.55 * noise * burst + 0.5 * tone) * np.clip((0.3 - time) / 0.05, 0, 1)


def hat(rng: np.random.Generator, decay: float = 0.028) -> Sound:
    """Return a hi-hat: noise above 7 kHz; a longer ``decay`` (seconds) opens it."""
    time = clock(decay * 7)
    noise = signal.sosfilt(signal.butter(4, 7000, "highpass", fs=RATE, output="sos"), rng.normal(size=time.size))
    return noise * np.exp(-time / decay)


def bass(note: float, seconds: float) -> Sound:
    """Return a round bass note: a filtered saw over a sine, closing as it rings."""
    time = clock(seconds)
    body = harmonics(note, seconds, 220 + 700 * np.exp(-time / 0.09), top=20)
    sub = np.sin(2 * np.pi * hertz(note) * time)
    return (0.55 * body + 0.6 * sub) * swell(seconds, 0.006, 0.05)


def pad(notes: tuple[int, ...], seconds: float, bright: float = 1100.0) -> Sound:
    """Return a chord of slow, slightly detuned saws."""
    rise = bright * (0.6 + 0.4 * np.sin(np.pi * np.linspace(0, 1, clock(seconds).size)))
    voices = [harmonics(note + cents, seconds, rise, top=14) for note in notes for cents in (-0.07, 0.0, 0.08)]
    return np.sum(voices, axis=0) / len(voices) * swell(seconds, 0.12, 0.25)


def pluck(note: float, seconds: float = 0.9, glow: float = 1.8) -> Sound:
    """Return a bell-like pluck by frequency modulation (Chowning 1973)."""
    time, pitch = clock(seconds), hertz(note)
    depth = glow * np.exp(-time / 0.12)
    ring = np.sin(2 * np.pi * pitch * time + depth * np.sin(2 * np.pi * 2.0 * pitch * time))
    return ring * np.exp(-time / 0.28) * swell(seconds, 0.003, 0.1)


def lead(note: float, seconds: float) -> Sound:
    """Return a singing lead: a soft square with a vibrato that comes late."""
    time = clock(seconds)
    wobble = 0.006 * np.clip((time - 0.18) / 0.3, 0, 1) * np.sin(2 * np.pi * 5.4 * time)
    phase = 2 * np.pi * hertz(note) * np.cumsum(1 + wobble) / RATE
    tone = np.sin(phase) + 0.28 * np.sin(3 * phase) + 0.2 * np.sin(2 * phase) + 0.1 * np.sin(5 * phase)
    return tone * swell(seconds, 0.02, min(0.12, seconds / 2))


def riser(seconds: float, rng: np.random.Generator) -> Sound:
    """Return wind that rises in pitch and loudness, and leads into a drop."""
    time = clock(seconds)
    noise = rng.normal(size=time.size)
    bands = [
        signal.sosfilt(signal.butter(2, (low, 2 * low), "bandpass", fs=RATE, output="sos"), noise)
        for low in (500, 1000, 2000, 4000)
    ]
    place = np.linspace(0, 3, time.size)
    mix = [np.clip(1 - np.abs(place - index), 0, 1) * band for index, band in enumerate(bands)]
    return np.sum(mix, axis=0) * (time / seconds) ** 2


def crash(rng: np.random.Generator) -> Sound:
    """Return a cymbal that rings for two seconds."""
    time = clock(2.2)
    noise = signal.sosfilt(signal.butter(2, 3500, "highpass", fs=RATE, output="sos"), rng.normal(size=time.size))
    return noise * np.exp(-time / 0.55) * np.clip((2.2 - time) / 0.3, 0, 1)


def hall(dry: Sound, rng: np.random.Generator, seconds: float = 1.4) -> Sound:
    """Return a sound's echo in a hall: noise that dies away and loses its treble."""
    time = clock(seconds)
    noise = rng.normal(size=time.size) * np.exp(-time / (seconds / 4.5)) * np.clip(time / 0.012, 0, 1)
    soft = signal.sosfilt(signal.butter(1, (250, 4200), "bandpass", fs=RATE, output="sos"), noise)
    return signal.fftconvolve(dry, soft / np.sqrt(np.sum(soft**2)))[: dry.size]

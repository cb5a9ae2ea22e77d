"""Composes the sounds of the example films: ``python examples/compose.py [NAME …]``.

Each song is a few lines of data below; the band is in ``instruments.py``. The same code knows to the sample when every
drum is hit (``truth``), so that the tests can tell whether hearing finds it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import instruments as band
import numpy as np
import soundfile
from instruments import RATE, Sound

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Part:
    """Some bars that are played alike. Drum patterns are one character a sixteenth: x hit, o soft hit, . rest."""

    bars: int
    kick: str = ""
    snare: str = ""
    hat: str = ""
    bass: str = ""
    arp: str = ""
    pad: float = 0.5
    lead: tuple[tuple[float, float, int], ...] = ()
    riser: bool = False
    crash: bool = False


@dataclass(frozen=True)
class Song:
    """``chords``: MIDI notes, one chord a bar, taken round; the first is the bass's. ``tail``: seconds that ring on."""

    tempo: float
    chords: tuple[tuple[int, ...], ...]
    parts: tuple[Part, ...]
    meter: int = 4
    tail: float = 0.0
    suffix: str = ".ogg"
    seed: int = 7
    arp_steps: tuple[int, ...] = (0, 2, 1, 3, 2, 1, 3, 2)

    @property
    def beat(self) -> float:
        """Seconds of a beat."""
        return 60.0 / self.tempo

    @property
    def bars(self) -> int:
        """Bars in all."""
        return sum(part.bars for part in self.parts)

    @property
    def seconds(self) -> float:
        """Length in seconds."""
        return self.bars * self.meter * self.beat + self.tail


FOUR = "x...x...x...x..."
BACK = "....x.......x..."
OFF = "..x...x...x...x."

# D minor, B flat, F, C: voiced so that the hands hardly move.
DUSK = ((38, 57, 60, 65, 69), (34, 57, 62, 65, 70), (41, 57, 60, 64, 69), (36, 55, 62, 64, 67))
# A minor, F, C, G with added notes, for a road at night.
ROAD = ((33, 57, 60, 64, 67), (29, 57, 60, 65, 69), (36, 55, 60, 64, 71), (31, 55, 59, 62, 69))
# G, E minor, C, D: a waltz for a still picture.
HILLS = ((43, 59, 62, 67, 71), (40, 59, 64, 67, 71), (36, 60, 64, 67, 72), (38, 57, 62, 66, 69))

TUNE = (
    (0, 1.5, 77), (1.5, 0.5, 76), (2, 2, 74), (4, 1.5, 74), (5.5, 0.5, 72), (6, 1, 70), (7, 1, 74),
    (8, 2, 72), (10, 1, 69), (11, 1, 72), (12, 2.5, 74), (14.5, 0.5, 72), (15, 1, 67),
)  # fmt: skip
SONG = (
    (0, 1, 76), (1, 0.5, 79), (1.5, 1.5, 81), (3, 1, 79), (4, 2, 76), (6, 1, 72), (7, 1, 74),
    (8, 1, 76), (9, 0.5, 79), (9.5, 1.5, 84), (11, 1, 83), (12, 2, 79), (14, 1, 74), (15, 1, 71),
)  # fmt: skip

SONGS: dict[str, Song] = {
    "canvas": Song(
        120,
        DUSK,
        (
            Part(2, kick="x.......x.......", hat=OFF.replace("x", "o"), arp="x.x.x.x.x.x.x.x.", pad=0.6),
            Part(1, kick=FOUR, snare=BACK, hat="x.x.x.x.x.x.x.x.", bass="x.....x...x...x.", arp="x.x.x.x.x.x.x.x."),
            Part(1, kick=FOUR, snare="....x...x.x.xxxx", hat="x.x.x.x.x.x.x.x.", bass="x.....x...x...x.",
                 arp="xxxxxxxxxxxxxxxx", riser=True),
            Part(4, kick=FOUR, snare=BACK, hat="o.x.o.x.o.x.o.x.", bass="x..x..x...x..x..", arp="x.x.x.x.x.x.x.x.",
                 lead=TUNE, crash=True),
        ),
        suffix=".flac",
    ),
    "first": Song(
        120,
        DUSK,
        (
            Part(2, kick="x.......x.......", hat=OFF.replace("x", "o"), arp="x...x...x...x...", pad=0.8),
            Part(2, kick=FOUR, snare=BACK, hat=OFF, bass="x.....x...x.....", arp="x.x.x.x.x.x.x.x.", pad=0.7),
        ),
        tail=2 / 3,
        seed=11,
    ),
    "motel": Song(
        128,
        ROAD,
        (
            Part(4, kick=FOUR, hat=OFF.replace("x", "o"), arp="x.....x.....x...", pad=0.8),
            Part(4, kick=FOUR, snare=BACK, hat=OFF, bass="x.....x...x.....", arp="x.....x.....x...", pad=0.7),
            Part(7, kick=FOUR, snare=BACK, hat="o.x.o.x.o.x.o.xo", bass="x.....x...x...x.", arp="x.x.x.x.x.x.x.x."),
            Part(1, kick=FOUR, snare="x...x...x.x.xxxx", hat="x.x.x.x.x.x.x.x.", bass="x...x...x...x...",
                 arp="xxxxxxxxxxxxxxxx", riser=True),
            Part(4, kick=FOUR, snare=BACK, hat="o.xoo.xoo.xoo.xo", bass="x.xx..x.x.xx..x.", arp="x.x.x.x.x.x.x.x.",
                 lead=SONG, crash=True),
            Part(4, kick=FOUR, snare=BACK, hat="o.xoo.xoo.xoo.xo", bass="x.xx..x.x.xx..x.", arp="xxxxxxxxxxxxxxxx",
                 lead=SONG),
            Part(4, kick="x...x...x...x.x.", snare=BACK, hat="o.xoo.xoo.xoo.xo", bass="x.xx..x.x.xx..x.",
                 arp="x.x.x.x.x.x.x.x.", lead=SONG, crash=True),
            Part(4, kick=FOUR, snare=BACK, hat="o.xoo.xoo.xoo.xo", bass="x.xx..x.x.xx..x.", arp="xxxxxxxxxxxxxxxx",
                 lead=SONG),
            Part(1, kick="x...............", pad=0.9, crash=True),
        ),
        seed=23,
    ),
    "parallax": Song(
        96,
        HILLS,
        (Part(4, kick="x...........", hat="....o...o...", arp="x.x.x.x.x.x.", pad=0.8),),
        meter=3,
        tail=2.5,
        seed=31,
        arp_steps=(0, 1, 2, 3, 2, 1),
    ),
}  # fmt: skip


@dataclass
class Desk:
    """The mixing desk: a bus for drums, one that ducks under the kick, and one that goes to the hall."""

    seconds: float
    drums: Sound = field(init=False)
    tone: Sound = field(init=False)
    echo: Sound = field(init=False)

    def __post_init__(self) -> None:
        size = round(self.seconds * RATE)
        self.drums, self.tone, self.echo = np.zeros(size), np.zeros(size), np.zeros(size)

    def put(self, bus: Sound, sound: Sound, seconds: float, gain: float) -> None:
        """Add a sound to a bus at a time; what would ring past the end is cut."""
        first = round(seconds * RATE)
        span = bus[first : first + sound.size]
        span += gain * sound[: span.size]


def hits(song: Song, drum: str) -> Iterator[tuple[float, float]]:
    """Yield (seconds, velocity) of every hit of ``kick``, ``snare``, ``hat``, ``bass`` or ``arp``."""
    for start, part, _ in _bars(song):
        pattern = getattr(part, drum)
        for step, mark in enumerate(pattern):
            if mark != ".":
                yield start + step * song.beat / 4, 1.0 if mark == "x" else 0.5


def truth(name: str) -> dict[str, list[float]]:
    """Return the exact seconds of a song's beats, downbeats and drums, as composed."""
    song = SONGS[name]
    beats = [index * song.beat for index in range(song.bars * song.meter)]
    drums = {drum: [time for time, _ in hits(song, drum)] for drum in ("kick", "snare", "hat")}
    return {"beat": beats, "downbeat": beats[:: song.meter], **drums}


def compose(name: str) -> Sound:
    """Play a song: float64 mono samples at ``RATE``, peak 0.89."""
    song = SONGS[name]
    rng = np.random.default_rng(song.seed)
    desk = Desk(song.seconds)
    _play_drums(song, desk, rng)
    _play_chords(song, desk)
    _play_lead(song, desk)
    for start, part, index in _bars(song):
        if part.riser:
            desk.put(desk.echo, band.riser(song.meter * song.beat, rng), start, 0.10)
        if part.crash and index == 0:
            desk.put(desk.drums, band.crash(rng), start, 0.09)
    wet = desk.tone + 0.55 * desk.echo + 0.22 * band.hall(0.4 * desk.tone + desk.echo, rng)
    mix = 0.62 * desk.drums + wet * _duck(song, wet.size)
    fade = np.clip((song.seconds - band.clock(song.seconds)) / max(0.04, 0.8 * song.tail), 0, 1)
    mix = np.tanh(1.25 * mix) * fade[: mix.size]
    return 0.89 * mix / np.abs(mix).max()


def _bars(song: Song) -> Iterator[tuple[float, Part, int]]:
    """Yield the start of every bar in seconds, its part, and its number within the part."""
    number = 0
    for part in song.parts:
        for index in range(part.bars):
            yield number * song.meter * song.beat, part, index
            number += 1


def _play_drums(song: Song, desk: Desk, rng: np.random.Generator) -> None:
    for time, loud in hits(song, "kick"):
        desk.put(desk.drums, band.kick(), time, 0.95 * loud)
    for time, loud in hits(song, "snare"):
        sound = band.snare(rng)
        desk.put(desk.drums, sound, time, 0.5 * loud)
        desk.put(desk.echo, sound, time, 0.10 * loud)
    for time, loud in hits(song, "hat"):
        desk.put(desk.drums, band.hat(rng), time, 0.13 * loud)


def _play_chords(song: Song, desk: Desk) -> None:
    bar = song.meter * song.beat
    for number, (start, part, _) in enumerate(_bars(song)):
        root, *chord = song.chords[number % len(song.chords)]
        desk.put(desk.tone, band.pad(tuple(chord), min(bar + 0.2, song.seconds - start)), start, 0.55 * part.pad)
        for step, mark in enumerate(part.bass):
            if mark != ".":
                length = (part.bass + "x").index("x", step + 1) - step
                note = band.bass(root, min(length, 6) * song.beat / 4 * 0.92)
                desk.put(desk.tone, note, start + step * song.beat / 4, 0.30)
        for step, mark in enumerate(part.arp):
            if mark != ".":
                note = chord[song.arp_steps[(step // 2 + step % 2) % len(song.arp_steps)]] + 12
                desk.put(desk.echo, band.pluck(note), start + step * song.beat / 4, 0.13 if step % 4 == 0 else 0.09)


def _play_lead(song: Song, desk: Desk) -> None:
    for start, part, index in _bars(song):
        if index == 0:
            for beat, length, note in part.lead:
                sound = band.lead(note, length * song.beat * 0.96)
                desk.put(desk.tone, sound, start + beat * song.beat, 0.085)
                desk.put(desk.echo, sound, start + beat * song.beat, 0.05)


def _duck(song: Song, size: int) -> Sound:
    """Return the gain by which everything else makes room for the kick."""
    gain = np.ones(size)
    time = band.clock(0.32)
    dip = 1 - 0.62 * np.exp(-((time / 0.13) ** 2))
    for seconds, loud in hits(song, "kick"):
        first = round(seconds * RATE)
        span = gain[first : first + dip.size]
        span *= 1 - loud * (1 - dip[: span.size])
    return gain


def main(names: list[str]) -> None:
    """Write the songs named, or all of them, beside this file."""
    for name in names or SONGS:
        path = HERE / (name + SONGS[name].suffix)
        samples = compose(name)
        if path.suffix == ".flac":
            soundfile.write(path, samples, RATE, subtype="PCM_16")
        else:
            # libvorbis is given a second at a time: one long buffer overflows its stack.
            form = {"format": "OGG", "subtype": "VORBIS", "compression_level": 0.55}
            with soundfile.SoundFile(path, "w", RATE, 1, **form) as file:
                for first in range(0, samples.size, RATE):
                    file.write(samples[first : first + RATE])
        print(f"{path.name}: {samples.size / RATE:.2f} s, {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main(sys.argv[1:])

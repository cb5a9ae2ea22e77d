"""Pieces of music with exact truth, made from a style and a seed: what hearing is measured on.

A piece is a band (kit, bass, chords, tune) with chance in its sounds, patterns, mix and timing. Tuning uses seeds below
1000, reports use seeds from 1000 on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy import signal

RATE = 44_100
Sound = NDArray[np.float64]
Times = NDArray[np.float64]


@dataclass(frozen=True)
class Piece:
    """Samples at ``RATE`` and what is truly in them, in seconds."""

    style: str
    sound: Sound
    beats: Times
    downbeats: Times
    meter: int
    drums: dict[str, Times]


@dataclass(frozen=True)
class Plan:
    """How a piece is played. Patterns have one character a step, ``steps`` steps a beat; x hit, o soft hit."""

    tempo: tuple[float, float] = (75, 165)
    meter: int = 4
    steps: int = 4
    kick: tuple[str, ...] = ("x.......x.......", "x......xx.......", "x.....x.x.x.....", "x..x......x.....")
    snare: tuple[str, ...] = ("....x.......x...", "....x.......x..o", "....x..o.o..x...")
    hat: tuple[str, ...] = ("x.x.x.x.x.x.x.x.", "xoxoxoxoxoxoxoxo", "x...x...x...x...", "..x...x...x...x.")
    bass: float = 1.0
    chords: float = 1.0
    tune: float = 0.6
    swing: float = 0.0
    human: float = 0.0
    ramp: float = 0.0
    stepped: bool = False
    lead: float = 0.0
    noise: float = -60.0
    breaks: bool = False
    level: float = 0.0
    seconds: float = 32.0


STYLES: dict[str, Plan] = {
    "rock": Plan(),
    "fourfloor": Plan(tempo=(116, 140), kick=("x...x...x...x...",), hat=("..x...x...x...x.", "x.x.x.x.x.x.x.x.")),
    "slow": Plan(tempo=(58, 80)),
    "fast": Plan(tempo=(160, 190), hat=("x.x.x.x.x.x.x.x.", "x...x...x...x...")),
    "halftime": Plan(tempo=(120, 160), kick=("x.........x.....", "x.....x........."), snare=("........x.......",)),
    "ramped": Plan(ramp=0.18),
    "stepped": Plan(stepped=True),
    "human": Plan(human=0.012),
    "swing": Plan(tempo=(90, 150), steps=3, swing=0.0, kick=("x.....x.....", "x..x..x..x.."), snare=("...x.....x..",),
                  hat=("x..x.xx..x.x", "x.xx.xx.xx.x")),
    "waltz": Plan(tempo=(90, 180), meter=3, kick=("x...........",), snare=("....x...x...", "........x..."),
                  hat=("x.x.x.x.x.x.", "x...x...x...")),
    "five": Plan(tempo=(100, 170), meter=5, kick=("x.........x.........", "x.....x.....x......."),
                 snare=("........x.......x...", "....x.......x......."), hat=("x.x.x.x.x.x.x.x.x.x.",)),
    "sixeight": Plan(tempo=(50, 80), meter=2, steps=6, kick=("x.......x...", "x..........."), snare=("......x.....",),
                     hat=("x.x.x.x.x.x.",)),
    "sparse": Plan(tempo=(70, 120), hat=("................",), tune=0.3, chords=0.5),
    "drumless": Plan(kick=("................",), snare=("................",), hat=("................",), tune=0.8),
    "silentintro": Plan(lead=4.0),
    "breaks": Plan(breaks=True),
    "noisy": Plan(noise=-16.0),
    "quiet": Plan(level=-34.0),
    "hiphop": Plan(tempo=(78, 100), kick=("x..x......x.....", "x......x..xx...."),
                   hat=("xoxoxoxoxoxoxoxo", "xxxxxxxxxxxxxxxx")),
    "drumbass": Plan(tempo=(166, 178), kick=("x.........x.....",), snare=("....x.......x...", "....x..o.o..x..o")),
}  # fmt: skip


@dataclass
class Band:
    """The instruments of one piece, each with its own chance."""

    rng: np.random.Generator
    notes: dict[tuple[float, float, float], Sound] = field(default_factory=dict)

    def __post_init__(self) -> None:
        pick = self.rng.uniform
        self.kick_top, self.kick_low = pick(90, 240), pick(42, 62)
        self.kick_fall, self.kick_ring, self.kick_click = pick(0.015, 0.05), pick(0.08, 0.22), pick(0.0, 0.35)
        self.snare_pitch, self.snare_ring, self.snare_tone = pick(160, 240), pick(0.04, 0.12), pick(0.1, 0.6)
        self.hat_ring, self.hat_edge = pick(0.012, 0.05), pick(5000, 8000)
        self.bright = pick(2, 7)
        self.attack = pick(0.003, 0.02)

    def kick(self) -> Sound:
        time = np.arange(round(0.45 * RATE)) / RATE
        fall = (self.kick_top - self.kick_low) * self.kick_fall * (1 - np.exp(-time / self.kick_fall))
        body = np.sin(2 * np.pi * (self.kick_low * time + fall)) * np.exp(-time / self.kick_ring)
        click = self.rng.normal(size=time.size) * np.exp(-time / 0.003)
        return body + self.kick_click * click

    def snare(self) -> Sound:
        time = np.arange(round(0.4 * RATE)) / RATE
        rattle = signal.sosfilt(_pass(1200, 9000), self.rng.normal(size=time.size)) * np.exp(-time / self.snare_ring)
        return 0.9 * rattle + self.snare_tone * np.sin(2 * np.pi * self.snare_pitch * time) * np.exp(-time / 0.06)

    def hat(self) -> Sound:
        time = np.arange(round(0.3 * RATE)) / RATE
        return signal.sosfilt(_pass(self.hat_edge, 16000), self.rng.normal(size=time.size)) * np.exp(
            -time / self.hat_ring
        )

    def note(self, pitch: float, seconds: float, ring: float) -> Sound:
        """Return a note; the same one twice is played once."""
        name = (round(pitch, 3), round(seconds, 3), round(ring, 3))
        if name not in self.notes:
            self.notes[name] = self._played(*name)
        return self.notes[name]

    def _played(self, pitch: float, seconds: float, ring: float) -> Sound:
        time = np.arange(round(seconds * RATE)) / RATE
        tone = np.zeros(time.size)
        for number in range(1, 9):
            if pitch * number < 14_000:
                tone += np.sin(2 * np.pi * pitch * number * time + number) / number ** (12 / (2 * self.bright))
        return tone * np.clip(time / self.attack, 0, 1) * np.exp(-time / ring) * np.clip((seconds - time) / 0.02, 0, 1)


def _pass(low: float, high: float) -> NDArray[np.float64]:
    return signal.butter(2, (low, high), "bandpass", fs=RATE, output="sos")


def _put(bus: Sound, sound: Sound, seconds: float, gain: float) -> None:
    first = round(seconds * RATE)
    if first >= 0:
        span = bus[first : first + sound.size]
        span += gain * sound[: span.size]


def make(style: str, seed: int) -> Piece:
    """Play a piece: the same style and seed give the same samples."""
    return play(style, STYLES[style], np.random.default_rng([seed, list(STYLES).index(style)]))


def play(style: str, plan: Plan, rng: np.random.Generator) -> Piece:
    """Play a plan by a generator's chance."""
    beats, clock = _grid(plan, rng)
    count = beats.size // plan.meter
    beats = beats[: count * plan.meter]
    size = round((beats[-1] + 2.0) * RATE)
    band, drums, tones = Band(rng), np.zeros(size), np.zeros(size)
    quiet = _breaks(plan, count, rng)
    hits = _play_drums(plan, band, drums, clock, count, quiet)
    _play_tones(plan, band, tones, clock, count)
    sound = _mix(plan, drums, tones, rng)
    return Piece(style, sound, beats, beats[:: plan.meter], plan.meter, hits)


def _grid(plan: Plan, rng: np.random.Generator) -> tuple[Times, Callable[[float], float]]:
    """Return the beats in seconds and the clock that gives the second of any beat number."""
    tempo = float(np.exp(rng.uniform(*np.log(plan.tempo))))
    count = int(plan.seconds * tempo / 60)
    tempi = np.full(count, tempo)
    if plan.ramp:
        tempi = tempo * np.linspace(1 - plan.ramp / 2, 1 + plan.ramp / 2, count)[:: int(rng.choice((-1, 1)))]
    if plan.stepped:
        tempi[count // 2 :] *= rng.choice((0.85, 0.9, 1.12, 1.2))
    start = plan.lead + rng.uniform(0.05, 0.6)
    beats = start + np.concatenate([[0.0], np.cumsum(60 / tempi)])[:count]
    if plan.human:
        drift = np.convolve(rng.normal(size=count + 8), np.ones(9) / 9, "valid") * 3 * plan.human
        beats = beats + drift + rng.normal(scale=plan.human / 2, size=count)
    numbers = np.arange(count)
    return beats, lambda number: float(np.interp(number, numbers, beats))


def _breaks(plan: Plan, bars: int, rng: np.random.Generator) -> set[int]:
    if not plan.breaks:
        return set()
    first = int(rng.integers(bars // 3, bars // 2))
    return set(range(first, first + max(2, bars // 6)))


def _play_drums(
    plan: Plan, band: Band, bus: Sound, clock: Callable[[float], float], bars: int, quiet: set[int]
) -> dict[str, Times]:
    rng, hits = band.rng, dict[str, list[float]](kick=[], snare=[], hat=[])
    for drum, gain, sound in (("kick", 0.9, band.kick), ("snare", 0.5, band.snare), ("hat", 0.16, band.hat)):
        patterns = getattr(plan, drum)
        pattern = patterns[int(rng.integers(len(patterns)))]
        gain *= rng.uniform(0.6, 1.3)
        for bar in range(bars):
            for step, mark in enumerate(pattern if bar not in quiet else ""):
                if mark == "." or step >= plan.meter * plan.steps:
                    continue
                second = clock(bar * plan.meter + step / plan.steps) + rng.normal(scale=0.001 + plan.human / 3)
                soft = 1.0 if mark == "x" else 0.45
                _put(bus, sound(), second, gain * soft * rng.uniform(0.8, 1.1))
                hits[drum].append(round(second * RATE) / RATE)
    return {drum: np.sort(times) for drum, times in hits.items()}


def _play_tones(plan: Plan, band: Band, bus: Sound, clock: Callable[[float], float], bars: int) -> None:
    rng = band.rng
    key = float(rng.uniform(100, 200))
    roots = rng.choice([0, 3, 5, 7, 8, 10], size=4)
    strum = str(rng.choice(["x...", "x.x.", "x.xx", "..x."])) if plan.meter != 3 else "x..."
    busy = float(rng.uniform(0.15, 0.45))
    for bar in range(bars):
        root = key * 2 ** (roots[bar % 4] / 12)
        start = bar * plan.meter
        length = clock(start + plan.meter) - clock(start)
        for beat in range(plan.meter):
            second = clock(start + beat)
            if plan.bass and (beat % 2 == 0 or rng.random() < 0.4):
                _put(bus, band.note(root / 2, 0.9 * length / plan.meter * 2, 0.4), second, 0.16 * plan.bass)
            for step in range(plan.steps):
                at = clock(start + beat + step / plan.steps) + rng.normal(scale=0.003)
                place = (beat * plan.steps + step) % len(strum)
                if plan.chords and step % max(1, plan.steps // 2) == 0 and strum[place] == "x":
                    for ratio in (1.0, 1.26, 1.5):
                        _put(bus, band.note(2 * root * ratio, 0.6, 0.3), at, 0.035 * plan.chords)
                if plan.tune and rng.random() < busy:
                    pitch = 4 * root * 2 ** (rng.choice([0, 2, 3, 5, 7, 10]) / 12)
                    _put(bus, band.note(pitch, 0.4, 0.25), at, 0.05 * plan.tune)
        if plan.chords:
            for ratio in (1.0, 1.26, 1.5):
                _put(bus, band.note(2 * root * ratio, length, length), clock(start), 0.03 * plan.chords)


def _mix(plan: Plan, drums: Sound, tones: Sound, rng: np.random.Generator) -> Sound:
    time = np.arange(round(0.8 * RATE)) / RATE
    hall = rng.normal(size=time.size) * np.exp(-time / rng.uniform(0.05, 0.2))
    hall /= np.sqrt(np.sum(hall**2))
    dry = drums * rng.uniform(0.7, 1.2) + tones * rng.uniform(0.7, 1.4)
    wet = signal.fftconvolve(dry, hall)[: dry.size]
    mixed = np.tanh(dry + rng.uniform(0.0, 0.15) * wet)
    mixed /= max(np.abs(mixed).max(), 1e-9)
    loud = np.sqrt(np.mean(mixed[round(plan.lead * RATE) :] ** 2))
    noise = rng.normal(size=mixed.size) * loud * 10 ** (plan.noise / 20)
    noise[: round(plan.lead * RATE)] *= 0.02
    return 0.9 * 10 ** (plan.level / 20) * (mixed + noise)


def make_any(seed: int) -> Piece:
    """Play a piece of no named style: tempo, meter, patterns and mix by chance. What is learnt is learnt from these."""
    rng = np.random.default_rng([seed, 9000])
    meter = int(rng.choice([4, 4, 4, 4, 4, 4, 3, 3, 5]))
    tempo = float(np.clip(2 ** rng.normal(np.log2(112), 0.42), 58, 188))
    steps = 3 if rng.random() < 0.15 else 4
    chance = rng.random(6)
    plan = Plan(
        tempo=(tempo, tempo + 0.01),
        meter=meter,
        steps=steps,
        kick=(_kicks(rng, meter, steps, tempo),) if chance[0] < 0.88 else (".",),
        snare=(_snares(rng, meter, steps, half=tempo > 115 and chance[1] < 0.25),) if chance[0] < 0.85 else (".",),
        hat=(_hats(rng, meter, steps, tempo),) if chance[0] < 0.85 and chance[2] < 0.85 else (".",),
        bass=float(rng.uniform(0.3, 1.4)),
        chords=float(rng.uniform(0.2, 1.5)),
        tune=float(rng.uniform(0.0, 1.0)),
        human=float(rng.choice([0.0, 0.004, 0.012])),
        ramp=float(rng.choice([0.0, 0.0, 0.0, 0.1, 0.2])),
        stepped=bool(chance[3] < 0.07),
        breaks=bool(chance[4] < 0.1),
        noise=float(rng.choice([-60.0, -30.0, -16.0])),
        seconds=22.0,
    )
    return play("any", plan, rng)


def _kicks(rng: np.random.Generator, meter: int, steps: int, tempo: float) -> str:
    size = meter * steps
    marks = ["."] * size
    marks[0] = "x"
    if rng.random() < 0.25 and tempo > 95:
        marks[::steps] = ["x"] * meter
    elif meter >= 4:
        marks[2 * steps if rng.random() < 0.6 else 2 * steps + steps // 2] = "x"
    for _ in range(int(rng.integers(0, 3))):
        marks[int(rng.integers(1, size // max(1, steps // 2))) * max(1, steps // 2)] = "x"
    return "".join(marks)


def _snares(rng: np.random.Generator, meter: int, steps: int, *, half: bool) -> str:
    marks = ["."] * (meter * steps)
    for beat in {3: (1, 2), 4: (2,) if half else (1, 3), 5: (2, 4)}[meter]:
        if meter == 4 or rng.random() < 0.75:
            marks[beat * steps] = "x"
    if rng.random() < 0.3:
        marks[int(rng.integers(len(marks)))] = "o"
    return "".join(marks)


def _hats(rng: np.random.Generator, meter: int, steps: int, tempo: float) -> str:
    beat = 60 / tempo
    if steps == 3:
        return str(rng.choice(["x..", "x.x", "xxx"] if beat / 3 > 0.11 else ["x..", "x.x"])) * meter
    kinds = ["x.x.", "x...", "..x."] + (["xoxo", "xxxx"] if beat / 4 > 0.11 else [])
    return str(rng.choice(kinds)) * meter

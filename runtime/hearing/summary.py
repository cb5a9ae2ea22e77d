"""What ``animc listen`` tells of one sound."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...compiler.sounds import Events, Request
from . import onsets
from .ear import Ear, Progress
from .rhythm import Rhythm

DRUMS = {
    "kick": Request("onset", band=onsets.KICK),
    "snare": Request("onset", band=onsets.SNARE, options=(("threshold", 0.42),)),
    "hat": Request("onset", band=onsets.HAT, options=(("threshold", 0.1),)),
}
"""How the drums of ``animc listen`` are asked for."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A sound's name, ``duration`` in seconds, rhythm, and onsets by drum."""

    name: str
    duration: float
    rhythm: Rhythm
    drums: dict[str, Events]

    def to_json(self) -> dict[str, Any]:
        """Return what was heard as plain numbers: ``events`` in seconds, and facts beside them."""
        drums = {name: events.times.tolist() for name, events in self.drums.items()}
        return {
            "file": self.name,
            "duration": self.duration,
            "tempo": self.rhythm.tempo,
            "meter": self.rhythm.meter,
            "confidence": self.rhythm.confidence,
            "events": {"beat": self.rhythm.beats.tolist(), "downbeat": self.rhythm.downbeats.tolist(), **drums},
            "velocity": {
                "beat": self.rhythm.velocity.tolist(),
                **{name: events.velocity.tolist() for name, events in self.drums.items()},
            },
        }

    def summary(self) -> str:
        """Return a few lines for a person."""
        rhythm = self.rhythm
        lines = [f"{self.name}  {_clock(self.duration)}"]
        if rhythm.beats.size:
            lines += [
                f"  tempo      {rhythm.tempo:.2f} beats a minute, {rhythm.meter} beats to the bar",
                f"  beats      {rhythm.beats.size}, the first at {rhythm.beats[0]:.3f} s",
                f"  bars       {rhythm.bars.size}, the first at {rhythm.downbeats[0]:.3f} s",
                f"  confidence {rhythm.confidence:.0%}",
            ]
        else:
            lines.append("  no beat was found: set one with  tempo = 120 offset 0s meter 4")
        for name, events in self.drums.items():
            low, high = DRUMS[name].band or (0, 0)
            lines.append(f"  {name:<10} {events.times.size} onsets, {low:g} to {high:g} Hz")
        return "\n".join(lines)


def listen(path: Path, *, cache: Path | None = None, progress: Progress | None = None) -> Heard:
    """Hear one sound file: its beats, bars and drums. Raises HearingError."""
    ear = Ear(path, cache, progress)
    drums = {name: ear.answer(request) for name, request in DRUMS.items()}
    events = {name: heard for name, heard in drums.items() if isinstance(heard, Events)}
    return Heard(path.name, ear.duration, ear.rhythm, events)


def _clock(seconds: float) -> str:
    minutes, rest = divmod(seconds, 60)
    return f"{int(minutes)}:{rest:04.1f}"

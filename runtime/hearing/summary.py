"""What ``animc listen`` tells of one sound."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ...compiler.sounds import DRUMS, Events, Told
from .ear import Ear, Progress
from .rhythm import Rhythm
from .structure import Structure, structure_of
from .trackers import Follow
from .words import SpokenLine

_WHOLE = Structure(())


@dataclass(frozen=True, slots=True)
class Heard:
    """A sound's name, ``duration`` in seconds, rhythm, onsets by drum, structure, and words if given."""

    name: str
    duration: float
    rhythm: Rhythm
    drums: dict[str, Events]
    structure: Structure = _WHOLE
    words: tuple[SpokenLine, ...] = ()
    complaint: str = ""
    """What is amiss with the file although it can be heard; empty where nothing is."""

    def to_json(self) -> dict[str, Any]:
        """Return what was heard as plain numbers: ``events`` in seconds, and facts beside them."""
        drums = {name: events.times.tolist() for name, events in self.drums.items()}
        return {
            "file": self.name,
            "duration": self.duration,
            "tempo": self.rhythm.tempo,
            "meter": self.rhythm.meter,
            "signature": self.rhythm.signature,
            "confidence": self.rhythm.confidence,
            "sections": [
                {"start": part.start, "end": part.end, "label": part.label, "energy": part.energy, "bar": part.bar}
                for part in self.structure.sections
            ],
            "drops": list(self.structure.drops),
            "builds": [list(span) for span in self.structure.builds],
            "lines": [asdict(line) for line in self.words],
            "events": {"beat": self.rhythm.beats.tolist(), "downbeat": self.rhythm.downbeats.tolist(), **drums},
            "velocity": {
                "beat": self.rhythm.velocity.tolist(),
                **{name: events.velocity.tolist() for name, events in self.drums.items()},
            },
        }

    def beats_file(self) -> str:
        """Return the beats as a file: seconds and the number in the bar, one beat a line."""
        pairs = zip(self.rhythm.beats.tolist(), self.rhythm.numbers.tolist(), strict=True)
        return "".join(f"{time:.4f}\t{number}\n" for time, number in pairs)

    def summary(self) -> str:
        """Return a few lines for a person."""
        rhythm = self.rhythm
        lines = [f"{self.name}  {_clock(self.duration)}"]
        if rhythm.beats.size:
            lines += [
                f"  tempo      {rhythm.tempo:.2f} beats a minute, {rhythm.meter} beats to the bar: {rhythm.signature}",
                f"  beats      {rhythm.beats.size}, the first at {rhythm.beats[0]:.3f} s",
                f"  bars       {rhythm.bars.size}, the first at {rhythm.downbeats[0]:.3f} s",
                f"  confidence {rhythm.confidence:.0%}",
            ]
        else:
            lines.append("  no beat was found: set one with  tempo = 120 offset 0s meter 4")
        for name, events in self.drums.items():
            low, high = DRUMS[name].band or (0, 0)
            lines.append(f"  {name:<10} {events.times.size} onsets, {low:g} to {high:g} Hz")
        return "\n".join([*lines, *self._sections(), *self._lines()])

    def _sections(self) -> list[str]:
        """Return a line for each section, with what happens in it."""
        parts = self.structure.sections
        lines = ["  sections   " + " ".join(part.label for part in parts)] if len(parts) > 1 else []
        for part in parts if len(parts) > 1 else ():
            told = [f"bar {part.bar}" if part.bar else "", f"energy {part.energy:.0%}"]
            told += ["begins with a drop"] if part.start in self.structure.drops else []
            told += [f"a build from {_clock(start)}" for start, end in self.structure.builds if end == part.end]
            span = f"{_clock(part.start)} to {_clock(part.end)}"
            lines.append(f"    {part.label}  {span:<17}  " + ", ".join(filter(None, told)))
        return lines

    def _lines(self) -> list[str]:
        """Return a line for each line of the words."""
        return ["  words"] * bool(self.words) + [
            f"    {_clock(line.start)} to {_clock(line.end)}  {line.confidence:4.0%}  {line.text}"
            for line in self.words
        ]


def listen(
    path: Path,
    *,
    cache: Path | None = None,
    progress: Progress | None = None,
    told: Told | None = None,
    follow: Follow | None = None,
) -> Heard:
    """Hear one sound file: its beats, bars (``told``: what is known of them), drums and sections.

    ``follow``: what finds the beats in animc's place. Raises HearingError.
    """
    ear = Ear(path, cache, progress)
    drums = {name: ear.answer(request) for name, request in DRUMS.items()}
    events = {name: heard for name, heard in drums.items() if isinstance(heard, Events)}
    if follow is not None:
        rhythm = follow(ear.wave)
        sections = structure_of(ear.wave, rhythm)
        return Heard(path.name, ear.duration, rhythm, events, sections, complaint=ear.complaint)
    return Heard(path.name, ear.duration, ear.rhythm(told), events, ear.structure(told), complaint=ear.complaint)


def _clock(seconds: float) -> str:
    minutes, rest = divmod(seconds, 60)
    return f"{int(minutes)}:{rest:04.1f}"

"""What was heard in the audio, as the compiler takes it: events and signals in seconds, not how they were found."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

MAIN = "main"
"""The name of the main audio track as a source; ``harmonic`` and ``percussive`` are parts of it, others are stems."""


@dataclass(frozen=True, slots=True)
class Request:
    """One thing that a script wants to hear.

    ``kind``: ``beat``, ``downbeat``, ``onset`` (events) or ``rms``, ``loudness``, ``flux``, ``centroid``, ``pitch``,
    ``chroma`` (signals). ``source``: ``main``, ``harmonic``, ``percussive`` or a stem's name. ``band``: hertz, or None
    for all. ``options``: sorted (name, value) pairs, such as ``("threshold", 0.3)`` or ``("note", "A")``.
    """

    kind: str
    source: str = MAIN
    band: tuple[float, float] | None = None
    options: tuple[tuple[str, float | str], ...] = ()


BEAT, DOWNBEAT = Request("beat"), Request("downbeat")
KICK, SNARE, HAT = (20.0, 120.0), (1800.0, 6000.0), (6000.0, 12000.0)
"""Where drums are heard, in hertz."""

DRUMS = {
    "kick": Request("onset", band=KICK),
    "snare": Request("onset", band=SNARE, options=(("threshold", 0.42),)),
    "hat": Request("onset", band=HAT, options=(("threshold", 0.1),)),
}
"""The drums that are events by name, and how they are asked for."""


@dataclass(frozen=True, slots=True)
class Events:
    """Moments: ``times`` float64 seconds ascending, ``velocity`` float32 in 0..1, and for words their ``texts``."""

    times: NDArray[np.float64]
    velocity: NDArray[np.float32]
    texts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Signal:
    """A feature over time: ``values`` float32 at ``rate`` values a second, the first centred at 0 s.

    ``spiky`` features keep their peaks when brought to frames (the maximum over a frame's span); others are averaged.
    """

    values: NDArray[np.float32]
    rate: float
    spiky: bool = True


@dataclass(frozen=True, slots=True)
class Told:
    """What is known of the beats before they are heard: about how many a minute, and how many to a bar, if at all."""

    tempo: float
    meter: int | None = None


@dataclass(frozen=True, slots=True)
class Needs:
    """What a checked script asks of the world: its audio files as written (source → path) and what to hear in them.

    ``told``: what the script says of the beats that it asks for.
    """

    audio: Mapping[str, str] = field(default_factory=dict[str, str])
    requests: tuple[Request, ...] = ()
    told: Told | None = None


@dataclass(frozen=True, slots=True)
class Sounds:
    """The answer to ``Needs``: ``duration`` of the main track in seconds, and what was heard for each request."""

    duration: float
    heard: Mapping[Request, Events | Signal] = field(default_factory=dict[Request, "Events | Signal"])
    path: str | None = None


Hear = Callable[[Needs], Sounds | None]
"""Handed to the compiler by the runtime; None where the film has no audio."""

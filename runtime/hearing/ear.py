"""One sound file that is listened to: decoded at most once, and only what was never heard before is worked out."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cached_property
from pathlib import Path

import numpy as np

from ...compiler.sounds import MAIN, Events, Request, Signal, Told
from ..errors import HearingError
from . import cache, onsets, signals
from .decode import Wave, decode
from .rhythm import Rhythm, from_arrays, rhythm_of, to_arrays
from .structure import Structure, structure_of
from .structure import from_arrays as structure_from
from .structure import to_arrays as structure_to

Progress = Callable[[str], None]

PARTS = ("harmonic", "percussive")
"""Sources that are parts of the main track."""

_STALE = (KeyError, ValueError, IndexError, TypeError)


class Ear:
    """Listens to one file, keeping results in a cache folder. Every method raises HearingError alone."""

    def __init__(self, path: Path, folder: Path | None = None, progress: Progress | None = None) -> None:
        self.path = path
        self._folder = cache.cache_folder(folder)
        self._progress = progress or (lambda _: None)
        self._rhythms: dict[Told | None, Rhythm] = {}

    @cached_property
    def digest(self) -> str:
        """The file's content as a short text."""
        try:
            return cache.digest_of(self.path)
        except OSError:
            self.__dict__["wave"] = decode(self.path)
            return os.urandom(20).hex()

    @cached_property
    def wave(self) -> Wave:
        """The whole sound."""
        self._progress(f"reading {self.path.name}")
        return decode(self.path)

    @cached_property
    def _parts(self) -> dict[str, Wave]:
        from .separate import separate

        self._progress("separating harmonic and percussive sound")
        return dict(zip(PARTS, separate(self.wave), strict=True))

    @cached_property
    def _length(self) -> tuple[float, float]:
        key = cache.key_of(self.digest, "duration")
        kept = cache.load(self._folder, key)
        try:
            if kept is not None:
                return float(kept["seconds"]), float(kept["promised"])
        except _STALE:
            pass
        wave = self.wave
        cache.store(self._folder, key, {"seconds": np.array(wave.duration), "promised": np.array(wave.promised)})
        return wave.duration, wave.promised

    @property
    def duration(self) -> float:
        """Length of the sound in seconds."""
        return self._length[0]

    @property
    def complaint(self) -> str:
        """What is amiss with the file although it can be heard, in one clause; empty where nothing is."""
        held, promised = self._length
        if not promised:
            return ""
        if np.isfinite(promised):
            return f"{self.path.name} breaks off: {held:.1f} s of its {promised:.1f} s are there"
        return f"{self.path.name} breaks off after {held:.1f} s: its end is missing"

    def rhythm(self, told: Told | None = None) -> Rhythm:
        """Beats and bars, those that are told of."""
        if told not in self._rhythms:
            self._rhythms[told] = self._rhythm(told)
        return self._rhythms[told]

    def _rhythm(self, told: Told | None) -> Rhythm:
        key = cache.key_of(self.digest, f"rhythm {told}" if told else "rhythm")
        kept = cache.load(self._folder, key)
        try:
            if kept is not None:
                return from_arrays(kept)
        except _STALE:
            pass
        wave = self.wave
        self._progress("finding beats and bars")
        rhythm = rhythm_of(wave, told)
        cache.store(self._folder, key, to_arrays(rhythm))
        return rhythm

    def structure(self, told: Told | None = None) -> Structure:
        """Sections, builds and drops, along the beats that are told of."""
        key = cache.key_of(self.digest, f"structure {told}" if told else "structure")
        kept = cache.load(self._folder, key)
        try:
            if kept is not None:
                return structure_from(kept)
        except _STALE:
            pass
        wave, rhythm = self.wave, self.rhythm(told)
        self._progress("finding sections")
        structure = structure_of(wave, rhythm)
        cache.store(self._folder, key, structure_to(structure))
        return structure

    def answer(self, request: Request, told: Told | None = None) -> Events | Signal:
        """Hear what is asked; its source is this file, or the harmonic or percussive part of it.

        ``told``: what is known of its beats.
        """
        if request.kind in ("beat", "downbeat") and request.source not in PARTS:
            return self._beat_events(request.kind, told)
        part = request.source if request.source in PARTS else MAIN
        what = repr((request.kind, part, request.band, request.options))
        key = cache.key_of(self.digest, what)
        kept = cache.load(self._folder, key)
        try:
            if kept is not None:
                return _unpacked(kept)
        except _STALE:
            pass
        wave = self.wave if part == MAIN else self._parts[part]
        self._progress(f"hearing {request.kind}" + (f" of {request.source}" if request.source != MAIN else ""))
        heard = _hear(wave, request)
        cache.store(self._folder, key, _packed(heard))
        return heard

    def _beat_events(self, kind: str, told: Told | None) -> Events:
        rhythm = self.rhythm(told)
        if kind == "beat":
            return Events(rhythm.beats, rhythm.velocity)
        return Events(rhythm.downbeats, rhythm.velocity[rhythm.bars])


def _hear(wave: Wave, request: Request) -> Events | Signal:
    options = dict(request.options)
    match request.kind:
        case "beat" | "downbeat":
            rhythm = rhythm_of(wave)
            keep = rhythm.bars if request.kind == "downbeat" else slice(None)
            return Events(rhythm.beats[keep], rhythm.velocity[keep])
        case "onset":
            threshold = options.get("threshold")
            least = None if threshold is None else float(threshold)
            return Events(*onsets.find_onsets(wave, _band(wave, request), least))
        case "rms" | "loudness" | "flux" | "centroid" | "pitch":
            return getattr(signals, request.kind)(wave, _band(wave, request))
        case "chroma":
            return signals.chroma(wave, str(options.get("note", "A")))
        case other:
            raise HearingError(f"nothing here can hear {other!r}", "ask for rms, loudness, flux, onset or beat")


def _band(wave: Wave, request: Request) -> tuple[float, float] | None:
    """Return the band, in order and held inside what the sound can have. Raises HearingError where nothing is left."""
    if request.band is None:
        return None
    low, high = sorted(request.band)
    low, high = max(low, 0.0), min(high, wave.rate / 2)
    if high - low < 1.0:
        raise HearingError(
            f"there is no sound to hear between {request.band[0]:g} and {request.band[1]:g} Hz",
            f"choose a band between 20 Hz and {wave.rate / 2000:g} kHz",
        )
    return low, high


def _packed(heard: Events | Signal) -> cache.Arrays:
    if isinstance(heard, Events):
        return {"times": heard.times, "velocity": heard.velocity}
    return {"values": heard.values, "rate": np.array([heard.rate, float(heard.spiky)])}


def _unpacked(arrays: cache.Arrays) -> Events | Signal:
    if "times" in arrays:
        times, velocity = arrays["times"].astype(np.float64), arrays["velocity"].astype(np.float32)
        if times.ndim != 1 or times.shape != velocity.shape:
            raise ValueError("not events")
        return Events(times, velocity)
    rate, spiky = arrays["rate"].tolist()
    return Signal(arrays["values"].astype(np.float32), rate, spiky=bool(spiky))

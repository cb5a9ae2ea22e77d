"""Evaluating the program: one pass over its steps, whole arrays at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from ..program import Rank, Step, needed
from ..sounds import Request, Signal, Sounds
from ..typed import Stream
from . import shapers
from .arithmetic import ELEMENTWISE, Array
from .eases import eased
from .keyframes import blended
from .moments import CHANCE, Moments, Result, of_event
from .timeline import Timeline


@dataclass(slots=True)
class Film:
    """What steps are evaluated against. ``frames`` is known once the length is; ``marks`` finds a stream's frames.

    ``rung`` counts the moments of triggers that were evaluated, so that they can be bounded.
    """

    timeline: Timeline
    sounds: Sounds | None
    seed: float = 0.0
    frames: int = 0
    flat: bool = False
    height: int = 512
    marks: Callable[[Stream], NDArray[np.int64]] | None = None
    signals: dict[Request, Array] = field(default_factory=dict[Request, Array])
    rung: int = 0


MAX_LIVE = 48_000_000
"""Numbers that may be kept at a time, eight bytes each."""


class TooMuchAtOnce(Exception):  # noqa: N818 - told as a diagnostic by whoever evaluates
    """The results that are still wanted would take too much memory."""


class Evaluator:
    """Results of steps that do not belong to an event, computed once and kept for as long as they are wanted."""

    def __init__(self, steps: Sequence[Step], film: Film) -> None:
        self.steps = steps
        self.film = film
        self.results: dict[int, Result] = {}
        self._left: dict[int, int] = {}
        self._live = 0

    def plan(self, roots: Sequence[int]) -> None:
        """Prepare for ``roots``, each to be released once: what nobody wants any more is then let go."""
        counts: Counter[int] = Counter(roots)
        for number in needed(self.steps, roots):
            step = self.steps[number]
            for arg in step.args:
                counts[arg] += 1 if step.rank != Rank.EVENT else len(self.steps)
        self._left = dict(counts)

    def once(self, step: int) -> float:
        """Return a step that has one value."""
        self.run([step])
        return float(self.results[step])

    def frames(self, step: int) -> Array:
        """Return a step's value at each frame."""
        self.run([step])
        return np.broadcast_to(np.asarray(self.results[step], dtype=np.float64), (self.film.frames,))

    def release(self, step: int) -> None:
        """Let a step's result go, unless others still want it."""
        left = self._left.get(step, 0) - 1
        if left > 0:
            self._left[step] = left
        elif left == 0 and np.ndim(self.results.get(step, 0.0)):
            self._live -= len(self.results.pop(step))

    def run(self, roots: Iterable[int]) -> None:
        """Compute the steps that ``roots`` need and that do not belong to an event. Raises TooMuchAtOnce."""
        wanted = [root for root in roots if root not in self.results]
        if not wanted:
            return
        with np.errstate(all="ignore"):
            for number in needed(self.steps, wanted, self.results):
                step = self.steps[number]
                if step.rank == Rank.EVENT:
                    continue
                result = self.results[number] = _compute(step, [self.results[arg] for arg in step.args], self.film)
                if np.ndim(result):
                    self._live += len(result)
                    for arg in step.args:
                        self.release(arg)
                    if self._live > MAX_LIVE:
                        raise TooMuchAtOnce

    def at(self, root: int, moments: Moments) -> Array:
        """Return a step's value at each of a trigger's moments."""
        own, leaves = self._of_events(root)
        self.run(leaves)
        local: dict[int, Result] = {}

        def value(number: int) -> Result:
            if number in local:
                return local[number]
            result = self.results[number]
            return result[moments.frame] if np.ndim(result) else result

        with np.errstate(all="ignore"):
            for number in own:
                step = self.steps[number]
                local[number] = of_event(step, [value(arg) for arg in step.args], moments)
            return np.broadcast_to(np.asarray(value(root), dtype=np.float64), moments.frame.shape)

    def _of_events(self, root: int) -> tuple[list[int], list[int]]:
        """Return the steps of a trigger's value that belong to its events, in order, and what they begin from."""
        own: set[int] = set()
        leaves: set[int] = set()
        todo = [root]
        while todo:
            number = todo.pop()
            if self.steps[number].rank != Rank.EVENT:
                leaves.add(number)
            elif number not in own:
                own.add(number)
                todo.extend(self.steps[number].args)
        return sorted(own), sorted(leaves)

    def blame(self, root: int, frame: int) -> Step:
        """Return the step where a value that is NaN or infinite at ``frame`` first came to be."""
        again = Evaluator(self.steps, self.film)
        try:
            again.run([number for number in needed(self.steps, [root]) if self.steps[number].rank != Rank.EVENT])
        except TooMuchAtOnce:
            return self.steps[root]
        for number in sorted(again.results):
            result = again.results[number]
            if not np.isfinite(result[frame] if np.ndim(result) else result):
                return self.steps[number]
        return self.steps[root]


def _compute(step: Step, args: list[Result], film: Film) -> Result:
    simple = ELEMENTWISE.get(step.op)
    if simple is not None:
        return simple(*args)
    return _OPS[step.op](step, args, film)


# steps with one value, or one a frame


def _t(step: Step, args: list[Result], film: Film) -> Result:
    return np.arange(film.frames, dtype=np.float64)


def _clock(step: Step, args: list[Result], film: Film) -> Result:
    grid = film.timeline.beats if step.op.endswith("beat") else film.timeline.bars
    t = np.arange(film.frames, dtype=np.float64) / film.timeline.rate
    if step.op.startswith("rate"):
        half = 0.5 / film.timeline.rate
        return grid.read(t + half) - grid.read(t - half)
    return grid.read(t)


def _mark(step: Step, args: list[Result], film: Film) -> Result:
    """``at_beat(n)``, ``at_bar(n)``, ``after_beats(position, n)``, ``after_bars(position, n)``: a frame."""
    timeline = film.timeline
    grid = timeline.beats if step.op in ("at_beat", "after_beats") else timeline.bars
    if step.op.startswith("at_"):
        return np.float64(grid.time(args[0]) * timeline.rate)
    reading = grid.read(args[0] / timeline.rate) + args[1]
    return np.float64(grid.time(reading) * timeline.rate)


def _keys(step: Step, args: list[Result], film: Film) -> Result:
    eases, _ = cast("tuple[Any, Any]", step.data)
    at = np.array([float(position) for position in args[::2]])
    values = args[1::2]
    order = np.argsort(at, kind="stable")
    keep = order[np.append(np.diff(at[order]) > 0.0, True)]
    return blended(at[keep], [values[k] for k in keep], [eases[k] for k in keep], film.frames)


def _sound(step: Step, args: list[Result], film: Film) -> Result:
    request = cast(Request, step.data)
    known = film.signals.get(request)
    if known is None:
        heard = film.sounds.heard.get(request) if film.sounds else None
        signal = heard if isinstance(heard, Signal) else None
        rate = film.timeline.rate
        known = shapers.at_frames(signal, rate, film.frames) if signal else np.zeros(film.frames)
        film.signals[request] = known
    return known


def _shaped(step: Step, args: list[Result], film: Film) -> Result:
    signal = np.broadcast_to(np.asarray(args[0], dtype=np.float64), (film.frames,))
    if step.op == "hold":
        assert film.marks is not None  # noqa: S101
        return shapers.hold(signal, film.marks(cast(Stream, step.data)))
    return _SHAPERS[step.op](signal, *(float(arg) for arg in args[1:]))


_SHAPERS: dict[str, Callable[..., Array]] = {
    "smooth": shapers.smooth, "follow": shapers.follow, "range": shapers.rescale, "normalize": shapers.normalize,
    "gate": shapers.gate, "delay": shapers.delay, "accumulate": np.cumsum, "delta": shapers.delta, "slew": shapers.slew,
}  # fmt: skip

_OPS: dict[str, Callable[[Step, list[Result], Film], Result]] = {
    "const": lambda step, args, film: np.float64(cast(float, step.data)),
    "t": _t,
    "flat": lambda step, args, film: np.float64(film.flat),
    "height": lambda step, args, film: np.float64(film.height),
    "fps": lambda step, args, film: np.float64(film.timeline.rate),
    "seed": lambda step, args, film: np.float64(film.seed),
    "film_end": lambda step, args, film: np.float64(film.frames),
    "beat_frames": lambda step, args, film: np.float64(film.timeline.beats.spacing * film.timeline.rate),
    "bar_frames": lambda step, args, film: np.float64(film.timeline.bars.spacing * film.timeline.rate),
    **dict.fromkeys(("beat", "bar", "rate_beat", "rate_bar"), _clock),
    **dict.fromkeys(("at_beat", "at_bar", "after_beats", "after_bars"), _mark),
    "keys": _keys, "sound": _sound,
    **dict.fromkeys(CHANCE, lambda step, args, film: CHANCE[step.op](step, args)),
    "eased": lambda step, args, film: eased(np.asarray(args[0], dtype=np.float64), *cast(Any, step.data)),
    "hold": _shaped, **dict.fromkeys(_SHAPERS, _shaped),
}  # fmt: skip

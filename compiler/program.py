"""The program: every computation of a script as one flat list, each step after those that it needs.

Equal steps are one step (hash consing), so that repeated and nested definitions cost no more than they say; and whoever
walks the list needs no recursion.
"""

from __future__ import annotations

from collections.abc import Container, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np

from .evaluation.arithmetic import ELEMENTWISE
from .source import Place


class Rank(IntEnum):
    """What a step has a value for: once, for each frame, or for each frame after each event of a trigger."""

    ONCE = 0
    FRAME = 1
    EVENT = 2


@dataclass(frozen=True, slots=True)
class Step:
    """One computation: ``op`` on the results of the steps ``args``, with fixed ``data`` (a constant, a request …).

    ``late``: it depends on the film's length.
    """

    op: str
    args: tuple[int, ...]
    data: Hashable
    rank: Rank
    late: bool
    place: Place


_RANKS = {
    **dict.fromkeys(("t", "beat", "bar", "sound", "noise", "random", "keys", "rate_beat", "rate_bar"), Rank.FRAME),
    **dict.fromkeys(("smooth", "follow", "range", "normalize", "gate"), Rank.FRAME),
    **dict.fromkeys(("delay", "accumulate", "delta", "slew", "hold"), Rank.FRAME),
    **dict.fromkeys(("velocity", "index", "since", "decay", "env", "adsr", "hit", "choose_by"), Rank.EVENT),
}  # fmt: skip
_LATE = {"film_end"}
MAX_STEPS = 200_000


class TooLong(Exception):  # noqa: N818 - told as a diagnostic by whoever grows the program
    """The program has grown past MAX_STEPS."""


@dataclass(slots=True)
class Program:
    """Steps as they are added; arguments always come before the steps that use them."""

    steps: list[Step] = field(default_factory=list[Step])
    _known: dict[tuple[str, tuple[int, ...], Hashable], int] = field(
        default_factory=dict[tuple[str, tuple[int, ...], Hashable], int]
    )

    def add(self, place: Place, op: str, *args: int, data: Hashable = None) -> int:
        """Return the number of the step ``op(*args)``, new or the equal one that is there. Raises TooLong."""
        key = (op, args, data)
        known = self._known.get(key)
        if known is not None:
            return known
        steps = [self.steps[arg] for arg in args]
        if steps and op in ELEMENTWISE and all(step.op == "const" for step in steps):
            value = _folded(op, steps)
            if value is not None:
                self._known[key] = folded = self.const(place, value)
                return folded
        if len(self.steps) >= MAX_STEPS:
            raise TooLong
        rank = max([_RANKS.get(op, Rank.ONCE), *(step.rank for step in steps)])
        late = op in _LATE or any(step.late for step in steps)
        self.steps.append(Step(op, args, data, Rank(rank), late, place))
        self._known[key] = len(self.steps) - 1
        return len(self.steps) - 1

    def const(self, place: Place, value: float) -> int:
        """Return the step of a constant."""
        return self.add(place, "const", data=float(value))

    def constant(self, step: int) -> float | None:
        """Return a step's value where it is a constant, else None."""
        found = self.steps[step]
        return float(found.data) if found.op == "const" else None  # type: ignore[arg-type]

    def needed(self, roots: Iterable[int]) -> list[int]:
        """Return all steps that ``roots`` need, themselves included, in an order that can be computed."""
        return needed(self.steps, roots)


def needed(steps: Sequence[Step], roots: Iterable[int], known: Container[int] = ()) -> list[int]:
    """Return all steps that ``roots`` need and that are not ``known``, in an order that can be computed."""
    seen: set[int] = set()
    todo = list(roots)
    while todo:
        step = todo.pop()
        if step not in seen and step not in known:
            seen.add(step)
            todo.extend(steps[step].args)
    return sorted(seen)


def _folded(op: str, steps: list[Step]) -> float | None:
    with np.errstate(all="ignore"):
        value = float(ELEMENTWISE[op](*(np.float64(step.data) for step in steps)))  # type: ignore[arg-type]
    return value if np.isfinite(value) else None

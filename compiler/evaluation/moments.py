"""Steps of a trigger: what they are at the moments of its events, kernels among them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from ..program import Step
from . import chance
from .arithmetic import ELEMENTWISE, Array
from .eases import eased

Result = Any
"""A float64 scalar, or an array with a value for each frame or for each moment of a trigger."""


@dataclass(frozen=True, slots=True)
class Moments:
    """The moments at which a trigger's expression is wanted: six arrays of one length.

    ``frame``: of the film; ``since``: frames since the event; ``felt``: the same as the beats count it, in frames at
    the mean tempo; ``event``: which event, from 0; ``index`` and ``velocity``: of that event.
    """

    frame: NDArray[np.int64]
    since: Array
    felt: Array
    event: NDArray[np.int64]
    index: Array
    velocity: Array


def of_event(step: Step, args: list[Result], moments: Moments) -> Result:
    """Return a step's value at each moment, given those of the steps ``args``."""
    simple = ELEMENTWISE.get(step.op)
    if simple is not None:
        return simple(*args)
    return _OPS[step.op](step, args, moments)


def _noise(step: Step, args: list[Result]) -> Result:
    phase, seed, base = args
    return chance.smooth_noise(chance.salt("noise", step.data, float(seed), float(base)), phase)


def _random(step: Step, args: list[Result]) -> Result:
    phase, seed, base = args
    return chance.held(chance.salt("random", step.data, float(seed), float(base)), phase)


CHANCE: dict[str, Callable[[Step, list[Result]], Result]] = {"noise": _noise, "random": _random}
"""Steps of chance; they are the same of a film and of an event."""


def _since(step: Step, moments: Moments) -> Array:
    return moments.felt if step.data == "beats" else moments.since


def _decay(step: Step, args: list[Result], moments: Moments) -> Result:
    """Exponential, shifted so that it is 1 at the event and 0 after its length."""
    x = _since(step, moments) / max(float(args[0]), 1e-9)
    floor = np.exp(-3.0)
    return np.where(x < 1.0, (np.exp(-3.0 * np.minimum(x, 1.0)) - floor) / (1.0 - floor), 0.0)


def _env(step: Step, args: list[Result], moments: Moments) -> Result:
    attack, fall = (max(float(arg), 0.0) for arg in args)
    return _line(_since(step, moments), [(0.0, 0.0 if attack else 1.0), (attack, 1.0), (attack + fall, 0.0)])


def _adsr(step: Step, args: list[Result], moments: Moments) -> Result:
    attack, fall, level, release = (float(arg) for arg in args)
    corners = [(0.0, 0.0 if attack > 0 else 1.0), (attack, 1.0), (attack + fall, level), (attack + fall + release, 0.0)]
    return _line(_since(step, moments), corners)


def _line(since: Array, corners: list[tuple[float, float]]) -> Array:
    at, values = zip(*corners, strict=True)
    return np.where(since < at[-1], np.interp(since, at, values), 0.0)


def _hit(step: Step, args: list[Result], moments: Moments) -> Result:
    return np.where(_since(step, moments) < float(args[0]), 1.0, 0.0)


def _turn_by(step: Step, args: list[Result], moments: Moments) -> Result:
    return _chosen(np.mod(np.asarray(args[0]), len(args) - 1).astype(np.int64), args[1:])


def _choose_by(step: Step, args: list[Result], moments: Moments) -> Result:
    salted = chance.salt("choose", step.data, float(args[0]))
    share = chance.uniform(salted, moments.index.astype(np.int64))
    return _chosen((share * (len(args) - 1)).astype(np.int64), args[1:])


def _chosen(which: NDArray[np.int64], values: list[Result]) -> Array:
    table = np.stack([np.broadcast_to(np.asarray(value, dtype=np.float64), which.shape) for value in values])
    return np.take_along_axis(table, which[np.newaxis], axis=0)[0]


_OPS: dict[str, Callable[[Step, list[Result], Moments], Result]] = {
    "velocity": lambda step, args, moments: moments.velocity,
    "index": lambda step, args, moments: moments.index,
    "decay": _decay, "env": _env, "adsr": _adsr, "hit": _hit, "turn_by": _turn_by, "choose_by": _choose_by,
    "eased": lambda step, args, moments: eased(np.asarray(args[0], dtype=np.float64), *cast(Any, step.data)),
    **dict.fromkeys(CHANCE, lambda step, args, moments: CHANCE[step.op](step, args)),
}  # fmt: skip

"""What the parts of lowering share, and how a value that has gone wrong is told."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..diagnostics import Findings
from ..evaluation.arithmetic import Array
from ..evaluation.evaluate import Evaluator, Film
from ..program import Rank, needed
from ..sounds import Sounds
from ..source import Place
from ..typed import Trigger, Typed


@dataclass(slots=True)
class Lowering:
    """A checked script, what was heard for it, and the film that it becomes.

    ``adrift``: its frame rate, tempo or length is wrong, so that nothing can be said of its frames.
    """

    typed: Typed
    sounds: Sounds | None
    findings: Findings
    film: Film
    evaluator: Evaluator
    adrift: bool = False


_ZERO = "keep what it is divided by from 0: x/max(y, 0.001), or x/y if y != 0 else 0"
_LARGE = ("this number is too large", "numbers go up to 1.8e308", "keep its parts smaller: clamp(…, low, high)")
_LOG = ("this logarithm has no value", "only numbers above 0 have one", "keep it above 0: log(max(…, 0.001))")
_ANGLE = ("this angle has no value", "asin and acos take numbers from -1 to 1", "hold it there: clamp(…, -1, 1)")
_FAULTS = {
    "/": ("this divides by zero", "a number divided by 0 has no value", _ZERO),
    "%": ("this divides by zero", "what is left of a division by 0 has no value", _ZERO),
    "mod": ("this divides by zero", "what is left of a division by 0 has no value", _ZERO),
    "**": ("this power has no value", "it is too large, or a fractional power of a negative number",
           "raise a number from 0 up, or a smaller one: abs(…)**0.5, clamp(…, 0, 100)**3"),
    "log": _LOG, "log10": _LOG,
    "sqrt": ("this root has no value", "only numbers from 0 have one", "keep it from 0 up: sqrt(max(…, 0))"),
    "asin": _ANGLE, "acos": _ANGLE,
    "exp": ("this number is too large", "exp grows beyond all bounds above 709", "hold it: exp(min(…, 50))"),
    "*": _LARGE, "+": _LARGE, "-": _LARGE,
}  # fmt: skip
_NO_VALUE = ("this has no value", "it is NaN or too large", "")


def finite(lowering: Lowering, values: Array, step: int, place: Place | None, first: int = 0) -> bool:
    """Tell where a value has gone wrong, if it has: the operation and the first frame."""
    bad = ~np.isfinite(values)
    if not bad.any():
        return True
    if unheard(lowering, step):
        return False
    frame = first + int(np.argmax(bad))
    guilty = lowering.evaluator.blame(step, frame)
    fault, why, repair = _FAULTS.get(guilty.op, _NO_VALUE) if guilty.rank != Rank.EVENT else _NO_VALUE
    lowering.findings.add("E0402", guilty.place or place, fault=fault, frame=frame, why=why, repair=repair)
    return False


def unheard(lowering: Lowering, root: int) -> bool:
    """Whether a value hangs on a sound that is there, but has not been listened to, as in a check."""
    if lowering.sounds is None:
        return False
    steps, heard = lowering.typed.steps, lowering.sounds.heard
    return any(steps[number].op == "sound" and steps[number].data not in heard for number in needed(steps, [root]))


def too_many(lowering: Lowering, trigger: Trigger) -> None:
    """Tell that a trigger has more events than can be counted."""
    lowering.findings.add(
        "E0406",
        trigger.place,
        what="its events are too many to count",
        how="make its events rarer, such as every(1s), or its kernel shorter",
    )

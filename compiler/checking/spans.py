"""Lengths of time and where they lead, as steps of the program."""

from __future__ import annotations

from ..source import Place
from ..typed import FILM
from .scope import Check, Parts, Scope


def section_start(cx: Check, scope: Scope, place: Place) -> int:
    """Return the step of the frame that positions count from here."""
    return cx.program.const(place, 0.0) if scope.section == FILM else cx.sections[scope.section].start


def section_stop(cx: Check, scope: Scope, place: Place) -> int:
    """Return the step of the frame just after the section, or after the film."""
    return cx.program.add(place, "film_end") if scope.section == FILM else cx.sections[scope.section].stop


def duration_step(cx: Check, parts: Parts, place: Place) -> int:
    """Return the step of a duration's length in frames; beats and bars at the mean tempo."""
    add = cx.program.add
    total: int | None = None
    for unit, amount in parts:
        scale = {"s": "fps", "b": "beat_frames", "bar": "bar_frames"}.get(unit)
        frames = amount if scale is None else add(place, "*", amount, add(place, scale))
        total = frames if total is None else add(place, "+", total, frames)
    return total if total is not None else cx.program.const(place, 0.0)


def scaled(cx: Check, parts: Parts, factor: int, place: Place, op: str = "*") -> Parts:
    """Return a duration's parts, each multiplied (or divided) by ``factor``."""
    return tuple((unit, cx.program.add(place, op, amount, factor)) for unit, amount in parts)


def after(cx: Check, base: int | None, parts: Parts, place: Place) -> int:
    """Return the step of the frame that lies a duration after the frame ``base``.

    Beats and bars are counted on their clocks, so that a varying tempo is followed. ``base`` None is the film's start,
    where a duration in beats is what the clock reads.
    """
    add = cx.program.add
    at = base
    for unit, name in (("bar", "bar"), ("b", "beat")):
        for amount in (amount for part, amount in parts if part == unit):
            at = add(place, f"at_{name}", amount) if at is None else add(place, f"after_{name}s", at, amount)
    rest = tuple((unit, amount) for unit, amount in parts if unit in ("s", "f"))
    if at is None:
        return duration_step(cx, rest, place)
    return add(place, "+", at, duration_step(cx, rest, place)) if rest else at


def turns(cx: Check, parts: Parts, place: Place) -> int:
    """Return the step of how many periods have passed: on the beat clock for a period in beats, else by frames."""
    add = cx.program.add
    units = {unit for unit, _ in parts}
    if len(parts) == 1 and units <= {"b", "bar"}:
        return add(place, "/", add(place, "beat" if units == {"b"} else "bar"), parts[0][1])
    return add(place, "/", add(place, "t"), duration_step(cx, parts, place))

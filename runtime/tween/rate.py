"""A film of one frame rate becomes one of another: exactly so many frames, each at its time, never across a cut."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction

from ..picture import Bytes
from .between import Tween, is_cut

NEAR = Fraction(1, 1000)
"""A frame nearer than this to one that is there is that one."""


def frames_at(count: int, fps: Fraction, wanted: Fraction) -> int:
    """Return how many frames of rate ``wanted`` last as long as ``count`` of ``fps``."""
    return max(math.ceil(Fraction(count) / fps * wanted - Fraction(1, 2)), 1)


def at_rate(
    frames: Iterable[Bytes],
    count: int,
    fps: Fraction,
    wanted: Fraction,
    tween: Tween,
    *,
    loop: bool = False,
    cut: Callable[[Bytes, Bytes], bool] = is_cut,
) -> Iterator[Bytes]:
    """Yield the frames of a film (``count`` of them at ``fps``, H×W×3 bytes) as they are at ``wanted`` a second.

    Frame ``n`` stands at ``n / wanted`` seconds. After the last frame it is held, or with ``loop`` goes over into the
    first. Between frames of two shots the nearer one is shown. Holds three frames at a time.
    """
    step = fps / wanted
    places = iter([step * number for number in range(frames_at(count, fps, wanted))])
    place = next(places, None)
    first: Bytes | None = None
    before: Bytes | None = None
    for number, frame in enumerate(_closed(frames, loop)):
        first = frame if first is None else first
        due: list[Fraction] = []
        while place is not None and place <= number:
            due.append(place)
            place = next(places, None)
        yield from _made(before, frame, number, due, tween, cut)
        before = frame
    while place is not None and before is not None:
        yield before
        place = next(places, None)


def _closed(frames: Iterable[Bytes], loop: bool) -> Iterator[Bytes]:
    first: Bytes | None = None
    for frame in frames:
        first = frame if first is None else first
        yield frame
    if loop and first is not None:
        yield first


def _made(
    before: Bytes | None,
    frame: Bytes,
    number: int,
    due: list[Fraction],
    tween: Tween,
    cut: Callable[[Bytes, Bytes], bool],
) -> Iterator[Bytes]:
    """Yield the frames that stand at ``due``, after frame ``number - 1`` and up to frame ``number``."""
    times = [place - (number - 1) for place in due]
    inner = [float(time) for time in times if NEAR < time < 1 - NEAR]
    apart = bool(inner) and before is not None and cut(before, frame)
    between = iter([] if apart or before is None else tween.between(before, frame, inner))
    for time in times:
        if before is None or time >= 1 - NEAR:
            yield frame
        elif time <= NEAR:
            yield before
        elif apart:
            yield before if time < Fraction(1, 2) else frame
        else:
            yield next(between)

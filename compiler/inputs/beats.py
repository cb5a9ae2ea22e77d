"""Beats files: one time a line, as Sonic Visualiser, madmom, Beat This! and ``animc listen --beats`` write them."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

_COLUMNS = re.compile(r"[\s,;]+")
_COUNT = re.compile(r"(?:(\d+)\.)?(\d+)")


@dataclass(frozen=True, slots=True)
class Beats:
    """``times`` of the beats, float64 seconds ascending; ``downbeats``: those that begin a bar, none where untold."""

    times: NDArray[np.float64]
    downbeats: NDArray[np.float64]


class BeatsError(Exception):
    """Line ``number`` (from 1) of a beats file says ``said``, which is no time."""

    def __init__(self, number: int, said: str) -> None:
        super().__init__(f"line {number}: {said}")
        self.number = number
        self.said = said


def beats_of(text: str) -> Beats:
    """Return the beats of a file: seconds, and behind them, where it is told, the number of the beat in its bar.

    That number may stand behind the bar's and a dot (``12.3``), as Sonic Visualiser counts. Empty lines, comments
    (``#``) and one line of names above all others are passed over. Raises BeatsError.
    """
    times: list[float] = []
    labels: list[str] = []
    for number, line in enumerate(text.splitlines(), 1):
        columns = [column.strip('"') for column in _COLUMNS.split(line.partition("#")[0].strip())]
        if columns == [""]:
            continue
        time = _seconds(columns[0])
        if time is None:
            if not times and number == 1:
                continue
            raise BeatsError(number, columns[0])
        times.append(time)
        labels.append(columns[1] if len(columns) > 1 else "")
    first = [time for time, begins in zip(times, _begin_bars(labels), strict=True) if begins]
    return Beats(np.unique(np.array(times, np.float64)), np.unique(np.array(first, np.float64)))


def _seconds(text: str) -> float | None:
    try:
        time = float(text)
    except ValueError:
        return None
    return time if math.isfinite(time) and 0 <= time < 1e6 else None


def _begin_bars(labels: list[str]) -> list[bool]:
    """Tell which beats are the first of a bar by their labels; none where these are something else, such as tempi."""
    found = [_COUNT.fullmatch(label) for label in labels]
    bars = [int(count[1]) for count in found if count and count[1]]
    steps = [after - before for before, after in pairwise([0, *bars])]
    counted = len(bars) == len(labels) and max(steps, default=0) <= 1 and min(steps, default=0) >= 0
    return [bool(count) and int(count[2]) == 1 and (counted or not count[1]) for count in found]

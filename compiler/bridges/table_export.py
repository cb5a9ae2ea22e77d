"""A schedule as a table: a row a frame, a column a track."""

from __future__ import annotations

import csv
import io

from ..schedule import Schedule


def csv_table(schedule: Schedule) -> str:
    """Return the tracks as CSV: ``frame``, ``seconds``, and every track in the order of the schedule."""
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(["frame", "seconds", *schedule.tracks])
    columns = [[_short(value) for value in array.tolist()] for array in schedule.tracks.values()]
    seconds = [f"{float(frame / schedule.fps):.6g}" for frame in range(schedule.frames)]
    table.writerows(zip(range(schedule.frames), seconds, *columns, strict=True))
    return out.getvalue()


def _short(value: float) -> str:
    return str(value) if isinstance(value, int) else f"{value:.9g}"

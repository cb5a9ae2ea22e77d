"""What the cache holds, told by film and model, and dropped by age, by size, or by what it was painted for.

Dropping is safe at any moment: a render holds what it needs in memory, and paints again what it misses.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from .store import LABEL, stored


@dataclass(frozen=True, slots=True)
class Item:
    """A file of the cache: ``film`` is the script that it was first painted for, "" where that is not known."""

    path: Path
    size: int
    used: float
    film: str
    model: str


@dataclass(frozen=True, slots=True)
class Group:
    """What the cache holds for one film and model: ``used`` is when any of it was last needed."""

    film: str
    model: str
    files: int
    size: int
    used: float


SOUND = "what was heard"
"""Stands for a film where a file is not a frame but what was heard in a sound."""


def items(cache: Path) -> list[Item]:
    """Return every file of the cache, the longest unused first."""
    found = [Item(path, size, used, *_labels(path)) for used, size, path in stored(cache / "frames")]
    for path in (cache / "heard").glob("??/*.npz"):
        with contextlib.suppress(OSError):
            facts = path.stat()
            found.append(Item(path, facts.st_size, facts.st_mtime, SOUND, ""))
    return sorted(found, key=lambda item: item.used)


def _labels(path: Path) -> tuple[str, str]:
    try:
        with Image.open(path) as file:
            return str(file.info.get(LABEL + "film", "")), str(file.info.get(LABEL + "model", ""))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return "", ""


def groups(found: Iterable[Item]) -> list[Group]:
    """Return what is held for each film and model, the largest first."""
    held: dict[tuple[str, str], list[Item]] = {}
    for item in found:
        held.setdefault((item.film, item.model), []).append(item)
    summed = [
        Group(*name, len(part), sum(item.size for item in part), max(item.used for item in part))
        for name, part in held.items()
    ]
    return sorted(summed, key=lambda group: -group.size)


def to_drop(found: list[Item], *, older: float | None = None, most: int | None = None) -> list[Item]:
    """Return what to drop: what was not used for ``older`` seconds, and of the rest the longest unused until what is
    left fits ``most`` bytes."""
    now = time.time()
    dropped = [item for item in found if older is not None and now - item.used > older]
    left = [item for item in found if item not in set(dropped)]
    held = sum(item.size for item in left)
    for item in left:
        if most is None or held <= most:
            break
        dropped.append(item)
        held -= item.size
    return dropped


def drop(dropped: Iterable[Item]) -> tuple[int, int]:
    """Remove files; return how many went, and their bytes. One that is gone or held fast is passed over."""
    count = size = 0
    for item in dropped:
        with contextlib.suppress(OSError):
            item.path.unlink()
            count, size = count + 1, size + item.size
    return count, size

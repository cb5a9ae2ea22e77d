"""An entry of the catalogue: how one mistake is worded, and what goes wrong and what does not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

FOREST = '0: "a forest"\n'


@dataclass(frozen=True, slots=True)
class Entry:
    """Templates of one diagnostic, filled with ``str.format_map``; ``wrong`` and ``right`` are scripts.

    ``message`` says what is wrong, ``label`` what the marked place is, ``reason`` why, ``repair`` what to do. What the
    examples need beside themselves: ``files`` (name to text), the ``profile`` that is chosen, and the ``beats`` that
    are heard, in seconds.
    """

    message: str
    label: str = ""
    reason: str = ""
    repair: str = ""
    wrong: str = ""
    right: str = ""
    files: Mapping[str, str] = field(default_factory=dict[str, str])
    profile: str | None = None
    beats: tuple[float, ...] = ()

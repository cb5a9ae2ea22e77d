"""An imported script put together: settings, prompts, tracks, and as comments what did not come over."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from ..vocabulary import BY_NAME
from .notes import Imported, Notes
from .verify import Track


def assembled(
    title: str, parts: Sequence[str], tracks: Sequence[Track], left: Sequence[str], notes: Notes, *, mode: str
) -> Imported:
    """Return the script: ``parts`` first, then the tracks by group; as comments those that ``mode`` does not read, and
    what stayed behind.
    """
    idle = [track for track in tracks if BY_NAME[track.name].mode not in (None, mode)]
    if idle:
        names = ", ".join(track.name for track in idle)
        notes.add("", f"not read in mode {mode}, there or here, and kept as comments at the end: {names}")
    told = [note for note in notes.all if not any(line.startswith(f"{note.name} = ") for line in left if note.name)]
    head = [f"# {title}", *_comment([str(note) for note in told])]
    body = ["\n".join(head), *parts]
    moving = [track for track in tracks if BY_NAME[track.name].group == "motion" and track not in idle]
    others = [track for track in tracks if track not in idle and track not in moving]
    body += ["\n".join(track.statement for track in group) for group in (moving, others)]
    if idle:
        lines = [line for track in idle for line in track.statement.splitlines()]
        body.append("\n".join([f"# Not read in mode {mode}:", *(f"# {line}" for line in lines)]))
    if left:
        body.append("\n".join(["# Without a counterpart here:", *_comment(left)]))
    return Imported("\n\n".join(part for part in body if part) + "\n", tuple(notes.all))


def _comment(lines: Sequence[str]) -> list[str]:
    return [
        wrapped
        for line in lines
        for wrapped in textwrap.wrap(
            " ".join(line.split()), 110, initial_indent="# - ", subsequent_indent="#   ", break_long_words=False,
            break_on_hyphens=False,
        )
    ]  # fmt: skip

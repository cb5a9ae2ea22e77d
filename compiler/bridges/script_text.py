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
    """Return the script: ``parts`` first, then the tracks by group, those that ``mode`` does not read, and the comments
    on what stayed behind.
    """
    told = [note for note in notes.all if not any(line.startswith(f"{note.name} = ") for line in left if note.name)]
    head = [f"# {title}", *_comment([str(note) for note in told])]
    body = ["\n".join(head), *parts]
    idle = [track for track in tracks if BY_NAME[track.name].mode not in (None, mode)]
    moving = [track for track in tracks if BY_NAME[track.name].group == "motion" and track not in idle]
    others = [track for track in tracks if track not in idle and track not in moving]
    body += ["\n".join(track.statement for track in group) for group in (moving, others)]
    if idle:
        body.append("\n".join([f"# Not read in mode {mode}:", *(track.statement for track in idle)]))
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

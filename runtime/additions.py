"""LoRAs and textual inversions by their files: where they are, and which frames they have a part in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from ..compiler.additions import additions_of
from ..compiler.schedule import Schedule
from ..compiler.vocabulary import LORA
from .masks import content


def paths_of(settings: Mapping[str, object], kind: str, base: Path) -> dict[str, Path]:
    """Return the files that a script in ``base`` brings, by name; ``kind``: lora or embedding."""
    return {name: base / Path(path).expanduser() for name, path in additions_of(settings, kind).items()}


class Additions:
    """What a film adds to its model."""

    def __init__(self, schedule: Schedule, base: Path) -> None:
        self.schedule = schedule
        self.loras = paths_of(schedule.settings, "lora", base)
        self.embeddings = paths_of(schedule.settings, "embedding", base)
        self._said = {word: re.compile(rf"(?<!\w){re.escape(word)}(?!\w)") for word in self.embeddings}

    def key(self, frame: int) -> bytes:
        """Return bytes that change with the content of what a frame is painted with; none where that is nothing."""
        used = [path for name, path in self.loras.items() if self.schedule.tracks[LORA + name][frame]]
        if self.embeddings:
            row = self.schedule.row(frame)
            texts = " ".join(text for text, weight in (*row.prompt, *row.negative) if weight)
            used += [path for word, path in self.embeddings.items() if self._said[word].search(texts)]
        return b"".join(content(path) for path in used)

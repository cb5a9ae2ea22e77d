"""All that a script adds to a pipeline."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .lexicon import Lexicon
from .loras import Loras


@dataclass(frozen=True)
class Added:
    """The LoRAs and the taught words of a pipeline."""

    loras: Loras
    lexicon: Lexicon


def add(pipeline: Any, loras: Mapping[str, Path], embeddings: Mapping[str, Path], model: str) -> Added:
    """Put LoRAs and textual inversions on a pipeline, each by its name. Raises RenderError where one does not fit."""
    return Added(Loras(pipeline, loras, model), Lexicon(pipeline, embeddings, model))

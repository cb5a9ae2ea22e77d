"""What is added to a model: the files of ``lora = "…"`` and ``embedding = "…"``, by the names that they go by."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import PurePosixPath

from .vocabulary import LORA, Param, lora_weight

ENDINGS = {"lora": (".safetensors",), "embedding": (".safetensors", ".pt", ".bin")}

MOST = 32
"""Files of a kind."""

INLINE = re.compile(r"<(?:lora|lyco):\s*([^<>:]+)(?::\s*([-+]?[\d.]+))?[^<>]*>")
"""How the Stable Diffusion web UI writes a LoRA into a prompt: its file's name, and its weight."""


def parse_additions(kind: str, text: str) -> dict[str, str]:
    """Return the files of a text such as ``"ink.safetensors, more/grain.safetensors"`` by name: each the file's own,
    with ``_`` for what no name may have. Raises ValueError with the reason where it means nothing."""
    found: dict[str, str] = {}
    for path in (part.strip() for part in text.split(",") if part.strip()):
        file = PurePosixPath(path.replace("\\", "/"))
        if file.suffix.lower() not in ENDINGS[kind]:
            raise ValueError(f"`{path}` does not end in {' or '.join(ENDINGS[kind])}")
        name = re.sub(r"\W+", "_", file.stem).strip("_")
        if not name:
            raise ValueError(f"`{path}` gives no name")
        if name in found:
            raise ValueError(f"two files go by the name {name}")
        found[name] = path
    if len(found) > MOST:
        raise ValueError(f"it has more than {MOST} files")
    return found


def additions_of(settings: Mapping[str, object], kind: str) -> dict[str, str]:
    """Return the files that a schedule's settings bring, by name; ``kind``: lora or embedding."""
    return parse_additions(kind, str(settings.get(kind) or ""))


def weights_of(settings: Mapping[str, object]) -> tuple[Param, ...]:
    """Return the tracks of the LoRAs that settings bring: the weight of each."""
    return tuple(lora_weight(LORA + name) for name in additions_of(settings, "lora"))

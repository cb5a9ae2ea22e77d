"""The weights of a shipped folder, as trainings take them up: whoever has no checkpoint goes on from these."""

from __future__ import annotations

from pathlib import Path

from safetensors.torch import load_file
from torch import Tensor

from .vocabulary import SPECIAL, canonical_words


def painter_of(folder: Path) -> dict[str, dict[str, Tensor]]:
    """Weights (fp32) of the ``unet``, the ``sketch`` and the ``text`` encoder of a storybook's folder.

    The words must be those that it was exported with: of each synonym's copies only the first row is taken.
    """
    whole = load_file(folder / "unet" / "diffusion_pytorch_model.safetensors")
    parts = {
        part: {name.removeprefix(f"{part}."): v.float() for name, v in whole.items() if name.startswith(f"{part}.")}
        for part in ("unet", "sketch")
    }
    text = {name: value.float() for name, value in load_file(folder / "text_encoder" / "model.safetensors").items()}
    rows = next(name for name in text if name.endswith("token_embedding.weight"))
    text[rows] = text[rows][: len(SPECIAL) + len(canonical_words())].clone()
    return {**parts, "text": text}

"""Another autoencoder in a pipeline's place: a small one (TAESD) where speed counts, a mended one where colours do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

from .. import hub
from ..errors import RenderError


def load_autoencoder(name: str, base: Path, dtype: torch.dtype) -> Any:
    """Return the autoencoder ``name`` of a script in ``base``: a folder or hub id, of diffusers' tiny or usual kind.

    Raises RenderError where it cannot be had.
    """
    place = hub.find(name, base, "config.json", "autoencoder")
    local = place.folder is not None
    with hub.quietly("diffusers"):
        from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
        from diffusers.models.autoencoders.autoencoder_tiny import AutoencoderTiny

        kinds = {"AutoencoderTiny": AutoencoderTiny, "AutoencoderKL": AutoencoderKL}
        try:
            told = AutoencoderTiny.load_config(place.source, local_files_only=local)
            kind = kinds.get(str(told.get("_class_name"))) if isinstance(told, dict) else None
            if kind is not None:
                return kind.from_pretrained(
                    place.source, torch_dtype=dtype, use_safetensors=True, local_files_only=local
                )
        except Exception as fault:  # diffusers, safetensors and the hub raise of many kinds
            raise hub.explained(place, fault) from fault
    raise RenderError(f"{name} is no autoencoder of pictures", "vae wants an AutoencoderTiny or AutoencoderKL")


def swap(pipeline: Any, name: str, base: Path, model: str) -> None:
    """Put the autoencoder ``name`` in the place of the pipeline's own. Raises RenderError where it does not fit."""
    own = getattr(pipeline, "vae", None)
    if own is None:
        raise RenderError(f"{model} paints without an autoencoder", "leave vae out")
    other = load_autoencoder(name, base, own.dtype)
    asked, given = _shape(own), _shape(other)
    if asked != given:
        raise RenderError(
            f"vae {name} has latents of {given[0]} channels at 1/{given[1]} of the picture, {model} paints in "
            f"{asked[0]} at 1/{asked[1]}",
            "name one made for this kind of model, such as madebyollin/taesd for SD 1.5 or madebyollin/taesdxl",
        )
    pipeline.register_modules(vae=other)


def _shape(vae: Any) -> tuple[int, int]:
    return int(vae.config.latent_channels), 2 ** (len(vae.config.block_out_channels) - 1)

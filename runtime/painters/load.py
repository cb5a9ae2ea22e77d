"""From a model's name to a diffusers pipeline, or to the sentence that says why not.

Weights are safetensors only and a model's own code is never run.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import torch

from .. import hub
from ..errors import RenderError
from ..hub import Place

BUILT_IN = Path(__file__).parent.parent / "weights"
OWN = ("animc.runtime.painters.sketched", "animc.runtime.painters.steady")
"""Modules with parts of storybook's own."""
LIBRARIES = {"diffusers", "transformers", "stable_diffusion", "stable_diffusion_xl", *OWN, None}
"""Where a pipeline's parts may come from; anything else would be code of the model's own."""


OPTIONAL = ("safety_checker", "feature_extractor", "image_encoder")
"""Parts that a painting does not need."""


def find(name: str, base: Path) -> Place:
    """Return where the pipeline ``name`` of a script in ``base`` is. Raises RenderError where it cannot be anywhere."""
    if name != "storybook":
        return hub.find(name, base, "model_index.json", "diffusers pipeline")
    folder = BUILT_IN / name
    if not (folder / "model_index.json").is_file():
        raise RenderError(f"this installation lacks the built-in model {name}", "install animc again")
    return Place(name, folder)


def load_pipeline(place: Place, dtype: torch.dtype) -> Any:
    """Return the diffusers pipeline of a place, on the CPU. Raises RenderError where it cannot be loaded."""
    index = _index(place)
    with hub.quietly("transformers", "diffusers"):
        from diffusers.pipelines.pipeline_utils import DiffusionPipeline

        absent = {"safety_checker": None} if "safety_checker" in index else {}
        try:
            return DiffusionPipeline.from_pretrained(
                place.source,
                torch_dtype=dtype,
                use_safetensors=True,
                local_files_only=place.folder is not None,
                trust_remote_code=False,
                **absent,
            )
        except Exception as fault:  # diffusers, transformers, safetensors and the hub raise of many kinds
            raise hub.explained(place, fault) from fault


def _index(place: Place) -> dict[str, Any]:
    """Return a folder's ``model_index.json``. Raises RenderError where it is broken or asks for foreign code."""
    if place.folder is None:
        return {}
    try:
        index = json.loads((place.folder / "model_index.json").read_text(encoding="utf-8"))
        parts = {name: part for name, part in index.items() if isinstance(part, list) and not name.startswith("_")}
        foreign = [name for name, part in parts.items() if part[0] not in LIBRARIES]
        absent = [name for name, part in parts.items() if part[0] and not (place.folder / name).is_dir()]
    except (OSError, ValueError, AttributeError, IndexError) as fault:
        raise RenderError(f"{place.folder}/model_index.json cannot be read: {fault}", "copy the model again") from fault
    if foreign or not isinstance(index.get("_class_name"), str):
        raise RenderError(f"{place.name} asks to run code of its own", "animc runs diffusers' own pipelines only")
    if needed := [name for name in absent if name not in OPTIONAL]:
        raise RenderError(f"{place.name} lacks its {needed[0]}", "download or copy the model again")
    return index


def fingerprint(pipeline: Any, device: torch.device, dtype: torch.dtype) -> str:
    """Return text that changes with a pipeline's weights and settings, and with what computes them."""
    digest = hashlib.blake2b(digest_size=16)
    for name, part in sorted(pipeline.components.items()):
        digest.update(f"{name} {type(part).__name__} {_told(part)}".encode())
        if isinstance(part, torch.nn.Module):
            for key, tensor in part.state_dict().items():
                digest.update(key.encode() + _sampled(tensor))
    return f"{digest.hexdigest()} {device.type} {dtype} torch {torch.__version__}"


def _told(part: Any) -> str:
    """Return a part's settings, but for those that tell where it was loaded from."""
    config: Any = getattr(part, "config", {})
    told = config.to_dict() if hasattr(config, "to_dict") else dict(config)
    return repr(sorted((str(name), repr(value)) for name, value in told.items() if not str(name).startswith("_")))


def _sampled(tensor: torch.Tensor) -> bytes:
    flat = tensor.detach().flatten()
    return flat[:: max(flat.numel() // 256, 1)].cpu().double().numpy().tobytes()

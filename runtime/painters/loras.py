"""LoRAs (arXiv:2106.09685): small changes of a model's weights, each as strong at a frame as its track says.

diffusers reads them, in its own and in kohya's layout, and peft keeps them apart from the model's weights: a weight
that moves costs nothing, and at 0 the model is itself, to the bit.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open

from ...compiler.schedule import Row
from ...compiler.vocabulary import LORA
from ..errors import RenderError
from ..hub import quietly

PICKLES = (".pt", ".pth", ".bin", ".ckpt", ".pkl")

WIDTHS = re.compile(r"Size\(\[([\d, ]+)\]\) from checkpoint.*?current model is torch\.Size\(\[([\d, ]+)\]\)")
"""Two shapes in torch's words for tensors that do not fit."""


class Loras:
    """The LoRAs of a film on its pipeline; ``files``: by name. Raises RenderError where one cannot be put on it."""

    def __init__(self, pipeline: Any, files: Mapping[str, Path], model: str) -> None:
        if files and not hasattr(pipeline, "load_lora_weights"):
            raise RenderError(f"{model} takes no LoRA", "leave `lora` out, or use a model of Stable Diffusion's kind")
        self.names = tuple(files)
        self._weights: tuple[float, ...] | None = None
        for name, path in files.items():
            _check(name, path)
            _put_on(pipeline, name, path, model)
        self._layers = {name: _layers(part) for name, part in _parts(pipeline).items()} if files else {}
        for name, path in files.items():
            if not any(name in layer.scaling for layers in self._layers.values() for layer in layers):
                raise RenderError(f"the LoRA {path} fits nothing in {model}", FITTING)
        self._spoken = {
            name
            for name in files
            for part, layers in self._layers.items()
            if part.startswith("text_encoder") and any(name in layer.scaling for layer in layers)
        }

    def weigh(self, row: Row) -> bool:
        """Give each LoRA its weight of a row; tell whether texts are now read in another way than before."""
        weights = tuple(float(row[LORA + name]) for name in self.names)
        before, self._weights = self._weights, weights
        if weights == before:
            return False
        known = dict(zip(self.names, weights, strict=True))
        acting = [name for name, weight in known.items() if weight]
        for layers in self._layers.values():
            for layer in layers:
                layer.set_adapter(acting)
                for name in acting:
                    layer.set_scale(name, known[name])
        last = dict(zip(self.names, before or (), strict=False))
        return any(known[name] != last.get(name) for name in self._spoken)


FITTING = "a LoRA fits the kind of model that it was made for: Stable Diffusion 1, XL, Flux, …"


def _check(name: str, path: Path) -> None:
    """Look into a LoRA's file without loading it. Raises RenderError where it is missing, broken or something else."""
    if path.suffix.lower() in PICKLES:
        raise RenderError(f"the LoRA {path} is a pickle, which can run code", "take or save it as .safetensors")
    if not path.is_file():
        raise RenderError(f"there is no LoRA {path}", "paths in a script are relative to the script")
    try:
        with safe_open(str(path), "pt") as file:
            keys = list(file.keys())
    except (SafetensorError, OSError) as fault:
        raise RenderError(f"the LoRA {path} cannot be read: {fault}", "download or copy it again") from fault
    if not any("lora" in key for key in keys):
        other = "of the LyCORIS family" if any("hada" in key or "lokr" in key for key in keys) else "something else"
        raise RenderError(f"{path}, named as the LoRA {name}, is none: it is {other}", "name a LoRA's .safetensors")


def _put_on(pipeline: Any, name: str, path: Path, model: str) -> None:
    try:
        logging.disable(logging.CRITICAL)  # what does not fit is told once, below
        with quietly("transformers", "diffusers"):
            pipeline.load_lora_weights(
                str(path.parent),
                weight_name=path.name,
                adapter_name=name,
                use_safetensors=True,
                local_files_only=True,
            )
    except Exception as fault:  # diffusers, peft and torch raise of many kinds
        said = " ".join(str(fault).split())
        if found := WIDTHS.search(said):
            said = "it has a layer of {} where the model has {}".format(*(x.replace(", ", "x") for x in found.groups()))
        raise RenderError(f"the LoRA {path} does not fit {model}: {said[:200]}", FITTING) from fault
    finally:
        logging.disable(logging.NOTSET)


def _parts(pipeline: Any) -> dict[str, Any]:
    loadable = getattr(pipeline, "_lora_loadable_modules", ())
    return {name: part for name in loadable if (part := getattr(pipeline, name, None)) is not None}


def _layers(part: Any) -> list[Any]:
    """Return the layers of a model that LoRAs act on."""
    from peft.tuners.tuners_utils import BaseTunerLayer

    return [layer for layer in part.modules() if isinstance(layer, BaseTunerLayer)]

"""From a model's name to a diffusers pipeline on a device, or to the sentence that says why not.

Weights are safetensors only and a model's own code is never run.
"""

from __future__ import annotations

import hashlib
import json
import logging
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from ..errors import RenderError

BUILT_IN = Path(__file__).parent.parent / "weights"
HUB_ID = re.compile(r"[\w.-]+/[\w.-]+")
LIBRARIES = {"diffusers", "transformers", "stable_diffusion", "stable_diffusion_xl", None}
"""Where a pipeline's parts may come from; anything else would be code of the model's own."""


@dataclass(frozen=True)
class Place:
    """Where a model is: a folder, or an id on the hub."""

    name: str
    folder: Path | None

    @property
    def source(self) -> str:
        """Return what diffusers loads it by."""
        return self.name if self.folder is None else str(self.folder)


def find(name: str, base: Path) -> Place:
    """Return where the model ``name`` of a script in ``base`` is. Raises RenderError where it cannot be anywhere."""
    if name == "storybook":
        return _built_in(name)
    folder = base / Path(name).expanduser()
    if folder.is_dir():
        if not (folder / "model_index.json").is_file():
            raise RenderError(
                f"{folder} holds no diffusers pipeline (no model_index.json)",
                "name a folder in diffusers' layout; diffusers' convert scripts turn a single file into one",
            )
        return Place(name, folder)
    if folder.is_file():
        raise RenderError(f"{folder} is a file; a model is a folder in diffusers' layout", "convert it with diffusers")
    if HUB_ID.fullmatch(name) and not name.startswith("."):
        return Place(name, None)
    raise RenderError(
        f"there is no model '{name}'", "use storybook, none, a folder, or a hub id such as stabilityai/sd-turbo"
    )


def _built_in(name: str) -> Place:
    folder = BUILT_IN / name
    if not (folder / "model_index.json").is_file():
        raise RenderError(f"this installation lacks the built-in model {name}", "install animc again")
    return Place(name, folder)


def best_device(wanted: str | None) -> torch.device:
    """Return the device to work on: the wanted one, or the fastest there is. Raises RenderError where it is absent."""
    if wanted is None:
        if torch.cuda.is_available():
            return torch.device("cuda")
        return torch.device("mps" if torch.backends.mps.is_available() else "cpu")
    try:
        device = torch.device(wanted)
        torch.empty(1, device=device)
    except (RuntimeError, AssertionError, NotImplementedError) as fault:
        raise RenderError(
            f"there is no device '{wanted}' here", "leave --device out to take the best there is"
        ) from fault
    return device


def best_dtype(device: torch.device) -> torch.dtype:
    """Return the precision that a device is good at."""
    return torch.float16 if device.type in ("cuda", "mps") else torch.float32


def load_pipeline(place: Place, dtype: torch.dtype) -> Any:
    """Return the diffusers pipeline of a place, on the CPU. Raises RenderError where it cannot be loaded."""
    index = _index(place)
    with _quietly():
        from diffusers import DiffusionPipeline

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
            raise _explained(place, fault) from fault


@contextmanager
def _quietly() -> Iterator[None]:
    """Keep the libraries' own bars, advice and deprecations off the user's screen; what fails is still raised."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        # transformers speaks at import, so its logger is turned down before it is there.
        logging.getLogger("transformers").setLevel(logging.ERROR)
        from diffusers.utils import logging as diffusers_logging
        from transformers.utils import logging as transformers_logging

        for library in (diffusers_logging, transformers_logging):
            library.set_verbosity_error()
            library.disable_progress_bar()
        yield


def _index(place: Place) -> dict[str, Any]:
    """Return a folder's ``model_index.json``. Raises RenderError where it is broken or asks for foreign code."""
    if place.folder is None:
        return {}
    try:
        index = json.loads((place.folder / "model_index.json").read_text(encoding="utf-8"))
        parts = {name: part for name, part in index.items() if isinstance(part, list) and not name.startswith("_")}
        foreign = [name for name, part in parts.items() if part[0] not in LIBRARIES]
    except (OSError, ValueError, AttributeError, IndexError) as fault:
        raise RenderError(f"{place.folder}/model_index.json cannot be read: {fault}", "copy the model again") from fault
    if foreign or not isinstance(index.get("_class_name"), str):
        raise RenderError(f"{place.name} asks to run code of its own", "animc runs diffusers' own pipelines only")
    return index


def _explained(place: Place, fault: Exception) -> RenderError:
    """Return the sentence for what a loader raised."""
    said = str(fault).strip().splitlines()[0] if str(fault).strip() else type(fault).__name__
    kind = type(fault).__name__
    if isinstance(fault, MemoryError) or "out of memory" in said.lower():
        return RenderError(f"{place.name} does not fit into memory", "use a smaller model")
    if "SafetensorError" in kind or "header" in said.lower():
        return RenderError(f"the weights of {place.name} are broken: {said}", "download or copy the model again")
    if place.folder is not None:
        return _folder_fault(place, fault, said)
    if kind in ("RepositoryNotFoundError", "HFValidationError") or "404" in said:
        return RenderError(
            f"the hub has no model '{place.name}'", "check its id; a private model needs `hf auth login`"
        )
    if kind == "GatedRepoError" or "gated" in said.lower():
        return RenderError(
            f"{place.name} asks you to accept its licence", "accept it on its page, then `hf auth login`"
        )
    if _is_network(fault):
        return RenderError(
            f"{place.name} is not on this machine, and the hub cannot be reached",
            "connect once to download it, name a folder, or use the built-in model: --model storybook",
        )
    return RenderError(f"{place.name} cannot be loaded: {said}", "is it a text-to-image pipeline with safetensors?")


def _folder_fault(place: Place, fault: Exception, said: str) -> RenderError:
    assert place.folder is not None  # noqa: S101 (asked for folders only)
    pickled = [*place.folder.rglob("*.bin"), *place.folder.rglob("*.ckpt")]
    if pickled and not any(place.folder.rglob("*.safetensors")):
        return RenderError(
            f"{place.name} has its weights as pickles, which can run code", "save it again with safe_serialization=True"
        )
    if isinstance(fault, OSError) and ("no file named" in said or "not found" in said.lower()):
        return RenderError(f"{place.name} lacks files: {said}", "download or copy the model again")
    return RenderError(f"{place.name} cannot be loaded: {said}", "is it a whole text-to-image pipeline?")


def _is_network(fault: BaseException | None) -> bool:
    while fault is not None:
        name = type(fault).__name__
        if "Connect" in name or "Timeout" in name or name in ("LocalEntryNotFoundError", "OfflineModeIsEnabled"):
            return True
        if "couldn't connect" in str(fault).lower() or "offline" in str(fault).lower():
            return True
        fault = fault.__cause__ or fault.__context__
    return False


def fingerprint(pipeline: Any, device: torch.device, dtype: torch.dtype) -> str:
    """Return text that changes with a pipeline's weights and settings, and with what computes them."""
    digest = hashlib.blake2b(digest_size=16)
    for name, part in sorted(pipeline.components.items()):
        digest.update(f"{name} {type(part).__name__} {getattr(part, 'config', '')}".encode())
        if isinstance(part, torch.nn.Module):
            for key, tensor in part.state_dict().items():
                digest.update(key.encode() + _sampled(tensor))
    return f"{digest.hexdigest()} {device.type} {dtype} torch {torch.__version__}"


def _sampled(tensor: torch.Tensor) -> bytes:
    flat = tensor.detach().flatten()
    return flat[:: max(flat.numel() // 256, 1)].double().cpu().numpy().tobytes()

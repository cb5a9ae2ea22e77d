"""Models in folders and on the hub: where a name leads, what device it runs on, and why it cannot be had."""

from __future__ import annotations

import logging
import re
import warnings
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import torch

from .errors import RenderError, first_line

HUB_ID = re.compile(r"[\w.-]+/[\w.-]+")


@dataclass(frozen=True)
class Place:
    """Where a model is: a folder, or an id on the hub."""

    name: str
    folder: Path | None

    @property
    def source(self) -> str:
        """Return what diffusers loads it by."""
        return self.name if self.folder is None else str(self.folder)


def find(name: str, base: Path, marker: str, kind: str) -> Place:
    """Return where the model ``name`` of a script in ``base`` is: a folder that holds ``marker``, or an id of the hub.

    ``kind`` is what a person calls such a model. Raises RenderError where it can be neither.
    """
    folder = base / Path(name).expanduser()
    if folder.is_dir():
        if not (folder / marker).is_file():
            raise RenderError(
                f"{folder} holds no {kind} (no {marker})", "name a folder in diffusers' or transformers' layout"
            )
        return Place(name, folder)
    if folder.is_file():
        raise RenderError(f"{folder} is a file; a model is a folder", "convert it to diffusers' layout first")
    if HUB_ID.fullmatch(name) and not name.startswith("."):
        return Place(name, None)
    raise RenderError(f"there is no {kind} '{name}'", "name a built-in one, a folder, or a hub id such as owner/model")


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


def picture_device(device: torch.device) -> torch.device:
    """Return where pictures are worked on for a model on ``device``: Apple's cannot sample bicubically."""
    return torch.device("cpu") if device.type == "mps" else device


def best_dtype(device: torch.device) -> torch.dtype:
    """Return the precision that a device is good at."""
    return torch.float16 if device.type in ("cuda", "mps") else torch.float32


@contextmanager
def quietly(*libraries: str) -> Generator[None]:
    """Keep the libraries' own bars, advice and deprecations off the user's screen; what fails is still raised."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        # transformers speaks at import, so loggers are turned down before it is there.
        for name in (*libraries, "huggingface_hub"):
            logging.getLogger(name).setLevel(logging.ERROR)
        for name in libraries:
            speech = import_module(f"{name}.utils.logging")
            speech.set_verbosity_error()
            speech.disable_progress_bar()
        yield


def explained(place: Place, fault: Exception) -> RenderError:
    """Return the sentence for what a loader raised."""
    said = first_line(fault)
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
            "connect once to download it, name a folder, or use what is built in",
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

"""Textual inversions (arXiv:2208.01618): words that a script teaches a model, each an embedding from a file."""

from __future__ import annotations

import pickle
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from ..errors import RenderError

SAFE = ".safetensors"
TORCH = (".pt", ".bin")
"""torch's own files are read as plain tensors only (``weights_only``), so that nothing in them runs."""

LARGEST = 64 * 2**20
"""Bytes of an embedding's file: one is some kilobytes."""


class Lexicon:
    """The words of a film that its pipeline was taught; ``files``: by word.

    Raises RenderError where one cannot be read, or is not for this model.
    """

    def __init__(self, pipeline: Any, files: Mapping[str, Path], model: str) -> None:
        readers = list(_readers(pipeline)) if files else []
        if files and not readers:
            raise RenderError(f"{model} takes no textual inversion", "leave `embedding` out, or use another model")
        numbered = enumerate(files.items())
        self._tokens = {word: _taught(readers, f"<taught{number}.", path, model) for number, (word, path) in numbered}
        self._written = re.compile(rf"(?<!\w)({'|'.join(map(re.escape, files))})(?!\w)") if files else None

    def spelled(self, text: str) -> str:
        """Return a prompt with its taught words as the tokens that stand for them."""
        return self._written.sub(lambda found: self._tokens[found[0]], text) if self._written else text


def _readers(pipeline: Any) -> Iterator[tuple[Any, Any]]:
    """Yield the text encoders that a textual inversion is for, CLIP's, each with its tokenizer."""
    for number in ("", "_2"):
        encoder, tokenizer = (getattr(pipeline, part + number, None) for part in ("text_encoder", "tokenizer"))
        if encoder is not None and tokenizer is not None and type(encoder).__name__.startswith("CLIP"):
            yield encoder, tokenizer


def _taught(readers: list[tuple[Any, Any]], mark: str, path: Path, model: str) -> str:
    """Teach each text encoder what a file holds; return the tokens for it, which begin with ``mark``."""
    vectors = _vectors(path)
    found = [_for_encoder(vectors, number, encoder) for number, (encoder, _) in enumerate(readers)]
    rows = [table for table in found if table is not None]
    if len(rows) < len(found):
        widths = ", ".join(sorted({str(table.shape[-1]) for table in vectors.values()}))
        wanted = " and ".join(str(_table(encoder).shape[1]) for encoder, _ in readers)
        raise RenderError(
            f"the embedding {path} is {widths} wide and {model} reads texts {wanted} wide: it is for another model",
            "take the embedding's version for this kind of model",
        )
    if len({len(table) for table in rows}) > 1:
        raise RenderError(f"the embedding {path} has not as many vectors for each text encoder", "download it again")
    tokens = [f"{mark}{index}>" for index in range(len(rows[0]))]
    for (encoder, tokenizer), table in zip(readers, rows, strict=True):
        _teach(encoder, tokenizer, tokens, table)
    return " ".join(tokens)


def _teach(encoder: Any, tokenizer: Any, tokens: list[str], table: Tensor) -> None:
    tokenizer.add_tokens(tokens)
    if len(tokenizer) > len(_table(encoder)):
        encoder.resize_token_embeddings(len(tokenizer), mean_resizing=False)
    weights = _table(encoder)
    ids = tokenizer.convert_tokens_to_ids(tokens)
    with torch.no_grad():
        weights[ids] = table.to(weights.device, weights.dtype)
    # An early CLIP takes the largest number for the text's end, which a new word's would now be.
    for part in encoder.modules():
        if getattr(part, "eos_token_id", None) == 2 and tokenizer.eos_token_id is not None:
            part.eos_token_id = tokenizer.eos_token_id


def _table(encoder: Any) -> Tensor:
    return encoder.get_input_embeddings().weight


def _for_encoder(vectors: Mapping[str, Tensor], number: int, encoder: Any) -> Tensor | None:
    """Return the vectors (N×width) for a pipeline's first or second encoder, or None where there are none."""
    named = vectors.get(("clip_l", "clip_g")[number])
    chosen = [named] if named is not None else [] if "clip_g" in vectors else list(vectors.values())
    return next((table for table in chosen if table.shape[1] == _table(encoder).shape[1]), None)


def _vectors(path: Path) -> dict[str, Tensor]:
    """Return a file's tables of vectors, each N×width. Raises RenderError where it is no textual inversion."""
    try:
        if not path.is_file():
            raise RenderError(f"there is no embedding {path}", "paths in a script are relative to the script")
        if path.suffix.lower() not in (SAFE, *TORCH):
            raise RenderError(f"{path} is no embedding: one ends in .safetensors, .pt or .bin", "name another file")
        if path.stat().st_size > LARGEST:
            raise RenderError(f"{path} is too large to be a textual inversion", "is it a model, or a LoRA?")
        said: Any = load_file(path) if path.suffix.lower() == SAFE else torch.load(path, "cpu", weights_only=True)
    except (SafetensorError, OSError, RuntimeError, EOFError, pickle.UnpicklingError) as fault:
        reason = "it asks to run code" if "weights_only" in str(fault).lower() else " ".join(str(fault).split())[:120]
        raise RenderError(f"the embedding {path} cannot be read: {reason}", "take it as .safetensors") from fault
    held = said.get("string_to_param", said) if isinstance(said, dict) else {}
    tables = {str(key): value.detach() for key, value in held.items() if isinstance(value, Tensor)}
    tables = {key: value[None] if value.ndim == 1 else value for key, value in tables.items()}
    if not 1 <= len(tables) <= 2 or any(table.ndim != 2 or not 1 <= len(table) <= 75 for table in tables.values()):
        raise RenderError(f"{path} holds no textual inversion", "is it a model, or a LoRA?")
    return tables

"""Prompts as a model takes them: each text embedded once, weighted texts blended among the embeddings."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor

from ...compiler.schedule import Weighted
from .attention import Stressed, plain, stresses

KEPT = 256
"""Texts whose embeddings are kept: a text with moving words in it is a new one at every frame."""


@dataclass(frozen=True)
class Meaning:
    """An embedded prompt: ``tokens`` 1×L×C, and SDXL's ``pooled`` 1×P."""

    tokens: Tensor
    pooled: Tensor | None


class Words:
    """Embeds texts by a pipeline's own ``encode_prompt``, for its U-Net on ``device``."""

    def __init__(self, pipeline: Any, device: torch.device) -> None:
        self.pipeline = pipeline
        self.device = device
        self.dtype: torch.dtype = pipeline.unet.dtype
        self._known: OrderedDict[str, Meaning] = OrderedDict()

    def blend(self, texts: Weighted) -> Meaning:
        """Return the mean of the texts' embeddings, by weight; no text is the empty one."""
        parts = [(self.meaning(text), weight) for text, weight in texts if weight > 0] or [(self.meaning(""), 1.0)]
        if len(parts) == 1:
            return parts[0][0]
        total = sum(weight for _, weight in parts)
        tokens = torch.stack([weight / total * part.tokens for part, weight in parts]).sum(0)
        pooled = [weight / total * part.pooled for part, weight in parts if part.pooled is not None]
        return Meaning(tokens, torch.stack(pooled).sum(0) if pooled else None)

    def meaning(self, text: str) -> Meaning:
        """Return one text's embedding, the words in brackets stressed by their weights."""
        pieces = stresses(text)
        base = self._embedded(plain(pieces))
        if all(weight == 1 for _, weight in pieces):
            return base
        # As the web UI does: tokens are multiplied, and their mean is brought back to what it was.
        stressed = base.tokens * self._weights(pieces, base.tokens.shape[1])[None, :, None]
        return replace(base, tokens=stressed * (base.tokens.mean() / stressed.mean()))

    def _weights(self, pieces: Stressed, length: int) -> Tensor:
        """Return the weight of each of a prompt's ``length`` tokens; the one before its words weighs 1."""
        weights = [1.0]
        for text, weight in pieces:
            ids = self.pipeline.tokenizer(text, add_special_tokens=False).input_ids
            weights += [weight] * len(ids)
        row = torch.ones(length)
        row[: len(weights)] = torch.tensor(weights[:length])
        return row.to(self.device, self.dtype)

    def _embedded(self, text: str) -> Meaning:
        if text not in self._known:
            self._known[text] = self._encode(text)
            if len(self._known) > KEPT:
                self._known.popitem(last=False)
        self._known.move_to_end(text)
        return self._known[text]

    def _encode(self, text: str) -> Meaning:
        device = self.pipeline.text_encoder.device
        said = self.pipeline.encode_prompt(
            prompt=text, device=device, num_images_per_prompt=1, do_classifier_free_guidance=False
        )
        found = [said[0], *said[2:3]]
        if not text and getattr(self.pipeline.config, "force_zeros_for_empty_prompt", False):
            found = [torch.zeros_like(tensor) for tensor in found]
        here = [tensor.to(self.device, self.dtype) for tensor in found]
        return Meaning(here[0], here[1] if len(here) > 1 else None)

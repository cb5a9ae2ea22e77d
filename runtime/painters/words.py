"""Prompts as a model takes them: each text embedded once, weighted texts blended among the embeddings."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from ...compiler.schedule import Weighted

KEPT = 256
"""Texts whose embeddings are kept: a text with moving numbers in it is a new one at every frame."""


@dataclass(frozen=True)
class Meaning:
    """An embedded prompt: ``tokens`` 1×L×C, and SDXL's ``pooled`` 1×P."""

    tokens: Tensor
    pooled: Tensor | None


class Words:
    """Embeds texts by a pipeline's own ``encode_prompt``."""

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
        shares = [weight / total for _, weight in parts]
        tokens = torch.stack([share * part.tokens for (part, _), share in zip(parts, shares, strict=True)]).sum(0)
        if parts[0][0].pooled is None:
            return Meaning(tokens, None)
        pooled = [
            share * part.pooled for (part, _), share in zip(parts, shares, strict=True) if part.pooled is not None
        ]
        return Meaning(tokens, torch.stack(pooled).sum(0))

    def meaning(self, text: str) -> Meaning:
        """Return one text's embedding."""
        if text in self._known:
            self._known.move_to_end(text)
            return self._known[text]
        found = self._encode(text)
        self._known[text] = found
        if len(self._known) > KEPT:
            self._known.popitem(last=False)
        return found

    def _encode(self, text: str) -> Meaning:
        said = self.pipeline.encode_prompt(
            prompt=text,
            device=self.pipeline.text_encoder.device,
            num_images_per_prompt=1,
            do_classifier_free_guidance=False,
        )
        pooled = said[2] if len(said) > 2 else None
        if not text and getattr(self.pipeline.config, "force_zeros_for_empty_prompt", False):
            return Meaning(
                self._here(torch.zeros_like(said[0])), None if pooled is None else self._here(torch.zeros_like(pooled))
            )
        return Meaning(self._here(said[0]), None if pooled is None else self._here(pooled))

    def _here(self, tensor: Tensor) -> Tensor:
        return tensor.to(self.device, self.dtype)

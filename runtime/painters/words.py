"""Prompts as a model takes them: each text embedded once, weighted texts blended among the embeddings."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor

from ...compiler.schedule import Weighted
from ..errors import RenderError
from .attention import Stressed, plain, stresses
from .lexicon import Lexicon

KEPT = 256
"""Texts whose embeddings are kept: a text with moving words in it is a new one at every frame."""


@dataclass(frozen=True)
class Meaning:
    """An embedded prompt: ``tokens`` 1×L×C, and SDXL's ``pooled`` 1×P."""

    tokens: Tensor
    pooled: Tensor | None


class Words:
    """Embeds texts by a pipeline's own ``encode_prompt``, for its U-Net on ``device``."""

    def __init__(self, pipeline: Any, device: torch.device, lexicon: Lexicon) -> None:
        self.pipeline = pipeline
        self.lexicon = lexicon
        self.device = device
        self.dtype: torch.dtype = pipeline.unet.dtype
        self._known: OrderedDict[tuple[str, int], Meaning] = OrderedDict()

    def forget(self) -> None:
        """Let every text be embedded anew: the text encoder has changed."""
        self._known.clear()

    def blend(self, texts: Weighted, skip: int = 1) -> Meaning:
        """Return the mean of the texts' embeddings, by weight; no text is the empty one.

        ``skip``: the layer of the text encoder that is read, from its end; 1 is the model's own.
        """
        parts = [(self.meaning(text, skip), weight) for text, weight in texts if weight > 0]
        parts = parts or [(self.meaning("", skip), 1.0)]
        if len(parts) == 1:
            return parts[0][0]
        total = sum(weight for _, weight in parts)
        tokens = torch.stack([weight / total * part.tokens for part, weight in parts]).sum(0)
        pooled = [weight / total * part.pooled for part, weight in parts if part.pooled is not None]
        return Meaning(tokens, torch.stack(pooled).sum(0) if pooled else None)

    def meaning(self, text: str, skip: int = 1) -> Meaning:
        """Return one text's embedding, the words in brackets stressed by their weights."""
        pieces = stresses(self.lexicon.spelled(text))
        base = self._embedded(plain(pieces), skip)
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

    def _embedded(self, text: str, skip: int) -> Meaning:
        asked = (text, skip)
        if asked not in self._known:
            self._known[asked] = self._encode(text, skip)
            if len(self._known) > KEPT:
                self._known.popitem(last=False)
        self._known.move_to_end(asked)
        return self._known[asked]

    def _encode(self, text: str, skip: int) -> Meaning:
        layers = int(getattr(self.pipeline.text_encoder.config, "num_hidden_layers", 1))
        if skip > layers:
            raise RenderError(
                f"clip_skip = {skip}, but this model's text encoder has {layers} layers", f"use 1 to {layers}"
            )
        if skip > 1 and getattr(self.pipeline, "text_encoder_2", None) is None:
            return Meaning(self._early(text, skip).to(self.device, self.dtype), None)
        deep = {"clip_skip": skip - 1} if skip > 1 else {}
        device = self.pipeline.text_encoder.device
        said = self.pipeline.encode_prompt(
            prompt=text, device=device, num_images_per_prompt=1, do_classifier_free_guidance=False, **deep
        )
        found = [said[0], *said[2:3]]
        if not text and getattr(self.pipeline.config, "force_zeros_for_empty_prompt", False):
            found = [torch.zeros_like(tensor) for tensor in found]
        here = [tensor.to(self.device, self.dtype) for tensor in found]
        return Meaning(here[0], here[1] if len(here) > 1 else None)

    def _early(self, text: str, skip: int) -> Tensor:
        """Return the tokens as an earlier layer has them, 1×L×C. diffusers' own way fails with transformers 5."""
        encoder, tokenizer = self.pipeline.text_encoder, self.pipeline.tokenizer
        said = tokenizer(
            text, padding="max_length", max_length=tokenizer.model_max_length, truncation=True, return_tensors="pt"
        )
        mask = said.attention_mask.to(encoder.device) if getattr(encoder.config, "use_attention_mask", False) else None
        out = encoder(said.input_ids.to(encoder.device), attention_mask=mask, output_hidden_states=True)
        return getattr(encoder, "text_model", encoder).final_layer_norm(out.hidden_states[-skip])

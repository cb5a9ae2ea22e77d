"""The painter for latent diffusion with a U-Net: Stable Diffusion 1, 2, XL, Turbo, LCM, and storybook.

It drives the parts of a diffusers pipeline itself, so that ``strength`` sets the noise that a painting starts from
continuously (diffusers' image-to-image rounds it to whole steps, and fails below one).
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ...compiler.schedule import Row, Weighted
from ..hub import picture_device
from ..picture import resize
from .added import Added, add
from .bare import held, levels_of, shares_of
from .crisp import crisped
from .follow import HOW, Shown, followed, shown_of
from .habits import Habits, canvas_size
from .levels import NoiseCurve, evaluations
from .samplers import OWN, SAMPLERS, Level, See, noise_like
from .sketched import BEGIN, CALM, LEAN, SketchedUNet, begun, calmed, spread
from .words import Meaning, Words

Asked = tuple[Weighted, int, tuple[int, int]]
"""What a sketch depends on: prompt, clip skip, canvas."""


SKETCHED = 2
"""Steps that a painting takes at least where it may begin from a sketch, under little noise."""

CRISP = 0.5
"""Share of an unsharp mask that a painting over a picture is sharpened by at most; less where it paints less."""


class LatentPainter:
    """Paints with a diffusers pipeline's text encoder, U-Net, autoencoder and noise schedule. ``size``: the film's."""

    repaints = True

    def __init__(
        self,
        pipeline: Any,
        habits: Habits,
        size: tuple[int, int],
        device: torch.device,
        sampler: str,
        fingerprint: str,
        hires: float = 1.0,
        added: Added | None = None,
    ) -> None:
        self.pipeline = pipeline
        self.habits = habits
        self.size = size
        self.where = device
        self.device = picture_device(device)
        self.added = added or add(pipeline, {}, {}, "")
        self.words = Words(pipeline, device, self.added.lexicon)
        self.factor: int = 2 ** (len(pipeline.vae.config.block_out_channels) - 1)
        self.canvas = canvas_size(size, habits, self.factor)
        self.large = self.canvas
        if hires > 1:
            self.large = canvas_size(size, replace(habits, own_size=False), self.factor)
            self.canvas = canvas_size(_shrunk(size, hires), habits, self.factor)
        own = OWN.get(type(pipeline.scheduler).__name__, "ddim")
        self.sampler = own if sampler == "auto" else sampler
        self.curve = NoiseCurve(_alphas(pipeline.scheduler))
        self._sketch: tuple[Asked, Shown] | None = None
        self.predicts = str(pipeline.scheduler.config.get("prediction_type", "epsilon"))
        self.fingerprint = f"{fingerprint} {self.sampler} {self.canvas} {self.large} {habits}"
        if isinstance(pipeline.unet, SketchedUNet):
            self.fingerprint += f" sketch {LEAN} {BEGIN} {CALM} {SKETCHED} {CRISP} {HOW}"

    def paint(self, image: Tensor | None, row: Row) -> Tensor:
        """Return the frame's picture, 3×H×W in 0..1: over ``image`` at the row's strength, or from nothing."""
        return self.paint_bared(image, row, None)

    def paint_bared(self, image: Tensor | None, row: Row, bare: Tensor | None) -> Tensor:
        """Return the frame's picture, what is ``bare`` of it (H×W, 0..1) painted from as good as nothing."""
        share = 1.0 if image is None else 1 - float(row["strength"])
        if image is not None and share * self.curve.length < 1:
            return image
        if self.added.loras.weigh(row):
            self.words.forget()
        chance = torch.Generator("cpu").manual_seed(int(row["seed"]))
        painted = self._painted(image if share < 1 else None, row, share, chance, self.canvas, bare)
        again = 1 - float(row.get("hires_strength") or 0)
        if self.large != self.canvas and again * self.curve.length >= 1:
            painted = self._painted(resize(painted, self.large), row, again, chance, self.large)
        return resize(painted, self.size)

    def _painted(
        self,
        image: Tensor | None,
        row: Row,
        share: float,
        chance: torch.Generator,
        canvas: tuple[int, int],
        bare: Tensor | None = None,
    ) -> Tensor:
        """Return a picture of ``canvas`` (width, height), painted from ``share`` of the whole noise downwards."""
        steps = int(row.get("steps") or self.habits.steps)
        shape = (canvas[1] // self.factor, canvas[0] // self.factor)
        image = None if image is None else resize(image, canvas)
        picture, asked = None if image is None else self._encode(image), share
        see, drawn = self._see(row, canvas, image)
        shares = torch.full((1, 1, 1, 1), share, device=self.where)
        if picture is not None and bare is not None:
            shares = shares_of(bare.to(self.where), share, shape)
        if drawn is not None:
            picture, shares, share = begun(picture, shares, share, drawn.float())
        if picture is not None and shares.numel() > 1:
            levels = levels_of(self.curve, steps, share, float(shares.max()))
            see = held(see, picture, shares, self.curve)
        else:
            least = 1 if drawn is None else SKETCHED
            levels = self.curve.levels(share, max(evaluations(steps, share), least))
        latent = self._start(picture, levels[0], row, chance, shape)
        latent = SAMPLERS[self.sampler](see, latent, levels, chance)
        if drawn is None:
            return self._decode(latent)
        painted = self._decode(calmed(latent, drawn.float(), self.pipeline.unet.apart))
        if image is None or self._sketch is None:
            return painted
        # what is painted over a picture is softer than what is painted afresh, which is as crisp as its sketch
        return crisped(self._sketch[1].outlines, (0.0, min(asked, CRISP)), painted, 1.0).clamp(0, 1)

    def _start(
        self, picture: Tensor | None, level: Level, row: Row, chance: torch.Generator, shape: tuple[int, int]
    ) -> Tensor:
        """Return the latent to start from: the picture's with noise over it, or noise alone."""
        like = torch.empty((1, self.pipeline.unet.config.in_channels, *shape), device=self.where)
        noise = noise_like(like, chance)
        if share := float(row.get("subseed_strength") or 0):
            second = torch.Generator("cpu").manual_seed(int(row["subseed"]))
            noise = spherical(noise, noise_like(like, second), share)
        if picture is None:
            return noise
        given = row.get("noise_multiplier")
        multiplier = 1.0 if given is None else float(given)
        return level.alpha * picture + level.sigma * multiplier * noise

    def _see(self, row: Row, canvas: tuple[int, int], image: Tensor | None) -> tuple[See, Tensor | None]:
        """Return the model that the samplers drive, guided by the row's prompt away from its negative, and the
        sketch that it sees if it sees any."""
        cfg = row.get("cfg")
        guidance = self.habits.cfg if cfg is None else float(cfg)
        skip = int(row.get("clip_skip") or 1)
        wanted = self.words.blend(row.prompt, skip)
        guided = guidance > 1 and self.pipeline.unet.config.time_cond_proj_dim is None
        meaning = _stacked(self.words.blend(row.negative, skip), wanted) if guided else wanted
        extra = self._conditions(meaning, guidance, canvas)
        drawn = None
        if isinstance(self.pipeline.unet, SketchedUNet):
            # both sides see the same sketch: guidance is to strengthen the words' strokes, not their contrast
            drawn = self._drawn(wanted.tokens, (row.prompt, skip, canvas), image)
            extra["drawn"] = drawn.expand(len(meaning.tokens), -1, -1, -1)

        def see(x: Tensor, t: float) -> tuple[Tensor, Tensor]:
            """Split a latent at time ``t`` into picture and noise."""
            out = self._unet(x.expand(2, -1, -1, -1) if guided else x, t, meaning.tokens, extra)
            if guided:
                away, to = out.chunk(2)
                out = _rescaled(away + guidance * (to - away), to, self.habits.rescale)
            return self._split(x, out, t)

        return see, drawn

    def _drawn(self, tokens: Tensor, asked: Asked, image: Tensor | None) -> Tensor:
        """Return the sketch of the tokens, 1×C×h×w, at the canvas's size, as it follows ``image`` if there is one.

        The picture of the last one asked for is kept.
        """
        if self._sketch is None or self._sketch[0] != asked:
            picture, canvas = self._decode(self.pipeline.unet.sketch(tokens)), asked[-1]
            if canvas[0] != canvas[1]:
                picture = spread(picture[None], canvas)[0]
            elif picture.shape[-1] != canvas[0]:
                picture = resize(picture, canvas)
            self._sketch = (asked, shown_of(picture))
        shown = self._sketch[1]
        return self._encode(shown.picture if image is None else followed(image, shown)).to(tokens.dtype)

    def _unet(self, x: Tensor, t: float, tokens: Tensor, extra: dict[str, Any]) -> Tensor:
        time = torch.tensor(t, dtype=torch.float32, device=self.where)
        return self.pipeline.unet(x.to(tokens.dtype), time, tokens, return_dict=False, **extra)[0].float()

    def _split(self, x: Tensor, out: Tensor, t: float) -> tuple[Tensor, Tensor]:
        level = self.curve.at(t)
        if self.predicts == "v_prediction":
            return level.alpha * x - level.sigma * out, level.sigma * x + level.alpha * out
        if self.predicts == "sample":
            return out, (x - level.alpha * out) / max(level.sigma, 1e-6)
        return (x - level.sigma * out) / max(level.alpha, 1e-6), out

    def _conditions(self, meaning: Meaning, guidance: float, canvas: tuple[int, int]) -> dict[str, Any]:
        """Return what SDXL (sizes, pooled text) and LCM (guidance as an input) give their U-Net besides."""
        extra: dict[str, Any] = {}
        if meaning.pooled is not None:
            width, height = canvas
            ids = torch.tensor([[height, width, 0, 0, height, width]], device=self.where, dtype=meaning.tokens.dtype)
            extra["added_cond_kwargs"] = {
                "text_embeds": meaning.pooled,
                "time_ids": ids.expand(len(meaning.tokens), -1),
            }
        width = self.pipeline.unet.config.time_cond_proj_dim
        if width is not None:
            extra["timestep_cond"] = _guidance_embedding(guidance - 1, width).to(self.where, meaning.tokens.dtype)
        return extra

    def _encode(self, image: Tensor) -> Tensor:
        vae = self.pipeline.vae
        out = vae.encode((image * 2 - 1)[None].to(self.where, vae.dtype))
        latent = (out.latents if hasattr(out, "latents") else out.latent_dist.mode()).float()
        return (latent - (vae.config.get("shift_factor") or 0.0)) * vae.config.scaling_factor

    def _decode(self, latent: Tensor) -> Tensor:
        vae = self.pipeline.vae
        latent = latent / vae.config.scaling_factor + (vae.config.get("shift_factor") or 0.0)
        picture = vae.decode(latent.to(vae.dtype), return_dict=False)[0][0]
        return (picture.to(self.device, torch.float32) / 2 + 0.5).clamp_(0, 1)


def _shrunk(size: tuple[int, int], factor: float) -> tuple[int, int]:
    width, height = (max(round(side / factor), 1) for side in size)
    return width, height


def spherical(one: Tensor, other: Tensor, share: float) -> Tensor:
    """Return noise ``share`` of the way from one to the other along the sphere that both lie on, as strong as they are
    (slerp; as the web UI mixes a variation seed)."""
    cosine = float((one * other).sum() / (one.norm() * other.norm()))
    angle = math.acos(min(max(cosine, -1.0), 1.0))
    if math.sin(angle) < 1e-4:
        return torch.lerp(one, other, share)
    return (math.sin((1 - share) * angle) * one + math.sin(share * angle) * other) / math.sin(angle)


def _alphas(scheduler: Any) -> NDArray[np.float64]:
    alphas = scheduler.alphas_cumprod.double()
    if scheduler.config.get("rescale_betas_zero_snr") and alphas[-1] < 1e-6:
        alphas[-1] = 0.0  # some schedulers keep a hair of signal there for their own arithmetic
    return alphas.cpu().numpy()


def _stacked(first: Meaning, second: Meaning) -> Meaning:
    pooled = (
        torch.cat((first.pooled, second.pooled)) if first.pooled is not None and second.pooled is not None else None
    )
    return Meaning(torch.cat((first.tokens, second.tokens)), pooled)


def _rescaled(guided: Tensor, plain: Tensor, share: float) -> Tensor:
    if share <= 0:
        return guided
    return guided * (share * plain.std() / guided.std() + 1 - share)


def _guidance_embedding(guidance: float, width: int) -> Tensor:
    """Return the sinusoidal embedding of a guidance, 1×width (LCM, arXiv:2310.04378; diffusers' layout)."""
    half = width // 2
    angles = guidance * 1000 * torch.exp(torch.arange(half) * (-math.log(10_000.0) / (half - 1)))
    return torch.cat((angles.sin(), angles.cos()))[None]

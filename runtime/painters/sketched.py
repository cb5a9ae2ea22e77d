"""``storybook``'s U-Net: a plain one that sees, beside the noisy latent, what the words alone call up."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import torch
from diffusers.configuration_utils import ConfigMixin, register_to_config
from diffusers.models.modeling_utils import ModelMixin
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel, UNet2DConditionOutput
from diffusers.schedulers.scheduling_ddim import DDIMScheduler
from torch import Tensor
from torch.nn import functional

from . import steady as steady  # its autoencoder: diffusers loads what is imported, and one import brings both
from .sketch import Sketch, shape_of


class SketchedUNet(ModelMixin, ConfigMixin):
    """A U-Net and its sketch as one part of a diffusers pipeline, called as ``UNet2DConditionModel`` is.

    ``unet_config``: the settings of a ``UNet2DConditionModel`` that takes twice ``in_channels``; ``sketch_config``:
    those of a ``SketchShape``. ``sample_size``: side of the latents it was trained on; others see the sketch stretched.
    """

    @register_to_config
    def __init__(
        self,
        in_channels: int = 32,
        sample_size: int = 16,
        unet_config: dict[str, Any] | None = None,
        sketch_config: dict[str, Any] | None = None,
        time_cond_proj_dim: int | None = None,
    ) -> None:
        super().__init__()
        if unet_config is None or sketch_config is None:
            raise ValueError("a sketched U-Net needs the settings of both its parts")
        self.unet = UNet2DConditionModel(**unet_config)
        self.sketch = Sketch(shape_of(sketch_config))
        self.register_buffer("apart", torch.full((in_channels,), APART))
        self._drawn: tuple[Tensor, Tensor] | None = None

    def forward(
        self,
        sample: Tensor,
        timestep: Tensor | float,
        encoder_hidden_states: Tensor,
        return_dict: bool = True,
        drawn: Tensor | None = None,
        **others: Any,
    ) -> Any:
        """Return what the U-Net predicts of ``sample`` (B×C×h×w), given the prompt's tokens (B×L×D).

        ``drawn``: their sketch at the sample's size (B×C×h×w), where a caller has made it fit; else it is stretched.
        """
        drawn = self._sketch_of(encoder_hidden_states, sample) if drawn is None else drawn
        seen = torch.cat((sample, drawn), 1)
        out = self.unet(seen, timestep, encoder_hidden_states, return_dict=False, **others)[0]
        out = out + leaned(timestep, sample, drawn, self.apart)
        return UNet2DConditionOutput(sample=out) if return_dict else (out,)

    def _sketch_of(self, tokens: Tensor, sample: Tensor) -> Tensor:
        """Return the tokens' sketch at the sample's size; a painting asks for the same tokens at each of its steps."""
        if self._drawn is None or self._drawn[0] is not tokens:
            self._drawn = (tokens, self.sketch(tokens).to(sample.dtype))
        drawn = self._drawn[1]
        if drawn.shape[-2:] != sample.shape[-2:]:
            drawn = functional.interpolate(drawn, sample.shape[-2:], mode="bilinear", align_corners=False)
        return drawn


SCHEDULE: dict[str, Any] = {
    "num_train_timesteps": 1000,
    "beta_start": 0.00085,
    "beta_end": 0.012,
    "beta_schedule": "scaled_linear",
    "prediction_type": "v_prediction",
    "rescale_betas_zero_snr": True,
    "timestep_spacing": "trailing",
    "clip_sample": False,
    "set_alpha_to_one": True,
    "steps_offset": 1,
}
"""The settings of the noise that such a U-Net learns to undo: v-prediction with zero terminal SNR and trailing steps
(Lin et al. 2024, arXiv 2305.08891). The first step sees pure noise, and nights can be dark."""

APART = 0.25
"""Variance of what pictures have beyond their sketches, where a training has not measured it."""


@lru_cache(maxsize=1)
def _kept() -> Tensor:
    """How much of a picture's power is left at each time step."""
    return DDIMScheduler(**SCHEDULE).alphas_cumprod.double()


def leaned(timestep: Tensor | float, sample: Tensor, drawn: Tensor, apart: Tensor) -> Tensor:
    """Return the v (arXiv:2202.00512) of the best linear guess at what is under the noise (B×C×h×w).

    That is Wiener's: the sketch where all is noise, the picture where it is plain, and between them as the variance of
    what pictures have beyond their sketches (``apart``, C) is to that of the noise. The U-Net learns what is to be
    said beyond it. ``timestep``: one, or B of them; broken ones lie between.
    """
    table = _kept()
    times = torch.as_tensor(timestep, dtype=torch.float64).cpu().reshape(-1).clamp(0, len(table) - 1)
    low = times.floor().long()
    power = torch.lerp(table[low], table[(low + 1).clamp(max=len(table) - 1)], times - low)
    keep, rest = (value.sqrt().to(sample).reshape(-1, 1, 1, 1) for value in (power, 1 - power))
    beyond = apart.to(sample).reshape(1, -1, 1, 1)
    return rest / (keep.square() * beyond + rest.square()) * (keep * (1 - beyond) * sample - drawn)


LEAN = (500.0, 750.0)
"""Time steps (of 1000) from which on a painting begins nearer to its sketch than to its picture, and at it."""


def _eased(time: Tensor) -> Tensor:
    """Return how far each time lies within ``LEAN``, as a smooth step."""
    way = ((time - LEAN[0]) / (LEAN[1] - LEAN[0])).clamp(0, 1)
    return way * way * (3 - 2 * way)


BEGIN = 0.04
"""Share of the whole noise that a painting begins at where it is all its sketch: enough for its strokes."""


def begun(picture: Tensor | None, shares: Tensor, share: float, drawn: Tensor) -> tuple[Tensor, Tensor, float]:
    """Return what a painting over ``picture`` (1×C×h×w, None: nothing) begins from, and from how much noise.

    ``shares``: the noise asked for, cell by cell (1×1×h×w) or once (1×1×1×1), of which ``share`` is the least. Where so
    much is asked for that the U-Net leans on its sketch (``drawn``), the sketch stands there from the start, under less
    noise: what noise would destroy of it need not be guessed again.
    """
    lean = _eased(shares * 1000)
    start = drawn if picture is None else torch.lerp(picture, drawn, lean)
    low, high = LEAN[0] / 1000, LEAN[1] / 1000
    fewer = torch.minimum(shares, low - (shares - low) / (high - low) * (low - BEGIN)).clamp(min=BEGIN)
    shares = torch.where(shares > low, fewer, shares)
    return start, shares, min(share, float(shares.max()))


CALM = 1.0
"""Of what pictures usually have beyond their sketches, the share that is taken for noise."""


def calmed(latent: Tensor, drawn: Tensor, apart: Tensor) -> Tensor:
    """Return a painted latent without the small differences from its sketch (all B×C×h×w; ``apart``: C).

    What is said beyond a sketch is said in few places; small differences everywhere are noise that a few steps leave.
    So differences are shrunk softly, as in wavelet denoising (Donoho 1995, "De-noising by soft-thresholding").
    """
    beyond = latent - drawn
    least = CALM * apart.to(latent).sqrt().reshape(1, -1, 1, 1)
    return drawn + beyond - beyond.clamp(-least, least)


def spread(picture: Tensor, size: tuple[int, int]) -> Tensor:
    """Return a square picture (B×3×S×S) at ``size`` (width, height): spread along the longer side, most at the edges.

    What stands in the middle, as things do, is stretched by half of what a plain resizing would.
    """
    width, height = size
    wide, tall = max(width / height, 1.0), max(height / width, 1.0)
    grid = torch.stack(
        torch.meshgrid(_looked_up(height, tall, picture), _looked_up(width, wide, picture), indexing="ij")[::-1], -1
    )
    grid = grid[None].expand(len(picture), -1, -1, -1)
    return functional.grid_sample(picture, grid, "bicubic", "border", align_corners=False).clamp(0, 1)


def _looked_up(count: int, ratio: float, like: Tensor) -> Tensor:
    """Return where in the square (-1..1) each of ``count`` places along a side ``ratio`` times as long looks."""
    places = (torch.arange(count, device=like.device, dtype=like.dtype) + 0.5) / count * 2 - 1
    far = places * ratio
    return 0.5 * places + 0.5 * far / (1 + (1 - 1 / ratio) * far.abs())

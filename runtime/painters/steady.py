"""``storybook``'s autoencoder: what it decodes encodes to the same latents again, however often a film goes round."""

from __future__ import annotations

import copy
from typing import Any

import torch
from diffusers.models.autoencoders.autoencoder_tiny import AutoencoderTiny, AutoencoderTinyOutput
from diffusers.models.autoencoders.vae import DecoderOutput
from diffusers.models.modeling_utils import ModelMixin as ModelMixin  # a pipeline looks for it beside the class
from torch import Tensor
from torch.nn import functional


class SteadyAutoencoder(AutoencoderTiny):
    """An ``AutoencoderTiny`` whose encoder is linear, each latent of one tile of the picture.

    What the decoder gives is back-projected (Irani & Peleg 1991, "Improving resolution by image registration"): the
    least change is added to it that makes it encode to the very latents it was decoded from. So a trip takes nothing
    away that the one before has not, but for rounding and what is out of a picture's range; and a picture is nearer to
    the one that was encoded, as both then lie in the same plane.
    """

    def encode(self, x: Tensor, return_dict: bool = True) -> Any:
        """Encode pictures (B×3×H×W, −1..1; sides in whole tiles) to latents (B×C×h×w), in one convolution."""
        shift, tiles, _ = self._plane(x.device)
        made = functional.conv2d(x.float(), tiles, shift, stride=tiles.shape[-1]).to(x.dtype)
        return AutoencoderTinyOutput(latents=made) if return_dict else (made,)

    def decode(self, x: Tensor, generator: torch.Generator | None = None, return_dict: bool = True) -> Any:
        """Decode latents (B×C×h×w) to pictures (B×3×H×W, about −1..1)."""
        made: Tensor = super().decode(x, generator, return_dict=False)[0]
        shift, tiles, back = self._plane(x.device)
        picture, side = made.float(), tiles.shape[-1]
        missing = x.float() - functional.conv2d(picture, tiles, shift, stride=side)
        mended = (picture + functional.conv_transpose2d(missing, back, stride=side)).to(made.dtype)
        return DecoderOutput(sample=mended) if return_dict else (mended,)

    @torch.no_grad()
    def _plane(self, device: torch.device) -> tuple[Tensor, Tensor, Tensor]:
        """The encoder as one convolution of tiles: its bias (C), kernels and their pseudo-inverse (C×3×S×S), in fp32.

        Found from what it makes of each single pixel, and kept until its weights change.
        """
        state = (device, *(_told(value) for value in self.encoder.parameters()))
        if self.__dict__.get("_found_for") != state:
            encoder = copy.deepcopy(self.encoder).to("cpu", torch.float64)
            side = 2 ** (len(self.config["encoder_block_out_channels"]) - 1)
            single = torch.eye(3 * side**2, dtype=torch.float64).view(-1, 3, side, side)
            none = encoder(torch.zeros_like(single[:1])).flatten()
            kernels = encoder(single).flatten(1).T - none[:, None]
            shape = (-1, 3, side, side)
            found = (none, kernels.reshape(shape), torch.linalg.pinv(kernels).T.reshape(shape))
            self._kept = tuple(one.float().contiguous().to(device) for one in found)
            self._found_for = state
        return self._kept


def _told(value: Tensor) -> tuple[int, int]:
    """Return what changes when a tensor does; what was made in inference mode is never changed in place."""
    return value.data_ptr(), 0 if value.is_inference() else value._version

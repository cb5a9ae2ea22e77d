"""The shapes of the text encoder, UNet and scheduler that `storybook` is made of."""

from __future__ import annotations

from dataclasses import dataclass

from animc.runtime.painters.sketched import SCHEDULE
from diffusers import DDIMScheduler, UNet2DConditionModel
from torch import nn
from transformers import CLIPTextConfig, CLIPTextModel

from .vocabulary import LENGTH, SPECIAL, canonical_words


@dataclass(frozen=True)
class Shape:
    """Widths: UNet channels at 16, 8 and 4 latent pixels, resnets a level, width and depth of the text encoder.

    `sketched`: the UNet sees a sketch of the words (`runtime/painters/sketch.py`) beside the noisy latent.
    """

    channels: tuple[int, int, int] = (64, 128, 192)
    layers: int = 1
    text: int = 320
    text_layers: int = 1
    latent_channels: int = 32
    sketched: bool = False


FULL = Shape()
TINY = Shape((16, 32, 32), 1, 32, 1)


def text_encoder(shape: Shape) -> CLIPTextModel:
    """A small CLIP text tower over the folded vocabulary.

    Words start at right angles to each other, so that each can be learnt by itself: with fewer dimensions than words,
    two hundred names of things were never told apart.
    """
    config = CLIPTextConfig(
        vocab_size=len(SPECIAL) + len(canonical_words()),
        hidden_size=shape.text,
        intermediate_size=shape.text * 2,
        num_hidden_layers=shape.text_layers,
        num_attention_heads=max(1, shape.text // 32),
        max_position_embeddings=LENGTH,
        hidden_act="gelu",
        pad_token_id=0,
        bos_token_id=2,
        eos_token_id=3,
        projection_dim=shape.text,
    )
    tower = CLIPTextModel(config)
    for name, value in tower.named_parameters():
        if name.endswith("token_embedding.weight"):
            nn.init.orthogonal_(value, APART)
    return tower


APART = 40.0
"""Length of a word's vector at first: large beside what its place and neighbours add."""


def unet(shape: Shape) -> UNet2DConditionModel:
    """Convolutions at 16 latent pixels, attention at 8 and 4 (where it costs least).

    The whole prompt also steers every block by way of the time embedding.
    """
    return UNet2DConditionModel(
        sample_size=16,
        in_channels=shape.latent_channels * (2 if shape.sketched else 1),
        out_channels=shape.latent_channels,
        block_out_channels=shape.channels,
        layers_per_block=shape.layers,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
        cross_attention_dim=shape.text,
        attention_head_dim=tuple(max(1, c // 32) for c in shape.channels),
        norm_num_groups=16,
        use_linear_projection=True,
        addition_embed_type="text",
        addition_embed_type_num_heads=4,
    )


def scheduler() -> DDIMScheduler:
    """What the U-Net is trained with and paints with."""
    return DDIMScheduler(**SCHEDULE)

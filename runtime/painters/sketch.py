"""The picture that a prompt alone calls up, before any noise: what ``storybook`` aims at where nothing else is known.

A painting from pure noise needs a layout, and a small denoiser learns layouts slowly. This net learns them by plain
regression, from the text encoder's tokens to the clean latent: the mean of what the words may mean, which is what a
denoiser should answer at the greatest noise. It takes the U-Net's place there (an expert of its own for the noisiest
steps, as in eDiff-I, arXiv:2211.01324).
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

SAID = 16.0
"""What the sum of a prompt's tokens is divided by, to be about as large as one of them."""


@dataclass(frozen=True)
class SketchShape:
    """Width of the text's trunk, its layers, number of the learnt maps, of names, of lights and of hues; channels,
    hidden channels and number of blocks; cells of a side of what is seen of a small and of a big thing; cells that the
    first, second and third of a prompt's things stand to the right of the middle."""

    text: int = 320
    width: int = 256
    layers: int = 2
    maps: int = 384
    names: int = 240
    lights: int = 12
    hues: int = 12
    spans: tuple[int, ...] = (6, 10)
    spots: tuple[int, ...] = (0, -5, 5)
    channels: int = 128
    hidden: int = 384
    blocks: int = 4
    side: int = 16
    latent_channels: int = 32


class _Block(nn.Module):
    """A look from each place at each word, then ConvNeXt's block (arXiv:2201.03545), turned by the whole text."""

    def __init__(self, shape: SketchShape) -> None:
        super().__init__()
        wide = shape.channels
        self.norms = nn.ModuleList(nn.GroupNorm(8, wide) for _ in range(2))
        self.around = nn.Conv2d(wide, wide, 3, padding=1, groups=wide)
        self.out = nn.Conv2d(wide, shape.hidden, 1)
        self.back = nn.Conv2d(shape.hidden, wide, 1)
        self.turn = nn.Linear(shape.width, 2 * shape.hidden)
        self.look = nn.MultiheadAttention(
            wide, max(1, wide // 32), kdim=shape.width, vdim=shape.width, batch_first=True
        )
        self.place = nn.Parameter(torch.randn(1, shape.side**2, wide) * 0.2)

    def forward(self, x: Tensor, whole: Tensor, words: Tensor) -> Tensor:
        """``x``: B×C×h×w; ``whole``: B×W; ``words``: B×L×W."""
        asked = self.norms[0](x).flatten(2).transpose(1, 2) + self.place
        x = x + self.look(asked, words, words, need_weights=False)[0].transpose(1, 2).reshape(x.shape)
        scale, shift = self.turn(functional.silu(whole))[:, :, None, None].chunk(2, 1)
        inner = self.out(self.around(self.norms[1](x)))
        return x + self.back(functional.silu(inner * (1 + scale) + shift))


class Sketch(nn.Module):
    """From a prompt's tokens (B×L×C) to the clean latent that they mean (B×c×16×16).

    A land is called up by all that is said, a thing by its name alone: what it hides of the land, and what is seen
    there instead, as large and in the hue that is said before it, in the land's light. The next stands beside it.
    """

    fixed: Tensor

    def __init__(self, shape: SketchShape = SketchShape()) -> None:
        super().__init__()
        self.shape = shape
        wide, deep = shape.width, shape.latent_channels
        self.enter = nn.Linear(shape.text, wide)
        layer = nn.TransformerEncoderLayer(wide, 4, wide * 3, 0.0, "gelu", batch_first=True, norm_first=True)
        self.trunk = nn.TransformerEncoder(layer, shape.layers, enable_nested_tensor=False)
        self.sum = nn.Parameter(torch.randn(1, 1, wide) * 0.2)
        self.weigh = nn.Sequential(nn.LayerNorm(wide), nn.Linear(wide, shape.maps), nn.GELU())
        self.add = nn.Linear(shape.text, wide)
        self.maps = nn.Linear(shape.maps, deep * shape.side**2)
        self.names = nn.Linear(shape.text, shape.names)
        self.stencils = nn.Parameter(torch.zeros(shape.names, (1 + deep) * shape.side**2))
        self.register_buffer("fixed", torch.zeros(shape.names))
        self.hues = nn.Linear(shape.text, shape.hues)
        self.paints = nn.Parameter(torch.zeros(shape.hues, deep, 1 + deep))
        self.sizes = nn.Linear(shape.text, len(shape.spans))
        for number, span in enumerate(shape.spans):
            self.register_parameter(f"sized{number}", nn.Parameter(torch.zeros(shape.names, (1 + deep) * span**2)))
            self.register_buffer(f"corners{number}", torch.zeros(shape.names, 2, dtype=torch.float32))
        self.calm = nn.LayerNorm(wide)
        self.light = nn.Linear(wide, shape.lights + deep)
        self.tints = nn.Parameter(torch.randn(shape.lights, deep, deep) * 0.02)
        self.widen = nn.Conv2d(2 * deep + 1, shape.channels, 1)
        self.blocks = nn.ModuleList(_Block(shape) for _ in range(shape.blocks))
        last = nn.Conv2d(shape.channels, deep, 3, padding=1)
        self.leave = nn.Sequential(nn.GroupNorm(8, shape.channels), nn.SiLU(), last)
        with torch.no_grad():
            for layer in (self.maps, self.light, last):
                layer.weight.mul_(0.1)
            nn.init.zeros_(self.light.bias)
            for layer in (self.names, self.hues, self.sizes):
                nn.init.constant_(layer.bias, UNNAMED)

    def named(self, tokens: Tensor) -> tuple[Tensor, Tensor]:
        """Return whether each name is said for each spot, as it is, small or big (B×S×3·N, 0..1), and its hue (B×S×H).

        Hues and sizes are those of the name after them. A word that is a hue and a name (an orange) is no name before
        another one. The first thing has the first spot, the next the second; but if there are any that always stand in
        the first (``fixed``: buildings), it is one of them. After the last spot there is no room.
        """
        names, hues, sizes = (torch.sigmoid(layer(tokens)) for layer in (self.names, self.hues, self.sizes))
        any_name = 1 - (1 - names).prod(2, keepdim=True)
        following = functional.pad(any_name, (0, 0, 0, 1))[:, 1:]
        names = names * (1 - hues.amax(2, keepdim=True) * following)
        hued, sized = (_before(said, any_name) for said in (hues, sizes))
        fresh = _new(names, hued)
        spots = self._spotted(fresh).transpose(1, 2)
        usual = 1 - sized.sum(2, keepdim=True).clamp(max=1)
        told = (torch.cat((usual, sized), 2)[:, :, :, None] * fresh[:, :, None]).flatten(2)
        return (spots @ told).clamp(max=1), (spots * fresh.sum(2)[:, None]).clamp(max=1) @ hued

    def _spotted(self, fresh: Tensor) -> Tensor:
        """Return whether each token's thing stands at each spot (B×L×S, 0 or 1), given the names that it is (B×L×N)."""
        fixed = (fresh * self.fixed).sum(2) > 0.5
        first = fixed & (fixed.cumsum(1) == 1)
        others = ((fresh.sum(2) > 0.5) & ~first).long()
        number = torch.where(first, 0, others.cumsum(1) - others + fixed.any(1, keepdim=True).long())
        return (number[..., None] == torch.arange(len(self.shape.spots), device=fresh.device)).to(fresh)

    def all_stencils(self) -> Tensor:
        """Return what each name hides and shows, as it is, small and big: 3·N×(1+c)·16·16."""
        shape, found = self.shape, list[Tensor]([self.stencils])
        for number, span in enumerate(shape.spans):
            part = getattr(self, f"sized{number}").view(shape.names, -1, span**2)
            top, left = getattr(self, f"corners{number}").long().clamp(0, shape.side - span).unbind(1)
            steps = torch.arange(span, device=part.device)
            cells = (top[:, None, None] + steps[:, None]) * shape.side + left[:, None, None] + steps
            cells = cells.view(shape.names, 1, -1).expand_as(part)
            found.append(part.new_zeros(*part.shape[:2], shape.side**2).scatter(2, cells, part).flatten(1))
        return torch.cat(found)

    def things(self, named: Tensor, hued: Tensor) -> tuple[Tensor, Tensor]:
        """Return what is hidden (B×1×16×16) and shown (B×c×16×16) of what is ``named``, each thing before the last."""
        seen = (named @ self.all_stencils()).unflatten(2, (-1, self.shape.side, self.shape.side))
        hole, shown = torch.zeros_like(seen[:, 0, :1]), torch.zeros_like(seen[:, 0, 1:])
        for spot, (steps, hue) in enumerate(zip(self.shape.spots, hued.unbind(1), strict=True)):
            part = functional.pad(seen[:, spot], (steps, -steps))
            painted = torch.einsum("bh,hci,biyx->bcyx", hue, self.paints, part)
            before = part[:, :1].clamp(0, 1)
            shown = shown * (1 - before) + part[:, 1:] + painted
            hole = hole + before - hole * before
        return hole, shown

    def forward(self, tokens: Tensor) -> Tensor:
        """Return the latents of the tokens."""
        said, shape = tokens.sum(1) / SAID, self.shape
        words = self.enter(tokens)
        words = self.trunk(torch.cat((self.sum.expand(len(words), -1, -1), words), 1))
        whole = self.calm(words[:, 0] + self.add(said))
        size = (-1, shape.side, shape.side)
        land = self.maps(self.weigh(words[:, 0])).unflatten(1, size)
        hole, shown = self.things(*self.named(tokens))
        strength, haze = self.light(whole).tensor_split((shape.lights,), 1)
        tint = torch.einsum("bk,kij->bij", strength, self.tints)
        lit = shown + (tint @ shown.flatten(2)).view_as(shown) + hole * haze[:, :, None, None]
        base = (land * (1 - hole) + lit).contiguous(memory_format=torch.channels_last)
        x = self.widen(torch.cat((base, hole, shown), 1).contiguous(memory_format=torch.channels_last))
        for block in self.blocks:
            x = block(x, whole, words)
        return base + self.leave(x)


GAP = 2
"""Words at most that may stand between a name and what it is said to be, none of them a name."""


def _before(said: Tensor, any_name: Tensor) -> Tensor:
    """Return what is said before each token (B×L×K): of ``said`` up to ``GAP`` words away, no name between."""
    found, clear = torch.zeros_like(said), torch.ones_like(any_name)
    for gap in range(1, GAP + 2):
        found = torch.maximum(found, functional.pad(said, (0, 0, gap, 0))[:, :-gap] * clear)
        clear = clear * (1 - functional.pad(any_name, (0, 0, gap, 0))[:, :-gap])
    return found


def _new(names: Tensor, hued: Tensor) -> Tensor:
    """Return how far each token's name (B×L×N) is that of a thing not yet said; ``hued``: its hue (B×L×H).

    A name said again is the same thing again, but for one in a hue after one in another.
    """
    pairs = names[..., None] * torch.cat((1 - hued.amax(2, keepdim=True), hued), 2)[:, :, None]
    unsaid = functional.pad((1 - pairs).cumprod(1), (0, 0, 0, 0, 1, 0), value=1.0)[:, :-1]
    return pairs[..., 0] * unsaid.prod(3) + unsaid[..., 0] * (pairs * unsaid)[..., 1:].sum(3)


UNNAMED = -8.0
"""Bias of a name at first: most words are not it."""


def shape_of(settings: dict[str, Any]) -> SketchShape:
    """Return the shape that a config's settings tell."""
    made = SketchShape(**settings)
    spots = (max(-made.side, min(made.side, spot)) for spot in made.spots)
    return replace(made, spans=tuple(made.spans), spots=tuple(spots))  # lists, as JSON has them


def load_sketch(folder: Path) -> Sketch:
    """Return the net in a folder (``config.json`` and ``model.safetensors``), in fp32."""
    from safetensors.torch import load_file

    net = Sketch(shape_of(json.loads((folder / "config.json").read_text(encoding="utf-8"))))
    net.load_state_dict({name: value.float() for name, value in load_file(folder / "model.safetensors").items()})
    return net.eval().requires_grad_(False)


def save_sketch(net: Sketch, folder: Path) -> None:
    """Write the net to a folder, in fp16."""
    from safetensors.torch import save_file

    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(asdict(net.shape), indent=2) + "\n", encoding="utf-8")
    weights: dict[str, Any] = {name: value.half().contiguous() for name, value in net.state_dict().items()}
    save_file(weights, folder / "model.safetensors")

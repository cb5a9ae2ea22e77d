"""RIFE's flow net of the v4.0 to v4.6 shape, in torch: two pictures and a time give the picture in between.

Huang et al. 2022, "Real-Time Intermediate Flow Estimation for Video Frame Interpolation" (arXiv 2011.06294), as
Practical-RIFE trains it: four blocks, coarse to fine, each refining the flows to both pictures and the mask that blends
them. The names of the parts are those of the public weights. A net may also start from flows and a mask found by other
means: then its first block is like the others, and the coarsest scales are left out.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from ..errors import RenderError

WIDTHS = (192, 128, 96, 64)
"""Channels of the four blocks in the public weights."""

SCALES = (8, 4, 2, 1)
"""How much smaller than the picture each block sees it; a net of fewer blocks leaves the first ones out."""

PLAIN, STARTED = 7, 12
"""Channels that the first block takes: two pictures and the time; or what every later block takes."""

MULTIPLE = 32
"""Sides are padded to a multiple of this: the coarsest block sees an eighth, and halves that twice."""


class Residual(nn.Module):
    """A convolution beside what it is given, with a strength for each channel."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(width, width, 3, 1, 1)
        self.beta = nn.Parameter(torch.ones(1, width, 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        """Return B×C×H×W of the same shape."""
        return functional.leaky_relu(torch.addcmul(x, self.conv(x), self.beta), 0.2, inplace=True)


def _halving(inside: int, outside: int) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(inside, outside, 3, 2, 1), nn.LeakyReLU(0.2, inplace=True))


class Block(nn.Module):
    """Refines flows and mask at one scale."""

    def __init__(self, inside: int, width: int) -> None:
        super().__init__()
        self.conv0 = nn.Sequential(_halving(inside, width // 2), _halving(width // 2, width))
        self.convblock = nn.Sequential(*(Residual(width) for _ in range(8)))
        self.lastconv = nn.Sequential(nn.ConvTranspose2d(width, 24, 4, 2, 1), nn.PixelShuffle(2))

    def forward(self, seen: Tensor, flow: Tensor | None, scale: int) -> tuple[Tensor, Tensor]:
        """Return what to add to the flows (B×4×H×W, pixels) and to the mask (B×1×H×W, before its sigmoid)."""
        size = seen.shape[-2:]
        parts = [seen] if flow is None else [seen, flow]
        parts = [_resized(part, [side // scale for side in size]) for part in parts]
        if flow is not None:
            parts[1] = parts[1] / scale
        told = _resized(self.lastconv(self.convblock(self.conv0(torch.cat(parts, 1)))), list(size))
        return told[:, :4] * scale, told[:, 4:5]


def _resized(x: Tensor, size: list[int]) -> Tensor:
    return x if list(x.shape[-2:]) == size else functional.interpolate(x, size, mode="bilinear", align_corners=False)


def look_along(picture: Tensor, flow: Tensor, sampling: str = "bilinear") -> Tensor:
    """Return B×C×H×W where each pixel shows ``picture`` at its own place plus ``flow`` (B×2×H×W, x and y in pixels)."""
    height, width = picture.shape[-2:]
    spans = flow.new_tensor([max(width - 1, 1), max(height - 1, 1)]) / 2
    places = _places(height, width, flow.device, flow.dtype)
    grid = torch.addcdiv(places, flow.permute(0, 2, 3, 1), spans)
    return functional.grid_sample(picture, grid, sampling, "border", align_corners=True)


@lru_cache(maxsize=2)  # a film asks for the same ones at every look
@torch.inference_mode(False)
def _places(height: int, width: int, device: torch.device, dtype: torch.dtype) -> Tensor:
    """Return H×W×2: each pixel's x and y, -1..1 across the picture."""
    across, down = (torch.linspace(-1, 1, side, device=device, dtype=dtype) for side in (width, height))
    return torch.stack(torch.meshgrid(across, down, indexing="xy"), -1)


class FlowNet(nn.Module):
    """IFNet: ``widths`` are the channels of its blocks, coarse to fine; a ``started`` one refines given flows."""

    def __init__(self, widths: tuple[int, ...] = WIDTHS, started: bool = False) -> None:
        super().__init__()
        self.widths, self.started = widths, started
        for number, width in enumerate(widths):
            setattr(self, f"block{number}", Block(PLAIN if number == 0 and not started else STARTED, width))

    def steps(self, one: Tensor, two: Tensor, time: Tensor, start: Tensor | None = None) -> list[tuple[Tensor, Tensor]]:
        """Return, coarse to fine, the picture in between after each block, and its flows (B×4×H×W, pixels).

        ``one``, ``two``: B×3×H×W in 0..1, sides multiples of 32. ``time``: B, in 0..1. ``start``, for a started net:
        B×5×H×W, flows to both pictures (pixels) and the mask of the first one before its sigmoid.
        """
        return [(blended(one, two, flow, mask), flow) for flow, mask in self._blocks(one, two, time, start)]

    def _blocks(self, one: Tensor, two: Tensor, time: Tensor, start: Tensor | None) -> Iterator[tuple[Tensor, Tensor]]:
        """Give the flows and the mask as each block has them."""
        plane = time.view(-1, 1, 1, 1).expand(-1, 1, *one.shape[-2:])
        flow, mask = (None, torch.zeros_like(plane)) if start is None else (start[:, :4], start[:, 4:])
        for number, scale in zip(range(len(self.widths)), SCALES[-len(self.widths) :], strict=True):
            block = getattr(self, f"block{number}")
            if flow is None:
                flow, mask = block(torch.cat((one, two, plane), 1), None, scale)
            else:
                looks = look_along(one, flow[:, :2]), look_along(two, flow[:, 2:])
                more, told = block(torch.cat((*looks, plane, mask), 1), flow, scale)
                flow, mask = flow + more, mask + told
            yield flow, mask

    def forward(self, one: Tensor, two: Tensor, time: Tensor, start: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Return the flows (B×4×H×W, pixels) and the mask before its sigmoid (B×1×H×W) at ``time`` (B, 0..1).

        ``one``, ``two``: B×3×H×W in 0..1, of any sides. ``start``: as for `steps`.
        """
        height, width = one.shape[-2:]
        pads = (0, -width % MULTIPLE, 0, -height % MULTIPLE)
        if any(pads):
            one, two = (functional.pad(picture, pads, "replicate") for picture in (one, two))
            start = None if start is None else functional.pad(start, pads, "replicate")
        ((flow, mask),) = deque(self._blocks(one, two, time, start), maxlen=1)
        return flow[..., :height, :width], mask[..., :height, :width]


def blended(one: Tensor, two: Tensor, flow: Tensor, mask: Tensor) -> Tensor:
    """Return both pictures (B×3×H×W) carried along their flows and mixed; cubic, as linear sampling blurs them."""
    looks = look_along(one, flow[:, :2], "bicubic"), look_along(two, flow[:, 2:], "bicubic")
    return torch.lerp(looks[1], looks[0], torch.sigmoid(mask))


def load_flownet(path: Path) -> FlowNet:
    """Return the net in a file (.safetensors, .pkl, .pth, .pt) or in a folder that holds one; no code in it is run.

    Raises RenderError where there is none, or one of another shape (v4.0 to v4.6 have this one).
    """
    file = _weights_in(path)
    state = {re.sub(r"^module\.", "", name): value for name, value in _read(file).items()}
    try:
        started = int(state["block0.conv0.0.0.weight"].shape[1]) == STARTED
        # a plain net that lacks a block is a broken file, not a smaller net
        blocks = sum(f"block{number}.conv0.1.0.weight" in state for number in range(4)) if started else 4
        widths = tuple(int(state[f"block{number}.conv0.1.0.weight"].shape[0]) for number in range(blocks))
        net = FlowNet(widths, started)
        held = net.state_dict()
        net.load_state_dict({name: value.float() for name, value in state.items() if name in held})
    except (KeyError, RuntimeError, AttributeError, IndexError) as fault:
        raise RenderError(
            f"{file} holds no flow net of RIFE's v4.0 to v4.6 shape",
            "take Practical-RIFE's flownet.pkl of 4.6, or leave --model out",
        ) from fault
    return net.eval().requires_grad_(False)


def _weights_in(path: Path) -> Path:
    if path.is_dir():
        for name in ("model.safetensors", "flownet.safetensors", "flownet.pkl"):
            if (path / name).is_file():
                return path / name
        raise RenderError(f"{path} holds no flow net (no flownet.pkl, no model.safetensors)", "name the file itself")
    if not path.is_file():
        raise RenderError(f"there is no flow net {path}", "name a file or folder of RIFE weights, or leave --model out")
    return path


def _read(file: Path) -> dict[str, Any]:
    try:
        if file.suffix == ".safetensors":
            from safetensors.torch import load_file

            return load_file(file)
        state = torch.load(file, map_location="cpu", weights_only=True)
    except Exception as fault:  # torch, zipfile, pickle and safetensors each raise their own
        repair = "download it again; nothing but tensors is read"
        raise RenderError(f"{file} cannot be read as weights", repair) from fault
    if not isinstance(state, dict):
        raise RenderError(f"{file} holds no table of weights", "name RIFE's flownet.pkl")
    return state

"""The small depth model that comes with `storybook`: a picture to relative depth, larger is farther."""

from __future__ import annotations

import json
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional


def _conv(inside: int, outside: int, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inside, outside, 3, stride, 1, bias=False, padding_mode="replicate"),
        nn.BatchNorm2d(outside),
        nn.ReLU(inplace=True),
    )


class _Block(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            _conv(width, width),
            nn.Conv2d(width, width, 3, 1, 1, bias=False, padding_mode="replicate"),
            nn.BatchNorm2d(width),
        )

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(x + self.body(x))


class DepthNet(nn.Module):
    """A U-shaped net of five levels with a glance at the whole picture at the bottom.

    It looks at 192 pixels on the short side, whatever comes in.
    """

    def __init__(self, widths: tuple[int, ...] = (16, 32, 64, 96, 128), side: int = 192) -> None:
        super().__init__()
        self.side = side
        self.down = nn.ModuleList(
            nn.Sequential(_conv(a, b, 2), _Block(b)) for a, b in zip((3, *widths[:-1]), widths, strict=True)
        )
        self.whole = nn.Sequential(nn.Linear(widths[-1], widths[-1]), nn.ReLU(), nn.Linear(widths[-1], widths[-1]))
        self.up = nn.ModuleList(_conv(a + b, b) for a, b in zip(widths[:0:-1], widths[-2::-1], strict=True))
        self.out = nn.Conv2d(widths[0], 1, 3, 1, 1, padding_mode="replicate")

    def forward(self, picture: Tensor) -> Tensor:
        """B×3×H×W in 0..1 to depth B×H×W in 0..1, 0 nearest."""
        height, width = picture.shape[-2:]
        scale = self.side / min(height, width)
        size = [max(32, round(extent * scale / 32) * 32) for extent in (height, width)]
        x = (
            functional.interpolate(picture, size=size, mode="bilinear", antialias=scale < 1)
            if size != [height, width]
            else picture
        )
        x, levels = x * 2 - 1, []
        for level in self.down:
            x = level(x)
            levels.append(x)
        x = x + self.whole(x.mean((2, 3)))[..., None, None]
        for join, beside in zip(self.up, levels[-2::-1], strict=True):
            x = join(torch.cat([functional.interpolate(x, size=beside.shape[-2:], mode="bilinear"), beside], 1))
        return functional.interpolate(torch.sigmoid(self.out(x)), size=(height, width), mode="bilinear")[:, 0]


def load_depthnet(
    folder: str | Path, device: str | torch.device = "cpu", dtype: torch.dtype = torch.float32
) -> DepthNet:
    """The net in a folder (config.json, model.safetensors), ready to look.

    Raises FileNotFoundError if a part is missing.
    """
    folder = Path(folder)
    config = json.loads((folder / "config.json").read_text())
    net = DepthNet(tuple(config["widths"]), int(config["side"]))
    net.load_state_dict(load_file(folder / "model.safetensors"))
    net.to(device=device, dtype=dtype)
    net.to(memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue] (torch's stubs want a 4-d tensor's too)
    return net.eval().requires_grad_(False)

"""How far each pixel stands: flat, a gradient, the built-in network, or a depth model of the hub.

Every depth comes out in 1..2, larger is farther, the range that Deforum's motion units expect.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from . import hub
from .errors import RenderError
from .protocols import Depth

BUILT_IN = Path(__file__).parent / "weights" / "depth"

KNOWN = {
    "depth-anything": "depth-anything/Depth-Anything-V2-Small-hf",
    "dpt": "Intel/dpt-large",
    "zoedepth": "Intel/zoedepth-nyu-kitti",
}
"""The hub's models behind the short names."""

METRIC = ("zoedepth", "depth_pro", "glpn")
"""Model types that tell metres; others tell disparity, larger is nearer."""

SIDES = {"cpu": 252}
"""Pixels of the shorter side that a hub's model looks at, by device; elsewhere SIDE. 252 and 518 suit patches of 14."""

SIDE = 518


class Flat:
    """A card one unit away: ``depth = "none"``."""

    fingerprint = "flat 1"

    def depth(self, image: Tensor) -> Tensor:
        """Return 1 everywhere."""
        return torch.ones(image.shape[1:], device=image.device)


class Gradient:
    """A guess that needs no model: a picture's foot is near and its head is far, as in most landscapes."""

    fingerprint = "gradient 1"

    def depth(self, image: Tensor) -> Tensor:
        """Return 2 at the top falling to 1 at the bottom, gently at both ends."""
        height, width = image.shape[1:]
        down = (torch.arange(height, dtype=torch.float32, device=image.device) + 0.5) / height
        return (2 - down * down * (3 - 2 * down))[:, None].expand(height, width).contiguous()


class BuiltIn:
    """The small network that ships with animc."""

    def __init__(self, folder: Path, device: torch.device) -> None:
        from .depthnet import load_depthnet

        self.net = load_depthnet(folder, device, torch.float32)
        content = hashlib.blake2b((folder / "model.safetensors").read_bytes(), digest_size=16).hexdigest()
        self.fingerprint = f"builtin {content} {device.type} torch {torch.__version__}"

    def depth(self, image: Tensor) -> Tensor:
        """Return the network's depth, brought from 0..1 to 1..2."""
        return 1 + self.net(image[None])[0].float().clamp(0, 1)


class HubDepth:
    """Any depth model that transformers loads: Depth Anything, DPT (MiDaS), ZoeDepth, Depth Pro and others."""

    def __init__(self, place: hub.Place, device: torch.device) -> None:
        with hub.quietly("transformers"):
            from transformers import AutoModelForDepthEstimation

            near = {"use_safetensors": True, "local_files_only": place.folder is not None, "trust_remote_code": False}
            try:
                self.model: Any = AutoModelForDepthEstimation.from_pretrained(place.source, **near)
                looks = _preprocessing(place, near)
            except Exception as fault:  # transformers, safetensors and the hub raise of many kinds
                raise hub.explained(place, fault) from fault
        self.model = self.model.float().to(device).eval().requires_grad_(False)
        config = self.model.config
        self.metric = config.model_type in METRIC or getattr(config, "depth_estimation_type", "") == "metric"
        self.multiple = _patch(config)
        self.side = SIDES.get(device.type, SIDE)
        self.mean = torch.tensor(looks.get("image_mean", [0.485, 0.456, 0.406]), device=device)[:, None, None]
        self.std = torch.tensor(looks.get("image_std", [0.229, 0.224, 0.225]), device=device)[:, None, None]
        self.fingerprint = f"{place.name} {_weights(self.model)} {device.type} {self.side} torch {torch.__version__}"

    def depth(self, image: Tensor) -> Tensor:
        """Return the model's depth, its nearest and farthest twentieths brought to 1 and 2."""
        size = image.shape[1:]
        scale = self.side / min(size)
        fit = [max(round(side * scale / self.multiple), 1) * self.multiple for side in size]
        small = functional.interpolate(image[None], fit, mode="bicubic", antialias=True, align_corners=False)[0]
        seen = self.model(pixel_values=((small - self.mean) / self.std)[None]).predicted_depth.float()
        seen = seen.reshape(1, 1, *seen.shape[-2:])
        disparity = 1 / seen.clamp(min=1e-3) if self.metric else seen
        return 2 - _spread(functional.interpolate(disparity, tuple(size), mode="bilinear", align_corners=False)[0, 0])


def _spread(disparity: Tensor) -> Tensor:
    """Return disparity in 0..1, the few farthest and nearest pixels cut off so that they do not set the scale."""
    low, high = torch.quantile(disparity[::4, ::4].flatten(), torch.tensor([0.02, 0.98], device=disparity.device))
    return ((disparity - low) / (high - low).clamp(min=1e-6)).clamp(0, 1)


def _patch(config: Any) -> int:
    """Return what the sides of a model's input must be multiples of."""
    backbone = getattr(config, "backbone_config", None)
    return int(getattr(backbone, "patch_size", None) or 32) if config.model_type == "depth_anything" else 32


def _preprocessing(place: hub.Place, near: dict[str, bool]) -> dict[str, Any]:
    from transformers.image_processing_base import ImageProcessingMixin

    try:
        return ImageProcessingMixin.get_image_processor_dict(place.source, local_files_only=near["local_files_only"])[0]
    except OSError:
        return {}


def _weights(model: torch.nn.Module) -> str:
    digest = hashlib.blake2b(digest_size=16)
    for name, tensor in model.state_dict().items():
        flat = tensor.detach().flatten()
        digest.update(name.encode() + flat[:: max(flat.numel() // 256, 1)].cpu().double().numpy().tobytes())
    return digest.hexdigest()


def open_depth(name: str, *, device: torch.device | None = None, base: Path = Path()) -> Depth:
    """Return the depth that a script in the folder ``base`` names, on ``device``.

    ``auto`` is the built-in network. Raises RenderError where the model cannot be had.
    """
    device = device or torch.device("cpu")
    if name == "none":
        return Flat()
    if name == "gradient":
        return Gradient()
    if name == "auto" and not (BUILT_IN / "model.safetensors").is_file():
        return Gradient()
    if name in ("auto", "builtin"):
        return _built_in(device)
    place = hub.find(KNOWN.get(name, name), base, "config.json", "depth model")
    return HubDepth(place, device)


def _built_in(device: torch.device) -> Depth:
    try:
        return BuiltIn(BUILT_IN, device)
    except Exception as fault:  # a damaged installation, in whatever way
        raise RenderError(f"the built-in depth model cannot be loaded: {fault}", "install animc again") from fault

"""What a model does when the script does not say, and the size that it paints at."""

from __future__ import annotations

import inspect
import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FILE = "animc.json"
"""A file beside ``model_index.json`` that tells a model's steps, cfg, native_size and rescale; each may be left out."""

QUICK = ("turbo", "lightning", "hyper", "schnell", "lcm")
"""Parts of names of models that were distilled to paint in a few steps without guidance."""

QUICK_STEPS = 4


@dataclass(frozen=True)
class Habits:
    """A model's own steps and guidance, and the side in pixels of the square picture it was trained on.

    ``own_size``: it says that it paints well at that area only. ``rescale``: the share of guided pictures' contrast
    that is brought back to the unguided one's (arXiv:2305.08891, section 3.4).
    """

    steps: int
    cfg: float
    native: int
    own_size: bool = False
    rescale: float = 0.0


def habits_of(pipeline: Any, folder: Path | None, name: str) -> Habits:
    """Return a pipeline's habits: as its ``animc.json`` says, as its name tells, or as diffusers' defaults are."""
    said = _said(folder)
    defaults = inspect.signature(pipeline.__call__).parameters
    steps, cfg = _default(defaults, "num_inference_steps", 30), _default(defaults, "guidance_scale", 5.0)
    if any(word in name.lower() for word in QUICK) and not _takes_guidance(pipeline):
        steps, cfg = QUICK_STEPS, 0.0
    return Habits(
        steps=max(1, int(said.get("steps", steps))),
        cfg=float(said.get("cfg", cfg)),
        native=int(said.get("native_size", _native(pipeline))),
        own_size="native_size" in said,
        rescale=float(said.get("rescale", 0.0)),
    )


def _said(folder: Path | None) -> dict[str, Any]:
    if folder is None or not (folder / FILE).is_file():
        return {}
    try:
        said = json.loads((folder / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return (
        {name: value for name, value in said.items() if isinstance(value, int | float)}
        if isinstance(said, dict)
        else {}
    )


def _default(parameters: Any, name: str, otherwise: float) -> float:
    value = parameters[name].default if name in parameters else None
    return float(value) if isinstance(value, int | float) else otherwise


def _takes_guidance(pipeline: Any) -> bool:
    """Tell whether guidance is an input of the model, as with latent consistency models, whose defaults are right."""
    config = getattr(getattr(pipeline, "unet", None), "config", None)
    return bool(config and config.get("time_cond_proj_dim"))


def _native(pipeline: Any) -> int:
    core = getattr(pipeline, "unet", None) or getattr(pipeline, "transformer", None)
    side = core.config.get("sample_size") if core is not None else None
    factor = getattr(pipeline, "vae_scale_factor", 8)
    return int(side) * int(factor) if isinstance(side, int) else 1024


def canvas_size(size: tuple[int, int], habits: Habits, multiple: int) -> tuple[int, int]:
    """Return the size (width, height) that a model paints a film of ``size`` at, in multiples of ``multiple``.

    A model that says so paints at its native area. Others paint at the film's size up to three times their native
    area, past which they repeat themselves. The film's aspect stays.
    """
    area, native = size[0] * size[1], habits.native**2
    outside = not 0.8 < area / native < 1.25 if habits.own_size else area > 3 * native
    scale = math.sqrt(native / area) if outside else 1.0
    width, height = (max(round(side * scale / multiple), 1) * multiple for side in size)
    return width, height

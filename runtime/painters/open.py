"""From the model that a script names to the painter that it means."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

from ...compiler.schedule import Schedule
from ..additions import paths_of
from ..errors import RenderError
from ..protocols import Painter
from .company import Company
from .still import Still


def open_painter(
    schedule: Schedule, *, device: str | None = None, dtype: torch.dtype | None = None, base: Path = Path()
) -> Painter:
    """Return the schedule's painter, its model loaded on ``device`` (None: the best there is); a company of painters
    where shots have models of their own.

    ``base`` is the script's folder, which a relative model folder is looked for in. Raises RenderError where a
    model cannot be had.
    """
    usual = str(schedule.settings.get("model", "storybook"))

    def hire(model: str) -> Painter:
        if model == "none":
            return Still(schedule.size)
        return _open_model(model, schedule, device, dtype, base)

    names = {shot.start: shot.model or usual for shot in schedule.shots}
    return Company(names, hire) if len(set(names.values())) > 1 else hire(names.get(0, usual))


def _open_model(model: str, schedule: Schedule, device: str | None, dtype: torch.dtype | None, base: Path) -> Painter:
    # The model rooms are entered only here: `model = "none"` must not wait for diffusers to load.
    from ..hub import best_device, best_dtype
    from .added import add
    from .autoencoder import swap
    from .compiled import compiled
    from .habits import habits_of
    from .latent import LatentPainter
    from .load import find, fingerprint, load_pipeline
    from .whole import WholePainter

    place = find(model, base)
    where = best_device(device)
    kind = dtype or best_dtype(where)
    pipeline = load_pipeline(place, kind)
    habits = habits_of(pipeline, place.folder, model)
    if vae := schedule.settings.get("vae"):
        swap(pipeline, str(vae), base, model)
    mark = fingerprint(pipeline, where, kind)
    _settle(pipeline, where, model)
    files = {kind: paths_of(schedule.settings, kind, base) for kind in ("lora", "embedding")}
    added = add(pipeline, files["lora"], files["embedding"], model)
    if _is_latent(pipeline, model):
        sampler, hires = str(schedule.settings.get("sampler", "auto")), float(schedule.settings.get("hires", 1))
        if schedule.settings.get("tiling"):
            _tile(pipeline)
            mark += " tiling"
        if schedule.settings.get("compile"):
            compiled(pipeline.unet, model)
            mark += " compiled"
        return LatentPainter(pipeline, habits, schedule.size, where, sampler, mark, hires, added)
    _refuse(schedule, model)
    return WholePainter(pipeline, habits, schedule.size, where, mark, added)


LATENT_ONLY = {"subseed_strength": 0.0, "noise_multiplier": 1.0, "clip_skip": 1}
"""What only the latent painter can do, and the value that asks for nothing."""


def _refuse(schedule: Schedule, model: str) -> None:
    """Raise RenderError where a script asks of a whole pipeline what it has no way to do."""
    wanted = {name: bool(schedule.settings.get(name)) for name in ("tiling", "compile")}
    wanted["hires"] = float(schedule.settings.get("hires", 1)) > 1
    for name in (name for name, asked in wanted.items() if asked):
        raise RenderError(f"{model} does not take {name}", "leave it out, or use a model with a U-Net")
    for name, nothing in LATENT_ONLY.items():
        if name in schedule.tracks and bool((schedule.tracks[name] != nothing).any()):
            raise RenderError(f"{model} does not take {name}", "leave it out, or use a model with a U-Net")


def _tile(pipeline: Any) -> None:
    """Let every convolution look past an edge at the other side, so that what is painted fits on to itself."""
    for part in (pipeline.unet, pipeline.vae):
        for layer in part.modules():
            if isinstance(layer, torch.nn.Conv2d):
                layer.padding_mode = "circular"


UNETS = ("UNet2DConditionModel", "SketchedUNet")
"""Classes that the latent painter drives: diffusers' own, and the built-in model's around one."""


def _is_latent(pipeline: Any, model: str) -> bool:
    """Tell whether a pipeline is text encoder, U-Net and autoencoder over a noise schedule. Raises RenderError for
    an inpainting or upscaling model, which wants more than a picture and words."""
    unet, vae = getattr(pipeline, "unet", None), getattr(pipeline, "vae", None)
    if unet is None or vae is None or type(unet).__name__ not in UNETS:
        return False
    if unet.config.in_channels != vae.config.latent_channels:
        raise RenderError(
            f"{model} is an inpainting, editing or upscaling model", "use a text-to-image model such as its base"
        )
    return hasattr(pipeline.scheduler, "alphas_cumprod") and hasattr(pipeline, "encode_prompt")


def _settle(pipeline: Any, device: torch.device, model: str) -> None:
    """Move a pipeline to its device; where that is short of memory the text encoders, used once a text, stay behind."""
    parts = {name: part for name, part in pipeline.components.items() if isinstance(part, torch.nn.Module)}
    weights = sum(
        value.numel() * value.element_size() for part in parts.values() for value in part.state_dict().values()
    )
    if device.type == "cuda":  # the same seed must give the same frame again
        torch.backends.cudnn.deterministic = True
    try:
        tight = device.type == "cuda" and torch.cuda.mem_get_info(device)[0] < 1.5 * weights
        for name, part in parts.items():
            part.eval().requires_grad_(False)
            if not (tight and name.startswith("text_encoder")):
                part.to(device)
    except (torch.OutOfMemoryError, MemoryError) as fault:
        raise RenderError(
            f"{model} does not fit into this device's memory", "use a smaller model, or --device cpu"
        ) from fault
    vae = getattr(pipeline, "vae", None)
    if vae is not None and vae.dtype == torch.float16 and vae.config.get("force_upcast"):
        vae.to(dtype=torch.float32)

"""What a model makes of a list of prompts, side by side, and how fast the models are on this machine."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import torch
from PIL import Image

from ..compiler import compile_script
from ..compiler.schedule import Schedule
from .picture import to_bytes

PROMPTS = (
    "a misty pine forest at dawn",
    "a burning forest at night",
    "an empty motel at dusk, neon sign",
    "a highway into the galaxy",
    "a cathedral of roots",
    "stormy sea with a lighthouse",
    "a small red house in the snow",
    "a fox in a meadow, day",
    "ruins in the jungle",
    "city skyline at night in the rain",
    "desert dunes at sunset",
    "a whale in the ocean under the aurora",
    "a castle on a hill, watercolour",
    "village in winter at night",
    "an astronaut on an alien planet",
    "coral reef underwater",
    "a canyon at noon",
    "a river through autumn woods, oil painting",
    "harbour at dawn, fog",
    "a big yellow balloon above the clouds",
    "neon city street, pixel art",
    "volcano at night",
    "a lake with mountains, ink drawing",
    "a cave with crystals",
)
"""Place, hour, thing and style in turn; written down before the first training of storybook, and not tuned for."""


def _film_of(model: str, size: tuple[int, int]) -> Schedule:
    schedule = compile_script('0: "a place"')
    return replace(schedule, size=size, settings={**schedule.settings, "model": model})


def paintings(
    model: str,
    prompts: Sequence[str],
    *,
    seed: int = 7,
    size: tuple[int, int] = (256, 256),
    device: str | None = None,
    base: Path = Path(),
) -> Iterator[Image.Image]:
    """Paint each prompt from the same noise, in the model's own steps and guidance; one picture of ``size`` (width,
    height) at a time. Raises RenderError where the model cannot be had."""
    from .painters import open_painter

    schedule = _film_of(model, size)
    painter = open_painter(schedule, device=device, base=base)
    row = schedule.row(0)
    for text in prompts:
        picture = painter.paint(None, replace(row, prompt=((text, 1.0),), values={**row.values, "seed": seed}))
        yield Image.fromarray(to_bytes(picture))


def _best(work: Callable[[], object], times: int = 5) -> float:
    work()  # the first call loads, chooses kernels, embeds the prompt
    taken: list[float] = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        taken.append(time.perf_counter() - began)
    return sorted(taken)[len(taken) // 2]


def measure(name: str) -> float:
    """Return the seconds that a built-in model takes here for one frame of 256×256: the median of five.

    ``storybook`` paints over a picture at strength 0.5, as a film does. Raises RenderError where it cannot be had.
    """
    picture = torch.rand(3, 256, 256, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        if name == "depth":
            from .depth import open_depth

            net = open_depth("builtin")
            return _best(lambda: net.depth(picture))
        if name == "between":
            from .tween.between import open_tween

            one, two = to_bytes(picture), to_bytes(picture.roll(4, -1))
            tween = open_tween("rife")
            return _best(lambda: tween.between(one, two, [0.5]))
        from .painters import open_painter

        schedule = _film_of(name, (256, 256))
        painter = open_painter(schedule)
        row = schedule.row(0)
        row = replace(row, values={**row.values, "strength": 0.5})
        return _best(lambda: painter.paint(picture, row))

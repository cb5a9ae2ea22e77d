"""From the model that a script names to the painter that it means."""

from __future__ import annotations

from pathlib import Path

import torch

from ...compiler.schedule import Schedule
from ..errors import RenderError
from ..protocols import Painter
from .still import Still


def open_painter(
    schedule: Schedule, *, device: str | None = None, dtype: torch.dtype | None = None, base: Path = Path()
) -> Painter:
    """Return the schedule's painter, its model loaded on ``device`` (None: the best there is).

    ``base`` is the script's folder, which a relative model folder is looked for in. Raises RenderError where the
    model cannot be had.
    """
    model = str(schedule.settings.get("model", "storybook"))
    if model == "none":
        return Still(schedule.size)
    raise RenderError(f"no {model}")

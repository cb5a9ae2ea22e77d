"""The painter for every other diffusers pipeline: it is called whole, as text-to-image and as image-to-image."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ...compiler.schedule import Row, Schedule, Weighted
from ..errors import RenderError
from ..hub import picture_device
from ..picture import resize
from ..protocols import Painter
from .added import Added, add
from .attention import plain, stresses
from .habits import Habits, canvas_size
from .levels import evaluations

NEAR = 0.03
"""Share of the whole noise by which a start may be off."""

HEARD = 0.15
"""Weight from which a text of a blend is heard by a pipeline that takes words, not embeddings."""


class WholePainter:
    """Paints by calling a pipeline; ``strength`` is rounded to what its whole steps can do, and never fails."""

    repaints = True

    def __init__(
        self,
        pipeline: Any,
        habits: Habits,
        size: tuple[int, int],
        device: torch.device,
        fingerprint: str,
        added: Added | None = None,
    ) -> None:
        from diffusers.pipelines.auto_pipeline import AutoPipelineForImage2Image, AutoPipelineForText2Image

        try:
            self.afresh = AutoPipelineForText2Image.from_pipe(pipeline)
            self.over = AutoPipelineForImage2Image.from_pipe(pipeline)
        except ValueError as fault:
            name = type(pipeline).__name__
            raise RenderError(
                f"{name} does not paint pictures over pictures", "use a text-to-image model that has image-to-image too"
            ) from fault
        self.added = added or add(pipeline, {}, {}, "")
        self.habits = habits
        self.size = size
        self.device = picture_device(device)
        self.canvas = canvas_size(size, habits, multiple=16)
        self.fingerprint = f"{fingerprint} {self.canvas} {habits}"
        for pipe in (self.afresh, self.over):
            pipe.set_progress_bar_config(disable=True)

    def paint(self, image: Tensor | None, row: Row) -> Tensor:
        """Return the frame's picture, 3×H×W in 0..1: over ``image`` at the row's strength, or from nothing."""
        share = 1.0 if image is None else 1 - float(row["strength"])
        if image is not None and share < 1e-3:
            return image
        self.added.loras.weigh(row)
        steps = int(row.get("steps") or self.habits.steps)
        if image is None:
            wanted = {"num_inference_steps": steps, "width": self.canvas[0], "height": self.canvas[1]}
            return self._called(self.afresh, row, wanted)
        taken, ladder = rungs(steps, share)
        wanted = {
            "image": resize(image, self.canvas)[None],
            "num_inference_steps": ladder,
            "strength": min((taken + 0.5) / ladder, 1.0),
            "width": self.canvas[0],
            "height": self.canvas[1],
        }
        return self._called(self.over, row, wanted)

    def _called(self, pipe: Any, row: Row, wanted: dict[str, Any]) -> Tensor:
        cfg = row.get("cfg")
        wanted |= {
            "prompt": self.added.lexicon.spelled(joined(row.prompt)),
            "negative_prompt": self.added.lexicon.spelled(joined(row.negative)),
            "guidance_scale": self.habits.cfg if cfg is None else float(cfg),
            "generator": torch.Generator("cpu").manual_seed(int(row["seed"])),
            "output_type": "pt",
        }
        known = inspect.signature(pipe.__call__).parameters
        picture = pipe(**{name: value for name, value in wanted.items() if name in known}).images[0]
        return resize(picture.float().to(self.device).clamp(0, 1), self.size)


def rungs(steps: int, share: float) -> tuple[int, int]:
    """Return (n, N): taking the last n of N steps starts from about ``share`` (0..1] of the whole noise.

    Up to two steps more than asked for are taken where that comes nearer.
    """
    fewest = evaluations(steps, share)
    pairs = [(taken, max(taken, round(taken / share))) for taken in range(fewest, fewest + 3)]
    near = [pair for pair in pairs if abs(pair[0] / pair[1] - share) < NEAR]
    return near[0] if near else min(pairs, key=lambda pair: abs(pair[0] / pair[1] - share))


def stages(schedule: Schedule, steps: int) -> list[float]:
    """Return the strengths, ascending, that a schedule's own become where only whole steps are taken.

    ``steps``: how many the model takes where the schedule has none.
    """
    strengths = schedule.tracks["strength"]
    numbers = schedule.tracks.get("steps", np.full_like(strengths, steps))
    pairs = np.unique(np.stack([strengths.round(2), numbers]), axis=1).T.tolist()
    met = (rungs(max(int(number), 1), 1 - strength) for strength, number in pairs if strength < 1)
    return sorted({round(1 - taken / ladder, 2) for taken, ladder in met})


def coarseness(painter: Painter, schedule: Schedule) -> str:
    """Return a warning where a moving ``strength`` becomes a staircase, because the painter takes whole steps."""
    if not isinstance(painter, WholePainter):
        return ""
    wanted = np.unique(schedule.tracks["strength"].round(2))
    got = stages(schedule, painter.habits.steps)
    if wanted.size < 3 or len(got) > wanted.size / 2:
        return ""
    shown = ", ".join(f"{value:g}" for value in got[:8]) + (", …" if len(got) > 8 else "")
    finer = 2 * max(int(schedule.tracks["steps"].max()) if "steps" in schedule.tracks else painter.habits.steps, 1)
    return (
        f"this model takes whole steps: `strength` moves over {wanted[0]:g} to {wanted[-1]:g} in {len(got)} "
        f"stage{'s' * (len(got) != 1)}, {shown}\n  help: more steps make finer stages: steps = {finer}"
    )


def joined(texts: Weighted) -> str:
    """Return a blend of texts as one, the heaviest first."""
    heard = sorted((pair for pair in texts if pair[1] >= HEARD), key=lambda pair: -pair[1])
    return ", ".join(plain(stresses(text)) for text, _ in heard if text)

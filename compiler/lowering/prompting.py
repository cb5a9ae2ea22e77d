"""Lowering prompts: when each comes in, and what stands at every frame."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..evaluation import chance
from ..evaluation.timeline import nearest_frame
from ..schedule import Blend
from ..typed import PromptKey, Trigger
from .blends import Appearance, Presence, Texts, presence, written
from .context import Lowering, finite, too_many
from .happenings import Stage, TooManyEvents
from .triggers import fired


def prompt_frames(lowering: Lowering) -> list[tuple[int, PromptKey]]:
    """Return the prompts in the order that they come in."""
    found: list[tuple[int, PromptKey]] = []
    for key in lowering.typed.prompts:
        at = lowering.evaluator.once(key.at)
        if np.isfinite(at):
            found.append((int(nearest_frame(np.clip(at, -1e9, 1e9))), key))
        else:
            lowering.findings.add(
                "E0402", key.place, fault="this position has no value", frame=0, why="it is NaN or too large"
            )
    found.sort(key=lambda pair: pair[0])
    return found


def blends_of(
    lowering: Lowering, stage: Stage, prompts: list[tuple[int, PromptKey]]
) -> tuple[tuple[str, ...], Blend, Blend]:
    """Return all texts, and the blends of prompts and of negatives."""
    evaluator, frames = lowering.evaluator, lowering.film.frames
    listed = [*_appearances(lowering, prompts), *_prompt_triggers(lowering, stage)]
    listed.sort(key=lambda pair: pair[0])
    appearances = [shown for _, shown in listed if shown.begin < frames] or [shown for _, shown in listed[:1]]
    begin = np.array([appearance.begin for appearance in appearances])
    full = np.array([appearance.full for appearance in appearances])
    there = presence(begin, full, frames)
    _warn_unseen(lowering, appearances, there)
    texts = Texts()
    _check_holes(lowering, appearances)
    prompt = written([appearance.text for appearance in appearances], there, frames, evaluator, texts)
    negative = written([appearance.negative for appearance in appearances], there, frames, evaluator, texts)
    return tuple(texts.all), prompt, negative


def _appearances(lowering: Lowering, prompts: list[tuple[int, PromptKey]]) -> list[tuple[int, Appearance]]:
    found: list[tuple[int, Appearance]] = []
    for number, (at, key) in enumerate(prompts):
        begin, full = float(at), float(at)
        if key.how == "fade" and number:
            full = at + max(0.0, _fade_frames(lowering, at, key))
        elif key.how == "morph" and number:
            begin = float(prompts[number - 1][0])
        found.append((at, Appearance(begin, full, key.text, key.negative)))
    return found


def _fade_frames(lowering: Lowering, at: int, key: PromptKey) -> float:
    """Return the length of a fade in frames; beats and bars are those at its place."""
    timeline, once = lowering.film.timeline, lowering.evaluator.once
    total = 0.0
    for unit, amount in key.fade:
        value = once(amount)
        if unit in ("b", "bar"):
            grid = timeline.beats if unit == "b" else timeline.bars
            start = at / timeline.rate
            total += (float(grid.time(grid.read(start) + value)) - start) * timeline.rate
        else:
            total += value * (timeline.rate if unit == "s" else 1.0)
    if not np.isfinite(total) or total < 0:
        lowering.findings.add(
            "E0405", key.place, what="`fade`", wanted="longer than nothing", value=f"{total:g} frames"
        )
        return 0.0
    return total


def _prompt_triggers(lowering: Lowering, stage: Stage) -> list[tuple[int, Appearance]]:
    found: list[tuple[int, Appearance]] = []
    for number, trigger in enumerate(lowering.typed.triggers):
        acts = [act for act in trigger.acts if act.target == "prompt"]
        if not acts:
            continue
        at = _fired(lowering, trigger, stage)
        for act in acts:
            count = len(act.texts)
            order = np.arange(len(at)) % count
            if act.op == "choose":
                salted = chance.salt("prompt", number, lowering.film.seed)
                order = (chance.uniform(salted, np.arange(len(at))) * count).astype(np.int64)
            for frame, which in zip(at.tolist(), order.tolist(), strict=True):
                appearance = Appearance(float(frame), float(frame), act.texts[which], trigger.negative)
                found.append((frame, appearance))
    return found


def _fired(lowering: Lowering, trigger: Trigger, stage: Stage) -> NDArray[np.int64]:
    try:
        return fired(trigger, stage).frames(lowering.film.timeline)
    except TooManyEvents:
        too_many(lowering, trigger)
        return np.zeros(0, dtype=np.int64)


def _check_holes(lowering: Lowering, appearances: list[Appearance]) -> None:
    for appearance in appearances:
        for text in (appearance.text, appearance.negative):
            for part in text.parts if text is not None else ():
                if isinstance(part, int):
                    finite(lowering, lowering.evaluator.frames(part), part, text.place if text else None)


def _warn_unseen(lowering: Lowering, appearances: list[Appearance], there: Presence) -> None:
    if not lowering.typed.prompts:
        return
    seen = set(np.unique(there.prompt[there.weight > 0.0]).tolist())
    for number, appearance in enumerate(appearances):
        if number not in seen and appearance.begin < lowering.film.frames:
            lowering.findings.add("W0103", appearance.text.place)

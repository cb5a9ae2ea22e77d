"""Prompt blends: from prompts with their fades to the texts and weights of every frame."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..evaluation.arithmetic import Array
from ..evaluation.evaluate import Evaluator
from ..schedule import Blend
from ..typed import TextValue


@dataclass(frozen=True, slots=True)
class Appearance:
    """A prompt that comes in at frame ``at``: fully there from ``full`` on, in equal steps from ``begin`` before."""

    begin: float
    full: float
    text: TextValue
    negative: TextValue | None


MAX_TEXTS = 20_000
MAX_CROSSINGS = 1_000_000
"""Frames of all fades of a film together."""


class TooManyTexts(Exception):  # noqa: N818 - told as a diagnostic where the prompts are known
    """Prompts, or numbers in them, make more texts or fades than a painter could ever read."""


class Texts:
    """Texts met so far, each once, in order of appearance."""

    def __init__(self) -> None:
        self.all: dict[str, int] = {}

    def number(self, text: str) -> int:
        """Return a text's index."""
        return self.all.setdefault(text, len(self.all))


@dataclass(frozen=True, slots=True)
class Presence:
    """Which prompt stands at which frame with which weight: three arrays of one length, sorted by frame."""

    frame: NDArray[np.int64]
    prompt: NDArray[np.int64]
    weight: Array


def presence(begin: Array, full: Array, frames: int) -> Presence:
    """Return who stands when; prompt k crosses over from all before it, linearly from ``begin[k]`` to ``full[k]``.

    Weights sum to 1 at every frame, however the fades overlap. Prompts are in order; the first is there from the start.
    """
    count = len(begin)
    if count == 0:
        return Presence(np.arange(frames), np.zeros(frames, dtype=np.int64), np.ones(frames))
    t = np.arange(frames, dtype=np.float64)
    whole = np.clip(np.ceil(full - 1e-9), 0, frames).astype(np.int64)
    whole[0] = 0
    latest = np.zeros(frames + 1, dtype=np.int64)
    np.maximum.at(latest, whole, np.arange(count))
    floor = np.maximum.accumulate(latest[:frames])
    first = np.clip(np.floor(begin + 1e-9) + 1, 0, frames).astype(np.int64)
    first[0] = frames
    lengths = np.maximum(np.minimum(whole, frames) - first, 0)
    if lengths.sum() > MAX_CROSSINGS:
        raise TooManyTexts
    prompt = np.repeat(np.arange(count), lengths)
    frame = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths) + np.repeat(first, lengths)
    seen = prompt > floor[frame]
    prompt, frame = prompt[seen], frame[seen]
    share = (t[frame] - begin[prompt]) / (full[prompt] - begin[prompt])
    frame = np.concatenate([np.arange(frames), frame])
    prompt = np.concatenate([floor, prompt])
    share = np.concatenate([np.ones(frames), share])
    order = np.lexsort((prompt, frame))
    frame, prompt, share = frame[order], prompt[order], share[order]
    return Presence(frame, prompt, share * _left_over(frame, share))


def _left_over(frame: NDArray[np.int64], share: Array) -> Array:
    """Return for each entry what the later prompts of its frame leave: the product of their 1 - share."""
    partial = share < 1.0
    logs = np.cumsum(np.log1p(-np.where(partial, share, 0.0)))
    last = np.flatnonzero(np.append(np.diff(frame) > 0, True))
    ends = np.repeat(logs[last], np.diff(np.concatenate([[-1], last])))
    return np.exp(ends - logs)


def written(
    prompts: Sequence[TextValue | None], there: Presence, frames: int, evaluator: Evaluator, texts: Texts
) -> Blend:
    """Return the blend of the prompts' texts; None stands for an empty text. Equal texts of a frame are one entry."""
    order = np.argsort(there.prompt, kind="stable")
    seen, starts = np.unique(there.prompt[order], return_index=True)
    number = np.zeros(len(there.frame), dtype=np.int64)
    for k, here in zip(seen.tolist(), np.split(order, starts[1:]), strict=True):
        number[here] = _numbers(prompts[k] if prompts else None, there.frame[here], evaluator, texts)
    keep = there.weight > 0.0
    frame, number, weight = there.frame[keep], number[keep], there.weight[keep]
    width = len(texts.all)
    pair, where = np.unique(frame * width + number, return_inverse=True)
    summed = np.bincount(where, weights=weight, minlength=len(pair))
    rows = pair // width
    total = np.bincount(rows, weights=summed, minlength=frames)
    offsets = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=frames))]).astype(np.int64)
    return Blend(offsets, (pair % width).astype(np.int32), (summed / total[rows]).astype(np.float32))


def _numbers(
    text: TextValue | None, frame: NDArray[np.int64], evaluator: Evaluator, texts: Texts
) -> NDArray[np.int64] | int:
    if text is None:
        return texts.number("")
    holes = {part: None for part in text.parts if isinstance(part, int)}
    if not holes:
        return texts.number("".join(str(part) for part in text.parts))
    # Two places at most, so that near values share one text.
    values = np.round(np.stack([evaluator.frames(hole)[frame] for hole in holes], axis=1), 2) + 0.0
    kinds, which = np.unique(values, axis=0, return_inverse=True)
    if len(kinds) + len(texts.all) > MAX_TEXTS:
        raise TooManyTexts
    shown = {value: f"{value:.2f}".rstrip("0").rstrip(".") for value in np.unique(kinds).tolist()}
    filled = (
        _filled(text, {hole: shown[value] for hole, value in zip(holes, row, strict=True)}) for row in kinds.tolist()
    )
    named = np.array([texts.number(words) for words in filled], dtype=np.int64)
    return named[which.ravel()]


def _filled(text: TextValue, numbers: dict[int, str]) -> str:
    return "".join(part if isinstance(part, str) else numbers[part] for part in text.parts)

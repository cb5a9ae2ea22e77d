"""Parseq's functions of the labels that keyframes bear: which of them match a pattern, and how far they are away."""

from __future__ import annotations

import re
from bisect import bisect_right

from .deforum_formula import FormulaError

MAX_PATTERN, MAX_LABEL, MAX_REPEATS = 80, 200, 3
_REPEATS = re.compile(r"(?<!\\)(?:[*+?]|\{\d)")


def matching(labels: tuple[tuple[int, str], ...], pattern: str) -> list[int]:
    """Return the frames of the labels in which ``pattern`` is found. Raises FormulaError for one that is none.

    A pattern of a stranger's must not take for ever: repeated groups and more than a few repeats are refused.
    """
    repeats = _REPEATS.findall(pattern)
    if len(pattern) > MAX_PATTERN or len(repeats) > MAX_REPEATS or re.search(r"\)(?:[*+?]|\{)", pattern):
        raise FormulaError(f"the pattern `{pattern[:40]}` is too involved")
    try:
        found = re.compile(pattern)
    except re.error as fault:
        raise FormulaError(f"the pattern `{pattern}` cannot be read: {fault}") from None
    return [frame for frame, label in labels if found.search(label[:MAX_LABEL])]


def info(name: str, frames: list[int], label_here: bool, frame: int, default: float) -> float:
    """Return what an ``info_match…`` function gives at ``frame``; ``frames``: those of the keyframes that match."""
    after = bisect_right(frames, frame)
    before, following = (frames[after - 1] if after else None), (frames[after] if after < len(frames) else None)
    match name:
        case "info_match":
            return float(label_here)
        case "info_match_count":
            return float(after)
        case "info_match_prev" | "info_match_last":
            return default if before is None else float(before)
        case "info_match_next":
            return default if following is None else float(following)
        case "info_match_since":
            return default if before is None else float(frame - before)
        case "info_match_until":
            return default if following is None else float(following - frame)
        case _ if before is None or following is None:
            return default
        case "info_match_gap":
            return float(following - before)
        case _:
            return (frame - before) / (following - before)

"""Parseq's managed prompts: spans with overlaps become keys with fades; the common prompt becomes a style."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

import numpy as np

from .deforum_formula import FormulaError
from .deforum_meaning import WordlessError
from .deforum_prompts import split
from .formula import quoted, written
from .keylists import Array
from .notes import Notes
from .parseq_document import Document, number
from .parseq_field import Field
from .parseq_formula import read_parseq
from .parseq_tracks import values_of_field
from .parseq_values import number_of
from .parseq_words import Words, in_words

_HOLE = re.compile(r"\$\{(.*?)\}", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Part:
    """One prompt: its texts, written in the script's quotes, and at every frame whether it stands and its weight."""

    positive: str
    negative: str
    active: Array
    weight: Array


@dataclass(frozen=True, slots=True)
class Run:
    """Frames ``start:stop`` in which the same prompts are there."""

    start: int
    stop: int
    there: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Prompts:
    """Lines of the script for the prompts, the fields that they name as ``let``s, and whether they count in beats."""

    text: str
    named: tuple[str, ...] = ()
    beats: bool = False


@dataclass(slots=True)
class _Named:
    """What the formulas inside prompts need."""

    fields: dict[str, None]
    beats: bool = False


def prompts_of(document: Document, notes: Notes) -> Prompts:
    """Return the lines for a document's prompts; none where it manages none."""
    named = _Named({})
    parts = _parts(document, named, notes)
    if not parts:
        return Prompts(_shown(document, notes))
    lines: list[str] = []
    runs = _runs(parts, document.frames)
    negatives = {part.negative for part in parts}
    shared = negatives.pop() if len(negatives) == 1 else '""'
    if shared != '""':
        lines.append(f"negative = {shared}")
    for at, run in enumerate(runs):
        lines += _line(runs, at, parts, shared, notes) if run.there else [f'{run.start}: ""']
    return Prompts("\n".join(lines), tuple(named.fields), named.beats)


def _line(runs: list[Run], at: int, parts: list[Part], shared: str, notes: Notes) -> list[str]:
    """Return a run's key; a run of two prompts may be a fade from the run before to the one after it."""
    run = runs[at]
    if len(run.there) == 1:
        told = at > 0 and _crosses(runs, at - 1)
        return (
            [] if told and _share(runs, at - 1, parts) is not None else [_key(run.start, parts[run.there[0]], shared)]
        )
    share = _share(runs, at, parts) if _crosses(runs, at) else None
    if share is not None:
        coming = parts[runs[at + 1].there[0]]
        start, length = _fade(run, share)
        along = (np.arange(run.start, run.stop) - start) / length
        if float(np.max(np.abs(share - along))) > 0.06 and len(share) > 1:
            notes.add("prompts", f"the cross-over at frame {run.start} is straight here, and was curved")
        return [_key(start, coming, shared, f" fade {length}f" if len(share) > 1 else "")]
    notes.add(
        "prompts", f"prompts that stand together from frame {run.start} on are joined by AND, without their weights"
    )
    joined = Part(
        '"' + " AND ".join(parts[index].positive[1:-1] for index in run.there) + '"',
        '"' + " ".join(dict.fromkeys(parts[index].negative[1:-1] for index in run.there)) + '"',
        np.zeros(0), np.zeros(0),
    )  # fmt: skip
    return [_key(run.start, joined, shared)]


def _key(frame: int, part: Part, shared: str, fade: str = "") -> str:
    away = f" negative {part.negative}" if part.negative != shared else ""
    return f"{frame}: {part.positive}{fade}{away}"


def _fade(run: Run, share: Array) -> tuple[int, int]:
    """Return where the straight line through a share's ends leaves 0, and after how many frames it is 1."""
    slope = (share[-1] - share[0]) / (len(share) - 1) if len(share) > 1 else 0.0
    if slope <= 0.0:
        return run.start, run.stop - run.start
    start = max(0, round(run.start - float(share[0]) / slope))
    return start, max(1, round(1.0 / slope))


def _crosses(runs: list[Run], at: int) -> bool:
    """Whether a run of two prompts leads from one of them, alone before it, to the other, alone after it."""
    if len(runs[at].there) != 2 or not 0 < at < len(runs) - 1:
        return False
    before, after = runs[at - 1].there, runs[at + 1].there
    return len(before) == len(after) == 1 and {*before, *after} == {*runs[at].there}


def _share(runs: list[Run], at: int, parts: list[Part]) -> Array | None:
    """Return the coming prompt's share in a run that crosses over; None where it does not simply rise."""
    run = runs[at]
    old, new = (parts[runs[at + step].there[0]].weight[run.start : run.stop] for step in (-1, 1))
    share = new / np.maximum(old + new, 1e-9)
    rises = bool(np.all(np.diff(share) >= -1e-9)) and share[0] < 0.2 and share[-1] > 0.8
    return share if rises or len(share) <= 2 else None


def _runs(parts: list[Part], frames: int) -> list[Run]:
    active = np.stack([part.active for part in parts]) > 0
    there = active & (np.stack([part.weight for part in parts]) > 1e-9)
    there = np.where(there.any(axis=0), there, active)
    edges = (np.flatnonzero(np.any(np.diff(there, axis=1), axis=0)) + 1).tolist() if frames > 1 else []
    return [
        Run(start, stop, tuple(np.flatnonzero(there[:, start]).tolist()))
        for start, stop in zip([0, *edges], [*edges, frames], strict=True)
    ]


def _parts(document: Document, named: _Named, notes: Notes) -> list[Part]:
    raw: Any = document.prompts
    if not raw or (isinstance(raw, dict) and raw.get("enabled") is False):
        return []
    common: dict[str, Any] = {}
    where = "append"
    if isinstance(raw, dict) and "promptList" in raw:
        common, where = raw.get("commonPrompt") or {}, raw.get("commonPromptPos") or "append"
        raw = raw["promptList"]
    listed = cast("list[Any]", raw if isinstance(raw, list) else [{**raw, "allFrames": True}])
    rows = [cast("dict[str, Any]", row) for row in listed if isinstance(row, dict)]
    rows = [row for row in rows if row.get("enabled") is not False]
    hole = partial(_hole, document=document, named=named, notes=notes)
    return [_part(row, (common, where), document, hole, notes) for row in rows]


def _part(
    row: dict[str, Any],
    common: tuple[dict[str, Any], str],
    document: Document,
    hole: Callable[[str], str],
    notes: Notes,
) -> Part:
    positive, negative = (
        _quoted(_with(str(row.get(kind) or ""), str(common[0].get(kind) or ""), common[1]), hole)
        for kind in ("positive", "negative")
    )
    return Part(positive, negative, *_presence(row, document, notes))


def _with(text: str, common: str, where: str) -> str:
    if not common.strip():
        return text.strip()
    if where == "template":
        return common.replace("[prompt]", text)
    return f"{common} {text}".strip() if where == "prepend" else f"{text} {common}".strip()


def _presence(row: dict[str, Any], document: Document, notes: Notes) -> tuple[Array, Array]:
    """Return whether a prompt stands at every frame, as 0 or 1, and its weight."""
    t = np.arange(document.frames, dtype=np.float64)
    last = float(document.frames - 1)
    everywhere = bool(row.get("allFrames"))
    start = 0.0 if everywhere else number(row.get("from")) or 0.0
    end = last if everywhere else _or(number(row.get("to")), last)
    overlap = row.get("overlap") or {}
    weight = np.ones_like(t)
    if overlap.get("type") == "linear":
        fade_in, fade_out = number(overlap.get("inFrames")) or 0.0, number(overlap.get("outFrames")) or 0.0
        if fade_out:
            weight = np.where(t > end - fade_out, 1 - (t - (end - fade_out)) / fade_out, weight)
        if fade_in:
            weight = np.where(t < start + fade_in, (t - start) / fade_in, weight)
    elif overlap.get("type") == "custom":
        weight = _custom(str(overlap.get("custom") or "1"), document, notes)
    active = ((t >= start) & (t <= end)).astype(np.float64)
    return active, active * np.maximum(weight, 0.0)


def _or(value: float | None, otherwise: float) -> float:
    return otherwise if value is None else value


def _custom(text: str, document: Document, notes: Notes) -> Array:
    field = _blank(document)
    weights = np.ones(document.frames)
    try:
        formula = read_parseq(text.removeprefix("${").removesuffix("}"))
        for field.frame in range(document.frames):
            weights[field.frame] = number_of(formula, field)
    except FormulaError as fault:
        notes.add("prompts", f"the weight `{text}` cannot be worked out ({fault}); 1 is taken")
        return np.ones(document.frames)
    return weights


def _blank(document: Document) -> Field:
    last = document.frames - 1
    series = dict(document.series)
    for name in document.fields:
        series[name] = values_of_field(document, name)
    return Field([0, max(last, 1)], [0.0, 0.0], document.fps, document.bpm, last, document.cadence, series)


def _quoted(text: str, hole: Callable[[str], str]) -> str:
    """Write a text with its ``${…}`` in our words; a formula without words stays as it stood."""
    parts: list[str] = []
    at = 0
    text = " ".join(text.splitlines())
    for found in _HOLE.finditer(text):
        parts.append(quoted(text[at : found.start()])[1:-1])
        parts.append(hole(found[1]) or quoted(found[0])[1:-1])
        at = found.end()
    return '"' + "".join(parts) + quoted(text[at:])[1:]


def _hole(text: str, document: Document, named: _Named, notes: Notes) -> str:
    last = document.frames - 1
    field = Field([0, max(last, 1)], [0.0, 0.0], document.fps, document.bpm, last, document.cadence)
    words = Words(field, 0, document.frames, fields=document.fields)
    try:
        ours = written(in_words(read_parseq(text), words))
    except (FormulaError, WordlessError, RecursionError):
        notes.add("prompts", f"the formula `${{{text}}}` is kept as text: it has no words here")
        return ""
    named.fields.update(dict.fromkeys(words.named))
    named.beats = named.beats or words.beats
    notes.add("prompts", "numbers worked out inside a prompt are written with two decimals at most")
    return f"${{{ours}}}"


def _shown(document: Document, notes: Notes) -> str:
    """Return keys for the prompts of the rendered frames, where the document shows no others."""
    lines: list[str] = []
    before = ""
    for row in document.rendered:
        text = str(row.get("deforum_prompt") or "")
        if text and text != before:
            positive, negative = split(text)
            lines.append(
                f"{row['frame'] if lines else 0}: {quoted(positive)}"
                + (f" negative {quoted(negative)}" if negative else "")
            )
        before = text or before
    if lines:
        notes.add("prompts", "taken from the rendered frames, one key at each change")
    return "\n".join(lines)

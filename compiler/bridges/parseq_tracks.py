"""Parseq's fields become tracks: their values at every frame, and keyframes and formulas that give them.

Parseq gives most motion as a place to be at; what moves the picture is the difference from frame to frame.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..vocabulary import BY_NAME, Param
from .deforum_formula import FormulaError
from .deforum_meaning import WordlessError
from .formula import Name, number, written
from .keylists import Array, Key, baked, keys_text
from .notes import Notes
from .parseq_document import Document, Span, field_of
from .parseq_document import number as number_in
from .parseq_field import Field
from .parseq_functions import arguments
from .parseq_values import ChanceError, bezier_points, value_of
from .parseq_words import Words, bezier_call, in_words, let_name
from .verify import Track

NAMES = {
    "scale": "cfg", "rotation_3d_x": "rotation_x", "rotation_3d_y": "rotation_y", "rotation_3d_z": "rotation_z",
    **{name: name for name in ("angle", "zoom", "translation_x", "translation_y", "translation_z", "noise", "strength",
                               "contrast", "seed", "fov", "near", "far", "transform_center_x", "transform_center_y",
                               "antiblur_amount", "antiblur_sigma", "antiblur_threshold")},
}  # fmt: skip
DELTAS = frozenset(
    (
        "angle",
        "zoom",
        "translation_x",
        "translation_y",
        "translation_z",
        "rotation_3d_x",
        "rotation_3d_y",
        "rotation_3d_z",
    )
)
_FEW = 16
"""Keys: differences that jump more often are clearer as a formula."""


def track_of(document: Document, name: str, notes: Notes) -> tuple[Track | None, bool]:
    """Return the track for a field (None where it stands at our default) and whether it needs the tempo."""
    param = BY_NAME[NAMES.get(name, name)]
    values, text, beats = _absolute(document, name, notes)
    before = ""
    if name in DELTAS:
        path = values
        values = np.diff(path, prepend=0.0)
        if name == "zoom":
            values = 1.0 + values
            values[0] = path[0]
        shown = _rendered(document, f"{name}_delta")
        values = values if shown is None else shown
        before, text = _difference(param, path, values, text)
        beats = beats and bool(before)
    if name == "seed" and bool(np.any(values != np.trunc(values))):
        values, text = np.trunc(values), f"floor({text})" if text else ""
    if param.default is not None and bool(np.all(np.abs(values - float(str(param.default))) < 1e-9)):
        return None, False
    text = text or keys_text(baked(values))
    return Track(param.name, text, values, before), beats


def _absolute(document: Document, name: str, notes: Notes) -> tuple[Array, str, bool]:
    """Return a field's values, the same as text of ours (empty where there is none), and whether it counts in beats."""
    shown = _rendered(document, name)
    if not document.keyframes:
        return (shown if shown is not None else np.zeros(document.frames)), "", False
    field, spans = field_of(document, name)
    try:
        values = _worked_out(document, field, spans)
    except ChanceError as fault:
        values = (
            shown
            if shown is not None
            else _worked_out(document, field, [Span(s.start, s.stop, Name("L")) for s in spans])
        )
        told = "the values that the document holds are taken" if shown is not None else "straight lines stand instead"
        notes.add(name, f"{fault}; {told}")
        return values, "", False
    if shown is not None and not np.allclose(values, shown, rtol=1e-6, atol=1e-6):
        notes.add(
            name, "the document's rendered frames differ from its keyframes; the rendered ones count, as in Deforum"
        )
        return shown, "", False
    if not bool(np.all(np.isfinite(values))):
        known = np.flatnonzero(np.isfinite(values))
        if not len(known):
            raise FormulaError("it has no value at any frame")
        notes.add(name, "its formula has no value at some frames; filled straight from its neighbours")
        return np.interp(np.arange(len(values)), known, values[known]), "", False
    try:
        text, beats = _text(field, spans, values)
    except (WordlessError, RecursionError):
        notes.add(name, "its formula has no words here; its values are written out")
        text, beats = "", False
    return values, text, beats


def _worked_out(document: Document, field: Field, spans: list[Span]) -> Array:
    values = np.zeros(document.frames)
    field.done.clear()
    known = set(field.frames)
    field.active = 0
    for span in spans:
        for frame in range(span.start, span.stop):
            field.frame = frame
            field.active = frame if frame in known else field.active
            value = value_of(span.formula, field)
            if isinstance(value, str):
                raise FormulaError("a text stands where a number is due")
            field.done.append(value)
    first = spans[0].start
    values[first:] = field.done
    values[:first] = values[first]
    return values


def _rendered(document: Document, name: str) -> Array | None:
    """Return a field's values from the rendered frames; None unless every frame of the film is there."""
    found = [number_in(row.get(name)) for row in document.rendered]
    if len(found) != document.frames or any(value is None for value in found):
        return None
    return np.asarray(found, dtype=np.float64)


def _text(field: Field, spans: list[Span], values: Array) -> tuple[str, bool]:
    keys: list[Key] = []
    beats = False
    before = ""
    for span in spans:
        kind = _kind(span)
        if kind == "formula":
            words = Words(field, span.start, span.stop)
            formula = written(in_words(span.formula, words))
            beats = beats or words.beats
            _enter(keys, Key(span.start, formula), before, values, field, moving=True)
        else:
            _enter(keys, Key(span.start, number(values[span.start])), before, values, field)
            ease = _ease(span, field)
            keys += [
                Key(frame, number(values[frame]), ease) for frame in field.frames if span.start < frame < span.stop
            ]
        before = kind if kind != "curve" else _ease(span, field)
    while len(keys) > 1 and keys[-1].value == keys[-2].value and number_in(keys[-1].value) is not None:
        keys.pop()
    return keys_text([Key(0, keys[0].value), *keys[1:]]), beats


def _kind(span: Span) -> str:
    if span.formula in (Name("L"), Name("S")):
        return "line" if span.formula == Name("L") else "hold"
    return "curve" if bezier_call(span.formula) else "formula"


def _ease(span: Span, field: Field) -> str:
    """Return how a span's own keyframes are arrived at."""
    call = bezier_call(span.formula)
    if call is None:
        return "step" if span.formula == Name("S") else "linear"
    points = bezier_points(arguments(call), field)
    return f"bezier({', '.join(map(number, points))})"


def _enter(keys: list[Key], key: Key, before: str, values: Array, field: Field, *, moving: bool = False) -> None:
    """Add a span's first key: after a line or curve the line runs on to it, where it ends there; else it jumps."""
    if not keys:
        keys.append(key)
        return
    if before in ("hold", "formula"):
        keys.append(Key(key.frame, key.value, "step"))
        return
    due = float(np.interp(key.frame, field.frames, field.values))
    if not moving and abs(values[key.frame] - due) < 1e-9 and (before == "line" or key.frame in field.frames):
        keys.append(Key(key.frame, key.value, "linear" if before == "line" else before))
        return
    if before != "line":
        raise WordlessError
    keys.append(Key(key.frame - 1, number(values[key.frame - 1])))
    keys.append(Key(key.frame, key.value, "step"))


def _difference(param: Param, path: Array, values: Array, text: str) -> tuple[str, str]:
    """Return the statement before, and the text, of a motion that is the difference of a path's places."""
    rest = 1.0 if param.name == "zoom" else 0.0
    short = baked(values)
    if len(short) <= _FEW or not text:
        return "", keys_text(short)
    name = f"{param.name}_path"
    moved = f"{name} - delay({name}, 1f)" if not rest else f"1 + {name} - delay({name}, 1f)"
    if abs(values[0] - rest) > 1e-9:
        moved = keys_text([Key(0, number(float(values[0]))), Key(1, moved, "step")])
    return f"let {name} = {text}", moved


def values_of_field(document: Document, name: str) -> Callable[[int], float]:
    """Return the lookup of a field's value by frame, for prompts that name it. Raises FormulaError when looked up."""
    cached: list[Array] = []

    def at(frame: int) -> float:
        if not cached:
            field, spans = field_of(document, name)
            cached.append(_worked_out(document, field, spans))
        return float(cached[0][frame])

    return at


def let_of(document: Document, name: str, notes: Notes) -> tuple[str, bool]:
    """Return the ``let`` for a field that prompts name, and whether it needs the tempo."""
    values, text, beats = _absolute(document, name, notes)
    return f"let {let_name(name)} = {text or keys_text(baked(values))}", beats

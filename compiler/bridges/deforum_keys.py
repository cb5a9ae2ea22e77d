"""Deforum's schedules, such as ``0:(1), 30:(2*sin(t))``: split, worked out at every frame, and written as keyframes.

Bare numbers are the corners of straight lines; any other text is a formula that is held, and worked out anew at every
frame, until the next key. What is NaN is filled straight from its neighbours.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .deforum_formula import FormulaError, read_formula
from .deforum_meaning import Array, Scene, WordlessError, translated, values_of
from .formula import Binary, Call, Name, Node, Num, Raw, Unary, number, written
from .keylists import Key, baked
from .notes import BridgeError, Notes

_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d+)?|\.\d+)")


@dataclass(frozen=True, slots=True)
class Corner:
    """A key of a schedule: a number, or a formula held from here on. ``at``: its frame as written, if a formula."""

    frame: int
    at: str
    value: float | Node

    @property
    def formula(self) -> Node | None:
        """Return the formula, if it is one."""
        return None if isinstance(self.value, float | int) else self.value


@dataclass(frozen=True, slots=True)
class Expanded:
    """A schedule at every frame, the same as keyframes of ours, and whether every value is one plain number."""

    values: Array
    keys: tuple[Key, ...]
    constant: bool


def expanded(name: str, text: str, scene: Scene, notes: Notes) -> Expanded:
    """Return what a schedule gives at the frames of ``scene``. Raises BridgeError where it cannot be read."""
    frames = len(scene.t)
    corners = _corners(name, text, scene, notes)
    if not corners:
        raise BridgeError(f"`{name}` has no key inside the film: {_short(text)}", "give it a key at frame 0")
    if corners[0].frame > 0:
        notes.add(
            name,
            f"has no key at frame 0, where Deforum stops; its first value holds from frame 0 to {corners[0].frame}",
        )
    values, exact = _values(name, corners, frames, scene, notes)
    numbers = [corner.value for corner in corners if isinstance(corner.value, float)]
    constant = len(numbers) == len(corners) and len(set(numbers)) == 1
    if constant:
        return Expanded(values, (Key(0, number(numbers[0])),), constant=True)
    try:
        keys = _keys(corners, values, exact, scene)
    except (WordlessError, RecursionError):
        notes.add(name, "its formula has no words here; its values are written out")
        keys = baked(values)
    for oddity in sorted(scene.oddities):
        notes.add(name, oddity)
    scene.oddities.clear()
    return Expanded(values, tuple(keys), constant=False)


def _corners(name: str, text: str, scene: Scene, notes: Notes) -> list[Corner]:
    """Return the keys inside the film by frame; of equal frames the later wins."""
    found: dict[int, Corner] = {}
    late: list[int] = []
    for key, value in _pairs(name, text, notes):
        frame, at = frame_of(name, key, scene)
        if 0 <= frame < len(scene.t):
            found[frame] = Corner(frame, at, _value(name, frame, value))
        else:
            late.append(frame)
    if late:
        outside = ", ".join(map(str, sorted(late)[:5])) + (" …" if len(late) > 5 else "")
        notes.add(name, f"keys outside the film do nothing, as in Deforum: {outside}")
    return [found[frame] for frame in sorted(found)]


def _pairs(name: str, text: str, notes: Notes) -> list[tuple[str, str]]:
    """Split a schedule as Deforum does, at every comma; where that cannot be meant, put a formula's commas back."""
    if ";" in text:
        notes.add(name, "semicolons between keys, where Deforum stops, are read as commas")
        text = text.replace(";", ",")
    pieces = [piece for piece in text.split(",") if piece.strip()]
    if len(pieces) < text.count(",") + 1:
        notes.add(name, "an empty key, where Deforum stops, was passed over")
    joined: list[str] = []
    for piece in pieces:
        if ":" in piece or not joined:
            joined.append(piece)
        else:
            joined[-1] += "," + piece
            notes.add(name, "a comma inside a formula, where Deforum stops, is read as it was meant")
    pairs: list[tuple[str, str]] = []
    for piece in joined:
        parts = piece.split(":")
        if len(parts) < 2:
            raise BridgeError(f"`{name}` is no schedule: {_short(text)}", "write it as `0:(1), 30:(2)`")
        if len(parts) > 2:
            notes.add(name, f"what stands after a second colon is lost, as in Deforum: {_short(piece.strip())}")
        pairs.append((parts[0], parts[1].strip()))
    return pairs


def frame_of(name: str, key: str, scene: Scene) -> tuple[int, str]:
    """Return a key's frame, and its formula in our words where the frame is exactly what the formula gives."""
    plain = _bare(key).strip()
    if _NUMBER.fullmatch(plain):
        value = min(float(plain), 1e15)
        if value != int(value):
            raise BridgeError(f"`{name}` has a key between frames ({plain}), where Deforum stops", "round it")
        return int(value), ""
    try:
        formula = read_formula(key.strip().replace("'", "").replace('"', ""))
        value = float(values_of(formula, scene.at(np.zeros(1)))[0])
    except FormulaError as fault:
        raise BridgeError(f"`{name}` has the key {_short(key.strip())}, which is no frame: {fault}") from None
    if not np.isfinite(value) or abs(value) > 1e15:
        raise BridgeError(f"`{name}` has the key {_short(key.strip())}, which is no frame")
    named = value == int(value) and isinstance(formula, Binary | Name) and "max_f" in written_safely(formula)
    return int(value), written_safely(formula) if named else ""


def written_safely(node: Node) -> str:
    """Return a formula in our language, or nothing where it uses an operator that we lack."""
    try:
        return written(node)
    except KeyError:
        return ""


def _bare(text: str) -> str:
    return re.sub(r"['\"()]", "", text)


def _value(name: str, frame: int, text: str) -> float | Node:
    bare = _bare(text).removesuffix("\n")
    if _NUMBER.fullmatch(bare):
        return float(bare)
    try:
        return read_formula(text)
    except FormulaError as fault:
        try:
            return read_formula(text.replace("'", "").replace('"', ""))
        except FormulaError:
            raise BridgeError(
                f"`{name}` has a formula at key {frame} that cannot be read: {_short(text)}: {fault}",
                "mend the formula; Deforum stops at it too",
            ) from None


def _short(text: str) -> str:
    return f"`{text if len(text) <= 60 else text[:57] + '…'}`"


def _values(
    name: str, corners: list[Corner], frames: int, scene: Scene, notes: Notes
) -> tuple[Array, NDArray[np.bool_]]:
    """Return the value at every frame, and which of them are a formula's own (not a line's, nor filled)."""
    values = np.full(frames, np.nan)
    exact = np.zeros(frames, dtype=np.bool_)
    for corner, end in _spans(corners, frames):
        formula = corner.formula
        if formula is None:
            values[corner.frame] = corner.value
            continue
        here = slice(corner.frame, end)
        try:
            values[here] = values_of(formula, scene.at(scene.t[here]))
        except FormulaError as fault:
            raise BridgeError(f"`{name}` has a formula that cannot be worked out: {fault}", "mend it") from None
        exact[here] = np.isfinite(values[here])
    _tell_gaps(name, corners, values, exact, frames, notes)
    known = np.flatnonzero(np.isfinite(values))
    if not len(known):
        raise BridgeError(f"`{name}` has no value at any frame", "mend its formula")
    return np.interp(np.arange(frames), known, values[known]), exact


def _tell_gaps(
    name: str, corners: list[Corner], values: Array, exact: NDArray[np.bool_], frames: int, notes: Notes
) -> None:
    gaps = [frame for corner, end in _spans(corners, frames) if corner.formula is not None
            for frame in np.flatnonzero(~exact[corner.frame : end]) + corner.frame]  # fmt: skip
    if gaps:
        infinite = bool(np.any(np.isinf(values[gaps])))
        what = "is infinite" if infinite else "has no value"
        notes.add(
            name, f"its formula {what} at {len(gaps)} frames, from frame {gaps[0]}; filled straight from its neighbours"
        )


def _spans(corners: list[Corner], frames: int) -> list[tuple[Corner, int]]:
    ends = [corner.frame for corner in corners[1:]] + [frames]
    return list(zip(corners, ends, strict=True))


def _keys(corners: list[Corner], values: Array, exact: NDArray[np.bool_], scene: Scene) -> list[Key]:
    keys: list[Key] = []
    for corner, end in _spans(corners, len(values)):
        if corner.formula is None:
            _add(keys, Key(corner.frame, number(values[corner.frame]), at=corner.at), exact, values)
            continue
        for start, stop, own in _runs(exact, corner.frame, end):
            text = number(values[start])
            if own:
                text = written(_shortest(translated(corner.formula, scene.at(scene.t[start:stop]))))
            at = corner.at if start == corner.frame else ""
            _add(keys, Key(start, text, at=at), exact, values, moving=own and not _still(values[start:stop]))
    if keys[0].frame > 0:
        keys[0] = Key(0, keys[0].value)
    return _without_echo(keys)


def _add(keys: list[Key], key: Key, exact: NDArray[np.bool_], values: Array, *, moving: bool = False) -> None:
    """Add a key that is arrived at by a step after a formula, by a line after a number; a line never leads to a
    formula that moves, because its end would move too: it ends a frame before.
    """
    before = key.frame - 1
    if keys and (exact[before] or (moving and keys[-1].frame == before)):
        keys.append(Key(key.frame, key.value, "step", key.at))
        return
    if keys and moving:
        if keys[-1].value != number(values[before]):
            keys.append(Key(before, number(values[before])))
        keys.append(Key(key.frame, key.value, "step", key.at))
        return
    keys.append(key)


def _runs(own: NDArray[np.bool_], start: int, stop: int) -> list[tuple[int, int, bool]]:
    """Split ``start:stop`` where ``own`` changes."""
    edges = (np.flatnonzero(np.diff(own[start:stop].astype(np.int8))) + start + 1).tolist()
    return [(a, b, bool(own[a])) for a, b in zip([start, *edges], [*edges, stop], strict=True)]


def _still(values: Array) -> bool:
    return bool(np.ptp(values) <= 1e-12 * max(1.0, abs(float(values[0]))))


def _without_echo(keys: list[Key]) -> list[Key]:
    """Leave out a last key that repeats the number before it: the value holds anyway."""
    while len(keys) > 1 and keys[-1].value == keys[-2].value and _plain_number(keys[-1].value):
        keys.pop()
    return keys


def _plain_number(text: str) -> bool:
    return bool(re.fullmatch(r"-?[\d.]+(?:e[+-]?\d+)?", text))


def _shortest(node: Node) -> Node:
    """Drop brackets' leftovers: a sign before a number is part of it."""
    match node:
        case Unary("-", Num(text, unit)) if not text.startswith("-"):
            return Num(f"-{text}", unit)
        case Unary() | Binary() | Call() | Name() | Num() | Raw():
            return node
        case _:
            return node

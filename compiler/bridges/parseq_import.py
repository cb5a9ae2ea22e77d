"""A Parseq document becomes a script that gives the values Parseq gives Deforum, keyframe by keyframe."""

from __future__ import annotations

from ..vocabulary import BY_NAME
from .deforum_formula import FormulaError
from .formula import number
from .notes import BridgeError, Imported, Notes
from .parseq_document import Document, read_document
from .parseq_prompts import prompts_of
from .parseq_tracks import NAMES, let_of, track_of
from .script_text import assembled
from .verify import Track, verified

_FLAT = ("angle", "zoom", "transform_center_x", "transform_center_y")
_DEEP = ("translation_z", "rotation_3d_x", "rotation_3d_y", "rotation_3d_z", "fov", "near", "far")


def import_parseq(text: str, name: str = "parseq.json") -> Imported:
    """Return the script for a document. Raises BridgeError where there is no film in it."""
    notes = Notes()
    document = read_document(text, notes)
    tracks: list[Track] = []
    left: list[str] = []
    beats = False
    for field in document.fields:
        track, counts = _track(document, field, left, notes)
        beats = beats or counts
        tracks += [track] if track else []
    prompts = prompts_of(document, notes)
    lets = [_let(document, field, notes) for field in prompts.named]
    beats = beats or prompts.beats or any(counts for _, counts in lets)
    mode = "2d" if _is_flat(document) else "3d"
    parts = [_film(document, mode, beats=beats, seeded=any(track.name == "seed" for track in tracks)),
             "\n".join(text for text, _ in lets), prompts.text]  # fmt: skip
    if not prompts.text:
        parts.append('0: ""')
        notes.add("prompts", "the document manages none; write yours in place of the empty one")
    if document.cadence > 1:
        _leave(left, "cadence", number(document.cadence), notes)
    tracks = verified("\n".join(parts), tracks, notes)
    return assembled(f"Imported from Parseq's {name}.", parts, tracks, left, notes, mode=mode)


def _track(document: Document, field: str, left: list[str], notes: Notes) -> tuple[Track | None, bool]:
    param = BY_NAME.get(NAMES.get(field, field))
    if param is None or not param.track:
        if not field.startswith("prompt_weight_"):
            shown = [f"{row['frame']}: {row[field]}" for row in document.keyframes if row.get(field) not in (None, "")]
            _leave(left, field, ", ".join(shown[:6]) + (" …" if len(shown) > 6 else ""), notes)
        return None, False
    if field == "seed" and _random_seed(document):
        notes.add("seed", "below 0 Deforum draws it anew for every run; here it moves on by one each frame")
        return None, False
    try:
        return track_of(document, field, notes)
    except FormulaError as fault:
        raise BridgeError(f"`{field}`: {fault}", "mend it in Parseq, which stops at it too") from None


def _let(document: Document, field: str, notes: Notes) -> tuple[str, bool]:
    try:
        return let_of(document, field, notes)
    except FormulaError as fault:
        raise BridgeError(f"`{field}`: {fault}", "mend it in Parseq, which stops at it too") from None


def _leave(left: list[str], name: str, shown: str, notes: Notes) -> None:
    shown = shown or "nothing"
    notes.add(name, f"has no counterpart here yet, and was {shown}")
    left.append(f"{name} = {shown}")


def _random_seed(document: Document) -> bool:
    return all(str(row.get("seed", -1)) in ("-1", "", "None") for row in document.keyframes or document.rendered)


def _is_flat(document: Document) -> bool:
    """Return whether the film is flat: fields of 2d move, and none that only 3d reads."""
    moving = {field for field in document.fields for row in document.keyframes
              if row.get(field) not in (None, "") or row.get(f"{field}_i")}  # fmt: skip
    return bool(moving & set(_FLAT)) and not moving & set(_DEEP)


def _film(document: Document, mode: str, *, beats: bool, seeded: bool) -> str:
    lines = [f"fps = {number(document.fps)}", f"length = {document.frames}f"]
    if beats:
        lines.append(f"tempo = {number(document.bpm)} offset 0s")
    if mode != BY_NAME["mode"].default:
        lines.append(f'mode = "{mode}"')
    if seeded:
        lines.append('seed_behavior = "schedule"')
    return "\n".join(lines)

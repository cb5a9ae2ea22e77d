"""Parseq's formulas in our language, for one span of one field; where there are no words the values are written out."""

from __future__ import annotations

import math
from dataclasses import dataclass
from dataclasses import field as dataclass_field

from ..vocabulary import BY_NAME
from .deforum_formula import FormulaError
from .deforum_meaning import WordlessError
from .formula import Binary, Call, Name, Node, Num, Raw, Text, Unary, number, truncated
from .keylists import Key, keys_text
from .parseq_field import Field
from .parseq_functions import arguments
from .parseq_values import number_of

_NAMES = {"f": "t", "s": "time", "fps": "fps", "PI": "pi", "E": "e", "final_frame": "max_f", "last_frame": "max_f"}
_FUNCTIONS = {"abs": "abs", "_sin": "sin", "_cos": "cos", "_tan": "tan", "_asin": "asin", "_acos": "acos",
              "_atan": "atan", "_log": "log", "_exp": "exp", "_sqrt": "sqrt", "_log10": "log10", "_sign": "sign",
              "_sinh": "sinh", "_cosh": "cosh", "_tanh": "tanh", "min": "min", "max": "max"}  # fmt: skip


@dataclass(slots=True)
class Words:
    """Where a formula stands: its field and the frames that it rules; ``beats`` is set where the tempo is needed.

    ``fields``: those that it may name, as a prompt may; ``named``: those that it does.
    """

    field: Field
    start: int
    stop: int
    beats: bool = False
    fields: tuple[str, ...] = ()
    named: list[str] = dataclass_field(default_factory=list[str])


def in_words(node: Node, at: Words) -> Node:
    """Return a formula in our language. Raises WordlessError."""
    match node:
        case Num(text, unit):
            at.beats = at.beats or unit == "b"
            return Num(text, unit if unit in ("s", "b") else "")
        case Name(name):
            return _name(name, at)
        case Unary(op, operand):
            return Unary(op, in_words(operand, at))
        case Binary(op, left, right):
            return _binary(op, in_words(left, at), in_words(right, at))
        case Call():
            return _call(node, at)
        case _:
            raise WordlessError


def _name(name: str, at: Words) -> Node:
    field = at.field
    match name:
        case "L":
            return _keys(field, "linear")
        case "S" | "active_keyframe_value" | "prev_keyframe_value":
            return _keys(field, "step")
        case "k":
            return Binary("-", Name("t"), _active(at))
        case "active_keyframe" | "prev_keyframe":
            return _active(at)
        case "b":
            at.beats = True
            return Binary("/", Name("t"), Num("1", "b"))
        case "wb":
            at.beats = True
            return Call("floor", (Binary("/", Name("t"), Num("1", "b")),))
        case "bpm" | "cadence":
            return Num(number(getattr(field, name)))
        case _:
            if name in _NAMES:
                return Name(_NAMES[name])
            if name in at.fields:
                at.named.append(name)
                return Name(let_name(name))
            raise WordlessError


def _keys(field: Field, ease: str) -> Node:
    if len(set(field.values)) == 1:
        return Num(number(field.values[0]))
    return Raw(keys_text([Key(f, number(v), ease) for f, v in zip(field.frames, field.values, strict=True)]))


def _active(at: Words) -> Node:
    frames = [frame for frame in at.field.frames if at.start <= frame < at.stop]
    if not frames:
        before = [frame for frame in at.field.frames if frame < at.start]
        return Num(str(before[-1] if before else 0))
    if len(frames) == 1 and frames[0] == at.start:
        return Num(str(frames[0]))
    return Raw(keys_text([Key(frame, str(frame), "step") for frame in frames]))


def _binary(op: str, left: Node, right: Node) -> Node:
    if op == "^":
        return Binary("**", left, right)
    if op in ("and", "or"):
        return Call("where", (Binary(op, _positive(left), _positive(right)), Num("1"), Num("0")))
    if op == ":":
        raise WordlessError
    if op == "%":
        return truncated(left, right, positive=_never_negative(left) and _never_negative(right))
    return Binary(op, left, right)


def _never_negative(node: Node) -> bool:
    """Whether a formula of ours is plainly 0 or more at every frame."""
    match node:
        case Num():
            return node.value >= 0
        case Name(name):
            return name in ("t", "time", "fps", "pi", "e", "max_f")
        case Binary("+" | "*" | "/" | "%" | "**", left, right):
            return _never_negative(left) and _never_negative(right)
        case Call("abs", _):
            return True
        case Call("floor" | "ceil" | "round" | "sqrt" | "min" | "max", args):
            return all(map(_never_negative, args))
        case _:
            return False


def _positive(node: Node) -> Node:
    if isinstance(node, Binary) and node.op in ("<", "<=", ">", ">=", "==", "!="):
        return node
    if isinstance(node, Call) and node.name == "where" and node.args[1:] == (Num("1"), Num("0")):
        return node.args[0]
    return Binary(">", node, Num("0"))


def _call(call: Call, at: Words) -> Node:
    try:
        given = arguments(call)
        return _known(call.name, given, at)
    except FormulaError:
        raise WordlessError from None


def _known(name: str, given: dict[str, Node | float | str], at: Words) -> Node:
    if name in _FUNCTIONS:
        return Call(_FUNCTIONS[name], tuple(_argument(value, at) for value in given.values()))
    match name:
        case "if":
            condition = _positive(_argument(given["c"], at))
            return Call("where", (condition, _argument(given["y"], at), _argument(given["n"], at)))
        case "round" | "floor" | "ceil":
            value, places = _argument(given["v"], at), number_of(given["p"], at.field)
            if places == 0:
                return Call(name, (value,))
            scale = Num(number(10.0**places))
            return Binary("/", Call(name, (Binary("*", value, scale),)), scale)
        case "sin" | "tri" | "sq" | "saw" | "pulse":
            return _wave(name, given, at)
        case "f2s":
            return Binary("/", _argument(given["v"], at), Num("1", "s"))
        case "s2f":
            return Binary("*", _argument(given["v"], at), Num("1", "s"))
        case "f2b" | "b2f":
            at.beats = True
            return Binary("/" if name == "f2b" else "*", _argument(given["v"], at), Num("1", "b"))
        case _:
            raise WordlessError


def _argument(value: Node | float | str, at: Words) -> Node:
    if isinstance(value, str):
        raise WordlessError
    return Num(number(value)) if isinstance(value, float | int) else in_words(value, at)


def _constant(value: Node | float | str, at: Words) -> float | None:
    """Return a value that stays the same over the span's frames, None for one that moves."""
    if isinstance(value, float | int):
        return float(value)
    found: set[float] = set()
    frame, active = at.field.frame, at.field.active
    for tried in (at.start, (at.start + at.stop) // 2, at.stop - 1):
        at.field.frame = tried
        at.field.active = at.field.frames[at.field.key()]
        found.add(number_of(value, at.field))
    at.field.frame, at.field.active = frame, active
    return found.pop() if len(found) == 1 and not isinstance(value, str) else None


def _wave(name: str, given: dict[str, Node | float | str], at: Words) -> Node:
    period = _constant(given["period"], at)
    phase = _constant(given["phase"], at)
    if period is None or period <= 0 or (phase is None and name != "sin"):
        raise WordlessError
    length = _length(given["period"], at, period)
    wave = _shape(name, given, at, (length, period, phase))
    amp, centre = _constant(given["amp"], at), _constant(given["centre"], at)
    result = wave if amp == 1 else Binary("*", _argument(given["amp"], at), wave)
    if centre != 0:
        result = Binary("+", _argument(given["centre"], at), result)
    limit = _constant(given["limit"], at)
    if limit is None:
        raise WordlessError
    if limit > 0:
        over = Binary(">", Binary("-", Name("t"), _active(at)), Num(number(limit * period)))
        result = Call("where", (over, Num("0"), result))
    return result


def _length(node: Node | float | str, at: Words, period: float) -> Node:
    if isinstance(node, Num) and node.unit in ("s", "b"):
        return in_words(node, at)
    return Num(number(period), "f")


def _shape(name: str, given: dict[str, Node | float | str], at: Words, wave: tuple[Node, float, float | None]) -> Node:
    length, period, phase = wave
    if phase is None:
        turn = Binary("/", Binary("+", Name("t"), _argument(given["phase"], at)), length)
        return Call("sin", (Binary("*", Name("tau"), turn),))
    if name in ("sin", "tri", "sq"):
        ours = {"sin": "sine", "tri": "tri", "sq": "square"}[name]
        turns = math.fmod(phase / period, 1.0)
        return Call(ours, (length, *((Num(number(turns)),) if turns else ())))
    moved = Binary("+", Name("t"), Num(number(phase))) if phase else Name("t")
    turn = length if length != Num(number(period), "f") else Num(number(period))
    along = truncated(moved, turn, positive=phase >= 0)
    if name == "saw":
        return Binary("/", along, turn)
    return Call("where", (Binary("<", along, _argument(given["pulse"], at)), Num("1"), Num("0")))


def bezier_call(node: Node) -> Call | None:
    """Return a formula that is nothing but a curve from each keyframe to the next, or None."""
    if isinstance(node, Call) and node.name == "bez":
        names = {name for name, _ in node.named}
        if len(node.args) <= 4 and names <= {"x1", "y1", "x2", "y2", "curve", "c"}:
            texts = all(isinstance(value, Text) for name, value in node.named if name in ("curve", "c"))
            return node if texts else None
    return None


def let_name(field: str) -> str:
    """Return the name by which a prompt calls a field."""
    return f"{field}_value" if field in BY_NAME else field

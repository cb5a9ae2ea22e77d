"""What Deforum's formulas give at every frame, and the same formulas in our language.

Whole numbers and floats are told apart as numexpr does: it wraps whole numbers at 64 bits and cuts `2**(-t)` to 0,
which nobody wants; the sane value is kept and the difference noted.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .deforum_formula import FormulaError
from .formula import Binary, Call, Name, Node, Num, Text, Unary, truncated

Array = NDArray[np.float64]
_WRAP = 2.0**63
_MOST_BITS = 40
_SAME = {"sin": "sin", "cos": "cos", "tan": "tan", "arcsin": "asin", "arccos": "acos", "arctan": "atan",
         "arctan2": "atan2", "sinh": "sinh", "cosh": "cosh", "tanh": "tanh", "log": "log", "log10": "log10",
         "exp": "exp", "sqrt": "sqrt", "abs": "abs", "floor": "floor", "ceil": "ceil", "sign": "sign",
         "where": "where", "min": "min", "max": "max"}  # fmt: skip
_NUMPY: dict[str, Callable[..., Any]] = {
    "sin": np.sin, "cos": np.cos, "tan": np.tan, "arcsin": np.arcsin, "arccos": np.arccos, "arctan": np.arctan,
    "arctan2": np.arctan2, "sinh": np.sinh, "cosh": np.cosh, "tanh": np.tanh, "arcsinh": np.arcsinh,
    "arccosh": np.arccosh, "arctanh": np.arctanh, "log": np.log, "log10": np.log10, "log1p": np.log1p, "exp": np.exp,
    "expm1": np.expm1, "sqrt": np.sqrt, "abs": np.abs, "floor": np.floor, "ceil": np.ceil, "round": np.round,
    "rint": np.round, "trunc": np.trunc, "sign": np.sign, "fmod": np.fmod, "min": np.minimum, "max": np.maximum,
    "where": lambda c, a, b: np.where(c != 0, a, b),
    "isnan": np.isnan, "isinf": np.isinf, "isfinite": np.isfinite,
}  # fmt: skip
_ARGUMENTS = {"where": 3, "arctan2": 2, "fmod": 2}


class WordlessError(ValueError):
    """A formula that our language has no words for; its values are written out instead."""


@dataclass(slots=True)
class Values:
    """A formula's value at every frame asked for, and whether numexpr holds it as whole numbers."""

    array: Array
    whole: bool


@dataclass(slots=True)
class Scene:
    """What a formula may name: the frames that it is worked out for, the last frame's number and the seed.

    ``seed_named``: whether ``s`` means the same in the script, which it does where the seed is one number.
    """

    t: Array
    last: int
    seed: int
    seed_named: bool = True
    oddities: set[str] = field(default_factory=set[str])

    def at(self, frames: Array) -> Scene:
        """Return the same film at other frames."""
        return Scene(frames, self.last, self.seed, self.seed_named, self.oddities)


def values_of(node: Node, scene: Scene) -> Array:
    """Return a formula's value at every frame of the scene. Raises FormulaError for names that Deforum lacks."""
    with np.errstate(all="ignore"):
        found = _values(node, scene).array
    return np.broadcast_to(np.asarray(found, dtype=np.float64), scene.t.shape)


def _values(node: Node, scene: Scene) -> Values:
    match node:
        case Num(text):
            return Values(np.float64(text), text.isdigit())  # type: ignore[arg-type]
        case Name(name):
            return _variable(name, scene)
        case Unary(op, operand):
            return _unary(op, _values(operand, scene))
        case Binary(op, left, right):
            return _binary(op, _values(left, scene), _values(right, scene), scene)
        case Call(name, args):
            return _call(name, [_values(arg, scene) for arg in args])
        case _:
            raise FormulaError("it holds a text where a number is due")


def _variable(name: str, scene: Scene) -> Values:
    known = {"t": scene.t, "i": scene.t, "max_f": np.float64(scene.last), "s": np.float64(scene.seed)}
    if name in known:
        return Values(known[name], True)  # type: ignore[arg-type]
    if name in ("pi", "e"):
        scene.oddities.add(f"`{name}` is not known to Deforum, which stops at it; read as meant")
        return Values(np.float64(getattr(np, name)), False)  # type: ignore[arg-type]
    raise FormulaError(f"`{name}` is no name that Deforum knows (t, max_f, s)")


def _unary(op: str, x: Values) -> Values:
    if op == "-":
        return Values(-x.array, x.whole)
    boolean = bool(np.all((x.array == 0) | (x.array == 1)))
    return Values(1.0 - x.array if boolean else -x.array - 1.0, True)


def _binary(op: str, a: Values, b: Values, scene: Scene) -> Values:
    whole = a.whole and b.whole
    if op in _COMPARE:
        return Values(_COMPARE[op](a.array, b.array).astype(np.float64), True)
    if op in ("&", "|", "^", "<<", ">>"):
        return Values(_bits(op, a.array, b.array), True)
    if op == "**" and whole and bool(np.any(b.array < 0)):
        scene.oddities.add("Deforum cuts a whole number to a negative power down to 0; the real value is kept")
        whole = False
    result = np.asarray(_ARITHMETIC[op](a.array, b.array), dtype=np.float64)
    if op == "%":
        result = np.where(b.array == 0, 0.0 if whole else np.nan, np.mod(a.array, b.array) if whole else result)
    if whole and op in ("+", "-", "*", "**") and bool(np.any(np.abs(result) >= _WRAP)):
        scene.oddities.add("Deforum's whole numbers wrap around at 64 bits here; the real value is kept")
    return Values(result, whole and op != "/")


_COMPARE: dict[str, Callable[..., Any]] = {
    "<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal, "==": np.equal, "!=": np.not_equal,
}  # fmt: skip
_ARITHMETIC: dict[str, Callable[..., Any]] = {
    "+": np.add, "-": np.subtract, "*": np.multiply, "/": np.divide, "**": np.power,
    "//": lambda a, b: np.floor(np.divide(a, b)), "%": lambda a, b: a - np.floor(np.divide(a, b)) * b,
}  # fmt: skip


def _bits(op: str, a: Array, b: Array) -> Array:
    if not all(bool(np.all(x == np.floor(x))) and bool(np.all(np.abs(x) < 2**53)) for x in (a, b)):
        raise FormulaError(f"`{op}` works on whole numbers only")
    work = {"&": np.bitwise_and, "|": np.bitwise_or, "^": np.bitwise_xor, "<<": np.left_shift, ">>": np.right_shift}
    return work[op](np.asarray(a, np.int64), np.asarray(b, np.int64)).astype(np.float64)


def _call(name: str, args: list[Values]) -> Values:
    if name in ("sum", "prod", "min", "max", "real") and len(args) == 1:
        return args[0]
    if name not in _NUMPY:
        raise FormulaError(f"`{name}` is no function that Deforum knows")
    due = 2 if name in ("min", "max") else _ARGUMENTS.get(name, 1)
    if len(args) != due:
        raise FormulaError(f"`{name}` takes {due} value{'s' * (due > 1)}, and has {len(args)}")
    whole = name in ("where", "min", "max") and all(arg.whole for arg in args[-2:])
    return Values(np.asarray(_NUMPY[name](*(arg.array for arg in args)), dtype=np.float64), whole)


def translated(node: Node, scene: Scene) -> Node:
    """Return a formula in our language, equal at every frame of the scene. Raises WordlessError."""
    with np.errstate(all="ignore"):
        return _translated(node, scene)


def _translated(node: Node, scene: Scene) -> Node:
    match node:
        case Num() | Text():
            return node
        case Name("s") if not scene.seed_named:
            return Num(str(scene.seed))
        case Name(name):
            return Name("t" if name == "i" else name)
        case Unary(op, operand):
            inside = _translated(operand, scene)
            return Unary("-", inside) if op == "-" else Binary("-", Num("1"), inside)
        case Call(name, args):
            return _call_in_ours(name, tuple(_translated(arg, scene) for arg in args), args, scene)
        case Binary(op, left, right):
            return _binary_in_ours(op, left, right, scene)
        case _:
            raise WordlessError


def _binary_in_ours(op: str, left: Node, right: Node, scene: Scene) -> Node:
    a, b = _translated(left, scene), _translated(right, scene)
    if op == "//":
        return Call("floor", (Binary("/", a, b),))
    if op == "%":
        return _remainder(Binary(op, left, right), a, b, scene)
    if op in ("&", "<<", ">>") and isinstance(right, Num) and not _boolean(left, right, scene):
        return _shifted(op, a, int(right.value))
    if op in ("^", "<<", ">>") or (op in ("&", "|") and not _boolean(left, right, scene)):
        raise WordlessError
    return Binary(op, a, b)


def _shifted(op: str, a: Node, bits: int) -> Node:
    """Write shifts by a number, and the lowest bits, as arithmetic on whole numbers."""
    if op == "&" and bits & (bits + 1) == 0:
        return Binary("%", a, Num(str(bits + 1)))
    if op == "&" or not 0 <= bits < _MOST_BITS:
        raise WordlessError
    if op == "<<":
        return Binary("*", a, Num(str(1 << bits)))
    return Call("floor", (Binary("/", a, Num(str(1 << bits))),))


def _boolean(left: Node, right: Node, scene: Scene) -> bool:
    return all(bool(np.all(np.isin(_values(side, scene).array, (0.0, 1.0)))) for side in (left, right))


def _remainder(node: Binary, a: Node, b: Node, scene: Scene) -> Node:
    """Numexpr's `%` is ours, but rounds as it divides: where that shows, the division is written out."""
    want = _values(node, scene).array
    x, y = _values(node.left, scene).array, _values(node.right, scene).array
    if _close(np.mod(x, y), want):
        return Binary("%", a, b)
    rounded = Binary("-", a, Binary("*", Call("floor", (Binary("/", a, b),)), b))
    if _close(x - np.floor(x / y) * y, want):
        return rounded
    raise WordlessError


def _close(a: Any, b: Any) -> bool:
    return bool(np.allclose(a, b, rtol=1e-9, atol=1e-9, equal_nan=True))


def _call_in_ours(name: str, args: tuple[Node, ...], theirs: tuple[Node, ...], scene: Scene) -> Node:
    if name in ("sum", "prod", "min", "max", "real") and len(args) == 1:
        return args[0]
    if name in _SAME:
        return Call(_SAME[name], args)
    one, x = Num("1"), args[0]
    squared = Binary("**", x, Num("2"))
    match name:
        case "round" | "rint":
            values = _values(theirs[0], scene).array
            if not _close(np.round(values), np.floor(values + 0.5)):
                raise WordlessError
            return Call("round", args)
        case "trunc":
            return Binary("*", Call("sign", args), Call("floor", (Call("abs", args),)))
        case "fmod":
            over, under = (_values(side, scene).array for side in theirs)
            return truncated(*args, positive=_close(np.fmod(over, under), np.mod(over, under)))
        case "log1p":
            return Call("log", (Binary("+", one, x),))
        case "expm1":
            return Binary("-", Call("exp", args), one)
        case "arcsinh":
            return Call("log", (Binary("+", x, Call("sqrt", (Binary("+", squared, one),))),))
        case "arccosh":
            return Call("log", (Binary("+", x, Call("sqrt", (Binary("-", squared, one),))),))
        case "arctanh":
            return Binary("/", Call("log", (Binary("/", Binary("+", one, x), Binary("-", one, x)),)), Num("2"))
        case _:
            raise WordlessError

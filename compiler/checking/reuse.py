"""Checking names and reuse: let, def, marker, block, apply, use."""

from __future__ import annotations

from .. import tree
from ..diagnostics import Label
from ..inputs import library
from ..inputs.library import is_private
from ..source import Place
from ..spelling import did_you_mean
from ..typed import FILM
from ..vocabulary import BY_NAME
from .calls import is_call
from .constants import CONSTANTS
from .definitions import bound_arguments
from .draft import Checker
from .scope import Binding, Check, Scope, Value
from .values import nothing, position_of, value_of


def let(checker: Checker, statement: tree.Let, scope: Scope) -> None:
    """Bind a name to a value."""
    cx = checker.cx
    place = scope.place(statement.name_span)
    if _taken(cx, statement.name, place):
        return
    inner = Scope(scope.source, scope, section=scope.section, base=scope.base, look=scope.look,
                  trigger=scope.trigger, label=statement.name)  # fmt: skip
    value = value_of(cx, statement.value, inner)
    cx.bind(scope, statement.name, value, place)
    if value.stream is not None and value.kind == "events":
        checker.draft.streams.setdefault(statement.name, value.stream)


def _taken(cx: Check, name: str, place: Place) -> bool:
    what = ""
    if name in BY_NAME:
        what = "a track" if BY_NAME[name].track else "a setting"
    elif name in CONSTANTS:
        what = "a clock, a constant or an event"
    if what:
        cx.findings.add("E0211", place, name=name, what=what)
    return bool(what)


def define(checker: Checker, statement: tree.Def, scope: Scope) -> None:
    """Bind a name to a definition."""
    place = scope.place(statement.name_span)
    if is_call(statement.name):
        checker.cx.findings.add("E0211", place, name=statement.name, what="a function")
        return
    _once_each(checker.cx, statement, scope)
    checker.cx.bind(scope, statement.name, statement, place)


def _once_each(cx: Check, statement: tree.Def | tree.Block, scope: Scope) -> None:
    """Tell parameters of one name."""
    first: dict[str, Place] = {}
    for param in statement.params:
        place = scope.place(param.span)
        if param.name in first:
            also = (Label(first[param.name], "first named here"),)
            cx.findings.add("E0204", place, name=param.name, also=also)
        first.setdefault(param.name, place)


def block(checker: Checker, statement: tree.Block, scope: Scope) -> None:
    """Bind a name to a block."""
    _once_each(checker.cx, statement, scope)
    checker.cx.bind(scope, "apply " + statement.name, statement, scope.place(statement.name_span))


_MAX_BLOCKS = 60
_APPLYING = 30
"""What applying a block counts for beside its statements."""


def apply(checker: Checker, statement: tree.Apply, scope: Scope) -> None:
    """Check a block's statements where it is applied, with its parameters bound."""
    cx = checker.cx
    place = scope.place(statement.span)
    found = scope.find("apply " + statement.name)
    if found is None or not isinstance(found.what, tree.Block):
        repair = did_you_mean(statement.name, scope.known("apply ")) or _on_the_shelf(statement.name)
        told = cx.further_down("apply " + statement.name, repair)
        cx.findings.add("E0207", scope.place(statement.name_span), name=statement.name, **told)
        return
    inner = bound_arguments(cx, found.what, statement.args, found, scope, place)
    if inner is None:
        return
    if cx.depth >= _MAX_BLOCKS:
        cx.findings.add("E0127", place, limit=_MAX_BLOCKS)
        return
    cx.depth += 5
    cx.inlining += 1
    cx.count_inlined(_APPLYING)
    checker.body(checker, found.what.body, inner)
    cx.inlining -= 1
    cx.depth -= 5


def _on_the_shelf(name: str) -> str:
    """Return how a block of the standard library is brought, where it has one of that name."""
    part = next((block.part for block in library.blocks() if block.name == name), "")
    return f"the standard library has it: write use {part} before" if part else ""


def marker(checker: Checker, statement: tree.Marker, scope: Scope) -> None:
    """Bind a marker to a position."""
    place = scope.place(statement.name_span)
    step = position_of(checker.cx, statement.position, scope, "a marker")
    value = nothing(place) if step is None else Value("position", place, step)
    checker.cx.bind(scope, "@" + statement.name, value, place)


def use(checker: Checker, statement: tree.Use, scope: Scope) -> None:
    """Bring the names of another file: its lets, defs, blocks and markers, seen from its own surroundings.

    Names that begin with ``_`` stay where they are made.
    """
    cx = checker.cx
    if not scope.top or scope.section != FILM:
        cx.findings.add("E0218", scope.place(statement.span), what="use", where="braces")
        return
    script = checker.files.get(statement.key)
    if script is None or statement.key in checker.using:
        return
    own = Scope(script.source, top=True, limit=0)
    inner = Checker(cx, checker.draft, checker.files, checker.body, (*checker.using, statement.key))
    for brought in script.statements:
        if isinstance(brought, tree.Let | tree.Def | tree.Block | tree.Marker | tree.Use):
            checker.body(inner, (brought,), own)
    for name, binding in own.names.items():
        if is_private(name.removeprefix("apply ").removeprefix("@")):
            continue
        first = scope.names.get(name)
        if first is not None and (first.what is binding.what or binding.scope.source.standard):
            continue
        if first is not None and not first.scope.source.standard:
            label = Label(first.place, "first named here")
            cx.findings.add("E0204", binding.place, name=name.removeprefix("apply "), also=(label,))
        else:
            scope.names[name] = Binding(binding.what, binding.scope, binding.serial, binding.place)

"""Checking calls of the script's own definitions: the body is put in the place of the call."""

from __future__ import annotations

from itertools import chain

from .. import tree
from ..diagnostics import Label
from ..functions import FUNCTIONS
from ..source import Place, Span
from .calls import build_call, is_call
from .constants import SOURCES, is_known
from .scope import Binding, Check, Scope, Value
from .values import nothing, value_of


def call_of(cx: Check, expr: tree.Call, scope: Scope) -> Value:
    """Return the value of a call, of a definition or of the language's own function."""
    found = scope.find(expr.name)
    if found is not None and isinstance(found.what, tree.Def):
        return _inlined(cx, expr, found, scope)
    place = scope.place(expr.span)
    if not is_call(expr.name):
        repair = cx.suggest(expr.name, chain(FUNCTIONS, scope.known()))
        cx.findings.add("E0203", scope.place(expr.name_span), name=expr.name, **cx.further_down(expr.name, repair))
        return nothing(place)
    if _unknown_source(cx, expr, scope):
        return nothing(place)
    args = [(arg.name, value_of(cx, arg.value, scope), scope.place(arg.span)) for arg in expr.args]
    if any(value.kind == "nothing" for _, value, _ in args):
        return nothing(place)
    return build_call(cx, expr.name, args, scope, place)


def _unknown_source(cx: Check, expr: tree.Call, scope: Scope) -> bool:
    """Tell a bare name that can only be meant as a sound, but is none."""
    function = FUNCTIONS.get(expr.name)
    if function is None or not any(param.kind == "source" for param in function.params):
        return False
    for arg in expr.args:
        name = arg.value.name if isinstance(arg.value, tree.Name) else ""
        if name and not is_known(cx, name, scope):
            repair = cx.suggest(name, {*SOURCES, *cx.stems})
            cx.findings.add("E0219", scope.place(arg.value.span), name=name, repair=repair)
            return True
    return False


def _inlined(cx: Check, expr: tree.Call, found: Binding, scope: Scope) -> Value:
    """Put a definition in the place of its call: its body sees its own surroundings and its arguments, no more."""
    definition = found.what
    assert isinstance(definition, tree.Def)  # noqa: S101 - narrows for the type checker
    place = scope.place(expr.span)
    inner = bound_arguments(cx, definition, expr.args, found, scope, place)
    if inner is None:
        return nothing(place)
    cx.inlining += 1
    value = value_of(cx, definition.value, inner)
    cx.inlining -= 1
    return value.at(place)


def bound_arguments(
    cx: Check, definition: tree.Def | tree.Block, args: tuple[tree.Arg, ...], found: Binding, scope: Scope, place: Place
) -> Scope | None:
    """Return the scope of a definition's body with its parameters bound, or None where the arguments are wrong."""
    names = [param.name for param in definition.params]
    given: dict[str, Value] = {}
    wrong = False
    usage = f"{definition.name}({', '.join(names)})"

    def fault(text: str, what: str, at: Span | None = None) -> None:
        nonlocal wrong
        wrong = True
        also = (Label(found.place, "defined here"),)
        cx.findings.add("E0212", scope.place(at) if at else place, name=definition.name, fault=text, what=what,
                        usage=usage, also=also)  # fmt: skip

    for index, arg in enumerate(args):
        name = arg.name if arg.name is not None else names[index] if index < len(names) else None
        if name is None:
            fault(f"takes {len(names)} argument{'s' * (len(names) != 1)}", "one too many", arg.span)
        elif name not in names:
            fault(f"has no parameter `{name}`", "not one of its parameters", arg.span)
        elif name in given:
            fault(f"is given `{name}` twice", "the second time", arg.span)
        else:
            given[name] = value_of(cx, arg.value, scope)
    inner = Scope(
        found.scope.source, found.scope, {}, found.serial, found.scope.base, scope.section, scope.trigger, scope.look,
        scope.label,
    )  # fmt: skip
    if found.scope.source.standard:
        inner.shown = scope.shown or place
    wrong = _lack_units(cx, definition, given, inner) or wrong
    for param in definition.params:
        if param.name not in given and param.default is None and not wrong:
            fault(f"needs `{param.name}`", "an argument is missing")
        elif param.name not in given and param.default is not None:
            given[param.name] = value_of(cx, param.default, inner)
    if wrong or any(value.kind == "nothing" for value in given.values()):
        return None
    for name, value in given.items():
        inner.names[name] = Binding(value, inner, 0, value.place)
    return inner


def _lack_units(cx: Check, definition: tree.Def | tree.Block, given: dict[str, Value], inner: Scope) -> bool:
    """Tell bare numbers that are given where the default is a length of time."""
    wrong = False
    for param in definition.params:
        value = given.get(param.name)
        if value is None or value.kind != "number" or not isinstance(param.default, tree.Duration | tree.Binary):
            continue
        if value_of(cx, param.default, inner).kind == "duration":
            constant = cx.program.constant(value.step)
            shown = f"{constant:g}" if constant is not None else "this"
            repair = "" if constant is not None else "give it a unit: (…)*1f, (…)*1s or (…)*1b"
            what = f"`{param.name}` of `{definition.name}`"
            cx.findings.add("E0301", value.place, what=what, number=shown, repair=repair)
            wrong = True
    return wrong

"""Who is meant by a name: every definition of a script with its uses, by the same rules as checking has."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from ...compiler import tree
from ...compiler.inputs.library import is_private, tree_of
from ...compiler.source import Source, Span

Kind = Literal["let", "def", "parameter", "marker", "section", "block", "stem", "profile"]
Read = Callable[[str], "tree.Script | None"]
"""Gives the tree of a file that the script uses, by the path as written."""


@dataclass(frozen=True, slots=True, eq=False)
class Definition:
    """A name with the place where it is made; ``whole`` is the statement, ``seen`` where the name can be used."""

    kind: Kind
    name: str
    span: Span
    whole: Span
    seen: Span
    source: Source
    params: tuple[Definition, ...] = ()

    @property
    def text(self) -> str:
        """How it is written, up to its braces."""
        written = self.source.text[self.whole.start : self.whole.end]
        return written.split("{")[0].rstrip() if self.kind in ("section", "block", "profile") else written


@dataclass(frozen=True, slots=True)
class Use:
    """A place where a defined name stands; its definition is one of them."""

    span: Span
    definition: Definition


@dataclass(slots=True)
class Names:
    """All that is named in a script, in the order of the text."""

    definitions: list[Definition] = field(default_factory=list[Definition])
    uses: list[Use] = field(default_factory=list[Use])

    def at(self, offset: int) -> Use | None:
        """Return the use whose name is at, or ends at, an offset."""
        return next((use for use in self.uses if use.span.start <= offset <= use.span.end), None)

    def of(self, definition: Definition) -> list[Use]:
        """Return every use of a definition."""
        return [use for use in self.uses if use.definition is definition]

    def visible(self, offset: int) -> list[Definition]:
        """Return what can be named at an offset, the nearest of equal names."""
        seen = [item for item in self.definitions if item.seen.start <= offset <= item.seen.end]
        return list({(item.kind in ("marker", "block"), item.kind, item.name): item for item in seen}.values())


@dataclass(slots=True)
class _Scope:
    """What is named in a body so far, and where the body ends."""

    end: int
    parent: _Scope | None = None
    known: dict[str, Definition] = field(default_factory=dict[str, Definition])

    def find(self, key: str) -> Definition | None:
        scope: _Scope | None = self
        while scope is not None:
            if key in scope.known:
                return scope.known[key]
            scope = scope.parent
        return None


def names_of(script: tree.Script, read: Read | None = None) -> Names:
    """Return the names of a script; ``read`` gives the files that it uses."""
    walk = _Walk(script.source, read, Names())
    walk.announce(script.statements)
    walk.body(script.statements, _Scope(len(script.source.text)))
    walk.names.uses.sort(key=lambda use: use.span)
    return walk.names


_PREFIX: dict[Kind, str] = {"marker": "@", "block": "apply ", "section": "in ", "stem": "from ", "profile": "profile "}


class _Walk:
    """Goes through the statements in their order, so that a name is known only after it was made."""

    def __init__(self, source: Source, read: Read | None, names: Names, using: tuple[str, ...] = ()) -> None:
        self.names = names
        self._source = source
        self._read = read
        self._using = using
        self._early: dict[str, Definition] = {}
        self._noted: set[Definition] = set()

    def announce(self, statements: Iterable[tree.Statement]) -> None:
        """Note what may be named before it is made: sections and stems."""
        whole = Span(0, len(self._source.text))
        for statement in statements:
            if isinstance(statement, tree.Section):
                self._early.setdefault("in " + statement.name, self._made("section", statement, whole))
                self.announce(statement.body)
            elif isinstance(statement, tree.Block):
                self.announce(statement.body)
            elif isinstance(statement, tree.Input) and statement.kind == "audio" and statement.name:
                start = self._source.text.find(statement.name, statement.span.start + len("audio"))
                span = Span(start, start + len(statement.name))
                made = Definition("stem", statement.name, span, statement.span, whole, self._source)
                self._early.setdefault("from " + statement.name, made)
                self._note(made)

    def body(self, statements: Iterable[tree.Statement], scope: _Scope) -> None:
        """Take in the statements of one body."""
        for statement in statements:
            match statement:
                case tree.Let() | tree.Marker():
                    self._let(statement, scope)
                case tree.Def() | tree.Block():
                    self._callable(statement, scope)
                case tree.Section():
                    self._section(statement, scope)
                case tree.Profile():
                    self._bind("profile", statement, scope)
                    self.body(statement.body, _Scope(statement.span.end, scope))
                case tree.On():
                    self._on(statement, scope)
                case tree.Apply():
                    self._called(scope.find("apply " + statement.name), statement.name_span, statement.args, 0)
                    self._expression(statement.args, scope)
                case tree.Use():
                    self._bring(statement, scope)
                case _:
                    self._expression(statement, scope)

    # statements

    def _let(self, statement: tree.Let | tree.Marker, scope: _Scope) -> None:
        is_let = isinstance(statement, tree.Let)
        self._expression(statement.value if is_let else statement.position, scope)
        self._bind("let" if is_let else "marker", statement, scope)

    def _callable(self, statement: tree.Def | tree.Block, scope: _Scope) -> None:
        params = tuple(
            Definition("parameter", param.name, Span(param.span.start, param.span.start + len(param.name)), param.span,
                       statement.span, self._source)
            for param in statement.params
        )  # fmt: skip
        for param, made in zip(statement.params, params, strict=True):
            self._expression(param.default, scope)
            self._note(made)
        inner = _Scope(statement.span.end, scope, {param.name: param for param in params})
        if isinstance(statement, tree.Def):
            self._expression(statement.value, inner)
            self._bind("def", statement, scope, params)
        else:
            self.body(statement.body, inner)
            self._bind("block", statement, scope, params)

    def _section(self, statement: tree.Section, scope: _Scope) -> None:
        self._note(self._early["in " + statement.name], Span(*statement.name_span))
        self._expression((statement.start, statement.stop), scope)
        self.body(statement.body, _Scope(statement.span.end, scope))

    def _on(self, statement: tree.On, scope: _Scope) -> None:
        for modifier in statement.modifiers:
            if modifier.kind == "in" and isinstance(modifier.value, tree.Name):
                self._use(self._early.get("in " + modifier.value.name), modifier.value.span)
            else:
                self._expression(modifier.value, scope)
        self._expression((statement.event, *(action.value for action in statement.actions)), scope)

    def _bring(self, statement: tree.Use, scope: _Scope) -> None:
        """Make known what another file names."""
        script: tree.Script | None = None
        if statement.standard:
            script = tree_of(statement.path)
        elif self._read and statement.key not in self._using:
            script = self._read(statement.path)
        if script is None:
            return
        inner = _Walk(script.source, self._read, Names(), (*self._using, statement.key))
        top = _Scope(len(script.source.text))
        inner.body([s for s in script.statements if isinstance(s, _BROUGHT)], top)
        seen = Span(statement.span.end, scope.end)
        for key, made in top.known.items():
            if is_private(made.name) or (script.source.standard and key in scope.known):
                continue
            scope.known[key] = replace(made, seen=seen)
            self.names.definitions.append(scope.known[key])

    # expressions

    def _expression(self, root: Any, scope: _Scope) -> None:
        todo: list[tuple[Any, int]] = [(root, 0)]
        while todo:
            node, base = todo.pop()
            if isinstance(node, tuple) and not isinstance(node, Span):
                todo.extend((item, base) for item in node)
            elif isinstance(node, tree.Hole):
                todo.append((node.expr, node.base))
            elif hasattr(node, "__slots__") and not isinstance(node, Span):
                self._node(node, scope, base)
                todo.extend((getattr(node, name), base) for name in node.__slots__)

    def _node(self, node: Any, scope: _Scope, base: int) -> None:
        if isinstance(node, tree.Name):
            found = scope.find(node.name) or self._early.get("in " + node.name) or self._early.get("from " + node.name)
            self._use(found, node.span, base)
        elif isinstance(node, tree.MarkerRef):
            self._use(scope.find("@" + node.name), Span(node.span.start + 1, node.span.end), base)
        elif isinstance(node, tree.Call):
            self._called(scope.find(node.name), node.name_span, node.args, base)

    def _called(self, found: Definition | None, span: Span, args: tuple[tree.Arg, ...], base: int) -> None:
        self._use(found, span, base)
        for arg in args if found else ():
            named = next((param for param in found.params if param.name == arg.name), None) if found else None
            if arg.name:
                self._use(named, Span(arg.span.start, arg.span.start + len(arg.name)), base)

    # notes

    def _bind(self, kind: Kind, statement: Any, scope: _Scope, params: tuple[Definition, ...] = ()) -> None:
        made = self._made(kind, statement, Span(statement.span.end, scope.end), params)
        scope.known.setdefault(_PREFIX.get(kind, "") + made.name, made)
        self._note(made)

    def _made(self, kind: Kind, statement: Any, seen: Span, params: tuple[Definition, ...] = ()) -> Definition:
        return Definition(kind, statement.name, statement.name_span, statement.span, seen, self._source, params)

    def _note(self, made: Definition, span: Span | None = None) -> None:
        if made not in self._noted:
            self._noted.add(made)
            self.names.definitions.append(made)
        self._use(made, span or made.span)

    def _use(self, found: Definition | None, span: Span, base: int = 0) -> None:
        if found is not None:
            self.names.uses.append(Use(Span(span.start + base, span.end + base), found))


_BROUGHT = (tree.Let, tree.Def, tree.Block, tree.Marker, tree.Use)

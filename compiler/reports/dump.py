"""A script's tree as readable lines: one node a line with its span, and with its type where a check has told it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from .. import tree
from ..checking.check import check
from ..checking.expressions import RULES
from ..checking.scope import Check, Scope, Value
from ..diagnostics import CompileError, Findings
from ..inputs.files import brought
from ..inputs.overrides import parsed
from ..program import Rank
from ..source import Source, Span
from ..syntax.parse import parse
from ..typed import FILM
from ..vocabulary import BY_NAME

Types = Mapping[int, Mapping[str, None]]
"""By a node's identity, all that it was found to be: a block's body has the types of each place that applies it."""
_COLUMN = 16
_UNITS = {"f": "frames", "s": "seconds", "b": "beats", "bar": "bars"}
_RANKS = {Rank.ONCE: "number", Rank.FRAME: "signal, a number for each frame", Rank.EVENT: "number for each event"}


def tree_lines(script: tree.Script, types: Types | None = None) -> Iterator[str]:
    """Yield a script's tree: ``line:column-line:column`` (1-based, the end not included), then the node."""
    todo: list[tuple[Any, str, int, int]] = [(node, "", 0, 0) for node in reversed(script.statements)]
    while todo:
        node, label, depth, base = todo.pop()
        yield _line(script.source, node, label, depth, base, types)
        if isinstance(node, tree.Hole):
            todo.append((node.expr, "", depth + 1, node.base))
            continue
        todo.extend((child, name, depth + 1, base) for child, name in reversed(list(_children(node))))


def _line(source: Source, node: Any, label: str, depth: int, base: int, types: Types | None) -> str:
    span = Span(node.span.start + base, node.span.end + base)
    at = "-".join(f"{line}:{column}" for line, column in map(source.position, span))
    shown = f"{at:<{_COLUMN}}{'  ' * depth}{label and label + ': '}{type(node).__name__}{_facts(node)}"
    return shown + (_typed(node, types) if types is not None else "")


def _typed(node: Any, types: Types) -> str:
    if isinstance(node, tree.Assign) and node.name in BY_NAME:
        param = BY_NAME[node.name]
        kind = "track" if param.track else "setting"
        unit = f", in {param.unit}" if param.unit else ""
        return f"  :: {kind}{unit}{' a frame' if param.unit and param.per_frame else ''}"
    found = types.get(id(node))
    return f"  :: {' or '.join(found)}" if found else ""


def _facts(node: Any) -> str:
    """Return what a node says by itself: names, numbers, operators and texts."""
    if isinstance(node, tree.Binary):
        return ""
    facts = ""
    for name in node.__slots__:
        value: Any = getattr(node, name)
        if isinstance(value, str):
            facts += f" {value}" if name in ("name", "op", "unit", "target", "kind", "how") else f" {_quoted(value)}"
        elif isinstance(value, bool):
            facts += f" {name}" if value else ""
        elif isinstance(value, int | float) and name != "base":
            facts += f" {value:g}"
        elif isinstance(node, tree.Text) and name == "parts" and tree.Hole not in map(type, node.parts):
            facts += f" {_quoted(''.join(map(str, node.parts)))}"
    return facts


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _children(node: Any) -> Iterator[tuple[Any, str]]:
    """Yield the nodes below a node with what they are to it; a chain of operators is one list."""
    if isinstance(node, tree.Binary):
        links: list[tree.Binary] = []
        left: tree.Expr = node
        while isinstance(left, tree.Binary):
            links.append(left)
            left = left.left
        yield left, ""
        yield from ((link.right, link.op) for link in reversed(links))
        return
    for name in node.__slots__:
        value = getattr(node, name)
        if isinstance(value, Span):
            continue
        if isinstance(value, tuple):
            yield from ((child, "") for child in value if hasattr(child, "__slots__"))
        elif hasattr(value, "__slots__"):
            yield value, name


def typed_lines(
    text: str,
    *,
    read: Callable[[str], str] | None = None,
    profile: str | None = None,
    overrides: Mapping[str, str] | None = None,
    name: str = "script.anim",
) -> Iterator[str]:
    """Yield a script's tree with what checking finds each expression to be. Raises CompileError for mistakes."""
    findings = Findings()
    script = parse(text, name)
    files = brought(script, read, findings)
    values, sources = parsed(overrides or {}, findings)
    types: dict[int, dict[str, None]] = {}
    rules = {kind: _watched(rule, types) for kind, rule in RULES.items()}
    check(script, findings, files=files.scripts, lyrics=files.lyrics, beats=files.beats, profile=profile,
          overrides=values, override_sources=sources, rules=rules)  # fmt: skip
    if findings.errors:
        raise CompileError(findings.ordered())
    yield from tree_lines(script, types)


Rule = Callable[[Check, Any, Scope], Value]


def _watched(rule: Rule, types: dict[int, dict[str, None]]) -> Rule:
    def note(cx: Check, expr: Any, scope: Scope) -> Value:
        value = rule(cx, expr, scope)
        types.setdefault(id(expr), {})[_type(cx, value, scope)] = None
        return value

    return note


def _type(cx: Check, value: Value, scope: Scope) -> str:
    """Return what a value is, with its unit, and how much where that is known without the film."""
    if value.kind == "duration":
        amounts = [(cx.program.constant(step), _UNITS[unit]) for unit, step in value.parts]
        return "length of " + " and ".join(unit if n is None else f"{n:g} {unit}" for n, unit in amounts)
    if value.kind == "band":
        return f"band from {value.data[0]:g} to {value.data[1]:g} hertz"
    if value.kind in ("size", "source"):
        return f"{value.kind} {'x'.join(map(str, value.data)) if value.kind == 'size' else value.data}"
    if value.kind not in ("number", "position", "frequency"):
        return value.kind
    known = cx.program.constant(value.step)
    if value.kind == "frequency":
        return "hertz" if known is None else f"{known:g} hertz"
    if value.kind == "position":
        return "position, a frame" if known is None or scope.section != FILM else f"position, frame {known:g}"
    kind = _RANKS[cx.program.steps[value.step].rank] if known is None else f"number {known:g}"
    return f"{kind}; also events" if value.stream is not None else kind

"""A script's outline as editors show it: sections with what is in them, prompts, names, tracks and triggers."""

from __future__ import annotations

from lsprotocol import types as lsp

from ...compiler import tree
from ...compiler.source import Span
from .page import Page

Sort = lsp.SymbolKind
MAX_LABEL = 60


def symbols(page: Page) -> list[lsp.DocumentSymbol]:
    """Return the outline of a script; nothing where it does not parse."""
    return _of(page, page.tree.statements) if page.tree else []


def _of(page: Page, statements: tuple[tree.Statement, ...]) -> list[lsp.DocumentSymbol]:
    return [found for statement in statements if (found := _symbol(page, statement)) is not None]


def _symbol(page: Page, statement: tree.Statement) -> lsp.DocumentSymbol | None:
    match statement:
        case tree.Section(name=name, name_span=at, body=body):
            return _made(page, statement, name, Sort.Namespace, at, body)
        case tree.Block(name=name, name_span=at, body=body):
            return _made(page, statement, name, Sort.Module, at, body)
        case tree.Profile(name=name, name_span=at, body=body):
            return _made(page, statement, name, Sort.Module, at, body)
        case tree.Def(name=name, name_span=at):
            return _made(page, statement, name, Sort.Function, at)
        case tree.Let(name=name, name_span=at):
            return _made(page, statement, name, Sort.Variable, at)
        case tree.Marker(name=name, name_span=at):
            return _made(page, statement, f"@{name}", Sort.Constant, at)
        case tree.Assign(name=name, name_span=at):
            return _made(page, statement, name, Sort.Property, at)
        case tree.Prompt(text=text):
            return _made(page, statement, _written(page, statement.span), Sort.String, text.span)
        case tree.On(event=event) | tree.Cut(at=event):
            return _made(page, statement, _written(page, statement.span), Sort.Event, event.span)
        case _:
            return None


def _made(
    page: Page,
    statement: tree.Statement,
    name: str,
    kind: lsp.SymbolKind,
    at: Span,
    body: tuple[tree.Statement, ...] = (),
) -> lsp.DocumentSymbol:
    ranges = page.positions.range(statement.span), page.positions.range(at)
    return lsp.DocumentSymbol(name, kind, *ranges, children=_of(page, body))


def _written(page: Page, span: Span) -> str:
    text = " ".join(page.text[span.start : span.end].split())
    return text if len(text) <= MAX_LABEL else text[: MAX_LABEL - 1] + "…"

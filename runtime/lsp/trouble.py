"""The mistakes and warnings of a script, as ``animc check`` finds them, in the shape that editors take."""

from __future__ import annotations

import re

from lsprotocol import types as lsp

from ...compiler import CompileError, Diagnostic, tree
from ...compiler.source import Place, Span
from ..cli.check import examine
from ..errors import AnimcError
from .page import Page

_OFFER = re.compile(r"did you mean `@?([^`]+)`\?")


def trouble(page: Page) -> list[lsp.Diagnostic]:
    """Return what is wrong with a script; nothing is heard or painted for it."""
    try:
        found, _ = examine(page.film, page.text)
    except AnimcError as fault:
        return [_own(page, fault)]
    except CompileError as fault:  # pragma: no cover - `examine` returns these
        found = fault.diagnostics
    return [_told(page, diagnostic) for diagnostic in found]


def _told(page: Page, diagnostic: Diagnostic) -> lsp.Diagnostic:
    here = diagnostic.place is None or diagnostic.place.source.name == page.name
    span = _span(diagnostic.place) if here else _bringing(page, diagnostic.file or "")
    notes = [("note", diagnostic.reason), ("help", diagnostic.repair)]
    message = diagnostic.message if here else f"in {diagnostic.file}: {diagnostic.message}"
    return lsp.Diagnostic(
        range=page.positions.range(span),
        message="\n".join([message, *(f"{kind}: {text}" for kind, text in notes if text)]),
        severity=lsp.DiagnosticSeverity.Error if diagnostic.severity == "error" else lsp.DiagnosticSeverity.Warning,
        code=diagnostic.code,
        source="animc",
        related_information=_related(page, diagnostic) or None,
        data={"repair": diagnostic.repair},
    )


def _span(place: Place | None) -> Span:
    """Return a place as a span of at least one character, so that it can be seen."""
    return Span(place.start, max(place.end, place.start + 1)) if place else Span(0, 0)


def _related(page: Page, diagnostic: Diagnostic) -> list[lsp.DiagnosticRelatedInformation]:
    """Return the other places of a diagnostic that lie in this script."""
    if page.path is None:
        return []
    uri = page.path.resolve().as_uri()
    return [
        lsp.DiagnosticRelatedInformation(lsp.Location(uri, page.positions.range(_span(also.place))), also.text)
        for also in diagnostic.also
        if also.place.source.name == page.name
    ]


def _bringing(page: Page, file: str) -> Span:
    """Return the ``use`` that brings a file, as far as this script itself does."""
    uses = [s for s in page.tree.statements if isinstance(s, tree.Use)] if page.tree else []
    return next((use.path_span for use in uses if use.path == file), uses[0].path_span if uses else Span(0, 0))


def _own(page: Page, fault: AnimcError) -> lsp.Diagnostic:
    """Return what keeps the script from being compiled at all, such as a sound that is not there."""
    inputs = [s for s in page.tree.statements if isinstance(s, tree.Input)] if page.tree else []
    named = [s.path.span for s in inputs if page.text[s.path.span.start : s.path.span.end] in fault.message]
    return lsp.Diagnostic(
        range=page.positions.range(named[0] if named else Span(0, 0)),
        message=fault.message + (f"\nhelp: {fault.repair}" if fault.repair else ""),
        severity=lsp.DiagnosticSeverity.Error,
        source="animc",
    )


def repairs(uri: str, diagnostics: list[lsp.Diagnostic]) -> list[lsp.CodeAction]:
    """Return the edits that "did you mean" offers."""
    actions: list[lsp.CodeAction] = []
    for diagnostic in diagnostics:
        offer = _OFFER.search(diagnostic.message)
        if offer and diagnostic.range.start.line == diagnostic.range.end.line:
            edit = lsp.TextEdit(diagnostic.range, offer[1])
            title = f"write `{offer[1]}`"
            changes = lsp.WorkspaceEdit(changes={uri: [edit]})
            actions.append(
                lsp.CodeAction(title, kind=lsp.CodeActionKind.QuickFix, diagnostics=[diagnostic], edit=changes)
            )
    return actions

"""The server itself: which request is answered by which room, and when mistakes are told."""

from __future__ import annotations

import asyncio
from importlib.metadata import version
from pathlib import Path

from lsprotocol import types as lsp
from pygls import uris
from pygls.exceptions import JsonRpcInvalidParams
from pygls.lsp.server import LanguageServer

from ...compiler import CompileError
from ...compiler.formatting.format import format_script
from ...compiler.inputs.library import file_of
from ...compiler.source import Span
from .complete import complete
from .hover import hover
from .names import Definition
from .page import Page
from .rename import Refused, renameable, renamed
from .symbols import symbols
from .trouble import repairs, trouble

PAUSE = 0.15
"""Seconds without a change before mistakes are looked for."""


class AnimServer(LanguageServer):
    """Keeps one page for each script that is open."""

    def __init__(self) -> None:
        # Whole texts, not pieces: scripts are small, and a piece is only as good as both sides' idea of a line.
        super().__init__("animc", version("animc"), text_document_sync_kind=lsp.TextDocumentSyncKind.Full)
        self._pages: dict[str, tuple[str, Page]] = {}
        self._checks: dict[str, asyncio.Task[None]] = {}

    @property
    def encoding(self) -> str:
        """In which units the client counts the places in a line."""
        return lsp.PositionEncodingKind(self.workspace.position_codec.encoding).value

    def page(self, uri: str) -> Page:
        """Return a script as it is now."""
        text = self.workspace.get_text_document(uri).source.removeprefix("\ufeff")
        kept = self._pages.get(uri)
        if kept is None or kept[0] != text:
            path = uris.to_fs_path(uri) if uri.startswith("file:") else None
            kept = (text, Page(text, Path(path) if path else None, self.encoding))
            self._pages[uri] = kept
        return kept[1]

    def check_soon(self, uri: str, pause: float) -> None:
        """Tell a script's mistakes after a pause, unless it changes before."""
        if uri in self._checks:
            self._checks[uri].cancel()
        self._checks[uri] = asyncio.get_running_loop().create_task(self._check(uri, pause))

    async def _check(self, uri: str, pause: float) -> None:
        await asyncio.sleep(pause)
        page = self.page(uri)
        found = await asyncio.to_thread(trouble, page)
        told = self.workspace.get_text_document(uri).version
        self.text_document_publish_diagnostics(lsp.PublishDiagnosticsParams(uri, found, told))

    def forget(self, uri: str) -> None:
        """Drop a script that was closed, and what was told about it."""
        check = self._checks.pop(uri, None)
        if check:
            check.cancel()
        self._pages.pop(uri, None)
        self.text_document_publish_diagnostics(lsp.PublishDiagnosticsParams(uri, []))


server = AnimServer()


@server.feature(lsp.TEXT_DOCUMENT_DID_OPEN)
def opened(ls: AnimServer, params: lsp.DidOpenTextDocumentParams) -> None:
    """Tell the mistakes of a script that was opened."""
    ls.check_soon(params.text_document.uri, 0.0)


@server.feature(lsp.TEXT_DOCUMENT_DID_CHANGE)
def changed(ls: AnimServer, params: lsp.DidChangeTextDocumentParams) -> None:
    """Tell the mistakes of a script once its writer pauses."""
    ls.check_soon(params.text_document.uri, PAUSE)


@server.feature(lsp.TEXT_DOCUMENT_DID_SAVE)
def saved(ls: AnimServer, params: lsp.DidSaveTextDocumentParams) -> None:
    """Look again at every script: one may use the file that was saved."""
    for uri in list(ls.workspace.text_documents):
        ls.check_soon(uri, 0.0)


@server.feature(lsp.TEXT_DOCUMENT_DID_CLOSE)
def closed(ls: AnimServer, params: lsp.DidCloseTextDocumentParams) -> None:
    """Forget a script that was closed."""
    ls.forget(params.text_document.uri)


@server.feature(lsp.TEXT_DOCUMENT_HOVER)
def hovered(ls: AnimServer, params: lsp.HoverParams) -> lsp.Hover | None:
    """Say what the word under the pointer means."""
    page, offset = _place(ls, params)
    return hover(page, offset)


@server.feature(lsp.TEXT_DOCUMENT_COMPLETION, lsp.CompletionOptions(trigger_characters=["@", '"']))
def completed(ls: AnimServer, params: lsp.CompletionParams) -> lsp.CompletionList:
    """Offer what may stand here."""
    page, offset = _place(ls, params)
    return lsp.CompletionList(is_incomplete=False, items=complete(page, offset))


@server.feature(lsp.TEXT_DOCUMENT_DEFINITION)
def defined(ls: AnimServer, params: lsp.DefinitionParams) -> lsp.Location | None:
    """Lead to where a name is made."""
    page, offset = _place(ls, params)
    made = _definition(page, offset)
    return _location(ls, page, params.text_document.uri, made) if made else None


@server.feature(lsp.TEXT_DOCUMENT_REFERENCES)
def referred(ls: AnimServer, params: lsp.ReferenceParams) -> list[lsp.Location]:
    """List where a name stands."""
    page, offset = _place(ls, params)
    use = page.names.at(offset)
    spans = [other.span for other in page.names.of(use.definition)] if use else []
    if use and not params.context.include_declaration:
        spans = [span for span in spans if span != use.definition.span]
    return [lsp.Location(params.text_document.uri, page.positions.range(span)) for span in spans]


@server.feature(lsp.TEXT_DOCUMENT_PREPARE_RENAME)
def rename_prepared(ls: AnimServer, params: lsp.PrepareRenameParams) -> lsp.Range:
    """Say what would be renamed."""
    page, offset = _place(ls, params)
    try:
        return page.positions.range(renameable(page, offset).span)
    except Refused as why:
        raise JsonRpcInvalidParams(str(why)) from None


@server.feature(lsp.TEXT_DOCUMENT_RENAME, lsp.RenameOptions(prepare_provider=True))
def rename_done(ls: AnimServer, params: lsp.RenameParams) -> lsp.WorkspaceEdit:
    """Rename what the script names."""
    page, offset = _place(ls, params)
    try:
        spans = renamed(page, offset, params.new_name)
    except Refused as why:
        raise JsonRpcInvalidParams(str(why)) from None
    edits = [lsp.TextEdit(page.positions.range(span), params.new_name) for span in spans]
    return lsp.WorkspaceEdit(changes={params.text_document.uri: edits})


@server.feature(lsp.TEXT_DOCUMENT_DOCUMENT_SYMBOL)
def outlined(ls: AnimServer, params: lsp.DocumentSymbolParams) -> list[lsp.DocumentSymbol]:
    """Give the outline of a script."""
    return symbols(ls.page(params.text_document.uri))


@server.feature(lsp.TEXT_DOCUMENT_FORMATTING)
def formatted(ls: AnimServer, params: lsp.DocumentFormattingParams) -> list[lsp.TextEdit] | None:
    """Format a script that parses."""
    page = ls.page(params.text_document.uri)
    try:
        text = format_script(page.text)
    except CompileError:
        return None
    whole = page.positions.range(Span(0, len(page.text)))
    return [lsp.TextEdit(whole, text)] if text != page.text else []


@server.feature(lsp.TEXT_DOCUMENT_CODE_ACTION, lsp.CodeActionOptions(code_action_kinds=[lsp.CodeActionKind.QuickFix]))
def mended(ls: AnimServer, params: lsp.CodeActionParams) -> list[lsp.CodeAction]:
    """Offer to write what was probably meant."""
    return repairs(params.text_document.uri, list(params.context.diagnostics))


def _place(
    ls: AnimServer,
    params: lsp.HoverParams
    | lsp.CompletionParams
    | lsp.DefinitionParams
    | lsp.ReferenceParams
    | lsp.PrepareRenameParams
    | lsp.RenameParams,
) -> tuple[Page, int]:
    page = ls.page(params.text_document.uri)
    return page, page.positions.offset(params.position)


def _definition(page: Page, offset: int) -> Definition | None:
    use = page.names.at(offset)
    if use is not None:
        return use.definition
    piece = page.piece_at(offset)
    return page.made(piece.text.removeprefix("@")) if piece and page.tree is None else None


def _location(ls: AnimServer, page: Page, uri: str, made: Definition) -> lsp.Location:
    """Return where a definition is; one of another file is found beside the script."""
    if made.source.name == page.name:
        return lsp.Location(uri, page.positions.range(made.span))
    standard = made.source.standard
    other = Path(str(file_of(made.source.name))) if standard else (page.film.base / made.source.name).resolve()
    there = Page(made.source.text, other, ls.encoding)
    return lsp.Location(other.as_uri(), there.positions.range(made.span))

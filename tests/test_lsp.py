"""The language server, asked by a real client over standard input and output."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from animc.runtime.lsp.positions import Positions
from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException
from pygls.lsp.client import LanguageClient

ANIMC = Path(sys.executable).parent / "animc"
FILM = """\
fps = 12
tempo = 120
let wave = 2*sine(3s)
def lean(amount, time_scale = 1) = amount*wave
marker drop = bar(3)
block strobe(n = 1) {
  on beat every n: strength -= 0.1*decay(4f)
}
0:     "a forest"
@drop: "a 🌊 wave, (gold:${1 + wave})"; translation_x = wave
section chorus from @drop for 2 bars {
  let wave = 3
  translation_y = wave + lean(amount = 2)
  apply strobe(n = 2)
}
on beat in chorus: rotation_z += wave*decay(0.5b)
"""


class Editor(LanguageClient):
    """A client that keeps what the server tells it."""

    def __init__(self) -> None:
        super().__init__("editor", "1")
        self.told: asyncio.Queue[lsp.PublishDiagnosticsParams] = asyncio.Queue()

        @self.feature(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
        def _(params: lsp.PublishDiagnosticsParams) -> None:
            self.told.put_nowait(params)

    async def open(self, path: Path, text: str) -> str:
        uri = path.as_uri()
        self.text_document_did_open(lsp.DidOpenTextDocumentParams(lsp.TextDocumentItem(uri, "anim", 1, text)))
        return uri

    def change(self, uri: str, text: str, version: int = 2) -> None:
        document = lsp.VersionedTextDocumentIdentifier(version, uri)
        whole = lsp.TextDocumentContentChangeWholeDocument(text)
        self.text_document_did_change(lsp.DidChangeTextDocumentParams(document, [whole]))

    async def diagnostics(self) -> list[lsp.Diagnostic]:
        return list((await asyncio.wait_for(self.told.get(), 60)).diagnostics)


def session(talk: Callable[[Editor], Awaitable[None]], encodings: list[str] | None = None) -> None:
    """Start the real server, talk, and see it leave in peace."""

    async def run() -> None:
        editor = Editor()
        await editor.start_io(str(ANIMC), "lsp")
        general = lsp.GeneralClientCapabilities(position_encodings=encodings)
        capabilities = lsp.ClientCapabilities(general=general if encodings else None)
        await editor.initialize_async(lsp.InitializeParams(capabilities))
        editor.initialized(lsp.InitializedParams())
        try:
            await talk(editor)
        finally:
            await editor.shutdown_async(None)
            editor.exit(None)
            await editor.stop()

    asyncio.run(asyncio.wait_for(run(), 180))


def at(text: str, needle: str, shift: int = 0, nth: int = 1) -> lsp.Position:
    """The place of the nth ``needle`` in a text, in UTF-16 units."""
    offset = -1
    for _ in range(nth):
        offset = text.index(needle, offset + 1)
    before = text[: offset + shift]
    line = before.count("\n")
    column = len(before.rpartition("\n")[2].encode("utf-16-le")) // 2
    return lsp.Position(line, column)


def here(uri: str, position: lsp.Position) -> dict[str, Any]:
    return {"text_document": lsp.TextDocumentIdentifier(uri), "position": position}


def edited(text: str, edits: list[lsp.TextEdit]) -> str:
    lines = text.splitlines(keepends=True)
    starts = [sum(map(len, lines[:number])) for number in range(len(lines) + 1)]

    def offset(position: lsp.Position) -> int:
        line = lines[position.line] if position.line < len(lines) else ""
        units = line.encode("utf-16-le")[: 2 * position.character]
        return starts[position.line] + len(units.decode("utf-16-le"))

    for edit in sorted(edits, key=lambda edit: offset(edit.range.start), reverse=True):
        text = text[: offset(edit.range.start)] + edit.new_text + text[offset(edit.range.end) :]
    return text


def test_mistakes_are_told_as_they_come_and_go(tmp_path: Path) -> None:
    async def talk(editor: Editor) -> None:
        uri = await editor.open(tmp_path / "film.anim", FILM)
        assert await editor.diagnostics() == []
        editor.change(uri, '0: "a 🌊" ; translation_zz = 3\nstrength = 65\n')
        first = (await editor.diagnostics())[0]
        assert first.code == "E0201"
        assert first.severity == lsp.DiagnosticSeverity.Error
        assert (first.range.start.line, first.range.start.character, first.range.end.character) == (0, 12, 26)
        assert "did you mean `translation_z`?" in first.message
        context = lsp.CodeActionContext([first])
        document = lsp.TextDocumentIdentifier(uri)
        actions = await editor.text_document_code_action_async(lsp.CodeActionParams(document, first.range, context))
        assert actions
        assert isinstance(actions[0], lsp.CodeAction)
        assert actions[0].edit and actions[0].edit.changes
        assert [edit.new_text for edit in actions[0].edit.changes[uri]] == ["translation_z"]
        editor.change(uri, '0: "a"\nstrength = 65\n', 3)
        warning = (await editor.diagnostics())[0]
        assert (warning.code, warning.severity) == ("W0104", lsp.DiagnosticSeverity.Warning)
        editor.change(uri, '0: "a\n', 4)
        assert [found.code for found in await editor.diagnostics()] == ["E0112"]
        editor.change(uri, 'audio "none.wav"\n0: "a"\nuse "other.anim"\n', 5)
        missing = (await editor.diagnostics())[0]
        assert "none.wav" in missing.message or "other.anim" in missing.message
        (tmp_path / "other.anim").write_text("let x = 1/\n")
        editor.change(uri, '0: "a"\nuse "other.anim"\n', 6)
        other = (await editor.diagnostics())[0]
        assert other.range.start.line == 1
        assert "other.anim" in other.message
        editor.text_document_did_close(lsp.DidCloseTextDocumentParams(document))
        assert await editor.diagnostics() == []

    session(talk)


def test_the_server_imports_nothing_heavy() -> None:
    import subprocess

    heavy = "{'torch', 'librosa', 'diffusers', 'transformers', 'scipy', 'matplotlib'}"
    code = (
        "import sys; from pathlib import Path; import animc.runtime.lsp.server as s\n"
        "from animc.runtime.lsp.page import Page\n"
        "assert s.trouble(Page('0: \"a\"\\non onset(20..90Hz): fov += decay(1s)', None))\n"
        f"sys.exit(bool({heavy} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_hover(tmp_path: Path) -> None:
    async def talk(editor: Editor) -> None:
        uri = await editor.open(tmp_path / "film.anim", FILM)

        async def hover(needle: str, shift: int = 0, nth: int = 1) -> str:
            params = lsp.HoverParams(**here(uri, at(FILM, needle, shift, nth)))
            found = await editor.text_document_hover_async(params)
            assert found is None or isinstance(found.contents, lsp.MarkupContent)
            return found.contents.value if found else ""

        strength = await hover("strength")
        assert "share of the last picture" in strength
        assert "0..1" in strength
        assert "default 0.65" in strength
        assert "1/200 world" in await hover("translation_x")
        assert "let wave = 2*sine(3s)" in await hover("wave", nth=2)
        assert "let wave = 2*sine(3s)" in await hover("${1 + wave", 8)
        assert "let wave = 3" in await hover("translation_y = wave", 18)
        assert "def lean(amount, time_scale = 1)" in await hover("lean(amount = 2")
        assert "section chorus from @drop for 2 bars" in await hover("in chorus", 4)
        assert "marker drop = bar(3)" in await hover("@drop", 1)
        assert "sine(period, phase = 0)" in await hover("sine")
        assert "3 seconds" in await hover("3s")
        assert "36 frames at 12" in await hover("3s")
        assert "2 bars** — 4 s, 48 frames" in await hover("2 bars", 2)
        assert "0.5 beats** — 0.25 s" in await hover("0.5b", 1)
        assert "frames a second" in await hover("fps")
        assert "decay(length)" in await hover("decay")
        assert await hover('"a forest"', 3) == ""
        assert await hover("= 12", 3) == ""

    session(talk)


def test_completion(tmp_path: Path) -> None:
    async def talk(editor: Editor) -> None:
        uri = await editor.open(tmp_path / "film.anim", FILM)
        version = 1

        async def offered(line: str, *, into: str = "") -> list[str]:
            """What is offered at the end of a line, put at the end of the film or after ``into``."""
            nonlocal version
            version += 1
            cut = FILM.index(into) + len(into) if into else len(FILM)
            editor.change(uri, FILM[:cut] + line + FILM[cut:], version)
            params = lsp.CompletionParams(**here(uri, at(FILM[:cut] + line + "\0", "\0")))
            found = await editor.text_document_completion_async(params)
            assert isinstance(found, lsp.CompletionList)
            return [item.label for item in found.items]

        start = await offered("tra")
        assert {"translation_x", "size", "section", "let"} <= set(start)
        assert "sine" not in start
        value = await offered("fov = 70 + ")
        assert {"wave", "lean", "sine", "t", "beat", "chorus"} <= set(value)
        assert "amount" not in value
        assert await offered("cut at @") == ["drop"]
        assert {"in_cubic", "smooth", "bezier"} <= set(await offered("fov = [0: 1, 3s: 4 ease "))
        assert {"beat", "onset", "chorus", "wave"} <= set(await offered("on "))
        assert {"strength", "seed", "prompt"} <= set(await offered("on beat: "))
        assert "size" not in await offered("on beat: s")
        assert await offered("on beat in ") == ["chorus"]
        assert await offered("apply ") == ["strobe"]
        assert "smooth" in await offered("let r = rms(0..90Hz) |> ")
        assert await offered('mode = "') == ["3d", "2d"]
        assert await offered("# tra") == []
        assert await offered('3s: "a ') == []
        assert {"if", "fade", "per"} <= set(await offered("fov = 3 "))
        assert "n" in await offered("\n  fov = ", into="block strobe(n = 1) {")

    session(talk)


def test_definition_and_references(tmp_path: Path) -> None:
    (tmp_path / "moves.anim").write_text("let 🌊 = 1\n".replace("🌊", "calm") + "def sway(x) = x*calm\n")
    film = 'use "moves.anim"\n' + FILM + "fov = sway(3)\n"

    async def talk(editor: Editor) -> None:
        uri = await editor.open(tmp_path / "film.anim", film)

        async def made(position: lsp.Position) -> tuple[str, int, int] | None:
            found = await editor.text_document_definition_async(lsp.DefinitionParams(**here(uri, position)))
            assert found is None or isinstance(found, lsp.Location)
            return (found.uri, found.range.start.line, found.range.start.character) if found else None

        assert await made(at(film, "translation_x = wave", 17)) == (uri, 3, 4)
        assert await made(at(film, "translation_y = wave", 17)) == (uri, 12, 6)
        assert await made(at(film, "${1 + wave", 7)) == (uri, 3, 4)
        assert await made(at(film, "lean(amount = 2", 6)) == (uri, 4, 9)
        assert await made(at(film, "@drop:", 1)) == (uri, 5, 7)
        assert await made(at(film, "apply strobe", 7)) == (uri, 6, 6)
        assert await made(at(film, "strobe(n = 2", 7)) == (uri, 6, 13)
        assert await made(at(film, "in chorus", 4)) == (uri, 11, 8)
        assert await made(at(film, "fov = sway", 7)) == ((tmp_path / "moves.anim").as_uri(), 1, 4)
        assert await made(at(film, "fps")) is None
        context = lsp.ReferenceContext(include_declaration=True)
        params = lsp.ReferenceParams(context=context, **here(uri, at(film, "let wave", 5)))
        found = await editor.text_document_references_async(params)
        assert [place.range.start.line for place in found or ()] == [3, 4, 10, 10, 16]
        editor.change(uri, film + "fov = (\n")
        assert await made(at(film, "apply strobe", 7)) == (uri, 6, 6)

    session(talk)


def test_rename(tmp_path: Path) -> None:
    async def talk(editor: Editor) -> None:
        uri = await editor.open(tmp_path / "film.anim", FILM)

        async def renamed(position: lsp.Position, name: str) -> str:
            params = lsp.RenameParams(new_name=name, **here(uri, position))
            found = await editor.text_document_rename_async(params)
            assert found and found.changes
            return edited(FILM, list(found.changes[uri]))

        swell = await renamed(at(FILM, "let wave", 4), "swell")
        assert swell.count("swell") == 5
        assert "🌊 wave, (gold:${1 + swell})" in swell
        assert "let wave = 3\n  translation_y = wave" in swell
        assert "share*wave" in await renamed(at(FILM, "lean(amount", 5), "share")
        assert "lean(share = 2)" in await renamed(at(FILM, "lean(amount = 2", 6), "share")
        assert (await renamed(at(FILM, "@drop:", 2), "fall")).count("fall") == 3
        assert (await renamed(at(FILM, "strobe(n = 2", 7), "many")).count("many") == 3
        assert (await renamed(at(FILM, "section chorus", 8), "refrain")).count("refrain") == 2
        assert (await renamed(at(FILM, "apply strobe", 8), "flash")).count("flash") == 2

        for position, name, why in [
            (at(FILM, "fps"), "rate", "only names that the script gives"),
            (at(FILM, "let wave", 4), "fov", "already means something"),
            (at(FILM, "let wave", 4), "3x", "is not a name"),
            (at(FILM, "let wave", 4), "lean", "is taken"),
        ]:
            with pytest.raises(JsonRpcException, match=why):
                await renamed(position, name)
        prepared = await editor.text_document_prepare_rename_async(
            lsp.PrepareRenameParams(**here(uri, at(FILM, "lean(amount", 1)))
        )
        assert prepared == lsp.Range(at(FILM, "lean(amount"), at(FILM, "lean(amount", 4))

    session(talk)


def test_outline_and_formatting(tmp_path: Path) -> None:
    rough = FILM.replace(" = ", "=")

    async def talk(editor: Editor) -> None:
        uri = await editor.open(tmp_path / "film.anim", rough)
        document = lsp.TextDocumentIdentifier(uri)
        outline = await editor.text_document_document_symbol_async(lsp.DocumentSymbolParams(document))
        assert outline
        found = {item.name: item for item in outline if isinstance(item, lsp.DocumentSymbol)}
        assert [child.name for child in found["chorus"].children or ()] == ["wave", "translation_y"]
        assert {"fps", "lean", "@drop", "strobe", '0: "a forest"'} <= set(found)
        params = lsp.DocumentFormattingParams(document, lsp.FormattingOptions(2, True))
        edits = await editor.text_document_formatting_async(params)
        assert edits
        assert edited(rough, list(edits)) == FILM.replace("; translation_x", "\ntranslation_x")
        editor.change(uri, "fov = (\n")
        assert await editor.text_document_formatting_async(params) is None
        assert await editor.text_document_document_symbol_async(lsp.DocumentSymbolParams(document)) == []

    session(talk)


def test_places_are_counted_as_the_client_does(tmp_path: Path) -> None:
    async def talk(editor: Editor) -> None:
        await editor.open(tmp_path / "film.anim", '0: "a 🌊" ; translation_zz = 3\n')
        assert (await editor.diagnostics())[0].range.start.character == 14

    session(talk, ["utf-8"])


@pytest.mark.parametrize(("encoding", "column"), [("utf-8", 8), ("utf-16", 4), ("utf-32", 3)])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_places_go_to_and_fro(encoding: str, column: int, end: str) -> None:
    text = f"é{end}x\u2028🌊y{end}z"
    positions = Positions(text, encoding)
    assert positions.position(text.index("y")) == lsp.Position(1, column)
    assert all(positions.offset(positions.position(at)) == at for at in range(len(text)) if text[at] != "\n")
    assert positions.offset(lsp.Position(0, 99)) == 1
    assert positions.offset(lsp.Position(99, 0)) == len(text)

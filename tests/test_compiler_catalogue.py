"""Every mistake in the catalogue: its wrong example tells exactly it, its right example tells nothing."""

from __future__ import annotations

import json

import pytest
from animc.compiler import CompileError, Diagnostic, compile_film, render_plain
from animc.compiler.catalogue import CATALOGUE, explain


def told(script: str) -> tuple[Diagnostic, ...]:
    def missing(path: str) -> str:
        raise FileNotFoundError(2, "No such file or directory", path)

    try:
        return compile_film(script, read=missing).diagnostics
    except CompileError as error:
        return error.diagnostics


@pytest.mark.parametrize("code", [code for code, entry in CATALOGUE.items() if entry.wrong])
def test_the_wrong_example_goes_wrong(code: str) -> None:
    diagnostics = told(CATALOGUE[code].wrong)
    assert [diagnostic.code for diagnostic in diagnostics] == [code]
    shown = render_plain(diagnostics[0])
    assert "{" not in shown.replace("${", "").replace("{ …", "").replace("`{`", "") or "{" in CATALOGUE[code].wrong
    json.dumps(diagnostics[0].to_json())


@pytest.mark.parametrize("code", [code for code, entry in CATALOGUE.items() if entry.right])
def test_the_right_example_does_not(code: str) -> None:
    assert [render_plain(diagnostic) for diagnostic in told(CATALOGUE[code].right)] == []


@pytest.mark.parametrize("code", CATALOGUE)
def test_every_code_is_explained(code: str) -> None:
    text = explain(code)
    assert text.startswith(f"{code}: ")
    assert "{{" not in text

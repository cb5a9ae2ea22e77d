"""Every mistake in the catalogue: its wrong example tells exactly it, its right example tells nothing."""

from __future__ import annotations

import json
import re
import string
from pathlib import Path

import pytest
from animc.compiler import render_plain
from animc.compiler.catalogue import CATALOGUE
from animc.compiler.catalogue.examples import diagnosed

ROOMS = [Path(__file__).parent.parent / room for room in ("compiler", "runtime")]


@pytest.mark.parametrize("code", CATALOGUE)
def test_the_wrong_example_goes_wrong(code: str) -> None:
    entry = CATALOGUE[code]
    diagnostics = diagnosed(entry, entry.wrong)
    assert [diagnostic.code for diagnostic in diagnostics] == [code]
    assert diagnostics[0].message
    assert diagnostics[0].repair
    shown = render_plain(diagnostics[0])
    assert not re.search(r"\{\w*\}", shown.replace("${prompt}", "")) or "{" in entry.wrong
    json.dumps(diagnostics[0].to_json())


@pytest.mark.parametrize("code", CATALOGUE)
def test_the_right_example_does_not(code: str) -> None:
    entry = CATALOGUE[code]
    assert entry.right
    assert [render_plain(diagnostic) for diagnostic in diagnosed(entry, entry.right)] == []


def test_every_code_that_is_told_is_explained_and_the_other_way_round() -> None:
    written = {
        code
        for room in ROOMS
        for path in room.rglob("*.py")
        if not path.name.startswith("catalogue")
        for code in re.findall(r'"([EW]0\d{3})"', path.read_text(encoding="utf-8"))
    }
    assert written == set(CATALOGUE)


@pytest.mark.parametrize("code", CATALOGUE)
def test_an_entry_is_whole(code: str) -> None:
    entry = CATALOGUE[code]
    assert all((entry.message, entry.repair, entry.wrong, entry.right))
    for template in (entry.message, entry.label, entry.reason, entry.repair):
        assert all(name is None or name.isidentifier() for _, name, _, _ in string.Formatter().parse(template))

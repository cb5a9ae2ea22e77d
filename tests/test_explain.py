"""``animc explain``: every code, as a user reads it."""

from __future__ import annotations

import pytest
from animc.compiler.catalogue import CATALOGUE
from animc.runtime.cli.explain import command, explained
from animc.runtime.errors import AnimcError
from click.testing import CliRunner


@pytest.mark.parametrize("code", CATALOGUE)
def test_every_code_is_explained(code: str) -> None:
    entry = CATALOGUE[code]
    page = explained(code, entry)
    assert page.startswith(("error " if code[0] == "E" else "warning ") + code)
    assert "{what}" not in page.replace(entry.wrong, "").replace(entry.right, "")
    assert f"[{code}]: " in page
    assert "Goes well:" in page
    assert all(f"with {name}:" in page for name in entry.files)
    assert max(map(len, page.splitlines())) < 180


def test_a_page_in_full() -> None:
    assert (
        explained("E0122", CATALOGUE["E0122"])
        == """\
error E0122, reading and syntax: texts stand in double quotes

Goes wrong:

    0: 'a forest'

and is told:

    error[E0122]: texts stand in double quotes
      --> wrong.anim:1:4
      |
    1 | 0: 'a forest'
      |    ^ a single quote means nothing here
      = help: write "…"

Goes well:

    0: "a forest\""""
    )


@pytest.mark.parametrize("written", ["E0302", "e0302", "error[E0302]:", "[E0302]", "0302", " E0302 "])
def test_a_code_may_be_pasted_as_it_was_told(written: str) -> None:
    run = CliRunner().invoke(command, [written])
    assert run.output.startswith("error E0302")


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        ("E0300", "did you mean E030"),
        ("X9", "`animc explain` lists all codes"),
        ("strength", "`animc list strength` explains"),
    ],
)
def test_an_unknown_code(written: str, hint: str) -> None:
    run = CliRunner().invoke(command, [written])
    assert isinstance(run.exception, AnimcError)
    assert written in run.exception.message
    assert hint in (run.exception.repair or "")


def test_without_a_code_all_are_listed() -> None:
    lines = CliRunner().invoke(command, []).output.splitlines()
    assert [line.split("\t")[0] for line in lines] == list(CATALOGUE)


def test_every_kind_of_code_is_named() -> None:
    from animc.runtime.cli.explain import GROUPS

    assert {code[:3] for code in CATALOGUE} == set(GROUPS)

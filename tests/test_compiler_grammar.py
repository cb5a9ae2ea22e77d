"""The grammar and the tables kept beside it."""

from __future__ import annotations

import json
import logging
from importlib.resources import files
from pathlib import Path

import pytest
from animc.compiler import tree
from animc.compiler.syntax.parse import fingerprint, parse, tables
from lark import Lark

GRAMMAR = files("animc.grammar").joinpath("anim.lark").read_text("utf-8")
KEPT = Path(str(files("animc.grammar").joinpath("anim.json")))


def test_the_tables_are_those_of_the_grammar(update_golden: bool) -> None:
    current = json.loads(KEPT.read_text(encoding="utf-8"))["of"] == fingerprint(GRAMMAR)
    if update_golden and not current:
        KEPT.write_text(tables(GRAMMAR) + "\n", encoding="utf-8")
    assert json.loads(KEPT.read_text(encoding="utf-8"))["of"] == fingerprint(GRAMMAR), "run pytest --update-golden"


def test_the_grammar_has_no_conflicts(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, logger="lark"):
        Lark(GRAMMAR, parser="lalr", start=["script", "expression"], debug=True)
    assert "conflict" not in caplog.text.lower()


@pytest.mark.parametrize(
    ("written", "seconds"),
    [("1m 23s", 83), ("1m23.5s", 83.5), ("2 minutes 3 seconds", 123), ("1m  250ms", 60.25), ("1 min .5s", 60.5)],
)
def test_minutes_and_seconds_are_one_duration(written: str, seconds: float) -> None:
    text = f'0: "a"\nlength =   {written}\n'
    length = parse(text).statements[1]
    assert isinstance(length, tree.Assign)
    assert isinstance(length.value, tree.Duration)
    assert (length.value.value, length.value.unit) == (seconds, "s")
    assert text[length.value.span.start : length.value.span.end] == written


def test_spans_cover_what_was_written() -> None:
    text = '0:   "a"  fade 2s\nlet x = 1 + sin(t) * 2   # why\nsection s from 0 to 5 { fov = 3 }\n'
    written = [text[node.span.start : node.span.end] for node in parse(text).statements]
    assert written == ['0:   "a"  fade 2s', "let x = 1 + sin(t) * 2", "section s from 0 to 5 { fov = 3 }"]

"""docs/rendering.md: its scripts compile without a word, and its commands and options exist."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest
from animc.compiler import compile_film, render_plain
from animc.runtime.cli.app import animc

PAGE = (Path(__file__).parent.parent / "docs" / "rendering.md").read_text(encoding="utf-8")
SCRIPTS = re.findall(r"```anim\n(.*?)```", PAGE, re.DOTALL)
LINES = re.findall(r"(?m)^animc (.+?)(?:   +.*)?$", PAGE)


@pytest.mark.parametrize("number", range(len(SCRIPTS)))
def test_every_script_compiles(number: int) -> None:
    compiled = compile_film(SCRIPTS[number], hear=lambda needs: None)
    assert [render_plain(diagnostic) for diagnostic in compiled.diagnostics] == []


@pytest.mark.parametrize("line", LINES)
def test_every_command_is_understood(line: str) -> None:
    words = line.split()
    command: click.Command | None = animc
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        command = command.get_command(click.Context(command), words.pop(0))
    assert command is not None
    command.make_context("animc", words)

"""``animc compile``: the schedule in its public JSON form, or what the compiler makes on the way to it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from ..files import write_atomically
from . import film as films
from .screen import compile_or_stop, say_diagnostics

HELP = """Write the schedule that a script compiles to, as JSON: every track, frame by frame.

\b
    animc compile song.anim -o song.json
    animc compile song.anim --audio track.wav | jq .tracks.translation_z
    animc compile song.anim --emit tree       how the script is read: every part, with its line and column
    animc compile song.anim --emit typed      the same, with what each value is: number, signal, length, events …
"""


@click.command("compile", help=HELP)
@films.film_options
@click.option("--emit", type=click.Choice(["schedule", "tree", "typed"]), default="schedule",
              help="What to write: the schedule (JSON), or the tree it is made from (text).")  # fmt: skip
@click.option("-o", "--output", type=click.Path(path_type=Path), metavar="FILE", help="Default: standard output.")
@click.option("--quiet", "-q", is_flag=True, help="Do not show warnings.")
def command(emit: str, output: Path | None, quiet: bool, **options: Any) -> int:
    """Compile one script, as far as is asked for."""
    film = films.film_from(**options)
    text = films.read_script(film)
    if emit == "schedule":
        compiled = compile_or_stop(film, text, films.ear(film), quiet=quiet)
        if compiled is None:
            return 1
        body = json.dumps(compiled.schedule.to_json(), ensure_ascii=False, separators=(",", ":"))
    else:
        lines = _lines(film, text, typed=emit == "typed")
        if lines is None:
            return 1
        body = "\n".join(lines)
    if output is None or str(output) == "-":
        click.echo(body)
    else:
        write_atomically(output, (body + "\n").encode())
    return 0


def _lines(film: films.Film, text: str, *, typed: bool) -> list[str] | None:
    """Return the tree as lines, or None where the script has mistakes, which are told."""
    from ...compiler import CompileError
    from ...compiler.reports.dump import tree_lines, typed_lines
    from ...compiler.syntax.parse import parse

    try:
        if not typed:
            return list(tree_lines(parse(text, film.name)))
        read = films.reader(film)
        return list(typed_lines(text, read=read, profile=film.profile, overrides=film.overrides, name=film.name))
    except CompileError as fault:
        say_diagnostics(fault.diagnostics)
        return None

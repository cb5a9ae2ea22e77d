"""``animc compile``: the schedule in its public JSON form."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from ..files import write_atomically
from . import film as films
from .screen import compile_or_stop

HELP = """Write the schedule that a script compiles to, as JSON: every track, frame by frame.

\b
    animc compile song.anim -o song.json
    animc compile song.anim --audio track.wav | jq .tracks.translation_z
"""


@click.command("compile", help=HELP)
@films.film_options
@click.option("-o", "--output", type=click.Path(path_type=Path), metavar="FILE", help="Default: standard output.")
@click.option("--quiet", "-q", is_flag=True, help="Do not show warnings.")
def command(output: Path | None, quiet: bool, **options: Any) -> int:
    """Compile one script."""
    film = films.film_from(**options)
    text = films.read_script(film)
    compiled = compile_or_stop(film, text, films.ear(film), quiet=quiet)
    if compiled is None:
        return 1
    body = json.dumps(compiled.schedule.to_json(), ensure_ascii=False, separators=(",", ":"))
    if output is None or str(output) == "-":
        click.echo(body)
    else:
        write_atomically(output, (body + "\n").encode())
    return 0

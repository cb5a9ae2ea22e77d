"""``animc export``: a script's schedule in the form of Deforum, of Parseq, of a table, or as JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..files import write_atomically
from . import film as films
from .screen import compile_or_stop

if TYPE_CHECKING:
    from ...compiler.schedule import Schedule

HELP = """Write a script's schedule for other programs.

\b
    animc export deforum song.anim -o settings.txt     for Deforum: "Load All Settings"
    animc export parseq song.anim -o parseq.json       for Deforum: the Parseq manifest
    animc export csv song.anim -o song.csv             a row a frame, a column a track
    animc export json song.anim                        the schedule's public form
"""


@click.command("export", help=HELP)
@click.argument("kind", type=click.Choice(["deforum", "parseq", "csv", "json"]))
@films.film_options
@click.option("-o", "--output", type=click.Path(path_type=Path), metavar="FILE", help="Default: standard output.")
@click.option("--quiet", "-q", is_flag=True, help="Do not show warnings and notes.")
def command(kind: str, output: Path | None, quiet: bool, **options: Any) -> int:
    """Export one script."""
    film = films.film_from(**options)
    text = films.read_script(film)
    compiled = compile_or_stop(film, text, films.ear(film), quiet=quiet)
    if compiled is None:
        return 1
    body, notes = _exported(kind, compiled.schedule)
    if not quiet:
        for note in notes:
            click.echo(click.style("note", fg="yellow", bold=True) + f": {note}", err=True)
    if output is None or str(output) == "-":
        click.echo(body, nl=False)
    else:
        write_atomically(output, body.encode())
    return 0


def _exported(kind: str, schedule: Schedule) -> tuple[str, list[str]]:
    from ...compiler import bridges

    if kind == "csv":
        return bridges.csv_table(schedule), []
    if kind == "json":
        return json.dumps(schedule.to_json(), ensure_ascii=False, separators=(",", ":")) + "\n", []
    write = bridges.deforum_settings if kind == "deforum" else bridges.parseq_manifest
    data, notes = write(schedule)
    return json.dumps(data, ensure_ascii=False, indent=4 if kind == "deforum" else None) + "\n", [*map(str, notes)]

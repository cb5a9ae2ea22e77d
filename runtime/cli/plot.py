"""``animc plot``: the schedule as one picture."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from ..errors import AnimcError
from . import film as films
from .screen import Screen, compile_or_stop

HELP = """Draw what happens when: the sound with its beats, the prompts, every moving track, triggers, shots, sections.

\b
    animc plot song.anim -o song.png
    animc plot song.anim --audio track.wav -o song.svg
"""


@click.command("plot", help=HELP)
@films.film_options
@click.option("-o", "--output", type=click.Path(path_type=Path), metavar="FILE",
              help="A .png, .svg or .pdf; default: the script's name with .png.")  # fmt: skip
@click.option("--quiet", "-q", is_flag=True, help="Only errors.")
def command(output: Path | None, quiet: bool, **options: Any) -> int:
    """Plot one script."""
    film = films.film_from(**options)
    text = films.read_script(film)
    output = output or Path("film.png" if film.script == "-" else Path(film.script).with_suffix(".png").name)
    if output.suffix.lower() not in {".png", ".svg", ".pdf"}:
        raise AnimcError(f"{output} is no picture that can be drawn", "end -o in .png, .svg or .pdf")
    with Screen(quiet=quiet) as screen:
        compiled = compile_or_stop(film, text, films.ear(film, screen.stage, screen.warn), quiet=quiet)
        if compiled is None:
            return 1
        screen.stage("drawing")
        from ..plot import plot_schedule

        plot_schedule(compiled.schedule, output, audio=films.sound_of(film, compiled.schedule), title=film.name)
        screen.say(f"{output}")
    return 0

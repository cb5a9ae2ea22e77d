"""``animc check``: every mistake of a script, without painting and without loading a model or hearing library."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import click

from ..errors import AnimcError
from . import film as films
from .screen import say_diagnostics

if TYPE_CHECKING:
    from ...compiler.diagnostics import Diagnostic
    from ...compiler.sounds import Needs, Sounds

HELP = """Find every mistake in a script, before the first frame is painted.

\b
    animc check song.anim
    animc check song.anim --strict            warnings count as errors
    animc check song.anim --format json       for editors: LSP-shaped ranges
    cat song.anim | animc check -

Nothing is heard or painted: beats stand at 120 a minute unless the script gives `tempo`.
Exits 0 when the script compiles, 1 when it does not.
"""

GUESSED = ("W0101", "W0107")
"""Warnings of keys and sections past the film's end: while the beats are only guessed, so are those."""


@click.command("check", help=HELP)
@films.film_options
@click.option("--strict", is_flag=True, help="Exit 1 for warnings too.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="How to tell them.")
@click.option("--json", "form", flag_value="json", help="The same as --format json.")
@click.option("--quiet", "-q", is_flag=True, help="Say nothing when all is well.")
def command(strict: bool, form: str, quiet: bool, **options: Any) -> int:
    """Check one script."""
    film = films.film_from(**options)
    text = films.read_script(film)
    diagnostics, ok = examine(film, text)
    if form == "json":
        click.echo(json.dumps([diagnostic.to_json() for diagnostic in diagnostics], ensure_ascii=False, indent=2))
    else:
        say_diagnostics(diagnostics)
        if ok and not quiet:
            click.echo(f"{film.name}: no mistakes" + (f", {_count(len(diagnostics))}" if diagnostics else ""))
    sys.stdout.flush()
    return 0 if ok and not (strict and diagnostics) else 1


def examine(film: films.Film, text: str) -> tuple[tuple[Diagnostic, ...], bool]:
    """Return a script's diagnostics, and whether it compiles."""
    from ...compiler import CompileError

    if film.audio is not None and not film.audio.is_file():
        raise AnimcError(f"there is no sound file {film.audio}", "check the path given to --audio")
    asked: list[Needs] = []

    def hear(needs: Needs) -> Sounds | None:
        asked.append(needs)
        return stand_in(film, needs)

    try:
        compiled = films.compile_it(film, text, hear)
    except CompileError as fault:
        return tuple(fault.diagnostics), False
    guessed = GUESSED if any(needs.requests for needs in asked) else ()
    return tuple(found for found in compiled.diagnostics if found.code not in guessed), True


def stand_in(film: films.Film, needs: Needs) -> Sounds | None:
    """Answer for a sound that is named but not listened to: its length where the file tells it at once."""
    from ...compiler.sounds import MAIN, Sounds

    main = film.audio or (film.base / needs.audio[MAIN] if MAIN in needs.audio else None)
    for name, file in needs.audio.items():
        path = film.base / file
        if not path.is_file() and not (name == MAIN and film.audio):
            raise AnimcError(f'there is no sound file {path} (audio "{file}")', "the path is relative to the script")
    if main is None:
        return Sounds(0.0) if needs.audio else None
    return Sounds(_seconds(main), {}, str(main))


def _seconds(path: Any) -> float:
    """Return a sound file's length from its header, or four minutes where only decoding would tell."""
    import soundfile

    try:
        return float(soundfile.info(str(path)).duration)
    except (soundfile.LibsndfileError, RuntimeError, OSError):
        return 240.0


def _count(number: int) -> str:
    return f"{number} warning{'s' * (number != 1)}"

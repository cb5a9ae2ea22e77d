"""``animc preview``: an animatic, in seconds and without a model."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from . import film as films
from .job import check_sheet, destination, span_of
from .screen import Screen, compile_or_stop

if TYPE_CHECKING:
    from ...compiler.schedule import Schedule

HELP = """Show a film's rhythm before it is painted: the camera, prompts, beats and moving tracks, with the sound.

\b
    animc preview song.anim --audio track.wav           writes song-preview.mp4, in seconds
    animc preview song.anim --frames 120..240           a part
    animc preview song.anim --size 960x540 -o look.mp4  larger pictures
    animc preview song.anim --contact-sheet look.png    on one page, too

Nothing is painted. The camera moves over the script's image, or through a drawn world where there is none: what
stands one unit away in it moves as it will in the film.
"""

WIDTH, HEIGHT = 512, 512


def _box(ctx: click.Context, param: click.Parameter, value: str | None) -> tuple[int, int]:
    """Read ``640`` as a width or ``640x360`` as a box."""
    if value is None:
        return WIDTH, HEIGHT
    found = re.fullmatch(r"(\d{2,4})(?:x(\d{2,4}))?", value.strip())
    if not found or not 64 <= int(found[1]) <= 4096:
        raise click.BadParameter(f"'{value}' is no size; write 640, or 640x360")
    return int(found[1]), int(found[2] or 4096)


@click.command("preview", help=HELP)
@films.film_options
@click.option("-o", "--output", metavar="FILE", help="Default: NAME-preview.mp4; ends in / for a folder of PNGs.")
@click.option("--frames", metavar="A..B", help="Only these frames, both included.")
@click.option("--size", "box", callback=_box, metavar="WxH", help="The picture fits this; default: 512x512.")
@click.option("--contact-sheet", "sheet", type=click.Path(path_type=Path), metavar="FILE",
              help="Also write frames beside one another, as one .png or .jpg.")  # fmt: skip
@click.option("--quiet", "-q", is_flag=True, help="Only warnings and errors.")
@click.option("--json", "as_json", is_flag=True, help="Progress as JSON lines on standard output.")
def command(
    output: str | None,
    frames: str | None,
    box: tuple[int, int],
    sheet: Path | None,
    quiet: bool,
    as_json: bool,
    **options: Any,
) -> int:
    """Preview one script."""
    film = films.film_from(**options)
    span_of(frames, 1)
    text = films.read_script(film)
    name = "film" if film.script == "-" else Path(film.script).stem
    path, folder = destination(output or f"{name}-preview.mp4", film)
    check_sheet(sheet)
    with Screen(quiet=quiet, as_json=as_json) as screen:
        compiled = compile_or_stop(film, text, films.ear(film, screen.stage, screen.warn))
        if compiled is None:
            return 1
        span = span_of(frames, compiled.schedule.frames)
        _preview(film, text, compiled.schedule, path, span, box, sheet, screen, folder=folder)
    return 0


def _preview(
    film: films.Film,
    text: str,
    schedule: Schedule,
    path: Path,
    span: range,
    box: tuple[int, int],
    sheet: Path | None,
    screen: Screen,
    *,
    folder: bool,
) -> None:
    from ..contact import ContactSheet
    from ..hearing.decode import decode
    from ..preview import fitted, preview, sound_of
    from ..writer import open_writer

    audio = films.sound_of(film, schedule)
    wave = decode(audio) if audio else None
    heard = sound_of(wave.samples, wave.rate) if wave else None
    animatic, pictures = preview(schedule, fitted(schedule.size, box), frames=span, base=film.base, sound=heard)
    pages = ContactSheet(span, animatic.size, schedule.fps) if sheet else None
    with open_writer(path, animatic.size, schedule.fps, audio=audio, script=films.recipe_of(film, text),
                     start=span.start, folder=folder) as writer:  # fmt: skip
        screen.frames("drawing", len(span))
        for done, picture in enumerate(pictures, 1):
            writer.write(picture)
            if pages:
                pages.take(span[done - 1], picture)
            screen.advance(done)
    if pages and sheet:
        pages.save(sheet)
    screen.event("done", film=str(path), frames=len(span))
    screen.say(f"{path}: {len(span)} frames, {float(len(span) / schedule.fps):.1f} s")

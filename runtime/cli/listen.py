"""``animc listen``: what is heard in a sound file."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .film import AGAIN
from .screen import Screen

if TYPE_CHECKING:
    from ..hearing import Heard
    from ..hearing.words import SpokenLine

HELP = """Tell what is heard in a sound file: tempo, meter, beats, bars, drums and sections.

\b
    animc listen track.wav
    animc listen track.mp3 --json > heard.json
    animc listen track.mp3 --lyrics words.txt     when each line is sung, and how sure that is
    animc listen track.wav --plot heard.png       look whether it is right
    animc listen track.wav --click check.wav      hear whether it is right: the track with clicks on its beats
"""

OTHER_SONG = "is it the file of this very recording? an [offset:…] line moves all of an LRC"


@click.command("listen", help=HELP)
@click.argument("audio", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="All events in seconds, for machines.")
@click.option("--plot", "plot", type=click.Path(path_type=Path), metavar="PNG", help="Draw what was heard.")
@click.option("--click", "clicks", type=click.Path(path_type=Path), metavar="WAV", help="Mix clicks on the beats.")
@click.option("--lyrics", type=click.Path(path_type=Path), metavar="FILE", help="The words, to be told with it.")
@click.option("--quiet", "-q", is_flag=True, help="Only errors.")
def command(
    audio: Path, as_json: bool, plot: Path | None, clicks: Path | None, lyrics: Path | None, quiet: bool
) -> int:
    """Listen to one file."""
    with Screen(quiet=quiet or as_json) as screen:
        screen.stage("hearing")
        heard = heard_in(audio, screen)
        if lyrics:
            heard = replace(heard, words=words_in(audio, heard, lyrics, screen))
        if plot:
            from ..hearing.draw import draw

            screen.stage("drawing")
            draw(audio, heard, plot)
        if clicks:
            from ..hearing import click_track

            screen.stage("mixing clicks")
            click_track(audio, heard, clicks)
    if as_json:
        click.echo(json.dumps(heard.to_json(), ensure_ascii=False))
    elif not quiet:
        click.echo(heard.summary())
    return 0


def heard_in(audio: Path, screen: Screen) -> Heard:
    """Return what is heard in a file, and warn where it breaks off."""
    from ..hearing import listen

    heard = listen(audio)
    if heard.complaint:
        screen.warn(heard.complaint, AGAIN)
    return heard


def words_in(audio: Path, heard: Heard, lyrics: Path, screen: Screen) -> tuple[SpokenLine, ...]:
    """Return when the lyrics are sung, and warn of lines past the end; those have confidence 0."""
    from ..hearing.decode import decode
    from ..hearing.words import within, words_of

    lines = words_of(lyrics, lambda: decode(audio), music=heard.rhythm.confidence > 0.3)
    lines, late = within(lines, heard.duration)
    if late:
        screen.warn(late, OTHER_SONG)
    return lines

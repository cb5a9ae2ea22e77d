"""``animc listen``: what is heard in a sound file."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ...compiler.sounds import Told
from ...compiler.vocabulary import BY_NAME
from ..files import write_atomically
from .film import AGAIN
from .screen import Screen

if TYPE_CHECKING:
    from ..hearing import Heard
    from ..hearing.trackers import Follow
    from ..hearing.words import SpokenLine

HELP = """Tell what is heard in a sound file: tempo, meter, beats, bars, drums and sections.

\b
    animc listen track.wav
    animc listen track.mp3 --json > heard.json
    animc listen track.mp3 --lyrics words.txt     when each line is sung, and how sure that is
    animc listen track.wav --plot heard.png       look whether it is right
    animc listen track.wav --click check.wav      hear whether it is right: the track with clicks on its beats
    animc listen track.wav --tempo 96 --meter 3   help it; a script does so with tempo = 96 meter 3
    animc listen track.wav --beats song.beats     write its beats, one a line, to mend: a script takes them with
                                                  beats "song.beats"
    animc listen track.wav --taps taps.txt --beats song.beats           follow what you tapped
    animc listen track.wav --tracker beat-this --beats song.beats       or another tracker (an extra)
    animc listen voice.wav --transcribe song.lrc                        write down its words (an extra)
"""

TEMPI = (BY_NAME["tempo"].low, BY_NAME["tempo"].high)
OTHER_SONG = "is it the file of this very recording? an [offset:…] line moves all of an LRC"


@click.command("listen", help=HELP)
@click.argument("audio", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="All events in seconds, for machines.")
@click.option("--plot", "plot", type=click.Path(path_type=Path), metavar="PNG", help="Draw what was heard.")
@click.option("--click", "clicks", type=click.Path(path_type=Path), metavar="WAV", help="Mix clicks on the beats.")
@click.option("--lyrics", type=click.Path(path_type=Path), metavar="FILE", help="The words, to be told with it.")
@click.option("--tempo", type=click.FloatRange(*TEMPI), metavar="BPM", help="About how many beats a minute it has.")
@click.option("--meter", type=click.IntRange(1, 64), metavar="N", help="Beats a bar; with --tempo.")
@click.option("--beats", type=click.Path(path_type=Path), metavar="FILE", help="Write the beats, one time a line.")
@click.option("--taps", type=click.Path(path_type=Path), metavar="FILE", help="Follow these taps: seconds, one a line.")
@click.option("--tracker", metavar="NAME", help="beat-this, or beat-this:CHECKPOINT: pip install animc[beat-this]")
@click.option("--transcribe", type=click.Path(path_type=Path), metavar="LRC", help="Write down the words sung.")
@click.option("--whisper", default="small", metavar="MODEL", help="With what: a name or folder (small).")
@click.option("--language", metavar="CODE", help="Of the words to write down: en, fr, zh …; else it is guessed.")
@click.option("--quiet", "-q", is_flag=True, help="Only errors.")
def command(
    audio: Path,
    as_json: bool,
    plot: Path | None,
    clicks: Path | None,
    lyrics: Path | None,
    tempo: float | None,
    meter: int | None,
    beats: Path | None,
    taps: Path | None,
    tracker: str | None,
    transcribe: Path | None,
    whisper: str,
    language: str | None,
    quiet: bool,
) -> int:
    """Listen to one file."""
    told = told_of(tempo, meter)
    if sum(given is not None for given in (told, taps, tracker)) > 1:
        raise click.UsageError("--tempo, --taps and --tracker each tell the beats: give one of them")
    with Screen(quiet=quiet or as_json) as screen:
        screen.stage("hearing")
        heard = heard_in(audio, screen, told, _follow(taps, tracker))
        if beats:
            write_atomically(beats, heard.beats_file().encode())
        if transcribe:
            heard = replace(heard, words=_written_down(audio, transcribe, whisper, language, screen))
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


def told_of(tempo: float | None, meter: int | None) -> Told | None:
    """Return what a user says of a sound's beats. Raises UsageError where it is the meter alone."""
    if tempo is None and meter is not None:
        raise click.UsageError("--meter needs --tempo: a bar has so many beats of what?")
    return None if tempo is None else Told(tempo, meter)


def _follow(taps: Path | None, tracker: str | None) -> Follow | None:
    """Return what finds the beats in animc's place, if anything does."""
    if taps is None and tracker is None:
        return None
    from ..hearing import trackers

    return trackers.tapped(taps) if taps else trackers.tracker(tracker or "")


def _written_down(audio: Path, path: Path, model: str, language: str | None, screen: Screen) -> tuple[SpokenLine, ...]:
    """Return the words of a sound, written to an LRC file too."""
    from ..hearing.decode import decode
    from ..hearing.transcribe import transcribe
    from ..hearing.words import to_lrc

    screen.stage("writing down the words")
    lines = transcribe(decode(audio), model, language)
    write_atomically(path, to_lrc(lines).encode())
    return lines


def heard_in(audio: Path, screen: Screen, told: Told | None = None, follow: Follow | None = None) -> Heard:
    """Return what is heard in a file, and warn where it breaks off."""
    from ..hearing import listen

    heard = listen(audio, told=told, follow=follow)
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

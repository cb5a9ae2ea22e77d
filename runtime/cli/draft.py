"""``animc draft``: a first script from a song, or from a told story."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ...compiler.sounds import Told
from ..errors import AnimcError
from ..files import write_atomically
from .listen import TEMPI, heard_in, told_of, words_in
from .screen import Screen

if TYPE_CHECKING:
    from ..drafting import Recipe
    from ..hearing import Heard
    from ..hearing.words import SpokenLine

HELP = """Write a first script for a song: sections, prompts, camera moves on its bars, triggers on its drums.

\b
    animc draft track.mp3 -o film.anim
    animc draft track.mp3 --lyrics track.lrc --style "oil painting" -o film.anim
    animc draft track.mp3 --recipe dreamlike -o film.anim        or your own: --recipe my.toml
    animc draft --narration voice.wav --story story.txt -o film.anim
    animc draft track.mp3 --tempo 96 -o film.anim                where the beats are heard at half or double
    animc draft track.mp3 --beats song.beats -o film.anim        on beats that `animc listen` wrote, or you mended
    animc draft track.mp3 --merge -o film.anim                   again, keeping every line that you changed

AUDIO is any sound file. Words are LRC, SRT, WebVTT or ASS; a plain text is aligned to the sound, and its times are
written beside the script as an LRC file.
"""


@click.command("draft", help=HELP)
@click.argument("audio", type=click.Path(path_type=Path), required=False)
@click.option("--lyrics", type=click.Path(path_type=Path), metavar="FILE", help="The words of the song.")
@click.option("--narration", type=click.Path(path_type=Path), metavar="FILE", help="A voice that tells a story.")
@click.option("--story", type=click.Path(path_type=Path), metavar="FILE", help="The story's text, with --narration.")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), metavar="FILE", help="Default: the sound's name, .anim."
)
@click.option("--tempo", type=click.FloatRange(*TEMPI), metavar="BPM", help="About how many beats a minute it has.")
@click.option("--meter", type=click.IntRange(1, 64), metavar="N", help="Beats a bar; with --tempo.")
@click.option("--beats", type=click.Path(path_type=Path), metavar="FILE", help="The beats, one time a line.")
@click.option("--style", metavar="TEXT", help="How every picture looks, in place of the recipe's: 'oil painting'.")
@click.option("--recipe", "name", metavar="NAME", help="calm, driving (the default), dreamlike, narration, or a .toml.")
@click.option("--merge", "merging", is_flag=True, help="Keep every line of the script that you changed.")
@click.option("--force", is_flag=True, help="Write over a script that is there.")
@click.option("--quiet", "-q", is_flag=True, help="Only errors.")
def command(
    audio: Path | None, lyrics: Path | None, narration: Path | None, story: Path | None, output: Path | None,
    tempo: float | None, meter: int | None, beats: Path | None, style: str | None, name: str | None,
    merging: bool, force: bool, quiet: bool,
) -> int:  # fmt: skip
    """Draft one script."""
    sound, words = _inputs(audio, lyrics, narration, story)
    known = told_of(tempo, meter)
    if known and beats:
        raise click.UsageError("--tempo and --beats each tell the beats: give one of them")
    output = output or Path(sound.stem + ".anim")
    if beats and not beats.resolve().is_relative_to(output.parent.resolve()):
        raise click.UsageError(f"a script takes beats from its own folder: copy {beats} beside {output}")
    _refuse(output, sound, words, merging=merging, force=force)
    from ..drafting import find_recipe, merge, signed, write_script

    recipe = find_recipe(name or ("narration" if narration else "driving"))
    with Screen(quiet=quiet) as screen:
        screen.stage("hearing")
        heard, lines = _heard(sound, words, screen, known, beats, told=narration is not None)
        screen.stage("writing")
        timed, extra = _lyrics_path(words, lines, output, told=narration is not None)
        text = write_script(
            heard,
            recipe,
            audio=_from(output, sound),
            lyrics=timed,
            lines=lines,
            known=known,
            beats=_from(output, beats) if beats else None,
            story=narration is not None,
            style=style,
        )
        kept = 0
        if merging:
            from .film import read_text

            text, kept = merge(read_text(output), text)
        else:
            text = signed(text)
        if extra is not None:
            write_atomically(output.parent / str(timed), extra.encode())
        _must_compile(text, output, recipe, merging=merging)
        write_atomically(output, text.encode())
    if not quiet:
        _tell(output, heard, lines, merging, kept)
    return 0


def _inputs(
    audio: Path | None, lyrics: Path | None, narration: Path | None, story: Path | None
) -> tuple[Path, Path | None]:
    """Return the sound and its words. Raises click.UsageError where they do not fit together."""
    if (narration is None) != (story is None):
        raise click.UsageError("--narration and --story go together: the voice and what it says")
    if narration is not None:
        if audio is not None or lyrics is not None:
            raise click.UsageError("a narration takes the place of AUDIO and --lyrics")
        return narration, story
    if audio is None:
        raise click.UsageError("which song? animc draft track.mp3")
    return audio, lyrics


def _refuse(output: Path, sound: Path, words: Path | None, *, merging: bool, force: bool) -> None:
    """Refuse what would destroy a person's work."""
    if output.suffix != ".anim":
        raise click.UsageError(f"a draft is written to a file ending in .anim, not to {output}")
    if merging and not output.exists():
        raise AnimcError(f"there is no {output} to merge with", "leave --merge away for a first draft")
    if output.exists() and not merging and not force:
        raise AnimcError(f"{output} is there already", "--merge keeps the lines you changed, --force writes over it")
    if not output.parent.is_dir():
        raise AnimcError(f"there is no folder {output.parent}", "make it, or choose another path with -o")


def _heard(
    sound: Path, words: Path | None, screen: Screen, known: Told | None, beats: Path | None, *, told: bool
) -> tuple[Heard, tuple[SpokenLine, ...]]:
    """Return what is heard, and the lines of its words that begin before its end."""
    follow = None
    if beats:
        from ..hearing.trackers import written

        follow = written(beats)
    heard = heard_in(sound, screen, known, follow)
    if words is None:
        return heard, ()
    if told:
        from ..hearing.decode import decode
        from ..hearing.words import story_lines

        return heard, story_lines(words, decode(sound))
    lines = words_in(sound, heard, words, screen)
    return heard, tuple(line for line in lines if line.start < heard.duration)


def _lyrics_path(
    words: Path | None, lines: tuple[SpokenLine, ...], output: Path, *, told: bool
) -> tuple[str | None, str | None]:
    """Return the path of the words as the script names it, and the LRC to write there, if it must be written."""
    if words is None:
        return None, None
    from ..hearing.words import has_times, to_lrc

    inside = words.resolve().is_relative_to(output.parent.resolve())
    if not told and inside and has_times(words):
        return words.resolve().relative_to(output.parent.resolve()).as_posix(), None
    name = f"{output.stem}.lrc"
    if (output.parent / name).exists() and (output.parent / name).resolve() == words.resolve():
        name = f"{output.stem}-timed.lrc"
    return name, to_lrc(lines)


def _from(output: Path, file: Path) -> str:
    """Return a file's path as the script writes it: from the script's own folder."""
    return Path(os.path.relpath(file.resolve(), output.parent.resolve())).as_posix()


def _must_compile(text: str, output: Path, recipe: Recipe, *, merging: bool) -> None:
    """Write nothing that would not compile. Raises AnimcError, which names the first mistake."""
    from ...compiler import CompileError
    from . import film as films

    film = films.Film(str(output), None, {}, None)
    try:
        films.compile_it(film, text, lambda _: None)
    except CompileError as fault:
        first = fault.diagnostics[0]
        where = f"the merged {output.name}" if merging else f"a draft by the recipe {recipe.name}"
        repair = "mend that line of yours, or draft to another file with -o" if merging else "mend the recipe's line"
        line = first.place.source.line(first.place.source.position(first.place.start)[0]).strip() if first.place else ""
        raise AnimcError(f"{where} would not compile: {first.message} (in `{line[:80]}`)", repair) from None


def _tell(output: Path, heard: Heard, lines: tuple[SpokenLine, ...], merging: bool, kept: int) -> None:
    parts = heard.structure.sections
    form = " ".join(part.label for part in parts)
    words = f", {len(lines)} lines of words" if lines else ""
    click.echo(f"wrote {output}: {len(parts)} section{'s' * (len(parts) != 1)} ({form}){words}")
    if merging:
        click.echo(f"  your own lines stay in {kept} place{'s' * (kept != 1)} where the draft would differ")
    click.echo(f"  next: animc plot {output} -o {output.stem}.png, or animc render {output} --frames 0..47")

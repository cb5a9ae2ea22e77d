"""``animc diff``: what a change of a script does to its film, in words and frames."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..errors import AnimcError
from . import film as films
from .screen import compile_or_stop

if TYPE_CHECKING:
    from ...compiler.reports.difference import Difference, Pair, Span
    from ...compiler.schedule import Schedule

HELP = """Tell what changes in the film from one script to another: prompts, tracks, cuts, settings, length.

\b
    animc diff song.anim song2.anim
    animc diff old.anim new.anim --audio track.wav
    git show HEAD:song.anim | animc diff - song.anim      since the last commit
    animc diff old.anim new.anim --json                   every span, for machines

The films are compared, not the texts: a script that is only written otherwise makes the same film. Frames are counted
in the new film; `old -> new` is told for the first frame of a span.
Exits 0 when the films are the same, 1 when they differ, 2 when one of them does not compile or cannot be read.
"""

SHOWN = 6
"""Spans of one track or of the prompts that are told; --json tells all."""


class Trouble(AnimcError):  # noqa: N818 - diff(1) calls it so
    """Two scripts that cannot be compared; the exit code is diff's."""

    exit_code = 2


@click.command("diff", help=HELP)
@click.argument("old", type=click.Path(allow_dash=True))
@click.argument("new", type=click.Path(allow_dash=True))
@click.option("--audio", type=click.Path(path_type=Path), metavar="FILE", help="The song of both films.")
@click.option("--set", "sets", multiple=True, metavar="NAME=VALUE", help="Set a value over both scripts.")
@click.option("--profile", metavar="NAME", help="Use this `profile NAME { … }` of both scripts.")
@click.option("--json", "as_json", is_flag=True, help="For machines.")
@click.option("--quiet", "-q", is_flag=True, help="Say nothing; the exit code tells.")
def command(
    old: str, new: str, audio: Path | None, sets: tuple[str, ...], profile: str | None, as_json: bool, quiet: bool
) -> int:
    """Compare two scripts."""
    from ...compiler.reports.difference import difference

    if old == new == "-":
        raise click.UsageError("only one of the scripts can be read from standard input")
    try:
        one, other = (_schedule(films.film_from(script, audio, sets, profile)) for script in (old, new))
    except AnimcError as fault:
        raise Trouble(fault.message, fault.repair) from fault
    if one is None or other is None:
        return 2
    found = difference(one, other)
    if as_json:
        click.echo(json.dumps({"same": not found, **asdict(found)}, ensure_ascii=False, indent=2))
    elif not quiet:
        lines = list(told(found, other)) or ["the same film"]
        click.echo("\n".join(lines))
    return 1 if found else 0


def _schedule(film: films.Film) -> Schedule | None:
    compiled = compile_or_stop(film, films.read_script(film), films.ear(film), quiet=True)
    return compiled.schedule if compiled else None


def told(found: Difference, new: Schedule) -> Iterator[str]:
    """Yield the lines that tell a person what differs; frames are those of the film ``new``."""
    fps = float(new.fps)
    yield from _of_film(found, fps)
    for name, pair in found.settings.items():
        yield f"{name}: {_arrow(pair)}"
    if found.cuts:
        yield from _of_cuts(found.cuts, fps)
    if found.guides:
        yield from _of_guides(found.guides, fps)
    for name, spans in (("prompt", found.prompt), ("negative", found.negative), *found.tracks.items()):
        for span in spans[:SHOWN]:
            yield f"{name}: {_where(span, fps)}: {_change(span)}"
        if len(spans) > SHOWN:
            yield f"{name}: … and {len(spans) - SHOWN} more, up to frame {spans[-1].last}; --json tells all"


def _of_film(found: Difference, fps: float) -> Iterator[str]:
    film = found.film
    if "fps" in film:
        yield f"fps: {_arrow(film['fps'])}"
    if "frames" in film:
        old, new = film["frames"]
        rate = film.get("fps", (fps, fps))[0]
        yield f"length: {old} frames ({old / rate:.2f} s) -> {new} frames ({new / fps:.2f} s)"
        if "fps" not in film:
            first, last, word = (old, new - 1, "new") if new > old else (new, old - 1, "gone")
            yield f"length: {_frames(first, last, fps)} {'is' if first == last else 'are'} {word}"
    if "size" in film:
        yield "size: " + " -> ".join(f"{width}x{height}" for width, height in film["size"])
    if "audio" in film:
        yield f"audio: {_arrow(film['audio'])}"


def _of_cuts(pair: Pair, fps: float) -> Iterator[str]:
    old, new = ({frame: files for frame, *files in shots} for shots in pair)
    for frame in sorted(old.keys() | new.keys()):
        image, model = new.get(frame, (None, None))
        before, painter = old.get(frame, (None, None))
        if frame not in old:
            yield f"cut: {_frames(frame, frame, fps)} begins a new shot" + (f' from "{image}"' if image else "")
        elif frame not in new:
            yield f"cut: the one at {_frames(frame, frame, fps)} is gone"
        elif before != image:
            yield f"image of the shot at {_frames(frame, frame, fps)}: {_arrow((before, image))}"
        if frame in new and painter != model:
            yield f"model of the shot at {_frames(frame, frame, fps)}: {_arrow((painter, model))}"


def _of_guides(pair: Pair, fps: float) -> Iterator[str]:
    for frame, image, strength in pair[0]:
        if (frame, image, strength) not in pair[1]:
            yield f'image "{image}" at {_frames(frame, frame, fps)}, strength {strength:g}: is gone'
    for frame, image, strength in pair[1]:
        if (frame, image, strength) not in pair[0]:
            yield f'image "{image}" at {_frames(frame, frame, fps)}, strength {strength:g}: is new'


def _where(span: Span, fps: float) -> str:
    return _frames(span.first, span.last, fps)


def _frames(first: int, last: int, fps: float) -> str:
    if first == last:
        return f"frame {first} ({first / fps:.2f} s)"
    return f"frames {first}..{last} ({first / fps:.2f}..{last / fps:.2f} s)"


def _change(span: Span) -> str:
    old, new = ("the model's own" if value is None else _value(value) for value in (span.old, span.new))
    change = f"{old} -> {new}"
    if span.most is None or span.first == span.last or isinstance(span.old, tuple) or isinstance(span.new, tuple):
        return change
    return f"{change}, at most {span.most:.6g} apart"


def _arrow(pair: Pair) -> str:
    return f"{_value(pair[0])} -> {_value(pair[1])}"


def _value(value: Any) -> str:
    """Return a value as a script would have it; texts with the shares of those that are there in part."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        parts = (f'"{text}"' + (f" {weight:.0%}" if weight < 0.9995 else "") for text, weight in value)
        return " + ".join(parts)
    return f'"{value}"' if isinstance(value, str) else f"{value:.6g}"

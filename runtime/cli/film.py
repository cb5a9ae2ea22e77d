"""What ``render``, ``check``, ``compile`` and ``plot`` share: their options, reading the script and compiling it."""

from __future__ import annotations

import codecs
import errno
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..errors import AnimcError

if TYPE_CHECKING:
    from ...compiler.pipeline import Compiled
    from ...compiler.schedule import Schedule
    from ...compiler.sounds import Needs, Sounds

MAX_SCRIPT = 1_000_000
"""Bytes: a longer file is no script, and reading it would only waste the user's time."""

AGAIN = "download or export it again; what is there was heard"
"""The repair for sound that breaks off."""


@dataclass(frozen=True)
class Film:
    """A script and what the command line says over it."""

    script: str
    audio: Path | None
    overrides: dict[str, str]
    profile: str | None

    @property
    def base(self) -> Path:
        """Return the folder that the script's own paths are relative to."""
        return Path() if self.script == "-" else Path(self.script).parent

    @property
    def name(self) -> str:
        """Return the script's name as diagnostics tell it."""
        return "<stdin>" if self.script == "-" else self.script


def film_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say which film: the script, its sound, and values set over it."""
    for option in reversed(
        (
            click.argument("script", type=click.Path(allow_dash=True)),
            click.option("--audio", type=click.Path(path_type=Path), metavar="FILE",
                         help="The song; replaces the script's `audio`."),
            click.option("--set", "sets", multiple=True, metavar="NAME=VALUE",
                         help="Set a value over the script, in its own language: --set size=256x256. May be repeated."),
            click.option("--profile", metavar="NAME", help="Use the script's `profile NAME { … }`."),
            click.option("--seed", type=int, metavar="N", help="The same as --set seed=N."),
            click.option("--model", metavar="MODEL", help="The painter: storybook, none, or a folder or hub id."),
            click.option("--depth", metavar="DEPTH", help="Where depth comes from: auto, builtin, gradient, none, …"),
        )
    ):  # fmt: skip
        function = option(function)
    return function


def film_from(script: str, audio: Path | None, sets: tuple[str, ...], profile: str | None, **named: Any) -> Film:
    """Gather the film options. Raises click.UsageError for a ``--set`` without a name and value."""
    overrides: dict[str, str] = {}
    for text in sets:
        name, equals, value = text.partition("=")
        if not equals or not name.strip() or not value.strip():
            raise click.UsageError(f"--set takes NAME=VALUE, such as --set size=256x256, not '{text}'")
        overrides[name.strip()] = value.strip()
    for name, value in named.items():
        if value is not None:
            overrides[name] = str(value) if name == "seed" else _quoted(str(value))
    return Film(script, audio, overrides, profile)


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def read_script(film: Film) -> str:
    """Return the script's text. Raises AnimcError where there is none, or where it is not UTF-8 text."""
    if film.script == "-":
        return _decode(sys.stdin.buffer.read(MAX_SCRIPT + 1), film.name)
    return read_text(Path(film.script))


def read_text(path: Path) -> str:
    """Return a script file's text. Raises AnimcError for a missing, huge, binary or foreign-encoded file."""
    try:
        with path.open("rb") as file:
            return _decode(file.read(MAX_SCRIPT + 1), str(path))
    except FileNotFoundError:
        raise AnimcError(f"there is no script {path}", _near(path)) from None
    except IsADirectoryError:
        raise AnimcError(f"{path} is a folder, not a script", "name the .anim file in it") from None
    except OSError as fault:
        raise AnimcError(f"{path} cannot be read: {fault.strerror}", "check its permissions") from None


def _near(path: Path) -> str:
    import difflib

    names = [other.name for other in sorted(path.parent.glob("*.anim"))] if path.parent.is_dir() else []
    close = difflib.get_close_matches(path.name, names, 1)
    return f"did you mean {path.parent / close[0]}?" if close else "check the path"


def _decode(data: bytes, name: str) -> str:
    if len(data) > MAX_SCRIPT:
        raise AnimcError(f"{name} is larger than 1 MB: too large for a script", "is it the right file?")
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise AnimcError(f"{name} is UTF-16 text; a script is UTF-8", "save it as UTF-8 in your editor")
    if b"\0" in data:
        raise AnimcError(f"{name} is not text (it holds zero bytes)", "is it the right file?")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        line = data.count(b"\n", 0, fault.start) + 1
        raise AnimcError(
            f"{name} is not UTF-8 text: line {line} holds a byte that is none", "save it as UTF-8"
        ) from None


def reader(film: Film) -> Callable[[str], str]:
    """Return the function by which the compiler reads a ``use``d file, held inside the script's own folder tree."""
    root = film.base.resolve()

    def read(name: str) -> str:
        path = (root / name).resolve()
        if not path.is_relative_to(root):
            raise PermissionError(errno.EACCES, "it lies outside the script's folder")
        if not path.is_file():
            raise FileNotFoundError(errno.ENOENT, "there is no such file")
        try:
            return read_text(path)
        except AnimcError as fault:
            raise OSError(errno.EINVAL, fault.message) from fault

    return read


def ear(
    film: Film, report: Callable[[str], None] | None = None, warn: Callable[..., None] | None = None
) -> Callable[[Needs], Sounds | None]:
    """Return the function by which the compiler hears the film's sound; ``warn`` (as ``Screen.warn``) is told of
    files that break off."""

    def hear(needs: Needs) -> Sounds | None:
        if film.audio is None and not needs.audio:
            return None
        from ..hearing import hear as listen

        if report:
            report("hearing")
        tell = partial(warn, repair=AGAIN) if warn else None
        return listen(needs, base=film.base, main=film.audio, warn=tell)

    return hear


def sound_of(film: Film, schedule: Schedule) -> Path | None:
    """Return the film's main sound file: the one of ``--audio``, or the script's own."""
    if film.audio is not None:
        return film.audio
    return film.base / schedule.audio if schedule.audio else None


def recipe_of(film: Film, text: str) -> str:
    """Return the script as a film holds it: after a comment that tells what the command line said over it."""
    said = [f"--set {name}={value}" for name, value in film.overrides.items()]
    said += [f"--audio {film.audio.name}"] if film.audio else []
    said += [f"--profile {film.profile}"] if film.profile else []
    shown = " ".join(" ".join(said).split())
    return f"# with {shown}\n{text}" if shown else text


def compile_it(film: Film, text: str, hear: Callable[[Needs], Sounds | None]) -> Compiled:
    """Compile the script. Raises CompileError with every diagnostic."""
    from ...compiler import compile_film

    return compile_film(
        text, hear=hear, read=reader(film), profile=film.profile, overrides=film.overrides, name=film.name
    )

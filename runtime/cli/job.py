"""One render or preview as the command line asks for it: which frames go where, and how."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import click

from ..errors import AnimcError
from ..formats import FORMATS_OF, format_of
from . import film as films

SPAN = re.compile(r"(\d+)?\.\.(\d+)?")

PASSES = ("depth", "flow", "mask", "camera")

FASTEST = 1000
"""Frames a second at most."""


@dataclass(frozen=True)
class Job:
    """One render: which frames go where, on what device. ``rate``: frames a second, where some are made between."""

    film: films.Film
    text: str
    output: Path
    folder: bool
    span: range
    device: str | None
    sheet: Path | None
    quality: str = "web"
    passes: tuple[str, ...] = ()
    exr: bool = False
    rate: Fraction | None = None

    @property
    def passes_folder(self) -> Path:
        """Return where the passes go: beside the film, under its name."""
        return self.output / "passes" if self.folder else self.output.with_name(f"{self.output.stem}-passes")


def read_passes(ctx: click.Context, param: click.Parameter, value: str | None) -> tuple[str, ...]:
    """Read ``depth,camera``."""
    names = tuple(dict.fromkeys(name.strip() for name in (value or "").split(",") if name.strip()))
    for name in names:
        if name not in PASSES:
            raise click.BadParameter(f"there is no pass '{name}': they are {', '.join(PASSES)}")
    return names


def rate_wanted(fps: Fraction, factor: Fraction | None, fixed: Fraction | None) -> Fraction:
    """Return the frames a second that a factor or a rate asks for. Raises AnimcError where it is no higher than fps."""
    wanted = fixed or fps * (factor or 1)
    if not fps <= wanted <= FASTEST:
        raise AnimcError(
            f"{float(wanted):g} frames a second are asked for, of a film that has {float(fps):g}",
            f"frames are only added, up to {FASTEST} a second: ask for 2x, or for a rate such as 60fps",
        )
    return wanted


def check_sheet(sheet: Path | None, option: str = "--contact-sheet") -> None:
    """Raise AnimcError where a contact sheet cannot be written."""
    if sheet and sheet.suffix.lower() not in (".png", ".jpg", ".jpeg"):
        raise AnimcError(f"{sheet} is no picture that can be written", f"end {option} in .png or .jpg")
    if sheet and not sheet.parent.is_dir():
        raise AnimcError(f"there is no folder {sheet.parent} to write {sheet.name} into", f"mkdir -p {sheet.parent}")


def span_of(text: str | None, total: int) -> range:
    """Read ``A..B``, both included. Raises click.UsageError where it is none, AnimcError where it lies outside."""
    if text is None:
        return range(total)
    found = SPAN.fullmatch(text.strip())
    if not found or not any(found.groups()):
        raise click.UsageError(f"--frames takes A..B, such as 0..47, not '{text}'")
    start, last = int(found[1] or 0), int(found[2] or 10**12)
    if last < start:
        raise click.UsageError(f"--frames {text} ends before it begins")
    if start >= total > 1:
        raise AnimcError(f"--frames {text} begins past the film's end", f"its frames are 0..{total - 1}")
    return range(start, min(last + 1, total))


def destination(output: str | None, film: films.Film, quality: str = "web") -> tuple[Path, bool]:
    """Return where the film goes, and whether that is a folder of PNGs. Raises AnimcError where it cannot go there."""
    ending = next(iter(FORMATS_OF[quality]))
    name = output or ("film" if film.script == "-" else Path(film.script).stem) + ending
    folder = name.endswith(("/", os.sep)) or Path(name).is_dir()
    path = Path(name)
    if not folder and path.resolve() in {Path(film.script).resolve(), film.audio and film.audio.resolve()}:
        raise AnimcError(f"-o {name} would overwrite what the film is made from", "name another file")
    if not folder and not path.parent.is_dir():
        raise AnimcError(f"there is no folder {path.parent} to write {path.name} into", f"mkdir -p {path.parent}")
    if not folder:
        format_of(path, quality)
    return path, folder

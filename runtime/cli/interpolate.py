"""``animc interpolate``: a film of a higher frame rate."""

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..errors import AnimcError
from ..formats import format_of
from .job import rate_wanted
from .screen import Screen

if TYPE_CHECKING:
    from ..reader import Footage

HELP = """Make frames between the frames of a film. It stays as long as it was, with its sound.

\b
    animc interpolate film.mp4                       twice the frame rate: film-2x.mp4
    animc interpolate film.mp4 --to 60fps -o smooth.mp4
    animc interpolate film.mp4 --to 4x --loop        the last frame goes over into the first
    animc interpolate film.mp4 --model flownet.pkl   with RIFE's public weights (v4.0 to v4.6)

\b
MODEL is one of
    auto     the best that is here: rife
    rife     the small flow net that comes with animc: it mends what optical flow finds
    flow     optical flow alone (OpenCV's DIS): three times as fast
    blend    cross-fades
    a path   RIFE weights: flownet.pkl, a .safetensors, or the folder that holds one

A cut stays a cut: nothing is made between two shots.
"""


@click.command("interpolate", help=HELP)
@click.argument("film", type=click.Path(path_type=Path))
@click.option("--to", "rate", default="2x", metavar="2x|60fps", help="A factor or a rate. Default: 2x.")
@click.option("-o", "--output", type=click.Path(path_type=Path), metavar="FILE", help="Default: NAME-2x.mp4.")
@click.option("--model", default="auto", metavar="MODEL", help="auto, flow, rife, blend, or a path to RIFE weights.")
@click.option("--loop", is_flag=True, help="Close the film on itself: after the last frame comes the first.")
@click.option("--device", metavar="DEVICE", help="cuda, mps or cpu; default: the best there is.")
@click.option("--quiet", "-q", is_flag=True, help="Only warnings and errors.")
@click.option("--json", "as_json", is_flag=True, help="Progress as JSON lines on standard output.")
def command(
    film: Path, rate: str, output: Path | None, model: str, loop: bool, device: str | None, quiet: bool, as_json: bool
) -> int:
    """Interpolate one film."""
    from ..reader import open_footage

    factor, fixed = rate_of(rate)
    footage = open_footage(film)
    path = output or film.with_name(f"{film.stem}-{rate}{film.suffix}")
    if path.resolve() == film.resolve():
        raise AnimcError(f"{path} is the film itself", "name another file with -o")
    if not path.parent.is_dir():
        raise AnimcError(f"there is no folder {path.parent} to write {path.name} into", f"mkdir -p {path.parent}")
    format_of(path)
    wanted = rate_wanted(footage.fps, factor, fixed)
    with Screen(quiet=quiet, as_json=as_json) as screen:
        return _interpolate(footage, wanted, path, model, device, screen, loop=loop)


def rate_of(text: str, option: str = "--to") -> tuple[Fraction | None, Fraction | None]:
    """Read ``2x`` as a factor or ``60fps`` as a rate. Raises click.UsageError for anything else."""
    found = re.fullmatch(r"(\d{1,6}(?:\.\d{1,6})?)\s*(x|fps)", text.strip().lower())
    if not found or not float(found[1]):
        raise click.UsageError(f"{option} takes a factor such as 2x or a rate such as 60fps, not '{text}'")
    number = Fraction(found[1])
    return (number, None) if found[2] == "x" else (None, number)


def _interpolate(
    footage: Footage, wanted: Fraction, path: Path, model: str, device: str | None, screen: Screen, *, loop: bool
) -> int:
    from ..recipe import read_script
    from ..tween.between import open_tween
    from ..tween.rate import at_rate, frames_at
    from ..writer import open_writer

    total = frames_at(footage.frames, footage.fps, wanted)
    tween = open_tween(model, device)
    sound = footage.path if footage.sound else None
    script = read_script(footage.path) or ""
    with open_writer(path, footage.size, wanted, audio=sound, script=script) as writer:
        screen.frames("between", total)
        for done, frame in enumerate(at_rate(footage, footage.frames, footage.fps, wanted, tween, loop=loop), 1):
            writer.write(frame)
            screen.advance(done)
    screen.event("done", film=str(path), frames=total, fps=float(wanted))
    screen.say(f"{path}: {total} frames at {float(wanted):.4g} fps, from {footage.frames} at {float(footage.fps):.4g}")
    return 0

"""``animc render``: a script and its sound become a film."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..errors import AnimcError
from ..formats import QUALITIES
from . import film as films
from .interpolate import rate_of
from .job import Job, check_sheet, destination, rate_wanted, read_passes, span_of
from .screen import Screen, compile_or_stop
from .tally import Tally, counted, tell_timings, told
from .write import plan_of, write_film

if TYPE_CHECKING:
    from ...compiler.schedule import Schedule
    from ..protocols import Depth, Painter
    from ..store import FrameStore

HELP = """Render a script to a film.

\b
    animc render song.anim --audio track.wav           writes song.mp4
    animc render song.anim -o song.webm                .mp4 .mov .webm .gif, by the ending
    animc render song.anim -o frames/                  a folder of PNGs, one a frame
    animc render song.anim --frames 0..47              only these frames, both included
    animc render song.anim --set size=256x256 --set steps=4
    animc render still.anim --model none               no painting: the camera moves over the still
    animc render song.anim --timings                   where the time goes
    animc render song.anim --dry-run                   what is kept, what is painted, how long that takes
    animc render song.anim --every 8 -o look.mp4       a quick look: one frame in eight, in time with the sound
    animc render song.anim --contact-sheet look.png    the film on one page, too
    animc render song.anim --interpolate 60fps         more frames between those painted
    animc render song.anim --quality prores            for an editor; archive loses nothing; small is for mail
    animc render song.anim --passes depth,flow,camera  for compositing, in NAME-passes/

Frames are stored as they are painted: stop with Ctrl-C (the film so far is left playable), run the same
command again, and it goes on from there. After an edit, only the frames that it can reach are painted again.
"""

NEEDS_SOUND = "W0106"
"""The compiler's warning that a script listens where there is no sound: in a render it is a mistake."""


@click.command("render", help=HELP)
@films.film_options
@click.option("-o", "--output", metavar="FILE", help="The film; ends in / for a folder of PNGs. Default: NAME.mp4.")
@click.option("--frames", "frames", metavar="A..B", help="Only these frames, both included.")
@click.option(
    "--every",
    type=click.IntRange(1, 1000),
    default=1,
    metavar="N",
    help="A quick look: paint and write one frame in N, at 1/N of the frame rate.",
)
@click.option(
    "--contact-sheet",
    "sheet",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Also write frames beside one another, as one .png or .jpg.",
)
@click.option("--interpolate", "rate", metavar="2x|60fps", help="Make frames between: by the camera, then by flow.")
@click.option("--quality", type=click.Choice(QUALITIES), default="web", help="How the film is coded. Default: web.")
@click.option("--passes", callback=read_passes, metavar="KINDS",
              help="Also write these, comma between: depth, flow, mask, camera.")  # fmt: skip
@click.option("--exr", is_flag=True, help="Passes as OpenEXR floats, in place of 16-bit PNG.")
@click.option("--dry-run", is_flag=True, help="Paint nothing: tell what is kept, what is not, and how long it takes.")
@click.option("--device", metavar="DEVICE", help="cuda, mps or cpu; default: the best there is.")
@click.option("--timings", is_flag=True, help="Tell how long each stage took.")
@click.option("--quiet", "-q", is_flag=True, help="Only warnings and errors.")
@click.option("--json", "as_json", is_flag=True, help="Progress as JSON lines on standard output.")
def command(
    output: str | None,
    frames: str | None,
    every: int,
    sheet: Path | None,
    rate: str | None,
    quality: str,
    passes: tuple[str, ...],
    exr: bool,
    dry_run: bool,
    device: str | None,
    timings: bool,
    quiet: bool,
    as_json: bool,
    **options: Any,
) -> int:
    """Render one script."""
    film = films.film_from(**options)
    span_of(frames, 1)
    text = films.read_script(film)
    path, folder = destination(output, film, quality)
    check_sheet(sheet)
    wanted = rate_of(rate, "--interpolate") if rate else None
    if wanted and every > 1:
        raise click.UsageError("--interpolate makes frames and --every leaves some out: take one of the two")
    with Screen(quiet=quiet, as_json=as_json) as screen:
        compiled = compile_or_stop(film, text, films.ear(film, screen.stage, screen.warn))
        if compiled is None:
            return 1
        _require_sound(compiled.diagnostics)
        span = span_of(frames, compiled.schedule.frames)[::every]
        faster = rate_wanted(compiled.schedule.fps, *wanted) if wanted else None
        job = Job(film, text, path, folder, span, device, sheet, quality, passes, exr, faster)
        schedule = sparser(compiled.schedule, every)
        return _foretell(job, schedule, screen) if dry_run else _render(job, schedule, screen, timings=timings)


def sparser(schedule: Schedule, every: int) -> Schedule:
    """Return the schedule painted at one frame in ``every``, or as seldom as it is anyway."""
    if every == 1:
        return schedule
    cadence = schedule.tracks["cadence"].clip(every)
    return replace(schedule, tracks={**schedule.tracks, "cadence": cadence})


def _require_sound(diagnostics: Any) -> None:
    if any(diagnostic.code == NEEDS_SOUND for diagnostic in diagnostics):
        raise AnimcError(
            "this script listens, and no sound was given", "add --audio FILE, or `tempo = 120` to the script"
        )


def _open(job: Job, schedule: Schedule, screen: Screen) -> tuple[Painter, Depth, FrameStore]:
    """Load the models, and open the store."""
    from ..depth import open_depth
    from ..hub import best_device
    from ..painters import coarseness, open_painter
    from ..store import FrameStore

    screen.stage("loading the model")
    if job.device:
        best_device(job.device)
    painter = open_painter(schedule, device=job.device, base=job.film.base)
    depth = open_depth(str(schedule.settings["depth"]), device=painter.device, base=job.film.base)
    name = job.film.name if job.film.script == "-" else str(Path(job.film.script).resolve())
    store = FrameStore(labels={"film": name, "model": str(schedule.settings["model"])})
    screen.say(plan_of(job, schedule))
    if slip := coarseness(painter, schedule):
        screen.warn(slip)
    return painter, depth, store


def _foretell(job: Job, schedule: Schedule, screen: Screen) -> int:
    """Tell what a render would do."""
    from ..forecast import forecast, seconds_a_frame

    painter, depth, store = _open(job, schedule, screen)
    seen = forecast(schedule, painter=painter, depth=depth, store=store, frames=job.span, base=job.film.base)
    speed = seconds_a_frame(schedule, painter)
    work = seen.painted + seen.before
    seconds = None if speed is None or not painter.repaints else round(speed * work, 1)
    screen.event("forecast", film=str(job.output), frames=seen.total, kept=seen.kept, painted=seen.painted,
                 before=seen.before, seconds=seconds)  # fmt: skip
    screen.say("  " + told(seen, seconds, repaints=painter.repaints))
    return 0


def _render(job: Job, schedule: Schedule, screen: Screen, *, timings: bool) -> int:
    """Load the models, then paint and write every frame of the job."""
    from ..forecast import remember_speed
    from ..timings import Timings

    painter, depth, store = _open(job, schedule, screen)
    clock, began = Timings(), time.monotonic()
    tally = Tally(len(job.span), screen)
    try:
        write_film(job, schedule, tally, clock, painter=painter, depth=depth, store=store)
    except KeyboardInterrupt:
        _stopped(job, tally, screen)
        raise
    finally:
        remember_speed(schedule, painter, clock)
        tally.warn(store.trouble)
        if store.broken:
            screen.say(f"note: {counted(store.broken, 'kept frame')} could not be read and came anew")
    seconds = time.monotonic() - began
    screen.event("done", film=str(job.output), frames=tally.done, **tally.how,
                 seconds=round(seconds, 3), **({"timings": clock.seconds} if timings else {}))  # fmt: skip
    screen.say(f"{job.output}: {tally.told()} in {seconds:.1f} s")
    if timings:
        tell_timings(clock, seconds, screen)
    return 0


def _stopped(job: Job, tally: Tally, screen: Screen) -> None:
    screen.event("stopped", film=str(job.output), frames=tally.done)
    if tally.done:
        screen.say(f"{job.output} holds the {tally.done} of {tally.total} frames done so far; render again to go on")

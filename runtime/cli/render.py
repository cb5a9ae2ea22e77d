"""``animc render``: a script and its sound become a film."""

from __future__ import annotations

import os
import re
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..errors import AnimcError
from ..formats import format_of
from . import film as films
from .screen import Screen, compile_or_stop
from .tally import Tally, counted, tell_timings, told

if TYPE_CHECKING:
    from ...compiler.schedule import Schedule
    from ..protocols import Depth, Painter
    from ..store import FrameStore
    from ..timings import Timings

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

Frames are stored as they are painted: stop with Ctrl-C (the film so far is left playable), run the same
command again, and it goes on from there. After an edit, only the frames that it can reach are painted again.
"""

NEEDS_SOUND = "W0106"
"""The compiler's warning that a script listens where there is no sound: in a render it is a mistake."""

SPAN = re.compile(r"(\d+)?\.\.(\d+)?")


@dataclass(frozen=True)
class Job:
    """One render: which frames go where, on what device."""

    film: films.Film
    text: str
    output: Path
    folder: bool
    span: range
    device: str | None
    sheet: Path | None


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
    path, folder = destination(output, film)
    check_sheet(sheet)
    with Screen(quiet=quiet, as_json=as_json) as screen:
        compiled = compile_or_stop(film, text, films.ear(film, screen.stage))
        if compiled is None:
            return 1
        _require_sound(compiled.diagnostics)
        span = span_of(frames, compiled.schedule.frames)[::every]
        job = Job(film, text, path, folder, span, device, sheet)
        schedule = sparser(compiled.schedule, every)
        return _foretell(job, schedule, screen) if dry_run else _render(job, schedule, screen, timings=timings)


def sparser(schedule: Schedule, every: int) -> Schedule:
    """Return the schedule painted at one frame in ``every``, or as seldom as it is anyway."""
    if every == 1:
        return schedule
    cadence = schedule.tracks["cadence"].clip(every)
    return replace(schedule, tracks={**schedule.tracks, "cadence": cadence})


def check_sheet(sheet: Path | None) -> None:
    """Raise AnimcError where a contact sheet cannot be written."""
    if sheet and sheet.suffix.lower() not in (".png", ".jpg", ".jpeg"):
        raise AnimcError(f"{sheet} is no picture that can be written", "end --contact-sheet in .png or .jpg")
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


def destination(output: str | None, film: films.Film) -> tuple[Path, bool]:
    """Return where the film goes, and whether that is a folder of PNGs. Raises AnimcError where it cannot go there."""
    name = output or ("film.mp4" if film.script == "-" else Path(film.script).with_suffix(".mp4").name)
    folder = name.endswith(("/", os.sep)) or Path(name).is_dir()
    path = Path(name)
    if not folder and path.resolve() in {Path(film.script).resolve(), film.audio and film.audio.resolve()}:
        raise AnimcError(f"-o {name} would overwrite what the film is made from", "name another file")
    if not folder and not path.parent.is_dir():
        raise AnimcError(f"there is no folder {path.parent} to write {path.name} into", f"mkdir -p {path.parent}")
    if not folder:
        format_of(path)
    return path, folder


def _require_sound(diagnostics: Any) -> None:
    if any(diagnostic.code == NEEDS_SOUND for diagnostic in diagnostics):
        raise AnimcError(
            "this script listens, and no sound was given", "add --audio FILE, or `tempo = 120` to the script"
        )


def _open(job: Job, schedule: Schedule, screen: Screen) -> tuple[Painter, Depth, FrameStore]:
    """Load the models, and open the store."""
    from ..depth import open_depth
    from ..hub import best_device
    from ..painters import open_painter
    from ..store import FrameStore

    screen.stage("loading the model")
    if job.device:
        best_device(job.device)
    painter = open_painter(schedule, device=job.device, base=job.film.base)
    depth = open_depth(str(schedule.settings["depth"]), device=painter.device, base=job.film.base)
    name = job.film.name if job.film.script == "-" else str(Path(job.film.script).resolve())
    store = FrameStore(labels={"film": name, "model": str(schedule.settings["model"])})
    screen.say(_plan(job, schedule))
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
        _write(job, schedule, tally, clock, painter=painter, depth=depth, store=store)
    except KeyboardInterrupt:
        _stopped(job, tally, screen)
        raise
    finally:
        remember_speed(schedule, painter, clock)
        if store.trouble:
            screen.say(f"warning: {store.trouble}")
        if store.broken:
            screen.say(f"note: {counted(store.broken, 'kept frame')} could not be read and came anew")
    seconds = time.monotonic() - began
    screen.event("done", film=str(job.output), frames=tally.done, **tally.how,
                 seconds=round(seconds, 3), **({"timings": clock.seconds} if timings else {}))  # fmt: skip
    screen.say(f"{job.output}: {tally.told()} in {seconds:.1f} s")
    if timings:
        tell_timings(clock, seconds, screen)
    return 0


def _write(
    job: Job, schedule: Schedule, tally: Tally, clock: Timings, *, painter: Painter, depth: Depth, store: FrameStore
) -> None:
    """Stream the frames into the film; on any stop, what was written becomes a film that plays."""
    from ..contact import ContactSheet
    from ..render import render
    from ..writer import open_writer

    sound = films.sound_of(job.film, schedule)
    script = films.recipe_of(job.film, job.text)
    writer = open_writer(job.output, schedule.size, schedule.fps, audio=sound, script=script,
                         start=job.span.start, step=job.span.step, timings=clock, folder=job.folder)  # fmt: skip
    sheet = ContactSheet(job.span, schedule.size, schedule.fps) if job.sheet else None
    tally.begin(writer.note)
    try:
        with writer:
            for picture in render(schedule, painter=painter, depth=depth, store=store, frames=job.span,
                                  base=job.film.base, report=tally.come, timings=clock):  # fmt: skip
                writer.write(picture)
                if sheet:
                    sheet.take(tally.frame, picture)
                tally.count()
    finally:
        if sheet and job.sheet and sheet.pictures:
            sheet.save(job.sheet)


def _plan(job: Job, schedule: Schedule) -> str:
    width, height = schedule.size
    fps = schedule.fps / job.span.step
    seconds = float(len(job.span) / fps)
    return (
        f"{job.output}: {counted(len(job.span), 'frame')}, {seconds:.1f} s at {float(fps):.4g} fps, {width}x{height}, "
        f"painted by {schedule.settings['model']}"
    )


def _stopped(job: Job, tally: Tally, screen: Screen) -> None:
    screen.event("stopped", film=str(job.output), frames=tally.done)
    if tally.done:
        screen.say(f"{job.output} holds the {tally.done} of {tally.total} frames done so far; render again to go on")

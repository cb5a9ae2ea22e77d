"""``animc render``: a script and its sound become a film."""

from __future__ import annotations

import os
import re
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..errors import AnimcError
from ..formats import format_of
from . import film as films
from .screen import Screen, compile_or_stop

if TYPE_CHECKING:
    from ...compiler.schedule import Schedule
    from ..protocols import Depth, Painter
    from ..render import Progress
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


class Tally:
    """Counts frames as they are done, and shows them."""

    def __init__(self, total: int, screen: Screen) -> None:
        self.total = total
        self.how: Counter[str] = Counter()
        self._screen = screen
        self._next = ""

    @property
    def done(self) -> int:
        """Return how many frames were written."""
        return self.how.total()

    def begin(self, note: str | None) -> None:
        """Show that the frames begin, and what there is to know of the film."""
        if note:
            self._screen.say(f"note: {note}")
        self._screen.frames("painting", self.total)

    def come(self, progress: Progress) -> None:
        """Hear how the next frame came about."""
        self._next = progress.how

    def count(self) -> None:
        """Take that frame into the count: it is in the film now."""
        self.how[self._next] += 1
        self._screen.advance(self.done, self._next)

    def told(self) -> str:
        """Return the count in words."""
        kinds = ", ".join(f"{number} {how}" for how, number in self.how.items())
        return f"{self.done} frame{'s' * (self.done != 1)} ({kinds})" if kinds else "no frame"


@click.command("render", help=HELP)
@films.film_options
@click.option("-o", "--output", metavar="FILE", help="The film; ends in / for a folder of PNGs. Default: NAME.mp4.")
@click.option("--frames", "frames", metavar="A..B", help="Only these frames, both included.")
@click.option("--device", metavar="DEVICE", help="cuda, mps or cpu; default: the best there is.")
@click.option("--timings", is_flag=True, help="Tell how long each stage took.")
@click.option("--quiet", "-q", is_flag=True, help="Only warnings and errors.")
@click.option("--json", "as_json", is_flag=True, help="Progress as JSON lines on standard output.")
def command(
    output: str | None,
    frames: str | None,
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
    with Screen(quiet=quiet, as_json=as_json) as screen:
        compiled = compile_or_stop(film, text, films.ear(film, screen.stage))
        if compiled is None:
            return 1
        _require_sound(compiled.diagnostics)
        job = Job(film, text, path, folder, span_of(frames, compiled.schedule.frames), device)
        return _render(job, compiled.schedule, screen, timings=timings)


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


def _render(job: Job, schedule: Schedule, screen: Screen, *, timings: bool) -> int:
    """Load the models, then paint and write every frame of the job."""
    from ..depth import open_depth
    from ..hub import best_device
    from ..painters import open_painter
    from ..store import FrameStore
    from ..timings import Timings

    screen.stage("loading the model")
    if job.device:
        best_device(job.device)
    painter = open_painter(schedule, device=job.device, base=job.film.base)
    depth = open_depth(str(schedule.settings["depth"]), device=painter.device, base=job.film.base)
    store, clock, began = FrameStore(), Timings(), time.monotonic()
    screen.say(_plan(job, schedule))
    tally = Tally(len(job.span), screen)
    try:
        _write(job, schedule, tally, clock, painter=painter, depth=depth, store=store)
    except KeyboardInterrupt:
        _stopped(job, tally, screen)
        raise
    finally:
        if store.trouble:
            screen.say(f"warning: {store.trouble}")
    seconds = time.monotonic() - began
    screen.event("done", film=str(job.output), frames=tally.done, **tally.how,
                 seconds=round(seconds, 3), **({"timings": clock.seconds} if timings else {}))  # fmt: skip
    screen.say(f"{job.output}: {tally.told()} in {seconds:.1f} s")
    if timings:
        _tell_timings(clock, seconds, screen)
    return 0


def _write(
    job: Job, schedule: Schedule, tally: Tally, clock: Timings, *, painter: Painter, depth: Depth, store: FrameStore
) -> None:
    """Stream the frames into the film; on any stop, what was written becomes a film that plays."""
    from ..render import render
    from ..writer import open_writer

    sound = films.sound_of(job.film, schedule)
    writer = open_writer(job.output, schedule.size, schedule.fps, audio=sound, script=job.text, start=job.span.start,
                         timings=clock, folder=job.folder)  # fmt: skip
    tally.begin(writer.note)
    with writer:
        for picture in render(schedule, painter=painter, depth=depth, store=store, frames=job.span,
                              base=job.film.base, report=tally.come, timings=clock):  # fmt: skip
            writer.write(picture)
            tally.count()


def _plan(job: Job, schedule: Schedule) -> str:
    width, height = schedule.size
    seconds = float(len(job.span) / schedule.fps)
    return (
        f"{job.output}: {len(job.span)} frames, {seconds:.1f} s at {float(schedule.fps):g} fps, {width}x{height}, "
        f"painted by {schedule.settings['model']}"
    )


def _stopped(job: Job, tally: Tally, screen: Screen) -> None:
    screen.event("stopped", film=str(job.output), frames=tally.done)
    if tally.done:
        screen.say(f"{job.output} holds the {tally.done} of {tally.total} frames done so far; render again to go on")


def _tell_timings(clock: Timings, seconds: float, screen: Screen) -> None:
    screen.say(f"  {'stage':<10} {'seconds':>8} {'share':>7} {'ms each':>9}")
    for stage, spent in sorted(clock.seconds.items(), key=lambda pair: -pair[1]):
        each = 1000 * spent / clock.calls[stage]
        screen.say(f"  {stage:<10} {spent:8.2f} {spent / seconds:7.1%} {each:9.2f}")

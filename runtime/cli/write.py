"""Writing a film while it is rendered: its frames, those between them, its passes and its contact sheet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from . import film as films
from .job import Job
from .tally import Tally, counted

if TYPE_CHECKING:
    from ...compiler.schedule import Schedule
    from ..passes import Passes
    from ..picture import Bytes
    from ..protocols import Depth, Painter
    from ..store import FrameStore
    from ..timings import Timings


def plan_of(job: Job, schedule: Schedule) -> str:
    """Return what a render will make, in a line."""
    from ..tween.rate import frames_at

    width, height = schedule.size
    fps = schedule.fps / job.span.step
    rate = job.rate or fps
    count = frames_at(len(job.span), fps, rate) if job.rate else len(job.span)
    seconds = float(len(job.span) / fps)
    models = dict.fromkeys(shot.model or str(schedule.settings["model"]) for shot in schedule.shots)
    return (
        f"{job.output}: {counted(count, 'frame')}, {seconds:.1f} s at {float(rate):.4g} fps, {width}x{height}, "
        f"painted by {' and '.join(models)}"
    )


def write_film(
    job: Job, schedule: Schedule, tally: Tally, clock: Timings, *, painter: Painter, depth: Depth, store: FrameStore
) -> None:
    """Stream the frames into the film; on any stop, what was written becomes a film that plays."""
    from ..contact import ContactSheet
    from ..memory import enough_memory
    from ..render import render
    from ..writer import open_writer

    rate = job.rate or schedule.fps
    start = job.span.start if job.rate is None else round(job.span.start * rate / schedule.fps)
    sound, script = films.sound_of(job.film, schedule), films.recipe_of(job.film, job.text)
    writer = open_writer(job.output, schedule.size, rate, audio=sound, script=script, start=start,
                         step=job.span.step, timings=clock, folder=job.folder, quality=job.quality)  # fmt: skip
    sheet = ContactSheet(job.span, schedule.size, schedule.fps) if job.sheet else None
    passes = _passes(job, schedule, depth)
    tally.begin(writer.note)

    def finished() -> Iterator[Bytes]:
        pictures = render(schedule, painter=painter, depth=depth, store=store, frames=job.span,
                          base=job.film.base, report=tally.come, timings=clock)  # fmt: skip
        for picture in pictures:
            if passes:
                with clock.stage("passes"):
                    passes.take(tally.frame, picture)
            if sheet:
                sheet.take(tally.frame, picture)
            yield picture
            tally.count()
            tally.warn(store.trouble)

    try:
        with writer, enough_memory(schedule.size, painter.device):  # passes and frames between take some, too
            for picture in _between(job, schedule, finished(), depth, painter, clock):
                writer.write(picture)
    finally:
        if sheet and job.sheet and sheet.pictures:
            sheet.save(job.sheet)


def _passes(job: Job, schedule: Schedule, depth: Depth) -> Passes | None:
    """Open the passes, and write the camera's at once: it is known before anything is painted."""
    if not job.passes:
        return None
    from ..masks import masks_of
    from ..passes import Passes

    masks = masks_of(schedule, depth, job.film.base) if "mask" in job.passes else None
    passes = Passes(job.passes_folder, job.passes, schedule, depth=depth, masks=masks, exr=job.exr)
    passes.camera(replace(schedule, fps=schedule.fps / job.span.step), job.span, job.output.stem)
    return passes


def _between(
    job: Job, schedule: Schedule, frames: Iterator[Bytes], depth: Depth, painter: Painter, clock: Timings
) -> Iterator[Bytes]:
    """Yield the frames on, with those between them where a higher rate is asked for."""
    if job.rate is None:
        return frames
    from ..ground import Camera
    from ..tween.between import open_tween
    from ..tween.camera import CameraTween
    from ..tween.rate import at_rate

    mode, border = str(schedule.settings.get("mode", "3d")), str(schedule.settings.get("border", "reflect"))
    camera = Camera(mode, border, schedule.size, depth, painter.device, clock)
    loop = bool(schedule.settings.get("loop")) and len(job.span) == schedule.frames
    tween = CameraTween(schedule, camera, open_tween("auto", job.device), job.span)
    watched = tween.watch(frames, loop=loop)
    return at_rate(watched, len(job.span), schedule.fps, job.rate, tween, cut=tween.cut)

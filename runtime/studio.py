"""What a film is painted with: the painter, the camera, the store and all that stays as it is from frame to frame."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..compiler.schedule import Schedule, Shot
from .grain import Grain, Grains
from .ground import Camera
from .masks import Masks, masks_of
from .picture import Bytes, check_images
from .protocols import Depth, Painter, Restorer, painter_of
from .store import FrameStore
from .timings import Timings


@dataclass(frozen=True)
class Frame:
    """A picture and how it came about: painted, moved, between or kept."""

    picture: Bytes
    how: str


@dataclass(frozen=True)
class Studio:
    """All that painting a film needs, and that stays as it is from frame to frame.

    ``crew``: who was asked to paint the film; ``painter``: who of them paints the shot at hand. ``shelf``: the film's
    store; ``store``: the same, if the painter makes anything worth keeping.
    """

    schedule: Schedule
    crew: Painter
    painter: Painter
    camera: Camera
    store: FrameStore | None
    base: Path
    timings: Timings
    grains: Grains
    masks: Masks | None
    shelf: FrameStore | None

    def of(self, shot: Shot) -> Studio:
        """Return the studio as it is for another shot."""
        if painter_of(self.crew, shot) is self.painter:
            return self
        return studio_of(self.schedule, self.crew, self.camera.depth, self.shelf, self.base, self.timings, shot)


def studio_of(
    schedule: Schedule, crew: Painter, depth: Depth, store: FrameStore | None, base: Path, timings: Timings, shot: Shot
) -> Studio:
    """Return a film's studio for a shot; ``base`` is the script's folder.

    Raises RenderError where an image or mask is missing.
    """
    painter = painter_of(crew, shot)
    mode, border = str(schedule.settings.get("mode", "3d")), str(schedule.settings.get("border", "reflect"))
    reveals = schedule.settings.get("reveal") == "paint" and isinstance(painter, Restorer)
    camera = Camera(mode, border, schedule.size, depth, painter.device, timings, reveals)
    given = schedule.settings.get
    grain = Grain(str(given("noise_type", "gaussian")), int(given("perlin_octaves", 4)),
                  float(given("perlin_persistence", 0.5)))  # fmt: skip
    grains = Grains(grain, schedule.size)
    images = {*(shot.image for shot in schedule.shots), *(guide.image for guide in schedule.guides)}
    check_images(base / image for image in images if image)
    masks = masks_of(schedule, depth, base) if painter.repaints else None
    return Studio(
        schedule, crew, painter, camera, store if painter.repaints else None, base, timings, grains, masks, store
    )


def kept(studio: Studio, key: bytes) -> Frame | None:
    """Return a frame that the store holds."""
    if not studio.store:
        return None
    with studio.timings.stage("store"):
        picture = studio.store.load(key, studio.schedule.size)
    return None if picture is None else Frame(picture, "kept")

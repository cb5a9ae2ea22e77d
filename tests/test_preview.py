"""The preview: its world moves as the film's pictures will, and its frames tell what the schedule says."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from animc.runtime import relief, warp
from animc.runtime.letters import sprite, write
from animc.runtime.reader import open_footage
from animc.runtime.world import Plane, Space
from schedules import schedule
from test_cli import animc, folder  # noqa: F401 (a fixture)

SONG = """\
fps = 10
size = 96x64
tempo = 120
length = 1s
0: "a misty pine forest"
section verse from 0 to 1s { translation_z = 6 }
on beat: rotation_z += 2 * decay(0.5b)
"""


@pytest.mark.parametrize(
    "moves",
    [
        {"translation_x": 8.0},
        {"translation_y": -8.0},
        {"translation_z": 6.0},
        {"rotation_x": 1.0},
        {"rotation_y": -1.0},
        {"rotation_z": 2.0},
        {"translation_x": 4.0, "translation_z": -5.0, "rotation_y": 0.5, "fov": 40.0},
    ],
)
@pytest.mark.parametrize("size", [(200, 200), (240, 160)])
def test_what_stands_one_unit_away_moves_as_in_the_film(moves: dict[str, float], size: tuple[int, int]) -> None:
    row, space = schedule(1, size, **moves).row(0), Space(size)
    lens = np.tan(np.radians(row["fov"]) / 2)
    for x, y in ((0.0, 0.0), (0.3, -0.2), (-0.25, 0.25)):
        point = np.array([x * lens * size[0] / size[1], y * lens, 1.0])
        space = Space(size)
        before, _ = space.project(point, row)
        space.move(row)
        after, _ = space.project(point, row)
        column, line = int(after[0]), int(after[1])
        looks = relief.depth_move(row, None, size)[line, column].numpy()
        home = warp.still(size)[line, column].numpy()
        moved = (home - looks) * np.array(size) / 2
        # a true camera and Deforum's agree in the middle; away from it a turn differs by a share of itself, and in a
        # wide picture Deforum's zoom and roll differ between across and down by the aspect
        share = 0.12 if size[0] == size[1] else 0.3
        assert np.abs((after - before) - moved).max() < 0.35 + share * np.abs(moved).max()


@pytest.mark.parametrize("zoom", [1.02, 0.97])
def test_the_plane_never_runs_out(zoom: float) -> None:
    plan = schedule(1, (96, 96), zoom=zoom, angle=3.0, translation_x=1.5).row(0)
    plane = Plane((96, 96))
    for _ in range(3000):
        plane.move(plan)
    assert np.isfinite(plane.back).all()
    assert plane.picture(plan).std() > 5


def test_a_flight_never_ends() -> None:
    row = schedule(1, (96, 96), translation_z=40.0, translation_y=3.0, rotation_y=0.2).row(0)
    space = Space((96, 96))
    for _ in range(2000):
        space.move(row)
        assert np.abs(space.shift).max() < 10
    assert space.picture(row).std() > 5


def test_letters_of_many_scripts_are_as_high_as_one_another() -> None:
    heights = {sprite(text, 15).shape[0] for text in ("forest", "лес", "غابة", "森", "", "a\tb\n")}
    assert len(heights) == 1
    page = np.zeros((40, 60, 3), np.uint8)
    for at in ((-20.0, 5.0), (50.0, 39.0), (500.0, 500.0), (30.0, -30.0)):
        write(page, "forest", at, 15, (255, 255, 255))
    assert page.max() > 200


def test_a_preview_has_every_frame_and_the_sound(folder: Path) -> None:  # noqa: F811
    (folder / "song.anim").write_text(SONG)
    run = animc("preview", "song.anim", "--audio", "tone.wav", "--contact-sheet", "sheet.png", cwd=folder)
    assert run.returncode == 0, run.stderr
    footage = open_footage(folder / "song-preview.mp4")
    assert (footage.frames, footage.fps, footage.sound, footage.size[0]) == (10, 10, True, 512)
    assert (folder / "sheet.png").stat().st_size > 1000
    assert animc("recover", "song-preview.mp4", cwd=folder).stdout.endswith(SONG)


def test_a_preview_flashes_on_beats_and_shows_the_image(folder: Path) -> None:  # noqa: F811
    import imageio.v3 as imageio

    (folder / "song.anim").write_text(SONG + 'image "still.png"\n')
    run = animc("preview", "song.anim", "--size", "128", "--frames", "3..6", "-o", "look/", cwd=folder)
    assert run.returncode == 0, run.stderr
    pages = {int(path.stem): imageio.imread(path).astype(int) for path in sorted((folder / "look").glob("*.png"))}
    assert sorted(pages) == [3, 4, 5, 6]
    lit = {number: page[2, 30:100].mean() for number, page in pages.items()}
    assert max(lit, key=lambda number: lit[number]) == 5, "the second beat stands at frame 5"
    row = pages[3][42, 10:118].mean(-1)
    assert np.corrcoef(row, np.arange(row.size))[0, 1] > 0.95, "the still runs from black to white"


def test_bad_sizes_are_told(folder: Path) -> None:  # noqa: F811
    assert animc("preview", "film.anim", "--size", "7", cwd=folder).returncode == 2
    assert animc("preview", "film.anim", "-o", "look.txt", cwd=folder).returncode == 1

"""The loop gives exact, repeatable frames, whether uninterrupted, resumed, edited, or asked for in part."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from animc.compiler.schedule import Row, Schedule, Shot
from animc.runtime.depth import Flat, Gradient, open_depth
from animc.runtime.errors import RenderError
from animc.runtime.painters import open_painter
from animc.runtime.picture import Bytes, read_image
from animc.runtime.render import Progress, render
from animc.runtime.store import FrameStore
from animc.runtime.timings import Timings
from PIL import Image
from schedules import schedule, still_film
from torch import Tensor


class Brush:
    """A painter as cheap as one can be: it leaves a seeded stroke on the picture, more of it the less is kept."""

    fingerprint = "brush"
    device = torch.device("cpu")
    repaints = True

    def __init__(self, size: tuple[int, int] = (64, 64)) -> None:
        self.size = size
        self.painted: list[int] = []
        self.given: list[Tensor | None] = []

    def paint(self, image: Tensor | None, row: Row) -> Tensor:
        self.painted.append(row.frame)
        self.given.append(image)
        chance = torch.Generator().manual_seed(int(row["seed"]))
        stroke = torch.rand(3, self.size[1], self.size[0], generator=chance)
        return stroke if image is None else image * row["strength"] + stroke * (1 - float(row["strength"]))


MOVES = {"translation_z": 3.0, "rotation_y": 0.4}


def film(painter: Brush, plan: Schedule, store: FrameStore | None = None, **more: object) -> list[Bytes]:
    return list(render(plan, painter=painter, depth=Gradient(), store=store, **more))  # type: ignore[arg-type]


def same(one: list[Bytes], other: list[Bytes]) -> bool:
    return len(one) == len(other) and all((a == b).all() for a, b in zip(one, other, strict=True))


def test_frames_are_exact_and_repeatable() -> None:
    plan = schedule(9, **MOVES)
    first, second = film(Brush(), plan), film(Brush(), plan)
    assert len(first) == 9
    assert all(picture.shape == (64, 64, 3) and picture.dtype == np.uint8 for picture in first)
    assert same(first, second)


@pytest.mark.parametrize("stop", [1, 4, 8])
def test_an_interrupted_film_goes_on_as_if_it_had_not_been(tmp_path: Path, stop: int) -> None:
    plan = schedule(9, noise=0.1, **MOVES)
    whole = film(Brush(), plan)
    frames = render(plan, painter=Brush(), depth=Gradient(), store=FrameStore(tmp_path))
    begun = [next(frames) for _ in range(stop)]
    frames.close()
    resumed = Brush()
    assert same(film(resumed, plan, FrameStore(tmp_path)), whole)
    assert same(begun, whole[:stop])
    assert resumed.painted == list(range(stop, 9))


def test_a_broken_stored_frame_is_painted_again(tmp_path: Path) -> None:
    plan = schedule(6, **MOVES)
    whole = film(Brush(), plan, FrameStore(tmp_path))
    for path in sorted(tmp_path.rglob("*.png"))[:3]:
        path.write_bytes(path.read_bytes()[:100])
    again = Brush()
    assert same(film(again, plan, FrameStore(tmp_path)), whole)
    assert len(again.painted) == 3


def test_an_edit_paints_only_what_it_can_reach(tmp_path: Path) -> None:
    store = FrameStore(tmp_path)
    plan = schedule(12, **MOVES)
    film(Brush(), plan, store)
    strength = np.full(12, 0.65)
    strength[8:] = 0.5
    edited = Brush()
    changed = film(edited, schedule(12, strength=strength, **MOVES), store)
    assert edited.painted == [8, 9, 10, 11]
    assert same(changed, film(Brush(), schedule(12, strength=strength, **MOVES)))


def test_a_shot_begins_afresh_and_is_a_chain_of_its_own(tmp_path: Path) -> None:
    store = FrameStore(tmp_path)
    shots = (Shot(0, 5), Shot(5, 10))
    painter = Brush()
    film(painter, schedule(10, shots=shots, **MOVES), store)
    assert [n for n, image in zip(painter.painted, painter.given, strict=True) if image is None] == [0, 5]
    noise = np.zeros(10)
    noise[2] = 0.2
    edited = Brush()
    film(edited, schedule(10, shots=shots, noise=noise, **MOVES), store)
    assert edited.painted == [2, 3, 4]


@pytest.mark.parametrize("asked", [range(3), range(4, 7), range(7, 8), range(6, 10), range(9, 10), range(3, 3)])
@pytest.mark.parametrize("warm", [0, 2, 10])
def test_a_part_of_a_film_is_that_part(tmp_path: Path, asked: range, warm: int) -> None:
    strength = np.array([0.65, 0.65, 1, 0.65, 1, 1, 0.5, 0.5, 1, 0.4])
    plan = schedule(10, shots=(Shot(0, 4), Shot(4, 10)), strength=strength, **MOVES)
    whole = film(Brush(), plan)
    store = FrameStore(tmp_path)
    frames = render(plan, painter=Brush(), depth=Gradient(), store=store)
    for _ in range(warm):
        next(frames)
    painter = Brush()
    assert same(film(painter, plan, store, frames=asked), whole[asked.start : asked.stop])
    if warm == 10:
        assert painter.painted == []


def test_whatever_changes_a_picture_changes_its_key(tmp_path: Path) -> None:
    store = FrameStore(tmp_path)
    film(Brush(), schedule(3, **MOVES), store)
    for settings in ({"mode": "2d"}, {"border": "wrap"}, {"color_coherence": "none"}):
        painter = Brush()
        film(painter, schedule(3, settings=settings, **MOVES), store)
        assert painter.painted == [0, 1, 2]
    painter = Brush()
    list(render(schedule(3, **MOVES), painter=painter, depth=Flat(), store=store))
    assert painter.painted == [0, 1, 2]


def test_full_strength_moves_the_last_painting_and_does_not_wear_it() -> None:
    strength = np.array([0.5] + [1.0] * 8)
    painter = Brush()
    how: list[str] = []
    plan = schedule(9, strength=strength, settings={"mode": "2d"}, translation_x=1.0)
    frames = film(painter, plan, report=lambda progress: how.append(progress.how))
    assert painter.painted == [0]
    assert how == ["painted"] + ["moved"] * 8
    assert np.abs(frames[8][:, 8:].astype(int) - frames[0][:, :-8]).max() <= 1


def test_colours_are_held_to_the_shots_first_frame() -> None:
    class Burning(Brush):
        def paint(self, image: Tensor | None, row: Row) -> Tensor:
            self.given.append(image)
            return super().paint(None, row) * 0.4 if image is None else (image * 1.15).clamp(0, 1)

    def last(space: str) -> float:
        painter = Burning()
        film(painter, schedule(10, settings={"color_coherence": space}, translation_z=1.0))
        return float(painter.given[-1].mean())  # type: ignore[union-attr]

    assert last("none") > 0.4
    for space in ("lab", "rgb", "hsv"):
        assert last(space) == pytest.approx(0.2, abs=0.01)


class Bright(Brush):
    """Every painting is flat, each shot's first at its own level, and every later one brighter than what it got."""

    def paint(self, image: Tensor | None, row: Row) -> Tensor:
        self.given.append(image)
        self.painted.append(row.frame)
        return torch.full((3, 64, 64), 0.2 + 0.02 * row.frame) if image is None else (image * 1.2).clamp(0, 1)


def levels(tmp_path: Path, **settings: object) -> list[float]:
    """How bright the picture is that each frame of two shots is painted over."""
    strength = settings.pop("color_strength", 1.0)
    shots = (Shot(0, 5), Shot(5, 10))
    painter = Bright()
    film(painter, schedule(10, shots=shots, settings=settings, color_strength=strength), base=tmp_path)
    return [0.0 if image is None else round(float(image.mean()), 2) for image in painter.given]


def test_whose_colours_are_held_and_how_far(tmp_path: Path) -> None:
    Image.new("RGB", (64, 64), (128, 128, 128)).save(tmp_path / "grey.png")
    assert levels(tmp_path, color_reference="shot")[6:] == pytest.approx([0.3] * 4, abs=0.01)
    assert levels(tmp_path, color_reference="film")[7:] == pytest.approx([0.2] * 4, abs=0.01)
    assert levels(tmp_path, color_reference="grey.png")[1:5] == pytest.approx([0.5] * 4, abs=0.01)
    every = levels(tmp_path, color_reference="shot", color_every=2)
    assert every[1:5] == pytest.approx([0.2, 0.2, 0.24, 0.2], abs=0.02)
    half = levels(tmp_path, color_reference="shot", color_strength=0.5)
    assert half[2] == pytest.approx(0.22, abs=0.01)
    with pytest.raises(RenderError, match=r"missing\.png"):
        levels(tmp_path, color_reference="missing.png")


def test_the_films_first_colours_hold_however_a_part_is_asked_for(tmp_path: Path) -> None:
    plan = schedule(8, shots=(Shot(0, 4), Shot(4, 8)), settings={"color_reference": "film"}, **MOVES)
    whole = film(Brush(), plan)
    assert same(film(Brush(), plan, frames=range(5, 8)), whole[5:])
    assert same(film(Brush(), plan, FrameStore(tmp_path), frames=range(6, 8)), whole[6:])
    again = Brush()
    assert same(film(again, plan, FrameStore(tmp_path), frames=range(7, 8)), whole[7:])
    assert again.painted == []


def image_file(path: Path, size: tuple[int, int] = (80, 80)) -> Path:
    noise = np.random.default_rng(0).integers(0, 255, (size[1] // 8, size[0] // 8, 3), np.uint8)
    Image.fromarray(noise).resize(size, Image.Resampling.BICUBIC).save(path)
    return path


def test_a_still_drifts_without_wearing(tmp_path: Path) -> None:
    image_file(tmp_path / "still.png", (64, 64))
    plan = still_film(31, shots=(Shot(0, 31, "still.png"),), settings={"mode": "2d"}, translation_x=1.0)
    frames = list(render(plan, painter=open_painter(plan), depth=open_depth("none"), base=tmp_path))
    assert (frames[0] == read_image(tmp_path / "still.png", (64, 64))).all()
    assert np.abs(frames[30][:, 30:].astype(int) - frames[0][:, :-30]).max() <= 1
    assert abs(float(frames[30].mean()) - float(frames[29].mean())) < 2


def test_a_drift_of_parts_of_a_pixel_stays_sharp(tmp_path: Path) -> None:
    """30 frames of 0.3 px: sharpness at least 0.9 of one warp of the same total, grey to a tenth of a level."""
    image_file(tmp_path / "still.png", (256, 256))
    shots = (Shot(0, 31, "still.png"),)
    slow = np.array([0.0] + [0.3] * 30)
    at_once = np.array([0.0] * 30 + [9.0])
    ends = []
    for track in (slow, at_once):
        plan = still_film(31, (256, 256), shots=shots, settings={"mode": "2d"}, translation_x=track)
        *_, end = render(plan, painter=open_painter(plan), depth=open_depth("none"), base=tmp_path)
        ends.append(end.astype(float).mean(2))
    laplacian = [(4 * e[1:-1, 1:-1] - e[:-2, 1:-1] - e[2:, 1:-1] - e[1:-1, :-2] - e[1:-1, 2:]).var() for e in ends]
    assert laplacian[0] >= 0.99 * laplacian[1]
    assert abs(ends[0].mean() - ends[1].mean()) < 0.1


def test_a_film_without_an_image_shows_a_card() -> None:
    plan = still_film(3, translation_z=5)
    frames = list(render(plan, painter=open_painter(plan), depth=open_depth("gradient")))
    assert len(frames) == 3
    assert frames[0].std() > 10


def test_a_still_camera_leaves_a_still_alone(tmp_path: Path) -> None:
    image_file(tmp_path / "still.png")
    plan = still_film(3, shots=(Shot(0, 3, "still.png"),))
    frames = list(render(plan, painter=open_painter(plan), depth=open_depth("none"), base=tmp_path))
    assert (frames[0] == frames[2]).all()


def test_the_shots_image_is_painted_over(tmp_path: Path) -> None:
    image_file(tmp_path / "start.png")
    painter = Brush()
    film(painter, schedule(2, shots=(Shot(0, 2, "start.png"),)), base=tmp_path)
    assert painter.given[0] is not None


def test_another_image_under_the_same_name_is_another_film(tmp_path: Path) -> None:
    store = FrameStore(tmp_path / "frames")
    plan = schedule(2, shots=(Shot(0, 2, "start.png"),))
    image_file(tmp_path / "start.png")
    film(Brush(), plan, store, base=tmp_path)
    image_file(tmp_path / "start.png", (40, 48))
    painter = Brush()
    film(painter, plan, store, base=tmp_path)
    assert painter.painted == [0, 1]


@pytest.mark.parametrize("content", [None, b"", b"no image", b"\x89PNG\r\n\x1a\n broken"])
def test_a_bad_image_is_told(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "start.png").write_bytes(content)
    with pytest.raises(RenderError, match=r"start\.png"):
        film(Brush(), schedule(2, shots=(Shot(0, 2, "start.png"),)), base=tmp_path)


def test_images_of_every_kind_are_read(tmp_path: Path) -> None:
    colour = Image.new("RGBA", (50, 30), (255, 0, 0, 128))
    colour.save(tmp_path / "clear.png")
    assert read_image(tmp_path / "clear.png", (20, 20))[0, 0].tolist() == [128, 0, 0]
    Image.fromarray(np.full((30, 30), 40_000, np.uint16)).save(tmp_path / "deep.png")
    assert read_image(tmp_path / "deep.png", (8, 8))[0, 0].tolist() == [156] * 3
    turned = Image.new("RGB", (40, 20))
    turned.paste((255, 255, 255), (0, 0, 20, 20))
    exif = turned.getexif()
    exif[274] = 6
    turned.save(tmp_path / "turned.jpg", exif=exif)
    seen = read_image(tmp_path / "turned.jpg", (20, 40))
    assert seen[:15].mean() > 240 > 20 > seen[25:].mean()


def test_progress_and_timings() -> None:
    told: list[Progress] = []
    clock = Timings()
    film(Brush(), schedule(4, **MOVES), report=told.append, timings=clock, frames=range(1, 4))
    assert [(p.frame, p.done, p.total, p.how) for p in told] == [(n, n, 3, "painted") for n in (1, 2, 3)]
    assert clock.calls["paint"] == 4
    assert {"warp", "depth", "colour", "paint"} <= set(clock.seconds)


def test_running_out_of_memory_is_told() -> None:
    class Greedy(Brush):
        def paint(self, image: Tensor | None, row: Row) -> Tensor:
            raise torch.OutOfMemoryError("CUDA out of memory")

    with pytest.raises(RenderError, match="memory") as caught:
        film(Greedy(), schedule(1, (64, 64)))
    assert "size=32x32" in str(caught.value.repair)


def test_a_full_disk_does_not_stop_the_loop(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    store = FrameStore(tmp_path / "file")
    assert len(film(Brush(), schedule(4), store)) == 4
    assert store.trouble


def test_a_film_killed_again_and_again_is_the_same_film(tmp_path: Path) -> None:
    program = (
        "import sys, time; sys.path.insert(0, sys.argv[1]); from test_loop import *\n"
        "store = FrameStore(Path(sys.argv[2]))\n"
        "for picture in render(schedule(30, **MOVES), painter=Brush(), depth=Gradient(), store=store):\n"
        "    print('frame', flush=True); time.sleep(0.01)\n"
    )
    for frames in (3, 4, 2):
        args = [sys.executable, "-c", program, str(Path(__file__).parent), str(tmp_path)]
        with subprocess.Popen(args, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            for _ in range(frames):
                process.stdout.readline()
            process.kill()
    painter = Brush()
    assert same(film(painter, schedule(30, **MOVES), FrameStore(tmp_path)), film(Brush(), schedule(30, **MOVES)))
    assert len(painter.painted) < 30


class Hungry(Gradient):
    """A depth that finds no memory."""

    def depth(self, image: Tensor) -> Tensor:
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 8 GiB")


def test_running_out_of_memory_anywhere_says_what_to_lower() -> None:
    frames = render(schedule(3, **MOVES), painter=Brush(), depth=Hungry())
    assert next(frames).shape == (64, 64, 3)
    with pytest.raises(RenderError, match="takes more memory than there is") as caught:
        list(frames)
    assert "--set size=32x32" in str(caught.value.repair)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux holds a process to a limit of address space")
def test_a_machine_that_is_short_of_memory_in_truth(tmp_path: Path) -> None:
    image_file(tmp_path / "still.png", (64, 64))
    text = 'size = 8192x8192\nlength = 2f\nmodel = "none"\nimage "still.png"\ntranslation_z = 1\n'
    (tmp_path / "vast.anim").write_text(text)
    program = (
        "import resource, sys, torch\n"
        "from animc.runtime.cli.app import main\n"
        "import animc.runtime.render, animc.runtime.writer\n"
        "torch.set_num_threads(1)\n"
        "taken = int(open('/proc/self/statm').read().split()[0]) * resource.getpagesize()\n"
        "resource.setrlimit(resource.RLIMIT_AS, (taken + 1_200_000_000,) * 2)\n"
        "main(['render', 'vast.anim', '-o', 'vast/'])\n"
    )
    run = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert run.returncode == 1, run.stderr
    assert "error: painting 8192x8192 takes more memory than there is" in run.stderr
    assert "--set size=4096x4096" in run.stderr

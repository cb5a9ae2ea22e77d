"""What a film is written as: without loss, for editors, at a higher rate."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import torch
from animc.compiler.schedule import Shot
from animc.runtime.depth import Flat
from animc.runtime.errors import RenderError
from animc.runtime.formats import FORMATS_OF, format_of
from animc.runtime.ground import Camera, Ground
from animc.runtime.picture import Bytes, read_image
from animc.runtime.reader import open_footage
from animc.runtime.timings import Timings
from animc.runtime.tween.between import Blend
from animc.runtime.tween.camera import CameraTween, part_of
from animc.runtime.tween.rate import at_rate, frames_at
from animc.runtime.writer import open_writer
from schedules import schedule
from test_cli import animc, folder  # noqa: F401 (a fixture)

PARALLAX = Path(__file__).parent.parent / "examples" / "parallax.jpg"


def written(path: Path, frames: list[Bytes], quality: str, audio: Path | None = None) -> list[Bytes]:
    height, width = frames[0].shape[:2]
    with open_writer(path, (width, height), Fraction(10), audio=audio, quality=quality, script="0: 'a'") as writer:
        for frame in frames:
            writer.write(frame)
    return list(open_footage(path))


def noise(count: int, size: tuple[int, int]) -> list[Bytes]:
    chance = np.random.default_rng(5)
    return [chance.integers(0, 256, (size[1], size[0], 3), np.uint8) for _ in range(count)]


def test_an_archive_loses_nothing(folder: Path) -> None:  # noqa: F811
    frames = noise(5, (33, 21))
    held = written(folder / "a.mkv", frames, "archive", folder / "tone.wav")
    assert len(held) == 5
    assert all((one == other).all() for one, other in zip(frames, held, strict=True))
    footage = open_footage(folder / "a.mkv")
    assert (footage.sound, footage.fps) == (True, 10)
    assert "0: 'a'" in animc("recover", "a.mkv", cwd=folder).stdout


def test_prores_is_close_and_small_is_smaller_than_web(folder: Path) -> None:  # noqa: F811
    picture = read_image(PARALLAX, (128, 96))
    frames = [np.roll(picture, 2 * number, 1) for number in range(6)]
    close = written(folder / "a.mov", frames, "prores", folder / "tone.wav")
    assert np.abs(close[3].astype(int) - frames[3]).mean() < 3
    written(folder / "web.mp4", frames, "web")
    written(folder / "small.mp4", frames, "small")
    assert (folder / "small.mp4").stat().st_size < 0.8 * (folder / "web.mp4").stat().st_size


def test_a_quality_has_its_endings() -> None:
    for quality, known in FORMATS_OF.items():
        for ending in known:
            assert format_of(Path("a" + ending), quality).video
    with pytest.raises(RenderError, match="never in") as caught:
        format_of(Path("a.mp4"), "prores")
    assert ".mov" in str(caught.value.repair)
    with pytest.raises(RenderError, match="no kind of film"):
        format_of(Path("a.txt"), "archive")


@pytest.mark.parametrize("mode", ["2d", "3d"])
def test_the_known_camera_finds_the_frames_between(mode: str) -> None:
    size = (160, 120)
    moves = {"zoom": 1.2, "angle": 6.0} if mode == "2d" else {"translation_z": 20.0, "rotation_z": 4.0}
    plan = schedule(2, size, settings={"mode": mode}, **moves)
    camera = Camera(mode, "reflect", size, Flat(), torch.device("cpu"), Timings())
    picture = read_image(PARALLAX, size)

    def moved(share: float) -> Bytes:
        ground = Ground(camera, picture)
        ground.move(part_of(plan.row(1), share))
        return ground.picture()

    tween = CameraTween(plan, camera, Blend(), range(2))
    film = list(at_rate(tween.watch([picture, moved(1.0)]), 2, Fraction(15), Fraction(60), tween, cut=tween.cut))
    assert len(film) == frames_at(2, Fraction(15), Fraction(60)) == 8
    for number, share in ((1, 0.25), (2, 0.5), (3, 0.75)):
        error = _psnr(film[number], moved(share))
        plain = _psnr(Blend().between(picture, moved(1.0), [share])[0], moved(share))
        assert error > plain + 6, f"{error:.1f} dB, cross-fade {plain:.1f} dB"
        assert error > 26


def _psnr(one: Bytes, other: Bytes) -> float:
    inner = np.s_[20:-20, 20:-20]
    return float(10 * np.log10(255**2 / np.mean((one[inner].astype(float) - other[inner]) ** 2)))


def test_nothing_is_made_across_a_cut_and_a_loop_is_closed() -> None:
    plan = schedule(4, (64, 64), shots=(Shot(0, 2), Shot(2, 4)), settings={"loop": True})
    camera = Camera("3d", "reflect", (64, 64), Flat(), torch.device("cpu"), Timings())
    frames = [np.full((64, 64, 3), level, np.uint8) for level in (0, 40, 200, 240)]
    tween = CameraTween(plan, camera, Blend(), range(4))
    film = list(at_rate(tween.watch(frames, loop=True), 4, Fraction(10), Fraction(20), tween, cut=tween.cut))
    assert [int(frame[0, 0, 0]) for frame in film] == [0, 20, 40, 200, 200, 220, 240, 120]


@pytest.mark.parametrize(("rate", "count", "fps"), [("2x", 20, 20), ("25fps", 25, 25)])
def test_render_makes_frames_between(folder: Path, rate: str, count: int, fps: int) -> None:  # noqa: F811
    run = animc("render", "film.anim", "--audio", "tone.wav", "--interpolate", rate, cwd=folder)
    assert run.returncode == 0, run.stderr
    footage = open_footage(folder / "film.mp4")
    assert (footage.frames, footage.fps, footage.sound) == (count, fps, True)


def test_bad_wishes_are_told(folder: Path) -> None:  # noqa: F811
    assert animc("render", "film.anim", "--interpolate", "fast", cwd=folder).returncode == 2
    assert animc("render", "film.anim", "--interpolate", "2x", "--every", "2", cwd=folder).returncode == 2
    assert "only added" in animc("render", "film.anim", "--interpolate", "5fps", cwd=folder).stderr
    assert animc("render", "film.anim", "--passes", "dept", cwd=folder).returncode == 2
    assert "--quality web" in animc("render", "film.anim", "--quality", "prores", "-o", "a.mp4", cwd=folder).stderr


def test_an_encoder_that_is_missing_or_none_is_one_sentence(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    none = folder / "none"
    none.write_text("no program")
    for mode in (0o600, 0o700):
        none.chmod(mode)
        monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", str(none))
        with pytest.raises(RenderError, match=r"the encoder .*be run") as caught:
            written(folder / "a.mp4", noise(1, (32, 32)), "web")
        assert "pip install" in str(caught.value.repair)
    assert not list(folder.glob(".a.mp4*"))

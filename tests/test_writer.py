"""Films hold exactly the frames they were given, their sound to the sample, and the script they were made from."""

from __future__ import annotations

import os
import re
import resource
import signal
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest
import soundfile
from animc.runtime.errors import RenderError
from animc.runtime.picture import Bytes
from animc.runtime.recipe import read_script
from animc.runtime.writer import FilmWriter, _encoder_error, open_writer
from PIL import Image

FFMPEG = imageio_ffmpeg.get_ffmpeg_exe()
SCRIPT = "0: \"a forest; ∞ = # \\ 'ü' 森\"\n# a comment\n\ntranslation_z = [0: 2, 8 bars: 14]\n"
SIZE = (64, 48)


def frame(number: int, size: tuple[int, int] = SIZE) -> Bytes:
    picture = np.zeros((size[1], size[0], 3), np.uint8)
    picture[:, :, 0], picture[:, :, 1] = 40 + number * 4 % 200, np.linspace(0, 200, size[0])
    return picture


def tone(path: Path, seconds: float, rate: int = 44_100) -> Path:
    """A tone that is a second loud, a second silent."""
    t = np.arange(int(seconds * rate)) / rate
    soundfile.write(str(path), 0.3 * np.sin(2 * np.pi * 440 * t) * (t % 2 < 1), rate)
    return path


def write(path: Path, frames: int, fps: Fraction = Fraction(15), size: tuple[int, int] = SIZE, **more: object) -> Path:
    with open_writer(path, size, fps, **more) as writer:  # type: ignore[arg-type]
        for number in range(frames):
            writer.write(frame(number, size))
    return path


def pictures(path: Path) -> np.ndarray:
    """Every frame of a film, as it is decoded without dropping or doubling any."""
    args = [FFMPEG, "-loglevel", "error", "-i", path, "-map", "0:v", "-fps_mode", "passthrough", "-f", "rawvideo"]
    raw = subprocess.run([*args, "-pix_fmt", "rgb24", "-"], capture_output=True, check=True).stdout
    width, height = map(int, re.search(r"Video:.*?, (\d+)x(\d+)", about(path)).groups())
    return np.frombuffer(raw, np.uint8).reshape(-1, height, width, 3)


def samples(path: Path) -> np.ndarray:
    args = [FFMPEG, "-loglevel", "error", "-i", path, "-map", "0:a", "-f", "f32le", "-ac", "1", "-"]
    return np.frombuffer(subprocess.run(args, capture_output=True, check=True).stdout, np.float32)


def loud(path: Path) -> np.ndarray:
    """Whether the tone is heard, for every hundredth of a second."""
    heard = np.abs(samples(path))
    return heard[: len(heard) // 480 * 480].reshape(-1, 480).max(1) > 0.1


def about(path: Path) -> str:
    return subprocess.run([FFMPEG, "-hide_banner", "-i", path], capture_output=True, check=False).stderr.decode()


@pytest.mark.parametrize("ending", ["mp4", "mov", "m4v", "webm", "gif", "webp"])
def test_every_kind_holds_every_frame(tmp_path: Path, ending: str) -> None:
    film = write(tmp_path / f"film.{ending}", 37)
    if ending in ("gif", "webp"):
        with Image.open(film) as opened:
            assert opened.n_frames == 37
            assert opened.size == SIZE
    else:
        assert len(pictures(film)) == 37
    assert [path.name for path in tmp_path.iterdir()] == [film.name]


@pytest.mark.parametrize("fps", [Fraction(15), Fraction(24), Fraction(30000, 1001), Fraction(25, 2), Fraction(60)])
@pytest.mark.parametrize("seconds", [0.7, 5.0])
def test_sound_is_as_long_as_the_picture(tmp_path: Path, fps: Fraction, seconds: float) -> None:
    sound = tone(tmp_path / "tone.wav", seconds)
    film = write(tmp_path / "film.mp4", 40, fps, audio=sound)
    assert len(pictures(film)) == 40
    assert abs(len(samples(film)) - float(40 / fps) * 48_000) <= 1024
    duration = re.search(r"Duration: (\d+):(\d+):([\d.]+)", about(film))
    assert duration is not None
    assert float(duration[3]) == pytest.approx(float(40 / fps), abs=0.03)


@pytest.mark.parametrize("ending", ["mp4", "mov", "webm"])
def test_sound_stays_in_time(tmp_path: Path, ending: str) -> None:
    film = write(tmp_path / f"film.{ending}", 60, audio=tone(tmp_path / "tone.wav", 9))
    edges = np.flatnonzero(np.diff(loud(film).astype(int))) / 100
    assert edges[:3] == pytest.approx([1, 2, 3], abs=0.03)


def test_a_part_of_a_film_begins_with_its_own_sound(tmp_path: Path) -> None:
    film = write(tmp_path / "film.mp4", 30, audio=tone(tmp_path / "tone.wav", 9), start=22)
    heard = loud(film)
    assert not heard[10:50].any()
    assert heard[60:150].all()


def test_players_find_their_way(tmp_path: Path) -> None:
    film = write(tmp_path / "film.mp4", 5)
    told = about(film)
    assert "h264 (High)" in told
    assert "yuv420p(tv, bt709" in told
    assert "unknown" not in re.search(r"yuv420p\([^)]*\)", told)[0]
    data = film.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")


def test_colours_come_out_as_they_went_in(tmp_path: Path) -> None:
    flat = np.full((48, 64, 3), (200, 90, 40), np.uint8)
    with open_writer(tmp_path / "film.mp4", SIZE, Fraction(10)) as writer:
        for _ in range(10):
            writer.write(flat)
    assert np.abs(pictures(tmp_path / "film.mp4").astype(int) - flat).max() <= 4


@pytest.mark.parametrize("ending", ["mp4", "mov", "webm", "gif"])
def test_the_script_is_in_the_film(tmp_path: Path, ending: str) -> None:
    assert read_script(write(tmp_path / f"film.{ending}", 3, script=SCRIPT)) == SCRIPT


def test_a_long_script_is_in_the_film(tmp_path: Path) -> None:
    script = "".join(f'{n}: "forest {n}"\n' for n in range(20_000))
    assert read_script(write(tmp_path / "film.mp4", 2, script=script)) == script


def test_a_film_of_another_maker_holds_no_script(tmp_path: Path) -> None:
    other = tmp_path / "other.mp4"
    args = ["-f", "lavfi", "-i", "color=size=32x32:duration=1", "-metadata", "comment=holiday", other]
    subprocess.run([FFMPEG, "-loglevel", "error", *args], check=True)
    assert read_script(other) is None


def test_odd_sides_are_padded_and_told(tmp_path: Path) -> None:
    writer = open_writer(tmp_path / "film.mp4", (65, 47), Fraction(15))
    assert "66x48" in str(writer.note)
    write(tmp_path / "film.mp4", 3, size=(65, 47))
    assert pictures(tmp_path / "film.mp4").shape == (3, 48, 66, 3)
    assert open_writer(tmp_path / "film.webm", (65, 47), Fraction(15)).note is None


def test_a_folder_of_frames(tmp_path: Path) -> None:
    write(tmp_path / "frames", 4, folder=True, start=10, script=SCRIPT)
    names = sorted(path.name for path in (tmp_path / "frames").iterdir())
    assert names == ["00010.png", "00011.png", "00012.png", "00013.png"]
    with Image.open(tmp_path / "frames/00012.png") as opened:
        assert (np.asarray(opened) == frame(2)).all()
    assert read_script(tmp_path / "frames") == SCRIPT


def test_odd_names(tmp_path: Path) -> None:
    for name in ("-film.mp4", "a:b c'%d\"ü.mp4", "x.MP4"):
        assert len(pictures(write(tmp_path / name, 2, audio=tone(tmp_path / "to:ne %d.wav", 1)))) == 2


def test_no_frames_make_no_film(tmp_path: Path) -> None:
    write(tmp_path / "film.mp4", 0)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("stop", [KeyboardInterrupt, RuntimeError])
def test_what_was_painted_before_a_stop_is_a_film(tmp_path: Path, stop: type[BaseException]) -> None:
    def interrupted() -> None:
        with open_writer(tmp_path / "film.mp4", SIZE, Fraction(15), audio=tone(tmp_path / "t.wav", 9)) as writer:
            for number in range(100):
                if number == 23:
                    raise stop
                writer.write(frame(number))

    with pytest.raises(stop):
        interrupted()
    film = tmp_path / "film.mp4"
    assert len(pictures(film)) == 23
    assert abs(len(samples(film)) - 23 / 15 * 48_000) <= 1024


def test_ctrl_c_in_a_terminal_leaves_a_film(tmp_path: Path) -> None:
    program = (
        "import sys, time; sys.path.insert(0, sys.argv[1]); from test_writer import *\n"
        "with open_writer(Path(sys.argv[2]), SIZE, Fraction(15)) as writer:\n"
        "    for n in range(10_000):\n"
        "        writer.write(frame(n)); time.sleep(0.01)\n"
        "        if n == 20: print('on', flush=True)\n"
    )
    film = tmp_path / "film.mp4"
    with subprocess.Popen(
        [sys.executable, "-c", program, str(Path(__file__).parent), str(film)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a shell's background job ignores Ctrl-C
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        os.killpg(process.pid, signal.SIGINT)  # a terminal tells the whole group
        process.wait(60)
    assert len(pictures(film)) > 20
    assert [path.name for path in tmp_path.iterdir()] == ["film.mp4"]


def test_what_a_killed_render_left_is_swept_away(tmp_path: Path) -> None:
    (tmp_path / ".film.mp4.999999999.part").write_bytes(b"left")
    (tmp_path / f".film.mp4.{os.getppid()}.part").write_bytes(b"at work")
    (tmp_path / ".other.mp4.999999999.part").write_bytes(b"another's")
    write(tmp_path / "film.mp4", 2)
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {"film.mp4", f".film.mp4.{os.getppid()}.part", ".other.mp4.999999999.part"}


def test_an_unknown_ending_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RenderError, match="no kind of film") as caught:
        open_writer(tmp_path / "film.avi", SIZE, Fraction(15))
    assert ".mp4" in str(caught.value.repair)


def test_an_unwritable_place_is_told(tmp_path: Path) -> None:
    with pytest.raises(RenderError, match="cannot be written"):
        write(tmp_path / "missing" / "film.mp4", 1)
    (tmp_path / "file").write_text("")
    with pytest.raises(RenderError, match="cannot be made"):
        write(tmp_path / "file" / "frames", 1, folder=True)


def test_a_killed_encoder_is_told(tmp_path: Path) -> None:
    with (
        pytest.raises(RenderError, match=r"stopped from outside \(signal 9\)") as caught,
        FilmWriter(tmp_path / "f.mp4", SIZE, Fraction(15)) as film,
    ):
        for number in range(1000):
            film.write(frame(number))
            if number == 5:
                film._encoder.kill()
                film._encoder.wait()
    assert "kept" in str(caught.value.repair)
    assert list(tmp_path.iterdir()) == []


def test_a_broken_sound_is_told_and_the_picture_kept(tmp_path: Path) -> None:
    (tmp_path / "noise.wav").write_bytes(b"RIFF nothing")
    with pytest.raises(RenderError, match="sound"):
        write(tmp_path / "film.mp4", 5, audio=tmp_path / "noise.wav")
    assert len(pictures(tmp_path / "film.mp4")) == 5


def test_samples_that_are_no_numbers_are_silent(tmp_path: Path) -> None:
    rate, path = 48_000, tmp_path / "nan.wav"
    wave = np.tile(0.5 * np.sin(np.arange(rate * 2) * 0.05)[:, None], (1, 2)).astype(np.float32)
    wave[: rate // 2] = np.nan
    wave[rate : rate + 99, 1] = np.inf
    soundfile.write(path, wave, rate, subtype="FLOAT")
    film = write(tmp_path / "film.mp4", 30, audio=path)
    heard = loud(film)
    assert not heard[:45].any() and heard[55:95].all() and heard[110:190].all()


def test_a_file_that_may_not_grow_is_told(tmp_path: Path) -> None:
    noise = np.random.default_rng(0)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, before[1]))
    try:
        with (
            pytest.raises(RenderError, match="may not grow further") as caught,
            open_writer(tmp_path / "f.mp4", SIZE, Fraction(15)) as film,
        ):
            for _ in range(400):
                film.write(noise.integers(0, 255, (48, 64, 3), np.uint8))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert "ulimit -f" in str(caught.value.repair)
    assert "frames are kept" in str(caught.value.repair)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("room", "what"), [("disk", "the disk is full"), ("file", "may not grow further")])
def test_no_room_for_the_whole_film_is_told(tmp_path: Path, room: str, what: str) -> None:
    """The encoder still had room, and the copy with the sound has none."""
    said = {"disk": "av_interleaved_write_frame(): No space left on device", "file": ""}[room]
    fault = _encoder_error(tmp_path / "f.mp4", 1 if said else -signal.SIGXFSZ, said)
    assert what in fault.message
    assert "render again" in str(fault.repair)

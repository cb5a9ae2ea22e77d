"""Every file that a player plays is heard alike, and every broken one is told in one sentence with its repair."""

import json
import os
import subprocess
import sys
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest
import soundfile
from animc.runtime.errors import HearingError
from animc.runtime.hearing import decode as decoding
from animc.runtime.hearing import listen
from animc.runtime.hearing.decode import RATE, decode

SECONDS = 2.0


def clicks(rate=44_100):
    """A quiet tone with a loud click at 0.5, 1.0 and 1.5 s."""
    clock = np.arange(round(SECONDS * rate)) / rate
    sound = 0.01 * np.sin(2 * np.pi * 330 * clock)
    for time in (0.5, 1.0, 1.5):
        first = round(time * rate)
        size = round(0.02 * rate)
        sound[first : first + size] += 0.7 * np.sin(2 * np.pi * 1000 * clock[:size]) * np.exp(-clock[:size] / 0.005)
    return sound


def ffmpeg(*arguments):
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-y", "-v", "error", "-nostdin", *map(str, arguments)]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)


def assert_clicks(path, tolerance=0.002):
    wave = decode(path)
    assert wave.rate == RATE
    assert wave.samples.dtype == np.float32
    assert wave.duration == pytest.approx(SECONDS, abs=0.06)
    for time in (0.5, 1.0, 1.5):
        near = np.abs(wave.samples[round((time - 0.1) * RATE) : round((time + 0.1) * RATE)])
        rise = np.flatnonzero(near > 0.3 * near.max())[0] / RATE + time - 0.1
        assert rise == pytest.approx(time, abs=tolerance)


@pytest.fixture
def source(tmp_path):
    soundfile.write(tmp_path / "source.wav", clicks(), 44_100, subtype="FLOAT")
    return tmp_path / "source.wav"


@pytest.mark.parametrize("rate", [8_000, 22_050, 32_000, 44_100, 48_000, 96_000, 192_000])
def test_any_rate(rate, tmp_path):
    soundfile.write(tmp_path / "a.wav", clicks(rate), rate)
    assert_clicks(tmp_path / "a.wav")


@pytest.mark.parametrize("channels", [1, 2, 6])
def test_any_number_of_channels(channels, tmp_path):
    soundfile.write(tmp_path / "a.wav", np.repeat(clicks()[:, None], channels, axis=1), 44_100)
    assert_clicks(tmp_path / "a.wav")
    assert np.abs(decode(tmp_path / "a.wav").samples).max() > 0.4


def test_channels_of_opposite_phase_do_not_cancel(tmp_path):
    soundfile.write(tmp_path / "a.wav", np.stack([clicks(), -clicks()], axis=1), 44_100)
    assert_clicks(tmp_path / "a.wav")


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("a.flac", []),
        ("a.mp3", ["-b:a", "128k"]),
        ("vbr.mp3", ["-q:a", "4", "-ar", "48000"]),
        ("a.ogg", ["-c:a", "libvorbis"]),
        ("a.opus", ["-c:a", "libopus"]),
        ("a.m4a", ["-c:a", "aac"]),
        ("a.aiff", []),
        ("pcm24.wav", ["-c:a", "pcm_s24le"]),
        ("stereo.m4a", ["-c:a", "aac", "-ac", "2", "-ar", "48000"]),
    ],
)
def test_any_format(name, options, source, tmp_path):
    ffmpeg("-i", source, *options, tmp_path / name)
    assert_clicks(tmp_path / name, tolerance=0.004)


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv", "a.mov"])
def test_the_sound_of_a_video(name, source, tmp_path):
    ffmpeg("-f", "lavfi", "-i", f"color=red:size=64x64:rate=10:duration={SECONDS}", "-i", source, tmp_path / name)
    assert_clicks(tmp_path / name, tolerance=0.004)


def test_names_that_look_like_options_or_addresses_are_files(source, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("-version.m4a", "concat:x.m4a", "ünï çödé 海.m4a", "a%03d.m4a"):
        ffmpeg("-i", source, f"file:{name}")
        assert_clicks(decoding.Path(name), tolerance=0.004)


def test_a_truncated_mp3_or_wav_gives_what_it_still_holds(source, tmp_path):
    ffmpeg("-i", source, tmp_path / "whole.mp3")
    for whole, name in ((tmp_path / "whole.mp3", "part.mp3"), (source, "part.wav")):
        data = whole.read_bytes()
        (tmp_path / name).write_bytes(data[: len(data) // 2])
        assert 0.5 < decode(tmp_path / name).duration < 1.5


def test_some_samples_that_are_no_numbers_are_silence(tmp_path):
    sound = clicks()
    sound[1000:2000] = np.nan
    sound[3000] = np.inf
    soundfile.write(tmp_path / "a.wav", sound, 44_100, subtype="FLOAT")
    assert np.isfinite(decode(tmp_path / "a.wav").samples).all()
    assert_clicks(tmp_path / "a.wav")


def make_bad(folder):
    """Write broken files: name → what the message must say."""
    (folder / "empty.wav").write_bytes(b"")
    (folder / "text.wav").write_text("this is not a sound\n" * 40)
    (folder / "text.mp3").write_text("this is not a sound\n" * 40)
    (folder / "random.ogg").write_bytes(np.random.default_rng(0).bytes(5000))
    (folder / "list.m3u8").write_text("#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:9/a.ts\n")
    (folder / "folder.wav").mkdir()
    soundfile.write(folder / "none.wav", np.zeros(0), 44_100)
    soundfile.write(folder / "nan.wav", np.full(44_100, np.nan), 44_100, subtype="FLOAT")
    whole = folder / "whole.flac"
    soundfile.write(whole, clicks(), 44_100)
    (folder / "header.flac").write_bytes(whole.read_bytes()[:60])
    ffmpeg("-f", "lavfi", "-i", "color=red:size=64x64:rate=10:duration=1", folder / "mute.mp4")
    ffmpeg("-i", whole, folder / "whole.m4a")
    (folder / "cut.m4a").write_bytes((folder / "whole.m4a").read_bytes()[:3000])
    return {
        "empty.wav": "empty", "text.wav": "cannot be read", "text.mp3": "cannot be read",
        "random.ogg": "cannot be read",
        "list.m3u8": "cannot be read", "folder.wav": "folder", "none.wav": "no sound", "nan.wav": "not numbers",
        "header.flac": "", "mute.mp4": "no sound in it", "cut.m4a": "", "absent.wav": "no sound file",
    }  # fmt: skip


def test_bad_files_are_one_sentence_and_its_repair(tmp_path):
    for name, said in make_bad(tmp_path).items():
        with pytest.raises(HearingError) as caught:
            listen(tmp_path / name, cache=tmp_path / "cache")
        assert said in caught.value.message, (name, caught.value.message)
        assert caught.value.repair
        assert "\n" not in caught.value.message


def test_more_than_two_hours_are_refused_at_once(tmp_path, monkeypatch):
    soundfile.write(tmp_path / "long.flac", np.zeros(3 * 3600 * 100), 100)
    with pytest.raises(HearingError, match="longer than 2 hours"):
        decode(tmp_path / "long.flac")
    monkeypatch.setattr(decoding, "LONGEST", 1.0)
    soundfile.write(tmp_path / "a.wav", clicks(), 44_100)
    ffmpeg("-i", tmp_path / "a.wav", tmp_path / "a.m4a")
    with pytest.raises(HearingError, match="longer than"):
        decode(tmp_path / "a.m4a")


def breaking_off(source, folder):
    """Cut files in half: name → what is told of it."""
    whole = {"cut.mp3": [], "cut.flac": [], "moov.m4a": ["-movflags", "+faststart"], "cut.ogg": ["-c:a", "libvorbis"]}
    for name, options in whole.items():
        ffmpeg("-stream_loop", "4", "-i", source, *options, folder / name)
    ffmpeg("-stream_loop", "4", "-i", source, folder / "cut.wav")
    for name in (*whole, "cut.wav"):
        data = (folder / name).read_bytes()
        (folder / name).write_bytes(data[: len(data) // 2])
    return {name: "after" if name == "cut.ogg" else "of its 10.0 s are there" for name in (*whole, "cut.wav")}


def test_a_file_that_breaks_off_is_told_once_and_nothing_leaks(source, tmp_path):
    said = breaking_off(source, tmp_path)
    for name, told in said.items():
        for _ in range(2):  # the second time from the cache
            ran = run_listen(tmp_path, name)
            warning, *rest = ran.stderr.splitlines()
            assert ran.returncode == 0
            assert warning.startswith(f"warning: {name} breaks off")
            assert told in warning
            assert rest == ["  help: download or export it again; what is there was heard"]


def test_a_film_of_a_file_that_breaks_off_is_warned_too(source, tmp_path):
    breaking_off(source, tmp_path)
    (tmp_path / "a.anim").write_text('0: "a forest"\non beat: rotation_z += 3*decay(0.2s)\n')
    command = [str(Path(sys.executable).with_name("animc")), "plot", "a.anim", "--audio", "cut.mp3", "-o", "a.png"]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ran.returncode == 0
    assert (tmp_path / "a.png").exists()
    assert "warning: cut.mp3 breaks off" in ran.stderr
    assert "help: download or export it again" in ran.stderr


def test_whole_files_and_streams_are_not_said_to_break_off(source, tmp_path):
    for name, options in {
        "a.mp3": [], "vbr.mp3": ["-q:a", "4", "-write_xing", "0"], "a.flac": [], "a.ogg": ["-c:a", "libvorbis"],
        "a.opus": ["-c:a", "libopus"], "a.m4a": [], "a.mka": ["-c:a", "libvorbis"],
    }.items():  # fmt: skip
        ffmpeg("-i", source, *options, tmp_path / name)
        assert decode(tmp_path / name).promised == 0.0, name
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", source, "-f", "wav", "pipe:1"]
    (tmp_path / "piped.wav").write_bytes(subprocess.run(command, check=True, capture_output=True).stdout)
    assert decode(tmp_path / "piped.wav").promised == 0.0
    film = "color=red:size=64x64:rate=10:duration=6"
    ffmpeg("-f", "lavfi", "-i", film, "-i", source, tmp_path / "longer.mp4")
    assert decode(tmp_path / "longer.mp4").promised == 0.0


def run_listen(folder, *arguments):
    command = [Path(sys.executable).parent / "animc", "listen", *arguments]
    environment = {**os.environ, "ANIMC_CACHE": str(folder / "cache")}
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300, env=environment)


def test_words_that_are_no_text_and_lines_past_the_end_are_told(source, tmp_path):
    (tmp_path / "noise.txt").write_bytes(np.random.default_rng(4).bytes(3000).replace(b"\0", b""))
    ran = run_listen(tmp_path, source.name, "--lyrics", "noise.txt")
    assert (ran.returncode, ran.stdout) == (1, "")
    assert ran.stderr.startswith("error: noise.txt is not text")
    assert "help: give LRC" in ran.stderr
    (tmp_path / "other.lrc").write_text("[00:00.50]here\n[00:03.00]gone\n[00:04.00]gone too\n")
    ran = run_listen(tmp_path, source.name, "--lyrics", "other.lrc")
    assert ran.returncode == 0
    assert "2 lines of the words begin after the end of the sound, at 2.0 s; the first is “gone” at 3.0 s" in ran.stderr
    assert [row.split()[3:] for row in ran.stdout.splitlines()[-3:]] == [
        ["100%", "here"], ["0%", "gone"], ["0%", "gone", "too"],
    ]  # fmt: skip
    (tmp_path / "own.lrc").write_text("[00:00.50]here\n[00:01.90]there\n")
    assert run_listen(tmp_path, source.name, "--lyrics", "own.lrc").stderr == ""


def test_lines_that_end_before_they_begin_or_past_the_sound_are_mended(source, tmp_path):
    cues = "1\n00:00:01,500 --> 00:00:01,000\nback again\n\n2\n00:00:00,500 --> 00:00:01,000\nfirst\n"
    (tmp_path / "order.srt").write_text(cues)
    ran = run_listen(tmp_path, source.name, "--lyrics", "order.srt", "--json")
    assert ran.returncode == 0
    lines = json.loads(ran.stdout)["lines"]
    assert [(line["text"], line["start"], line["end"]) for line in lines] == [
        ("first", 0.5, 1.0), ("back again", 1.5, 2.0),
    ]  # fmt: skip
    assert all(line["start"] <= word["start"] <= word["end"] <= line["end"] for line in lines for word in line["words"])

"""Beats by other ways than animc's own ear: taps, files, trackers from outside; and words by a recogniser."""

import importlib.util
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from animc.compiler import CompileError, compile_film
from animc.compiler.inputs.beats import BeatsError, beats_of
from animc.runtime.errors import HearingError
from animc.runtime.hearing import listen
from animc.runtime.hearing.decode import decode
from animc.runtime.hearing.trackers import rhythm_beside, tapped, tracker, written
from animc.runtime.hearing.transcribe import _line as transcribed_line
from test_hearing import errors, f_measure, groove

FILM = 'length = 6s\n0: "x"\nbeats "song.beats"\n'


@pytest.mark.parametrize(
    ("text", "times", "downbeats"),
    [
        ("0.5\n1.0\n1.5\n", [0.5, 1.0, 1.5], []),
        ("0.5 1\n1.0 2\n1.5 3\n2.0 1\n", [0.5, 1.0, 1.5, 2.0], [0.5, 2.0]),  # madmom, Beat This!
        ("0.5,1.1\n1.0,1.2\n1.5,2.1\n2.0,2.2\n", [0.5, 1.0, 1.5, 2.0], [0.5, 1.5]),  # Sonic Visualiser's bars
        ("time\tlabel\n0.5\t120.1\n1.0\t121.3\n", [0.5, 1.0], []),  # a row of names, and tempi as labels
        ("# mine\n1.0\n\n0.5  # first\n0.5\n", [0.5, 1.0], []),
    ],
)
def test_a_beats_file_is_read(text, times, downbeats):
    found = beats_of(text)
    assert found.times.tolist() == times and found.downbeats.tolist() == downbeats


def test_a_beats_file_with_something_else_in_it_is_told_with_its_line():
    with pytest.raises(BeatsError, match="line 3: soon"):
        beats_of("0.5\n1.0\nsoon\n")
    for text in ("one\ntwo\n", "0.5\n-1\n", "0.5\nnan\n", "1.0\n", ""):
        with pytest.raises(CompileError) as caught:
            compile_film(FILM + "on beat: fov += 1", read=lambda _, text=text: text)
        assert [found.code for found in caught.value.diagnostics] == ["E0223"]


def test_a_script_takes_its_beats_from_the_file():
    rows = "".join(f"{0.3 + 0.4 * k:.2f}\n" for k in range(12))
    film = compile_film(FILM + "on beat: fov += 1\non bar: fov += 1", read=lambda _: rows)
    assert film.diagnostics == ()
    assert film.schedule.events["beat"][:3].tolist() == pytest.approx([0.3, 0.7, 1.1])
    assert film.schedule.events["downbeat"][:2].tolist() == pytest.approx([0.3, 1.9])
    three = compile_film("tempo = 96 meter 3\n" + FILM + "on bar: fov += 1", read=lambda _: rows).schedule
    assert three.events["downbeat"][:2].tolist() == pytest.approx([0.3, 1.5])
    told = compile_film(FILM + "on bar: fov += 1", read=lambda _: "0.3 4\n0.7 1\n1.1 2\n1.5 1\n").schedule
    assert told.events["downbeat"][:2].tolist() == pytest.approx([0.7, 1.5])


def test_a_beats_file_lies_in_the_scripts_folder():
    for path in ("../song.beats", "/etc/passwd"):
        with pytest.raises(CompileError) as caught:
            compile_film(f'beats "{path}"\n0: "x"\non beat: fov += 1', read=lambda _: "0.5\n1.0\n")
        assert [found.code for found in caught.value.diagnostics] == ["E0216"]


def test_taps_are_followed_and_moved_to_the_attacks(write, cache, tmp_path):
    sound, truth = groove(120)
    rng = np.random.default_rng(2)
    slow = truth["beat"][::2][:6] + rng.normal(0, 0.025, 6)  # half of what would be heard, and for a while only
    (tmp_path / "taps.txt").write_text("\n".join(f"{time:.3f}" for time in slow))
    rhythm = listen(write(sound), cache=cache, follow=tapped(tmp_path / "taps.txt")).rhythm
    assert rhythm.tempo == pytest.approx(60, rel=0.01)
    assert f_measure(truth["beat"][::2], rhythm.beats) >= 0.95
    assert errors(truth["beat"][::2], rhythm.beats)[:-1].mean() < 0.005


def test_beats_found_elsewhere_are_moved_to_the_attacks_and_keep_their_count(write):
    sound, truth = groove(120, meter=3)
    coarse = np.round(truth["beat"] / 0.02) * 0.02 + 0.01
    rhythm = rhythm_beside(decode(write(sound)), coarse, coarse[::3])
    assert rhythm.meter == 3 and rhythm.numbers[:5].tolist() == [1, 2, 3, 1, 2]
    assert errors(truth["beat"], rhythm.beats).mean() < 0.003


def test_the_beats_file_that_is_written_is_the_one_that_is_read(write, cache, tmp_path):
    sound, _ = groove(120)
    heard = listen(write(sound), cache=cache)
    (tmp_path / "song.beats").write_text(heard.beats_file())
    again = listen(write(sound), cache=cache, follow=written(tmp_path / "song.beats"))
    assert again.rhythm.beats == pytest.approx(heard.rhythm.beats, abs=1e-4)
    assert again.rhythm.bars.tolist() == heard.rhythm.bars.tolist()
    found = beats_of(heard.beats_file())
    assert found.downbeats == pytest.approx(heard.rhythm.downbeats, abs=1e-4)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda path: tapped(path / "none.txt"), "none.txt"),
        (lambda path: tapped(path / "words.txt"), "line 2: there"),
        (lambda path: tapped(path / "two.txt"), "too few"),
        (lambda path: written(path / "empty.txt"), "no beats"),
        (lambda path: tracker("madmom"), "there is no tracker 'madmom'"),
    ],
)
def test_other_ways_to_the_beats_say_what_is_missing(make, said, tmp_path):
    (tmp_path / "words.txt").write_text("hello\nthere\n")
    (tmp_path / "two.txt").write_text("0.5\n1\n")
    (tmp_path / "empty.txt").write_text("# none\n")
    with pytest.raises(HearingError, match=said) as caught:
        make(tmp_path)
    assert caught.value.repair


@pytest.mark.parametrize(("name", "extra"), [("beat_this", "beat-this"), ("faster_whisper", "transcribe")])
def test_an_extra_that_is_not_installed_is_named(name, extra, write, tmp_path):
    if importlib.util.find_spec(name):
        pytest.skip(f"{name} is installed here")
    write(groove(120, bars=2)[0])
    asked = ("--tracker", "beat-this") if extra == "beat-this" else ("--transcribe", "words.lrc")
    done = subprocess.run(
        [str(Path(sys.executable).with_name("animc")), "listen", "sound.wav", *asked],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1 and "is not installed" in done.stderr
    assert f'pip install "animc[{extra}]"' in done.stderr
    assert not (tmp_path / "words.lrc").exists()


def test_what_a_recogniser_says_becomes_timed_lines():
    word = SimpleNamespace(start=1.2, end=1.5, word=" home", probability=0.8)
    segment = SimpleNamespace(start=1.0, end=2.0, text=" walking home ", words=[word], avg_logprob=-0.5)
    line = transcribed_line(segment)
    assert (line.start, line.end, line.text) == (1.0, 2.0, "walking home")
    assert [(spoken.start, spoken.text) for spoken in line.words] == [(1.2, "home")]
    assert line.confidence == pytest.approx(0.607, abs=0.001)

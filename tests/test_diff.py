"""``animc diff``: what a change does to the film, by laws over random scripts and through the real command line."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from animc.compiler import compile_script
from animc.compiler.formatting.format import format_script
from animc.compiler.reports.difference import Difference, difference
from hypothesis import given, settings
from hypothesis import strategies as st

ANIMC = Path(sys.executable).parent / "animc"
FRAMES = 60
SIX = [f"{kind}_{axis}" for kind in ("translation", "rotation") for axis in "xyz"]


def diff(old: str, new: str) -> Difference:
    return difference(compile_script(old), compile_script(new))


numbers = st.floats(-9, 9).map(lambda x: round(x, 2))
values = st.one_of(
    numbers.map(lambda x: f"{x:g}"),
    st.tuples(numbers, st.integers(1, 9)).map(lambda p: f"{p[0]:g}*sine({p[1]}s)"),
    st.tuples(numbers, st.integers(1, 9)).map(lambda p: f"{p[0]:g} + noise({p[1]}f)"),
    st.lists(st.tuples(st.integers(0, FRAMES - 1), numbers), min_size=1, max_size=4, unique_by=lambda k: k[0]).map(
        lambda keys: "[" + ", ".join(f"{at}: {value:g}" for at, value in keys) + "]"
    ),
)
statements = st.one_of(
    st.tuples(st.sampled_from(SIX), values).map(lambda p: f"{p[0]}  += {p[1]}"),
    st.tuples(st.sampled_from(SIX), numbers).map(lambda p: f"on beat every 2 : {p[0]} += {p[1]:g}*decay(5f)"),
    st.integers(1, FRAMES - 1).map(lambda n: f"cut at {n}   # here"),
    st.integers(1, FRAMES - 1).map(lambda n: f'{n}:"frame {n}" fade 4f'),
    st.tuples(st.integers(0, 30), values).map(lambda p: f"section a{p[0]} from {p[0]} for 1s {{ fov = 60+{p[1]} }}"),
    st.sampled_from(
        ["apply handheld( )", "apply orbit(90)", "apply bump( n=2 )", 'style "${prompt}, ink"', "seed = 7"]
    ),
)
HEAD = f'use std.cameras\nuse std.beats\nfps=10\ntempo  = 120\nlength = {FRAMES}f\n0 : "a forest"\n'
scripts = st.lists(statements, max_size=6, unique_by=lambda line: line[:9]).map(lambda lines: HEAD + "\n".join(lines))


@settings(max_examples=60, deadline=None)
@given(scripts)
def test_a_film_is_the_same_as_itself_and_as_itself_formatted(script: str) -> None:
    assert not diff(script, script)
    formatted = format_script(script)
    assert formatted != script
    assert not diff(script, formatted)


@settings(max_examples=60, deadline=None)
@given(scripts, st.sampled_from(SIX), st.integers(0, FRAMES - 1), st.integers(1, 9))
def test_a_changed_number_is_told_with_its_frame(script: str, track: str, frame: int, change: int) -> None:
    def with_bump(amount: int) -> str:
        return f"{script}\non at {frame}: {track} += {amount}*pulse(1f)\n"

    found = diff(with_bump(20), with_bump(20 + change))
    assert list(found.tracks) == [track]
    assert [(span.first, span.last) for span in found.tracks[track]] == [(frame, frame)]
    assert found.tracks[track][0].most == pytest.approx(change, abs=1e-4)
    assert not (found.film or found.settings or found.cuts or found.prompt or found.negative)


@settings(max_examples=40, deadline=None)
@given(scripts, st.lists(st.integers(0, FRAMES - 1), min_size=2, max_size=5, unique=True), st.data())
def test_a_changed_key_is_told_with_its_frames(script: str, at: list[int], data: st.DataObject) -> None:
    at = sorted(at)
    which = data.draw(st.integers(1, len(at) - 1))

    def keys(change: int) -> str:
        listed = (f"{frame}: {10 + change * (n == which)} ease step" for n, frame in enumerate(at))
        return f"{script}\nzoom = [{', '.join(listed)}]\n"

    spans = diff(keys(0), keys(3)).tracks["zoom"]
    stop = at[which + 1] - 1 if which + 1 < len(at) else FRAMES - 1
    assert [(span.first, span.last, span.old, span.new) for span in spans] == [(at[which], stop, 10, 13)]


@settings(max_examples=40, deadline=None)
@given(scripts, st.integers(1, FRAMES - 1))
def test_a_changed_prompt_is_told_with_its_frame(script: str, frame: int) -> None:
    lines = [line for line in script.splitlines() if not line[:1].isdigit() or line.startswith("0 ")]
    bare = "\n".join(lines)
    found = diff(f'{bare}\n{frame}: "a fire"\n', f'{bare}\n{frame}: "a flood"\n')
    (span,) = found.prompt
    assert (span.first, span.last) == (frame, FRAMES - 1)
    assert "a fire" in str(span.old)
    assert "a flood" in str(span.new)
    assert not found.tracks


@settings(max_examples=30, deadline=None)
@given(scripts, scripts)
def test_it_tells_a_difference_exactly_where_a_frame_differs(one: str, other: str) -> None:
    old, new = compile_script(one), compile_script(other)
    found = difference(old, new)
    for name in SIX:
        differs = np.flatnonzero(old.tracks[name] != new.tracks[name])
        spans = found.tracks.get(name, ())
        inside = {frame for span in spans for frame in range(span.first, span.last + 1)}
        assert set(differs.tolist()) <= inside
        assert {frame for span in spans for frame in (span.first, span.last)} <= set(differs.tolist())
    assert bool(found) == bool(difference(new, old))


def test_another_frame_rate_is_compared_by_time() -> None:
    text = '0: "a"\nlength = 4s\ntranslation_x = 2*sine(2s)\n2s: "b"\n'
    found = diff("fps = 10\n" + text, "fps = 20\n" + text)
    assert found.film == {"fps": (10.0, 20.0), "frames": (40, 80)}
    assert not found.prompt
    assert all(span.most is not None and span.most < 0.7 for span in found.tracks["translation_x"])
    steady = text.replace("2*sine(2s)", "3")
    assert set(diff("fps = 10\n" + steady, "fps = 20\n" + steady).tracks) == {"seed"}


def test_a_long_film_is_compared_soon() -> None:
    text = "fps = 20\nlength = 500s\n" + "".join(f'{at}s: "prompt {at}" fade 1s\n' for at in range(0, 500, 5))
    old, new = compile_script(text), compile_script(text.replace("fade 1s", "fade 2s"))
    assert len(difference(old, new).prompt) >= 99


# through the command line


OLD = """\
fps = 10
length = 6s
0: "a forest"
2s: "a fire"
translation_z = [0: 0, 3s: 6]
on every(1s): rotation_z += 3*decay(3f)
"""


@pytest.fixture
def old(tmp_path: Path) -> Path:
    path = tmp_path / "old.anim"
    path.write_text(OLD, encoding="utf-8")
    return path


def run(*args: object, text: str | None = None) -> subprocess.CompletedProcess[str]:
    line = [str(ANIMC), "diff", *map(str, args)]
    return subprocess.run(line, capture_output=True, text=True, input=text, timeout=120, check=False)


def changed(old: Path, *replacements: tuple[str, str], more: str = "") -> Path:
    text = OLD
    for one, other in replacements:
        assert one in text
        text = text.replace(one, other)
    path = old.with_name("new.anim")
    path.write_text(text + more, encoding="utf-8")
    return path


def test_the_same_film_is_0_and_another_1(old: Path) -> None:
    same = run(old, old)
    assert (same.returncode, same.stdout, same.stderr) == (0, "the same film\n", "")
    other = run(old, changed(old, ("a fire", "a flood")))
    assert other.returncode == 1
    assert other.stdout == 'prompt: frames 20..59 (2.00..5.90 s): "a fire" -> "a flood"\n'
    quiet = run(old, changed(old, ("a fire", "a flood")), "--quiet")
    assert (quiet.returncode, quiet.stdout) == (1, "")


def test_everything_that_is_seen_is_told(old: Path) -> None:
    more = 'cut at 4s image "sea.png"\nimage "sun.png" at 5s strength 0.5\ncfg = 7\nsize = 320x256\nnegative = "rain"\n'
    new = changed(
        old, ("length = 6s", "length = 7s"), ("3*decay", "4*decay"), ("6]", "7]"), more=more + 'border = "wrap"\n'
    )
    lines = run(old, new).stdout.splitlines()
    for line in (
        "length: 60 frames (6.00 s) -> 70 frames (7.00 s)",
        "length: frames 60..69 (6.00..6.90 s) are new",
        "size: 256x256 -> 320x256",
        'border: "reflect" -> "wrap"',
        'cut: frame 40 (4.00 s) begins a new shot from "sea.png"',
        'image "sun.png" at frame 50 (5.00 s), strength 0.5: is new',
        'negative: frames 0..59 (0.00..5.90 s): "" -> "rain"',
        "translation_z: frames 1..59 (0.10..5.90 s): 0.2 -> 0.233333, at most 1 apart",
        "rotation_z: frames 10..12 (1.00..1.20 s): 3 -> 4, at most 1 apart",
        "cfg: frames 0..59 (0.00..5.90 s): the model's own -> 7",
    ):
        assert line in lines, line
    back = run(new, old).stdout.splitlines()
    assert "length: frames 60..69 (6.00..6.90 s) are gone" in back
    assert "cut: the one at frame 40 (4.00 s) is gone" in back


def test_json_tells_every_span(old: Path) -> None:
    told = json.loads(run(old, changed(old, ("3*decay", "4*decay")), "--json").stdout)
    assert told["same"] is False
    spans = told["tracks"]["rotation_z"]
    assert [(span["first"], span["last"]) for span in spans] == [(at, at + 2) for at in range(0, 60, 10)]
    assert json.loads(run(old, old, "--json").stdout)["same"] is True


def test_a_script_may_come_from_a_pipe(old: Path) -> None:
    assert run("-", old, text=OLD).returncode == 0
    assert run(old, "-", text=OLD.replace("fire", "flood")).returncode == 1
    assert run("-", "-", text=OLD).returncode == 2


def test_it_takes_what_check_takes(old: Path) -> None:
    new = changed(old, ("fps = 10", "fps = 12"), more="profile slow { fps = 5 }\n")
    assert run(old, new, "--set", "fps=8").returncode == 0
    assert run(old, new).returncode == 1
    missing = run(old, new, "--profile", "slow")
    assert missing.returncode == 2
    assert "slow" in missing.stderr


@pytest.mark.parametrize("broken", ["translation_zz = 3\n", '0 "a forest"\n', None])
def test_what_does_not_compile_or_exist_is_2(old: Path, broken: str | None) -> None:
    new = old.with_name("new.anim")
    if broken is not None:
        new.write_text(OLD + broken, encoding="utf-8")
    for pair in ((old, new), (new, old)):
        failed = run(*pair)
        assert failed.returncode == 2
        assert failed.stdout == ""
        assert "new.anim" in failed.stderr
        assert "Traceback" not in failed.stderr


def test_it_hears_what_both_films_hear(old: Path) -> None:
    sound = Path(__file__).parent.parent / "examples" / "canvas.flac"
    one, other = old.with_name("one.anim"), old.with_name("other.anim")
    one.write_text('0: "a"\non onset(20..120Hz): translation_z += 3*decay(5f)\n', encoding="utf-8")
    other.write_text('0: "a"\non onset(20..120Hz): translation_z += 4*decay(5f)\n', encoding="utf-8")
    told = run(one, other, "--audio", sound)
    assert told.returncode == 1, told.stderr
    assert "translation_z: frame" in told.stdout
    assert "-> 4" in told.stdout


def test_no_heavy_library_is_loaded_for_it() -> None:
    program = "import sys, animc.runtime.cli.diff, animc.compiler.reports.difference; print(sorted(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert not {"'torch'", "'librosa'", "'matplotlib'"} & set(loaded.strip("[]\n").split(", "))

"""Laws that hold for every script, value and curve, tried on many."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from animc.compiler import CompileError, compile_film, compile_script, render_plain
from animc.compiler.catalogue import CATALOGUE
from animc.compiler.evaluation.eases import EASES, bezier, eased
from animc.compiler.evaluation.keyframes import blended
from animc.compiler.lowering.blends import presence
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from listening import song

SCRIPTS = sorted((Path(__file__).parent / "scripts" / "ok").glob("*.anim"))
TEXTS = [path.read_text(encoding="utf-8") for path in SCRIPTS] + [
    example for entry in CATALOGUE.values() for example in (entry.wrong, entry.right) if 0 < len(example) < 2000
]
PIECES = [
    "0:", '"a forest"', "translation_z", "=", "+=", "on", "beat", "every", "2", "3s", "4 beats", "bar(3)", "@drop", "(",
    ")", "[", "]", "{", "}", ":", ",", ";", "\n", "sine", "decay", "0.5b", "let", "def", "x", "section", "from", "to",
    "for", "fade", "morph", "style", '"${prompt}"', "|>", "smooth", "20..120Hz", "onset", "per", "if", "else", "and",
    "-", "*", "/", "**", "%", "95%", "512x512", "ease", "in_cubic", "bezier", "marker", "drop", "profile", "block",
    "apply", "use", "audio", "cut", "at", "image", "where", "velocity", ">", "lead", "in", "offset", "tempo", "end",
    "max_f", "seed", "9e300", "0", "prompt", "pattern", '"x..x"', "word", "t", "#", '"""', "“", "：", "\\", "\t", "é",
    "rms", "range", "hold", "noise", "random", "index", "choose", "cycle", "every", "length", "fps", "size", "strength",
]  # fmt: skip
settings.register_profile("laws", deadline=None)
settings.load_profile("laws")
QUICK = settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])


def compiles_or_tells(text: str) -> None:
    """A script compiles, or is told in diagnostics that can be shown; nothing else may happen."""
    try:
        compiled = compile_film(text, hear=lambda needs: song(needs, duration=3.0))
    except CompileError as error:
        assert any(diagnostic.severity == "error" for diagnostic in error.diagnostics)
        for diagnostic in error.diagnostics:
            assert render_plain(diagnostic)
            json.dumps(diagnostic.to_json())
        return
    for diagnostic in compiled.diagnostics:
        assert diagnostic.severity == "warning"
        assert render_plain(diagnostic)
    for track in compiled.schedule.tracks.values():
        assert np.isfinite(track).all()


@QUICK
@given(st.text(max_size=200))
@example("\ud800")
def test_any_text_compiles_or_is_told(text: str) -> None:
    compiles_or_tells(text)


@QUICK
@given(st.lists(st.sampled_from(PIECES), max_size=40))
def test_any_words_of_the_language_compile_or_are_told(words: list[str]) -> None:
    compiles_or_tells(" ".join(words))


@QUICK
@given(st.data())
def test_a_mutated_script_compiles_or_is_told(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from(TEXTS))
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(text)))
        stop = min(len(text), start + data.draw(st.integers(0, 12)))
        put = data.draw(st.one_of(st.just(""), st.sampled_from(PIECES), st.text(max_size=3)))
        text = text[:start] + put + text[stop:]
    compiles_or_tells(text)


@given(st.lists(st.tuples(st.floats(-20, 80), st.floats(0, 60)), min_size=1, max_size=12), st.integers(1, 60))
def test_prompt_weights_sum_to_one(spans: list[tuple[float, float]], frames: int) -> None:
    spans = sorted(spans)
    begin = np.array([start for start, _ in spans])
    there = presence(begin, begin + np.array([length for _, length in spans]), frames)
    sums = np.bincount(there.frame, weights=there.weight, minlength=frames)
    assert np.allclose(sums, 1.0)
    assert (there.weight >= 0).all()


@pytest.mark.parametrize("name", EASES)
def test_every_ease_goes_from_nothing_to_one(name: str) -> None:
    ends = eased(np.array([0.0, 1.0]), name, ())
    assert np.allclose(ends, [0.0, 1.0], atol=1e-3 if name == "in_expo" else 1e-9)
    x = np.linspace(0, 1, 101)
    if name.startswith("in_out"):
        assert np.allclose(eased(x, name, ()) + eased(1 - x, name, ()), 1.0, atol=1e-9)


@given(*[st.floats(0, 1)] * 4)
def test_a_bezier_goes_through_its_own_points(x1: float, y1: float, x2: float, y2: float) -> None:
    s = np.linspace(0, 1, 21)
    x = 3 * (1 - s) ** 2 * s * x1 + 3 * (1 - s) * s**2 * x2 + s**3
    y = 3 * (1 - s) ** 2 * s * y1 + 3 * (1 - s) * s**2 * y2 + s**3
    steep = np.abs(np.gradient(y, s)) > 50 * np.abs(np.gradient(x, s))
    assert np.allclose(bezier(x, x1, y1, x2, y2)[~steep], y[~steep], atol=2e-3)


@given(*[st.floats(0, 1)] * 5)
def test_a_bezier_at_one_place_is_that_among_many(x: float, x1: float, y1: float, x2: float, y2: float) -> None:
    many = np.append(np.linspace(0, 1, 11), x)
    alone, among = bezier(np.array([x]), x1, y1, x2, y2)[0], bezier(many, x1, y1, x2, y2)[-1]
    assert alone == pytest.approx(among, abs=1e-5)
    low, high = 0.0, 1.0
    for _ in range(100):
        s = (low + high) / 2
        low, high = (s, high) if 3 * (1 - s) ** 2 * s * x1 + 3 * (1 - s) * s * s * x2 + s**3 < x else (low, s)
    if x1 + 0.1 < 1 and x2 > 0.1:  # elsewhere the curve may stand upright, and any height is right
        assert alone == pytest.approx(3 * (1 - low) ** 2 * low * y1 + 3 * (1 - low) * low**2 * y2 + low**3, abs=1e-6)


@given(
    st.lists(st.tuples(st.integers(0, 50), st.floats(-100, 100)), min_size=1, max_size=8, unique_by=lambda key: key[0]),
    st.sampled_from([*EASES, "step", "smooth"]),
)
def test_keys_are_met_exactly(keys: list[tuple[int, float]], ease: str) -> None:
    keys = sorted(keys)
    at = np.array([float(frame) for frame, _ in keys])
    found = blended(at, [value for _, value in keys], [(ease, ())] * len(keys), 51)
    assert np.allclose(found[at.astype(int)], [value for _, value in keys], atol=1e-9)


@given(st.floats(-5, 5), st.floats(-5, 5))
def test_tracks_are_linear_in_what_is_written(a: float, b: float) -> None:
    script = f'0: "a"\nlet wave = sine(2s)\ntranslation_x = {a:f}*wave + {b:f}\ntranslation_y = wave\n'
    tracks = compile_script(script).tracks
    assert np.allclose(tracks["translation_x"], float(f"{a:f}") * tracks["translation_y"] + float(f"{b:f}"), atol=1e-4)


@given(st.sampled_from(["decay(9f)", "env(3f, 6f)", "adsr(2f, 2f, 0.5, 5f)", "pulse(9f)"]), st.integers(0, 20))
def test_kernels_die_away(kernel: str, at: int) -> None:
    found = compile_script(f'0: "a"\nlength = 40f\non at {at}: translation_x += {kernel}').tracks["translation_x"]
    assert not found[:at].any()
    assert not found[at + 9 :].any()
    assert found.max() <= 1
    assert found.min() >= 0


def test_thousands_of_events_ring_as_one_by_one() -> None:
    script = '0: "a"\nlength = 20s\non every(7f): translation_x += (1 + index)*decay(30f)'
    found = compile_script(script).tracks["translation_x"]
    expected = np.zeros(300)
    floor = np.exp(-3)
    for index, start in enumerate(range(0, 300, 7)):
        x = np.arange(min(30, 300 - start)) / 30
        expected[start : start + 30] += (1 + index) * (np.exp(-3 * x) - floor) / (1 - floor)
    assert np.allclose(found, expected, rtol=1e-6, atol=1e-6)


def test_the_same_script_gives_the_same_bits_in_another_process() -> None:
    script = '0: "a"\nseed = 3\ntranslation_x = noise(1s) + random(3f)\non every(1s): fov += choose(1, 2, 3)*decay(5f)'
    code = (
        "import sys, hashlib; from animc.compiler import compile_script; s = compile_script(sys.argv[1]);"
        "print(hashlib.sha256(b''.join(s.tracks[n].tobytes() for n in sorted(s.tracks))).hexdigest())"
    )
    schedule = compile_script(script)
    own = hashlib.sha256(b"".join(schedule.tracks[name].tobytes() for name in sorted(schedule.tracks))).hexdigest()
    for salt in ("0", "1"):
        run = subprocess.run(
            [sys.executable, "-c", code, script],
            capture_output=True,
            text=True,
            check=True,
            env={"PYTHONHASHSEED": salt},
        )
        assert run.stdout.strip() == own


def test_the_compiler_is_light() -> None:
    code = (
        "import sys; import animc.compiler; animc.compiler.compile_script('0: \"a\"');"
        "heavy = {'torch', 'librosa', 'diffusers', 'imageio', 'rich', 'scipy', 'numexpr', 'matplotlib'};"
        "sys.exit(bool(heavy & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False, capture_output=True).returncode == 0

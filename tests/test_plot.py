"""A plot shows what a film does: drawn for real, and looked at by its pixels, its texts and its size."""

import xml.etree.ElementTree as ElementTree
from fractions import Fraction

import numpy as np
import pytest
from animc.compiler.schedule import Schedule, Section, Shot, blend_of
from animc.compiler.sounds import Events
from animc.runtime.errors import AnimcError
from animc.runtime.hearing import Heard
from animc.runtime.hearing.draw import draw
from animc.runtime.hearing.rhythm import Rhythm
from animc.runtime.lanes import _extremes, _stacked
from animc.runtime.page import clock, fit, width_of
from animc.runtime.plot import plot_schedule, weights_of, without_common
from PIL import Image

RATE = 8000


def film(frames=150, moving=3, texts=("a forest", "the sea"), fps=15, **others):
    time = np.arange(frames) / float(fps)
    names = [
        "translation_x", "translation_y", "translation_z", "rotation_x", "rotation_y", "rotation_z", "zoom", "angle",
        "fov", "strength", "noise", "contrast", "cfg", "antiblur_amount",
    ]  # fmt: skip
    tracks = {"seed": np.arange(frames) + 42, "near": np.full(frames, 200, np.float32)}
    for index, name in enumerate(names[:moving]):
        tracks[name] = np.sin(time * (1 + index)).astype(np.float32)
    share = np.linspace(0, len(texts) - 1, frames)
    rows = [[(int(s), 1 - s % 1), (min(int(s) + 1, len(texts) - 1), s % 1)] for s in share]
    made = {
        "fps": Fraction(fps), "frames": frames, "size": (512, 512), "tracks": tracks, "settings": {"model": "none"},
        "texts": (*texts, ""), "prompt": blend_of(rows), "negative": blend_of([[(len(texts), 1.0)]] * frames),
        "shots": (Shot(0, frames),), "events": {"beat": np.arange(0, frames / float(fps), 0.5)},
    }  # fmt: skip
    return Schedule(**(made | others))


def sound(seconds):
    return (0.3 * np.sin(np.arange(round(seconds * RATE)) * 0.3)).astype(np.float32), RATE


def height(path):
    with Image.open(path) as image:
        assert image.width == 2400
        assert np.asarray(image.convert("L")).std() > 5
        return image.height


def test_a_lane_for_every_track_that_moves(tmp_path):
    for moving in (0, 2, 14):
        plot_schedule(film(moving=moving), tmp_path / f"{moving}.png")
    few, some, many = (height(tmp_path / f"{count}.png") for count in (0, 2, 14))
    assert some - few == pytest.approx(2 * 0.51 * 150, abs=4)
    assert many - few == pytest.approx(14 * 0.51 * 150, abs=4)


def test_svg_is_well_formed_and_the_same_each_time(tmp_path):
    for name in ("a.svg", "b.svg"):
        plot_schedule(film(texts=("<&> a $x^2$ \x00 text", "two")), tmp_path / name, audio=sound(10), title="a & b")
    ElementTree.parse(tmp_path / "a.svg")  # noqa: S314 - our own file
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    "schedule",
    [
        film(frames=1, moving=2),
        film(frames=2, moving=2),
        film(frames=3600 * 4, moving=3),
        film(texts=("海边的日落，温暖的光线", "二人の旅人", "서울의 밤", "مرحبا", "🦊" * 30)),
        film(texts=tuple(f"prompt number {n} " + "with a long tail " * n for n in range(30))),
        film(texts=("x" * 5000, "y")),
        film(sections=(Section("a", 0, 100), Section("b" * 200, 50, 150), Section("", 0, 0))),
        film(shots=tuple(Shot(n, n + 1, "a.png") for n in range(150))),
        film(events={"kick": np.zeros(0), "a very long event name " * 5: np.linspace(0, 10, 5000)}),
        film(tracks={"cfg": np.full(150, 7.5), "own": np.linspace(-1e9, 1e9, 150)}),
        film(fps=Fraction(30000, 1001)),
    ],
    ids=["one", "two", "long", "scripts", "many", "huge", "sections", "shots", "events", "tracks", "ntsc"],
)
def test_any_film_is_drawn_without_a_word(schedule, tmp_path):
    plot_schedule(schedule, tmp_path / "film.png", audio=sound(3), title="film")
    assert height(tmp_path / "film.png") > 300


def test_only_pictures_that_can_be_drawn_and_written(tmp_path):
    with pytest.raises(AnimcError, match="jpg"):
        plot_schedule(film(), tmp_path / "film.jpg")
    with pytest.raises(AnimcError, match="cannot be written"):
        plot_schedule(film(), tmp_path / "nowhere" / "film.png")
    assert list(tmp_path.iterdir()) == []


def test_what_was_heard_is_drawn(tmp_path):
    import soundfile

    soundfile.write(tmp_path / "a.wav", sound(6)[0], RATE)
    beats = np.arange(0.0, 6.0, 0.5)
    rhythm = Rhythm(beats, np.ones(12, np.float32), np.arange(0, 12, 4), 4, 120.0, 0.8)
    heard = Heard("a.wav", 6.0, rhythm, {"kick": Events(beats[::2], np.ones(6, np.float32))})
    draw(tmp_path / "a.wav", heard, tmp_path / "heard.png")
    assert height(tmp_path / "heard.png") > 600
    none = Rhythm(np.zeros(0), np.zeros(0, np.float32), np.zeros(0, np.int64), 4, 0.0, 0.0)
    silent = Heard("a.wav", 6.0, none, {"kick": Events(np.zeros(0), np.zeros(0, np.float32))})
    draw(tmp_path / "a.wav", silent, tmp_path / "silent.png")


def test_text_is_broken_to_fit():
    for text in ("a misty pine forest, 35mm film", "海边的日落，温暖的光线，云彩", "x" * 300, "two  words"):
        for inches in (0.4, 1.0, 3.0):
            rows = fit(text, inches, 3, 8.5).splitlines()
            assert len(rows) <= 3
            assert all(width_of(row, 8.5) <= inches + 1e-6 for row in rows)
    assert fit("a forest", 5, 3, 8.5) == "a forest"
    assert fit("a forest", 0.01, 3, 8.5) == ""
    assert fit("one two three four five six seven", 0.6, 1, 8.5).endswith("…")


def test_what_all_prompts_share_is_told_once():
    texts = ["an empty motel, 35mm film, volumetric light", "neon sign, rain, 35mm film, volumetric light"]
    assert without_common(texts) == (["an empty motel", "neon sign, rain"], "… 35mm film, volumetric light")
    assert without_common(["one", "two"]) == (["one", "two"], "")
    assert without_common(["same", "same"]) == (["same", "same"], "")


def test_no_peak_is_lost_between_columns():
    values = np.zeros(30_000)
    values[12_345] = 7.0
    at, low, high = _extremes(values, 15.0)
    assert high.max() == 7.0
    assert at[high.argmax()] == pytest.approx(12_345 / 15, abs=1)
    assert low.min() == 0


def test_weights_are_those_of_the_schedule():
    blend = blend_of([[(0, 1.0)], [(0, 0.25), (2, 0.75)], [(2, 1.0)]])
    assert weights_of(blend, [0, 2], 3).tolist() == [[1, 0.25, 0], [0, 0.75, 1]]


def test_spans_that_overlap_stand_below_each_other():
    assert _stacked([(0, 5, "a"), (5, 9, "b"), (3, 7, "c"), (8, 9, "d")]) == [0, 0, 1, 1]


def test_time_is_told_as_on_a_clock():
    assert [clock(second) for second in (0, 59.999, 61.5, 3599)] == ["0:00", "1:00", "1:01.5", "59:59"]

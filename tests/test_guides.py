"""Images that paintings are drawn to: where, how far, and no frame else."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from animc.compiler import compile_film
from animc.compiler.schedule import Guide, Schedule, schedule_from_json
from animc.runtime.errors import RenderError
from animc.runtime.store import FrameStore
from PIL import Image
from schedules import schedule
from test_cadence import Glass
from test_loop import MOVES, Brush, film, same

RED = np.array([255, 0, 0])


def guided(tmp_path: Path, *guides: Guide, **tracks: object) -> Schedule:
    Image.new("RGB", (64, 64), (255, 0, 0)).save(tmp_path / "red.png")
    settings = {"color_coherence": "none"}
    return replace(schedule(30, fps=schedule(1).fps, settings=settings, **tracks), guides=guides)


def test_a_script_says_where_and_how_far() -> None:
    text = """\
fps = 10
tempo = 120
length = 4s
0: "a"
image "dawn.png" at 4b strength 0.4
section s from 3s to 4s { image "night.png" at 5f }
"""
    plan = compile_film(text, hear=lambda needs: None).schedule
    assert plan.guides == (Guide(20, "dawn.png", 0.4), Guide(35, "night.png", 0.5))
    assert schedule_from_json(plan.to_json()).guides == plan.guides
    assert plan.shots[0].image is None


def test_frames_near_it_take_on_the_image_and_others_do_not(tmp_path: Path) -> None:
    plan = guided(tmp_path, Guide(15, "red.png", 0.4))
    plain = film(Glass(), replace(plan, guides=()), base=tmp_path)
    drawn = film(Glass(), plan, base=tmp_path)
    assert same(drawn[:1], plain[:1])
    image = np.full((64, 64, 3), RED)
    for number, share in ((0, 0.0), (8, 0.2), (15, 0.4), (25, 0.4)):
        wanted = plain[number] * (1 - share) + image * share
        assert np.abs(drawn[number] - wanted).max() < 12, "at its frame it has its share, rising smoothly, and keeps it"


@pytest.mark.parametrize("strength", [0.4, 1.0])
@pytest.mark.parametrize("cadence", [3, 4])
def test_the_share_is_the_same_at_any_cadence(tmp_path: Path, cadence: int, strength: float) -> None:
    plan = guided(tmp_path, Guide(15, "red.png", strength), cadence=cadence)
    plain = film(Glass(), replace(plan, guides=()), base=tmp_path)
    drawn = film(Glass(), plan, base=tmp_path)
    wanted = plain[20] * (1 - strength) + (np.full((64, 64, 3), RED)) * strength
    assert np.abs(drawn[20] - wanted).max() < 12


def test_only_frames_from_the_image_on_are_painted_again(tmp_path: Path) -> None:
    plan = guided(tmp_path, Guide(25, "red.png", 0.4), **MOVES)
    store = FrameStore(tmp_path / "store")
    film(Brush(), replace(plan, guides=()), store, base=tmp_path)
    painter = Brush()
    whole = film(painter, plan, store, base=tmp_path)
    assert painter.painted == list(range(11, 30))
    Image.new("RGB", (64, 64), (0, 255, 0)).save(tmp_path / "red.png")
    other = Brush()
    assert not same(film(other, plan, store, base=tmp_path), whole)
    assert other.painted == list(range(11, 30)), "the file's content counts"


def test_a_missing_image_is_told_before_anything_is_painted(tmp_path: Path) -> None:
    painter = Brush()
    with pytest.raises(RenderError, match=r"no image .*gone\.png"):
        film(painter, guided(tmp_path, Guide(29, "gone.png", 0.4)), base=tmp_path)
    assert painter.painted == []

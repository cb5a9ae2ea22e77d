"""A film that loops: its last frame goes over into its first as one frame into the next."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from animc.compiler.schedule import Shot
from animc.runtime.chain import closing_of
from animc.runtime.store import FrameStore
from schedules import schedule
from test_cadence import Glass
from test_loop import MOVES, Brush, film, image_file, same


def apart(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.abs(one.astype(float) - other.astype(float)).mean())


@pytest.mark.parametrize("mode", ["3d", "2d"])
def test_the_seam_is_no_larger_than_any_step(tmp_path: Path, mode: str) -> None:
    image = image_file(tmp_path / "a.png", (96, 96))
    moves = {"translation_z": 4.0, "rotation_z": 1.0} if mode == "3d" else {"zoom": 1.01, "translation_x": 1.0}
    for loop in (False, True):
        settings = {"loop": loop, "mode": mode, "color_coherence": "none"}
        plan = schedule(40, (96, 96), settings=settings, shots=(Shot(0, 40, image.name),), strength=1.0, **moves)
        pictures = film(Glass((96, 96)), plan, base=tmp_path)
        steps = [apart(one, other) for one, other in pairwise(pictures)]
        seam = apart(pictures[-1], pictures[0])
        if loop:
            assert seam < 1.5 * max(steps[:20])
            assert max(steps) < 3 * np.median(steps[:20])
        else:
            assert seam > 2 * max(steps[:20]), "without a loop there is a seam"


@pytest.mark.parametrize("cadence", [1, 3])
def test_every_frame_comes_and_a_part_is_that_part(tmp_path: Path, cadence: int) -> None:
    shots = (Shot(0, 10), Shot(10, 34))
    plan = schedule(34, cadence=cadence, settings={"loop": True}, shots=shots, **MOVES)
    painter = Brush()
    whole = film(painter, plan)
    assert len(whole) == 34
    assert closing_of(plan, shots[0]) == range(10, 10)
    closing = closing_of(plan, shots[1])
    assert closing == range(22, 34)
    assert max(painter.painted) == closing.start - 1
    store = FrameStore(tmp_path)
    for asked in (range(30, 34), range(0, 34, 5), range(20, 26)):
        assert same(film(Brush(), plan, store, frames=asked), [whole[number] for number in asked])
    again = Brush()
    film(Brush(), plan, store)
    assert same(film(again, plan, store), whole)
    assert again.painted == []


def test_short_films_loop_too() -> None:
    for frames in (1, 2, 3):
        assert len(film(Brush(), schedule(frames, settings={"loop": True}, **MOVES))) == frames

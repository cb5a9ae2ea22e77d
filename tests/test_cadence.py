"""In-between frames: every frame comes, in order, exact at the painted ones, and the same however it is asked for."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from animc.compiler.schedule import Row, Shot
from animc.runtime import relief, warp
from animc.runtime.chain import painted_frames
from animc.runtime.store import FrameStore
from schedules import schedule
from test_loop import MOVES, Brush, film, image_file, same
from torch import Tensor


class Glass(Brush):
    """A painter that changes nothing: what comes out is all the camera's doing."""

    def paint(self, image: Tensor | None, row: Row) -> Tensor:
        return super().paint(None, row) if image is None else image


@pytest.mark.parametrize("cadence", range(1, 8))
@pytest.mark.parametrize("frames", [1, 2, 7, 8, 15, 16])
def test_every_frame_comes_whatever_the_cadence(cadence: int, frames: int) -> None:
    shots = (Shot(0, frames),) if frames < 4 else (Shot(0, frames // 3), Shot(frames // 3, frames))
    plan = schedule(frames, (32, 32), cadence=cadence, shots=shots, **MOVES)
    painter, seen = Brush((32, 32)), list[tuple[int, str]]()
    pictures = film(painter, plan, report=lambda progress: seen.append((progress.frame, progress.how)))
    assert len(pictures) == frames
    assert [number for number, _ in seen] == list(range(frames))
    painted = {number for number, how in seen if how == "painted"}
    for shot in shots:
        expected = {*range(shot.start, shot.stop, cadence), shot.stop - 1}
        assert painted & set(range(shot.start, shot.stop)) == expected
    assert painter.painted == sorted(painted)
    assert {how for number, how in seen if number not in painted} <= {"between"}


def test_a_cadence_can_move() -> None:
    cadence = np.array([1, 1, 4, 9, 9, 9, 2, 2, 2, 2])
    assert painted_frames(schedule(10, cadence=cadence), Shot(0, 10), 10, repaints=True) == [0, 1, 2, 6, 8, 9]


def test_a_frame_that_keeps_all_is_not_painted_and_the_next_one_is() -> None:
    strength = np.array([0.6] * 3 + [1.0] * 2 + [0.6] * 3 + [1.0] * 2)
    plan = schedule(10, cadence=3, strength=strength)
    assert painted_frames(plan, Shot(0, 10), 10, repaints=True) == [0, 5]
    how: list[str] = []
    film(Brush(), plan, report=lambda progress: how.append(progress.how))
    assert how == ["painted", "moved", "moved", "between", "between", "painted", *["moved"] * 4]


def test_blends_go_from_one_painting_to_the_next() -> None:
    plan = schedule(5, cadence=4, settings={"color_coherence": "none"})
    frames = [picture.astype(float) for picture in film(Brush(), plan)]
    for number in (1, 2, 3):
        share = number / 4
        assert np.abs(frames[number] - (frames[0] * (1 - share) + frames[4] * share)).max() <= 1


@pytest.mark.parametrize(
    "moves",
    [
        {"translation_x": 2.0},
        {"translation_z": 4.0, "rotation_z": 1.5},
        {"translation_z": -4.0, "rotation_y": 0.6},
        {"rotation_x": 0.8, "translation_x": -3.0},
    ],
)
def test_both_sides_meet_where_the_camera_stands(tmp_path: Path, moves: dict[str, float]) -> None:
    """With nothing painted, an in-between frame is the frame that the camera alone would show: 38 dB at least."""
    image_file(tmp_path / "start.png", (96, 96))
    still = {"size": (96, 96), "shots": (Shot(0, 7, "start.png"),), "settings": {"color_coherence": "none"}}
    between = film(Glass((96, 96)), schedule(7, cadence=6, **still, **moves), base=tmp_path)
    alone = film(Glass((96, 96)), schedule(7, strength=1.0, **still, **moves), base=tmp_path)
    assert (between[6] == alone[6]).all()
    for one, other in zip(between, alone, strict=True):
        off = ((one[12:-12, 12:-12].astype(float) - other[12:-12, 12:-12]) ** 2).mean()
        assert 10 * np.log10(255**2 / max(off, 1e-6)) > 38


def test_what_only_the_next_painting_shows_is_taken_from_it() -> None:
    """The camera pans: the edge that comes into view is the next painting's own, not the last one's mirrored edge."""

    class Split(Brush):
        def paint(self, image: Tensor | None, row: Row) -> Tensor:
            return torch.zeros(3, 64, 64) if image is None else torch.ones(3, 64, 64)

    plan = schedule(5, cadence=4, settings={"mode": "2d", "color_coherence": "none"}, translation_x=-8.0)
    first = film(Split(), plan)[1]
    assert first[:, :40].max() < 80
    assert first[:, -2:].min() > 200


def test_flow_draws_two_paintings_together() -> None:
    """What stands 8 px apart in two paintings is seen once, half way, and not twice and faint."""
    pytest.importorskip("cv2")

    def blob(middle: float) -> Tensor:
        x, y = torch.arange(96) + 0.5, (torch.arange(96) + 0.5)[:, None]
        return (0.2 + 0.8 * torch.exp(-((x - middle) ** 2 + (y - 48) ** 2) / 32)).expand(3, -1, -1)

    class Mover(Brush):
        def paint(self, image: Tensor | None, row: Row) -> Tensor:
            return blob(44.0 if image is None else 52.0)

    def half_way(flow: str) -> np.ndarray:
        settings = {"color_coherence": "none", "cadence_flow": flow}
        return film(Mover((96, 96)), schedule(3, (96, 96), cadence=2, settings=settings))[1]

    assert half_way("none")[48, 48].max() < 200
    found = half_way("dis")
    assert found[48, 48].max() > 225
    assert abs(int(found[48].mean(-1).argmax()) - 48) <= 1


@pytest.mark.parametrize("stop", [1, 4, 6, 11])
def test_a_stopped_film_goes_on_the_same(tmp_path: Path, stop: int) -> None:
    from animc.runtime.depth import Gradient
    from animc.runtime.render import render

    plan = schedule(14, cadence=3, noise=0.1, shots=(Shot(0, 5), Shot(5, 14)), **MOVES)
    whole = film(Brush(), plan)
    frames = render(plan, painter=Brush(), depth=Gradient(), store=FrameStore(tmp_path))
    begun = [next(frames) for _ in range(stop)]
    frames.close()
    assert same(begun, whole[:stop])
    resumed = Brush()
    assert same(film(resumed, plan, FrameStore(tmp_path)), whole)
    again = Brush()
    assert same(film(again, plan, FrameStore(tmp_path)), whole)
    assert again.painted == []


@pytest.mark.parametrize("asked", [range(1, 3), range(4, 5), range(0, 14, 4), range(7, 14, 3), range(13, 14)])
@pytest.mark.parametrize("warm", [False, True])
def test_a_part_is_that_part(tmp_path: Path, asked: range, warm: bool) -> None:
    plan = schedule(14, cadence=4, shots=(Shot(0, 6), Shot(6, 14)), **MOVES)
    whole = film(Brush(), plan)
    store = FrameStore(tmp_path)
    if warm:
        film(Brush(), plan, store)
    painter = Brush()
    assert same(film(painter, plan, store, frames=asked), [whole[number] for number in asked])
    assert not (warm and painter.painted)


def test_a_later_edit_keeps_the_paintings_before_it(tmp_path: Path) -> None:
    store = FrameStore(tmp_path)
    film(Brush(), schedule(13, cadence=3, **MOVES), store)
    strength = np.full(13, 0.65)
    strength[8:] = 0.5
    edited = Brush()
    film(edited, schedule(13, cadence=3, strength=strength, **MOVES), store)
    assert edited.painted == [9, 12]


@pytest.mark.parametrize("size", [(64, 64), (96, 40)])
def test_a_move_is_taken_back(size: tuple[int, int]) -> None:
    row = schedule(1, rotation_z=4.0, translation_z=6.0, translation_x=3.0).row(0)
    step = relief.depth_move(row, None, size)
    back, sure = warp.inverse(step)
    off = (warp.follow(step, back) - warp.still(size)).abs()[sure > 0]
    assert float(off.max()) < 2 / min(size)
    assert float(sure[4:-4, 4:-4].mean()) == 1.0

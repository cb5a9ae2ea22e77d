"""The motion is Deforum's, to half a pixel, and moving a picture does not wear it out."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from animc.compiler.schedule import Row
from animc.runtime import relief, warp
from schedules import schedule
from torch import Tensor

SIZES = [(512, 512), (768, 512)]


def row(**tracks: float) -> Row:
    return schedule(1, **tracks).row(0)


def dots(size: tuple[int, int], places: list[tuple[float, float]]) -> Tensor:
    """A black picture with soft dots at ``places``, in pixels from the middle."""
    width, height = size
    x = torch.arange(width) + 0.5 - width / 2
    y = (torch.arange(height) + 0.5 - height / 2)[:, None]
    spots = [torch.exp(-((x - a) ** 2 + (y - b) ** 2) / (2 * 3.0**2)) for a, b in places]
    return torch.stack(spots).sum(0).clamp(0, 1).expand(3, -1, -1)


def centre(picture: Tensor) -> tuple[float, float]:
    """Where the picture's light is, in pixels from the middle."""
    light = picture[0].double()
    height, width = light.shape
    x = torch.arange(width) + 0.5 - width / 2
    y = (torch.arange(height) + 0.5 - height / 2)[:, None]
    return float((light * x).sum() / light.sum()), float((light * y).sum() / light.sum())


def moved(size: tuple[int, int], mode: str, place: tuple[float, float], **tracks: float) -> tuple[float, float]:
    """By how many pixels a dot at ``place`` moves."""
    step = warp.flat_move(row(**tracks), size) if mode == "2d" else relief.depth_move(row(**tracks), None, size)
    x, y = centre(warp.sample(dots(size, [place]), step, "zeros"))
    return x - place[0], y - place[1]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    ("tracks", "expected"),
    [
        ({"translation_x": 10}, (-18.29, 0)),
        ({"translation_y": 10}, (0, 18.29)),
        ({"rotation_x": 2}, (0, 12.85)),
        ({"rotation_y": 2}, (-12.84, 0)),
    ],
)
def test_3d_moves_the_middle_as_deforum_does(
    size: tuple[int, int], tracks: dict[str, float], expected: tuple[float, float]
) -> None:
    assert moved(size, "3d", (0, 0), **tracks) == pytest.approx(expected, abs=0.5)


@pytest.mark.parametrize("size", SIZES)
def test_3d_forward_zooms_in(size: tuple[int, int]) -> None:
    # Deforum draws the sample to the middle by s·(1/(1 - tz/200) - 1) of its place, across by that over the aspect.
    pull = 1 / math.tan(math.radians(35)) * (1 / (1 - 10 / 200) - 1)
    for place in ((100, 0), (0, 100), (-80, -80)):
        across, down = pull * size[1] / size[0], pull
        grown = (place[0] / (1 - across) - place[0], place[1] / (1 - down) - place[1])
        assert moved(size, "3d", place, translation_z=10) == pytest.approx(grown, abs=0.5)
    assert moved(size, "3d", (100, 0), translation_z=-10)[0] < -3


@pytest.mark.parametrize("size", SIZES)
def test_3d_roll_is_counter_clockwise(size: tuple[int, int]) -> None:
    right, top = moved(size, "3d", (100, 0), rotation_z=2), moved(size, "3d", (0, -100), rotation_z=2)
    # Deforum's offset is s times the turn; x of its square world spans the picture's width.
    turn = 1 / math.tan(math.radians(35)) * math.sin(math.radians(2)) * 100
    assert right[1] == pytest.approx(-turn * size[1] / size[0], abs=0.5)
    assert top[0] == pytest.approx(-turn, abs=0.5)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    ("tracks", "place", "expected"),
    [
        ({"translation_x": 10}, (0, 0), (10, 0)),
        ({"translation_y": 10}, (0, 0), (0, 10)),
        ({"angle": 5}, (100, 0), (100 * math.cos(math.radians(5)) - 100, -100 * math.sin(math.radians(5)))),
        ({"zoom": 1.1}, (100, 50), (10, 5)),
        ({"zoom": 1.1, "translation_x": 10}, (0, 0), (11, 0)),
    ],
)
def test_2d_moves_as_deforum_does(
    size: tuple[int, int], tracks: dict[str, float], place: tuple[float, float], expected: tuple[float, float]
) -> None:
    assert moved(size, "2d", place, **tracks) == pytest.approx(expected, abs=0.5)


def test_2d_centre() -> None:
    size = (512, 512)
    corner = {"transform_center_x": 0.0, "transform_center_y": 0.0}
    assert moved(size, "2d", (0, 0), zoom=1.1, **corner) == pytest.approx((25.6, 25.6), abs=0.5)


def test_2d_agrees_with_opencv() -> None:
    cv2 = pytest.importorskip("cv2")
    size = (160, 120)
    place = [(20, -10), (-40, 30), (5, 5)]
    picture = dots(size, place)
    tracks = {"angle": 7, "zoom": 1.08, "translation_x": 4, "translation_y": -6}
    ours = warp.sample(picture, warp.flat_move(row(**tracks), size), "zeros")[0].numpy()
    # OpenCV counts from the first pixel's middle: its centre of the picture is (width - 1)/2.
    turn = np.vstack([cv2.getRotationMatrix2D(((160 - 1) / 2, (120 - 1) / 2), 7, 1.08), [0, 0, 1]])
    shift = np.array([[1, 0, 4], [0, 1, -6], [0, 0, 1]], float)
    theirs = cv2.warpPerspective(picture[0].numpy(), turn @ shift, size, flags=cv2.INTER_CUBIC)
    assert np.abs(ours - theirs).max() < 0.02


def test_nothing_moves_nothing() -> None:
    picture = torch.rand(3, 48, 64)
    for step in (relief.depth_move(row(), None, (64, 48)), warp.flat_move(row(), (64, 48))):
        assert torch.allclose(warp.sample(picture, step, "reflect"), picture, atol=1e-4)
    assert not warp.moves(row(), "3d")
    assert not warp.moves(row(), "2d")
    assert warp.moves(row(zoom=1.01), "2d")
    assert not warp.moves(row(zoom=1.01), "3d")


def sharpness(picture: Tensor) -> float:
    """Variance of the Laplacian."""
    kernel = torch.tensor([[0.0, 1, 0], [1, -4, 1], [0, 1, 0]])[None, None]
    inner = picture.mean(0)[None, None, 40:-40, 40:-40]
    return float(torch.nn.functional.conv2d(inner, kernel).var())


@pytest.mark.parametrize("mode", ["2d", "3d"])
def test_a_slow_drift_keeps_its_sharpness(mode: str) -> None:
    size, frames = (256, 256), 30
    picture = torch.rand(3, 256, 256, generator=torch.Generator().manual_seed(1))
    slow = {"translation_x": 0.3} if mode == "2d" else {"translation_x": 0.3 / 256 * 200 / 1.428148}
    whole = {name: value * frames for name, value in slow.items()}

    def step(tracks: dict[str, float]) -> Tensor:
        return warp.flat_move(row(**tracks), size) if mode == "2d" else relief.depth_move(row(**tracks), None, size)

    trail = None
    for _ in range(frames):
        trail = warp.follow(trail, step(slow))
    assert trail is not None
    drifted, once = warp.sample(picture, trail, "reflect"), warp.sample(picture, step(whole), "reflect")
    assert sharpness(drifted) >= 0.99 * sharpness(once)
    assert abs(float(drifted.mean() - once.mean())) * 255 < 0.1


def test_following_is_exact_for_straight_maps() -> None:
    size = (96, 64)
    turn = warp.flat_move(row(angle=3, zoom=0.97), size)
    trail = None
    for _ in range(10):
        trail = warp.follow(trail, turn)
    assert trail is not None
    once = warp.flat_move(row(angle=30, zoom=0.97**10), size)
    assert (trail - once).abs().max() < 1e-3


@pytest.mark.parametrize(
    ("border", "expected"), [("replicate", 0.75), ("reflect", 0.5), ("wrap", 0.25), ("zeros", 0.0)]
)
def test_borders(border: str, expected: float) -> None:
    ramp = (torch.arange(64) // 16 / 4).expand(3, 64, 64)
    seen = warp.sample(ramp, warp.flat_move(row(translation_x=-28), (64, 64)), border)
    assert float(seen[0, 32, -4]) == pytest.approx(expected, abs=0.02)


def test_an_unknown_depth_range_is_held_between_near_and_far() -> None:
    depth = torch.linspace(1, 2, 64).expand(64, 64)
    near = relief.depth_move(row(translation_x=10, near=400), depth, (64, 64))
    flat = relief.depth_move(row(translation_x=10), torch.full((64, 64), 2.0), (64, 64))
    assert torch.allclose(near, flat, atol=1e-5)


def test_a_near_thing_moves_more_and_its_outline_moves_with_it() -> None:
    size = (128, 128)
    picture, depth = torch.zeros(3, 128, 128), torch.full((128, 128), 2.0)
    picture[:, 48:80, 48:80], depth[48:80, 48:80] = 1.0, 1.0
    seen = warp.sample(picture, relief.depth_move(row(translation_x=10), depth, size), "reflect")
    left = -10 / 200 * 1.428148 * 64
    columns = torch.nonzero(seen[0, 64] > 0.5).flatten()
    assert float(columns[0]) == pytest.approx(48 + left, abs=1)
    assert float(columns[-1]) == pytest.approx(79 + left, abs=1)


def test_flying_past_everything_stays_finite() -> None:
    depth = 1 + torch.rand(64, 64)
    trail = None
    for tracks in (
        {"translation_z": 500},
        {"rotation_y": 179},
        {"translation_z": -5000},
        {"fov": 170, "rotation_x": 90},
    ):
        trail = warp.follow(trail, relief.depth_move(row(**tracks), depth, (64, 64)))
        assert torch.isfinite(warp.sample(torch.rand(3, 64, 64), trail, "reflect")).all()


@pytest.mark.parametrize("size", [(16, 16), (17, 31), (1000, 16)])
def test_odd_and_tiny_sizes(size: tuple[int, int]) -> None:
    picture, depth = torch.rand(3, size[1], size[0]), 1 + torch.rand(size[1], size[0])
    trail = warp.follow(warp.flat_move(row(angle=40), size), relief.depth_move(row(translation_z=30), depth, size))
    for border in ("replicate", "reflect", "wrap", "zeros"):
        assert warp.sample(picture, trail, border).shape == picture.shape


def test_shrinking_averages_rather_than_flickers() -> None:
    fine = (torch.arange(256) % 2).float().expand(3, 256, 256)
    seen = warp.sample(fine, warp.flat_move(row(zoom=0.25), (256, 256)), "reflect")
    assert float(seen.std()) < 0.05

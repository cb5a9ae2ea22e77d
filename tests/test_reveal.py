"""What a move lays bare is known as a mask, and painted from nothing; all else keeps the frame's strength."""

from __future__ import annotations

from pathlib import Path

import pytest
import tiny
import torch
from animc.runtime.depth import Flat
from animc.runtime.ground import Camera, Ground
from animc.runtime.painters import open_painter
from animc.runtime.painters.bare import levels_of, shares_of
from animc.runtime.painters.latent import LatentPainter
from animc.runtime.painters.samplers import SAMPLERS
from animc.runtime.picture import resize, to_bytes
from animc.runtime.render import render
from animc.runtime.timings import Timings
from schedules import schedule

SIZE = (96, 64)
CPU = torch.device("cpu")


class Post:
    """A near post, columns 40 to 55, before a wall that is three times as far."""

    fingerprint = "post"

    def depth(self, image: torch.Tensor) -> torch.Tensor:
        far = torch.full(image.shape[1:], 3.0)
        far[:, 40:56] = 1.0
        return far


def bare(depth: object, mode: str = "3d", border: str = "reflect", frames: int = 1, **tracks: float) -> torch.Tensor:
    plan = schedule(frames, SIZE, **tracks)
    camera = Camera(mode, border, SIZE, depth, CPU, Timings(), reveals=True)  # type: ignore[arg-type]
    ground = Ground(camera, to_bytes(torch.rand(3, SIZE[1], SIZE[0])))
    for frame in range(frames):
        ground.move(plan.row(frame))
    found = ground.bare()
    return torch.zeros(SIZE[1], SIZE[0]) if found is None else found


@pytest.mark.parametrize("frames", [1, 3])
def test_what_stood_behind_a_near_thing_is_bare(frames: int) -> None:
    """The camera goes to the right: the post goes left by 14 pixels and the wall by a third of that."""
    near = 2 * 200 / SIZE[1] * 0.7002075 * 14 / frames
    found = bare(Post(), translation_x=near, frames=frames)
    columns = found[10:-10].mean(0)
    assert columns[:25].max() == 0
    assert columns[26:42].max() == 0
    assert 7 <= columns[42:54].sum() <= 11
    assert columns[54:88].max() == 0
    assert columns[92:].min() == 1


def test_a_still_camera_and_a_wrapped_border_lay_nothing_bare() -> None:
    assert bare(Post()).sum() == 0
    assert bare(Flat(), translation_x=9.0, border="wrap").sum() == 0
    assert bare(Flat(), "2d", translation_x=7.0)[:, :7].min() == 1
    assert bare(Flat(), "2d", translation_x=7.0)[:, 7:].max() == 0


def test_shares_grow_with_what_is_bare_of_a_cell() -> None:
    seen = torch.zeros(64, 64)
    seen[:, :8] = 1
    seen[:, 8:12] = 1
    shares = shares_of(seen, 0.3, (8, 8))[0, 0]
    assert torch.equal(shares[:, 0], torch.ones(8))
    assert ((shares[:, 1] > 0.3) & (shares[:, 1] < 1)).all()
    assert torch.equal(shares[:, 2:], torch.full((8, 6), 0.3))


@pytest.fixture(scope="module")
def sd(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.save_sd(tmp_path_factory.mktemp("models") / "sd")


def brush(sd: Path, sampler: str = "auto") -> LatentPainter:
    opened = open_painter(schedule(1, (64, 64), settings={"model": str(sd), "sampler": sampler}), device="cpu")
    assert isinstance(opened, LatentPainter)
    return opened


def test_the_known_is_painted_at_the_levels_that_it_has_alone(sd: Path) -> None:
    curve = brush(sd).curve
    alone, both = curve.levels(0.35, 3), levels_of(curve, 6, 0.35, 1.0)
    assert both[-3:] == alone
    times = [level.t for level in both]
    assert times == sorted(times, reverse=True)
    assert times[0] == curve.length - 1
    assert levels_of(curve, 6, 0.35, 0.36) == alone


@torch.inference_mode()
def test_only_the_bare_is_painted_from_nothing(sd: Path) -> None:
    painter, row = brush(sd), schedule(1, steps=6, strength=0.8).row(0)
    image = resize(torch.rand(3, 6, 6, generator=torch.Generator().manual_seed(3)), (64, 64))
    other = image.clone()
    other[:, :, :32] = 1 - other[:, :, :32]
    half = torch.zeros(64, 64)
    half[:, :32] = 1
    plain = (painter.paint(image, row) - painter.paint(other, row))[:, :, :24].norm()
    anew = (painter.paint_bared(image, row, half) - painter.paint_bared(other, row, half))[:, :, :24].norm()
    assert anew < 0.3 * plain
    assert torch.equal(painter.paint_bared(image, row, torch.zeros(64, 64)), painter.paint(image, row))


@pytest.mark.parametrize("sampler", SAMPLERS)
@torch.inference_mode()
def test_with_every_sampler_the_known_keeps_its_strength(sd: Path, sampler: str) -> None:
    painter, row = brush(sd, sampler), schedule(1, steps=6, strength=0.9).row(0)
    image = resize(torch.rand(3, 6, 6, generator=torch.Generator().manual_seed(3)), (64, 64))
    corner = torch.zeros(64, 64)
    corner[:, :16] = 1
    trip = painter._decode(painter._encode(image))
    alone = (painter.paint(image, row) - trip)[:, :, 32:].norm()
    beside = (painter.paint_bared(image, row, corner) - trip)[:, :, 32:].norm()
    assert torch.isfinite(beside)
    assert beside < 1.6 * alone + 0.2


def test_a_film_paints_or_smears_as_it_is_told(sd: Path) -> None:
    def film(reveal: str, move: float) -> list[bytes]:
        plan = schedule(3, (64, 64), settings={"model": str(sd), "reveal": reveal}, steps=3, strength=0.8,
                        translation_x=move)  # fmt: skip
        painter = open_painter(plan, device="cpu")
        return [frame.tobytes() for frame in render(plan, painter=painter, depth=Flat())]

    assert film("paint", 0) == film("smear", 0)
    moved, smeared = film("paint", 60), film("smear", 60)
    assert moved[0] == smeared[0]
    assert moved[1] != smeared[1]
    assert film("paint", 60) == moved

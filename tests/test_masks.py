"""Masks: where they are 0 the moved picture stays as it is, to the bit; where they are 1 the painter has its way."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from animc.compiler import CompileError, compile_film
from animc.compiler.masks import parse_mask
from animc.runtime.depth import Gradient
from animc.runtime.errors import RenderError
from animc.runtime.masks import masks_of
from animc.runtime.store import FrameStore
from animc.runtime.writer import open_writer
from PIL import Image
from schedules import schedule
from test_loop import MOVES, Brush, film, same


@pytest.fixture
def masks(tmp_path: Path) -> Path:
    """Left half white; a disc as alpha; a film whose right half comes white after two frames."""
    left = np.zeros((64, 64), np.uint8)
    left[:, :32] = 255
    Image.fromarray(left).save(tmp_path / "left.png")
    y, x = np.mgrid[:64, :64]
    disc = np.zeros((64, 64, 4), np.uint8)
    disc[..., 3] = np.where((x - 32) ** 2 + (y - 32) ** 2 < 400, 255, 0)
    Image.fromarray(disc, "RGBA").save(tmp_path / "my disc.png")
    with open_writer(tmp_path / "moving.mp4", (64, 64), schedule(1).fps) as writer:
        for number in range(4):
            frame = np.zeros((64, 64, 3), np.uint8)
            frame[:, 32:] = 255 if number >= 2 else 0
            writer.write(frame)
    Image.new("L", (64, 32), 255).save(tmp_path / "flat.png")
    return tmp_path


def mask(text: str, base: Path, frame: int = 0, feather: float = 0.0) -> np.ndarray:
    plan = schedule(8, settings={"mask": text})
    found = masks_of(plan, Gradient(), base)
    assert found
    grey = torch.linspace(0, 1, 64).expand(3, 64, 64)
    return found.at(frame, grey, feather).numpy()


def test_each_kind_of_mask(masks: Path) -> None:
    assert mask("left.png", masks)[:, :32].min() == 1
    assert mask("left.png", masks)[:, 32:].max() == 0
    assert mask("alpha 'my disc.png'", masks)[32, 32] == 1
    assert mask("alpha 'my disc.png'", masks)[2, 2] == 0
    assert mask("moving.mp4", masks, frame=1).max() < 0.1
    assert mask("moving.mp4", masks, frame=3)[:, 40:].min() > 0.9
    assert mask("moving.mp4", masks, frame=7)[:, 40:].min() > 0.9, "the last frame holds"
    far = mask("depth 0.5..1", masks)
    assert far[0].min() == 1, "the gradient's head is far"
    assert far[-1].max() == 0
    bright = mask("luma 0.5..1", masks)
    assert bright[0, 60] == 1
    assert bright[0, 4] == 0


def test_masks_join(masks: Path) -> None:
    left, bright = mask("left.png", masks), mask("luma 0.5..1", masks)
    assert (mask("not left.png", masks) == 1 - left).all()
    assert (mask("left.png or luma 0.5..1", masks) == np.maximum(left, bright)).all()
    assert (mask("left.png and not luma 0.5..1", masks) == np.minimum(left, 1 - bright)).all()
    both = mask("not (left.png or alpha 'my disc.png') and luma 0..1", masks)
    assert both[2, 60] == 1
    assert both[32, 40] == both[32, 4] == 0
    soft = mask("left.png", masks, feather=4.0)
    assert 0.3 < soft[32, 32] < 0.7
    assert (np.diff(soft[32]) <= 1e-6).all()


def test_what_the_mask_spares_is_the_moved_picture(masks: Path) -> None:
    settings = {"mask": "left.png", "color_coherence": "none"}
    painted = film(Brush(), schedule(2, settings=settings, **MOVES), base=masks)
    moved = film(Brush(), schedule(2, settings={**settings, "mask": "not luma 0..1"}, **MOVES), base=masks)
    assert (painted[1][:, 32:] == moved[1][:, 32:]).all()
    assert (painted[1][:, :32] != moved[1][:, :32]).mean() > 0.5


def test_a_masked_film_goes_on_the_same_and_a_new_mask_paints_anew(masks: Path) -> None:
    plan = schedule(6, settings={"mask": "moving.mp4"}, **MOVES)
    whole = film(Brush(), plan, base=masks)
    store = FrameStore(masks / "store")
    assert same(film(Brush(), plan, store, base=masks, frames=range(4)), whole[:4])
    resumed = Brush()
    assert same(film(resumed, plan, store, base=masks), whole)
    assert resumed.painted == [4, 5]
    Image.new("L", (64, 64), 9).save(masks / "left.png")
    other = schedule(6, settings={"mask": "left.png"}, **MOVES)
    film(Brush(), other, store, base=masks)
    Image.new("L", (64, 64), 200).save(masks / "left.png")
    again = Brush()
    film(again, other, store, base=masks)
    assert again.painted == list(range(6)), "the file's content counts, not its name"


@pytest.mark.parametrize(
    ("text", "said"),
    [("missing.png", "there is no mask"), ("flat.png", "64x32"), ("broken.png", "cannot be read"), ("gone.mp4", "no")],
)
def test_a_mask_that_cannot_be_had_is_one_sentence(masks: Path, text: str, said: str) -> None:
    (masks / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n broken")
    with pytest.raises(RenderError, match=said) as caught:
        mask(text, masks)
    assert caught.value.repair


@pytest.mark.parametrize("text", ["", "and", "a.png b.png", "depth", "depth 0.5", "luma 0.9..0.1", "(a.png", "not",
                                  "a.png or", "alpha", "'open", "(" * 200])  # fmt: skip
def test_a_mask_that_means_nothing_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        parse_mask(text)
    if text:
        with pytest.raises(CompileError, match="mask"):
            compile_film(f'0: "a"\nmask = "{text}"\n', hear=lambda needs: None)


def test_a_redone_painting_is_painted_over_more_than_once() -> None:
    painter = Brush()
    once = film(Brush(), schedule(3, **MOVES))
    pictures = film(painter, schedule(3, redo=2, **MOVES))
    assert painter.painted == [0, 1, 1, 1, 2, 2, 2]
    assert (pictures[0] == once[0]).all()
    assert (pictures[1] != once[1]).any()

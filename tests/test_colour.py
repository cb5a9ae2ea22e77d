"""Colours come back to those of a shot's first frame, in float, without banding or drift."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from animc.runtime.colour import SPACES, match, palette_of, tone_of, toned
from animc.runtime.grain import Grain, Grains, clouds, grain
from animc.runtime.picture import resize, to_bytes, to_tensor
from animc.runtime.retouch import contrast, retouch, sharpen
from schedules import schedule
from torch import Tensor


def picture(seed: int = 0) -> Tensor:
    """A soft picture with all kinds of colours."""
    coarse = torch.rand(3, 9, 9, generator=torch.Generator().manual_seed(seed))
    return resize(coarse, (96, 80))


@pytest.mark.parametrize("space", list(SPACES))
def test_there_and_back(space: str) -> None:
    there, back = SPACES[space]
    assert float((back(there(picture())) - picture()).abs().max()) * 255 < 0.4
    assert float(there(picture()).min()) >= 0
    assert float(there(picture()).max()) <= 1


def test_lab_is_cie_lab() -> None:
    cv2 = pytest.importorskip("cv2")
    ours = SPACES["lab"][0](picture()).permute(1, 2, 0).numpy()
    theirs = cv2.cvtColor(picture().permute(1, 2, 0).numpy(), cv2.COLOR_RGB2LAB)
    assert np.abs(ours[..., 0] * 100 - theirs[..., 0]).max() < 0.3  # OpenCV reads tables too
    assert np.abs((ours[..., 1:] - 0.5) * 256 - theirs[..., 1:]).max() < 0.5


def test_a_tone_is_taken_over_and_no_more_than_is_allowed() -> None:
    there = SPACES["lab"][0]
    near, pale, like = 0.1 + 0.8 * picture(), 0.45 + 0.1 * picture(1), picture(2)
    spread, wanted = (there(image).std((1, 2)) for image in (toned(near, tone_of(like), 1.5), like))
    assert torch.allclose(spread, wanted, atol=0.01)
    assert torch.allclose(there(toned(near, tone_of(like), 1.5)).mean((1, 2)), there(like).mean((1, 2)), atol=0.01)
    assert torch.allclose(there(toned(pale, tone_of(like), 1.5)).std((1, 2)), 1.5 * there(pale).std((1, 2)), rtol=0.05)
    assert torch.allclose(toned(like, tone_of(like), 1.5), like, atol=0.01)


@pytest.mark.parametrize("space", list(SPACES))
def test_its_own_palette_changes_nothing(space: str) -> None:
    image = to_tensor(to_bytes(picture()))
    assert float((match(image, palette_of(image, space)) - image).abs().mean()) * 255 < 0.2


@pytest.mark.parametrize("space", ["lab", "rgb"])
def test_a_shift_is_taken_back(space: str) -> None:
    image = picture() * 0.6 + 0.2
    shifted = (image * torch.tensor([0.8, 1.0, 1.1])[:, None, None] + 0.05).clamp(0, 1)
    back = match(shifted, palette_of(image, space))
    off = float((shifted - image).abs().mean())
    assert float((back - image).abs().mean()) < off * (0.3 if space == "lab" else 0.03)


@pytest.mark.parametrize("space", list(SPACES))
def test_matching_again_and_again_does_not_drift(space: str) -> None:
    image = to_tensor(to_bytes(picture()))
    palette, last = palette_of(image, space), image
    for _ in range(100):
        last = to_tensor(to_bytes(match(last, palette)))
    assert (last.mean((1, 2)) - image.mean((1, 2))).abs().max() * 255 < 0.5


@pytest.mark.parametrize("space", list(SPACES))
def test_flat_pictures(space: str) -> None:
    grey, black = torch.full((3, 32, 32), 0.5), torch.zeros(3, 32, 32)
    assert (match(black, palette_of(grey, space)) - grey).abs().max() < 0.01
    assert torch.isfinite(match(grey, palette_of(black, space))).all()


def test_retouch_does_nothing_by_default() -> None:
    assert retouch(picture(), schedule(1).row(0)) is not None
    assert torch.equal(retouch(picture(), schedule(1).row(0)), picture())


def test_contrast_is_about_mid_grey() -> None:
    image = torch.tensor([0.25, 0.5, 0.7])[:, None, None].expand(3, 4, 4)
    assert contrast(image, 2.0)[:, 0, 0].tolist() == pytest.approx([0.0, 0.5, 0.9])


def test_grain_is_deforums() -> None:
    grey = torch.full((3, 256, 256), 0.5)
    noisy = grain(grey, 0.1, 7)
    assert float((noisy - grey).std()) == pytest.approx(0.05, rel=0.02)
    assert torch.equal(noisy, grain(grey, 0.1, 7))
    assert not torch.equal(noisy, grain(grey, 0.1, 8))


def test_sharpening_sharpens_from_its_threshold_on() -> None:
    image = picture() * 0.5 + 0.25
    edges = (sharpen(image, 1.0, 1.0, 0.0) - image).abs()
    assert edges.max() > 0.01
    assert torch.equal(sharpen(image, 1.0, 1.0, 1.0), image)
    assert torch.equal(sharpen(image, 0.0, 1.0, 0.0), image)
    assert sharpen(torch.rand(3, 16, 16), 1.0, 20.0, 0.0).shape == (3, 16, 16)


def test_bytes_are_rounded_not_cut() -> None:
    assert to_bytes(torch.full((3, 1, 1), 99.6 / 255)).flatten().tolist() == [100] * 3
    assert to_bytes(torch.tensor([-1.0, 0.5, 2.0])[:, None, None]).flatten().tolist() == [0, 128, 255]


def test_perlin_has_the_grain_swell_in_soft_clouds() -> None:
    """As Deforum's: what gaussian grain would be, times (noise + 1) / 2 of noise that lies about -1..1."""
    grey, kind = torch.full((3, 128, 192), 0.5), Grain("perlin", 3, 0.5)
    noisy, even = grain(grey, 0.1, 7, kind) - 0.5, grain(grey, 0.1, 7) - 0.5
    assert torch.equal(noisy, grain(grey, 0.1, 7, kind) - 0.5)
    share = (noisy / even)[even.abs() > 1e-3]
    assert float(share.mean()) == pytest.approx(0.5, abs=0.06)
    assert float(share.std()) == pytest.approx(0.17, abs=0.04)
    assert float(share.min()) > -0.2 and float(share.max()) < 1.2
    assert abs(float(noisy.mean())) < 1e-3, "nothing is brightened or darkened"
    chance = torch.Generator().manual_seed(1)
    one, many = clouds((128, 192), Grain("perlin", 1), chance), clouds((128, 192), Grain("perlin", 6), chance)
    steps = [float((field[1:] - field[:-1]).abs().mean()) for field in (one, many)]
    assert steps[0] < 0.07  # gaussian grain would step by 1.13
    assert steps[0] < steps[1] < 0.2
    assert all(0.2 < float(field.std()) < 0.45 for field in (one, many))
    assert clouds((16, 90), Grain("perlin", 8, 1.0), chance).shape == (16, 90)


def test_grain_drawn_ahead_is_the_same() -> None:
    film = schedule(3, noise=0.1)
    ahead, late = Grains(Grain("perlin"), (48, 32)), Grains(Grain("perlin"), (48, 32))
    grey = torch.full((3, 32, 48), 0.5)
    for number in range(3):
        if number != 1:  # a frame that nobody foresaw does no harm
            ahead.foresee(film.row(number))
        assert torch.equal(ahead.over(grey, film.row(number)), late.over(grey, film.row(number)))
    assert not torch.equal(late.over(grey, film.row(0)), late.over(grey, film.row(1)))
    assert late.over(grey, schedule(1).row(0)) is grey

"""A sketch that follows a film's picture, and an autoencoder that can be gone through for ever."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("diffusers")

from animc.runtime.colour import tone_of, toned  # noqa: E402
from animc.runtime.painters import endless  # noqa: E402
from animc.runtime.painters.follow import TONED, followed, shown_of  # noqa: E402
from animc.runtime.painters.steady import SteadyAutoencoder  # noqa: E402
from animc.runtime.warp import still  # noqa: E402

BUILT_IN = Path(__file__).parents[1] / "runtime" / "weights" / "storybook"


def world(seed: int, height: int = 192, width: int = 256) -> np.ndarray:
    """A picture of discs and bars, H×W×3 in 0..1."""
    rng = np.random.default_rng(seed)
    picture = np.full((height, width, 3), rng.uniform(0.3, 0.7, 3))
    for _ in range(24):
        x, y = (int(value) for value in rng.uniform(0, 1, 2) * (width, height))
        colour, size = rng.random(3).tolist(), int(rng.uniform(6, 30))
        if rng.random() < 0.5:
            cv2.circle(picture, (x, y), size, colour, -1, cv2.LINE_AA)
        else:
            cv2.rectangle(picture, (x, y), (x + size, y + 2 * size), colour, -1)
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), 0.8), np.float32)


def tensor(picture: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(picture.astype(np.float32)).permute(2, 0, 1).contiguous()


def closeness(one: torch.Tensor, other: torch.Tensor) -> float:
    """PSNR, dB, of the middle: what a move brings in at the rim is not to be known."""
    inner = np.s_[:, 24:-24, 32:-32]
    return float(-10 * torch.log10((one[inner] - other[inner]).square().mean()))


@pytest.mark.parametrize(
    ("size", "degrees", "aside"), [(1.0, 0, 0), (1.02, 0, 0), (1.1, 2, 6), (1.3, 4, 12), (1.0, 0, 25)]
)
@pytest.mark.parametrize("seed", [1, 2])
def test_a_sketch_is_found_where_the_camera_has_taken_it(size: float, degrees: float, aside: float, seed: int) -> None:
    drawn = world(seed)
    height, width = drawn.shape[:2]
    move = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), degrees, size)
    move[0, 2] += aside
    seen = cv2.warpAffine(drawn, move, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT)
    grainy = seen + np.random.default_rng(0).normal(0, 0.04, seen.shape)
    found = followed(tensor(grainy).clamp(0, 1), shown_of(tensor(drawn)))
    # a magnified picture is soft, and the sketch is sharpened again: what differs is outlines, not places
    assert closeness(found, toned(tensor(seen), tone_of(tensor(drawn)), TONED)) > 30
    if (size, degrees, aside) != (1.0, 0, 0):
        assert closeness(found, tensor(seen)) > closeness(tensor(drawn), tensor(seen)) + 6


@pytest.mark.parametrize("size", [1.2, 1.3])
def test_a_magnified_sketch_stays_crisp(size: float) -> None:
    drawn = world(8, 256, 256)
    seen = cv2.warpAffine(drawn, cv2.getRotationMatrix2D((127.5, 127.5), 0, size), (256, 256), flags=cv2.INTER_CUBIC)
    found = followed(tensor(seen), shown_of(tensor(drawn))).permute(1, 2, 0).numpy()
    soft, crisp, whole = (cv2.Laplacian(one.mean(-1), cv2.CV_32F).var() for one in (seen, found, drawn))
    assert soft < 0.7 * whole < 0.85 * whole < crisp < 1.2 * whole


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_camera_that_goes_in_for_ever_is_never_thrown_back(seed: int) -> None:
    drawn = tensor(world(seed, 256, 256))
    nearer = cv2.getRotationMatrix2D((127.5, 127.5), 0, 1.03)
    picture, crisp, kept = drawn, [], []
    for _ in range(50):  # 1.03^50 is more than two octaves
        moved = tensor(cv2.warpAffine(picture.permute(1, 2, 0).numpy(), nearer, (256, 256), flags=cv2.INTER_CUBIC))
        found = followed(moved.clamp(0, 1), shown_of(drawn))
        kept.append(closeness(found, moved))
        picture = torch.lerp(moved, found, 0.5)
        crisp.append(cv2.Laplacian(picture.mean(0).numpy(), cv2.CV_32F).var())
    whole = cv2.Laplacian(drawn.mean(0).numpy(), cv2.CV_32F).var()
    assert min(kept) > 18, "but for the little that the inner one brings in, all stays where the camera has it"
    assert 0.5 * whole < min(crisp) < max(crisp) < 1.3 * whole


@pytest.mark.parametrize("seed", [1, 2])
def test_a_camera_that_rolls_for_ever_is_never_thrown_back(seed: int) -> None:
    drawn = tensor(world(seed, 256, 256))
    roll = cv2.getRotationMatrix2D((127.5, 127.5), 1.5, 1.01)
    picture, kept = drawn, []
    for _ in range(60):  # 90 degrees, nearly an octave
        moved = cv2.warpAffine(
            picture.permute(1, 2, 0).numpy(), roll, (256, 256), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT
        )
        found = followed(tensor(moved).clamp(0, 1), shown_of(drawn))
        assert not torch.equal(found, drawn), "it is not lost"
        kept.append(closeness(found[:, 64:-64, 64:-64], tensor(moved)[:, 64:-64, 64:-64]))
        picture = torch.lerp(tensor(moved), found, 0.5)
    assert min(kept) > 16 and np.mean(kept) > 25


@pytest.mark.parametrize("near", [1.0, 1.25, 1.5, 1.75, 1.9])
def test_a_sketch_without_end_is_the_same_an_octave_farther_in(near: float) -> None:
    drawn, here = tensor(world(4)), still((256, 192), torch.device("cpu"))
    seen = endless.endless(drawn, here / near, near)
    for octaves in (1, -1, 5):
        more = endless.OCTAVE**octaves
        assert torch.allclose(endless.endless(drawn, here / near / more, near * more), seen, atol=1e-4)


@pytest.mark.parametrize("size", [(256, 256), (97, 161), (64, 160)])
def test_two_sketches_are_joined_without_a_seam(size: tuple[int, int]) -> None:
    outer, inner = (torch.rand(3, *size, generator=torch.Generator().manual_seed(seed)) for seed in (0, 1))
    for share, whole in ((0.0, outer), (1.0, inner)):
        assert torch.allclose(endless._joined(outer, inner, torch.full(size, share)), whole, atol=1e-5)
    dark, light, box = torch.full((3, *size), 0.2), torch.full((3, *size), 0.8), torch.zeros(size)
    box[:, size[1] // 4 : -size[1] // 4] = 1
    made = endless._joined(dark, light, box)
    assert made.diff(dim=-1).abs().max() < 0.1 < 0.6 * box.diff(dim=-1).abs().max()
    assert made[..., size[1] // 2].mean() > made[..., 0].mean() + 0.2


def test_an_octave_ends_as_it_begins() -> None:
    drawn, here = tensor(world(4)), still((256, 192), torch.device("cpu"))
    assert torch.allclose(endless.endless(drawn, here, 1.0), drawn, atol=1e-4)
    last = endless.endless(drawn, here / 1.9999, 1.9999)
    assert closeness(last, drawn) > 40 and (last - drawn).abs().max() < 0.1


def test_a_sketch_of_another_world_stays() -> None:
    drawn = tensor(world(3))
    assert torch.equal(followed(tensor(world(4)), shown_of(drawn)), drawn)
    assert torch.equal(followed(torch.full_like(drawn, 0.5), shown_of(drawn)), drawn)


def test_following_is_the_same_every_time() -> None:
    picture, drawn = tensor(np.roll(world(5), 7, 1)), tensor(world(5))
    assert torch.equal(followed(picture, shown_of(drawn)), followed(picture, shown_of(drawn)))


def test_what_is_decoded_encodes_to_the_same_latents() -> None:
    coder = SteadyAutoencoder.from_pretrained(BUILT_IN / "vae").float()
    picture = tensor(world(6))[None] * 2 - 1
    with torch.inference_mode():
        latents = coder.encode(picture).latents
        again = coder.encode(coder.decode(latents).sample).latents
        plain = coder.decoder(latents)
        assert (again - latents).abs().max() < 1e-5
        mended = coder.decode(latents, return_dict=False)[0]
    assert (mended - picture).square().mean() < (plain - picture).square().mean()


def test_it_may_be_loaded_where_no_gradients_are_kept() -> None:
    with torch.inference_mode():
        coder = SteadyAutoencoder.from_pretrained(BUILT_IN / "vae").float()
        latents = coder.encode(tensor(world(9))[None] * 2 - 1).latents
        assert (coder.encode(coder.decode(latents).sample).latents - latents).abs().max() < 1e-5


def test_the_one_convolution_is_the_encoder() -> None:
    coder = SteadyAutoencoder.from_pretrained(BUILT_IN / "vae").float()
    picture = tensor(world(7))[None] * 2 - 1
    with torch.no_grad():
        assert torch.allclose(coder.encode(picture).latents, coder.encoder(picture), atol=1e-5)
        coder.encoder.layers[-1].bias += 0.5
        assert torch.allclose(coder.encode(picture).latents, coder.encoder(picture), atol=1e-5), "other weights"

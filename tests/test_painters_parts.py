"""Another autoencoder in a model's place, and a U-Net that torch compiles."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
import torch
from animc.runtime.errors import RenderError
from animc.runtime.painters import open_painter
from diffusers import AutoencoderKL, AutoencoderTiny
from schedules import schedule
from test_painters import painter, picture, row, sd  # noqa: F401 (a fixture)


def small_vae(folder: Path, channels: int, levels: int) -> Path:
    torch.manual_seed(5)
    sizes = {f"num_{side}_blocks": (1,) * levels for side in ("encoder", "decoder")}
    widths = {f"{side}_block_out_channels": (8,) * levels for side in ("encoder", "decoder")}
    AutoencoderTiny(latent_channels=channels, **sizes, **widths).save_pretrained(folder)
    return folder


def large_vae(folder: Path, levels: int) -> Path:
    torch.manual_seed(6)
    kinds = {"down_block_types": ("DownEncoderBlock2D",) * levels, "up_block_types": ("UpDecoderBlock2D",) * levels}
    AutoencoderKL(block_out_channels=(8,) * levels, latent_channels=4, norm_num_groups=4, **kinds).save_pretrained(
        folder
    )
    return folder


def test_another_autoencoder_paints_other_pictures(sd: Path, tmp_path: Path) -> None:  # noqa: F811
    own = painter(sd)
    levels = own.factor.bit_length()
    others = [
        painter(sd, vae=str(folder))
        for folder in (small_vae(tmp_path / "a", 4, levels), large_vae(tmp_path / "b", levels))
    ]
    assert [type(brush.pipeline.vae).__name__ for brush in others] == ["AutoencoderTiny", "AutoencoderKL"]
    assert len({brush.fingerprint for brush in (own, *others)}) == 3, "frames of one are not another's"
    one, two, three = (brush.paint(picture(), row(strength=0.5)) for brush in (own, *others))
    assert one.shape == two.shape == three.shape
    assert (one - two).abs().mean() > 1e-3 and (two - three).abs().mean() > 1e-3


@pytest.mark.parametrize(
    ("channels", "more", "said"), [(16, 0, "16 channels at 1/"), (4, 1, "4 channels at 1/")], ids=["channels", "factor"]
)
def test_one_of_another_kind_is_told(sd: Path, tmp_path: Path, channels: int, more: int, said: str) -> None:  # noqa: F811
    levels = painter(sd).factor.bit_length() + more
    with pytest.raises(RenderError, match=said) as told:
        painter(sd, vae=str(small_vae(tmp_path / "other", channels, levels)))
    assert "taesd" in str(told.value.repair)


@pytest.mark.parametrize("kind", ["missing", "file", "unet", "broken", "nonsense"])
def test_what_is_no_autoencoder_is_told(sd: Path, tmp_path: Path, kind: str) -> None:  # noqa: F811
    place = tmp_path / "vae"
    if kind == "file":
        place.write_text("x")
    elif kind == "unet":
        place = sd / "unet"
    elif kind in ("broken", "nonsense"):
        small_vae(place, 4, 2)
        name = "config.json" if kind == "nonsense" else "diffusion_pytorch_model.safetensors"
        (place / name).write_bytes(b"nothing of the kind")
    with pytest.raises(RenderError) as told:
        open_painter(schedule(1, settings={"model": str(sd), "vae": str(place)}), device="cpu")
    assert "vae" in str(told.value) or "unet" in str(told.value)


def test_a_compiled_painter_paints_what_the_plain_one_does(sd: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    # traced as ever, but not brought through a C++ compiler, which takes a minute
    monkeypatch.setattr(torch, "compile", partial(torch.compile, backend="aot_eager"))
    plain, quick = painter(sd), painter(sd, compile=True)
    assert plain.fingerprint != quick.fingerprint
    image = picture()
    with torch.inference_mode():
        assert torch.allclose(plain.paint(image, row(strength=0.5)), quick.paint(image, row(strength=0.5)), atol=1e-2)


def test_a_machine_without_a_compiler_is_told(sd: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    from torch._dynamo.exc import BackendCompilerFailed

    def failing(*_: object, **__: object) -> object:
        def call(*_: object, **__: object) -> object:
            raise BackendCompilerFailed(lambda: None, RuntimeError("no working C++ compiler found"), None)

        return call

    monkeypatch.setattr(torch, "compile", failing)
    with pytest.raises(RenderError, match="cannot be compiled") as told:
        painter(sd, compile=True).paint(picture(), row(strength=0.5))
    assert told.value.repair == "leave compile out"


def test_an_error_of_the_model_stays_its_own(sd: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    monkeypatch.setattr(torch, "compile", lambda forward: forward)
    brush = painter(sd, compile=True)
    with pytest.raises(RuntimeError):
        brush.pipeline.unet(torch.zeros(1, 3, 8, 8), 1, torch.zeros(1, 2, 32))

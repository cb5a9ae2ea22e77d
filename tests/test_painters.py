"""Real pipelines of random weights paint: continuously in strength, repeatably, and tell what is wrong with a model."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import tiny
import torch
from animc.compiler import compile_script
from animc.compiler.schedule import Row, Weighted
from animc.runtime.depth import Gradient
from animc.runtime.errors import RenderError
from animc.runtime.painters import open_painter
from animc.runtime.painters.habits import Habits, canvas_size
from animc.runtime.painters.latent import LatentPainter
from animc.runtime.painters.load import find, load_pipeline
from animc.runtime.painters.whole import WholePainter, coarseness, joined, rungs, stages
from animc.runtime.picture import resize
from animc.runtime.render import render
from animc.runtime.store import FrameStore
from schedules import schedule

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def sd(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.save_sd(tmp_path_factory.mktemp("models") / "sd")


@pytest.fixture(scope="module")
def sdxl(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.save_sdxl(tmp_path_factory.mktemp("models") / "sdxl")


def painter(folder: Path, size: tuple[int, int] = (64, 64), **settings: object) -> LatentPainter:
    opened = open_painter(schedule(1, size, settings={"model": str(folder), **settings}), device="cpu")
    assert isinstance(opened, LatentPainter)
    return opened


def row(**tracks: object) -> Row:
    return schedule(1, **{"steps": 4, **tracks}).row(0)


def picture(size: tuple[int, int] = (64, 64)) -> torch.Tensor:
    return resize(torch.rand(3, 5, 5, generator=torch.Generator().manual_seed(3)), size)


@pytest.mark.parametrize("kind", ["sd", "sdxl"])
def test_both_kinds_paint_films(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    folder = request.getfixturevalue(kind)
    plan = schedule(4, settings={"model": str(folder)}, steps=3, translation_z=4.0, negative="watermark")
    frames = [
        list(render(plan, painter=painter(folder), depth=Gradient(), store=FrameStore(tmp_path))) for _ in range(2)
    ]
    assert [frame.shape for frame in frames[0]] == [(64, 64, 3)] * 4
    assert all((a == b).all() for a, b in zip(*frames, strict=True))


def test_seed_prompt_negative_guidance_and_steps_matter(sd: Path) -> None:
    brush = painter(sd)
    base = row(negative="watermark", cfg=6.0)
    first = brush.paint(None, base)
    assert torch.equal(first, brush.paint(None, base))
    others: list[dict[str, object]] = [
        {"seed": 1},
        {"prompts": [(("a city on fire", 1.0),)]},
        {"negative": "glass"},
        {"cfg": 2.0},
        {"steps": 5},
    ]
    for change in others:
        changed = row(**{"negative": "watermark", "cfg": 6.0, **change})
        assert not torch.equal(first, brush.paint(None, changed)), change


@pytest.mark.parametrize("steps", [1, 2, 4, 9])
def test_no_strength_fails_and_more_of_it_keeps_more(sd: Path, steps: int) -> None:
    brush, image = painter(sd), picture()
    # A picture that the autoencoder keeps as it is would be the measure; of random weights, noise-free latents are.
    latent = brush._encode(image)
    starts = []
    for strength in (0.0, 0.001, 0.13, 0.49, 0.5, 0.51, 0.77, 0.95, 0.999, 1.0):
        out = brush.paint(image, row(steps=steps, strength=strength))
        assert torch.isfinite(out).all()
        assert out.shape == image.shape
        level = brush.curve.levels(max(1 - strength, 1e-3), 1)[0]
        starts.append(level.sigma)
    assert starts == sorted(starts, reverse=True)
    assert torch.isfinite(latent).all()
    assert torch.equal(brush.paint(image, row(strength=1.0)), image)


def test_strength_acts_continuously(sd: Path) -> None:
    brush = painter(sd)
    sigmas = [brush.curve.levels(1 - strength / 100, 3)[0].sigma for strength in range(100)]
    steps = [before - after for before, after in pairwise(sigmas)]
    assert all(0 < step < 0.03 for step in steps)


def test_nothing_kept_is_painting_from_nothing(sd: Path) -> None:
    brush = painter(sd)
    assert torch.equal(brush.paint(picture(), row(strength=0.0)), brush.paint(None, row()))


def blend(brush: LatentPainter, texts: Weighted) -> torch.Tensor:
    return brush.words.blend(texts).tokens


@pytest.mark.parametrize("kind", ["sd", "sdxl"])
def test_prompts_blend_by_weight_and_are_embedded_once(kind: str, request: pytest.FixtureRequest) -> None:
    brush = painter(request.getfixturevalue(kind))
    one, other = blend(brush, (("a forest", 1.0),)), blend(brush, (("a city", 1.0),))
    mixed = blend(brush, (("a forest", 0.25), ("a city", 0.75)))
    assert torch.allclose(mixed, 0.25 * one + 0.75 * other, atol=1e-6)
    asked = brush.pipeline.text_encoder.forward
    brush.pipeline.text_encoder.forward = None  # asking it again would fail
    try:
        assert torch.equal(blend(brush, (("a city", 1.0),)), other)
    finally:
        brush.pipeline.text_encoder.forward = asked


def test_the_cache_of_embeddings_is_bounded(sd: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("animc.runtime.painters.words.KEPT", 4)
    brush = painter(sd)
    for number in range(9):
        blend(brush, ((f"a forest {number}", 1.0),))
    assert len(brush.words._known) == 4


@pytest.mark.parametrize(
    ("size", "native", "canvas"),
    [
        ((512, 512), 256, (256, 256)),
        ((768, 432), 256, (344, 192)),
        ((256, 256), 256, (256, 256)),
        ((270, 250), 256, (272, 248)),
        ((128, 128), 256, (256, 256)),
    ],
)
def test_a_model_that_says_so_paints_at_its_native_area(
    size: tuple[int, int], native: int, canvas: tuple[int, int]
) -> None:
    assert canvas_size(size, Habits(8, 4.0, native, own_size=True), 8) == canvas


def test_other_models_paint_at_the_films_size_up_to_three_times_their_own() -> None:
    assert canvas_size((768, 768), Habits(30, 7.5, 512), 8) == (768, 768)
    assert canvas_size((1024, 1024), Habits(30, 7.5, 512), 8) == (512, 512)
    assert canvas_size((320, 180), Habits(30, 7.5, 512), 8) == (320, 176)


def test_its_habits_are_read_beside_the_model(sd: Path, tmp_path: Path) -> None:
    own = shutil.copytree(sd, tmp_path / "own")
    (own / "animc.json").write_text(json.dumps({"steps": 6, "cfg": 3.5, "native_size": 32}))
    brush = painter(own, (96, 64))
    assert (brush.habits.steps, brush.habits.cfg) == (6, 3.5)
    assert brush.canvas == (40, 24)
    assert brush.paint(None, row()).shape == (3, 64, 96)
    assert painter(sd).habits.steps == 50
    (own / "animc.json").write_text("{")
    assert painter(own).habits.steps == 50


def test_quick_models_are_known_by_name(sd: Path, tmp_path: Path) -> None:
    turbo = shutil.copytree(sd, tmp_path / "my-turbo")
    assert (painter(turbo).habits.steps, painter(turbo).habits.cfg) == (4, 0.0)


def test_films_of_any_size(sd: Path) -> None:
    for size in ((64, 64), (50, 70), (16, 16), (17, 33)):
        out = painter(sd, size).paint(picture(size), row())
        assert out.shape == (3, size[1], size[0])
        assert out.min() >= 0
        assert out.max() <= 1


def test_the_fingerprint_tells_weights_sampler_and_size(sd: Path, tmp_path: Path) -> None:
    other = tiny.save_sd(tmp_path / "other", seed=1)
    marks = [
        painter(sd).fingerprint,
        painter(other).fingerprint,
        painter(sd, sampler="euler_a").fingerprint,
        painter(sd, (64, 128)).fingerprint,
    ]
    assert len(set(marks)) == len(marks)
    assert painter(sd).fingerprint == marks[0]
    copied = shutil.copytree(sd, tmp_path / "copy")
    assert painter(copied).fingerprint == marks[0]


def test_an_empty_folder_is_no_model(tmp_path: Path) -> None:
    with pytest.raises(RenderError, match=r"no model_index\.json"):
        painter(tmp_path)


@pytest.mark.parametrize("name", ["nowhere", "./nowhere/sd", "no where", "../models/../x"])
def test_a_missing_model_is_told(name: str) -> None:
    with pytest.raises(RenderError, match="there is no"):
        open_painter(schedule(1, settings={"model": name}))


def test_a_hub_that_cannot_be_reached_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(RenderError, match=r"cannot be reached|no model") as caught:
        open_painter(schedule(1, settings={"model": "nobody-here/no-such-model"}))
    assert caught.value.repair


@pytest.mark.parametrize(
    ("name", "damage"),
    [
        ("unet/diffusion_pytorch_model.safetensors", b"\x00" * 100),
        ("unet/diffusion_pytorch_model.safetensors", b""),
        ("unet/diffusion_pytorch_model.safetensors", None),
        ("vae/config.json", b"{"),
        ("model_index.json", b"[]"),
        ("model_index.json", b"{broken"),
        ("model_index.json", b"\xff\xfe"),
    ],
)
def test_a_damaged_model_is_told(sd: Path, tmp_path: Path, name: str, damage: bytes | None) -> None:
    broken = shutil.copytree(sd, tmp_path / "broken")
    file = broken / name
    if damage is None:
        file.write_bytes(file.read_bytes()[:-1000])
    else:
        file.write_bytes(damage)
    with pytest.raises(RenderError, match="broken") as caught:
        painter(broken)
    assert caught.value.repair


@pytest.mark.parametrize("gone", ["unet/diffusion_pytorch_model.safetensors", "unet", "tokenizer", "scheduler"])
def test_missing_parts_are_told(sd: Path, tmp_path: Path, gone: str) -> None:
    broken = shutil.copytree(sd, tmp_path / "broken")
    shutil.rmtree(broken / gone) if (broken / gone).is_dir() else (broken / gone).unlink()
    with pytest.raises(RenderError) as caught:
        painter(broken)
    assert caught.value.repair


def test_pickles_are_never_read(sd: Path, tmp_path: Path) -> None:
    pickled = shutil.copytree(sd, tmp_path / "pickled")
    for file in pickled.rglob("*.safetensors"):
        torch.save({}, file.with_suffix(".bin"))
        file.unlink()
    with pytest.raises(RenderError, match="pickles"):
        painter(pickled)


def test_a_models_own_code_is_never_run(sd: Path, tmp_path: Path) -> None:
    foreign = shutil.copytree(sd, tmp_path / "foreign")
    index = json.loads((foreign / "model_index.json").read_text())
    index["unet"] = ["evil", "Model"]
    (foreign / "model_index.json").write_text(json.dumps(index))
    (foreign / "unet" / "evil.py").write_text("raise SystemExit")
    with pytest.raises(RenderError, match="code of its own"):
        painter(foreign)


def test_an_absent_device_is_told(sd: Path) -> None:
    with pytest.raises(RenderError, match="no device"):
        open_painter(schedule(1, settings={"model": str(sd)}), device="warp-drive")


def test_other_pipelines_are_called_whole(sd: Path) -> None:
    brush = WholePainter(load_pipeline(find(str(sd), Path()), torch.float32), Habits(4, 5.0, 64), (64, 48), CPU, "x")
    words = [(("a forest", 0.7), ("a city", 0.3))]
    first = brush.paint(None, row(prompts=words, negative="glass"))
    assert first.shape == (3, 48, 64)
    assert torch.equal(first, brush.paint(None, row(prompts=words, negative="glass")))
    for steps in (1, 3):
        for strength in (0.0, 0.2, 0.5, 0.83, 0.98, 1.0):
            assert torch.isfinite(brush.paint(picture((64, 48)), row(steps=steps, strength=strength))).all()


def test_rungs_come_near_any_share_at_any_steps() -> None:
    for steps in (1, 2, 4, 20, 50):
        for share in (0.01, 0.2, 0.35, 0.5, 0.77, 1.0):
            taken, ladder = rungs(steps, share)
            assert taken >= 1
            assert int(min((taken + 0.5) / ladder, 1.0) * ladder) == taken
            assert taken / ladder == pytest.approx(share, abs=0.11)


def test_a_strength_that_becomes_a_staircase_is_told(sd: Path) -> None:
    pipeline = load_pipeline(find(str(sd), Path()), torch.float32)
    whole = WholePainter(pipeline, Habits(2, 0.0, 64), (64, 48), CPU, "x")
    moving = compile_script('length = 4s\n0: "a forest"\nstrength = 0.6 + 0.1*sine(2s)')
    told = coarseness(whole, moving)
    assert "`strength` moves over 0.5 to 0.7 in 5 stages, 0.5, 0.57, " in told
    assert "steps = 4" in told
    assert len(stages(moving, 40)) > 2 * len(stages(moving, 2))
    assert coarseness(whole, compile_script('length = 4s\n0: "a forest"\nstrength = 0.6\nsteps = 1')) == ""
    assert coarseness(whole, replace(moving, tracks={**moving.tracks, "steps": np.full(60, 80)})) == ""
    assert coarseness(open_painter(replace(moving, settings={**moving.settings, "model": str(sd)})), moving) == ""


def test_texts_join_by_weight() -> None:
    assert joined((("a forest", 0.3), ("a city", 0.6), ("", 0.1))) == "a city, a forest"
    assert joined(()) == ""


def test_stressed_words_weigh_more(sd: Path) -> None:
    brush = painter(sd)
    base, stressed = blend(brush, (("a forest at night", 1.0),)), blend(brush, (("a (forest:1.4) at night", 1.0),))
    ratio = (stressed / base)[0, :, 0]
    assert float(ratio[2] / ratio[1]) == pytest.approx(1.4, rel=1e-4)
    assert float(ratio[0]) == pytest.approx(float(ratio[3]), rel=1e-4)
    assert len(brush.words._known) == 1
    assert torch.equal(base, blend(brush, (("a (forest:1.0) at night", 1.0),)))


def test_a_subseed_leads_from_one_chance_to_another(sd: Path) -> None:
    brush = painter(sd)
    first, second = brush.paint(None, row(seed=1)), brush.paint(None, row(seed=2))
    assert torch.equal(brush.paint(None, row(seed=1, subseed=2, subseed_strength=0.0)), first)
    near = brush.paint(None, row(seed=1, subseed=2, subseed_strength=0.1))
    far = brush.paint(None, row(seed=1, subseed=2, subseed_strength=1.0))
    assert 0 < (near - first).abs().mean() < (near - second).abs().mean()
    assert torch.allclose(far, second, atol=1e-4)


def test_noise_can_be_made_less_of(sd: Path) -> None:
    brush, image = painter(sd), picture()
    plain = brush.paint(image, row(strength=0.6))
    assert torch.equal(brush.paint(image, row(strength=0.6, noise_multiplier=1.0)), plain)
    assert not torch.equal(brush.paint(image, row(strength=0.6, noise_multiplier=0.5)), plain)
    assert not torch.equal(
        brush.paint(image, row(strength=0.6, noise_multiplier=0.0)),
        brush.paint(image, row(strength=0.6, noise_multiplier=0.5)),
    )


@pytest.mark.parametrize("kind", ["sd", "sdxl"])
def test_an_earlier_layer_of_the_text_encoder_can_be_read(kind: str, request: pytest.FixtureRequest) -> None:
    brush = painter(request.getfixturevalue(kind))
    plain = brush.paint(None, row())
    assert torch.equal(brush.paint(None, row(clip_skip=1)), plain)
    assert not torch.equal(brush.paint(None, row(clip_skip=2)), plain)
    with pytest.raises(RenderError, match="clip_skip = 9"):
        brush.paint(None, row(clip_skip=9))

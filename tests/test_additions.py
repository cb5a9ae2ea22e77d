"""LoRAs and textual inversions on real pipelines: as strong as the frame says, refused by a sentence."""

from __future__ import annotations

import json
import shutil
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest
import tiny
import torch
from animc.runtime.cli import main
from animc.runtime.errors import RenderError
from animc.runtime.painters import open_painter
from animc.runtime.painters.latent import LatentPainter
from diffusers import StableDiffusionPipeline
from peft import LoraConfig, get_peft_model_state_dict
from safetensors.torch import load_file, save_file
from schedules import schedule

UNET = ["to_q", "to_k", "to_v", "to_out.0"]
TEXT = ["q_proj", "k_proj", "v_proj", "out_proj", "fc1", "fc2"]


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with models sd and xl, and for sd the LoRAs ink (U-Net and texts) and grain (U-Net), and kohya's ink."""
    folder = tmp_path_factory.mktemp("models")
    tiny.save_sd(folder / "sd")
    tiny.save_sdxl(folder / "xl")
    _save_lora(folder, "ink", 1, texts=True)
    _save_lora(folder, "grain", 2, texts=False)
    save_file(_as_kohya(load_file(folder / "ink.safetensors")), folder / "kohya.safetensors")
    return folder


def _save_lora(folder: Path, name: str, seed: int, *, texts: bool) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pipeline = StableDiffusionPipeline.from_pretrained(folder / "sd", safety_checker=None)
    parts = [(pipeline.unet, UNET)] + ([(pipeline.text_encoder, TEXT)] if texts else [])
    torch.manual_seed(seed)
    saved = {}
    for part, targets in parts:
        part.add_adapter(LoraConfig(r=4, lora_alpha=4, target_modules=targets))
        for key, value in part.named_parameters():
            if "lora_B" in key:
                torch.nn.init.normal_(value, std=0.5)
        kind = "unet" if part is pipeline.unet else "text_encoder"
        saved[f"{kind}_lora_layers"] = get_peft_model_state_dict(part)
    pipeline.save_lora_weights(folder, weight_name=f"{name}.safetensors", **saved)


def _as_kohya(held: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """The same LoRA in the layout of kohya's trainer, whose alpha is beside each layer."""
    found = {}
    for key, value in held.items():
        part, rest = key.split(".", 1)
        layer, _, way = rest.removesuffix(".weight").replace("_linear_layer", "").rpartition(".lora")
        layer = layer if part == "unet" or layer.startswith("text_model.") else f"text_model.{layer}"
        name = ("lora_unet_" if part == "unet" else "lora_te_") + layer.replace(".", "_")
        end = {"_A": "down", "_B": "up"}.get(way, way.strip("._"))
        found[f"{name}.lora_{end}.weight"] = value
        found[f"{name}.alpha"] = torch.tensor(4.0)
    return found


def painted(folder: Path, text: str = "a forest", model: str = "sd", *, weights: dict[str, float] | None = None,
            **settings: str) -> torch.Tensor:  # fmt: skip
    plan = schedule(1, settings={"model": model, **settings}, steps=2, prompts=[((text, 1.0),)],
                    **{f"lora_{name}": weight for name, weight in (weights or {}).items()})  # fmt: skip
    painter = open_painter(plan, device="cpu", base=folder)
    with torch.inference_mode():
        return painter.paint(None, plan.row(0))


def test_a_lora_acts_as_strongly_as_its_weight(models: Path) -> None:
    plain = painted(models)
    found = [painted(models, lora="ink.safetensors", weights={"ink": weight}) for weight in (0, 0.5, 1)]
    assert torch.equal(found[0], plain)
    assert 0 < (found[1] - plain).norm() < (found[2] - plain).norm()


def test_kohyas_layout_and_diffusers_are_one_lora(models: Path) -> None:
    one = painted(models, lora="ink.safetensors", weights={"ink": 0.8})
    other = painted(models, lora="kohya.safetensors", weights={"kohya": 0.8})
    assert torch.equal(one, other)


def test_weights_move_and_come_back_on_one_painter(models: Path) -> None:
    files = "ink.safetensors, grain.safetensors"
    ways = [(0, 0), (1, 0), (1, 0.5), (0, 0.5), (0, 0), (1, 0)]
    plan = schedule(len(ways), settings={"model": "sd", "lora": files}, steps=2, seed=3,
                    lora_ink=[ink for ink, _ in ways], lora_grain=[grain for _, grain in ways])  # fmt: skip
    painter = open_painter(plan, device="cpu", base=models)
    assert isinstance(painter, LatentPainter)
    with torch.inference_mode():
        seen = [painter.paint(None, plan.row(frame)) for frame in range(len(ways))]
    assert torch.equal(seen[0], seen[4])
    assert torch.equal(seen[1], seen[5])
    apart = [(one - other).abs().max() for i, one in enumerate(seen[:4]) for other in seen[:i]]
    assert min(apart) > 1e-5


@pytest.mark.parametrize(
    ("model", "file", "said"),
    [
        ("xl", "ink.safetensors", "does not fit xl: it has a layer of 4x32 where the model has 4x64"),
        ("sd", "gone.safetensors", "there is no LoRA"),
        ("sd", "sd/unet/diffusion_pytorch_model.safetensors", "it is something else"),
        ("sd", "foreign.safetensors", "does not fit sd"),
        ("sd", "broken.safetensors", "cannot be read"),
        ("sd", "hada.safetensors", "LyCORIS"),
    ],
)
def test_a_lora_that_cannot_be_is_one_sentence(models: Path, model: str, file: str, said: str) -> None:
    (models / "broken.safetensors").write_bytes(b"\0\1\2\3" * 30)
    save_file({f"lora_unet_foo_to_q.lora_{way}.weight": torch.ones(4, 4) for way in ("down", "up")},
              models / "foreign.safetensors")  # fmt: skip
    save_file({"lycoris_unet_foo.hada_w1_a": torch.ones(4, 4)}, models / "hada.safetensors")
    with pytest.raises(RenderError, match="LoRA") as told:
        painted(models, model=model, lora=file, weights={Path(file).stem: 1})
    assert said in told.value.message
    assert told.value.repair


@pytest.fixture
def embeddings(models: Path) -> Path:
    vectors = torch.randn(2, 32, generator=torch.Generator().manual_seed(5))
    save_file({"emb_params": vectors}, models / "ember.safetensors")
    torch.save({"string_to_token": {"*": 265}, "string_to_param": {"*": vectors}, "name": "ember"}, models / "webui.pt")
    torch.save({"<ember>": vectors[0]}, models / "one.bin")
    save_file({"clip_l": vectors, "clip_g": vectors + 1}, models / "both.safetensors")
    save_file({"emb_params": torch.ones(2, 48)}, models / "wide.safetensors")
    return models


def test_a_taught_word_means_what_its_file_says(embeddings: Path) -> None:
    files = {"embedding": "ember.safetensors, webui.pt, one.bin"}
    plain = painted(embeddings, "a ember forest")
    taught = painted(embeddings, "a ember forest", **files)
    assert not torch.equal(taught, plain)
    assert torch.equal(painted(embeddings, "a webui forest", **files), taught)
    assert not torch.equal(painted(embeddings, "a one forest", **files), taught)
    assert torch.equal(painted(embeddings, "a glass forest", **files), painted(embeddings, "a glass forest"))
    assert torch.equal(painted(embeddings, "a September", **files), painted(embeddings, "a September"))
    assert not torch.equal(painted(embeddings, "a (ember:1.6) forest", **files), taught)


def test_both_readers_of_a_larger_model_are_taught(embeddings: Path) -> None:
    plain = painted(embeddings, "a both forest", "xl")
    assert not torch.equal(painted(embeddings, "a both forest", "xl", embedding="both.safetensors"), plain)


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ("gone.safetensors", "there is no embedding"),
        ("wide.safetensors", "is 48 wide and sd reads texts 32 wide"),
        ("ink.safetensors", "holds no textual inversion"),
        ("evil.pt", "it asks to run code"),
    ],
)
def test_an_embedding_that_cannot_be_is_one_sentence(embeddings: Path, file: str, said: str) -> None:
    torch.save({"string_to_param": Dangerous()}, embeddings / "evil.pt")
    with pytest.raises(RenderError) as told:
        painted(embeddings, embedding=file)
    assert said in told.value.message
    assert told.value.repair


class Dangerous:
    def __reduce__(self) -> tuple[Callable[..., object], tuple[str]]:
        return print, ("this must not be run",)


def animc(*args: object) -> int | str | None:
    with pytest.raises(SystemExit) as ended:
        main([str(arg) for arg in args])
    return ended.value.code


FILM = """
model = "sd"
fps = 10
size = 64x64
length = 1s
steps = 1
lora = "ink.safetensors"
lora_ink = [0: 0, 6f: 0 ease step, 9f: 0.9]
0: "a forest"
"""


def test_a_changed_lora_is_painted_again_from_where_it_acts(
    models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("sd", "ink.safetensors", "grain.safetensors"):
        (shutil.copytree if (models / name).is_dir() else shutil.copy)(models / name, tmp_path / name)
    monkeypatch.setenv("ANIMC_CACHE", str(tmp_path / "cache"))
    script = tmp_path / "film.anim"

    def kept(text: str) -> int:
        script.write_text(text)
        capsys.readouterr()
        assert animc("render", script, "--dry-run", "--json") == 0
        return int(json.loads(capsys.readouterr().out.splitlines()[-1])["kept"])

    script.write_text(FILM)
    assert animc("render", script, "-o", tmp_path / "film.gif", "--quiet") == 0
    assert kept(FILM) == 10
    assert kept(FILM.replace("0.9", "0.6")) == 7
    assert (
        kept(FILM.replace("lora_ink =", "lora_ink = 0\nlora_grain =").replace("ink.s", "ink.safetensors, grain.s")) == 7
    )
    shutil.copy(tmp_path / "grain.safetensors", tmp_path / "ink.safetensors")
    assert kept(FILM) == 7
    assert kept(FILM.replace("lora", "# lora")) == 7


def test_a_wrong_lora_stops_a_render_before_its_first_frame(
    models: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    script = models / "film.anim"
    script.write_text('model = "xl"\nsize = 64x64\nlora = "ink.safetensors"\n0: "a forest"\n')
    assert animc("render", script, "-o", tmp_path / "film.gif", "--quiet") == 1
    said = capsys.readouterr().err
    assert "does not fit xl" in said
    assert "size mismatch" not in said
    assert "Traceback" not in said
    assert not (tmp_path / "film.gif").exists()

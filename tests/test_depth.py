"""Every depth lies in 1..2, larger is farther, whatever it comes from."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from animc.runtime.depth import BUILT_IN, HubDepth, open_depth
from animc.runtime.errors import RenderError
from transformers import DepthAnythingConfig, DepthAnythingForDepthEstimation, Dinov2Config


def depth_anything(folder: Path, kind: str = "relative") -> Path:
    """A real Depth Anything of a few thousand random weights."""
    torch.manual_seed(0)
    backbone = Dinov2Config(
        hidden_size=32,
        num_hidden_layers=4,
        num_attention_heads=2,
        intermediate_size=32,
        image_size=56,
        patch_size=14,
        out_features=["stage1", "stage2", "stage3", "stage4"],
        reshape_hidden_states=False,
        apply_layernorm=True,
    )
    config = DepthAnythingConfig(
        backbone_config=backbone,
        reassemble_hidden_size=32,
        neck_hidden_sizes=[8, 8, 16, 16],
        fusion_hidden_size=16,
        head_hidden_size=8,
        patch_size=14,
        reassemble_factors=[4, 2, 1, 0.5],
        depth_estimation_type=kind,
        max_depth=20,
    )
    DepthAnythingForDepthEstimation(config).save_pretrained(folder)
    return folder


def test_none_is_a_flat_card() -> None:
    assert torch.equal(open_depth("none").depth(torch.rand(3, 8, 12)), torch.ones(8, 12))


def test_a_gradient_is_near_at_the_foot_and_far_at_the_head() -> None:
    depth = open_depth("gradient").depth(torch.rand(3, 64, 48))
    assert depth.shape == (64, 48)
    assert 1 <= float(depth[-1, 0]) < 1.01
    assert 1.99 < float(depth[0, 0]) <= 2


@pytest.mark.parametrize("size", [(48, 64), (90, 50)])
@pytest.mark.parametrize("kind", ["relative", "metric"])
def test_a_model_of_transformers(tmp_path: Path, size: tuple[int, int], kind: str) -> None:
    opened = open_depth(str(depth_anything(tmp_path / "da", kind)))
    assert isinstance(opened, HubDepth)
    assert opened.metric == (kind == "metric")
    depth = opened.depth(torch.rand(3, *size))
    assert depth.shape == size
    assert float(depth.min()) >= 1
    assert float(depth.max()) <= 2
    assert open_depth(str(tmp_path / "da")).fingerprint == opened.fingerprint


def test_the_built_in_network() -> None:
    if not (BUILT_IN / "model.safetensors").is_file():
        pytest.skip("not trained yet")
    depth = open_depth("builtin").depth(torch.rand(3, 72, 100))
    assert depth.shape == (72, 100)
    assert float(depth.min()) >= 1
    assert float(depth.max()) <= 2


def test_bad_models_are_told(tmp_path: Path) -> None:
    for name in ("nowhere", str(tmp_path)):
        with pytest.raises(RenderError) as caught:
            open_depth(name)
        assert caught.value.repair
    broken = depth_anything(tmp_path / "da")
    (broken / "model.safetensors").write_bytes(b"\0" * 50)
    with pytest.raises(RenderError, match="broken"):
        open_depth(str(broken))

"""A second painting at the film's size, and pictures that fit on to themselves."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from animc.runtime.painters import open_painter
from animc.runtime.picture import resize
from test_painters import painter, picture, row, sd  # noqa: F401 (a fixture)


def test_hires_paints_small_then_over_the_enlarged_picture(sd: Path) -> None:  # noqa: F811
    plain, small = painter(sd, (96, 96)), painter(sd, (96, 96), hires=2.0)
    assert (small.canvas, small.large) == ((48, 48), (96, 96))
    assert small.fingerprint != plain.fingerprint
    over = picture((96, 96))
    kept = small.paint(over, row(strength=0.5, hires_strength=1.0))
    first = painter(sd, (48, 48)).paint(resize(over, (48, 48)), row(strength=0.5))
    assert torch.allclose(kept, resize(first, (96, 96)), atol=2e-2), "all kept: only enlarged"
    again = small.paint(over, row(strength=0.5, hires_strength=0.6))
    assert again.shape == (3, 96, 96)
    assert (again - kept).abs().mean() > 1e-3
    assert torch.equal(again, small.paint(over, row(strength=0.5, hires_strength=0.6)))
    assert small.paint(over, row(strength=1.0)) is over


@pytest.mark.parametrize("tiling", [False, True])
def test_a_tile_has_no_edges(sd: Path, tiling: bool) -> None:  # noqa: F811
    opened = painter(sd, tiling=tiling)
    latent = torch.randn(1, 4, 8, 8, generator=torch.Generator().manual_seed(1))
    tokens = opened.words.blend((("a forest", 1.0),), 1).tokens
    with torch.inference_mode():
        seen = opened._unet(latent, 500.0, tokens, {})
        rolled = opened._unet(latent.roll((2, 4), (2, 3)), 500.0, tokens, {})
        picture_seen, picture_rolled = opened._decode(latent), opened._decode(latent.roll((2, 4), (2, 3)))
    assert torch.allclose(rolled, seen.roll((2, 4), (2, 3)), atol=1e-4) == tiling
    assert torch.allclose(picture_rolled, picture_seen.roll((16, 32), (1, 2)), atol=1e-4) == tiling


def test_what_has_no_unet_refuses_both(sd: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    from animc.runtime.errors import RenderError
    from animc.runtime.painters import open as opening
    from schedules import schedule

    monkeypatch.setattr(opening, "_is_latent", lambda pipeline, model: False)
    for asked in ({"tiling": True}, {"hires": 2.0}):
        with pytest.raises(RenderError, match=next(iter(asked))):
            open_painter(schedule(1, settings={"model": str(sd), **asked}), device="cpu")

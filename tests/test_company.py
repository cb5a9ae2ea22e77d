"""Shots that name models of their own: a cut changes the painter, and nothing else of the film's habits."""

from __future__ import annotations

from pathlib import Path

import imageio.v3 as imageio
import numpy as np
import pytest
from animc.compiler import compile_script
from animc.compiler.schedule import Schedule
from animc.runtime.depth import open_depth
from animc.runtime.errors import RenderError
from animc.runtime.forecast import forecast
from animc.runtime.painters import open_painter
from animc.runtime.painters.company import Company
from animc.runtime.render import render
from animc.runtime.store import FrameStore
from test_nothing_lost import Folder, folder  # noqa: F401 (a fixture)
from tiny import save_sd, save_sdxl

SCRIPT = """\
fps = 10
size = 64x64
length = 12f
depth = "none"
steps = 1
model = "sd"
translation_x = 2
0: "a forest at night"
cut at 4f model "sdxl"
cut at 8f {third}
"""


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("models")
    save_sd(place / "sd")
    save_sdxl(place / "sdxl")
    return place


def film(third: str = "", **more: str) -> Schedule:
    return compile_script(SCRIPT.replace("{third}", third), overrides=more)


def frames(plan: Schedule, base: Path, store: FrameStore | None = None, span: range | None = None) -> np.ndarray:
    painter = open_painter(plan, device="cpu", base=base)
    return np.stack(list(render(plan, painter=painter, depth=open_depth("none"), store=store, base=base, frames=span)))


def test_a_model_stays_until_another_is_named() -> None:
    assert [shot.model for shot in film().shots] == [None, "sdxl", "sdxl"]
    assert [shot.model for shot in film('model "sd"').shots] == [None, "sdxl", None]
    assert [shot.model for shot in film(model='"none"').shots] == [None, None, None], (
        "a draft's painter is every shot's"
    )


def test_each_shot_is_painted_by_its_own(models: Path) -> None:
    mixed = frames(film('model "sd"'), models)
    alone = frames(film('model "sd"', model='"sd"'), models)
    other = frames(film('model "sd"', model='"sdxl"'), models)
    assert (mixed[:4] == alone[:4]).all() and (mixed[8:] == alone[8:]).all()
    assert (mixed[4:8] == other[4:8]).all(), "the shot of another model is that model's, to the bit"
    assert (mixed[4] != alone[4]).any()


def test_one_model_at_a_time_is_held_and_all_are_tried_beforehand(
    models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from animc.runtime.painters import open as room

    opened: list[str] = []
    usual = room._open_model
    monkeypatch.setattr(room, "_open_model", lambda model, *rest: opened.append(model) or usual(model, *rest))
    painter = open_painter(film('model "sd"'), device="cpu", base=models)
    assert isinstance(painter, Company)
    assert opened == ["sdxl", "sd"]
    row = film().row(0)
    for shot in film('model "sd"').shots:
        painter.of(shot).paint(None, row)
    assert opened == ["sdxl", "sd", "sdxl", "sd"]
    with pytest.raises(RenderError, match="elsewhere"):
        open_painter(film('model "elsewhere"'), device="cpu", base=models)


def test_frames_of_every_model_are_kept(models: Path, tmp_path: Path) -> None:
    plan = film('image "still.png" model "none"')
    base = models
    imageio.imwrite(base / "still.png", np.random.default_rng(1).integers(0, 256, (64, 64, 3), np.uint8))
    whole = frames(plan, base)
    store = FrameStore(tmp_path)
    frames(plan, base, store, range(6))
    painter = open_painter(plan, device="cpu", base=base)
    seen = forecast(plan, painter=painter, depth=open_depth("none"), store=store, frames=range(12), base=base)
    assert (seen.kept, seen.painted) == (6, 3), "two frames of the second shot, and the third shot's first"
    assert (frames(plan, base, FrameStore(tmp_path)) == whole).all()


def test_colours_of_the_films_first_frame_reach_a_shot_of_another_model(models: Path, tmp_path: Path) -> None:
    plan = film(color_reference='"film"')
    whole = frames(plan, models)
    late = frames(plan, models, FrameStore(tmp_path), range(6, 8))
    assert (late == whole[6:8]).all()


def test_a_film_of_two_models_renders(folder: Folder, models: Path) -> None:  # noqa: F811
    script = (
        f'fps = 10\nsize = 64x64\nlength = 4f\ndepth = "none"\nsteps = 1\n0: "sea"\ncut at 2f model "{models / "sd"}"\n'
    )
    (folder / "two.anim").write_text(script)
    said = folder.animc("render", "two.anim", "-o", "two.mp4")
    assert said.returncode == 0, said.stderr
    assert "storybook" in said.stdout + said.stderr and "sd" in said.stdout + said.stderr
    (folder / "bad.anim").write_text(script.replace(str(models / "sd"), "nowhere"))
    said = folder.animc("render", "bad.anim", "-o", "bad.mp4")
    assert said.returncode != 0 and "nowhere" in said.stderr and not (folder / "bad.mp4").exists()

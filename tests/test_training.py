"""The short form of every training: from drawn scenes to a folder that plain diffusers loads."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("diffusers")
ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from training import (  # noqa: E402
    autoencoder,
    between,
    dataset,
    depth,
    export,
    motion,
    network,
    remake,
    scenes,
    sketch,
    storybook,
    views,
    vocabulary,
)
from training.captions import Facts, caption  # noqa: E402


def test_same_seed_same_scene() -> None:
    one, two = (scenes.draw_scene(np.random.default_rng(3)) for _ in range(2))
    assert one.caption == two.caption
    assert np.array_equal(one.picture, two.picture) and np.array_equal(one.depth, two.depth)


@pytest.mark.parametrize("land", list(scenes.LANDS))
def test_every_land_is_drawn_with_depth(land: str) -> None:
    picture, far = scenes.paint(np.random.default_rng(1), Facts(land, "sunset"), 96, 128)
    assert picture.shape == (96, 128, 3) and picture.dtype == np.uint8 and picture.std() > 4
    assert far.shape == (96, 128) and far.min() >= 0 and far.max() <= 1
    if scenes.LANDS[land].open_sky and land != "cave":  # a cave closes above as well
        assert far[-8:].mean() < far[:8].mean()


@pytest.mark.parametrize("weather", ["storm", "rain", "snow", "fog", "fire", "neon", "aurora"])
@pytest.mark.parametrize("style", ["storybook", "watercolour", "ink", "pixel", "oil", "neonline", "film"])
def test_weathers_and_styles(weather: str, style: str) -> None:
    picture, _ = scenes.paint(np.random.default_rng(2), Facts("hill", "night", weather, style), 64, 64)
    assert picture.std() > 2


def test_hours_can_be_told_apart() -> None:
    brightness = {
        hour: np.mean([scenes.paint(np.random.default_rng(s), Facts("hill", hour), 64, 64)[0].mean() for s in range(4)])
        for hour in ("day", "night")
    }
    assert brightness["day"] > brightness["night"] + 60


def test_captions_are_in_the_vocabulary() -> None:
    rng, known, said = np.random.default_rng(0), vocabulary.canonical_ids(), 0
    for _ in range(300):
        words = vocabulary.words_in(caption(rng, scenes.choose(rng)))
        said += len(words)
        assert sum(word not in known for word in words) <= 1, words
    assert said > 1000


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("misty woods", "foggy forest"),
        ("ocean at evening", "sea at dusk"),
        ("a highway", "the road"),
        ("夜", "night"),
        ("foggy taiga", "misty forest"),
        ("a turquoise Ferrari, 8bit", "the blue car; pixel"),
        ("etching of a grey corgi", "ink in a silver dog"),
        ("naïve kittens and ponies", "storybook cat a horse"),
        ("cosy café at twilight", "the street at dusk"),
        ("ＦＯＸ，狐狸", "fox, fox"),
        ("森林里的机器人", "forest a a robot"),
        ("宇航員和飛機", "astronaut with airplane"),
        ("雪山下的城堡", "mountain of the castle"),
        ("an alien planet", "the moonscape"),
        ("a Fire-Truck", "the firetruck"),
        ("apple trees", "tree"),
        ("children’s book, children's book", "storybook, storybook"),
        ("bird's-eye view of a forest, depth of field", "the of a forest, in"),
        ("pineapple tree in 森林", "pineapple tree in forest"),
    ],
)
def test_synonyms_fold(one: str, other: str) -> None:
    assert vocabulary.encode(one) == vocabulary.encode(other)


def test_the_table_of_synonyms_is_large() -> None:
    table, folds = vocabulary.synonyms(), vocabulary.folds()
    words = vocabulary.canonical_words()
    said = {form for forms in table.values() for form in forms} - set(words)
    added = {plural for form, word in folds.items() if word != "the" for plural in vocabulary.plurals(form)}
    assert len([form for form in said - added if form.isascii()]) >= 3500
    assert len([form for form in said if not form.isascii()]) >= 500
    assert len(words) == 315 and set(table) <= set(words), "the weights are trained on these"
    assert all(len(vocabulary.words_in(form)) == 1 for form in said)


SAID = (
    "Foggy Woods, zzz 夜",
    "",
    "[CLS] a [MASK] cat's café-bar, naïve & Ünïcode_x 4k",
    "森林里的机器人和一只小狐狸，在下雪",
    "太空船船员 in 宇航员cat森猫",
    "don’t “stop” — 👩‍🚀 привет мир 한국어 カタカナ",
    "ＦＯＸ ﬁre ½\t\u200b…",
    "Fire  trucks, a bird’s-eye view; hot-air balloons in 雪山下 teddy bear森林",
    "word " * 40,
)


def test_from_scenes_to_a_pipeline(tmp_path: Path) -> None:
    from diffusers import StableDiffusionPipeline
    from transformers import AutoTokenizer

    drawn, out = tmp_path / "scenes", tmp_path / "out"
    drawn.mkdir()
    out.mkdir()
    dataset.draw_shard(drawn, 0, seed=0, scenes=8, size=128)
    autoencoder.train(drawn, out, minutes=1, steps=3, batch=2)
    assert (out / "vae" / "config.json").exists()
    storybook.train(drawn, out / "vae", out, storybook.Recipe(steps=2, batch=2, shrink=2, plain=0.5), network.TINY)
    storybook.train(drawn, out / "vae", out, storybook.Recipe(steps=1, batch=2, mirror=0), network.TINY)
    assert torch.load(out / "storybook.pt", weights_only=True)["step"] == 3, "the second call goes on from the first"
    folder = export.export(out, out / "vae", tmp_path / "storybook", network.TINY)
    assert "lighthouse" in json.loads((folder / "vocabulary.json").read_text(encoding="utf-8"))["landmarks"]
    assert not list(folder.rglob("*.bin")) and not list(folder.rglob("*.pt"))
    words = AutoTokenizer.from_pretrained(folder / "tokenizer")
    for said in SAID:
        ids = words(said, padding="max_length", truncation=True, max_length=words.model_max_length).input_ids
        assert ids == vocabulary.encode(said), said
    words.save_pretrained(tmp_path / "again")
    assert AutoTokenizer.from_pretrained(tmp_path / "again")(SAID[0]).input_ids == words(SAID[0]).input_ids
    pipe = StableDiffusionPipeline.from_pretrained(folder, torch_dtype=torch.float32)
    assert len(pipe.tokenizer) == len(pipe.text_encoder.get_input_embeddings().weight) == len(words) == 320
    pipe.set_progress_bar_config(disable=True)
    picture = pipe("a forest at night", num_inference_steps=2, height=128, width=128, output_type="np").images[0]
    assert picture.shape == (128, 128, 3) and np.isfinite(picture).all()


def test_a_sketch_and_a_painter_that_sees_it(tmp_path: Path) -> None:
    from animc.runtime.painters.sketch import SketchShape, load_sketch
    from diffusers import DiffusionPipeline
    from safetensors.torch import load_file

    book, out = tmp_path / "book", tmp_path / "out"
    book.mkdir()
    out.mkdir()
    dataset.draw_shard(book, 0, seed=0, scenes=8, size=256, book=True)
    autoencoder.train(book, out, minutes=1, steps=1, batch=2)
    storybook.train(book, out / "vae", out, storybook.Recipe(steps=1, batch=2), network.TINY)
    shape = SketchShape(
        text=32, width=32, layers=1, maps=16, names=2, lights=2, hues=2, channels=16, hidden=32, blocks=1
    )
    net = sketch.train(book, out / "vae", out, 1, steps=3, batch=4, shape=shape, words=network.TINY, things=("castle",))
    drawn = load_sketch(out / "sketch")
    seeing, words = replace(network.TINY, sketched=True), load_file(out / "sketch" / "text.safetensors")
    reader = network.text_encoder(network.TINY)
    reader.load_state_dict(words)
    tokens = reader(torch.tensor([vocabulary.encode(text) for text in ("a red castle at night", "the sea")]))[0]
    assert torch.allclose(drawn(tokens), net(tokens), atol=0.05)
    assert drawn.fixed.tolist() == [1, 0], "a building has its own spot"
    before = torch.load(out / "storybook.pt", weights_only=True)["ema"]
    for moved in (0.0, 1.0):
        recipe = storybook.Recipe(steps=2, batch=2, mirror=0, views=moved)
        storybook.train(book, out / "vae", out, recipe, seeing, sketch=(drawn, words))
    state = torch.load(out / "storybook.pt", weights_only=True)
    assert state["step"] == 5, "it goes on from a painter without a sketch, and from one with it"
    assert state["model"][storybook.ENTRY].shape[1] == 2 * before[storybook.ENTRY].shape[1]
    assert all(torch.equal(state["ema"][f"text.{name}"], value) for name, value in words.items()), "they stay"
    folder = export.export(out, out / "vae", tmp_path / "storybook", seeing, sketch=drawn)
    pipe = DiffusionPipeline.from_pretrained(folder, dtype=torch.float32)
    pipe.set_progress_bar_config(disable=True)
    pictures = [
        pipe(text, num_inference_steps=2, height=high, width=256, output_type="np").images[0]
        for text, high in (("a fox", 256), ("the sea at night", 192))
    ]
    assert [picture.shape for picture in pictures] == [(256, 256, 3), (192, 256, 3)]
    assert all(np.isfinite(picture).all() for picture in pictures)


def test_depth_training(tmp_path: Path) -> None:
    from animc.runtime.depthnet import load_depthnet

    dataset.draw_shard(tmp_path, 0, seed=0, scenes=6, size=64)
    widths = (4, 4, 8, 8, 8)
    net = depth.train(tmp_path, None, tmp_path, minutes=1, steps=2, batch=2, widths=widths)
    depth.save(net, tmp_path / "depth", widths)
    far = load_depthnet(tmp_path / "depth")(torch.rand(1, 3, 40, 72))
    assert far.shape == (1, 40, 72) and far.min() >= 0 and far.max() <= 1


def test_pictures_travel_beside_their_truth() -> None:
    from training.journey import Journey

    journey = Journey(np.random.default_rng(0), 3)
    fresh = torch.from_numpy(np.random.default_rng(1).uniform(-1, 1, (3, 3, 8, 8))).float()
    fresh = torch.nn.functional.interpolate(fresh, size=(64, 64), mode="bicubic", align_corners=False).clamp(-1, 1)
    shown, truth = journey.next(fresh)
    assert torch.equal(shown, truth)
    journey.left[:] = 6
    for _ in range(5):  # a perfect decoder's pictures stay with the truth, but for what resampling costs
        journey.back(shown, truth)
        shown, truth = journey.next(fresh.flip(0))
        assert (shown - truth).abs().mean() < 0.02
    assert (truth - fresh).abs().mean() > 0.02
    journey.back(-shown, truth)  # gone astray
    assert (journey.next(fresh)[0] - fresh).abs().max() < 1e-3


def test_a_picture_that_travels_does_not_ring() -> None:
    from animc.runtime.painters.steady import SteadyAutoencoder

    folder = Path(__file__).parents[1] / "runtime" / "weights" / "storybook" / "vae"
    decoder = SteadyAutoencoder.from_pretrained(folder).float()
    yy, xx = np.mgrid[:128, :128]
    away = abs(xx - 64)
    house = np.stack([np.full((128, 128), shade) for shade in (-0.5, -0.3, 0.3)])
    house[:, yy > 100] = np.array([[0.1], [-0.1], [-0.4]])
    for where, colour in (
        ((yy > 30) & (yy < 64) & (away < yy - 30), (-0.6, -0.7, -0.7)),
        ((yy >= 64) & (yy < 110) & (away < 28), (0.1, 0.1, 0.5)),
        ((yy > 74) & (yy < 88) & (abs(away - 14) < 6), (1, 0.8, -0.2)),
    ):
        house[:, where] = np.array(colour)[:, None]
    shown = drawn = torch.from_numpy(house).float()[None]
    grid = torch.nn.functional.affine_grid(torch.eye(2, 3)[None] * 0.98, [1, 3, 128, 128], align_corners=False)
    with torch.inference_mode():
        for _ in range(30):
            shown = decoder.decode(decoder.encode(shown).latents).sample.clamp(-1, 1)
            shown = torch.nn.functional.grid_sample(shown, grid, "bicubic", "reflection", align_corners=False)
    rough = [
        float(picture.diff(dim=-1).square().mean() + picture.diff(dim=-2).square().mean()) for picture in (shown, drawn)
    ]
    assert rough[0] < rough[1]


def test_motion_and_the_net_between(tmp_path: Path) -> None:
    from animc.runtime.tween.flownet import load_flownet

    drawn = tmp_path / "scenes"
    drawn.mkdir()
    dataset.draw_shard(drawn, 0, seed=0, scenes=3, size=192)
    for index in range(2):
        motion.draw_triples(dataset.shards(drawn), tmp_path, index, seed=0, count=3)
    with np.load(tmp_path / "motion0000.npz") as held:
        assert held["pictures"].shape == (3, 3, motion.SIDE, motion.SIDE, 3) and (held["times"] < 1).all()
        first, middle, last = held["pictures"][0].astype(float)
        assert np.abs(first - last).mean() > np.abs(first - middle).mean() > 0
    net = between.train(tmp_path, tmp_path, minutes=1, steps=3, batch=2, widths=(16, 16, 8, 8))
    between.save(between.finer(net), tmp_path / "between")
    shipped = load_flownet(tmp_path / "between")
    assert shipped.widths == (16, 8, 8)
    assert torch.equal(shipped.block0.conv0[0][0].weight, net.block1.conv0[0][0].weight.half().float())
    (tmp_path / "between.pt").unlink()
    again = between.train(
        tmp_path, tmp_path, minutes=1, steps=1, batch=2, widths=(16, 16, 8, 8), shipped=tmp_path / "between"
    )
    assert torch.allclose(again.block1.conv0[0][0].weight, shipped.block0.conv0[0][0].weight, atol=0.01)
    assert set(between.scores(net, tmp_path, 2)) == {"net", "blend", "flow", "midpoint"}


def test_first_places_keep_their_shapes_in_every_light(tmp_path: Path) -> None:
    dataset.draw_shard(tmp_path, 0, seed=0, scenes=45, size=48, first=True)
    facts = dataset.facts_of(dataset.shards(tmp_path)[0])
    depths = dataset.depths_of(dataset.shards(tmp_path)[0])
    assert all(fact.style == "storybook" and not fact.things for fact in facts)
    assert facts == scenes.first_places()[:45]
    assert len({(fact.land, fact.hour, fact.weather, fact.landmark, fact.sky) for fact in facts}) == 45
    by_land: dict[tuple[str, str], list[int]] = {}
    for number, fact in enumerate(facts):
        if fact.weather == "clear":
            by_land.setdefault((fact.land, fact.landmark), []).append(number)
    pairs = [(group[0], other) for group in by_land.values() for other in group[1:]]
    same = [np.abs(depths[one].astype(int) - depths[other]).mean() < 12 for one, other in pairs]
    assert len(same) > 10 and all(same), "the light changes, the place does not"


def test_a_thing_has_one_spot_on_its_pages() -> None:
    bare, one, two = (
        scenes.paint(np.random.default_rng(3), Facts(land, "day", things=things), shapes=np.random.default_rng(5))[
            0
        ].astype(int)
        for land, things in (("meadow", ()), ("meadow", (("", "", "fox"),)), ("meadow", (("", "", "whale"),)))
    )
    changed = [np.abs(page - bare).max(-1) > 20 for page in (one, two)]
    if not changed[0].any():
        pytest.skip("the font of the things is not installed")
    places = [np.argwhere(where).mean(0) for where in changed]
    assert np.abs(places[0] - places[1]).max() < 20 and abs(places[0][1] - 128) < 12
    rng = np.random.default_rng(0)
    pages = [scenes.page(rng) for _ in range(400)]
    assert {page.land for page in pages} == set(scenes.LANDS) and {page.style for page in pages} >= {"ink", "oil"}


def test_the_sketch_knows_the_spots_of_pages() -> None:
    from animc.runtime.painters.sketch import SketchShape

    from training.staging import SPOTS

    shape = SketchShape()
    assert tuple(0.5 + cells / shape.side for cells in shape.spots) == SPOTS


def test_a_building_is_as_large_and_as_coloured_as_is_said() -> None:
    said = Facts("snow", "day", landmark="house")
    bare, plain, red, small = (
        scenes.paint_page(facts)[0].astype(int)
        for facts in (
            replace(said, landmark=""), said, replace(said, look=("", "red")), replace(said, look=("small", "red"))
        )
    )  # fmt: skip
    shows = [np.abs(page - bare).max(-1) > 12 for page in (plain, red, small)]
    assert 0 < shows[2].sum() < 0.7 * shows[1].sum() < shows[0].sum()
    redness = [(page[..., 0] - page[..., 1])[shows[1]].mean() for page in (plain, red)]
    assert redness[1] > redness[0] + 60
    wordings = {caption(np.random.default_rng(seed), replace(said, look=("small", "red"))) for seed in range(20)}
    assert any("small red house" in wording for wording in wordings)


def test_first_places_end(tmp_path: Path) -> None:
    count = len(scenes.first_places())
    dataset.draw_shard(tmp_path, 1, seed=0, scenes=count - 2, size=48, first=True)
    assert len(dataset.pictures_of(dataset.shards(tmp_path)[0])) == 2


def test_views_are_the_scene_from_nearer() -> None:
    rng = np.random.default_rng(0)
    cameras = np.stack([views.camera(rng) for _ in range(40)])
    across = torch.linspace(0, 1, 96).expand(40, 3, 96, 96)
    seen = views.viewed(across, cameras)[:, 0, 48]
    spans = seen[:, -4] - seen[:, 4]
    assert 0.5 < spans.min() < 0.8 and 0.9 < spans.max() < 1, "a nearer view shows less of it"
    off = views.wavering(torch.Generator().manual_seed(0), 40, 96)
    assert off.shape == (40, 96, 96, 2) and 0.2 < off.std() * 128 < 3, "a sketch is a pixel or so off what it follows"


def test_one_command_makes_a_model_again(tmp_path: Path) -> None:
    for model in ("storybook", "depth", "between"):
        steps = remake.plan(model, tmp_path, share=0.5, cores=2)
        assert steps[0][2:] == ["training.dataset", str(tmp_path / "scenes"), "--count", "8000"]
        assert str(tmp_path / "weights" / model) in steps[-1]
    command = [sys.executable, "-m", "training.remake", "between", str(tmp_path / "none"), "--list"]
    told = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT).stdout.splitlines()
    assert len(told) == 3 and told[2].endswith("--minutes 100") and not (tmp_path / "none").exists()

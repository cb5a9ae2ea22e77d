"""A U-Net that sees what the words call up: as a part of a pipeline folder, at any size, each sketch drawn once."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("diffusers")
sys.path.insert(0, str(Path(__file__).parents[1]))

from animc.compiler import compile_script  # noqa: E402
from animc.compiler.schedule import Schedule  # noqa: E402
from animc.runtime.painters import open_painter  # noqa: E402
from animc.runtime.painters.sketch import Sketch, SketchShape, shape_of  # noqa: E402
from animc.runtime.painters.sketched import leaned, spread  # noqa: E402
from animc.runtime.painters.steady import SteadyAutoencoder  # noqa: E402

from training import export, network  # noqa: E402

BUILT_IN = Path(__file__).parents[1] / "runtime" / "weights" / "storybook"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny pipeline of random weights that sees its sketch, with the built-in autoencoder."""
    out = tmp_path_factory.mktemp("sketched")
    torch.manual_seed(0)
    shape = replace(network.TINY, sketched=True)
    parts = {"unet": network.unet(shape), "text": network.text_encoder(shape)}
    state = {f"{name}.{key}": value for name, part in parts.items() for key, value in part.state_dict().items()}
    torch.save({"ema": state}, out / "storybook.pt")
    SteadyAutoencoder.from_pretrained(BUILT_IN / "vae").save_pretrained(out / "vae")
    small = SketchShape(
        text=32, width=32, layers=1, maps=16, names=2, lights=2, hues=2, channels=16, hidden=32, blocks=1
    )
    sketch = Sketch(small)
    return export.export(out, out / "vae", out / "model", shape, sketch=sketch)


def film(folder: Path, size: tuple[int, int]) -> Schedule:
    schedule = compile_script('0: "a fox in a meadow"\n1: "the sea at night"')
    return replace(schedule, size=size, settings={**schedule.settings, "model": str(folder)})


@pytest.mark.parametrize("size", [(256, 256), (336, 192), (192, 336), (96, 96)])
def test_it_paints_films_of_any_shape(folder: Path, size: tuple[int, int]) -> None:
    schedule = film(folder, size)
    painter: Any = open_painter(schedule, device="cpu")
    calls: list[int] = []
    painter.pipeline.unet.sketch.register_forward_hook(lambda *_: calls.append(1))
    with torch.inference_mode():
        first = painter.paint(None, schedule.row(0))
        again = painter.paint(None, schedule.row(0))
        other = painter.paint(first, replace(schedule.row(1), values={**schedule.row(1).values, "strength": 0.3}))
    assert first.shape == (3, size[1], size[0]) and bool(torch.isfinite(first).all())
    assert torch.equal(first, again) and not torch.equal(first, other)
    assert len(calls) == 2, "one sketch a prompt, not one a step or a frame"


def test_the_words_are_seen(folder: Path) -> None:
    schedule = film(folder, (256, 256))
    painter: Any = open_painter(schedule, device="cpu")
    unet, tokens = painter.pipeline.unet, torch.randn(1, 24, 32)
    noise = torch.randn(1, 32, 16, 16)
    with torch.inference_mode():
        drawn = unet.sketch(tokens)
        assert torch.allclose(unet(noise, 500, tokens).sample, unet(noise, 500, tokens, drawn=drawn).sample, atol=1e-5)
        assert not torch.allclose(unet(noise, 500, tokens).sample, unet(noise, 500, tokens, drawn=-drawn).sample)


NAMES, HUES, SPOTS = {"car": 0, "orange": 1, "house": 2}, {"red": 0, "orange": 1}, 3


@pytest.mark.parametrize(
    ("text", "spots"),
    [
        ("car", ["car"]),
        ("red car", ["red car"]),
        ("red old car", ["red car"]),
        ("red very old car", ["red car"]),
        ("red very very old car", ["car"]),
        ("car red", ["car"]),
        ("red car orange", ["red car", "orange"]),
        ("orange car", ["orange car"]),
        ("orange", ["orange"]),
        ("red orange", ["red orange"]),
        ("red car orange car", ["red car", "orange car"]),
        ("red car red car", ["red car"]),
        ("red car old car", ["red car"]),
        ("car red car", ["car"]),
        ("car car orange", ["car", "orange"]),
        ("car house", ["house", "car"]),
        ("car red house orange", ["red house", "car", "orange"]),
        ("very house house car", ["house", "car"]),
        ("car red house orange house", ["red house", "car", "orange house"]),
        ("red car orange car orange house", ["orange house", "red car", "orange car"]),
        ("red car orange car orange house red orange", ["orange house", "red car", "orange car"]),
    ],
)
def test_each_thing_has_its_hue_and_its_spot(text: str, spots: list[str]) -> None:
    words = ("car", "orange", "house", "red", "old", "very")
    net = Sketch(SketchShape(text=8, width=8, layers=1, maps=1, names=3, lights=1, hues=2, channels=32, blocks=0))
    with torch.no_grad():
        net.fixed[NAMES["house"]] = 1
        for layer, known in ((net.names, NAMES), (net.hues, HUES)):
            layer.weight.zero_()
            layer.bias.fill_(-10)
            for word, number in known.items():
                layer.weight[number, words.index(word)] = 20
        tokens = torch.eye(8)[[words.index(word) for word in text.split()]][None]
        named, hued = net.named(tokens)
    assert named.shape == (1, SPOTS, 3 * len(NAMES)) and hued.shape == (1, SPOTS, len(HUES))
    found = []
    for spot in range(SPOTS):
        hues = [hue for hue, number in HUES.items() if hued[0, spot, number] > 0.9]
        found.append(" ".join([*hues, *(word for word, number in NAMES.items() if named[0, spot, number] > 0.9)]))
    assert found == spots + [""] * (SPOTS - len(spots))


def test_things_stand_beside_each_other_and_before_the_last() -> None:
    net = Sketch(SketchShape(text=8, width=8, layers=1, maps=1, names=2, hues=1, channels=32, blocks=0))
    with torch.no_grad():
        stencils = net.stencils.view(2, 33, 16, 16)
        stencils[0, :, 6:9, 5:11] = 1  # as wide as the way from spot to spot and one more
        stencils[1, 0, 6:9, 5:11], stencils[1, 1:, 6:9, 5:11] = 0.5, 2
        named = torch.zeros(1, 3, 6)
        named[0, 0, 0] = named[0, 1, 1] = 1
        hole, shown = net.things(named, torch.zeros(1, 3, 1))
    assert hole[0, 0, 7].tolist() == [0.5] * 5 + [1] * 6 + [0] * 5
    assert shown[0, 0, 7].tolist() == [2] * 5 + [2.5] + [1] * 5 + [0] * 5
    assert not shown[0, :, :6].any() and not shown[0, :, 9:].any()


def test_spots_of_a_stranger_stay_in_the_picture() -> None:
    assert shape_of({"spots": [0, -99, 99]}).spots == (0, -16, 16)


def test_it_begins_with_the_best_linear_guess() -> None:
    chance = torch.Generator().manual_seed(0)
    drawn = torch.randn(1, 4, 1, 1, generator=chance).expand(1, 4, 200, 200)
    apart = torch.tensor([0.05, 0.2, 1.0, 3.0])
    clean = drawn + apart.sqrt().view(1, 4, 1, 1) * torch.randn(drawn.shape, generator=chance)
    for time in (999, 700.5, 400, 100, 0):
        power = torch.lerp(*(network.scheduler().alphas_cumprod[int(t)] for t in (time, min(time + 1, 999))), time % 1)
        keep, rest = power.sqrt(), (1 - power).sqrt()
        mixed = keep * clean + rest * torch.randn(clean.shape, generator=chance)
        guess = keep * mixed - rest * leaned(time, mixed, drawn, apart)
        off = (guess - clean).square().mean((0, 2, 3))
        assert torch.allclose(off, apart * rest**2 / (keep**2 * apart + rest**2), rtol=0.05, atol=1e-5), "Wiener's"
        if time == 999:
            assert torch.allclose(guess, drawn, atol=1e-4)


def test_it_says_what_its_unet_says_beyond_that(folder: Path) -> None:
    painter: Any = open_painter(film(folder, (256, 256)), device="cpu")
    unet, tokens = painter.pipeline.unet, torch.randn(2, 24, 32)
    noise, times = torch.randn(2, 32, 16, 16), torch.tensor([300, 999])
    with torch.inference_mode():
        drawn = unet.sketch(tokens)
        beyond = unet.unet(torch.cat((noise, drawn), 1), times, tokens).sample
        whole = unet(noise, times, tokens).sample
    assert torch.allclose(whole - beyond, leaned(times, noise, drawn, unet.apart), atol=1e-5)


@pytest.mark.parametrize("size", [(336, 192), (192, 336)])
def test_a_sketch_is_spread_most_at_the_edges(size: tuple[int, int]) -> None:
    across = torch.linspace(0, 1, 256).expand(3, 256, 256)
    picture = (across if size[0] > size[1] else across.mT)[None]
    shown = spread(picture, size)[0]
    assert shown.shape == (3, size[1], size[0])
    line = shown[0, size[1] // 2] if size[0] > size[1] else shown[0, :, size[0] // 2]
    steps = line.diff()
    middle, edge = steps[len(steps) // 2], steps[4:12].mean()
    assert bool((steps > -1e-4).all()) and middle > 1.5 * edge
    assert line[0] < 0.02 and line[-1] > 0.98 and line[len(line) // 2] == pytest.approx(0.5, abs=0.01)

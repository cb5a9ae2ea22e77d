"""Frames between frames: promised numbers, exact ends, cuts, better than a cross-fade, and RIFE's file layouts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest

torch = pytest.importorskip("torch")

from animc.runtime.cli.app import main  # noqa: E402
from animc.runtime.errors import RenderError  # noqa: E402
from animc.runtime.reader import open_footage  # noqa: E402
from animc.runtime.tween import flownet  # noqa: E402
from animc.runtime.tween.between import Blend, Flow, Rife, flows, is_cut, mixed, open_tween  # noqa: E402
from animc.runtime.tween.rate import at_rate, frames_at  # noqa: E402
from animc.runtime.writer import open_writer  # noqa: E402

Picture = np.ndarray


def midpoint(one: Picture, two: Picture) -> Picture:
    """Both pictures carried half along their flows as they come, and blended."""
    there, back = flows(one, two)
    return mixed(one, two, (-there / 2, -back / 2), np.full(one.shape[:2], 0.5, np.float32), 0.5)


def cloud(seed: int = 0, size: tuple[int, int] = (96, 64)) -> Picture:
    """A picture (H×W×3) with structure at every scale."""
    chance = np.random.default_rng(seed)
    layers = (
        cv2.resize(chance.random((size[1] // cell, size[0] // cell, 3)), size, interpolation=cv2.INTER_CUBIC) * cell
        for cell in (4, 8, 16, 32)
    )
    made = sum(layers)
    return np.uint8(np.clip(255 * (made - made.min()) / (made.max() - made.min()), 0, 255))


def shifted(picture: Picture, x: float) -> Picture:
    moved = np.float32([[1, 0, x], [0, 1, 0]])
    return cv2.warpAffine(picture, moved, picture.shape[1::-1], flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT)


def psnr(one: Picture, two: Picture) -> float:
    apart = one[8:-8, 16:-16].astype(float) - two[8:-8, 16:-16]
    return float(10 * np.log10(255**2 / max(np.mean(apart**2), 1e-9)))


def grey(level: int) -> Picture:
    return np.full((16, 16, 3), level, np.uint8)


@pytest.mark.parametrize("factor", range(1, 8))
@pytest.mark.parametrize("count", [1, 2, 7])
def test_promised_frames_in_order(factor: int, count: int) -> None:
    film = [grey(10 * number) for number in range(count)]
    made = list(at_rate(iter(film), count, Fraction(12), Fraction(12 * factor), Blend(), cut=lambda one, two: False))
    assert len(made) == count * factor == frames_at(count, Fraction(12), Fraction(12 * factor))
    assert all(np.array_equal(made[number * factor], film[number]) for number in range(count)), "the film's own frames"
    levels = [int(frame[0, 0, 0]) for frame in made]
    assert levels == sorted(levels) and levels[-1] == levels[(count - 1) * factor], "the last one is held"


@pytest.mark.parametrize("fps", [Fraction(15), Fraction(24), Fraction(24000, 1001)])
def test_any_rate_lasts_as_long(fps: Fraction) -> None:
    film = [grey(number) for number in range(50)]
    made = list(at_rate(iter(film), 50, fps, Fraction(60), Blend(), cut=lambda one, two: False))
    assert abs(len(made) / 60 - 50 / fps) <= 0.5 / 60
    for number in range(len(made) - 8):
        assert abs(int(made[number][0, 0, 0]) - number / 60 * float(fps)) <= 0.51


def test_loop_goes_over_into_the_first_frame() -> None:
    film = [grey(0), grey(100)]
    made = list(at_rate(iter(film), 2, Fraction(10), Fraction(20), Blend(), loop=True, cut=lambda one, two: False))
    assert [int(frame[0, 0, 0]) for frame in made] == [0, 50, 100, 50]


def test_never_across_a_cut() -> None:
    one, two = cloud(1), 255 - cloud(2)
    assert is_cut(one, two) and not is_cut(one, shifted(one, 5)) and not is_cut(one, np.uint8(one * 0.9))
    film = [one, shifted(one, 3), two]
    made = list(at_rate(iter(film), 3, Fraction(10), Fraction(40), Flow()))
    assert all(any(np.array_equal(frame, own) for own in film) for frame in made[4:]), "nothing made between the shots"
    assert not any(np.array_equal(made[2], own) for own in film)


def test_only_a_few_frames_are_held() -> None:
    given = 0

    def film() -> Iterator[Picture]:
        nonlocal given
        for number in range(100):
            given += 1
            yield grey(number)

    frames = at_rate(film(), 100, Fraction(10), Fraction(20), Blend(), cut=lambda one, two: False)
    for _ in range(20):
        next(frames)
    assert given <= 12


def test_flow_beats_a_cross_fade() -> None:
    whole = cloud(3, (192, 96))
    one, middle, two = whole, shifted(whole, 3), shifted(whole, 6)
    by_flow, by_blend = Flow().between(one, two, [0.5])[0], Blend().between(one, two, [0.5])[0]
    assert psnr(by_flow, middle) > psnr(by_blend, middle) + 6
    ends = Flow().between(one, two, [0.0, 1.0])
    assert np.array_equal(ends[0], one) and np.array_equal(ends[1], two)


def test_a_pixel_moves_as_what_is_there_at_that_time() -> None:
    whole, disc = cloud(4, (160, 96)), np.zeros((96, 160), np.float32)
    cv2.circle(disc, (60, 48), 22, 1.0, -1, cv2.LINE_AA)
    painted = np.uint8(255 - cloud(5, (160, 96)))

    def seen(x: float) -> Picture:
        cover, skin = shifted(disc, x)[..., None], shifted(painted, x)
        return np.uint8(np.rint(whole * (1 - cover) + skin * cover))

    one, middle, two = seen(-9), seen(0), seen(9)
    assert psnr(Flow().between(one, two, [0.5])[0], middle) > psnr(midpoint(one, two), middle) + 0.3


def test_what_is_moved_by_half_a_pixel_stays_sharp() -> None:
    from scipy.ndimage import fourier_shift

    fine = np.random.default_rng(6).random((96, 160)) * 255
    fine = cv2.GaussianBlur(fine, (0, 0), 1.0)  # what is drawn and photographed has no finer details

    def aside_by(pixels: float) -> Picture:
        moved = np.fft.ifft2(fourier_shift(np.fft.fft2(fine), (0, pixels))).real
        return np.uint8(moved.round().clip(0, 255))[..., None].repeat(3, -1)

    one, middle, two = (aside_by(pixels) for pixels in (0, 0.5, 1))
    aside = np.zeros((96, 160, 2), np.float32)
    aside[..., 0] = 0.5
    made = mixed(one, two, (-aside, aside), np.full((96, 160), 0.5, np.float32), 0.5)
    linear = np.float32([[1, 0, 0.5], [0, 1, 0]])
    assert psnr(made, middle) > psnr(cv2.warpAffine(one, linear, (160, 96), flags=cv2.INTER_LINEAR), middle) + 5


def test_sharp_edges_do_not_wrap_round() -> None:
    halves = np.zeros((48, 64, 3), np.uint8)
    halves[:, 32:] = 255
    aside = np.full((48, 64, 2), 0.3, np.float32)
    made = mixed(halves, halves, (aside, aside), np.full((48, 64), 0.5, np.float32), 0.5)
    assert np.array_equal(made[:, :28], halves[:, :28]) and np.array_equal(made[:, 36:], halves[:, 36:])
    assert (np.diff(made[24, 30:34, 0].astype(int)) >= 0).all()


@dataclass
class Done:
    exit_code: int
    output: str


@pytest.fixture
def animc(capfd: pytest.CaptureFixture[str]) -> Callable[..., Done]:
    """The command line, as a call."""

    def run(*args: object) -> Done:
        with pytest.raises(SystemExit) as left:
            main([str(arg) for arg in args])
        out, err = capfd.readouterr()
        return Done(int(left.value.code or 0), out + err)

    return run


def small_net(seed: int = 0) -> flownet.FlowNet:
    torch.manual_seed(seed)
    return flownet.FlowNet((16, 16, 8, 8)).eval()


@pytest.mark.parametrize("size", [(64, 96), (33, 47), (5, 7)])
def test_net_takes_any_size(size: tuple[int, int]) -> None:
    one, two = (torch.rand(2, 3, *size) for _ in range(2))
    with torch.inference_mode():
        flows, mask = small_net()(one, two, torch.tensor([0.25, 0.5]))
    assert flows.shape == (2, 4, *size) and mask.shape == (2, 1, *size)
    made = Rife(small_net(), torch.device("cpu")).between(
        np.zeros((*size, 3), np.uint8), np.ones((*size, 3), np.uint8), [0.3]
    )
    assert made[0].shape == (*size, 3)


def test_net_that_sees_no_motion_blends() -> None:
    net = small_net()
    with torch.no_grad():
        for number in range(4):
            last = getattr(net, f"block{number}").lastconv[0]
            last.weight.zero_(), last.bias.zero_()
    one, two = cloud(1), cloud(2)
    made, blend = (tween.between(one, two, [0.5])[0] for tween in (Rife(net, torch.device("cpu")), Blend()))
    assert np.abs(made.astype(int) - blend).max() <= 1


def test_looking_along_a_flow() -> None:
    picture = torch.arange(8.0).expand(1, 1, 4, 8)
    flow = torch.zeros(1, 2, 4, 8)
    flow[:, 0] = 2
    assert torch.allclose(
        flownet.look_along(picture, flow)[0, 0, 0], torch.tensor([2, 3, 4, 5, 6, 7, 7, 7.0]), atol=1e-4
    )


@pytest.mark.parametrize("kind", ["flownet.pkl", "net.pth", "model.safetensors", "folder"])
def test_public_layouts_load(tmp_path: Path, kind: str) -> None:
    from safetensors.torch import save_file

    net = small_net(3)
    state = {f"module.{name}": value for name, value in net.state_dict().items()}
    path = tmp_path / ("flownet.pkl" if kind == "folder" else kind)
    save_file(state, path) if path.suffix == ".safetensors" else torch.save(state, path)
    held = flownet.load_flownet(tmp_path if kind == "folder" else path)
    one, two = cloud(1), cloud(2)
    times = [0.3, 1.0]
    again = Rife(held, torch.device("cpu")).between(one, two, times)
    assert np.array_equal(again[0], Rife(net, torch.device("cpu")).between(one, two, times)[0])
    assert np.array_equal(again[1], two)


def test_weights_that_are_none(tmp_path: Path) -> None:
    class Evil:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return eval, (f"open({str(tmp_path / 'ran')!r}, 'w')",)

    torch.save({"a": Evil()}, tmp_path / "evil.pkl")
    torch.save({"other": torch.zeros(3)}, tmp_path / "other.pkl")
    (tmp_path / "text.pkl").write_text("hello")
    for name, said in (
        ("evil", "cannot be read"),
        ("text", "cannot be read"),
        ("other", "v4.6"),
        ("none", "no flow net"),
    ):
        with pytest.raises(RenderError, match=said):
            open_tween(str(tmp_path / f"{name}.pkl"))
    with pytest.raises(RenderError, match="holds no flow net"):
        open_tween(str(tmp_path))
    assert not (tmp_path / "ran").exists()


@pytest.fixture
def film(tmp_path: Path) -> Path:
    import soundfile

    sound = tmp_path / "tone.wav"
    soundfile.write(sound, 0.3 * np.sin(np.arange(24000) / 20), 24000)
    path, whole = tmp_path / "film.mp4", cloud(5, (192, 96))
    with open_writer(path, (192, 96), Fraction(12), audio=sound, script='0: "a lake"\n') as writer:
        for number in range(12):
            writer.write(shifted(whole, 2 * number))
    return path


def test_the_command_doubles_a_film(film: Path, animc: Callable[..., Done]) -> None:
    done = animc("interpolate", film, "--model", "flow")
    assert done.exit_code == 0, done.output
    before, after = open_footage(film), open_footage(film.with_name("film-2x.mp4"))
    assert (before.frames, before.fps, after.frames, after.fps) == (12, 12, 24, 24) and after.sound
    frames, own = list(after), list(before)
    assert psnr(frames[4], own[2]) > 32
    assert psnr(frames[5], shifted(own[2], 2 * 0.5)) > 26
    said = animc("recover", film.with_name("film-2x.mp4"))
    assert said.exit_code == 0 and "a lake" in said.output


@pytest.mark.parametrize(
    ("extra", "code", "said"),
    [
        (["--to", "fast"], 2, "such as 2x"),
        (["--to", "6fps"], 1, "only added"),
        (["--to", "900x"], 1, "only added"),
        (["--model", "missing.pkl"], 1, "no flow net"),
        (["-o", "film.mp4"], 1, "the film itself"),
        (["-o", "film.xyz"], 1, "no kind of film"),
        (["-o", "nowhere/film.mp4"], 1, "no folder"),
    ],
)
def test_mistakes_have_a_sentence(
    film: Path, animc: Callable[..., Done], monkeypatch: pytest.MonkeyPatch, extra: list[str], code: int, said: str
) -> None:
    monkeypatch.chdir(film.parent)
    done = animc("interpolate", "film.mp4", *extra)
    assert done.exit_code == code and said in done.output and "Traceback" not in done.output


def test_what_is_no_film(tmp_path: Path, animc: Callable[..., Done]) -> None:
    (tmp_path / "text.mp4").write_text("hello")
    for name in ("text.mp4", "none.mp4"):
        done = animc("interpolate", tmp_path / name)
        assert done.exit_code == 1 and "no film" in done.output


def test_the_net_that_ships_beats_a_blend_where_things_move() -> None:
    """Half of a known motion is nearer to the truth than both pictures laid over one another."""
    from scipy.ndimage import gaussian_filter

    rng = np.random.default_rng(4)
    wide = np.clip(128 + 900 * gaussian_filter(rng.normal(size=(128, 160, 3)), (4, 4, 0)), 0, 255).astype(np.uint8)
    one, middle, two = (wide[:, 16 + step : 144 + step] for step in (-5, 0, 5))
    made = open_tween("rife").between(one, two, [0.5])[0].astype(float)
    blend = open_tween("blend").between(one, two, [0.5])[0].astype(float)
    assert np.square(made - middle).mean() < 0.25 * np.square(blend - middle).mean()


def test_a_net_that_starts_from_flow_and_changes_nothing_is_that_flow(tmp_path: Path) -> None:
    from safetensors.torch import save_file

    net = flownet.FlowNet((16, 8, 8), started=True)
    with torch.no_grad():
        for number in range(3):
            last = getattr(net, f"block{number}").lastconv[0]
            last.weight.zero_(), last.bias.zero_()
    save_file(net.state_dict(), tmp_path / "model.safetensors")
    tween = open_tween(str(tmp_path), "cpu")
    assert isinstance(tween, Rife) and tween.net.started and tween.net.widths == (16, 8, 8)
    whole = cloud(3, (200, 104))  # sides that the net has to pad
    one, two = whole, shifted(whole, 6)
    for mine, flow in zip(tween.between(one, two, [0.3, 1.0]), Flow().between(one, two, [0.3, 1.0]), strict=True):
        assert psnr(mine, flow) > 45


def test_a_plain_net_that_lacks_a_block_is_refused(tmp_path: Path) -> None:
    state = {name: value for name, value in small_net().state_dict().items() if not name.startswith("block3.")}
    torch.save(state, tmp_path / "flownet.pkl")
    with pytest.raises(RenderError, match="holds no flow net"):
        open_tween(str(tmp_path / "flownet.pkl"), "cpu")


@pytest.mark.filterwarnings("error")
def test_auto_and_flow_mend_optical_flow_on_a_photograph() -> None:
    photo = cv2.cvtColor(cv2.imread(str(Path(__file__).parents[1] / "examples" / "parallax.jpg")), cv2.COLOR_BGR2RGB)
    photo = cv2.resize(photo, (480, 300), interpolation=cv2.INTER_AREA)

    def moved(share: float) -> Picture:
        matrix = cv2.getRotationMatrix2D((240, 150), 2 * share, 1 + 0.04 * share)
        matrix[:, 2] += 12.5 * share, 3 * share
        seen = cv2.warpAffine(photo, matrix, (480, 300), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT)
        return seen[40:232, 100:356].copy()

    one, middle, two = (moved(share) for share in (0.0, 0.5, 1.0))
    one.flags.writeable = two.flags.writeable = False  # as frames out of a reader are
    auto, flow = (open_tween(name, "cpu").between(one, two, [0.5])[0] for name in ("auto", "flow"))
    least = cv2.PSNR(midpoint(one, two), middle)
    assert min(cv2.PSNR(auto, middle), cv2.PSNR(flow, middle)) > least + 1.5


def test_the_nets_that_ship_take_less_than_50_megabytes() -> None:
    weights = Path(open_tween.__code__.co_filename).parents[1] / "weights"
    files = [file for file in weights.rglob("*") if file.is_file()]
    assert sum(file.stat().st_size for file in files) < 50e6
    assert {file.suffix for file in files if file.stat().st_size > 1e6} == {".safetensors"}

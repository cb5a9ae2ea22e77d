"""Train the small in-between net (RIFE v4's shape, started from DIS optical flow) on scenes in motion.

`python -m training.between MOTION OUT FOLDER --minutes 40`; goes on where it stopped. The last shard is held out.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from animc.runtime.flow import both_ways
from animc.runtime.picture import Bytes
from animc.runtime.tween.between import Blend, Flow, Rife, Tween, Way, mixed, start_of
from animc.runtime.tween.flownet import FlowNet
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn import functional
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from .motion import FINE, UNKNOWN
from .optimiser import Muon

WIDTHS = (64, 48, 32)
"""Channels of the blocks that are trained: they start from DIS optical flow, so that RIFE's coarsest scale is left out.
So is the first of these in the end (`finer`)."""
RATE = 2e-3
CROP = 128

CLOSENESS = 0.6
"""What PSNR counts, beside the pyramids."""

MEMORY = 0.998
"""What the mean of the weights, which is what is kept, holds of itself at each step: some five hundred are in it."""

GUIDE = 0.2
"""What a pixel of error in the flows counts, beside the pictures, when a training begins; it fades out to its end."""

SWAPPED = [2, 3, 0, 1]
ASIDE = [1, 0, 3, 2]


@dataclass(frozen=True)
class Motion:
    """A shard of triples."""

    pictures: np.ndarray
    """n×3×H×W×3, uint8: first, middle, last."""
    flows: np.ndarray
    """n×H×W×4, int16: from the middle one to both others, `FINE` to the pixel."""
    times: np.ndarray
    """n: where in 0..1 the middle one is."""
    starts: np.ndarray
    """n×5×H×W, float16: what optical flow makes of first and last at that time (`start_of`)."""


def batch_of(rng: np.random.Generator, motion: list[Motion], count: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Pictures (count×3×3×128×128, 0..1), flows (count×4×128×128, pixels, NaN unknown), times, starts (count×5×…).

    They are cropped, mirrored, turned on their side, turned round in time.
    """
    pictures, ways, times, starts = [], [], [], []
    for _ in range(count):
        shard = motion[int(rng.integers(len(motion)))]
        number = int(rng.integers(len(shard.times)))
        top, left = rng.integers(0, shard.pictures.shape[2] - CROP + 1, 2)
        inner = (slice(top, top + CROP), slice(left, left + CROP))
        three, moment = shard.pictures[number][:, *inner], float(shard.times[number])
        told = shard.flows[number][inner]
        way = np.where(told == UNKNOWN, np.nan, told.astype(np.float32) / FINE)
        guess = shard.starts[number][:, *inner].astype(np.float32).transpose(1, 2, 0)
        guess, mask = guess[..., :4], guess[..., 4:]
        if rng.random() < 0.5:
            three, mask = three[:, :, ::-1], mask[:, ::-1]
            way, guess = (flow[:, ::-1] * [-1, 1, -1, 1] for flow in (way, guess))
        if rng.random() < 0.5:
            three, mask = three.transpose(0, 2, 1, 3), mask.transpose(1, 0, 2)
            way, guess = (flow.transpose(1, 0, 2)[..., ASIDE] for flow in (way, guess))
        if rng.random() < 0.5:
            three, mask, moment = three[::-1], -mask, 1 - moment
            way, guess = (flow[..., SWAPPED] for flow in (way, guess))
        pictures.append(three)
        ways.append(way)
        times.append(moment)
        starts.append(np.concatenate((guess, mask), -1))
    shown = torch.from_numpy(np.stack(pictures)).permute(0, 1, 4, 2, 3).float() / 255
    planes = (torch.from_numpy(np.stack(kind)).permute(0, 3, 1, 2).float() for kind in (ways, starts))
    flows, guesses = planes
    return shown, flows, torch.tensor(times), guesses


def flow_loss(flow: Tensor, wanted: Tensor) -> Tensor:
    """Mean error of flows (B×4×H×W, pixels) where the wanted one is known; what is far off counts less."""
    known = torch.isfinite(wanted)
    off = torch.where(known, flow - wanted.nan_to_num(), 0)
    return (off.square() + 1e-4).pow(0.4).sum() / known.sum().clamp(min=1)


def pyramid_loss(made: Tensor, wanted: Tensor) -> Tensor:
    """L1 of two pictures' Laplacian pyramids (Niklaus & Liu 2018, arXiv 1803.10967), coarse levels more."""
    loss, apart = made.new_zeros(()), made - wanted
    for level in range(4):
        small = functional.avg_pool2d(apart, 2)
        loss = loss + 2**level * (apart - functional.interpolate(small, scale_factor=2.0, mode="bilinear")).abs().mean()
        apart = small
    return loss + 16 * apart.abs().mean()


def closeness_loss(made: Tensor, wanted: Tensor) -> Tensor:
    """Mean logarithm of the pictures' squared errors: PSNR turned round, so that near misses count as far ones do."""
    return ((made - wanted).square().mean((1, 2, 3)) + 1e-5).log().mean()


def train(
    motion: Path,
    out: Path,
    minutes: float,
    steps: int = 10**7,
    batch: int = 8,
    seed: int = 0,
    widths: tuple[int, ...] = WIDTHS,
    shipped: Path | None = None,
) -> FlowNet:
    """Train for so many minutes or steps; each block's picture and flows are held to the truth, later ones more.

    `shipped`: a folder that `save` wrote, whose weights it begins from.
    """
    torch.manual_seed(seed)
    net = FlowNet(widths, started=True).to(memory_format=torch.channels_last)
    with torch.no_grad():
        for number in range(len(widths)):  # it begins by changing the start's flows hardly at all
            getattr(net, f"block{number}").lastconv[0].weight.mul_(0.1)
    if shipped is not None:
        _take(net, load_file(shipped / "model.safetensors"))
    optimiser, state = Muon(net.parameters(), RATE), {"step": 0}
    held = out / "between.pt"
    if held.exists():
        state = torch.load(held, weights_only=True)
        net.load_state_dict(state["model"])
        optimiser.load_state_dict(state["optimiser"])
    files = sorted(motion.glob("motion*.npz"))
    mean = AveragedModel(net, multi_avg_fn=get_ema_multi_avg_fn(MEMORY))
    pool = [_loaded(file) for file in files[:-1] or files]
    first, start, losses = int(state["step"]), time.time(), []
    rng = np.random.default_rng([seed, first])
    step = first
    while (done := max((time.time() - start) / (60 * minutes), (step - first) / steps)) < 1:
        for group in optimiser.param_groups:
            group["lr"] = RATE * min(1, (step - first + 1) / 50) * (1 - done) + 1e-5
        shown, ways, times, starts = batch_of(rng, pool, batch)
        pictures = net.steps(shown[:, 0], shown[:, 2], times, starts)
        loss = sum(
            0.8 ** (len(pictures) - 1 - number)
            * (
                pyramid_loss(made, shown[:, 1])
                + CLOSENESS * closeness_loss(made, shown[:, 1])
                + GUIDE * (1 - done) * flow_loss(flow, ways)
            )
            for number, (made, flow) in enumerate(pictures)
        )
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimiser.step()
        mean.update_parameters(net)
        step += 1
        losses.append(loss.item())
        if step % 100 == 0:
            loss_now = round(float(np.mean(losses[-100:])), 4)
            record = {"step": step, "seconds": round(time.time() - start), "loss": loss_now}
            with (out / "between.jsonl").open("a") as log:
                log.write(json.dumps(record) + "\n")
            _keep(mean.module, optimiser, step, held)
    _keep(mean.module, optimiser, step, held)
    return mean.module.eval()


def _take(net: FlowNet, state: dict[str, Tensor]) -> None:
    """Begin from weights; they may be of the finer blocks only."""
    lacking = len(net.widths) - sum(name.endswith("conv0.1.0.weight") for name in state)
    net.load_state_dict(_moved(state, lacking), strict=not lacking)


def finer(net: FlowNet) -> FlowNet:
    """Return a net without its coarsest block: it takes a sixth of the time, and the others do as well without it."""
    kept = FlowNet(net.widths[1:], started=True).to(memory_format=torch.channels_last)
    kept.load_state_dict({n: value for n, value in _moved(net.state_dict(), -1).items() if n in kept.state_dict()})
    return kept.eval()


def _moved(state: dict[str, Tensor], by: int) -> dict[str, Tensor]:
    """Return weights under the names of blocks so many places further on."""
    return {re.sub(r"\d+", lambda block: str(int(block[0]) + by), name, count=1): state[name] for name in state}


def _keep(net: nn.Module, optimiser: Muon, step: int, held: Path) -> None:
    torch.save({"model": net.state_dict(), "optimiser": optimiser.state_dict(), "step": step}, held)


def _loaded(file: Path) -> Motion:
    with np.load(file) as data:
        pictures, flows, times = data["pictures"], data["flows"], data["times"]
    starts = [start_of(Way(one, two), float(t)) for (one, _, two), t in zip(pictures, times, strict=True)]
    return Motion(pictures, flows, times, np.stack(starts).astype(np.float16))


class Midpoint:
    """OpenCV's DIS flow as it comes, both pictures carried along it and blended: what a net is measured beside."""

    fingerprint = "DIS"

    def between(self, one: Bytes, two: Bytes, times: Sequence[float]) -> list[Bytes]:
        """Return the pictures, as a `Tween` does."""
        grey = (np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), np.uint8) for picture in (one, two))
        there, back = both_ways(*grey)
        return [mixed(one, two, (-t * there, -(1 - t) * back), np.full(one.shape[:2], t, np.float32), t) for t in times]


@torch.no_grad()
def scores(net: FlowNet, motion: Path, count: int = 250) -> dict[str, float]:
    """Mean PSNR (dB) at the true middles of held-out triples: the net's, a cross-fade's, `flow`'s, plain DIS flow's."""
    held = _loaded(max(motion.glob("motion*.npz")))
    ways: dict[str, Tween] = {
        "net": Rife(net, torch.device("cpu")), "blend": Blend(), "flow": Flow(), "midpoint": Midpoint()
    }  # fmt: skip
    found: dict[str, list[float]] = {name: [] for name in ways}
    for (one, middle, two), moment in zip(held.pictures[:count], held.times[:count], strict=True):
        for name, way in ways.items():
            found[name].append(cv2.PSNR(way.between(one, two, [float(moment)])[0], middle))
    return {name: round(float(np.mean(values)), 2) for name, values in found.items()}


def save(net: FlowNet, folder: Path) -> None:
    """Write model.safetensors (fp16), and the card."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(Path(__file__).with_name("cards") / "between.md", folder / "README.md")
    weights = {name: value.half().contiguous() for name, value in net.state_dict().items()}
    save_file(weights, folder / "model.safetensors")


def main() -> None:
    """Read the command line and do it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("motion", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--minutes", type=float, default=40)
    parser.add_argument("--shipped", type=Path, help="a folder with its weights, to begin from")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    net = finer(train(options.motion, options.out, options.minutes, shipped=options.shipped))
    save(net, options.folder)
    print(scores(net, options.motion))


if __name__ == "__main__":
    main()

"""Train the small in-between net (RIFE v4's shape) on scenes in motion.

`python -m training.between MOTION OUT FOLDER --minutes 40`; goes on where it stopped. The last shard is held out.
"""

from __future__ import annotations

import argparse
import json
import shutil
import time
from pathlib import Path

import cv2
import numpy as np
import torch
from animc.runtime.tween.between import Blend, Flow
from animc.runtime.tween.flownet import FlowNet
from safetensors.torch import save_file
from torch import Tensor
from torch.nn import functional

from .motion import FINE, UNKNOWN
from .optimiser import Muon

WIDTHS = (96, 80, 64, 48)
RATE = 2e-3
CROP = 128

GUIDE = 0.2
"""What a pixel of error in the flows counts, beside the pictures, when a training begins; it fades out to its end."""

Motion = tuple[np.ndarray, np.ndarray, np.ndarray]
"""A shard: pictures (n×3×H×W×3, uint8), flows from the middle ones (n×H×W×4, int16) and their times (n)."""


def batch_of(rng: np.random.Generator, motion: list[Motion], count: int) -> tuple[Tensor, Tensor, Tensor]:
    """Pictures (count×3×3×128×128, 0..1: first, middle, last), flows (count×4×128×128, pixels, NaN unknown) and times.

    They are cropped, mirrored, turned on their side, turned round in time.
    """
    pictures, ways, times = [], [], []
    for _ in range(count):
        shard, flows, moments = motion[int(rng.integers(len(motion)))]
        number = int(rng.integers(len(shard)))
        top, left = rng.integers(0, shard.shape[2] - CROP + 1, 2)
        inner = np.s_[top : top + CROP, left : left + CROP]
        three, moment = shard[number][(slice(None), *inner)], float(moments[number])
        told = flows[number][inner]
        way = np.where(told == UNKNOWN, np.nan, told.astype(np.float32) / FINE)
        if rng.random() < 0.5:
            three, way = three[:, :, ::-1], way[:, ::-1] * [-1, 1, -1, 1]
        if rng.random() < 0.5:
            three, way = three.transpose(0, 2, 1, 3), way.transpose(1, 0, 2)[..., [1, 0, 3, 2]]
        if rng.random() < 0.5:
            three, way, moment = three[::-1], way[..., [2, 3, 0, 1]], 1 - moment
        pictures.append(three)
        ways.append(way)
        times.append(moment)
    shown = torch.from_numpy(np.stack(pictures)).permute(0, 1, 4, 2, 3).float() / 255
    return shown, torch.from_numpy(np.stack(ways)).permute(0, 3, 1, 2).float(), torch.tensor(times)


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


def train(
    motion: Path,
    out: Path,
    minutes: float,
    steps: int = 10**7,
    batch: int = 8,
    seed: int = 0,
    widths: tuple[int, ...] = WIDTHS,
) -> FlowNet:
    """Train for so many minutes or steps; each block's picture and flows are held to the truth, later ones more."""
    torch.manual_seed(seed)
    net = FlowNet(widths).to(memory_format=torch.channels_last)
    with torch.no_grad():
        for number in range(len(widths)):  # flows begin at nearly nothing: a cross-fade is the first guess
            getattr(net, f"block{number}").lastconv[0].weight.mul_(0.1)
    optimiser, state = Muon(net, RATE), {"step": 0}
    held = out / "between.pt"
    if held.exists():
        state = torch.load(held, weights_only=True)
        net.load_state_dict(state["model"])
        optimiser.load_state_dict(state["optimiser"])
    files = sorted(motion.glob("motion*.npz"))
    pool = [_loaded(file) for file in files[:-1] or files]
    first, start, losses = int(state["step"]), time.time(), []
    rng = np.random.default_rng([seed, first])
    step = first
    while (done := max((time.time() - start) / (60 * minutes), (step - first) / steps)) < 1:
        for group in optimiser.param_groups:
            group["lr"] = RATE * min(1, (step - first + 1) / 50) * (1 - done) + 1e-5
        shown, ways, times = batch_of(rng, pool, batch)
        pictures = net.steps(shown[:, 0], shown[:, 2], times)
        loss = sum(
            0.8 ** (len(pictures) - 1 - number)
            * (pyramid_loss(made, shown[:, 1]) + GUIDE * (1 - done) * flow_loss(flow, ways))
            for number, (made, flow) in enumerate(pictures)
        )
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimiser.step()
        step += 1
        losses.append(loss.item())
        if step % 100 == 0:
            loss_now = round(float(np.mean(losses[-100:])), 4)
            record = {"step": step, "seconds": round(time.time() - start), "loss": loss_now}
            with (out / "between.jsonl").open("a") as log:
                log.write(json.dumps(record) + "\n")
            torch.save({"model": net.state_dict(), "optimiser": optimiser.state_dict(), "step": step}, held)
    torch.save({"model": net.state_dict(), "optimiser": optimiser.state_dict(), "step": step}, held)
    return net.eval()


def _loaded(file: Path) -> Motion:
    with np.load(file) as data:
        return data["pictures"], data["flows"], data["times"]


@torch.no_grad()
def scores(net: FlowNet, motion: Path, count: int = 60) -> dict[str, float]:
    """Mean PSNR (dB) at the true middles of held-out triples: the net's, a cross-fade's, DIS flow's."""
    pictures, _, times = _loaded(max(motion.glob("motion*.npz")))
    found: dict[str, list[float]] = {"net": [], "blend": [], "flow": []}
    for (one, middle, two), moment in zip(pictures[:count], times[:count], strict=True):
        shown = [torch.from_numpy(p.copy()).permute(2, 0, 1)[None].float() / 255 for p in (one, two)]
        made = net(*shown, torch.tensor([float(moment)]))[0].permute(1, 2, 0).numpy() * 255
        guesses = {"net": made, "blend": Blend().between(one, two, [float(moment)])[0]}
        guesses["flow"] = Flow().between(one, two, [float(moment)])[0]
        for name, guess in guesses.items():
            found[name].append(cv2.PSNR(np.float64(guess), np.float64(middle)))
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
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    net = train(options.motion, options.out, options.minutes)
    save(net, options.folder)
    print(scores(net, options.motion))


if __name__ == "__main__":
    main()

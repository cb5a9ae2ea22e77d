"""Train the depth model on the scenes' exact depth. `python -m training.depth SCENES VAE OUT FOLDER --minutes 30`.

Goes on where it stopped.
"""

from __future__ import annotations

import argparse
import json
import shutil
import time
from pathlib import Path

import numpy as np
import torch
from animc.runtime.depthnet import DepthNet
from diffusers import AutoencoderTiny
from safetensors.torch import save_file
from torch.nn import functional

from .dataset import depths_of, pictures_of, shards
from .optimiser import Muon

Tensor = torch.Tensor
RATE = 3e-3
SIDE = 192  # pixels of the short side that the net looks at


def batch_of(rng: np.random.Generator, files: list[Path], count: int) -> tuple[Tensor, Tensor]:
    """Pictures (count×3×H×W, 0..1) and depths (count×H×W, 0..1), cropped, mirrored and toned at random."""
    chosen = [files[int(rng.integers(len(files)))] for _ in range(min(4, count))]
    pictures, depths = [], []
    for number in range(count):
        shard = chosen[number % len(chosen)]
        index = int(rng.integers(len(pictures_of(shard))))
        picture, depth = pictures_of(shard)[index], depths_of(shard)[index]
        if rng.random() < 0.5:
            picture, depth = picture[:, ::-1], depth[:, ::-1]
        pictures.append(picture)
        depths.append(depth)
    shown = torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2).float() / 255
    gamma = torch.from_numpy(rng.uniform(0.75, 1.3, (count, 1, 1, 1))).float()
    return shown.clamp(1e-4) ** gamma, torch.from_numpy(np.stack(depths)).float() / 255


def distance(guess: Tensor, truth: Tensor) -> Tensor:
    """L1, and L1 of differences at three scales: edges where the layers part."""
    loss = functional.l1_loss(guess, truth)
    for size in (1, 2, 4):
        a, b = (functional.avg_pool2d(depth[:, None], size) for depth in (guess, truth))
        loss = (
            loss
            + functional.l1_loss(a.diff(dim=-1), b.diff(dim=-1))
            + functional.l1_loss(a.diff(dim=-2), b.diff(dim=-2))
        )
    return loss


def train(
    scenes: Path,
    vae: Path | None,
    out: Path,
    minutes: float,
    steps: int = 10**7,
    batch: int = 12,
    seed: int = 0,
    widths: tuple[int, ...] = (16, 32, 64, 96, 128),
) -> DepthNet:
    """Train for so many minutes or steps.

    A third of the pictures have gone through the autoencoder, as a film's frames have.
    """
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    coder = AutoencoderTiny.from_pretrained(vae).eval().to(memory_format=torch.channels_last) if vae else None
    net = DepthNet(widths).to(memory_format=torch.channels_last)
    optimiser = Muon(net.parameters(), RATE)
    held, state, start, losses = out / "depth.pt", None, time.time(), []
    step = 0
    if held.exists():
        state = torch.load(held, weights_only=True)
        net.load_state_dict(state["model"])
        optimiser.load_state_dict(state["optimiser"])
        rng = np.random.default_rng([seed, int(state["steps"])])
    for step in range(steps):
        done = max((time.time() - start) / (60 * minutes), step / steps)
        if done >= 1:
            break
        net.side = SIDE if done > 0.6 else SIDE * 2 // 3  # small first: twice the pictures in the time
        for group in optimiser.param_groups:
            group["lr"] = RATE * min(1, (step + 1) / 50) * (1 - done) + 1e-5
        files = shards(scenes)
        picture, truth = batch_of(rng, files[:-1] or files, batch)  # the last shard is held out
        if coder is not None:
            with torch.no_grad():
                part = slice(0, max(1, batch // 3))
                picture[part] = (
                    coder.decode(coder.encode(picture[part] * 2 - 1).latents).sample.clamp(-1, 1) * 0.5 + 0.5
                )
        loss = distance(net(picture.contiguous(memory_format=torch.channels_last)), truth)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
        if step % 100 == 99:
            with (out / "depth.jsonl").open("a") as log:
                log.write(
                    json.dumps(
                        {
                            "step": step + 1,
                            "seconds": round(time.time() - start),
                            "loss": round(float(np.mean(losses[-100:])), 4),
                        }
                    )
                    + "\n"
                )
    net.side = SIDE
    done_steps = step + (int(state["steps"]) if state else 0)
    torch.save({"model": net.state_dict(), "optimiser": optimiser.state_dict(), "steps": done_steps}, held)
    return net.eval()


@torch.no_grad()
def errors(net: DepthNet, scenes: Path, count: int = 64) -> dict[str, float]:
    """Mean absolute error after a scale-and-shift fit, over the depth's mean.

    The net's, and a plain vertical gradient's.
    """
    picture, truth = batch_of(np.random.default_rng(5), shards(scenes)[-1:], count)
    ramp = torch.linspace(1, 0, truth.shape[1])[None, :, None].expand_as(truth)
    return {name: _aligned(guess, truth) for name, guess in (("net", net(picture)), ("gradient", ramp))}


def _aligned(guess: Tensor, truth: Tensor) -> float:
    total = 0.0
    for a, b in zip(guess.flatten(1), truth.flatten(1), strict=True):
        fit = torch.linalg.lstsq(torch.stack([a, torch.ones_like(a)], 1), b[:, None]).solution[:, 0]
        total += float((a * fit[0] + fit[1] - b).abs().mean() / b.mean().clamp(0.05))
    return total / len(guess)


def save(net: DepthNet, folder: Path, widths: tuple[int, ...] = (16, 32, 64, 96, 128)) -> None:
    """Write config.json and model.safetensors (fp16), and the card."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(Path(__file__).with_name("cards") / "depth.md", folder / "README.md")
    (folder / "config.json").write_text(json.dumps({"widths": widths, "side": net.side}) + "\n")
    save_file(
        {
            name: (value.half() if value.is_floating_point() else value).contiguous()
            for name, value in net.state_dict().items()
        },
        folder / "model.safetensors",
    )


def main() -> None:
    """Read the command line and do it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scenes", type=Path)
    parser.add_argument("vae", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--minutes", type=float, default=30)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    net = train(options.scenes, options.vae, options.out, options.minutes)
    save(net, options.folder)
    print(errors(net, options.scenes))


if __name__ == "__main__":
    main()

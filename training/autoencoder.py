"""Train the small autoencoder (diffusers AutoencoderTiny, factor 16) on drawn scenes.

`python -m training.autoencoder SCENES OUT`.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import numpy as np
import torch
from diffusers import AutoencoderTiny
from torch.nn import functional

from .dataset import pictures_of, shards

LATENT_CHANNELS = 32
FACTOR = 16  # a 256² picture is 16×16 latents: the UNet, which runs many times a picture, costs a quarter of factor 8
WIDTH = 32
TWICE_FROM = 1000  # second trips come in once first ones are worth repeating


def build(width: int = WIDTH) -> AutoencoderTiny:
    """32 latent channels, no blocks at full size (they cost most and add least), most of them where it's small."""
    return AutoencoderTiny(
        encoder_block_out_channels=(width,) * 5,
        decoder_block_out_channels=(width,) * 5,
        num_encoder_blocks=(0, 1, 2, 4, 4),
        num_decoder_blocks=(4, 4, 2, 1, 0),
        latent_channels=LATENT_CHANNELS,
        scaling_factor=1.0,
        latent_magnitude=3,
        latent_shift=0.5,
    )


def crops(rng: np.random.Generator, files: list[Path], count: int, side: int) -> torch.Tensor:
    """Random crops (count×3×side×side, −1..1), mirrored at random.

    Four shards a batch, so that few files are touched.
    """
    chosen = [pictures_of(files[int(rng.integers(len(files)))]) for _ in range(min(4, count))]
    tiles = []
    for number in range(count):
        shard = chosen[number % len(chosen)]
        picture = shard[int(rng.integers(len(shard)))]
        top, left = (int(rng.integers(0, (picture.shape[axis] - side) // 4 + 1)) * 4 for axis in (0, 1))
        tile = picture[top : top + side, left : left + side]
        tiles.append(tile[:, ::-1] if rng.random() < 0.5 else tile)
    batch = torch.from_numpy(np.stack(tiles)).permute(0, 3, 1, 2).float() / 127.5 - 1
    return batch.contiguous(memory_format=torch.channels_last)


def edges(picture: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Differences to the right and downwards."""
    return picture[..., 1:] - picture[..., :-1], picture[..., 1:, :] - picture[..., :-1, :]


def distance(made: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
    """L1 at full, half and quarter size, of edges at full size, and squared error (which is what PSNR counts)."""
    loss = functional.l1_loss(made, wanted) + 2.0 * functional.mse_loss(made, wanted)
    for a, b in zip(edges(made), edges(wanted), strict=True):
        loss = loss + 0.7 * functional.l1_loss(a, b)
    for size in (4, 16):  # means of large blocks hold the colour: a film goes round this trip hundreds of times
        loss = loss + functional.l1_loss(functional.avg_pool2d(made, size), functional.avg_pool2d(wanted, size))
    return loss


# brightness, red against blue, green against both, scaled to about unit variance over the scenes
OPPONENTS = torch.tensor([[0.65, 0.65, 0.65], [1.8, 0.0, -1.8], [-1.6, 3.2, -1.6]])


def anchor(latents: torch.Tensor, picture: torch.Tensor) -> torch.Tensor:
    """How far the first three latents are from the mean colour of their 16×16 pixels.

    Holding them there teaches colour at once (left alone, it takes thousands of steps) and keeps it from drifting.
    """
    colour = torch.einsum("kc,bchw->bkhw", OPPONENTS, functional.avg_pool2d(picture, FACTOR))
    return functional.mse_loss(latents[:, :3], colour)


def trip(model: AutoencoderTiny, picture: torch.Tensor, noise: float = 0.0) -> tuple[torch.Tensor, torch.Tensor]:
    """Picture to latents and back; noise on the latents teaches the decoder to bear what a UNet gives it."""
    latents = model.encode(picture).latents
    held = latents + noise * torch.randn_like(latents) if noise else latents
    return latents, model.decode(held).sample


def psnr(model: AutoencoderTiny, picture: torch.Tensor, trips: int = 1) -> float:
    """Peak signal-to-noise ratio (dB) after so many trips."""
    with torch.no_grad():
        made = picture
        for _ in range(trips):
            made = trip(model, made)[1].clamp(-1, 1)
    return float(10 * torch.log10(4 / functional.mse_loss(made, picture)))


def step_loss(model: AutoencoderTiny, batch: torch.Tensor, twice: bool, freeze_encoder: bool = False) -> torch.Tensor:
    """One trip for the batch, with `twice` a second for a quarter of it, and latents held near unit variance."""
    latents, made = trip(model, batch, 0.1 * float(torch.rand(())))
    loss = distance(made, batch)
    if not freeze_encoder:
        loss = loss + 0.5 * anchor(latents, batch)
        # latents of half the size must mean the picture of half the size: smooth latents are much easier to paint
        # (EQ-VAE, Kouzelis et al. 2025, arXiv 2502.09509), and the camera's warps leave them in the range
        half = functional.avg_pool2d(latents, 2)
        loss = loss + 0.25 * distance(model.decode(half).sample, functional.avg_pool2d(batch, 2))
    if twice:
        part = slice(0, max(1, len(batch) // 4))
        second, again = trip(model, made[part].clamp(-1, 1))
        loss = loss + 0.5 * distance(again, batch[part])
        loss = loss + 0.5 * functional.mse_loss(second, latents[part].detach())  # a fixed point does not drift
    if not freeze_encoder:
        mean, spread = latents.mean((0, 2, 3)), latents.std((0, 2, 3))
        loss = (
            loss
            + 0.02 * (mean.square().mean() + (spread - 1).square().mean())
            + 0.02 * functional.relu(latents.abs() - 2.6).square().mean()
        )
    return loss


@torch.no_grad()
def calibrate(model: AutoencoderTiny, picture: torch.Tensor, trips: int = 6, rounds: int = 3) -> None:
    """Take the mean error of a trip's colours out of the decoder's last layer, in place.

    A least-squares 3×3 matrix and offset on 16×16 means, over several trips in a row: what is half a grey level in one
    trip would be a stain after a hundred. The encoder, and so all cached latents, stay as they are.
    """
    last = [layer for layer in model.decoder.layers if isinstance(layer, torch.nn.Conv2d)][-1]
    for _ in range(rounds):
        shown, before, after = picture, [], []
        for _ in range(trips):
            made = trip(model, shown)[1]
            for means, kept in ((shown, before), (made, after)):
                kept.append(functional.avg_pool2d(means, 16).permute(0, 2, 3, 1).reshape(-1, 3))
            shown = made.clamp(-1, 1)
        wanted, got = torch.cat(before), torch.cat(after)
        fit = torch.linalg.lstsq(torch.cat([got, torch.ones(len(got), 1)], 1), wanted).solution
        matrix, offset = fit[:3].T, fit[3]
        # the layer gives colours in 0..1, which the decoder then stretches to −1..1
        last.weight.copy_(torch.einsum("ij,jchw->ichw", matrix, last.weight))
        last.bias.copy_(matrix @ last.bias + (offset + 1 - matrix.sum(1)) / 2)


def train(
    scenes: Path,
    out: Path,
    minutes: float,
    steps: int,
    batch: int = 8,
    side: int = 128,
    seed: int = 0,
    width: int = WIDTH,
    freeze_encoder: bool = False,
) -> AutoencoderTiny:
    """Train for so many minutes or steps, whichever ends first; goes on from `out/autoencoder.pt` if it's there."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    model = build(width).to(memory_format=torch.channels_last)
    optimiser = torch.optim.AdamW(model.parameters(), lr=1e-3, betas=(0.9, 0.95), weight_decay=1e-4)
    held, state = out / "autoencoder.pt", {"step": 0, "seconds": 0.0}
    if held.exists():
        state = torch.load(held, weights_only=True)
        model.load_state_dict(state["model"])
        if not freeze_encoder:
            optimiser.load_state_dict(state["optimiser"])
    if freeze_encoder:
        model.encoder.requires_grad_(False)
    start, first = time.time(), int(state["step"])
    files = shards(scenes)
    for step in range(first, first + steps):
        done = max((time.time() - start) / (60 * minutes), (step - first) / steps)
        if done >= 1:
            break
        for group in optimiser.param_groups:
            group["lr"] = (1.1e-3 if not freeze_encoder else 5e-4) * min(1, (step + 1) / 50) * (1 - done) ** 0.7 + 2e-5
        if step % 50 == 0:
            files = shards(scenes)
        loss = step_loss(model, crops(rng, files, batch, side), freeze_encoder or step >= TWICE_FROM, freeze_encoder)
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        if step % 100 == 99:
            test = crops(np.random.default_rng(1), files[:1], 8, 128)
            record = {
                "step": step + 1,
                "seconds": round(time.time() - start),
                "loss": round(loss.item(), 4),
                "psnr": round(psnr(model, test), 2),
                "psnr_8_trips": round(psnr(model, test, 8), 2),
            }
            with (out / "autoencoder.jsonl").open("a") as log:
                log.write(json.dumps(record) + "\n")
            print(record, flush=True)
            torch.save({"model": model.state_dict(), "optimiser": optimiser.state_dict(), "step": step + 1}, held)
    torch.save({"model": model.state_dict(), "optimiser": optimiser.state_dict(), "step": first + steps}, held)
    calibrate(model, crops(np.random.default_rng(2), files[-1:], 32, min(256, pictures_of(files[-1]).shape[1])))
    model.save_pretrained(out / "vae")
    return model


def main() -> None:
    """Read the command line and do it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scenes", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--steps", type=int, default=10**6)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument(
        "--decoder-only", action="store_true", help="polish the decoder; latents already cached stay valid"
    )
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    train(
        options.scenes, options.out, options.minutes, options.steps, options.batch, freeze_encoder=options.decoder_only
    )


if __name__ == "__main__":
    main()

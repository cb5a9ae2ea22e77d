"""Make the small autoencoder (diffusers AutoencoderTiny, factor 16) from drawn scenes.

`python -m training.autoencoder SCENES OUT`.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import numpy as np
import torch
from animc.runtime.painters.steady import SteadyAutoencoder
from diffusers import AutoencoderTiny
from torch.nn import functional

from .dataset import pictures_of, shards
from .decoder import convolutions, raise_decoder
from .journey import Journey
from .optimiser import Muon

LATENT_CHANNELS = 32
FACTOR = 16  # a 256² picture is 16×16 latents: the UNet, which runs many times a picture, costs a quarter of factor 8
WIDTH = 32
SCALE = 10.0  # the decoder begins with 3·tanh(x/3): small latents pass it straight; diffusers scales for the UNet
RATE = 3e-3
EVENNESS = 0.65  # 0 keeps each component's own spread, 1 makes all alike: texture before there is layout
SPREAD = 0.66  # of all latents together: about 1.6 for the layout (more outlives a film's noise), 0.45 for texture


def build(width: int = WIDTH) -> SteadyAutoencoder:
    """32 latent channels; a linear encoder; no decoder blocks at full size (they cost most and add least)."""
    return SteadyAutoencoder(
        encoder_block_out_channels=(width,) * 5,
        decoder_block_out_channels=(width,) * 5,
        num_encoder_blocks=(0, 0, 0, 0, 0),
        num_decoder_blocks=(4, 4, 2, 1, 0),
        latent_channels=LATENT_CHANNELS,
        scaling_factor=SCALE,
        latent_magnitude=3,
        latent_shift=0.5,
    )


@torch.no_grad()
def fit_encoder(model: AutoencoderTiny, pictures: torch.Tensor) -> None:
    """Set the encoder's weights, in place, to the principal components of 16×16 tiles of `pictures` (n×3×H×W, −1..1).

    Level by level: the 2×2 neighbours' channels are stacked and their first components kept (a transform, as in JPEG,
    that the scenes themselves choose). So a trip is a projection: a second one takes nothing more away, and a film
    may go round thousands of times. On the scenes it keeps more (31.6 dB) than encoders learnt in half an hour.
    """
    first, *strided, last = convolutions(model.encoder)
    seen, held = (pictures + 1) / 2, 3
    first.weight.zero_(), first.bias.zero_(), last.weight.zero_(), last.bias.zero_()
    for channel in range(3):
        first.weight[channel, channel, 1, 1] = 1
    for layer in strided:
        stacked = functional.pixel_unshuffle(seen, 2)  # channel c of pixel (y, x) is at 4c + 2y + x
        keep = min(layer.out_channels, stacked.shape[1])
        rows = stacked.permute(0, 2, 3, 1).flatten(0, 2).double()
        spread, axes = torch.linalg.eigh(torch.cov((rows - rows.mean(0)).T))
        axes = axes.flip(1)[:, :keep]
        axes = axes * torch.where(axes.sum(0) < 0, -1, 1)
        layer.weight.zero_()
        layer.weight[:keep, :held, 1:, 1:] = axes.T.reshape(keep, held, 2, 2).float()
        seen = torch.einsum("kc,bchw->bkhw", axes.T.float(), stacked)
        held = keep
        spreads = spread.flip(0)[:keep].sqrt()
    even = spreads ** (1 - EVENNESS)
    gain = (spreads**-EVENNESS / even.square().mean().sqrt() * SPREAD / SCALE).float()
    for channel in range(LATENT_CHANNELS):
        last.weight[channel, channel, 1, 1] = gain[channel]
    last.bias.copy_(-gain * seen.mean((0, 2, 3)))


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


def trip(model: AutoencoderTiny, picture: torch.Tensor, noise: float = 0.0) -> tuple[torch.Tensor, torch.Tensor]:
    """Picture to latents and back; noise on the latents teaches the decoder to bear what a UNet gives it."""
    latents = model.encode(picture).latents
    held = latents + noise / SCALE * torch.randn_like(latents) if noise else latents
    return latents, model.decode(held).sample


def psnr(model: AutoencoderTiny, picture: torch.Tensor, trips: int = 1) -> float:
    """Peak signal-to-noise ratio (dB) after so many trips."""
    with torch.no_grad():
        made = picture
        for _ in range(trips):
            made = trip(model, made)[1].clamp(-1, 1)
    return float(10 * torch.log10(4 / functional.mse_loss(made, picture)))


def step_loss(model: AutoencoderTiny, shown: torch.Tensor, truth: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """How far a trip of ``shown`` ends from the truth; and what it ends at."""
    with torch.no_grad():
        latents = model.encode(shown).latents
        noise = 0.1 * float(torch.rand(())) * torch.randn_like(latents)
    made = model.decode(latents + noise / SCALE).sample
    return distance(made, truth), made


def train(scenes: Path, out: Path, minutes: float, steps: int, batch: int = 8, seed: int = 0) -> AutoencoderTiny:
    """Fit the encoder, then train the decoder for so many minutes or steps, whichever ends first.

    Goes on from `out/autoencoder.pt` if it's there. The encoder is ready at once (`out/vae` is written before the
    decoder is trained), so a painter can learn on its latents meanwhile.
    """
    torch.manual_seed(seed)
    rng, files, start = np.random.default_rng(seed), shards(scenes), time.time()
    held, state, model = out / "autoencoder.pt", {"step": 0}, build()
    if held.exists():
        state = torch.load(held, weights_only=True)
        model.load_state_dict(state["model"])
    else:
        fit_encoder(model, crops(rng, files, 600, 128))
        model.save_pretrained(out / "vae")
        raise_decoder(model, crops(rng, files, 600, 128), minutes / 3, steps, seed)
    model.encoder.requires_grad_(False)
    model.to(memory_format=torch.channels_last)
    optimiser, journey = Muon(model.decoder.parameters(), RATE), Journey(rng, batch)
    if "optimiser" in state:
        optimiser.load_state_dict(state["optimiser"])
    first = step = int(state["step"])
    for step in range(first, first + steps):
        done = max((time.time() - start) / (60 * minutes), (step - first) / steps)
        if done >= 1:
            break
        if step % 200 == 0:
            files = shards(scenes)
        for group in optimiser.param_groups:
            group["lr"] = RATE * min(1, (step - first + 1) / 30) * (1 - done) + 1e-5
        fresh = crops(rng, files, batch + batch // 2, 128)
        shown, truth = journey.next(fresh[:batch])
        loss, made = step_loss(model, torch.cat((shown, fresh[batch:])), torch.cat((truth, fresh[batch:])))
        journey.back(made[:batch], truth)
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.decoder.parameters(), 1.0)
        optimiser.step()
        if step % 100 == 99:
            test = crops(np.random.default_rng(1), files[:1], 8, 128)
            record = {"step": step + 1, "seconds": round(time.time() - start), "loss": round(loss.item(), 4)}
            record |= {"psnr": round(psnr(model, test), 2), "psnr_8_trips": round(psnr(model, test, 8), 2)}
            with (out / "autoencoder.jsonl").open("a") as log:
                log.write(json.dumps(record) + "\n")
            print(record, flush=True)
            torch.save({"model": model.state_dict(), "optimiser": optimiser.state_dict(), "step": step + 1}, held)
    torch.save({"model": model.state_dict(), "optimiser": optimiser.state_dict(), "step": step}, held)
    model.save_pretrained(out / "vae")
    return model


def main() -> None:
    """Read the command line and do it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scenes", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--minutes", type=float, default=45)
    parser.add_argument("--steps", type=int, default=10**6)
    parser.add_argument("--batch", type=int, default=8)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    train(options.scenes, options.out, options.minutes, options.steps, options.batch)


if __name__ == "__main__":
    main()

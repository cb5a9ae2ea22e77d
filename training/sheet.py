"""Pictures to judge a model by. `python -m training.sheet FOLDER prompts|film|curves OUT.jpg`."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import cv2
import numpy as np
import torch
from diffusers import StableDiffusionImg2ImgPipeline, StableDiffusionPipeline

# written down before the first training; never tuned to the model, never selected
PROMPTS = (
    "a misty pine forest at dawn",
    "a burning forest at night",
    "an empty motel at dusk, neon sign",
    "a highway into the galaxy",
    "a cathedral of roots",
    "stormy sea with a lighthouse",
    "a small red house in the snow",
    "a fox in a meadow, day",
    "ruins in the jungle",
    "city skyline at night in the rain",
    "desert dunes at sunset",
    "a whale in the ocean under the aurora",
    "a castle on a hill, watercolour",
    "village in winter at night",
    "an astronaut on an alien planet",
    "coral reef underwater",
    "a canyon at noon",
    "a river through autumn woods, oil painting",
    "harbour at dawn, fog",
    "a big yellow balloon above the clouds",
    "neon city street, pixel art",
    "volcano at night",
    "a lake with mountains, ink drawing",
    "a cave with crystals",
)


def pictures(
    folder: Path, prompts: list[str], steps: int = 8, guidance: float = 3.0, seed: int = 7
) -> list[np.ndarray]:
    """One picture (H×W×3, uint8, of the model's own size) for each prompt, each from the same noise."""
    pipe = StableDiffusionPipeline.from_pretrained(folder, torch_dtype=torch.float32)
    pipe.set_progress_bar_config(disable=True)
    made = []
    for prompt in prompts:
        chance = torch.Generator().manual_seed(seed)
        made.append(
            pipe(
                prompt,
                num_inference_steps=steps,
                guidance_scale=guidance,
                generator=chance,
                output_type="np",
            ).images[0]
        )
    return [np.round(picture * 255).astype(np.uint8) for picture in made]


def film(
    folder: Path,
    prompts: list[str],
    frames: int = 60,
    strength: float = 0.5,
    zoom: float = 1.02,
    steps: int = 14,
    seed: int = 7,
) -> list[np.ndarray]:
    """A fed-back film.

    Each frame is the one before, zoomed, then painted over at `strength`; the prompt changes at equal spans.
    """
    pipe = StableDiffusionImg2ImgPipeline.from_pretrained(folder, torch_dtype=torch.float32)
    pipe.set_progress_bar_config(disable=True)
    side = pipe.unet.config.sample_size * pipe.vae_scale_factor
    shown = [pictures(folder, prompts[:1], seed=seed)[0]]
    for number in range(1, frames):
        prompt = prompts[number * len(prompts) // frames]
        warp = cv2.getRotationMatrix2D((side / 2 - 0.5, side / 2 - 0.5), 0.3, zoom)
        moved = cv2.warpAffine(shown[-1], warp, (side, side), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT)
        start = torch.from_numpy(moved).permute(2, 0, 1)[None].float() / 255
        chance = torch.Generator().manual_seed(seed + number)
        made = pipe(
            prompt,
            image=start,
            strength=strength,
            num_inference_steps=steps,
            guidance_scale=3.0,
            generator=chance,
            output_type="np",
        ).images[0]
        shown.append(np.round(made * 255).astype(np.uint8))
    return shown


def measures(picture: np.ndarray) -> dict[str, float]:
    """Brightness, contrast, chroma (grey levels) and sharpness (variance of the Laplacian)."""
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32)
    chroma = picture.astype(np.float32).max(-1) - picture.astype(np.float32).min(-1)
    return {
        "mean": round(float(grey.mean()), 1),
        "contrast": round(float(grey.std()), 1),
        "chroma": round(float(chroma.mean()), 1),
        "sharpness": round(float(cv2.Laplacian(grey, cv2.CV_32F).var()), 1),
    }


def write(path: Path, tiles: list[np.ndarray], across: int, labels: list[str] | None = None, side: int = 192) -> None:
    """A sheet of pictures, each with its words beneath."""
    cells = []
    for number, tile in enumerate(tiles):
        cell = cv2.resize(tile, (side, side), interpolation=cv2.INTER_AREA)
        if labels:
            strip = np.full((18, side, 3), 250, np.uint8)
            cv2.putText(
                strip, labels[number][:40], (3, 12), cv2.FONT_HERSHEY_SIMPLEX, 0.33, (40, 40, 40), 1, cv2.LINE_AA
            )
            cell = np.concatenate([cell, strip])
        cells.append(cell)
    blank = np.full_like(cells[0], 250)
    cells += [blank] * (-len(cells) % across)
    rows = [np.concatenate(cells[i : i + across], 1) for i in range(0, len(cells), across)]
    cv2.imwrite(str(path), cv2.cvtColor(np.concatenate(rows), cv2.COLOR_RGB2BGR))


def curves(logs: list[Path], path: Path) -> None:
    """The losses that the trainings logged, one panel each."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, panels = plt.subplots(1, len(logs), figsize=(4 * len(logs), 2.8), squeeze=False)
    for panel, log in zip(panels[0], logs, strict=True):
        rows = [json.loads(line) for line in log.read_text().splitlines()]
        panel.plot([row["step"] for row in rows], [row["loss"] for row in rows], lw=1)
        panel.set(title=log.stem, xlabel="step", ylabel="loss", yscale="log")
        if "psnr" in rows[0]:
            beside = panel.twinx()
            beside.plot([row["step"] for row in rows], [row["psnr"] for row in rows], lw=1, color="tab:orange")
            beside.set_ylabel("PSNR, dB")
    figure.tight_layout()
    figure.savefig(path, dpi=90)


def main() -> None:
    """Read the command line and do it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("what", choices=("prompts", "film", "curves"))
    parser.add_argument("path", type=Path)
    parser.add_argument("logs", type=Path, nargs="*")
    options = parser.parse_args()
    if options.what == "prompts":
        write(options.path, pictures(options.folder, list(PROMPTS)), 6, list(PROMPTS))
    elif options.what == "film":
        frames = film(options.folder, ["a misty pine forest", "a burning forest at night"])
        write(options.path, frames[::3], 10, [f"{number}" for number in range(0, len(frames), 3)], 144)
        for number in (0, 10, 29, 45, 59):
            print(number, measures(frames[number]))
    else:
        curves(options.logs, options.path)


if __name__ == "__main__":
    main()

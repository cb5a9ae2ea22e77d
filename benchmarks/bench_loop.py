"""What a frame costs beside its painting, and what a long film costs in memory.

    python benchmarks/bench_loop.py                 stages of a frame at 256² and 512², memory at 100 and 3000 frames
    python benchmarks/bench_loop.py --model none    another model in place of storybook
    python benchmarks/bench_loop.py --model sd15    a U-Net as large as Stable Diffusion 1.5's, of random weights

Memory is each film's own peak, measured in a process of its own.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
from fractions import Fraction
from pathlib import Path

import numpy as np
from animc.compiler.schedule import Schedule, Shot, blend_of
from animc.compiler.vocabulary import SETTINGS, TRACKS
from animc.runtime.depth import open_depth
from animc.runtime.errors import RenderError
from animc.runtime.painters import open_painter
from animc.runtime.render import render
from animc.runtime.store import FrameStore
from animc.runtime.timings import Timings
from animc.runtime.writer import open_writer

MODELS = ("paint", "depth")
"""Stages that are the models' own time."""


def plan(frames: int, side: int, model: str, steps: int = 0) -> Schedule:
    tracks = {track.name: np.full(frames, track.default, np.float32) for track in TRACKS if track.default is not None}
    tracks |= {"translation_z": np.full(frames, 2.0, np.float32), "rotation_y": np.full(frames, 0.2, np.float32)}
    tracks |= {"steps": np.full(frames, steps, np.float32)} if steps else {}
    settings = {param.name: param.default for param in SETTINGS if param.default is not None}
    return Schedule(
        fps=Fraction(15),
        frames=frames,
        size=(side, side),
        tracks={**tracks, "seed": np.arange(frames, dtype=np.int64)},
        settings={**settings, "model": model},
        texts=("a misty pine forest",),
        prompt=blend_of([[(0, 1.0)]] * frames),
        negative=blend_of([[]] * frames),
        shots=(Shot(0, frames),),
    )


def random_sd15(folder: Path) -> Path:
    """Save a pipeline with a U-Net of Stable Diffusion 1.5's size (860 M random weights) and TAESD's autoencoder."""
    from diffusers import AutoencoderTiny, DDIMScheduler, StableDiffusionPipeline, UNet2DConditionModel
    from transformers import BertTokenizer, CLIPTextConfig, CLIPTextModel

    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "misty", "pine", "forest"]
    (folder / "vocab.txt").write_text("\n".join(words))
    heads = CLIPTextConfig(
        vocab_size=len(words),
        hidden_size=768,
        intermediate_size=3072,
        num_attention_heads=12,
        num_hidden_layers=12,
        pad_token_id=0,
        bos_token_id=2,
        eos_token_id=3,
    )
    StableDiffusionPipeline(
        vae=AutoencoderTiny(),
        text_encoder=CLIPTextModel(heads),
        tokenizer=BertTokenizer(str(folder / "vocab.txt"), model_max_length=77),
        unet=UNet2DConditionModel(sample_size=64, cross_attention_dim=768),
        scheduler=DDIMScheduler(beta_schedule="scaled_linear", beta_start=0.00085, beta_end=0.012),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    ).save_pretrained(folder)
    return folder


def film(frames: int, side: int, model: str, steps: int = 0) -> Timings:
    """Render a film from nothing, with the store and the encoder at work."""
    film_plan, clock = plan(frames, side, model, steps), Timings()
    painter = open_painter(film_plan)
    depth = open_depth(str(film_plan.settings["depth"]), device=painter.device)
    with tempfile.TemporaryDirectory() as folder:
        store = FrameStore(Path(folder) / "frames")
        with open_writer(Path(folder) / "film.mp4", (side, side), Fraction(15), timings=clock) as writer:
            for picture in render(film_plan, painter=painter, depth=depth, store=store, timings=clock):
                writer.write(picture)
    return clock


def tell_stages(frames: int, side: int, model: str, steps: int = 0) -> None:
    clock = film(frames, side, model, steps)
    whole = sum(clock.seconds.values())
    ours = sum(seconds for stage, seconds in clock.seconds.items() if stage not in MODELS)
    model = Path(model).name
    print(f"\n{model} at {side}x{side}, {frames} frames: {whole / frames * 1e3:.0f} ms a frame")
    for stage, seconds in sorted(clock.seconds.items(), key=lambda pair: -pair[1]):
        print(f"  {stage:8} {seconds / frames * 1e3:8.1f} ms   {seconds / whole:6.1%}")
    print(f"  beside the models: {ours / frames * 1e3:.1f} ms, {ours / whole:.1%}")


def tell_memory() -> None:
    peaks = []
    for frames in (100, 3000):
        args = [sys.executable, __file__, "--peak", str(frames)]
        peaks.append(int(subprocess.run(args, check=True, capture_output=True).stdout))
        print(f"\nmodel none at 128x128, {frames:4} frames: peak {peaks[-1] / 1024:.0f} MB", end="")
    print(f"   ({peaks[1] / peaks[0] - 1:+.1%})")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="storybook")
    parser.add_argument("--frames", type=int, default=240, help="of the film whose stages are timed")
    parser.add_argument("--steps", type=int, default=0, help="of a painting; the model's own where 0")
    parser.add_argument("--stages", action="store_true", help="nothing of memory")
    parser.add_argument("--peak", type=int, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.peak:
        film(args.peak, 128, "none")
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
        return
    with tempfile.TemporaryDirectory() as folder:
        model, sides = args.model, (256, 512)
        if model == "sd15":
            model, sides = str(random_sd15(Path(folder))), (512,)
        for side in sides:
            try:
                tell_stages(args.frames, side, model, args.steps)
            except RenderError as fault:
                print(f"{model}: {fault}")
    if not args.stages:
        tell_memory()


if __name__ == "__main__":
    main()

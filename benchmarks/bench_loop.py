"""What a frame costs beside its painting, and what a long film costs in memory.

    python benchmarks/bench_loop.py                 stages of a frame at 256² and 512², memory at 100 and 3000 frames
    python benchmarks/bench_loop.py --model none    another model in place of storybook

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


def plan(frames: int, side: int, model: str) -> Schedule:
    tracks = {track.name: np.full(frames, track.default, np.float32) for track in TRACKS if track.default is not None}
    tracks |= {"translation_z": np.full(frames, 2.0, np.float32), "rotation_y": np.full(frames, 0.2, np.float32)}
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


def film(frames: int, side: int, model: str) -> Timings:
    """Render a film from nothing, with the store and the encoder at work."""
    film_plan, clock = plan(frames, side, model), Timings()
    painter = open_painter(film_plan)
    depth = open_depth(str(film_plan.settings["depth"]), device=painter.device)
    with tempfile.TemporaryDirectory() as folder:
        store = FrameStore(Path(folder) / "frames")
        with open_writer(Path(folder) / "film.mp4", (side, side), Fraction(15), timings=clock) as writer:
            for picture in render(film_plan, painter=painter, depth=depth, store=store, timings=clock):
                writer.write(picture)
    return clock


def tell_stages(frames: int, side: int, model: str) -> None:
    clock = film(frames, side, model)
    whole = sum(clock.seconds.values())
    ours = sum(seconds for stage, seconds in clock.seconds.items() if stage not in MODELS)
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
    parser.add_argument("--frames", type=int, default=12)
    parser.add_argument("--peak", type=int, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.peak:
        film(args.peak, 128, "none")
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
        return
    for side in (256, 512):
        try:
            tell_stages(args.frames, side, args.model)
        except RenderError as fault:
            print(f"{args.model}: {fault}")
    tell_memory()


if __name__ == "__main__":
    main()

"""Kill -9 again and again: does what is resumed become, to the byte, the film that nobody disturbed?

    python benchmarks/bench_kill.py                20 kills at chance moments of films of 60 frames
    python benchmarks/bench_kill.py --kills 3 --frames 24

Each film is painted by storybook at 64x64 in one step: a cadence that moves, colours held, noise, a mask, a cut.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

ANIMC = Path(sys.executable).parent / "animc"

SCRIPT = """\
fps = 12
size = 64x64
steps = 1
length = {frames}f
seed = 7
0: "a misty pine forest"
{half}: "the sea at sunset" fade 6f
cadence = [0: 1, {half}: 3 ease step]
noise = 0.05
translation_z = 3
rotation_y = 0.5*sine(2s)
mask = "luma 0.1..1"
cut at {late}
"""


def render(folder: Path, out: str, cache: str, kill_after: float | None) -> bool:
    """Render into ``out``; tell whether it came to its end before it was killed."""
    line = [str(ANIMC), "render", "film.anim", "-o", out, "--quiet"]
    environment = {**os.environ, "ANIMC_CACHE": str(folder / cache)}
    with subprocess.Popen(line, cwd=folder, env=environment) as run:
        try:
            return run.wait(kill_after) == 0
        except subprocess.TimeoutExpired:
            run.kill()
            return False


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--frames", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    chance, same, killed = np.random.default_rng(args.seed), 0, 0
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        text = SCRIPT.format(frames=args.frames, half=args.frames // 2, late=args.frames * 3 // 4)
        (folder / "film.anim").write_text(text)
        began = time.monotonic()
        assert render(folder, "whole.mp4", "whole", None)
        whole, seconds = (folder / "whole.mp4").read_bytes(), time.monotonic() - began
        for number in range(args.kills):
            cache, out = f"cache{number}", f"film{number}.mp4"
            if not render(folder, out, cache, chance.uniform(0.2, 1.0) * seconds):
                killed += 1
                if chance.random() < 0.4 and not render(folder, out, cache, chance.uniform(0.2, 0.8) * seconds):
                    killed += 1
                assert render(folder, out, cache, None)
            same += (folder / out).read_bytes() == whole
            left = [path for path in folder.glob(".*") if path.name.endswith((".part", ".whole"))]
            print(f"{number + 1:3}: {same} the same, {len(left)} files left", flush=True)
    print(f"{same} of {args.kills} films of {args.frames} frames are the undisturbed one; {killed} renders were killed")
    sys.exit(same != args.kills)


if __name__ == "__main__":
    main()

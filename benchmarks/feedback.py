"""Does a fed-back film last, and follow its prompts and its camera? `python benchmarks/feedback.py [MODEL]`.

Films through `animc render`: seven worlds, each under a slow zoom for 200 frames at strength 0.5, whose sharpness,
contrast and chroma are told against the mean of the first ten; changes of prompt at strength 0.6, told as how far each
frame has come from the old world's colours and layout to the new one's (0..1), every other frame; and a zoom of 2 % a
frame in 2d, told as the zoom that is to be seen from frame to frame. A contact sheet of each is left beside.
"""

from __future__ import annotations

import argparse
import itertools
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np

STEADY = """fps = 10
size = 256x256
length = {frames}f
model = "{model}"
strength = 0.5
translation_z = 3
0: "{world}"
"""
WORLDS = (
    "a pine forest at dawn, fog",
    "a red house in a meadow, summer day",
    "the sea at sunset, sun, clouds",
    "a neon city at night",
    "mountains at night, aurora, stars",
    "a cactus in the desert at noon, watercolour",
    "a snowy village at dusk",
)
CHANGE = """fps = 10
size = 256x256
length = 60f
model = "{model}"
strength = 0.6
translation_z = 3
0: "{old}"
30: "{new}"
"""
PUSH = """fps = 10
size = 256x256
length = 40f
model = "{model}"
mode = "2d"
strength = 0.6
zoom = 1.02
0: "{world}"
"""
PAIRS = (
    ("a misty pine forest", "a burning forest at night"),
    ("a pine forest at dawn, fog", "the sea at sunset, sun, clouds"),
    ("the sea at sunset, sun, clouds", "a neon city at night"),
    ("a neon city at night", "mountains at night, aurora, stars"),
)


def measures(picture: np.ndarray) -> dict[str, float]:
    """Brightness, contrast, chroma (grey levels) and sharpness (variance of the Laplacian); H×W×3, uint8."""
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32)
    chroma = picture.astype(np.float32).max(-1) - picture.astype(np.float32).min(-1)
    return {
        "brightness": float(grey.mean()),
        "contrast": float(grey.std()),
        "chroma": float(chroma.mean()),
        "sharpness": float(cv2.Laplacian(grey, cv2.CV_32F).var()),
    }


def rendered(script: str, name: str, out: Path) -> list[np.ndarray]:
    """Render a script into `out/name/`; its frames."""
    text, folder = out / f"{name}.anim", out / name
    text.write_text(script)
    line = ["animc", "render", str(text), "-o", f"{folder}/", "--contact-sheet", str(out / f"{name}.png"), "--quiet"]
    subprocess.run([str(Path(sys.executable).parent / line[0]), *line[1:]], check=True)
    return [cv2.cvtColor(cv2.imread(str(path)), cv2.COLOR_BGR2RGB) for path in sorted(folder.glob("*.png"))]


def steady(model: str, world: str, number: int, frames: int, out: Path) -> None:
    """Tell how one world lasts."""
    script = STEADY.format(model=model, frames=frames, world=world)
    told = [measures(picture) for picture in rendered(script, f"steady-{number}", out)]
    print(f"{world}:")
    for name in told[0]:
        values = np.array([row[name] for row in told])
        first = values[:10].mean()
        spans = [values[start : start + 10].mean() / first for start in range(0, len(values) - 9, 10)]
        print(f"    {name:10}  first ten {first:7.1f}   later, by tens, {min(spans):.2f} .. {max(spans):.2f}")


def change(model: str, old: str, new: str, number: int, out: Path) -> None:
    """Tell how fast another world arrives."""
    shown = rendered(CHANGE.format(model=model, old=old, new=new), f"change-{number}", out)
    small = np.array([cv2.resize(p, (16, 16), interpolation=cv2.INTER_AREA) for p in shown]).astype(float)
    small = small.reshape(len(shown), -1)
    start, end = small[20:30].mean(0), small[50:60].mean(0)
    way = (small - start) @ (end - start) / max(float((end - start) @ (end - start)), 1e-9)
    print(f"{old} -> {new}: {' '.join(f'{value:.2f}' for value in way[30:52:2])}")


def magnified(before: np.ndarray, after: np.ndarray) -> float:
    """Percent by which `before` must be magnified about its middle to match `after` best (by correlation)."""
    shades = [cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32) for picture in (before, after)]
    fine = [cv2.GaussianBlur(shade, (0, 0), 1) - cv2.GaussianBlur(shade, (0, 0), 16) for shade in shades]
    height, width = fine[0].shape
    inner = np.s_[height // 10 : -height // 10, width // 10 : -width // 10]

    def match(percent: float) -> float:
        scaling = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), 0, 1 + percent / 100)
        return float(
            np.corrcoef(cv2.warpAffine(fine[0], scaling, (width, height))[inner].ravel(), fine[1][inner].ravel())[0, 1]
        )

    return float(max(np.arange(-4, 8.01, 0.25), key=match))


def push(model: str, world: str, number: int, out: Path) -> None:
    """Tell how much of a zoom is to be seen."""
    shown = rendered(PUSH.format(model=model, world=world), f"push-{number}", out)
    seen = [magnified(before, after) for before, after in itertools.pairwise(shown)]
    print(f"{world}: of 2 % a frame {np.mean(seen[:10]):.2f} is seen at first, {np.mean(seen[10:]):.2f} later")


def main() -> None:
    """Read the command line and do it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", nargs="?", default="storybook")
    parser.add_argument("--out", type=Path, default=Path("build/feedback"))
    parser.add_argument("--frames", type=int, default=200)
    parser.add_argument("--only", choices=("steady", "change", "push"), help="one kind of film")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    for number, world in enumerate(WORLDS):
        if options.only in (None, "steady"):
            steady(options.model, world, number, options.frames, options.out)
    for number, (old, new) in enumerate(PAIRS):
        if options.only in (None, "change"):
            change(options.model, old, new, number, options.out)
    for number, (_, world) in enumerate(PAIRS):
        if options.only in (None, "push"):
            push(options.model, world, number, options.out)


if __name__ == "__main__":
    main()

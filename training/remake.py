"""Make a built-in model again from nothing, in one command: `python -m training.remake depth build`.

Each step is a module of this folder run on its own, seeded; one that is finished is not run again, one that was broken
off goes on. `--share 0.01` gives every training a hundredth of its time, to see that all of it works; `--list` only
says what would run.
"""

from __future__ import annotations

import argparse
import os
import shlex
import subprocess
import sys
from pathlib import Path

SKETCHED = "--mirror 0 --views 0.35 --early 1.0 --layout 0.5 --spoil 0.3 --plain 0.4"
SCENES = ("dataset {build}/scenes --count @16000",)
VAE = (*SCENES, "autoencoder {build}/scenes {build}/vae --minutes @60")

STEPS = {
    "storybook": (
        *VAE,
        "*storybook {build}/scenes {build}/vae/vae {build}/storybook --minutes @120 --batch 16 --plain 0.7 --rate 7e-4",
        "dataset {build}/first --first",
        "*storybook {build}/first {build}/vae/vae {build}/storybook --minutes @60 --batch 14 --rate 2.5e-3 --mirror 0"
        " --early 2.2",
        "dataset {build}/book --count @12000 --book",
        "*sketch {build}/book {build}/vae/vae {build}/sketch --minutes @40 --batch 24",
        "*storybook {build}/book {build}/vae/vae {build}/storybook --sketch {build}/sketch/sketch --minutes @65"
        " --batch 14 --rate 1.2e-3 " + SKETCHED,
        "export {build}/storybook {build}/vae/vae {build}/weights/storybook --sketch {build}/sketch/sketch",
    ),
    "depth": (*VAE, "depth {build}/scenes {build}/vae/vae {build}/depth {build}/weights/depth --minutes @30"),
    "between": (
        *SCENES,
        "motion {build}/scenes {build}/motion --count @9500",
        "between {build}/motion {build}/between {build}/weights/between --minutes @100",
    ),
}
"""What makes each model. `@` stands before what `--share` scales, `*` before what is trained on every core."""


def plan(model: str, build: Path, share: float = 1.0, cores: int = 1) -> list[list[str]]:
    """The command lines that make a model, in order."""
    return [_command(step, build, share, cores) for step in STEPS[model]]


def _command(step: str, build: Path, share: float, cores: int) -> list[str]:
    words: list[str] = []
    for word in shlex.split(step.removeprefix("*")):
        if word.startswith("@"):
            wanted = float(word[1:]) * share
            word = str(max(round(wanted), 200)) if words[-1] == "--count" else f"{wanted:g}"  # 200: a shard
        words.append(word.replace("{build}", str(build)))
    runner = ["-m", "torch.distributed.run", "--nproc-per-node", str(cores)] if step.startswith("*") else []
    return [sys.executable, *runner, "-m", f"training.{words[0]}", *words[1:]]


def main() -> None:
    """Read the command line and do it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", choices=STEPS)
    parser.add_argument("build", type=Path, help="folder for all that is drawn and trained on the way")
    parser.add_argument("--share", type=float, default=1.0, help="of the usual scenes and minutes")
    parser.add_argument("--cores", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--list", action="store_true", help="only say what would run")
    options = parser.parse_args()
    for command in plan(options.model, options.build, options.share, options.cores):
        told = shlex.join(command[1:])
        done = options.build / "done.txt"
        if options.list or (done.exists() and told in done.read_text().splitlines()):
            print(("" if options.list else "done: ") + told, flush=True)
            continue
        print(told, flush=True)
        options.build.mkdir(parents=True, exist_ok=True)
        one_thread = {"OMP_NUM_THREADS": "1"} if "torch.distributed.run" in command else {}
        if code := subprocess.run(command, env={**os.environ, **one_thread}, check=False).returncode:  # noqa: S603
            sys.exit(code)
        with done.open("a") as log:
            log.write(told + "\n")


if __name__ == "__main__":
    main()

"""How long scripts take to compile, beside the same formulas written by hand in numpy, in one run.

    python benchmarks/bench_compile.py

Thirty schedules of a usual film (10 of keyframes, 16 of formulas, 4 led by triggers) over 10 000 frames; then long
scripts, each twice as long as the one before, and the schedule's size in memory. Least of several turns.
"""

from __future__ import annotations

import math
import resource
import subprocess
import sys
from pathlib import Path

import numpy as np
from animc.compiler import compile_script
from animc.compiler.schedule import Schedule
from clock import least
from numpy.typing import NDArray

FRAMES, FPS = 10_000, 30
KEYS = ("translation_x", "translation_y", "rotation_x", "strength", "cfg", "noise", "contrast", "fov", "near", "far")
FORMULAS = (
    ("translation_z", "10*sin(2*pi*t/{n}) + 2", lambda t, n: 10 * np.sin(2 * math.pi * t / n) + 2),
    ("rotation_y", "0.5*cos(t/{n})**2 - 0.2", lambda t, n: 0.5 * np.cos(t / n) ** 2 - 0.2),
    ("rotation_z", "abs(sin(t/{n}))*3 + t%{n}/{n}", lambda t, n: np.abs(np.sin(t / n)) * 3 + t % n / n),
    ("zoom", "where(t%{n} < 10, 1.02, 1 + 0.001*sin(t/7))",
     lambda t, n: np.where(t % n < 10, 1.02, 1 + 0.001 * np.sin(t / 7))),
)  # fmt: skip
TARGETS = ("angle", "antiblur_amount", "mask_feather", "color_strength")


def script(turns: int) -> str:
    """Return the film's script: ``turns`` sixteenths of its formulas, with its keyframes and triggers."""
    lines = [f'fps = {FPS}\nlength = {FRAMES}f\ntempo = 120\n0: "a forest"\n100s: "a city" fade 4s']
    for number, track in enumerate(KEYS):
        lines.append(f"{track} += [" + ", ".join(f"{k * 500}: 0.{(k * 7 + number) % 9 + 1}" for k in range(20)) + "]")
    for number in range(turns):
        track, formula, _ = FORMULAS[number % len(FORMULAS)]
        lines.append(f"{track} += {formula.format(n=100 + number)}")
    lines += [f"on beat every {number + 1}: {track} += 0.1*decay(1b)" for number, track in enumerate(TARGETS)]
    return "\n".join(lines) + "\n"


def by_hand(turns: int) -> list[NDArray[np.float64]]:
    """Evaluate the same in numpy, as one who knows it would write it down."""
    t, found = np.arange(FRAMES, dtype=np.float64), []
    for number in range(len(KEYS)):
        places = np.arange(20) * 500
        found.append(np.interp(t, places, [((k * 7 + number) % 9 + 1) / 10 for k in range(20)]))
    found += [FORMULAS[number % len(FORMULAS)][2](t, 100 + number) for number in range(turns)]
    beat = FPS / 2
    for number in range(len(TARGETS)):
        period = beat * (number + 1)
        found.append(0.1 * np.exp(-5 * (t % period) / beat))
    return found


def size_of(schedule: Schedule) -> float:
    """Return the MB that a schedule's arrays take."""
    blends = [part for blend in (schedule.prompt, schedule.negative)
              for part in (blend.offsets, blend.text, blend.weight)]  # fmt: skip
    return sum(part.nbytes for part in (*schedule.tracks.values(), *blends)) / 1e6


def main() -> None:
    ours, theirs = least(lambda: compile_script(script(16)), 7), least(lambda: by_hand(16), 7)
    print(f"30 schedules, {FRAMES} frames: {ours:.1f} ms; numpy {theirs:.1f} ms: {ours / theirs:.1f} times that")
    film = compile_script(script(16))
    share = size_of(film) * 20 / len(film.tracks)
    print(f"schedule in memory: {size_of(film):.1f} MB in {len(film.tracks)} tracks; {share:.1f} MB for 20")
    head = 'fps = 30\n0: "a"\n'
    for name, make in (
        ("keyframes in a list", lambda n: head + "fov = [" + ", ".join(f"{k}: {k % 50 + 20}" for k in range(n)) + "]"),
        ("statements", lambda n: head + "".join(f"let v{k} = {k} + sin(t/{k + 1})\n" for k in range(n))),
        ("prompts", lambda n: "".join(f'{k * 9}: "p{k}"\n' for k in range(n))),
    ):
        taken = [(n, least(lambda n=n, make=make: compile_script(make(n)), 2)) for n in (2_500, 5_000, 10_000)]
        print(f"{name}: " + ", ".join(f"{n} in {ms:.0f} ms" for n, ms in taken))
    motel = Path(__file__).parent.parent / "examples" / "motel.anim"
    command = [str(Path(sys.executable).with_name("animc")), "check", str(motel)]
    taken = []
    for _ in range(5):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        taken.append(after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime)
    print(f"animc check {motel.name}, a process of its own: {min(taken):.2f} s of processor")


if __name__ == "__main__":
    main()

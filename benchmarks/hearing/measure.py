"""Measures hearing on the corpus: ``python benchmarks/hearing/measure.py [--seeds 1000:1004] [--librosa]``.

Beats by mir_eval's F-measure (70 ms), CMLt and AMLt; downbeats by F; kicks by recall, precision and error; and
seconds of work a minute of sound. Needs mir_eval, and librosa to compare with.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from functools import partial

import corpus
import mir_eval
import numpy as np
from animc.compiler.sounds import KICK, Told
from animc.runtime.hearing.decode import RATE, Wave
from animc.runtime.hearing.onsets import find_onsets
from animc.runtime.hearing.rhythm import rhythm_of

Tracker = Callable[[Wave], tuple[np.ndarray, np.ndarray, int]]


def ours(wave: Wave, known: Told | None = None) -> tuple[np.ndarray, np.ndarray, int]:
    rhythm = rhythm_of(wave, known)
    return rhythm.beats, rhythm.downbeats, rhythm.meter


def told(piece: corpus.Piece) -> Tracker:
    """Return our tracker, told the piece's tempo (the median) and meter as ``tempo = 120 meter 4`` does."""
    return partial(ours, known=Told(round(60 / float(np.median(np.diff(piece.beats)))), piece.meter))


def librosa_default(wave: Wave) -> tuple[np.ndarray, np.ndarray, int]:
    import librosa

    samples = librosa.resample(wave.samples, orig_sr=wave.rate, target_sr=22_050)
    _, beats = librosa.beat.beat_track(y=samples, sr=22_050, units="time")
    return np.asarray(beats), np.zeros(0), 4


def wave_of(piece: corpus.Piece) -> Wave:
    import soxr

    return Wave(soxr.resample(piece.sound.astype(np.float32), corpus.RATE, RATE), RATE, piece.sound.size / corpus.RATE)


def near(truth: np.ndarray, found: np.ndarray, window: float) -> np.ndarray:
    """Return the errors of those true times that something was found within ``window`` of."""
    if truth.size == 0 or found.size == 0:
        return np.zeros(0)
    error = np.array([found[np.abs(found - at).argmin()] - at for at in truth])
    return error[np.abs(error) <= window]


def row(piece: corpus.Piece, wave: Wave, tracker: Tracker) -> dict[str, float]:
    start = time.process_time()
    beats, downbeats, meter = tracker(wave)
    cost = (time.process_time() - start) / wave.duration * 60
    _, _, _, amlt = mir_eval.beat.continuity(piece.beats, beats)
    cmlt = mir_eval.beat.continuity(piece.beats, beats)[1]
    errors = near(piece.beats, beats, 0.07)
    told = {
        "F": mir_eval.beat.f_measure(piece.beats, beats, 0.07),
        "CMLt": cmlt,
        "AMLt": amlt,
        "ms": 1000 * float(np.abs(errors).mean()) if errors.size else float("nan"),
        "bias": 1000 * float(np.median(errors)) if errors.size else float("nan"),
        "downF": mir_eval.beat.f_measure(piece.downbeats, downbeats, 0.07) if downbeats.size else 0.0,
        "meter": float(meter == piece.meter),
        "cost": cost,
    }
    kicks = piece.drums["kick"]
    if kicks.size and tracker is ours:
        start = time.process_time()
        found, _ = find_onsets(wave, KICK)
        hit = near(kicks, found, 0.05)
        told |= {
            "kickR": hit.size / kicks.size,
            "kickP": near(found, kicks, 0.05).size / max(found.size, 1),
            "kick_ms": 1000 * float(np.abs(hit).mean()) if hit.size else float("nan"),
            "kick95": 1000 * float(np.percentile(np.abs(hit), 95)) if hit.size else float("nan"),
            "kbias": 1000 * float(np.median(hit)) if hit.size else float("nan"),
            "kcost": (time.process_time() - start) / wave.duration * 60,
        }
    return told


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", default="1000:1004")
    parser.add_argument("--styles", default=",".join(corpus.STYLES))
    parser.add_argument("--librosa", action="store_true", help="measure librosa's beat_track with its defaults instead")
    parser.add_argument("--told", action="store_true", help="tell it the tempo and the meter, as a script can")
    parser.add_argument("--each", action="store_true", help="one line a piece")
    arguments = parser.parse_args()
    first, last = map(int, arguments.seeds.split(":"))
    tracker = librosa_default if arguments.librosa else ours
    everything: list[dict[str, float]] = []
    head = False
    for style in arguments.styles.split(","):
        rows = []
        for seed in range(first, last):
            piece = corpus.make(style, seed)
            rows.append(row(piece, wave_of(piece), told(piece) if arguments.told else tracker))
            if arguments.each:
                tempo = 60 / np.median(np.diff(piece.beats))
                print(f"    {seed} {tempo:6.1f}", {key: round(value, 2) for key, value in rows[-1].items()})
        everything += rows
        if not head:
            print(f"{'':12}" + "".join(f"{key:>8}" for key in rows[0]))
            head = True
        print(f"{style:12}" + line(rows), flush=True)
    print(f"{'all':12}" + line(everything))
    print(f"worst F {min(row['F'] for row in everything):.2f}, pieces {len(everything)}")


def line(rows: list[dict[str, float]]) -> str:
    keys = max(rows, key=len).keys()
    values = {key: [row[key] for row in rows if key in row and row[key] == row[key]] for key in keys}
    return "".join(f"{np.mean(found):8.3f}" if found else f"{'':8}" for found in values.values())


if __name__ == "__main__":
    main()

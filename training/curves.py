"""Draw what the trainings logged. `python -m training.curves OUT.png LOG.jsonl…`."""

from __future__ import annotations

import argparse
import json
from pathlib import Path


def curves(path: Path, logs: list[Path]) -> None:
    """Plot the losses in logs of trainings (a JSON object a line), a panel each, and PSNR where it is told."""
    from matplotlib.figure import Figure

    rows = -(-len(logs) // 2)
    figure = Figure((9, 2.4 * rows), layout="constrained")
    for axes, log in zip(figure.subplots(rows, 2, squeeze=False).flat, logs, strict=False):
        lines = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
        steps = [line["step"] for line in lines]
        axes.plot(steps, [line["loss"] for line in lines], linewidth=1)
        axes.set_title(log.stem, fontsize=9)
        axes.set_xlabel("step", fontsize=8)
        axes.set_ylabel("loss", fontsize=8)
        axes.tick_params(labelsize=7)
        if "psnr" in lines[0]:
            beside = axes.twinx()
            beside.plot(steps, [line["psnr"] for line in lines], linewidth=1, color="tab:orange")
            beside.set_ylabel("PSNR, dB", fontsize=8)
    figure.savefig(path, dpi=110)


def main() -> None:
    """Read the command line and do it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("path", type=Path)
    parser.add_argument("logs", type=Path, nargs="+")
    options = parser.parse_args()
    curves(options.path, options.logs)


if __name__ == "__main__":
    main()

"""Draw what the trainings logged. `python -m training.curves OUT.png LOG.jsonl…`."""

from __future__ import annotations

import argparse
import json
from pathlib import Path


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
    parser.add_argument("path", type=Path)
    parser.add_argument("logs", type=Path, nargs="+")
    options = parser.parse_args()
    curves(options.logs, options.path)


if __name__ == "__main__":
    main()

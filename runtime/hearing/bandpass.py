"""A causal band-pass over a long sound, a piece at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .spectrum import Band, Floats

_PIECE = 1 << 19


def band_pieces(samples: Floats, rate: int, band: Band, order: int, step: int) -> Iterator[NDArray[np.float64]]:
    """Yield a Butterworth-filtered sound as rows of ``step`` samples; what does not fill a row at the end is padded."""
    from scipy import signal

    low, high = max(band[0], 1.0), min(band[1], 0.49 * rate)
    sos: Any = signal.butter(order, (min(low, high / 2), high), "bandpass", fs=rate, output="sos")
    state = np.zeros((sos.shape[0], 2))
    piece = _PIECE // step * step
    for first in range(0, samples.size, piece):
        part = samples[first : first + piece]
        part = np.pad(part, (0, -part.size % step))
        heard, state = signal.sosfilt(sos, part, zi=state)
        yield np.asarray(heard, np.float64).reshape(-1, step)

"""Where the time of a render goes, by stage."""

from __future__ import annotations

import threading
import time
from collections.abc import Generator
from contextlib import contextmanager


class Timings:
    """Seconds and calls by stage, safe to share between threads.

    Stages of the loop: ``read``, ``depth``, ``warp``, ``colour``, ``paint``, ``store``, ``write``. ``paint`` and
    ``depth`` are the models' own; the rest is what animc adds.
    """

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.calls: dict[str, int] = {}
        self._lock = threading.Lock()

    @contextmanager
    def stage(self, name: str) -> Generator[None]:
        """Count the time inside the ``with`` block to a stage."""
        began = time.perf_counter()
        try:
            yield
        finally:
            self.add(name, time.perf_counter() - began)

    def add(self, name: str, seconds: float) -> None:
        """Count ``seconds`` to a stage."""
        with self._lock:
            self.seconds[name] = self.seconds.get(name, 0.0) + seconds
            self.calls[name] = self.calls.get(name, 0) + 1

"""What a render tells: how many frames are done and how they came about, and where the time went."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from .screen import Screen

if TYPE_CHECKING:
    from ..forecast import Forecast
    from ..render import Progress
    from ..timings import Timings


def counted(number: int, what: str) -> str:
    """Return a number of things in words."""
    return f"{number} {what}{'s' * (number != 1)}"


def told(seen: Forecast, seconds: float | None, *, repaints: bool) -> str:
    """Return a forecast in words; ``seconds`` is what it will take, if that is known."""
    if not repaints:
        return f"nothing is painted: {counted(seen.total, 'frame')} shown by the camera alone"
    rest = seen.total - seen.kept - seen.painted
    parts = [f"{seen.kept} of {counted(seen.total, 'frame')} kept, {seen.painted} to paint"]
    parts += [f"{seen.before} more to paint that these grow from"] if seen.before else []
    parts += [f"{rest} made of those by the camera"] if rest else []
    if seen.painted + seen.before == 0:
        parts.append("nothing to paint")
    elif seconds is None:
        parts.append("how long that takes is known once a frame was painted so")
    else:
        parts.append(f"about {_long(seconds)}")
    return ", ".join(parts)


def _long(seconds: float) -> str:
    if seconds < 90:
        return f"{max(round(seconds), 1)} s"
    return f"{round(seconds / 60)} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


class Tally:
    """Counts frames as they are done, and shows them."""

    def __init__(self, total: int, screen: Screen) -> None:
        self.total = total
        self.how: Counter[str] = Counter()
        self._screen = screen
        self._next = ""
        self._warned: str | None = None
        self.frame = 0

    @property
    def done(self) -> int:
        """Return how many frames were written."""
        return self.how.total()

    def begin(self, note: str | None) -> None:
        """Show that the frames begin, and what there is to know of the film."""
        if note:
            self._screen.say(f"note: {note}")
        self._screen.frames("painting", self.total)

    def come(self, progress: Progress) -> None:
        """Hear how the next frame came about."""
        self._next, self.frame = progress.how, progress.frame

    def count(self) -> None:
        """Take that frame into the count: it is in the film now."""
        self.how[self._next] += 1
        self._screen.advance(self.done, self._next)

    def warn(self, trouble: str | None) -> None:
        """Show what is wrong with the keeping of frames, as soon as it is, and once."""
        if trouble and trouble != self._warned:
            self._warned = trouble
            self._screen.warn(trouble)

    def told(self) -> str:
        """Return the count in words."""
        kinds = ", ".join(f"{number} {how}" for how, number in self.how.items())
        return f"{counted(self.done, 'frame')} ({kinds})" if kinds else "no frame"


def tell_timings(clock: Timings, seconds: float, screen: Screen) -> None:
    """Tell where the time of a render went, the longest stage first."""
    screen.say(f"  {'stage':<10} {'seconds':>8} {'share':>7} {'ms each':>9}")
    for stage, spent in sorted(clock.seconds.items(), key=lambda pair: -pair[1]):
        each = 1000 * spent / clock.calls[stage]
        screen.say(f"  {stage:<10} {spent:8.2f} {spent / seconds:7.1%} {each:9.2f}")

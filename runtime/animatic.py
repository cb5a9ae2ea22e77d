"""The animatic: what a preview shows around its picture, to judge a film's rhythm by before it is painted.

Over the picture stand the section, the shot, the clock and the prompt; it flashes on beats. Below it run the sound and
the moving tracks, past a line that is now, and the whole film at the foot.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from ..compiler.schedule import Schedule
from .letters import Colour, line, shade, sprite, wrap, write
from .picture import Bytes
from .plot import sorted_tracks

PAPER: Colour = (17, 19, 25)
LANE: Colour = (28, 31, 40)
INK: Colour = (232, 235, 242)
GREY: Colour = (134, 141, 156)
BEAT: Colour = (255, 196, 92)
NOW: Colour = (255, 255, 255)
HUES: tuple[Colour, ...] = ((112, 182, 246), (250, 166, 104), (120, 214, 160), (236, 128, 170), (176, 156, 246),
                            (228, 208, 110), (110, 212, 214), (240, 134, 120))  # fmt: skip

MOST_TRACKS, MOST_LAMPS = 8, 6
LAMPS, SOUND, TRACK, FOOT, EDGE = 24, 38, 24, 30, 10
"""Pixels: heights of the row of lamps, the sound, a track and the film's line; and the margin."""

BEHIND, AHEAD = 2.0, 4.0
"""Seconds that the running lanes show on both sides of now."""

GLOW = 0.22
"""Seconds in which a flash dies away to a third."""

SMALL, TEXT = 11, 15
"""Pixels: sizes of letters."""


@dataclass(frozen=True)
class Sound:
    """The loudest sample of each 1/``rate`` second, 0..1."""

    peaks: NDArray[np.float32]
    rate: float


class Animatic:
    """Draws the frames of a preview of ``schedule``, whose pictures are of ``size`` (width, height)."""

    def __init__(self, schedule: Schedule, size: tuple[int, int], sound: Sound | None = None) -> None:
        self.schedule, self.picture_size, self.sound = schedule, size, sound
        self.fps = float(schedule.fps)
        moving, _ = sorted_tracks(schedule)
        self.tracks = moving[:MOST_TRACKS]
        self.more = len(moving) - len(self.tracks)
        self.lamps = _lamps(schedule.events)
        self.prompts = _prompt_spans(schedule)
        lanes = LAMPS * bool(self.lamps) + SOUND * self._sounds() + TRACK * len(self.tracks)
        height = size[1] + lanes + FOOT + EDGE
        self.size = (size[0] + size[0] % 2, height + height % 2)
        name = max((len(track) for track in self.tracks), default=0)
        self.left = min(max(name * 6 + 16, 70), size[0] // 3)
        self.right = size[0] - 52

    def _sounds(self) -> bool:
        return self.sound is not None or "beat" in self.schedule.events

    def frame(self, number: int, picture: Bytes) -> Bytes:
        """Return frame ``number`` of the preview: ``picture`` (H×W×3 bytes) and all that stands around it."""
        width, height = self.picture_size
        page = np.empty((self.size[1], self.size[0], 3), np.uint8)
        page[:] = PAPER
        page[:height, :width] = picture
        view = page[:height, :width]
        self._flash(view, number)
        self._head(view, number)
        self._caption(view, number)
        top = height
        if self.lamps:
            self._lamp_row(page, top, number)
            top += LAMPS
        if self._sounds():
            self._sound_lane(page, top, number)
            top += SOUND
        for index, track in enumerate(self.tracks):
            self._track_lane(page, top, number, track, HUES[index % len(HUES)])
            top += TRACK
        self._film_line(page, top + EDGE, number)
        return page

    def _since(self, name: str, number: int) -> float:
        """Return the seconds since the last of the events ``name``, or a long time where none was."""
        times = self.schedule.events.get(name)
        now = (number + 0.5) / self.fps
        place = int(np.searchsorted(times, now, side="right")) if times is not None else 0
        return now - float(times[place - 1]) if times is not None and place else 1e3

    def _glow(self, name: str, number: int) -> float:
        return float(np.exp(-self._since(name, number) / GLOW))

    def _flash(self, view: Bytes, number: int) -> None:
        """Light the picture's rim on beats, the whole of it on downbeats."""
        down, beat = self._glow("downbeat", number), self._glow("beat", number)
        if down > 0.05:
            view[:] = cv2.addWeighted(view, 1, np.full_like(view, 255), 0.16 * down, 0)
        rim = max(down, 0.7 * beat)
        if rim > 0.05:
            wide = 5 if down > beat * 0.9 else 3
            for part in (view[:wide], view[-wide:], view[:, :wide], view[:, -wide:]):
                part[:] = part + (np.array(BEAT) - part) * rim

    def _head(self, view: Bytes, number: int) -> None:
        """Write section and shot at the left, clock, bar and frame at the right."""
        high = min(34, view.shape[0] // 4)
        shade(view, slice(0, high), np.linspace(0.72, 0, high) ** 0.8)
        schedule = self.schedule
        names = [part.name for part in schedule.sections if part.start <= number < part.stop]
        shots = [place for place, shot in enumerate(schedule.shots, 1) if shot.start <= number < shot.stop]
        x = EDGE
        if names:
            x += write(view, " · ".join(names), (x, 13), TEXT - 1, INK, bold=True) + 8
        if len(schedule.shots) > 1:
            write(view, f"shot {shots[0]}", (x, 13), SMALL + 1, INK, strength=0.8)
        seconds = number / self.fps
        told = f"{self._bar(number)}{int(seconds) // 60}:{seconds % 60:04.1f}   {number}"
        write(view, told, (view.shape[1] - EDGE, 13), SMALL + 1, INK, side="right")

    def _bar(self, number: int) -> str:
        """Return bar and beat, from 1, as musicians count them; nothing where no bars are known."""
        now = (number + 0.5) / self.fps
        bars, beats = (self.schedule.events.get(name, np.zeros(0)) for name in ("downbeat", "beat"))
        bar = int(np.searchsorted(bars, now, side="right"))
        if not bar:
            return ""
        return f"{bar}.{max(int(np.sum((beats <= now) & (beats >= bars[bar - 1] - 0.03))), 1)}   "

    def _caption(self, view: Bytes, number: int) -> None:
        """Write the prompt, or the two that weigh most, each as clear as it weighs."""
        said = sorted(self.schedule.row(number).prompt, key=lambda pair: -pair[1])[:2]
        room = view.shape[1] - 2 * EDGE
        most = 3 if len(said) < 2 else 2
        lines = [(text, weight) for whole, weight in said for text in wrap(whole, room, TEXT, most)]
        high = min(len(lines) * 20 + 26, view.shape[0] // 2)
        if not lines or high < 30:
            return
        shade(view, slice(view.shape[0] - high, view.shape[0]), 0.78 * np.linspace(0, 1, high) ** 0.6)
        y = view.shape[0] - 8 - 20 * len(lines) + 10
        for text, weight in lines:
            write(view, text, (EDGE, y), TEXT, INK, strength=0.25 + 0.75 * weight)
            y += 20

    def _lamp_row(self, page: Bytes, top: int, number: int) -> None:
        """Draw a lamp for each stream of events, lit when one comes."""
        x, y = EDGE + 5, top + LAMPS // 2 + 1
        for place, name in enumerate(self.lamps):
            colour = BEAT if name in ("beat", "downbeat") else HUES[place % len(HUES)]
            glow = self._glow(name, number)
            lit = np.array(LANE) * (1 - glow) + np.array(colour) * glow + 12
            cv2.circle(page, (x * 16, y * 16), 5 * 16, lit.clip(0, 255).tolist(), -1, cv2.LINE_AA, 4)
            label = wrap(name, 110, SMALL, 1)
            tone = _mixed(GREY, INK, glow)
            x += 10 + write(page, label[0] if label else "", (x + 10, y), SMALL, tone) + 16
            if x > self.size[0] - 60:
                break

    def _lane(self, page: Bytes, top: int, height: int, name: str) -> NDArray[np.uint8]:
        """Clear a running lane, name it, and return its part of the page."""
        label = wrap(name, self.left - EDGE - 4, SMALL, 1)
        write(page, label[0] if label else "", (EDGE, top + height / 2), SMALL, GREY)
        lane = page[top + 2 : top + height, self.left : self.right]
        lane[:] = LANE
        return lane

    def _x(self, lane: NDArray[np.uint8], seconds: NDArray[np.float64] | float, number: int) -> NDArray[np.float64]:
        now = number / self.fps
        return (np.asarray(seconds, np.float64) - now + BEHIND) / (BEHIND + AHEAD) * lane.shape[1]

    def _now(self, lane: NDArray[np.uint8]) -> None:
        x = round(BEHIND / (BEHIND + AHEAD) * lane.shape[1])
        lane[:, x : x + 1] = NOW

    def _sound_lane(self, page: Bytes, top: int, number: int) -> None:
        lane = self._lane(page, top, SOUND, "sound" if self.sound else "beats")
        middle, now = lane.shape[0] / 2, number / self.fps
        if self.sound:
            columns = np.arange(lane.shape[1])
            at = ((columns / lane.shape[1]) * (BEHIND + AHEAD) - BEHIND + now) * self.sound.rate
            inside = (at >= 0) & (at < len(self.sound.peaks))
            loud = np.where(inside, self.sound.peaks[np.clip(at, 0, len(self.sound.peaks) - 1).astype(int)], 0)
            rows = np.abs(np.arange(lane.shape[0])[:, None] + 0.5 - middle) <= loud * (middle - 3)
            past = columns < BEHIND / (BEHIND + AHEAD) * lane.shape[1]
            lane[rows & past] = (126, 150, 190)
            lane[rows & ~past] = (84, 98, 126)
        for name, high in (("beat", 6), ("downbeat", lane.shape[0])):
            times = self.schedule.events.get(name, np.zeros(0))
            for x in self._x(lane, times[(times > now - BEHIND) & (times < now + AHEAD)], number):
                lane[-high:, int(x) : int(x) + 1] = BEAT
        self._now(lane)

    def _track_lane(self, page: Bytes, top: int, number: int, track: str, colour: Colour) -> None:
        values = np.asarray(self.schedule.tracks[track], np.float64)
        lane = self._lane(page, top, TRACK, track)
        low, high = float(values.min()), float(values.max())
        first = max(int(number - BEHIND * self.fps) - 1, 0)
        last = min(int(number + AHEAD * self.fps) + 2, len(values))
        y = (lane.shape[0] - 4) - (values[first:last] - low) / max(high - low, 1e-9) * (lane.shape[0] - 7)
        points = np.stack((self._x(lane, np.arange(first, last) / self.fps, number), y), -1)
        line(lane, points, _mixed((0, 0, 0), colour, 0.55))
        line(lane, points[: number - first + 1], colour)
        self._now(lane)
        dot = points[number - first]
        cv2.circle(lane, (round(dot[0] * 16), round(dot[1] * 16)), 3 * 16 + 8, colour, -1, cv2.LINE_AA, 4)
        write(page, f"{values[number]:.3g}", (self.right + 6, top + TRACK / 2), SMALL, INK)

    def _film_line(self, page: Bytes, top: int, number: int) -> None:
        """Draw the whole film: sections over prompts, cuts, and where the preview stands."""
        width, frames = self.picture_size[0] - 2 * EDGE, self.schedule.frames

        def x(frame: float) -> int:
            return EDGE + round(frame / frames * width)

        for place, (start, stop) in enumerate(self.prompts):
            page[top + 7 : top + 13, x(start) : max(x(stop), x(start) + 1)] = _mixed(
                PAPER, HUES[place % len(HUES)], 0.5
            )
        for place, part in enumerate(self.schedule.sections):
            page[top : top + 6, x(part.start) : x(part.stop)] = _mixed(PAPER, HUES[(place + 3) % len(HUES)], 0.8)
        for shot in self.schedule.shots[1:]:
            page[top : top + 13, x(shot.start) : x(shot.start) + 1] = INK
        here = x(number)
        page[top - 3 : top + 16, max(here - 1, 0) : here + 1] = NOW
        if self.more:
            write(
                page, f"+ {self.more} more tracks move", (self.size[0] - EDGE, top - 4), SMALL - 1, GREY, side="right"
            )


def _mixed(one: Colour, other: Colour, share: float) -> Colour:
    red, green, blue = (int(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def _lamps(events: Mapping[str, NDArray[np.float64]]) -> list[str]:
    order = sorted(events, key=lambda name: (name != "downbeat", name != "beat"))
    return [name for name in order if len(events[name]) and sprite(name, SMALL).shape[1] < 200][:MOST_LAMPS]


def _prompt_spans(schedule: Schedule) -> list[tuple[int, int]]:
    """Return the spans of frames in which one text weighs most."""
    heaviest = [max(schedule.prompt.at(frame), key=lambda pair: pair[1], default=(-1, 0.0))[0]
                for frame in range(schedule.frames)]  # fmt: skip
    edges = [0, *(np.flatnonzero(np.diff(heaviest)) + 1).tolist(), schedule.frames]
    return list(pairwise(edges))

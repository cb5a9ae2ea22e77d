"""The ways to make pictures between two: by learnt flow (RIFE), by optical flow, by a plain blend."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from ..flow import both_ways, one_way
from ..hub import best_device
from ..picture import Bytes
from .flownet import FlowNet, load_flownet

CUT = 0.12
"""Two pictures are of different shots where even the moved first one is farther than this from the second (mean of
absolute differences, 0..1), and farther than half the distance without any moving."""

PATCH = 6
"""Pixels of a side of the patches that the flow is searched by: of 4 to 12, these gave the nearest pictures."""

REFINED = 2
"""Rounds of the flow's variational refinement: more cost time and gave no nearer pictures."""

DESCENTS = 16
"""Steps of each patch's descent, where 25 are usual: hardly farther from the truth, and quicker."""

AROUND = 5
"""Pixels of the square over which two ways that a pixel may have moved are compared."""

DOUBT = 0.3
"""What a pixel whose flows there and back disagree still counts, beside 1 more where they agree."""

OUTSIDE = 1e-3
"""What a picture still counts where a way leads beyond its edge."""


Pair = tuple[NDArray[np.float32], NDArray[np.float32]]
"""Flows from a moment's pixels to the picture before and to the one after, each H×W×2 in pixels, x first."""


class Tween(Protocol):
    """Makes pictures between two."""

    @property
    def fingerprint(self) -> str:
        """Text that changes whenever the same two pictures could give others in between."""
        ...

    def between(self, one: Bytes, two: Bytes, times: Sequence[float]) -> list[Bytes]:
        """Return a picture for each time in 0..1 (0 is ``one``, 1 is ``two``), H×W×3 bytes."""
        ...


class Blend:
    """Cross-fades."""

    fingerprint = "blend"

    def between(self, one: Bytes, two: Bytes, times: Sequence[float]) -> list[Bytes]:
        """Return the weighted means."""
        a, b = one.astype(np.float32), two.astype(np.float32)
        return [np.rint(a + (b - a) * np.float32(time)).astype(np.uint8) for time in times]


class Flow:
    """OpenCV's dense inverse search both ways, with the hidden parts taken from the side that shows them."""

    fingerprint = "flow DIS 4"

    def between(self, one: Bytes, two: Bytes, times: Sequence[float]) -> list[Bytes]:
        """Return both pictures carried along the flow to each time and blended."""
        way = Way(one, two)
        return [mixed(one, two, *way.at(float(time)), float(time)) for time in times]


class Way:
    """Where what two pictures show goes from the one to the other, and which of it is hidden in one of them."""

    def __init__(self, one: Bytes, two: Bytes) -> None:
        self.one, self.two = one, two
        light, colour = _principal(one, two)
        there, self.back = both_ways(*light, PATCH, REFINED, DESCENTS)
        # the colours' way back would take longer and gives no nearer pictures
        self.there = [there, one_way(*colour, PATCH, REFINED, DESCENTS)]
        self.sure = [_agreement(there, self.back), _agreement(self.back, there)]

    def at(self, time: float) -> tuple[Pair, NDArray[np.float32]]:
        """Return the flows from a moment's pixels to both pictures (each H×W×2, pixels) and the second's share (H×W).

        Of all ways that the flows there and back tell of, a pixel goes the one that makes the pictures most alike.
        """
        here = _places(self.one.shape)
        told = [*(_standing(there, time) for there in self.there), -_standing(self.back, 1 - time)]
        way, least = told[0], self._apart(here, told[0], time)
        for other in told[1:]:
            apart = self._apart(here, other, time)
            nearer = cv2.compare(apart, least, cv2.CMP_LT)
            cv2.copyTo(other, nearer, way)
            cv2.copyTo(apart, nearer, least)
        to_one, to_two = (np.asarray(share * way, np.float32) for share in (-time, 1 - time))
        weights = [
            share * (_look(sure, here + off) + DOUBT) * _inside(here + off)
            for share, sure, off in ((1 - time, self.sure[0], to_one), (time, self.sure[1], to_two))
        ]
        return (to_one, to_two), np.asarray(weights[1] / (weights[0] + weights[1]), np.float32)

    def _apart(self, here: NDArray[np.float32], way: NDArray[np.float32], time: float) -> NDArray[np.float32]:
        """Return how far what both pictures show differs around each pixel, if it goes that way (H×W)."""
        off = cv2.absdiff(_look(self.one, here - time * way), _look(self.two, here + (1 - time) * way))
        return np.asarray(cv2.boxFilter(cv2.transform(off, SUM), cv2.CV_32F, (AROUND, AROUND)), np.float32)


SUM = np.ones((1, 3), np.float32)


def _principal(one: Bytes, two: Bytes) -> list[tuple[NDArray[np.uint8], NDArray[np.uint8]]]:
    """Return both pictures in the two principal components of their colours (H×W, bytes).

    What is as light as what it moves over is seen in the second.
    """
    pixels = np.concatenate((one.reshape(-1, 3), two.reshape(-1, 3)))
    some = pixels[:: max(1, len(pixels) // 5_000)].astype(np.float64)
    _, axes = np.linalg.eigh(np.cov(some, rowvar=False))
    mean = some.mean(0)
    views = [np.append(axes[:, part], 128 - mean @ axes[:, part])[None] for part in (2, 1)]
    return [
        (np.asarray(cv2.transform(one, view), np.uint8), np.asarray(cv2.transform(two, view), np.uint8))
        for view in views
    ]


def _standing(flow: NDArray[np.float32], time: float) -> NDArray[np.float32]:
    """Return the flow of the pixel that stands at each place by a time, found where it came from (H×W×2)."""
    here = _places(flow.shape)
    return _look(flow, here - time * _look(flow, here - time * flow))


def flows(one: Bytes, two: Bytes) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the flow from ``one`` to ``two`` and back, H×W×2 in pixels (Kroeger et al. 2016, arXiv 1603.03590)."""
    first, second = (np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), np.uint8) for picture in (one, two))
    return both_ways(first, second, PATCH, REFINED, DESCENTS)


def _places(shape: tuple[int, ...]) -> NDArray[np.float32]:
    height, width = shape[:2]
    return np.stack(np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32)), -1)


def _look(picture: NDArray[Any], places: NDArray[Any], sampling: int = cv2.INTER_LINEAR) -> NDArray[np.float32]:
    # OpenCV's stubs forget that one map may hold both axes
    found = cv2.remap(  # pyright: ignore[reportCallIssue]
        np.asarray(picture, np.float32),
        np.asarray(places, np.float32),
        None,  # pyright: ignore[reportArgumentType]
        sampling,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.asarray(found, np.float32)


def _inside(places: NDArray[Any]) -> NDArray[np.float32]:
    """Return 1 where a place is in the picture (H×W), next to nothing where it is beyond its edge."""
    height, width = places.shape[:2]
    inner = cv2.inRange(places, (-0.5, -0.5, 0, 0), (width - 0.5, height - 0.5, 0, 0))
    return np.where(inner, np.float32(1), np.float32(OUTSIDE))


def _agreement(flow: NDArray[np.float32], back: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return H×W in 0..1: 1 where going along ``flow`` and then ``back`` comes home, 0 where that pixel gets hidden."""
    off = cv2.magnitude(*cv2.split(flow + _look(back, _places(flow.shape) + flow)))
    return np.exp(-np.square(off / (1 + np.float32(0.1) * cv2.magnitude(*cv2.split(flow)))))


def mixed(one: Bytes, two: Bytes, ways: Pair, share: NDArray[np.float32], time: float) -> Bytes:
    """Return both pictures (H×W×3) looked at along the flows to them, and the second's share (H×W) of it.

    Sampled by cubics, as linear sampling blurs: half a decibel.
    """
    if time in (0.0, 1.0):
        return (two if time else one).copy()
    here = _places(one.shape)
    left, right = (_look(picture, here + way, cv2.INTER_CUBIC) for picture, way in zip((one, two), ways, strict=True))
    return np.rint(cv2.blendLinear(left, right, 1 - share, share)).clip(0, 255).astype(np.uint8)


def start_of(way: Way, time: float) -> NDArray[np.float32]:
    """Return what a started net refines at ``time``: 5×H×W, flows and the mask of the first picture as a logit."""
    (to_one, to_two), share = way.at(time)
    share = share.clip(1e-3, 1 - 1e-3)
    planes = (*cv2.split(to_one), *cv2.split(to_two), np.log((1 - share) / share))
    return np.asarray(cv2.merge(planes), np.float32).transpose(2, 0, 1)


class Rife:
    """A flow net of RIFE's v4 shape."""

    def __init__(self, net: FlowNet, device: torch.device) -> None:
        self.device = device
        self.net = net.to(device, memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue]
        digest = hashlib.blake2b(digest_size=8)
        for value in net.state_dict().values():
            digest.update(value.cpu().numpy().tobytes())
        begins = f" from {Flow.fingerprint}" if net.started else ""
        self.fingerprint = f"rife 2 {digest.hexdigest()} {device.type}{begins}"

    def between(self, one: Bytes, two: Bytes, times: Sequence[float]) -> list[Bytes]:
        """Return the net's picture at each time."""
        a, b = (self._tensor(picture) for picture in (one, two))
        way = Way(one, two) if self.net.started else None
        made: list[Bytes] = []
        for time in times:
            if time in (0.0, 1.0):
                made.append((two if time else one).copy())
                continue
            start = (
                None if way is None else _channels_last(torch.from_numpy(start_of(way, float(time)))).to(self.device)
            )
            with torch.inference_mode():
                flow, mask = self.net(a, b, torch.tensor([time], device=self.device, dtype=torch.float32), start)
                to_one, to_two = (way.permute(1, 2, 0).contiguous().cpu().numpy() for way in flow[0].split(2))
                share = torch.sigmoid(-mask[0, 0]).cpu().numpy()
            made.append(mixed(one, two, (to_one, to_two), share, float(time)))
        return made

    def _tensor(self, picture: Bytes) -> torch.Tensor:
        return _channels_last(torch.tensor(picture, device=self.device).permute(2, 0, 1)).float() / 255


def _channels_last(planes: torch.Tensor) -> torch.Tensor:
    """Return C×H×W as 1×C×H×W that convolutions on a CPU are quickest on."""
    return planes[None].contiguous(memory_format=torch.channels_last)


BUILT_IN = Path(__file__).parents[1] / "weights" / "between"
"""The small net that ships with the package."""


def open_tween(name: str, device: str | None = None) -> Tween:
    """Return the way called ``name``: ``auto``, ``flow``, ``rife`` (the shipped net), ``blend`` or a path to weights.

    ``auto`` is the shipped net, which begins at optical flow and is nearer to the truth; that flow where it is missing.
    Raises RenderError where a path leads to no such net.
    """
    if name == "blend":
        return Blend()
    if name == "flow" or (name == "auto" and not BUILT_IN.is_dir()):
        return Flow()
    return Rife(load_flownet(BUILT_IN if name in ("auto", "rife") else Path(name)), best_device(device))


def is_cut(one: Bytes, two: Bytes) -> bool:
    """Tell whether a new shot begins with ``two``: no moving of ``one`` comes near it."""
    small = [np.asarray(cv2.resize(p, (96, 96), interpolation=cv2.INTER_AREA), np.uint8) for p in (one, two)]
    apart = float(np.abs(small[0].astype(np.float32) - small[1].astype(np.float32)).mean() / 255)
    if apart < CUT:
        return False
    there, _ = flows(*small)
    moved = _look(small[1], _places(small[1].shape) + there)
    left = float(np.abs(moved - small[0].astype(np.float32)).mean() / 255)
    return left > max(CUT, 0.5 * apart)

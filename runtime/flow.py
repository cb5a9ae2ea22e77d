"""What differs in place between two pictures: dense optical flow, by OpenCV's DIS where it is installed."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from .errors import RenderError
from .picture import to_bytes
from .warp import still

SMALLEST = 32
"""Pixels: the search needs room; a smaller picture has no flow."""

TRUSTED = 1.5
"""Pixels by which there and back may miss each other before the flow is believed half."""


def drift_between(one: Tensor, other: Tensor) -> Tensor:
    """Return H×W×2: how far (x, y, in -1..1 across the picture) what stands in ``one`` has gone in ``other``.

    Where there and back disagree nothing moves. Raises RenderError where OpenCV is not installed.
    """
    there, trust = trusted_drift(one, other)
    return there * trust


def trusted_drift(one: Tensor, other: Tensor) -> tuple[Tensor, Tensor]:
    """Return what ``drift_between`` does, and how far it is to be trusted (H×W×1, 0..1), apart.

    Dense inverse search (Kroeger and others, arXiv:1603.03590), both ways: it is trusted where they agree.
    """
    height, width = one.shape[1:]
    if min(height, width) < SMALLEST:
        nothing = torch.zeros(height, width, 2, device=one.device)
        return nothing, nothing[..., :1]
    first, second = _grey(one), _grey(other)
    there, back = (torch.from_numpy(flow).to(one.device) for flow in both_ways(first, second))
    half = torch.tensor([width / 2, height / 2], device=one.device)
    looked = (still((width, height), one.device) + there / half)[None]
    home = functional.grid_sample(back.permute(2, 0, 1)[None], looked, "bilinear", "border", align_corners=False)[0]
    off = (there + home.permute(1, 2, 0)).norm(dim=-1, keepdim=True)
    return there / half, torch.exp(-((off / TRUSTED) ** 2))


def _grey(image: Tensor) -> NDArray[np.uint8]:
    return to_bytes(image.mean(0, keepdim=True).expand(3, -1, -1))[..., 0].copy()


def both_ways(
    first: NDArray[np.uint8], second: NDArray[np.uint8], patch: int = 8, refined: int = 5, descents: int = 25
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the flow from one grey picture (H×W) to another and back, each as `one_way` does."""
    return one_way(first, second, patch, refined, descents), one_way(second, first, patch, refined, descents)


def one_way(
    first: NDArray[np.uint8], second: NDArray[np.uint8], patch: int = 8, refined: int = 5, descents: int = 25
) -> NDArray[np.float32]:
    """Return the flow from one grey picture (H×W) to another, H×W×2 in pixels. Raises RenderError.

    ``patch``: pixels of a side of what is searched for; small ones keep to the outlines of small things, and err more
    where little is to be seen. ``refined``: rounds of the variational refinement. ``descents``: steps of
    each patch's gradient descent.
    """
    try:
        import cv2
    except ImportError as fault:
        raise RenderError(
            'cadence_flow = "dis" needs OpenCV, which is not installed', "pip install opencv-python-headless"
        ) from fault
    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)  # the search splits the picture by threads: one gives the same flow everywhere
    try:
        search = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
        search.setPatchSize(patch)
        search.setVariationalRefinementIterations(refined)
        search.setGradientDescentIterations(descents)
        # OpenCV's stubs forget that no first guess may be given; one of zeros gives another flow
        flow = search.calc(first, second, None)  # pyright: ignore[reportCallIssue, reportArgumentType]
        return np.asarray(flow, np.float32)
    finally:
        cv2.setNumThreads(threads)

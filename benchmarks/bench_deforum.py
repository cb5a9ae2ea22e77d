"""What the picture's work between two paintings costs beside Deforum's, on this machine, in one run.

    python benchmarks/bench_deforum.py             512x512, one thread

Deforum's steps are written here anew for the measure, after deforum-art/deforum-stable-diffusion (GitHub):
helpers/animation.py ``transform_image_3d`` (8 bits in and out, a grid through two cameras, bicubic), helpers/colors.py
``maintain_colors`` (LAB in 8 bits, histograms matched as scikit-image's ``match_histograms``),
helpers/image_sharpening.py ``unsharp_mask`` (OpenCV); and deforum-art/sd-webui-deforum, noise.py ``add_noise`` (white
noise swelling with Perlin's, in four octaves, by torch).
Processor time is measured, and the least of several turns counts: the machine may be at other work.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import torch
from animc.compiler.schedule import Row
from animc.runtime.colour import match, palette_of
from animc.runtime.grain import Grain, grain
from animc.runtime.picture import read_image, to_bytes, to_tensor
from animc.runtime.relief import depth_move
from animc.runtime.retouch import sharpen
from animc.runtime.warp import sample
from clock import least
from torch.nn import functional

PARALLAX = Path(__file__).parent.parent / "examples" / "parallax.jpg"
MOVE = {"translation_x": 2.0, "translation_y": 0.0, "translation_z": 6.0, "rotation_x": 0.3, "rotation_y": 0.5,
        "rotation_z": 0.4, "fov": 40.0, "near": 200.0, "far": 10_000.0}  # fmt: skip


def deforum_warp(picture: np.ndarray, depth: torch.Tensor) -> np.ndarray:
    """Project a grid with depth through the old camera and the new, and sample by the difference."""
    height, width = picture.shape[:2]
    y, x = torch.meshgrid(torch.linspace(-1, 1, height), torch.linspace(-1, 1, width), indexing="ij")
    points = torch.stack((x.flatten(), y.flatten(), depth.flatten()), 1)
    angles = [math.radians(MOVE[f"rotation_{axis}"]) for axis in "xyz"]
    turn = torch.eye(3)
    for axis, angle in enumerate(angles):
        one, two = [index for index in range(3) if index != axis]
        step = torch.eye(3)
        step[one, one] = step[two, two] = math.cos(angle)
        step[one, two], step[two, one] = -math.sin(angle), math.sin(angle)
        turn = turn @ step
    shift = torch.tensor([-MOVE["translation_x"], MOVE["translation_y"], -MOVE["translation_z"]]) / 200
    lens = 1 / math.tan(math.radians(MOVE["fov"]) / 2)
    old = lens * points[:, :2] / points[:, 2:]
    carried = points @ turn + shift
    new = lens * carried[:, :2] / carried[:, 2:]
    identity = torch.tensor([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])[None]
    coords = functional.affine_grid(identity, [1, 1, height, width], align_corners=False)
    coords = coords - (new - old).reshape(1, height, width, 2)
    image = torch.from_numpy(picture.astype(np.float32)).permute(2, 0, 1)[None]
    seen = functional.grid_sample(image, coords, mode="bicubic", padding_mode="border", align_corners=False)
    return seen[0].permute(1, 2, 0).clamp(0, 255).numpy().astype(np.uint8)


def deforum_colours(picture: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """Match histograms in LAB, channel by channel, in 8 bits."""
    one, other = (cv2.cvtColor(image, cv2.COLOR_RGB2LAB) for image in (picture, reference))
    matched = [_histogram(one[..., channel], other[..., channel]) for channel in range(3)]
    return np.asarray(cv2.cvtColor(np.stack(matched, -1).astype(np.uint8), cv2.COLOR_LAB2RGB), np.uint8)


def _histogram(source: np.ndarray, template: np.ndarray) -> np.ndarray:
    lookup, counts = source.reshape(-1), np.bincount(source.reshape(-1))
    wanted = np.bincount(template.reshape(-1))
    values = np.nonzero(wanted)[0]
    quantiles, target = np.cumsum(counts) / source.size, np.cumsum(wanted[values]) / template.size
    return np.interp(quantiles, target, values)[lookup].reshape(source.shape)


def deforum_perlin(picture: np.ndarray, amount: float, octaves: int = 4) -> np.ndarray:
    """Add white noise that Perlin's lets swell: gradients on a lattice, four corners blended, an octave finer each
    time; by stacked pairs and sums over them, as Deforum has it."""
    height, width = picture.shape[:2]
    noise, size, weight = torch.zeros(height, width), 8, 1.0
    white = torch.randn(3, height, width)
    for _ in range(octaves):
        angles = 2 * math.pi * torch.rand(size + 1, size + 1)
        slopes = torch.stack((angles.cos(), angles.sin()), -1)
        step = (height // size, width // size)
        down, across = (torch.arange(0, size, size / side) for side in (height, width))
        place = torch.stack(torch.meshgrid(down, across, indexing="ij"), -1) % 1
        corners = []
        for low, right in ((0, 0), (1, 0), (0, 1), (1, 1)):
            tiles = slopes[low : low + size, right : right + size]
            tiles = tiles.repeat_interleave(step[0], 0).repeat_interleave(step[1], 1)
            corners.append((torch.stack((place[..., 0] - low, place[..., 1] - right), -1) * tiles).sum(-1))
        fade = 6 * place**5 - 15 * place**4 + 10 * place**3
        left = torch.lerp(corners[0], corners[1], fade[..., 0])
        right = torch.lerp(corners[2], corners[3], fade[..., 0])
        noise += weight * math.sqrt(2) * torch.lerp(left, right, fade[..., 1])
        size, weight = size * 2, weight * 0.5
    grey = ((white * ((noise + 1) / 2)).numpy().transpose(1, 2, 0) * 0.5 + 0.5).clip(0, 1) * 255
    return np.asarray(cv2.addWeighted(picture, 1 - amount, grey.astype(np.uint8), amount, 0), np.uint8)


def deforum_sharpen(picture: np.ndarray, amount: float = 0.5) -> np.ndarray:
    blurred = cv2.GaussianBlur(picture, (5, 5), 1.0)
    return ((amount + 1) * picture - amount * blurred).clip(0, 255).round().astype(np.uint8)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--side", type=int, default=512)
    parser.add_argument("--turns", type=int, default=15)
    args = parser.parse_args()
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    size = (args.side, args.side)
    picture = read_image(PARALLAX, size)
    other = np.ascontiguousarray(picture[::-1])
    image, palette = to_tensor(picture), palette_of(to_tensor(other), "lab")
    depth = torch.linspace(2, 1, args.side)[:, None].expand(size).contiguous()
    row = Row(0, MOVE, (), ())
    clouds = Grain("perlin", 4, 0.5)
    steps: list[tuple[str, Callable[[], object], Callable[[], object]]] = [
        ("3D warp", lambda: deforum_warp(picture, depth),
         lambda: sample(image, depth_move(row, depth, size), "reflect")),
        ("colours, LAB", lambda: deforum_colours(picture, other), lambda: match(image, palette)),
        ("Perlin noise", lambda: deforum_perlin(picture, 0.05), lambda: grain(image, 0.05, 7, clouds)),
        ("unsharp mask", lambda: deforum_sharpen(picture), lambda: sharpen(image, 0.5, 1.0, 0.0)),
        ("bytes and back", lambda: None, lambda: to_tensor(to_bytes(image))),
    ]  # fmt: skip
    print(f"{args.side}x{args.side}, one thread, least of {args.turns}, ms: {'Deforum':>10} {'animc':>8}")
    sums = [0.0, 0.0]
    for name, theirs, ours in steps:
        pair = [least(theirs, args.turns), least(ours, args.turns)]
        sums = [total + part for total, part in zip(sums, pair, strict=True)]
        print(f"  {name:<36} {pair[0]:10.1f} {pair[1]:8.1f}")
    print(f"  {'all':<36} {sums[0]:10.1f} {sums[1]:8.1f}   {sums[1] / sums[0]:.2f} of it")


if __name__ == "__main__":
    main()

"""Three moments of a scene in motion: the camera moves through its depth, things fly across.

`python -m training.motion SCENES FOLDER --count 4000`. The middle one, and where each of its pixels is to be found in
the others, are the truth that the in-between net learns.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import cv2
import numpy as np
import torch
from animc.compiler.schedule import Row
from animc.runtime.relief import depth_move
from animc.runtime.warp import follow, inverse, sample, still

from .dataset import depths_of, pictures_of, shards
from .objects import glyph, known_things

SIDE = 144
"""Pixels of a triple's pictures: cropped from the moved scene, so that nothing of its rim is seen."""
SHARD = 250
SPANS = {
    "translation_x": 14,
    "translation_y": 8,
    "translation_z": 22,
    "rotation_x": 2,
    "rotation_y": 3,
    "rotation_z": 5,
}
"""Twice the usual motion of the camera from first to last, in Deforum's units and degrees."""
REACH = (0.6, 1.8)
"""A triple's motions are these times the usual ones, in even odds of its logarithm."""

FINE = 16
"""Steps to a pixel in which flows are kept (int16)."""
TEXTURED = 0.5
"""Share of the scenes that are covered by a texture, which moves with them: photographs are not as smooth as scenes."""
UNKNOWN = -(2**15)
"""Stands for a flow where the camera's move cannot be taken back."""


def triple(rng: np.random.Generator, picture: np.ndarray, depth: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
    """Pictures at times 0, t and 1 (3×SIDE×SIDE×3, uint8), flows and t, of a scene (H×W×3 and H×W, both uint8).

    Flows lead from each pixel at t to times 0 and 1 (SIDE×SIDE×4: x and y, twice; int16, `FINE` to the pixel).
    """
    time = float(rng.choice([0.5, rng.uniform(0.1, 0.9)]))
    height, width = picture.shape[:2]
    spare = (height - SIDE, width - SIDE)
    top, left = (int(rng.integers(room // 3, room - room // 3 + 1)) for room in spare)
    inner = np.s_[top : top + SIDE, left : left + SIDE]
    reach = float(np.exp(rng.uniform(*np.log(REACH))))
    pose = {name: rng.normal(0, reach * span / 2) * (rng.random() < 0.5) for name, span in SPANS.items()}
    still_camera = not any(pose.values())
    things = [_thing(rng, reach) for _ in range(int(rng.integers(still_camera, 4)))]
    if rng.random() < TEXTURED:
        picture = (picture * _texture(rng, height, width)).clip(0, 255)
        things = [(_covered(rng, drawn), *places) for drawn, *places in things]
    shown = torch.from_numpy(picture.astype(np.float32)).permute(2, 0, 1) / 255
    far = 1 + torch.from_numpy(depth.copy()).float() / 255
    grids = [depth_move(_row(pose, moment - 0.5), far, (width, height)) for moment in (0.0, time, 1.0)]
    moments = []
    for grid, moment in zip(grids, (0.0, time, 1.0), strict=True):
        seen = sample(shown, grid, "reflect").permute(1, 2, 0)[inner].numpy().copy()
        for thing in things:
            _lay(seen, thing, moment)
        moments.append(np.rint(seen * 255).astype(np.uint8))
    flows = [_camera_flow(grids[1], grid)[inner] for grid in grids[::2]]
    for flow, moment in zip(flows, (0.0, 1.0), strict=True):
        for thing in things:
            _carry(flow, thing, time, moment)
    whole = np.rint(np.concatenate(flows, -1) * FINE)
    kept = np.where(np.isfinite(whole), whole.clip(UNKNOWN + 1, -UNKNOWN - 1), UNKNOWN)
    return np.stack(moments), kept.astype(np.int16), time


def _camera_flow(here: torch.Tensor, there: torch.Tensor) -> np.ndarray:
    """Where the pixels of one frame are in another (H×W×2 pixels away, NaN unknown); grids look into one scene."""
    height, width = here.shape[:2]
    back, sure = inverse(there)
    flow = (follow(back, here) - still((width, height))) * torch.tensor([width / 2, height / 2])
    known = follow(sure[..., None].expand(-1, -1, 2).contiguous(), here)[..., :1] > 0.9
    return torch.where(known, flow, torch.nan).numpy().copy()


def _row(pose: dict[str, float], share: float) -> Row:
    values = {name: value * share for name, value in pose.items()}
    return Row(0, {**values, "fov": 70.0, "near": 200.0, "far": 10000.0}, (), ())


def _texture(rng: np.random.Generator, height: int, width: int) -> np.ndarray:
    """What a picture is multiplied by (H×W×3, about 1): noise of several octaves, fine or coarse, grey or coloured."""
    grey, coloured = (np.zeros((height, width, count)) for count in (1, 3))
    steep = rng.uniform(-0.5, 1)
    for cell in (1.5, 3, 6, 12, 24):
        for noise in (grey, coloured):
            small = rng.normal(size=(int(height / cell) + 2, int(width / cell) + 2, noise.shape[2]))
            large = cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC)
            noise += cell**steep * large.reshape(noise.shape)
    mixed = grey / grey.std() + rng.uniform(0, 0.7) * coloured / coloured.std()
    return np.exp(np.exp(rng.uniform(*np.log((0.04, 0.4)))) * mixed)


def _covered(rng: np.random.Generator, drawn: np.ndarray) -> np.ndarray:
    """A thing (h×w×4) with a texture on it."""
    textured = drawn.copy()
    textured[..., :3] = (drawn[..., :3] * _texture(rng, *drawn.shape[:2])).clip(0, 1)
    return textured


def _thing(rng: np.random.Generator, reach: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A glyph with alpha (h×w×4), and where it is (x, y, pixels high, degrees) at times 0 and 1."""
    words = known_things()
    picture = glyph(words[int(rng.integers(len(words)))]) if words else None
    if picture is None:  # no font: a plain disc
        yy, xx = np.mgrid[-1:1:96j, -1:1:96j]
        disc = (np.hypot(yy, xx) < 1).astype(np.float32)
        picture = np.dstack([*(disc * value for value in rng.random(3)), disc]).astype(np.float32)
    start = np.array([*rng.uniform(0, SIDE, 2), rng.uniform(20, 90), rng.uniform(-20, 20)])
    way = np.array([*rng.normal(0, 12, 2), 0, rng.normal(0, 12)]) * reach
    end = (start + way) * [1, 1, np.exp(rng.normal(0, 0.12)), 1]
    return picture, start, end


def _stand(thing: tuple[np.ndarray, np.ndarray, np.ndarray], moment: float) -> tuple[np.ndarray, float]:
    """The 2×3 matrix from a thing's own pixels to those of the frame at a moment, and its scale."""
    picture, start, end = thing
    x, y, tall, turn = start + (end - start) * moment
    scale = tall / picture.shape[0]
    middle = (picture.shape[1] / 2, picture.shape[0] / 2)
    matrix = cv2.getRotationMatrix2D(middle, turn, scale)
    matrix[:, 2] += (x - middle[0], y - middle[1])
    return matrix, scale


def _lay(seen: np.ndarray, thing: tuple[np.ndarray, np.ndarray, np.ndarray], moment: float) -> None:
    picture, (matrix, scale) = thing[0], _stand(thing, moment)
    soft = cv2.GaussianBlur(picture, (0, 0), 0.45 / scale) if scale < 0.7 else picture
    soft = soft * np.dstack([soft[..., 3:].repeat(3, -1), np.ones_like(soft[..., 3:])])
    laid = cv2.warpAffine(soft, matrix, (SIDE, SIDE), flags=cv2.INTER_LINEAR)
    seen[...] = seen * (1 - laid[..., 3:]) + laid[..., :3]


def _carry(flow: np.ndarray, thing: tuple[np.ndarray, np.ndarray, np.ndarray], time: float, moment: float) -> None:
    """Write into `flow` where the pixels that show a thing at `time` are at another moment."""
    here, there = (np.vstack([_stand(thing, when)[0], [0, 0, 1]]) for when in (time, moment))
    shows = cv2.warpAffine(thing[0][..., 3], here[:2], (SIDE, SIDE), flags=cv2.INTER_LINEAR) > 0.5
    way = (there @ np.linalg.inv(here) - np.eye(3))[:2]
    yy, xx = np.nonzero(shows)
    flow[shows] = np.stack([xx, yy, np.ones_like(xx)], -1) @ way.T


def draw_triples(files: list[Path], folder: Path, index: int, seed: int, count: int = SHARD) -> None:
    """Draw shard `index` from scenes: pictures (count×3×SIDE×SIDE×3, uint8), flows (…×4, int16), times."""
    rng = np.random.default_rng([seed, index])
    pictures, flows, times = [], [], []
    for _ in range(count):
        file = files[int(rng.integers(len(files)))]
        number = int(rng.integers(len(pictures_of(file))))
        made, flow, time = triple(rng, pictures_of(file)[number], depths_of(file)[number])
        pictures.append(made)
        flows.append(flow)
        times.append(time)
    part = folder / f".motion{index:04d}.npz"
    np.savez(part, pictures=np.stack(pictures), flows=np.stack(flows), times=np.array(times, np.float32))
    part.rename(folder / f"motion{index:04d}.npz")


def main() -> None:
    """Draw triples until `--count` are there; what is there already is kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scenes", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, default=4000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    scenes, last = shards(options.scenes), -(-options.count // SHARD) - 1
    for index in range(last + 1):
        if not (options.folder / f"motion{index:04d}.npz").exists():
            # the last one is held out in training, so its scenes are in no other
            files = scenes[-1:] if index == last else scenes[:-1] or scenes
            draw_triples(files, options.folder, index, options.seed)
            print(f"{(index + 1) * SHARD} triples", flush=True)


if __name__ == "__main__":
    main()

"""Passes lie beside the film frame by frame, and the camera's path is the one that the pictures were moved by."""

from __future__ import annotations

import ast
import json
import subprocess
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from animc.compiler.schedule import Shot
from animc.runtime.camera import as_blender, as_effects, as_json, path_of
from animc.runtime.depth import Flat, Gradient
from animc.runtime.ffmpeg import ffmpeg
from animc.runtime.masks import masks_of
from animc.runtime.passes import MIDDLE, STEP, Passes, as_exr
from animc.runtime.render import render
from animc.runtime.world import Space
from schedules import schedule
from scipy.spatial.transform import Rotation
from test_cadence import Glass
from test_loop import image_file

MOVES = {"translation_x": 3.0, "translation_z": 5.0, "rotation_y": 1.0, "rotation_x": -0.5, "rotation_z": 2.0}
SIZE = (160, 120)


def test_the_path_is_the_camera_that_the_preview_flies() -> None:
    plan = schedule(20, SIZE, fov=50.0, **MOVES)
    path, space = path_of(plan, range(20)), Space(SIZE)
    point = np.array([0.4, 0.3, 3.0])
    for number in range(20):
        if number:
            space.move(plan.row(number))
        seen = (point - path.place[number]) @ path.turn[number]
        lens = 1 / np.tan(np.radians(path.fov[number]) / 2)
        where = np.array(SIZE) / 2 + seen[:2] / seen[2] * lens * SIZE[1] / 2
        home = space.cell * np.array([2.0, 3.0, 2.0])
        assert np.allclose(where, space.project(point - home, plan.row(number))[0], atol=1e-6)


def test_it_is_told_to_every_program_alike() -> None:
    plan = schedule(30, SIZE, shots=(Shot(0, 12), Shot(12, 30)), **MOVES)
    path = path_of(plan, range(4, 30, 2))
    told = json.loads(as_json(path, plan))
    assert [frame["frame"] for frame in told["frames"]] == list(range(4, 30, 2))
    assert told["cuts"] == [12]
    assert np.allclose([frame["rotation"] for frame in told["frames"]], path.turn, atol=1e-6)
    script = ast.parse(as_blender(path, plan, 'evil """ name'))
    rows = next(ast.literal_eval(node.value) for node in script.body
                if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name))  # fmt: skip
    for (frame, fov, matrix), place, turn in zip(rows, path.place, path.turn, strict=True):
        held = np.array(matrix)
        assert fov == 70
        assert frame in path.frames
        # Blender: z up; a camera looks along its own -z
        assert np.allclose(held[:3, 3], [place[0], place[2], -place[1]], atol=1e-6)
        assert np.allclose(-held[:3, 2], [turn[0, 2], turn[2, 2], -turn[1, 2]], atol=1e-6)
        assert np.linalg.det(held[:3, :3]) == pytest.approx(1, abs=1e-5)
    effects = as_effects(path, plan, "a\nname")
    frames = json.loads(effects.split("var frames = ")[1].split(";\n")[0])
    angles = [frame[1] for frame in frames]
    assert np.allclose(Rotation.from_euler("XYZ", angles, degrees=True).as_matrix(), path.turn, atol=1e-5)
    assert "\nname" not in effects


def test_a_turning_camera_never_jumps_in_after_effects() -> None:
    plan = schedule(100, SIZE, rotation_y=9.0)
    effects = as_effects(path_of(plan, range(100)), plan, "spin")
    frames = json.loads(effects.split("var frames = ")[1].split(";\n")[0])
    turned = Rotation.from_euler("XYZ", [frame[1] for frame in frames], degrees=True)
    steps = np.degrees((turned[:-1].inv() * turned[1:]).magnitude())
    assert np.allclose(steps, 9, atol=1e-3)


def test_in_2d_the_path_is_that_of_the_pixels() -> None:
    plan = schedule(10, SIZE, settings={"mode": "2d"}, zoom=1.1, angle=3.0, translation_x=4.0)
    path = path_of(plan, range(10))
    assert path.flat is not None
    effects = as_effects(path, plan, "flat")
    place, scale, angle = json.loads(effects.split("var frames = ")[1].split(";\n")[0])[9]
    turn = np.radians(angle)
    pixel = np.array([30.0, 70.0])
    matrix = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]]) * scale[0] / 100
    assert np.allclose(matrix @ pixel + place, (path.flat[9] @ [*pixel, 1])[:2], atol=1e-3)


def read16(path: Path) -> np.ndarray:
    found = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    assert found is not None and found.dtype == np.uint16, path
    return found if found.ndim == 2 else found[..., ::-1]


def test_every_frame_has_its_passes(tmp_path: Path) -> None:
    image = image_file(tmp_path / "a.png", SIZE)
    shots = (Shot(0, 3, image.name), Shot(3, 6, image.name))
    settings = {"mode": "2d", "mask": "depth 0.5..1", "color_coherence": "none"}
    plan = schedule(6, SIZE, shots=shots, settings=settings, translation_x=3.0, strength=1.0)
    passes = Passes(tmp_path / "out", ("depth", "flow", "mask", "camera"), plan, depth=Gradient(),
                    masks=masks_of(plan, Gradient(), tmp_path))  # fmt: skip
    passes.camera(plan, range(6), "film")
    for number, picture in enumerate(render(plan, painter=Glass(SIZE), depth=Flat(), base=tmp_path)):
        passes.take(number, picture)
    for kind in ("depth", "flow", "mask"):
        assert [path.name for path in sorted((tmp_path / "out" / kind).iterdir())] == [f"{n:05}.png" for n in range(6)]
    assert not (tmp_path / "out" / "camera.py").exists(), "Blender's is of 3D"
    depth = read16(tmp_path / "out/depth/00002.png")
    assert depth[0, 0] > 60_000
    assert depth[-1, 0] < 5_000
    mask = read16(tmp_path / "out/mask/00002.png")
    assert (mask[0].min(), mask[-1].max()) == (65535, 0)
    for number in range(6):
        flow = (read16(tmp_path / f"out/flow/{number:05}.png")[..., :2].astype(float) - MIDDLE) / STEP
        across = float(np.median(flow[20:-20, 20:-20, 0]))
        assert across == pytest.approx(0 if number in (0, 3) else 3, abs=0.3)


def test_an_exr_holds_the_values(tmp_path: Path) -> None:
    values = np.random.default_rng(1).normal(0, 20, (24, 36, 3)).astype(np.float32)
    for given, form in ((values, "gbrpf32le"), (values[..., 0], "grayf32le")):
        (tmp_path / "a.exr").write_bytes(as_exr(np.ascontiguousarray(given)))
        args = [*ffmpeg(), "-i", str(tmp_path / "a.exr"), "-f", "rawvideo", "-pix_fmt", form, "pipe:1"]
        raw = np.frombuffer(subprocess.run(args, capture_output=True, check=True).stdout, np.float32)
        held = raw.reshape(24, 36) if given.ndim == 2 else np.moveaxis(raw.reshape(3, 24, 36), 0, -1)[..., [2, 0, 1]]
        assert np.allclose(held, given, atol=1e-5)


def test_a_camera_that_stands_has_a_path_too() -> None:
    plan = replace(schedule(3, SIZE), settings={"mode": "3d"})
    path = path_of(plan, range(3))
    assert np.allclose(path.place, 0)
    assert len(json.loads(as_json(path, plan))["frames"]) == 3

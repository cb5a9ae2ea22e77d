"""The camera's path through a film, for compositing: frame by frame, and as scripts for Blender and After Effects.

Space is the picture's own: x to the right, y down, z into it; one unit is the distance of what is nearest. Deforum's
roll and zoom are stronger than a true camera's by the lens's scale (and in a wide picture not the same both ways: here,
their mean), so the path is that of a true camera that moves what stands one unit away as the film does.
"""

from __future__ import annotations

import json
import math
import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..compiler.schedule import Row, Schedule
from .warp import WORLD, flat_matrix, focal_of, turn_of

Floats = NDArray[np.float64]


def lens_of(row: Row) -> float:
    """Return how many half heights of the picture a thing one unit high fills, one unit away."""
    return 1 / math.tan(math.radians(float(row["fov"])) / 2)


def true_move(row: Row, size: tuple[int, int], zoomed: float = 1.0) -> tuple[Floats, Floats]:
    """Return R (3×3) and T of one frame's move of a true camera: a point P of its space (a row) goes to P·R + T.

    ``zoomed``: how far its lens has zoomed in by ``focal``: it then moves less aside, to carry the picture as far.
    """
    scale = lens_of(row) / math.sqrt(size[0] / size[1])
    turn = turn_of(
        float(row["rotation_x"]) / zoomed, float(row["rotation_y"]) / zoomed, scale * float(row["rotation_z"])
    )
    return turn, np.array(
        [-row["translation_x"] / zoomed, row["translation_y"] / zoomed, -scale * row["translation_z"]]
    ) * WORLD


@dataclass(frozen=True)
class Path:
    """The camera at each of ``frames`` (numbers of the film).

    ``place``: N×3; ``turn``: N×3×3, whose columns are the camera's right, down and forward; ``fov``: N, degrees from
    the picture's top to its bottom. In 2D instead ``flat``: N×3×3, which take a pixel of a shot's first frame to the
    frame's.
    """

    frames: list[int]
    place: Floats
    turn: Floats
    fov: Floats
    flat: Floats | None


def path_of(schedule: Schedule, frames: range) -> Path:
    """Return the camera's path. It goes on through cuts in 3D; in 2D each shot begins anew."""
    starts = {shot.start for shot in schedule.shots}
    turn, shift, flat = np.eye(3), np.zeros(3), np.eye(3)
    places, turns, fovs, flats = list[Floats](), list[Floats](), list[float](), list[Floats]()
    spatial = schedule.settings.get("mode") != "2d"
    zoomed = 1.0
    for number in range(frames[-1] + 1 if frames else 0):
        row = schedule.row(number)
        if number in starts:
            flat = np.eye(3)
        elif spatial:
            step, ahead = true_move(row, schedule.size, zoomed)
            zoomed *= focal_of(row)
            turn, shift = turn @ step, shift @ step + ahead
        else:
            flat = flat_matrix(row, schedule.size) @ flat
        if number in frames:
            places.append(-shift @ turn.T)
            turns.append(turn)
            fovs.append(math.degrees(2 * math.atan(1 / (lens_of(row) * zoomed))))
            flats.append(flat)
    moved = None if spatial else np.array(flats)
    return Path(list(frames), np.array(places), np.array(turns), np.array(fovs), moved)


def as_json(path: Path, schedule: Schedule) -> str:
    """Return the path as a JSON document."""
    head: dict[str, Any] = {
        "animc_camera": 1,
        "fps": float(schedule.fps),
        "size": list(schedule.size),
        "space": "x right, y down, z forward; one unit is the distance of what is nearest; fov is vertical, degrees",
        "cuts": [shot.start for shot in schedule.shots[1:]],
    }
    if path.flat is not None:
        frames = [{"frame": n, "matrix": _rounded(m)} for n, m in zip(path.frames, path.flat, strict=True)]
        return _lined(head | {"mode": "2d"}, frames)
    rows = zip(path.frames, path.place, path.turn, path.fov, strict=True)
    frames = [{"frame": n, "position": _rounded(p), "rotation": _rounded(t), "fov": round(f, 6)} for n, p, t, f in rows]
    return _lined(head | {"mode": "3d"}, frames)


def _lined(head: dict[str, Any], frames: list[dict[str, Any]]) -> str:
    """Return JSON with a line for each frame."""
    lines = ",\n  ".join(json.dumps(frame) for frame in frames)
    return json.dumps(head, indent=1)[:-2] + f',\n "frames": [\n  {lines}\n ]\n}}\n'


def _rounded(values: Floats) -> list[Any]:
    return np.round(values, 7).tolist()


BLENDER = '''"""The camera of {name}. In Blender: Scripting, Open, Run. Made by animc."""

import bpy
from math import radians
from mathutils import Matrix

FPS, WIDTH, HEIGHT = {fps}, {width}, {height}
# frame, field of view in degrees, and the rows of the camera's matrix in the world
PATH = {rows}

scene = bpy.context.scene
scene.render.fps, scene.render.fps_base = round(FPS), round(FPS) / FPS
scene.render.resolution_x, scene.render.resolution_y = WIDTH, HEIGHT
scene.frame_start, scene.frame_end = PATH[0][0], PATH[-1][0]
data = bpy.data.cameras.new("animc")
data.sensor_fit, data.clip_start = "VERTICAL", 0.01
camera = bpy.data.objects.new("animc", data)
scene.collection.objects.link(camera)
scene.camera = camera
camera.rotation_mode = "QUATERNION"
last = None
for frame, fov, rows in PATH:
    place, turn, _ = Matrix(rows).decompose()
    if last is not None:
        turn.make_compatible(last)
    last = turn.copy()
    camera.location, camera.rotation_quaternion = place, turn
    data.angle = radians(fov)
    camera.keyframe_insert("location", frame=frame)
    camera.keyframe_insert("rotation_quaternion", frame=frame)
    data.keyframe_insert("lens", frame=frame)
'''


def as_blender(path: Path, schedule: Schedule, name: str) -> str:
    """Return a Python script that makes the camera in Blender, where z is up. In 2D an empty scene's: no path."""
    world = np.array([[1, 0, 0], [0, 0, 1], [0, -1, 0]], dtype=np.float64)
    own = np.diag([1.0, -1.0, -1.0])  # Blender's camera has y up and looks along -z
    rows = list[str]()
    for number, place, turn, fov in zip(path.frames, path.place, path.turn, path.fov, strict=True):
        matrix = np.eye(4)
        matrix[:3, :3], matrix[:3, 3] = world @ turn @ own, world @ place
        rows.append(f"    ({number}, {fov:.6g}, {_rounded(matrix)}),\n")
    width, height = schedule.size
    told = {"fps": float(schedule.fps), "width": width, "height": height, "name": _plain(name)}
    return BLENDER.format(rows="[\n" + "".join(rows) + "]", **told)


EFFECTS = """// The camera of {name}. In After Effects: File, Scripts, Run Script File. Made by animc.
(function () {{
    var frames = {data};
    var fps = {fps};
    app.beginUndoGroup("animc camera");
    var comp = app.project.items.addComp("animc", {width}, {height}, 1, Math.max(frames.length, 1) / fps, fps);
    var layer = {layer};
    var times = [], values = [];
    for (var i = 0; i < frames.length; i++) {{ times.push(i / fps); }}
    function put(property, column) {{
        values = [];
        for (var i = 0; i < frames.length; i++) {{ values.push(frames[i][column]); }}
        property.setValuesAtTimes(times, values);
    }}
{puts}
    app.endUndoGroup();
}})();
"""

CAMERA = 'comp.layers.addCamera("animc", [{x}, {y}])'
NULL = "comp.layers.addNull()"
PUTS = """    layer.autoOrient = AutoOrientType.NO_AUTO_ORIENT;
    put(layer.property("Position"), 0);
    put(layer.property("Orientation"), 1);
    put(layer.property("Zoom"), 2);"""
FLAT_PUTS = """    layer.property("Anchor Point").setValue([0, 0]);
    put(layer.property("Position"), 0);
    put(layer.property("Scale"), 1);
    put(layer.property("Rotation"), 2);"""


def as_effects(path: Path, schedule: Schedule, name: str) -> str:
    """Return a script that makes the camera in After Effects, where a picture one unit away fills the frame at first.

    In 2D it is a null: what is its child moves as the picture does.
    """
    width, height = schedule.size
    rows = _flat_rows(path) if path.flat is not None else _spatial_rows(path, schedule.size)
    layer = NULL if path.flat is not None else CAMERA.format(x=width / 2, y=height / 2)
    puts = FLAT_PUTS if path.flat is not None else PUTS
    told = {"fps": float(schedule.fps), "width": width, "height": height, "name": _plain(name)}
    return EFFECTS.format(data=json.dumps(rows), layer=layer, puts=puts, **told)


def _spatial_rows(path: Path, size: tuple[int, int]) -> list[list[Any]]:
    """Return position, orientation (degrees; Rx·Ry·Rz of columns) and zoom, in pixels, of each frame."""
    from scipy.spatial.transform import Rotation

    zoom = size[1] / 2 / np.tan(np.radians(path.fov) / 2)
    unit = float(zoom[0]) if len(zoom) else 1.0
    middle = np.array([size[0] / 2, size[1] / 2, -unit])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # at a quarter turn there is more than one right answer: any will do
        angles = Rotation.from_matrix(path.turn).as_euler("XYZ", degrees=True)
    # After Effects turns between two keys by the shorter way of each angle on its own: jumps by 360 degrees are no move
    angles = np.unwrap(angles, axis=0, period=360)
    rows = zip(path.place * unit + middle, angles, zoom, strict=True)
    return [[_rounded(place), _rounded(angle), round(float(far), 4)] for place, angle, far in rows]


def _flat_rows(path: Path) -> list[list[Any]]:
    assert path.flat is not None  # noqa: S101 (asked for in 2D only)
    scale = np.hypot(path.flat[:, 0, 0], path.flat[:, 1, 0]) * 100
    angle = np.unwrap(np.degrees(np.arctan2(path.flat[:, 1, 0], path.flat[:, 0, 0])), period=360)
    rows = zip(path.flat[:, :2, 2], scale, angle, strict=True)
    return [[_rounded(place), [round(float(s), 5)] * 2, round(float(a), 5)] for place, s, a in rows]


def _plain(name: str) -> str:
    """Return a name that can stand in a comment of any language."""
    return "".join(letter if letter.isalnum() or letter in " ._-" else "_" for letter in name)

"""Mistakes of kinds and units, of values and of time."""

from __future__ import annotations

from .entry import FOREST as _P
from .entry import Entry

VALUES: dict[str, Entry] = {
    "E0301": Entry(
        "{what} wants a length of time, and {number} is a bare number",
        "frames, seconds or beats?",
        repair="write {number}f, {number}s or {number}b",
        wrong=_P + "rotation_z = sine(3)\n",
        right=_P + "rotation_z = sine(3s)\n",
    ),
    "E0302": Entry(
        "{what} wants {wanted}, and this is {got}",
        "this is {got}",
        repair="write {wanted} in its place",
        wrong=_P + 'rotation_z = "fast"\n',
        right=_P + "rotation_z = 3\n",
    ),
    "E0303": Entry(
        "{what} has one value for the whole film",
        "this changes from frame to frame",
        repair="write a value that stays the same, without t, clocks, sounds or chance",
        wrong=_P + "fps = 15 + t\n",
        right="fps = 15\n" + _P,
    ),
    "E0304": Entry(
        '`{name}` cannot be "{value}"',
        "not one of its values",
        repair="choose one of: {choices}",
        wrong=_P + 'mode = "4d"\n',
        right=_P + 'mode = "2d"\n',
    ),
    "E0305": Entry(
        "a style needs the place where the prompt goes",
        "no ${{prompt}} in it",
        repair='write it in: style "${{prompt}}, 35mm film"',
        wrong=_P + 'style "35mm film"\n',
        right=_P + 'style "${prompt}, 35mm film"\n',
    ),
    "E0306": Entry(
        "`{name}` needs its value in quotes",
        "a bare word",
        repair='write {name} = "{value}"',
        wrong=_P + "border = wrap\n",
        right=_P + 'border = "wrap"\n',
    ),
    "E0401": Entry(
        "`{name}` cannot be {value}",
        "outside {low} to {high}",
        repair="choose a value from {low} to {high}",
        wrong="fps = 0\n" + _P,
        right="fps = 15\n" + _P,
    ),
    "E0402": Entry(
        "a number goes wrong: {fault}",
        "first at frame {frame}",
        reason="{why}",
        repair="hold its parts in bounds: clamp(…, low, high)",
        wrong=_P + "rotation_z = 1/t\n",
        right=_P + "rotation_z = 1/(t + 1)\n",
    ),
    "E0403": Entry(
        "the film would have {frames} frames",
        "this makes it so long",
        reason="a film may have {limit}",
        repair="check the unit: 10s is ten seconds, 10 is frame ten",
        wrong='0: "a forest"\n1000000000: "a fire"\n',
        right='0: "a forest"\n100: "a fire"\n',
    ),
    "E0404": Entry(
        "this pattern cannot be played",
        "{why}",
        reason='a pattern is made of `x` (a hit) and `.` (a rest), such as "x..x..x."',
        repair='write hits and rests: pattern "x..x..x." per 1 bar',
        wrong=_P + 'on pattern "boom" per 1 bar: rotation_z += decay(1b)\n',
        right="tempo = 120\n" + _P + 'on pattern "x..x" per 1 bar: rotation_z += decay(1b)\n',
    ),
    "E0405": Entry(
        "{what} must be {wanted}, and this is {value}",
        "is {value}",
        repair="make {what} {wanted}",
        wrong=_P + "rotation_z = sine(0s)\n",
        right=_P + "rotation_z = sine(2s)\n",
    ),
    "E0406": Entry(
        "this script asks for too much work: {what}",
        "this is where it grows",
        repair="{how}",
        wrong=_P + "length = 10000s\non every(1f): rotation_z += decay(100s)\n",
        right=_P + "length = 100s\non every(1s): rotation_z += decay(1s)\n",
    ),
    "E0501": Entry(
        "the section `{name}` ends before it begins",
        "from frame {start} to frame {stop}",
        repair="put the later position after `to`",
        wrong=_P + "section a from 4s to 2s { fov = 60 }\n",
        right=_P + "section a from 2s to 4s { fov = 60 }\n",
    ),
    "E0502": Entry(
        "the film's length cannot depend on itself",
        "needs the film's end",
        repair="write a length that does not use end, max_f or progress",
        wrong=_P + "length = end - 2s\n",
        right=_P + "length = 10s\n",
    ),
    "E0701": Entry(
        "{what} is part of the language, but not of this version yet",
        "not yet",
        repair="{instead}",
        wrong=_P + "hybrid_motion = 1\n",
        right=_P,
    ),
}

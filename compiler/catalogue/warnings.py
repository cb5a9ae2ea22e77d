"""Warnings, which stop nothing."""

from __future__ import annotations

from .entry import FOREST as _P
from .entry import Entry

_HURRYING = tuple(0.6 * n - 0.01 * n * n for n in range(20))

WARNINGS: dict[str, Entry] = {
    "W0101": Entry(
        "this key is {where}",
        "frame {frame}, of {frames}",
        repair="lengthen the film with `length = …`, or move the key",
        wrong=_P + "length = 2s\n" + '100: "a fire"\n',
        right=_P + "length = 10s\n" + '100: "a fire"\n',
    ),
    "W0102": Entry(
        "`{name}` is written twice",
        "this one counts",
        repair="take one away",
        wrong=_P + "rotation_z = 1\nrotation_z = 2\n",
        right=_P + "rotation_z = 2\n",
    ),
    "W0103": Entry(
        "this prompt is never seen",
        "another takes its place at once",
        repair="move its key, or take it away",
        wrong='0: "a forest"\n0: "a fire"\n',
        right='0: "a forest"\n50: "a fire"\n',
    ),
    "W0104": Entry(
        "`{name}` goes outside {low} to {high} and is held there",
        "{value} at frame {frame}",
        repair="keep it from {low} to {high}, or hold it on purpose: clamp(…, {low}, {high})",
        wrong=_P + "strength = 65\n",
        right=_P + "strength = 0.65\n",
    ),
    "W0105": Entry(
        "`{name}` does nothing in mode {mode}",
        "only read in mode {other}",
        repair='write mode = "{other}", or take it away',
        wrong=_P + "zoom = 1.01\n",
        right='mode = "2d"\n' + _P + "zoom = 1.01\n",
    ),
    "W0106": Entry(
        "this script listens to a sound, and there is none",
        "needs audio",
        reason="{instead}",
        repair='hand one over with --audio song.flac, or write audio "song.flac"',
        wrong=_P + "on onset(20..120Hz): rotation_z += 3*decay(1b)\n",
        right=_P + "tempo = 120\non beat: rotation_z += 3*decay(1b)\n",
    ),
    "W0107": Entry(
        "the section `{name}` {fault}",
        "from frame {start} to frame {stop}, of {frames}",
        repair="end it sooner, or lengthen the film: length = …",
        wrong=_P + "length = 2s\nsection a from 1s to 9s { fov = 60 }\n",
        right=_P + "length = 9s\nsection a from 1s to 9s { fov = 60 }\n",
    ),
    "W0108": Entry(
        "this script has no prompt",
        reason="each frame would be painted from an empty text",
        repair='add one: 0: "a misty pine forest"',
        wrong="rotation_z = 3\n",
        right=_P + "rotation_z = 3\n",
    ),
    "W0109": Entry(
        "two keys stand at frame {frame}",
        "this one counts",
        repair="take one away",
        wrong=_P + "rotation_z = [0: 1, 0: 2]\n",
        right=_P + "rotation_z = [0: 1, 10: 2]\n",
    ),
    "W0110": Entry(
        "`*=` by a value that dies away leaves `{name}` at 0",
        "reaches 0 and stays there",
        repair="write `*= 1 + …`, which returns to 1",
        wrong=_P + "translation_x = 5\non every(1s): translation_x *= decay(10f)\n",
        right=_P + "translation_x = 5\non every(1s): translation_x *= 1 + decay(10f)\n",
    ),
    "W0111": Entry(
        '"{text}" is never sung',
        "not in the lyrics",
        repair="write it as the lyrics do",
        wrong=_P + 'lyrics "song.lrc"\non word "fire": strength -= 0.2*decay(12f)\n',
        right=_P + 'lyrics "song.lrc"\non word "home": strength -= 0.2*decay(12f)\n',
        files={"song.lrc": "[00:02.00]walking home\n"},
    ),
    "W0112": Entry(
        "a length in beats counts at the mean tempo here",
        "the tempo of this sound varies",
        repair="use the clock: sin(tau*beat/4) keeps to the beats",
        wrong=_P + "rotation_z = sin(tau*t/4b)\n",
        right=_P + "rotation_z = sin(tau*beat/4)\n",
        beats=_HURRYING,
    ),
    "W0113": Entry(
        "`{text}` is read as words",
        "a LoRA is not brought by a prompt",
        repair='write lora = "{file}.safetensors" and lora_{name} = {weight}',
        wrong='0: "a forest, <lora:ink:0.8>"\n',
        right='0: "a forest"\nlora = "ink.safetensors"\nlora_ink = 0.8\n',
    ),
    "W0115": Entry(
        "`{name}` moves through depth, and in mode 2d there is none",
        "only its slides and turns are left",
        reason="a flat picture slides, grows and turns",
        repair='write mode = "3d", or take a move that both modes have, such as dolly, truck, pedestal, pan or roll',
        wrong='mode = "2d"\nuse std.cameras\n' + _P + "apply orbit(90)\n",
        right='mode = "2d"\nuse std.cameras\n' + _P + "apply truck(90)\n",
    ),
    "W0114": Entry(
        "what this script listens to is silent",
        "needs audio",
        reason="the beats come from `tempo`, but no sound is there to be heard",
        repair='hand one over with --audio song.flac, or write audio "song.flac"',
        wrong="tempo = 120\n" + _P + "fov = 70 - 10*rms(20..120Hz)\n",
        right="tempo = 120\n" + _P + "on beat: fov -= 10*decay(1b)\n",
    ),
}

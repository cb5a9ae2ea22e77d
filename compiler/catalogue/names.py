"""Mistakes of names: unknown, taken, misplaced, and files that cannot be had."""

from __future__ import annotations

from .entry import FOREST as _P
from .entry import Entry

_STEADY = (0.0, 0.5, 1.0, 1.5)

NAMES: dict[str, Entry] = {
    "E0201": Entry(
        "nothing is called `{name}`",
        "neither a setting nor a track",
        repair="`animc list` shows all there are",
        wrong=_P + "translation_zz = 4\n",
        right=_P + "translation_z = 4\n",
    ),
    "E0202": Entry(
        "nothing is called `{name}`",
        "not known here",
        repair="name it first: let {name} = …",
        wrong=_P + "rotation_z = 3*speed\n",
        right=_P + "let speed = 2\nrotation_z = 3*speed\n",
    ),
    "E0203": Entry(
        "there is no function `{name}`",
        "not known here",
        repair="docs/language.md lists the functions; `def {name}(x) = …` makes one",
        wrong=_P + "rotation_z = sinus(t)\n",
        right=_P + "rotation_z = sin(t)\n",
    ),
    "E0204": Entry(
        "`{name}` is named twice",
        "named again here",
        reason="a name means one thing in the whole script",
        repair="give one of them another name",
        wrong=_P + "let x = 1\nlet x = 2\n",
        right=_P + "let x = 1\nlet y = 2\n",
    ),
    "E0205": Entry(
        "there is no marker `@{name}`",
        "not marked before this line",
        repair="mark it first: marker {name} = bar(9)",
        wrong='@drop: "a forest"\n',
        right='marker drop = 2s\n@drop: "a forest"\n',
    ),
    "E0206": Entry(
        "`{name}` is not an event",
        "nothing happens here that a trigger could wait for",
        reason="events are beat, downbeat, bar, kick, snare, hat, onset(…), every(D), at P, pattern, prompt, "
        "section and names of these",
        repair="wait for one of these, or name your own: let {name} = onset(20..120Hz)",
        wrong=_P + "on energy: rotation_z += 3*decay(1s)\n",
        right="tempo = 120\n" + _P + "on beat: rotation_z += 3*decay(1s)\n",
    ),
    "E0207": Entry(
        "there is no block `{name}`",
        "not known here",
        repair="write it first: block {name}() {{ … }}",
        wrong=_P + "apply strobe()\n",
        right="tempo = 120\n" + _P + "block strobe() { on beat: strength -= 0.2*decay(4f) }\napply strobe()\n",
    ),
    "E0208": Entry(
        "there is no profile `{name}`",
        reason="the script has: {known}",
        repair="choose one that it has, or write it: profile {name} {{ steps = 4 }}",
        wrong=_P + "profile draft { steps = 4 }\n",
        right=_P + "profile fast { steps = 4 }\n",
        profile="fast",
    ),
    "E0209": Entry(
        "there is no section `{name}`",
        "not a section of this script",
        repair="write it: section {name} from 0 to 4s {{ … }}",
        wrong=_P + "on beat in chorus: rotation_z += 3*decay(1b)\n",
        right="tempo = 120\n"
        + _P
        + "section chorus from 0 for 2s { fov = 60 }\non beat in chorus: rotation_z += 3*decay(1b)\n",
    ),
    "E0210": Entry(
        "`{name}` is a {kind}: it is written, not read",
        "no value to take from here",
        repair="name the value with `let`, and use that in both places",
        wrong=_P + "rotation_z = 3*zoom\n",
        right=_P + "let wave = sine(3s)\nfov = 70 + wave\nrotation_z = 3*wave\n",
    ),
    "E0211": Entry(
        "`{name}` already means something in the language",
        "taken: {what}",
        repair="choose another name",
        wrong=_P + "let beat = 3\n",
        right=_P + "let my_beat = 3\n",
    ),
    "E0212": Entry(
        "`{name}` {fault}",
        "{what}",
        repair="it is written {usage}",
        wrong=_P + "rotation_z = sine(3s, 0, 1)\n",
        right=_P + "rotation_z = sine(3s)\n",
    ),
    "E0213": Entry(
        "`{name}` has no meaning here",
        "only inside {where}",
        repair="move it into {where}",
        wrong=_P + "rotation_z = decay(1s)\n",
        right="tempo = 120\n" + _P + "on beat: rotation_z += decay(1s)\n",
    ),
    "E0214": Entry(
        "this use goes round in a circle",
        "{path} is already being read",
        repair="take one of the `use` lines away",
        wrong='use "round.anim"\n' + _P,
        right='use "moves.anim"\n' + _P + "rotation_z = 3*speed\n",
        files={"round.anim": 'use "round.anim"\nlet speed = 2\n', "moves.anim": "let speed = 2\n"},
    ),
    "E0215": Entry(
        "the file {path} cannot be read",
        "{why}",
        repair="check the name: it counts from the script's own folder",
        wrong=_P + 'use "missing.anim"\n',
        right=_P,
    ),
    "E0216": Entry(
        "a script may use files of its own folder only",
        "leads out of the script's folder",
        repair="move the file beside the script",
        wrong=_P + 'use "../secret.anim"\n',
        right=_P,
    ),
    "E0217": Entry(
        "there is no ease `{name}`",
        "not known here",
        repair="linear, step, smooth, bezier(…), or in/out/in_out with _sine _quad _cubic _expo _back _elastic _bounce",
        wrong=_P + "rotation_z = [0: 0, 10: 3 ease in_cubik]\n",
        right=_P + "rotation_z = [0: 0, 10: 3 ease in_cubic]\n",
    ),
    "E0218": Entry(
        "`{what}` cannot stand in {where}",
        "only at the top of a script",
        repair="move it out of the braces",
        wrong=_P + "section a from 0 to 2s { fps = 12 }\n",
        right="fps = 12\n" + _P + "section a from 0 to 2s { fov = 60 }\n",
    ),
    "E0219": Entry(
        "no sound is called `{name}`",
        "not a source",
        reason='sources are main, harmonic, percussive and the stems that `audio name = "f"` brings',
        repair='bring it first: audio {name} = "{name}.wav"',
        wrong=_P + "rotation_z = rms(0..120Hz, drumz)\n",
        right="tempo = 120\n" + _P + 'audio drums = "drums.wav"\nrotation_z = rms(0..120Hz, drums)\n',
        beats=_STEADY,
    ),
    "E0220": Entry(
        "the lyrics {path} have no times",
        "no line with a time in it",
        reason="LRC, SRT and WebVTT files say when each line is sung",
        repair="begin each line with its time: [00:12.50]a line of the song",
        wrong=_P + 'lyrics "song.txt"\n',
        right=_P + 'lyrics "song.lrc"\n',
        files={"song.txt": "walking home\n", "song.lrc": "[00:02.00]walking home\n"},
    ),
    "E0221": Entry(
        "`{name}` waits for lyrics, and this script has none",
        "nothing is sung",
        repair='bring them: lyrics "song.lrc"',
        wrong=_P + 'on word "fire": strength -= 0.2*decay(12f)\n',
        right=_P + "on at 2s: strength -= 0.2*decay(12f)\n",
    ),
    "E0223": Entry(
        "the beats file {path} tells no beats: {why}",
        "no times in it",
        reason="each line of a beats file begins with seconds; behind them may stand which beat of its bar that is",
        repair="write 0.52 or 0.52 1 on each line, or take what `animc listen song.wav --beats song.beats` writes",
        wrong=_P + 'beats "words.txt"\non beat: fov += 1\n',
        right=_P + 'beats "song.beats"\non beat: fov += 1\n',
        files={"words.txt": "one\ntwo\n", "song.beats": "0.5 1\n1.0 2\n1.5 3\n2.0 4\n"},
    ),
    "E0222": Entry(
        "there is no `{name}`",
        "not a part of the standard library",
        reason="its parts are {known}",
        repair="`animc list std` shows what is in them",
        wrong="use std.camera\n" + _P,
        right="use std.cameras\n" + _P + "apply push_in(40)\n",
    ),
}

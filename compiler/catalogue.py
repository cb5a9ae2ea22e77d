"""Every mistake and warning there is: its code, its wording, an example that goes wrong and one that does not."""

from __future__ import annotations

import string
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Entry:
    """Templates of one diagnostic, filled with ``str.format_map``; ``wrong`` and ``right`` are scripts.

    ``message`` says what is wrong, ``label`` what the marked place is, ``reason`` why, ``repair`` what to do.
    An empty ``wrong`` is a mistake that no short script shows.
    """

    message: str
    label: str = ""
    reason: str = ""
    repair: str = ""
    wrong: str = ""
    right: str = ""


_FIRST = '0: "a misty pine forest"\\n100: "the same forest on fire" fade 2s'
_P = '0: "a forest"\n'

CATALOGUE: dict[str, Entry] = {
    # E01: reading and syntax
    "E0101": Entry(
        "this script is empty",
        reason="a film needs a prompt to paint",
        repair='begin with one line: 0: "a misty pine forest"',
        wrong="# nothing yet\n",
        right=_P,
    ),
    "E0102": Entry(
        "this script is too long: {size} characters",
        reason="a script may have {limit}",
        repair="check that this is the script, not a picture, a song or a film",
    ),
    "E0103": Entry(
        "this is not a text file",
        "a NUL character, as binary files and UTF-16 texts have",
        repair="save the script as plain text in UTF-8",
        wrong='0: "a\0b"\n',
        right=_P,
    ),
    "E0104": Entry(
        "this character could not be read",
        "not valid UTF-8",
        repair="save the script as UTF-8",
        wrong="\ufffd = 3\n",
        right=_P,
    ),
    "E0110": Entry(
        "`{found}` does not fit here",
        "{wanted} was expected",
        wrong=_P + "zoom 3 = 4\n",
        right=_P + "rotation_z = 4\n",
    ),
    "E0111": Entry(
        "this `{what}` is never closed",
        "opened here",
        repair="add `{close}` where it ends",
        wrong=_P + "rotation_z = 2*(3 + 4\nfov = 60\n",
        right=_P + "rotation_z = 2*(3 + 4)\nfov = 60\n",
    ),
    "E0112": Entry(
        "this text has no end",
        "begins here",
        reason='a text in " ends on its own line; one in """ may run over several',
        repair="close it with the quotes that it began with",
        wrong='0: "a forest\n',
        right=_P,
    ),
    "E0113": Entry(
        "`{char}` is not a sign of the language",
        "typed by a word processor or an input method",
        repair="write `{plain}` in its place",
        wrong="0: “a forest”\n",
        right=_P,
    ),
    "E0114": Entry(
        "this `{what}` closes nothing",
        "no bracket is open here",
        repair="take it away, or open one before",
        wrong=_P + "rotation_z = 3)\n",
        right=_P + "rotation_z = 3\n",
    ),
    "E0115": Entry(
        "brackets nest too deep",
        "this one is the last straw: {limit} are open",
        repair="name a part with `let` and use the name",
        wrong=_P + "rotation_z = " + "(" * 101 + "1" + ")" * 101 + "\n",
        right=_P + "rotation_z = ((1))\n",
    ),
    "E0116": Entry(
        "something is missing here",
        "{wanted} should follow",
        wrong=_P + "rotation_z =\n",
        right=_P + "rotation_z = 3\n",
    ),
    "E0117": Entry(
        "this is how Deforum writes a schedule",
        "`frame:(value)` has no place here",
        reason="a line that begins with `0:` is a prompt; numbers go into a list of keyframes",
        repair="write translation_z = [0: 1.0, 50: 2.0]",
        wrong="0:(1.0), 50:(2.0)\n",
        right=_P + "translation_z = [0: 1.0, 50: 2.0]\n",
    ),
    "E0118": Entry(
        "`{what}` stands here twice",
        "the second time",
        repair="keep one",
        wrong=_P + '50: "a fire" fade 2s fade 3s\n',
        right=_P + '50: "a fire" fade 2s\n',
    ),
    "E0119": Entry(
        "a file's name cannot be computed",
        "`${{…}}` stands in it",
        repair="write the name out",
        wrong='use "cameras${1}.anim"\n',
        right=_P,
    ),
    "E0120": Entry(
        "`{op}` belongs into a trigger",
        "outside of one there is nothing to add to",
        repair="write `=`, or `on beat: name {op} …`",
        wrong=_P + "rotation_z += 3\n",
        right="tempo = 120\n" + _P + "on beat: rotation_z += 3 * decay(1b)\n",
    ),
    "E0121": Entry(
        "`{word}` cannot follow a number",
        "neither a unit nor an operator",
        reason="the units are f, s, ms, m, b (beats), bars, Hz and kHz",
        repair="write `{number}s` for seconds, or `{number}*{word}` to multiply",
        wrong=_P + "rotation_z = 3x\n",
        right=_P + "rotation_z = 3*t\n",
    ),
    "E0122": Entry(
        "texts stand in double quotes",
        "a single quote means nothing here",
        repair='write "…"',
        wrong="0: 'a forest'\n",
        right=_P,
    ),
    "E0123": Entry(
        "this is not how a comment begins",
        "meant as a comment?",
        repair="comments begin with `#`",
        wrong=_P + "// calm\n",
        right=_P + "# calm\n",
    ),
    "E0124": Entry(
        "`{found}` is not an operator of the language",
        repair="write {use}",
        wrong=_P + "rotation_z = t^2\n",
        right=_P + "rotation_z = t**2\n",
    ),
    "E0125": Entry(
        "comparisons cannot be chained",
        "the second comparison",
        repair="join two with `and`: 0 < t and t < 10",
        wrong=_P + "rotation_z = 0 < t < 10\n",
        right=_P + "rotation_z = 0 < t and t < 10\n",
    ),
    "E0126": Entry(
        "a new statement begins in the middle of a line",
        "`{found}` begins a statement",
        repair="put a line end or `;` before it",
        wrong=_P + "rotation_z = 3 let x = 2\n",
        right=_P + "rotation_z = 3; let x = 2\n",
    ),
    "E0127": Entry(
        "this expression is too long or too deep",
        "more than {limit} operations inside one another",
        repair="name its parts with `let`",
    ),
    # E02: names
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
        reason="events are beat, downbeat, bar, onset(…), every(D), at P, pattern, prompt, section and names of these",
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
    ),
    "E0209": Entry(
        "there is no section `{name}`",
        "not a section of this script",
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
        wrong=_P + "rotation_z = decay(1s)\n",
        right="tempo = 120\n" + _P + "on beat: rotation_z += decay(1s)\n",
    ),
    "E0214": Entry(
        "this use goes round in a circle",
        "{path} is already being read",
        repair="take one of the `use` lines away",
    ),
    "E0215": Entry(
        "the file {path} cannot be read",
        "{why}",
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
        right="",
    ),
    "E0220": Entry(
        "the lyrics {path} have no times",
        "no line with a time in it",
        reason="LRC, SRT and WebVTT files say when each line is sung",
        repair="begin each line with its time: [00:12.50]a line of the song",
    ),
    "E0221": Entry(
        "`{name}` waits for lyrics, and this script has none",
        "nothing is sung",
        repair='bring them: lyrics "song.lrc"',
        wrong=_P + 'on word "fire": strength -= 0.2*decay(12f)\n',
        right=_P + "on at 2s: strength -= 0.2*decay(12f)\n",
    ),
    # E03: kinds and units
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
        wrong=_P + 'rotation_z = "fast"\n',
        right=_P + "rotation_z = 3\n",
    ),
    "E0303": Entry(
        "{what} has one value for the whole film",
        "this changes from frame to frame",
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
    # E04: values
    "E0401": Entry(
        "`{name}` cannot be {value}",
        "outside {low} to {high}",
        repair="choose a value from {low} to {high}",
        wrong="fps = 0\n" + _P,
        right="fps = 15\n" + _P,
    ),
    "E0402": Entry(
        "{fault}",
        "first at frame {frame}",
        reason="{why}",
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
        "this script asks for too much work",
        "{what}",
        repair="{how}",
    ),
    # E05: time
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
    # E07: not yet
    "E0701": Entry(
        "{what} is part of the language, but not of this version yet",
        "not yet",
        repair="{instead}",
        wrong=_P + "use std.cameras\n",
        right=_P,
    ),
    # W: warnings
    "W0101": Entry(
        "this key is past the end of the film",
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
        wrong='0: "a forest"\n0: "a fire"\n',
        right='0: "a forest"\n50: "a fire"\n',
    ),
    "W0104": Entry(
        "`{name}` goes outside {low} to {high} and is held there",
        "{value} at frame {frame}",
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
    "W0112": Entry(
        "a length in beats counts at the mean tempo here",
        "the tempo of this sound varies",
        repair="use the clock: sin(tau*beat/4) keeps to the beats",
    ),
    "W0111": Entry(
        '"{text}" is never sung',
        "not in the lyrics",
    ),
    "W0110": Entry(
        "`*=` by a value that dies away leaves `{name}` at 0",
        "reaches 0 and stays there",
        repair="write `*= 1 + …`, which returns to 1",
        wrong=_P + "translation_x = 5\non every(1s): translation_x *= decay(10f)\n",
        right=_P + "translation_x = 5\non every(1s): translation_x *= 1 + decay(10f)\n",
    ),
}
"""Errors begin with E, warnings with W; the second and third digits are the kind, as the comments say."""


def explain(code: str) -> str:
    """Return what a code means, with an example that goes wrong and one that does not. Raises KeyError."""
    entry = CATALOGUE[code]
    parts = [f"{code}: {_named(entry.message)}"]
    parts += [f"Why: {_named(entry.reason)}"] if entry.reason else []
    parts += [f"Repair: {_named(entry.repair)}"] if entry.repair else []
    for title, script in (("Wrong", entry.wrong), ("Right", entry.right)):
        if script and len(script) < 400:
            shown = "\n".join("    " + line for line in script.replace("\0", "\ufffd").splitlines())
            parts.append(f"{title}:\n{shown}")
    return "\n\n".join(parts)


def _named(template: str) -> str:
    """Return a template with its fields shown as the words they stand for."""
    words = (piece for piece in string.Formatter().parse(template))
    return "".join(text + (f"‹{name}›" if name else "") for text, name, _, _ in words)

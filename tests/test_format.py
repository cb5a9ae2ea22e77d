"""Formatting: what it makes of a script, and its two laws: twice is once, and the schedule stays the same."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from animc.compiler import CompileError, compile_film
from animc.compiler.catalogue import CATALOGUE
from animc.compiler.formatting.format import format_script, same
from animc.compiler.formatting.pieces import pieces
from animc.compiler.syntax.parse import parse
from animc.runtime.cli.fmt import command
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from listening import song

ROOT = Path(__file__).parent.parent
SCRIPTS = sorted([*(ROOT / "tests" / "scripts" / "ok").glob("*.anim"), *(ROOT / "examples").glob("*.anim")])
PAGE = (ROOT / "docs" / "language.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```anim\n(.*?)```", PAGE, re.DOTALL)
SMALL = [entry.right for entry in CATALOGUE.values() if 0 < len(entry.right) < 200]

ROUGH = """\


fps=15;size   = 512x512 # two
  # indented
let   kick=onset( 20 .. 120 Hz )

on kick where (velocity>0.4) every( 2 ):translation_z+=10*decay(0.4b )# bump
on every (2 s)  {strength-=0.1*decay( 3f );
   seed+=1 }
block   strobe ( n=1,m = - 2 )
# why
{
on beat every n: rotation_z += -m


}
translation_z = [ 0:2 ,
  8bars : 14 ease   in_cubic, # there
   # then
  end: 4 ease bezier( 0.7,0,.84, 0 )
  ]
fov=rms(  0..120Hz )
   # the floor
   |>smooth(80 ms)
  |> range (60,80)
rotation_x   = max(
sin(t),
cos(t) ** 2, not t>3
)
near     = 200
translation_x=(1)if t>3 else-2
section a from 0 for 1m23 s{0:"x" fade 8bars;12:"y"}
section b from 2m for 1s {#b
0:"x"   negative "a  b";
4 beats:\"\"\"long
  é\"\"\"
}#done
"""

SMOOTH = """\
fps = 15
size = 512x512  # two
# indented
let kick = onset(20..120Hz)

on kick where (velocity > 0.4) every (2): translation_z += 10*decay(0.4b)  # bump
on every(2s) {
  strength -= 0.1*decay(3f)
  seed += 1
}
block strobe(n = 1, m = -2)
  # why
{
  on beat every n: rotation_z += -m
}
translation_z = [0: 2,
                 8 bars: 14 ease in_cubic,  # there
                 # then
                 end: 4 ease bezier(0.7, 0, .84, 0)
                ]
fov = rms(0..120Hz)
  # the floor
  |> smooth(80ms)
  |> range(60, 80)
rotation_x = max(
  sin(t),
  cos(t)**2, not t > 3
)
near = 200
translation_x = (1) if t > 3 else -2
section a from 0 for 1m23s { 0: "x" fade 8 bars; 12: "y" }
section b from 2m for 1s {  # b
  0:       "x" negative "a  b"
  4 beats: \"\"\"long
  é\"\"\"
}  # done
"""


def read(name: str) -> str:
    for path in (ROOT / "tests" / "scripts").rglob(Path(name).name):
        return path.read_text(encoding="utf-8")
    raise FileNotFoundError(name)


def meaning(text: str) -> tuple[Any, ...]:
    """All of a schedule but the events without a name, which are called by their text, blanks and all."""
    film = compile_film(text, hear=lambda needs: song(needs, duration=20.0), read=read).schedule
    blends = [
        (blend.offsets.tobytes(), blend.text.tobytes(), blend.weight.tobytes())
        for blend in (film.prompt, film.negative)
    ]
    tracks = {name: track.tobytes() for name, track in film.tracks.items()}
    events = {name: times.tobytes() for name, times in film.events.items() if name.isidentifier()}
    film_wide = (film.fps, film.frames, film.size, film.settings, film.texts, film.shots, film.sections, film.audio)
    return (tracks, blends, events, *film_wide)


def test_a_rough_script_becomes_smooth() -> None:
    smooth = SMOOTH.replace("# b\n", "#b\n").replace("# done", "#done")
    assert format_script(ROUGH) == smooth
    assert format_script(smooth) == smooth


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_scripts_keep_their_meaning(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    formatted = format_script(text)
    assert format_script(formatted) == formatted
    assert meaning(formatted) == meaning(text)


@pytest.mark.parametrize("text", EXAMPLES)
def test_examples_keep_their_meaning(text: str) -> None:
    formatted = format_script(text)
    assert format_script(formatted) == formatted
    assert meaning(formatted) == meaning(text)


@pytest.mark.parametrize(
    ("text", "formatted"),
    [
        ("", ""),
        ("\n\n\n", ""),
        ("# only a comment", "# only a comment\n"),
        ("  \t# c\nfps = 3\n", "# c\nfps = 3\n"),
        ("\n\nfps = 3\n\n\n\n# c   \n\n\nfov=2\n\n", "fps = 3\n\n# c\n\nfov = 2\n"),
        ("fps=3;;fov=2;", "fps = 3\nfov = 2\n"),
        ("fps=3;fov=2 # both", "fps = 3\nfov = 2  # both\n"),
        ("profile p{size=2x2;steps=4}", "profile p { size = 2x2; steps = 4 }\n"),
        ("profile p{\n}", "profile p {\n}\n"),
        ("profile p{}", "profile p {}\n"),
        ("0:'a'".replace("'", '"'), '0: "a"\n'),
        ('0: "a"\r\nfov=1\r\n', '0: "a"\r\nfov = 1\r\n'),
        ("\ufefffov=1", "fov = 1\n"),
        ("fov=- -~1", "fov = --~1\n"),
        ("fov=t *2+t%3", "fov = t * 2 + t%3\n"),
        ("fov=1-(-t)", "fov = 1 - (-t)\n"),
        ("let f=5. .. .5", "let f = 5. .. .5\n"),
        ("on at 1,2,end-3:fov+=1", "on at 1, 2, end - 3: fov += 1\n"),
        ("def f (x , y=2)=x", "def f(x, y = 2) = x\n"),
        ("apply f ()", "apply f()\n"),
        ("cut  at @a+2 bars  image 'x'".replace("'", '"'), 'cut at @a + 2 bars image "x"\n'),
        ("cut at 3s  model 'x'   image 'y'".replace("'", '"'), 'cut at 3s model "x" image "y"\n'),
        ("abc  = 1\nx    = 2\ny = 3", "abc = 1\nx   = 2\ny = 3\n"),
        ("let a=1 # one\n0:'é'\n# own\nlet bcd=2 # two".replace("'", '"'),
         'let a = 1    # one\n0: "é"\n# own\nlet bcd = 2  # two\n'),
        ("0: \"日本\" # a\n10:\"x\" # b", '0:  "日本"  # a\n10: "x"     # b\n'),
    ],
)  # fmt: skip
def test_small_things(text: str, formatted: str) -> None:
    assert format_script(text) == formatted
    assert format_script(formatted) == formatted


def test_a_long_line_of_braces_is_broken_up() -> None:
    line = "on at 2s { " + "; ".join(["strength -= 0.3 * adsr(1f, 4f, 0.3, 0.5b)"] * 3) + " }"
    formatted = format_script(line)
    assert formatted.count("\n") == 5
    assert format_script(formatted) == formatted


def test_what_does_not_parse_is_told() -> None:
    with pytest.raises(CompileError):
        format_script("fov = (3\n")


def test_a_text_keeps_what_looks_like_layout() -> None:
    text = '0: """a  # b ;\n\n\n  { c\u2028d"""\n'
    assert format_script(text) == text


def test_many_statements_are_quick() -> None:
    text = "translation_x=1+2*t # c\n" * 2000
    assert format_script(text).count("\n") == 2000


NAMES = st.sampled_from(["t", "time", "beat", "pi", "x"])
NUMBERS = st.sampled_from(["0", "1", "2.5", ".5", "3.", "1e3"])
LENGTHS = st.sampled_from(["3s", "4 beats", "2bars", "1m23s", "80 ms", "12 f"])
VALUES = st.recursive(
    st.one_of(NAMES, NUMBERS),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from("+-*/%<|&"), inner).map("({0[0]} {0[1]} {0[2]})".format),
        st.tuples(inner, st.sampled_from(["+", "*", "-"]), inner).map(lambda p: f"{p[0]}{p[1]}{p[2]}"),
        st.tuples(inner, inner, inner).map("({0[0]} if {0[1]} else {0[2]})".format),
        inner.map("-{}".format),
        inner.map("(not {})".format),
        st.tuples(inner, inner).map("max({0[0]}, {0[1]})".format),
        st.tuples(LENGTHS, inner).map("sine({0[0]}, phase = {0[1]})".format),
        st.tuples(inner, LENGTHS).map("({0[0]} |> smooth({0[1]}))".format),
        st.tuples(inner, inner).map("[0: {0[0]}, 4s: {0[1]} ease in_out_sine]".format),
    ),
    max_leaves=6,
)  # fmt: skip
TEXT = st.sampled_from(['"a forest"', '"a # b; {c}"', '"""long\n   (gold:${1 + 2})"""', '"\\"é\\""'])
TRACKS = st.sampled_from(["translation_x", "fov", "rotation_3d_z", "strength"])
PLAIN = st.one_of(
    st.tuples(TRACKS, VALUES).map(" = ".join),
    st.tuples(LENGTHS, TEXT, st.sampled_from(["", ' fade 1 bar', ' negative "no"'])).map("{0[0]}: {0[1]}{0[2]}".format),
    st.tuples(LENGTHS, TRACKS, VALUES).map("on every({0[0]}) where (t > 2): {0[1]} += {0[2]}".format),
    st.tuples(TRACKS, VALUES, TRACKS).map("on beat {{ {0[0]} -= {0[1]}; {0[2]} = 3 }}".format),
    st.just("style \"${prompt}, x\""),
)  # fmt: skip
STATEMENTS = st.one_of(
    PLAIN, st.lists(PLAIN, max_size=3).map(lambda body: "section s from 1s for 2s { " + "; ".join(body) + " }")
)
GENERATED = st.lists(STATEMENTS, min_size=1, max_size=5).map(lambda lines: "let x = 2\n" + "\n".join(lines) + "\n")


@st.composite
def roughened(draw: st.DrawFn, texts: st.SearchStrategy[str]) -> tuple[str, str]:
    """A script, and the same with other blanks, line ends and comments."""
    text = draw(texts)
    rough: list[str] = []
    depth = 0
    found = pieces(text)
    for before, piece in zip([None, *found], found, strict=False):
        if before is not None:
            wordy = before.kind in ("word", "number", "duration") and piece.kind in (
                "word",
                "number",
                "duration",
                "frequency",
            )
            inside = ["", " ", "  ", "\n", " # note\n\n"] if depth else ["", " ", "\t "]
            outside = ["\n", " ; ", "\n\n\n", " # end\n", "\n  # own\n"]
            blank = draw(st.sampled_from(outside if piece.breaks and not depth else inside))
            rough.append(blank or (" " if wordy else ""))
        rough.append(piece.text)
        depth += (piece.text in ("(", "[")) - (piece.text in (")", "]"))
    return text, "".join(rough)


def comments(text: str) -> int:
    return sum(piece.kind == "comment" for piece in pieces(text))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(roughened(st.one_of(GENERATED, st.sampled_from(SMALL))))
def test_the_laws(scripts: tuple[str, str]) -> None:
    text, rough = scripts
    try:
        assume(same(parse(text).statements, parse(rough).statements))
    except CompileError:
        assume(False)
    formatted = format_script(rough)
    assert format_script(formatted) == formatted
    assert comments(formatted) == comments(rough)
    try:
        expected = meaning(text)
    except CompileError:
        return
    assert meaning(formatted) == expected


# the command


@pytest.fixture
def rough(tmp_path: Path) -> Path:
    path = tmp_path / "film.anim"
    path.write_bytes(b"fov=3 # wide\r\n")
    return path


def fmt(*args: object, text: str | None = None) -> Result:
    return CliRunner().invoke(command, [str(arg) for arg in args], input=text, standalone_mode=False)


def test_a_file_is_rewritten_in_place(rough: Path) -> None:
    rough.chmod(0o640)
    link = rough.with_name("link.anim")
    link.symlink_to(rough)
    run = fmt(link)
    assert run.return_value == 0
    assert "link.anim: formatted" in run.stderr
    assert link.is_symlink()
    assert rough.read_bytes() == b"fov = 3  # wide\r\n"
    assert rough.stat().st_mode & 0o777 == 0o640
    before = rough.stat().st_mtime_ns
    assert fmt(rough).output == ""
    assert rough.stat().st_mtime_ns == before


def test_check_names_what_would_change(rough: Path) -> None:
    good = rough.with_name("good.anim")
    good.write_text("fov = 3\n")
    run = fmt("--check", rough, good)
    assert run.return_value == 1
    assert "film.anim is not formatted" in run.stderr
    assert "good" not in run.stderr
    assert rough.read_bytes() == b"fov=3 # wide\r\n"
    assert fmt("--check", good).return_value == 0


def test_diff_shows_what_would_change(rough: Path) -> None:
    run = fmt("--diff", rough)
    assert run.return_value == 0
    assert "-fov=3 # wide\n+fov = 3  # wide\n" in run.stdout
    assert rough.read_bytes() == b"fov=3 # wide\r\n"
    assert fmt("--diff", "--check", rough).return_value == 1


def test_a_pipe_goes_through(rough: Path) -> None:
    run = fmt("-", text="fov=3")
    assert (run.return_value, run.stdout) == (0, "fov = 3\n")


def test_one_mistake_does_not_keep_the_others_waiting(rough: Path) -> None:
    broken = rough.with_name("broken.anim")
    broken.write_text("fov = (3\n")
    run = fmt(broken, rough)
    assert run.return_value == 1
    assert "error[E0111]" in run.stderr
    assert rough.read_bytes() == b"fov = 3  # wide\r\n"
    assert broken.read_text() == "fov = (3\n"

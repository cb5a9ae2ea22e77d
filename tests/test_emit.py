"""``animc compile --emit``: the tree with its spans, and what checking finds each part to be."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from animc.compiler.reports.dump import tree_lines, typed_lines
from animc.compiler.source import Source
from animc.compiler.syntax.parse import parse

ANIMC = Path(sys.executable).parent / "animc"
SCRIPTS = sorted((Path(__file__).parent / "scripts" / "ok").glob("*.anim"))
LINE = re.compile(r"(\d+):(\d+)-(\d+):(\d+) +(?:(\S+): )?([A-Z]\w+)(.*)")
FILM = """\
fps = 12
let kick = onset(20..120Hz)
def lean(amount, period = 2b) = amount*sine(period)
0: "a ${1 + lean(2)} forest"
translation_z = 1 + lean(3) - 2*t/max_f
section a from bar(2) for 1.5s {
  on kick where velocity > 0.4: strength -= 0.2*decay(0.5b)
}
"""


def emit(path: Path, what: str, *args: str) -> subprocess.CompletedProcess[str]:
    line = [str(ANIMC), "compile", str(path), "--emit", what, *args]
    return subprocess.run(line, capture_output=True, text=True, timeout=60, check=False)


def part(text: str, line: str) -> str:
    """What of a text a line of the tree stands for."""
    found = LINE.match(line)
    assert found, line
    starts = [0, *(at.end() for at in re.finditer("\n", text))]
    begin, end = ((starts[int(found[n]) - 1] + int(found[n + 1]) - 1) for n in (1, 3))
    return text[begin:end]


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_every_line_names_a_part_of_the_script_inside_its_parent(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    lines = list(tree_lines(parse(Source(path.name, text))))
    assert len(lines) >= 3
    parents: list[tuple[int, str]] = []
    for line in lines:
        found = LINE.match(line)
        assert found, line
        depth = len(line) - len(line[len(line.split(" ")[0]) :].lstrip())
        here = part(text, line)
        while parents and parents[-1][0] >= depth:
            parents.pop()
        assert here
        assert not parents or here in parents[-1][1]
        if found[6] in ("Number", "Name"):
            assert re.search(r"\w", here)
        parents.append((depth, here))


def test_names_and_values_are_those_of_the_text() -> None:
    lines = list(tree_lines(parse(FILM)))
    for shown, written in (
        ("Assign fps =", "fps = 12"),
        ("value: Call onset", "onset(20..120Hz)"),
        ("high: Frequency 120", "120Hz"),
        ("Number 1", "1"),
        ("+: Call lean", "lean(2)"),
        ("Section a lasting", FILM[FILM.index("section a") :].rstrip()),
        ("Modifier where", "where velocity > 0.4"),
        ("Action strength -=", "strength -= 0.2*decay(0.5b)"),
        ("Duration 0.5 b", "0.5b"),
    ):
        assert any(shown in line and part(FILM, line) == written for line in lines), shown


def test_each_value_is_told_with_its_type_and_unit() -> None:
    lines = list(typed_lines(FILM))
    for written, kind in (
        ("fps = 12", "setting, in 1/s"),
        ("translation_z = 1 + lean(3) - 2*t/max_f", "track, in 1/200 world a frame"),
        ("onset(20..120Hz)", "events"),
        ("20..120Hz", "band from 20 to 120 hertz"),
        ("2b", "length of 2 beats"),
        ("amount*sine(period)", "signal, a number for each frame"),
        ("amount", "number 2 or number 3"),
        ("max_f", "number"),
        ("bar(2)", "position, a frame"),
        ("1.5s", "length of 1.5 seconds"),
        ("kick", "events"),
        ("velocity", "number for each event"),
        ("0.2*decay(0.5b)", "number for each event"),
    ):
        assert any(line.endswith(f"  :: {kind}") and part(FILM, line) == written for line in lines), written


def test_the_command_writes_each_of_the_three(tmp_path: Path) -> None:
    path = tmp_path / "film.anim"
    path.write_text(FILM, encoding="utf-8")
    assert emit(path, "tree").stdout.splitlines() == list(tree_lines(parse(FILM)))
    assert emit(path, "typed").stdout.splitlines() == list(typed_lines(FILM))
    assert json.loads(emit(path, "schedule", "--set", "length=2s").stdout)["frames"] == 24
    out = tmp_path / "film.txt"
    assert emit(path, "tree", "-o", str(out)).returncode == 0
    assert out.read_text(encoding="utf-8").splitlines() == list(tree_lines(parse(FILM)))


def test_a_tree_wants_only_what_parses(tmp_path: Path) -> None:
    path = tmp_path / "film.anim"
    path.write_text('0: "a"\ntranslation_zz = 3\n', encoding="utf-8")
    assert emit(path, "tree").returncode == 0
    failed = emit(path, "typed")
    assert failed.returncode == 1
    assert failed.stdout == ""
    assert "did you mean `translation_z`?" in failed.stderr
    path.write_text("0: \n", encoding="utf-8")
    failed = emit(path, "tree")
    assert (failed.returncode, failed.stdout) == (1, "")
    assert "E01" in failed.stderr


def test_a_long_sum_is_one_list_and_not_a_staircase() -> None:
    text = "rotation_z = " + "+".join(["1"] * 4000) + "\n"
    lines = list(tree_lines(parse(text)))
    assert len(lines) == 4002
    assert max(len(line) for line in lines) < 80


def test_help_teaches_by_example() -> None:
    shown = subprocess.run([str(ANIMC), "compile", "--help"], capture_output=True, text=True, check=True).stdout
    assert "--emit typed" in shown

"""The standard library: every block compiles, does what its name says, and is listed where users look."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from animc.compiler import CompileError, compile_film, render_plain
from animc.compiler.inputs import library
from animc.compiler.schedule import Schedule
from animc.runtime.camera import path_of
from animc.runtime.cli.app import _run
from animc.runtime.lsp.complete import complete
from animc.runtime.lsp.hover import hover
from animc.runtime.lsp.page import Page
from animc.runtime.lsp.rename import Refused, renameable
from animc.runtime.relief import depth_move
from animc.runtime.warp import WORLD, depth_through, follow, pose_of, sample

PAGE = Path(__file__).parent.parent / "docs" / "std.md"
BLOCKS = library.blocks()
USES = "".join(f"use {part}\n" for part in library.PARTS)
FILM = f'{USES}fps = 20\ntempo = 120\nlength = 8s\n0: "a lighthouse"\ntranslation_z = 3\nrotation_y = 0.2\n'
SIX = tuple(f"{kind}_{axis}" for kind in ("translation", "rotation") for axis in "xyz")


def film(text: str, start: str = FILM, read: Callable[[str], str] | None = None) -> Schedule:
    compiled = compile_film(start + text, read=read)
    assert [render_plain(diagnostic) for diagnostic in compiled.diagnostics] == []
    return compiled.schedule


def wrong(text: str) -> str:
    with pytest.raises(CompileError) as caught:
        compile_film(FILM + text)
    return "\n".join(render_plain(diagnostic) for diagnostic in caught.value.diagnostics)


def moved(schedule: Schedule, subject: tuple[float, float, float] = (0, 0, 0)) -> tuple[np.ndarray, np.ndarray]:
    """Return where a point of the first camera's space (units of 1/200 world) is at each frame, and the whole turn.

    By the renderer's own poses; the first frame is painted where it stands.
    """
    point, turn = np.array(subject) * WORLD, np.eye(3)
    path = [point]
    for frame in range(1, schedule.frames):
        rotation, shift = pose_of(schedule.row(frame))
        point, turn = point @ rotation + shift, turn @ rotation
        path.append(point)
    return np.array(path) / WORLD, turn


def test_a_dolly_zoom_keeps_its_subject_and_moves_the_background() -> None:
    """A square 300 away before a wall 400 away, with two dots on the wall."""
    text = (
        'use std.cameras\nfps = 12\nsize = 256x256\nlength = 2s\n0: "a"\napply dolly_zoom(amount = 90, depth = 300)\n'
    )
    plan = compile_film(text).schedule
    picture, depth = torch.zeros(3, 256, 256), torch.full((256, 256), 2.0)
    picture[0, 108:148, 108:148], depth[96:160, 96:160] = 1, 1.5
    picture[1, 124:132, 36:44] = picture[1, 124:132, 212:220] = 1

    def size(seen: torch.Tensor) -> float:
        return float(seen.sum().sqrt())

    def apart(seen: torch.Tensor) -> float:
        across = torch.arange(128.0)
        left, right = seen[:, :128].sum(0), seen[:, 128:].sum(0)
        return float(128 + (right * across).sum() / right.sum() - (left * across).sum() / left.sum())

    subject, wall, trail = size(picture[0]), apart(picture[1]), None
    for frame in range(1, plan.frames):
        trail = follow(trail, depth_move(plan.row(frame), depth_through(depth, trail), plan.size))
        seen = sample(picture, trail, "replicate")
        assert size(seen[0]) == pytest.approx(subject, rel=0.01)
    assert apart(seen[1]) < 0.92 * wall
    fov = path_of(plan, range(plan.frames)).fov
    assert fov[0] == pytest.approx(70) and fov[-1] > 80


STILL = FILM.replace("translation_z = 3\nrotation_y = 0.2\n", "")
"""Without moves of its own."""


# every block


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.name)
@pytest.mark.parametrize("where", ["film", "section"])
def test_every_block_compiles_as_it_is_and_does_something(block: library.Brought, where: str) -> None:
    apply = f"apply {block.name}()\n"
    text = apply if where == "film" else f"section verse from 2s to 6s {{ {apply} }}\n"
    bare = film("" if where == "film" else "section verse from 2s to 6s { }\n")
    schedule = film(text)
    changed = [name for name, track in schedule.tracks.items() if not np.array_equal(track, bare.tracks.get(name))]
    assert changed
    if where == "section":
        outside = np.r_[0:40, 120:160]
        for name in set(changed) - {"seed"}:
            assert name not in bare.tracks or np.array_equal(
                schedule.tracks[name][outside], bare.tracks[name][outside]
            ), name


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.name)
def test_every_block_can_be_given_all_that_it_takes(block: library.Brought) -> None:
    script = library.tree_of(block.part)
    assert script is not None
    found = next(s for s in script.statements if getattr(s, "name", "") == block.name)
    usage = re.fullmatch(r"\w+\((.*)\)", block.usage)
    assert usage
    assert film(f"apply {block.usage}\n").tracks.keys() == film(f"apply {block.name}()\n").tracks.keys()
    assert all(parameter.default is not None for parameter in found.params)  # type: ignore[attr-defined]


def test_it_is_large_and_every_block_is_told() -> None:
    count = {part: sum(block.part == part for block in BLOCKS) for part in library.PARTS}
    assert count["std.cameras"] >= 25
    assert count["std.looks"] >= 10
    assert count["std.beats"] >= 15
    assert len({block.name for block in BLOCKS}) == len(BLOCKS)
    for block in BLOCKS:
        assert block.help.endswith("."), block.name
        assert block.help[0].isupper(), block.name


# cameras


TOTALS = {
    "dolly(70)": ("translation_z", 70), "truck(70)": ("translation_x", 70), "pedestal(-30)": ("translation_y", -30),
    "pan(90)": ("rotation_y", 90), "tilt(-20)": ("rotation_x", -20), "roll(45)": ("rotation_z", 45),
    "push_in(50)": ("translation_z", 50), "pull_out(50)": ("translation_z", -50),
    "crash_in(200, at = 2s)": ("translation_z", 200), "whip_pan(120, at = 3s)": ("rotation_y", 120),
    "whip_pan(120)": ("rotation_y", 120), "whip_tilt(-45, at = bar(2), over = 1b)": ("rotation_x", -45),
    "barrel_roll(2)": ("rotation_z", 720), "riser(3)": ("rotation_z", 1080), "dutch_angle(15)": ("rotation_z", 0),
    'dolly(70, over = 2s, at = 1s, ease = "out_bounce")': ("translation_z", 70),
    "spin(90, n = 4)": ("rotation_z", 90), "bounce(9)": ("translation_y", 0), "punch(9)": ("translation_z", 0),
    "headbang(9)": ("rotation_x", 0), "heartbeat(9)": ("translation_z", 0), "drift(10)": ("translation_x", 80),
    "travel(20)": ("translation_z", 160), "tracking(20)": ("translation_x", 160),
}  # fmt: skip


@pytest.mark.parametrize("call", TOTALS)
def test_a_move_sums_up_to_its_amount(call: str) -> None:
    name, total = TOTALS[call]
    length = "length = 8s" if "spin" not in call else "length = 2s"
    track = film(f"apply {call}\n", STILL.replace("length = 8s", length)).tracks[name]
    assert np.sum(track, dtype=np.float64) == pytest.approx(total, abs=1e-3)
    assert np.any(track != 0.0)


@pytest.mark.parametrize("call", ["dolly(70)", "pan(90)", "crane()", "orbit(90)", "whip_pan(45, over = 10f)"])
@pytest.mark.parametrize("speed", [24, 60])
def test_a_move_goes_as_far_at_any_frame_rate(call: str, speed: int) -> None:
    slow, fast = (film(f"apply {call}\n", STILL.replace("fps = 20", f"fps = {fps}")) for fps in (20, speed))
    for name in set(SIX) - {"translation_z"} if "orbit" in call else SIX:
        assert np.sum(slow.tracks[name]) == pytest.approx(np.sum(fast.tracks[name]), abs=0.7)


def test_a_move_keeps_to_its_time() -> None:
    track = film('apply pan(60, over = 1s, at = 2s, ease = "linear")\n', STILL).tracks["rotation_y"]
    assert np.flatnonzero(track).tolist() == list(range(41, 60))
    assert track[41:60] == pytest.approx(60 / 19)


def test_a_move_of_one_frame_is_a_jump_to_the_next() -> None:
    track = film("apply dolly(70, over = 1f, at = 5f)\n", STILL).tracks["translation_z"]
    assert np.flatnonzero(track).tolist() == [6]
    assert track[6] == pytest.approx(70)


def test_a_move_in_a_section_takes_the_section_and_no_more() -> None:
    track = film("section a from 2s to 4s { apply dolly(50) }\n", STILL).tracks["translation_z"]
    assert np.flatnonzero(track)[[0, -1]].tolist() == [41, 79]
    assert np.sum(track) == pytest.approx(50, abs=1e-3)


def test_moves_add_up_and_keep_what_the_script_says() -> None:
    schedule = film("apply dolly(60)\napply travel(20)\n")
    alone = film("apply dolly(60)\n")
    assert schedule.tracks["translation_z"] - alone.tracks["translation_z"] == pytest.approx(1.0, abs=1e-5)
    assert np.sum(schedule.tracks["translation_z"]) == pytest.approx(160 * 3 + 60 + 160, abs=1e-2)


@pytest.mark.parametrize(
    "call", ["orbit(360)", "orbit(-360, 120)", "turntable(159f)", 'orbit(720, ease = "in_out_sine")']
)
def test_an_orbit_keeps_its_subject_and_comes_back(call: str) -> None:
    distance = 120 if "120" in call else 250
    schedule = film(f"apply {call}\n", STILL)
    path, turn = moved(schedule, (0, 0, distance))
    assert np.abs(path - [0, 0, distance]).max() < 0.01
    assert np.abs(turn - np.eye(3)).max() < 1e-3
    beside, _ = moved(schedule, (300, 0, distance))
    assert beside[-1] == pytest.approx([300, 0, distance], abs=0.5)
    assert np.ptp(beside[:, 2]) > 300


def test_an_arc_goes_to_the_right_by_its_angle() -> None:
    _, turn = moved(film("apply arc(60)\n", STILL))
    assert np.degrees(np.arccos((np.trace(turn) - 1) / 2)) == pytest.approx(60, abs=0.01)
    tracks = film("apply arc(60)\n", STILL).tracks
    assert np.sum(tracks["translation_x"]) > 0 > np.sum(tracks["rotation_y"])


def test_a_crane_rises_and_keeps_its_subject_in_the_middle() -> None:
    path, turn = moved(film("apply crane(150, 250)\n", STILL), (0, 0, 250))
    assert np.abs(path[:, :2]).max() < 0.5
    assert path[-1, 2] == pytest.approx(np.hypot(150, 250), abs=0.5)
    assert np.degrees(np.arccos(turn[1, 1])) == pytest.approx(np.degrees(np.arctan(150 / 250)), abs=0.01)


def test_a_flight_over_the_ground_stays_level() -> None:
    _, turn = moved(film("apply fly_over(500, 25)\n", STILL))
    path, _ = moved(film("apply fly_over(500, 25)\n", STILL))
    went = -path[-1] @ turn.T
    assert went[2] == pytest.approx(500, abs=1.0)
    assert went[1] == pytest.approx(0, abs=1.0)


def test_a_dutch_angle_leans_and_straightens() -> None:
    lean = np.cumsum(film("apply dutch_angle(15, over = 1s)\n", STILL).tracks["rotation_z"])
    assert lean[20:139] == pytest.approx(15, abs=1e-3)
    assert lean[-1] == pytest.approx(0, abs=1e-3)


@pytest.mark.parametrize(
    "call", ["breathing(period = 2s)", "sway(period = 2s)", "float(period = 2s)", "circle(period = 2s)",
             "figure_eight(period = 2s)", "slalom(period = 2s)", "look_around(period = 2s)", "nod(period = 2s)"],
)  # fmt: skip
def test_what_is_periodic_is_back_after_each_period(call: str) -> None:
    schedule = film(f"apply {call}\n", STILL)
    for name in SIX:
        way = np.cumsum(schedule.tracks[name], dtype=np.float64)
        assert way[40:] == pytest.approx(way[:-40], abs=1e-3), name


@pytest.mark.parametrize("call", ["handheld(2)", "hover(5)", "earthquake(5, over = 4s)"])
def test_what_shakes_never_goes_far(call: str) -> None:
    long = film(f"apply {call}\n", STILL.replace("length = 8s", "length = 80s"))
    for name in SIX:
        way = np.cumsum(long.tracks[name], dtype=np.float64)
        assert np.abs(way).max() <= 16.0, name
    shaken = long.tracks["rotation_z"]
    assert np.unique(np.sign(shaken)).tolist() in ([-1, 0, 1], [-1, 1])


def test_an_earthquake_dies_away() -> None:
    shaken = np.abs(film("apply earthquake(over = 4s, at = 1s)\n", STILL).tracks["translation_x"])
    assert not shaken[:20].any()
    assert not shaken[101:].any()
    assert shaken[20:60].mean() > 3 * shaken[70:100].mean()


def test_two_seeds_shake_differently() -> None:
    one, other = (film(f"apply handheld(seed = {seed})\n", STILL).tracks["rotation_x"] for seed in (0, 50))
    assert abs(np.corrcoef(one, other)[0, 1]) < 0.5


# beats and looks


def test_a_bump_comes_with_every_second_beat() -> None:
    track = film("apply bump(10, n = 2)\n", STILL).tracks["translation_z"]
    assert np.flatnonzero(track == 10).tolist() == list(range(0, 160, 20))


def test_any_event_will_do_and_is_called_by_its_own_name() -> None:
    schedule = film(
        'let hats = pattern "..x." per 1 bar\napply bump(10, event = hats)\napply swing(event = every(2s))\n'
    )
    assert schedule.tracks["translation_z"].max() == 13
    assert "hats" in schedule.events
    assert "every(2s)" in schedule.events
    assert "event" not in schedule.events


def test_a_sidechain_ducks_the_moves_and_lets_them_come_back() -> None:
    track = film("apply sidechain(0.8)\n").tracks["translation_z"]
    assert track[0] == pytest.approx(0.6)
    assert track[9] == pytest.approx(3)


def test_a_hush_stops_the_camera_for_its_time() -> None:
    track = film("apply hush(at = 4s, over = 2b)\n").tracks["translation_z"]
    assert np.flatnonzero(track == 0).tolist() == list(range(80, 100))
    assert np.all(track[:80] == 3)


def test_a_build_up_grows_until_its_end_and_a_drop_begins_there() -> None:
    track = film("apply build_up(10, over = 4s)\napply drop(20, at = 4s)\n", STILL).tracks["translation_z"]
    beats = track[0:80:10]
    assert np.all(np.diff(beats) > 0)
    assert track[80] == 20
    assert np.all(np.diff(track[80:120]) < 0)


def test_a_look_brings_its_style_and_gives_way_to_another_in_a_section() -> None:
    schedule = film('apply oil()\nsection night from 4s to 8s { 0: "a street"\n apply neon(words = "neon light") }\n')
    assert schedule.texts == ("a lighthouse, oil on canvas, thick brush strokes", "a street, neon light", "")
    assert schedule.tracks["strength"][[0, 100]].tolist() == pytest.approx([0.6, 0.62])


def test_stop_motion_paints_every_second_frame() -> None:
    assert film("apply stop_motion(0.4, 2)\n").tracks["strength"][:4].tolist() == pytest.approx([0.4, 1, 0.4, 1])


# names and mistakes


def test_a_name_of_ones_own_goes_first_before_and_after() -> None:
    own = "block dolly() { translation_z += 7 }\n"
    for text in (FILM + own, own + FILM):
        assert np.all(compile_film(text + "apply dolly()\n").schedule.tracks["translation_z"] == 10)


def test_a_part_may_be_used_in_several_files() -> None:
    files = {"mine.anim": "use std.cameras\nblock entry() { apply dolly(80) }\n"}
    schedule = film("apply entry()\napply pan(10)\n", 'use "mine.anim"\n' + FILM, files.__getitem__)
    assert np.sum(schedule.tracks["translation_z"]) == pytest.approx(560, abs=1e-2)


def test_a_file_called_like_a_part_is_not_the_part() -> None:
    files = {"std.cameras": "block mine() { fov = 50 }\n"}
    assert film("apply mine()\napply pan(9)\n", 'use "std.cameras"\n' + FILM, files.__getitem__).tracks["fov"][0] == 50


def test_private_names_stay_in_their_file() -> None:
    assert "nothing is called `_moved`" in wrong("let x = _moved\n") or "no function" in wrong("let x = _moved(1)\n")
    files = {"mine.anim": "let _deep = 4\nlet shown = _deep\n"}
    compiled = compile_film('use "mine.anim"\n0: "a"\nfov = 10*shown\n', read=files.__getitem__)
    assert compiled.schedule.tracks["fov"][0] == 40
    with pytest.raises(CompileError):
        compile_film('use "mine.anim"\n0: "a"\nfov = 10*_deep\n', read=files.__getitem__)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('apply dolly(ease = "out_sin")\n', "out_sine"),
        ("apply orbit(distance = 9, angles = 3)\n", "has no parameter `angles`"),
        ('apply truck("far")\n', "a text"),
        ("apply dolly(over = 4)\n", "4s"),
        ("apply orbitt()\n", "did you mean `orbit`?"),
    ],
)
def test_a_mistake_is_shown_in_the_users_own_line(text: str, said: str) -> None:
    told = wrong(text)
    assert said in told
    assert "script.anim:" in told.splitlines()[1]
    assert text.strip() in told


def test_an_unknown_part_is_told_with_the_parts_there_are() -> None:
    told = wrong("use std.camera\n")
    assert "E0222" in told
    assert "did you mean `use std.cameras`?" in told


# where users look


def page() -> str:
    lines: list[str] = []
    for part in library.PARTS:
        lines += ["", f"### `use {part}`", "", "| `apply …` | |", "|---|---|"]
        lines += [f"| `{block.usage}` | {block.help} |" for block in BLOCKS if block.part == part]
    return "\n".join(lines) + "\n\n"


def test_the_page_lists_all_of_it(update_golden: bool) -> None:
    text = PAGE.read_text(encoding="utf-8")
    pattern = re.compile(r"(<!-- std -->\n)(.*?)(<!-- /std -->)", re.DOTALL)
    if update_golden:
        PAGE.write_text(pattern.sub(lambda found: found[1] + page() + found[3], text), encoding="utf-8")
        text = PAGE.read_text(encoding="utf-8")
    found = pattern.search(text)
    assert found
    assert found[2] == page(), "run pytest --update-golden"


EXAMPLES = re.findall(r"```anim\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL) if PAGE.exists() else []


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_every_example_of_the_page_compiles(number: int) -> None:
    compiled = compile_film(EXAMPLES[number])
    assert [render_plain(diagnostic) for diagnostic in compiled.diagnostics] == []


def test_list_shows_all_a_part_or_a_block(capsys: pytest.CaptureFixture[str]) -> None:
    assert _run(["list", "std"]) == 0
    out = capsys.readouterr().out
    assert all(block.name in out for block in BLOCKS)
    assert _run(["list", "std.beats"]) == 0
    out = capsys.readouterr().out
    assert "sidechain" in out
    assert "orbit" not in out
    assert _run(["list", "orbit"]) == 0
    out = capsys.readouterr().out
    assert "apply orbit(angle = 360" in out
    assert "use std.cameras" in out
    assert _run(["list", "std", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert {row["name"] for row in rows} == {block.name for block in BLOCKS}
    assert _run(["list", "sine"]) == 0
    assert "sine(period, phase = 0)" in capsys.readouterr().out
    assert _run(["list", "noise"]) == 0
    out = capsys.readouterr().out
    assert "grain added before painting" in out
    assert "noise(period, seed = 0)" in out
    assert _run(["list", "sinee", "--json"]) == 1
    assert "did you mean `sine`?" in capsys.readouterr().err
    assert _run(["list", "sine", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["usage"] == "sine(period, phase = 0)"
    assert _run(["list", "orbt"]) == 1
    assert "did you mean `orbit`?" in capsys.readouterr().err


# editors


SCRIPT = 'use std.cameras\n0: "a"\napply orbit(angle = 90)\n'


def test_editors_complete_and_explain_it(tmp_path: Path) -> None:
    page = Page(SCRIPT, tmp_path / "film.anim")
    items = {item.label for item in complete(page, SCRIPT.index("orbit"))}
    assert {"orbit", "whip_pan"} <= items
    assert "bump" not in items
    assert not any(label.startswith("_") for label in items)
    assert {item.label for item in complete(Page("use ", None), 4)} == set(library.PARTS)
    shown = hover(page, SCRIPT.index("orbit"))
    assert shown
    assert "keeps looking at it" in shown.contents.value  # type: ignore[union-attr]
    assert "from std.cameras" in shown.contents.value  # type: ignore[union-attr]


def test_editors_lead_into_it_and_leave_it_as_it_is(tmp_path: Path) -> None:
    page = Page(SCRIPT, tmp_path / "film.anim")
    use = page.names.at(SCRIPT.index("orbit"))
    assert use
    file = Path(str(library.file_of(use.definition.source.name)))
    assert file.read_text(encoding="utf-8")[slice(*use.definition.span)] == "orbit"
    with pytest.raises(Refused, match=r"comes from std\.cameras"):
        renameable(page, SCRIPT.index("orbit"))


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("animc di", "diff"),
        ("animc list orb", "orbit"),
        ("animc list std.", "std.looks"),
        ("animc compile --emit t", "typed"),
    ],
)
def test_the_shell_completes_it(words: str, offered: str) -> None:
    environment = {**os.environ, "_ANIMC_COMPLETE": "bash_complete", "COMP_WORDS": words}
    environment["COMP_CWORD"] = str(len(words.split()) - 1)
    animc = Path(sys.executable).parent / "animc"
    told = subprocess.run([str(animc)], env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert f"plain,{offered}" in told.stdout.splitlines()
    assert told.stderr == ""


# mode 2d


FLAT = STILL.replace("length = 8s", 'length = 8s\nmode = "2d"\nsize = 384x280')
SLIDES = {
    "truck(100)": ("translation_x", -70), "pedestal(100)": ("translation_y", 70), "drift(10)": ("translation_x", -56),
    "pan(35)": ("translation_x", -140), "tilt(35)": ("translation_y", 140), "whip_pan(-35)": ("translation_x", 140),
    "roll(45)": ("angle", 45), "barrel_roll(2)": ("angle", 720), "dutch_angle(9)": ("angle", 0),
    "riser(3)": ("angle", 1080), "bounce(9)": ("translation_y", 0), "headbang(9)": ("translation_y", 0),
    "circle(period = 159f)": ("translation_x", 0),
}  # fmt: skip
DEEP = {block.name for block in BLOCKS if "only in mode 3d" in block.help}


@pytest.mark.parametrize("call", SLIDES)
def test_a_move_slides_or_turns_a_flat_picture(call: str) -> None:
    name, total = SLIDES[call]
    track = film(f"apply {call}\n", FLAT).tracks[name]
    assert np.sum(track, dtype=np.float64) == pytest.approx(total, abs=1e-3)
    assert np.any(track != 0.0)


@pytest.mark.parametrize(
    ("call", "total"), [("dolly(300)", np.e), ("pull_out(300)", 1 / np.e), ("travel(37.5)", np.e), ("punch(30)", 1)]
)
def test_a_move_forward_grows_a_flat_picture(call: str, total: float) -> None:
    track = film(f"apply {call}\n", FLAT).tracks["zoom"]
    assert np.prod(track, dtype=np.float64) == pytest.approx(total, rel=1e-4)
    assert np.any(track != 1.0)


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.name)
def test_every_block_works_in_both_modes_or_is_told(block: library.Brought) -> None:
    compiled = compile_film(FLAT + f"apply {block.name}()\n")
    assert [found.code for found in compiled.diagnostics] == ["W0115"] * (block.name in DEEP)
    tracks = compiled.schedule.tracks
    assert not any(np.any(tracks[name]) for name in ("translation_z", "rotation_x", "rotation_y", "rotation_z"))
    deep = film(f"apply {block.name}()\n", STILL).tracks
    assert np.all(deep["zoom"] == 1.0) and np.all(deep["angle"] == 0.0)
    bare = film("", FLAT).tracks
    if block.part == "std.cameras" and block.name not in DEEP:
        assert any(
            not np.array_equal(tracks[name], bare[name]) for name in ("translation_x", "translation_y", "angle", "zoom")
        )


def test_a_track_that_the_script_itself_writes_in_vain_is_told_beside_a_move() -> None:
    compiled = compile_film(FLAT + "apply dolly(50)\ntranslation_z += 2\n")
    assert [(found.code, found.start[0]) for found in compiled.diagnostics] == [("W0105", FLAT.count("\n") + 2)]


def test_what_the_library_asks_of_the_film_is_a_free_name_elsewhere() -> None:
    assert film("let height = 3\nlet flat = 2\nfov = 60 + height + flat\n").tracks["fov"][0] == 65
    with pytest.raises(CompileError):
        compile_film(FILM + "fov = 60 + height\n")


# what it is built on: layers and steps


def track(text: str, name: str = "translation_x") -> np.ndarray:
    return compile_film(f'fps = 10\nlength = 4s\n0: "a"\n{text}\n').schedule.tracks[name]


def test_layers_lie_over_what_is_written_in_the_order_of_the_script() -> None:
    assert np.all(track("translation_x += 1\ntranslation_x = 4\ntranslation_x *= 2\ntranslation_x -= 3") == 7)
    assert np.all(track("strength -= 0.25", "strength") == np.float32(0.4))


def test_a_layer_of_a_section_holds_inside_it() -> None:
    found = track("translation_x += 1\nsection a from 1s for 1s { translation_x = 5; translation_x *= 3 }")
    assert found[:10].tolist() == [1] * 10
    assert found[10:20].tolist() == [18] * 10
    assert found[20:].tolist() == [1] * 20


def test_triggers_come_on_top_of_layers_and_set_below_them() -> None:
    assert track("translation_x += 1\non at 1s: translation_x *= 5\ntranslation_x += 1")[[0, 10]].tolist() == [2, 10]
    found = compile_film('0: "a"\nfov = 50\nfov += 5\nprofile wide { fov = 80 }\n', profile="wide")
    assert found.schedule.tracks["fov"][0] == 85
    found = compile_film('0: "a"\nfov = 50\nfov += 5\n', overrides={"fov": "60"})
    assert found.schedule.tracks["fov"][0] == 65


def test_a_layer_is_no_second_writing_and_warns_past_the_range() -> None:
    assert compile_film('0: "a"\nfov = 50\nfov += 5\nfov += 5\n').diagnostics == ()
    assert [d.code for d in compile_film('0: "a"\nstrength += 5\n').diagnostics] == ["W0104"]


@pytest.mark.parametrize("text", ["fps += 2\n", 'negative += "rain"\n', "translation_x += decay(4f)\n", "size *= 2\n"])
def test_only_tracks_take_layers(text: str) -> None:
    assert "script.anim" in wrong(text)


def test_steps_sum_up_to_the_way() -> None:
    way = track("translation_x = 3*sine(3s) + noise(7f)").astype(np.float64)
    steps = track("translation_x = delta(3*sine(3s) + noise(7f))").astype(np.float64)
    assert steps[0] == 0
    assert np.cumsum(steps) == pytest.approx(way - way[0], abs=1e-5)


def test_a_sum_of_layers_that_overflows_is_told() -> None:
    with pytest.raises(CompileError) as caught:
        compile_film('0: "a"\nfov = 9e307\nfov *= 9e307\nfov -= 9e307*9e3\n')
    assert caught.value.diagnostics[0].code == "E0402"

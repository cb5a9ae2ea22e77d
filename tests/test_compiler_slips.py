"""Slips of people who come from Deforum, Python and elsewhere: each is told what to write instead."""

from __future__ import annotations

import pytest
from animc.compiler import CompileError, compile_film
from animc.compiler.syntax.parse import parse

FOREST = '0: "a forest"\n'
SLIPS = [
    ("translation_z = 0:(1.5), 50:(2*t)", "E0117", "write translation_z = [0: 1.5, 50: 2*t]"),
    ("translation_z: 0:(1.0)", "E0117", "write translation_z = [0: 1.0]"),
    ('angle = "0:(1), 9:(2)"', "E0117", "write angle = [0: 1, 9: 2]"),
    ("30: a burning forest", "E0110", 'write 30: "a burning forest"'),
    ('30 "a fire"', "E0110", "write `:` here"),
    ('"a fire"', "E0110", 'begin with the frame: 0: "a fire"'),
    ("a burning forest", "E0110", 'write a prompt as 0: "a burning forest"'),
    ('30: "a "great" fire"', "E0110", 'quotes inside a text are written \\"'),
    ('30: "b" negativ "c"', "E0110", "did you mean `negative`?"),
    ('30: "b", 50: "c"', "E0110", "begin a new line in its place"),
    ('1:30: "a fire"', "E0110", "1m30s"),
    ("cut at 1:30", "E0110", "1m30s"),
    ("length = 0:45", "E0110", "0m45s"),
    ("if t > 3: fov = 3", "E0128", "a if condition else b"),
    ("for i in range(3): fov = i", "E0128", "on every(1s)"),
    ("on beat fov += 3", "E0110", "write `:` here"),
    ("on beat: { fov += 3 }", "E0110", "take the `:` away"),
    ('on pattern "x..x": fov += decay(1s)', "E0110", "write `per` here"),
    ("fov = [0 60, 10 70]", "E0110", "write `:` here"),
    ("fov = [0: 60; 10: 70]", "E0110", "write `,` in its place"),
    ("fov = [0: 60, 10: 70 in_cubic]", "E0110", "write ease in_cubic"),
    ("fov = [0: 60, 10: 70 easing smooth]", "E0110", "write ease smooth"),
    ("fov = 60 to 80", "E0110", "write keyframes: fov = [0: 60, 100: 80]"),
    ("fov = 60 -> 80", "E0110", "write keyframes: fov = [0: 60, 100: 80]"),
    ("fov == 60", "E0110", "write fov = …"),
    ("fov = sin t", "E0110", "write sin(t)"),
    ("fov = 2(t + 1)", "E0110", "write 2*(…)"),
    ("fov = (t + 1)(t - 1)", "E0110", "write `*` before it"),
    ("fov = 60,5", "E0110", "write decimals with a point: 60.5"),
    ("let my-speed = 3", "E0110", "write my_speed"),
    ("marker @drop = 30", "E0110", "marker drop = …"),
    ("size = 512 x 512", "E0110", "write size = 512x512"),
    ("size = 512×288", "E0110", "write size = 512x288"),
    ("size = (512, 288)", "E0110", "write size = 512x288"),
    ("audio track.wav", "E0110", 'write audio "track.wav"'),
    ("audio drums = stems/drums.wav", "E0110", 'write audio drums = "stems/drums.wav"'),
    ('lyrics = "song.lrc"', "E0110", 'write lyrics "…"'),
    ("block strobe { fov = 3 }", "E0110", "write `(` here"),
    ("use std", "E0116", "write use std.cameras, use std.looks or use std.beats"),
    ('9: "b" fade', "E0116", "write a length of time, such as 1s, here"),
    ("fov = [0: 60 10: 70]", "E0110", "put a `,` before it, or close the `[`"),
    ("fov = max(60 70)", "E0110", "put a `,` before it, or close the `(`"),
    ("fov = if t > 3 then 60 else 70", "E0110", "write 60 if t > 3 else 70"),
    ("on beat: fov + 2", "E0110", "write fov += 2"),
    ("on beat every: fov += 2", "E0110", "say how many: every 2"),
    ("on beat { fov += 2; apply strobe() }", "E0110", "move it out of the trigger's braces"),
    ("cut 3s", "E0110", "write cut at 3s"),
    ("fov = 60 + np.sin(t)", "E0110", "write sin alone"),
    ("fov = 60 // the lens", "E0123", "comments begin with `#`"),
    ("fov = t // 2", "E0124", "floor(a/b)"),
    ("fov = t > 3 && t < 9", "E0124", "write `and`"),
    ("fov: 60", "E0110", "write fov = 60"),
    ("steps = true", "E0202", "write 1"),
    ("apply dolly(100)", "E0207", "write use std.cameras before"),
    ("profile a { steps = 4 }; profile a { steps = 5 }", "E0204", "another name"),
    ('profile a { 0: "b" }', "E0218", "move it out"),
    ('on pattern "x." per 0s: fov += 1', "E0405", "make `per` longer than nothing"),
    ('30: "a ${t forest"', "E0111", "add `}` where it ends"),
    ("rotation3d_x = 3", "E0201", "did you mean `rotation_3d_x`?"),
    ("duration = 60s", "E0201", "length = 30s"),
    ("frames = 480", "E0201", "length = 30s"),
    ("width = 512", "E0201", "size = 512x512"),
    ("on at 1s and 2s: fov += 3", "E0302", "a condition"),
    ("on onset(20-120Hz): fov += 3", "E0212", "onset(band?"),
    ("on every(1s): fov += t |> decay(3s)", "E0301", "give it a unit"),
    ("fov = x\nlet x = 3", "E0202", "known below its own line"),
    ("def f(x) = f(x)\nfov = f(2)", "E0203", "known below its own line"),
    ("block b() { apply b() }\napply b()", "E0207", "known below its own line"),
    ("def f(x, x) = x", "E0204", "another name"),
    ("mode = 2D", "E0110", 'write mode = "2d"'),
    ("model = stabilityai/sd-turbo", "E0306", 'model = "stabilityai/sd-turbo"'),
    ('sampler = "DPM++ 2M Karras"', "E0304", "did you mean `dpmpp_2m`?"),
    ('prompt = "b"', "E0201", "prompts stand at their frame"),
    ("fov = sine(3)", "E0301", "3f, 3s or 3b"),
    ("30：“一场大火”", "E0113", "write `:` in its place"),
    ("fov = max(60，70)", "E0113", "write `,` in its place"),
]


@pytest.mark.parametrize(("line", "code", "repair"), SLIPS)
def test_a_slip_is_told_with_what_was_meant(line: str, code: str, repair: str) -> None:
    with pytest.raises(CompileError) as caught:
        compile_film(FOREST + line + "\n")
    found = caught.value.diagnostics[0]
    assert (found.code, found.start[0]) == (code, 2)
    assert repair in found.repair


def test_a_kernel_outside_a_trigger_is_told_where_it_stands_though_an_equal_one_stands_in_a_trigger() -> None:
    with pytest.raises(CompileError) as caught:
        compile_film(FOREST + "on every(1s): fov += decay(1s)\nfov = decay(1s)\n")
    assert [(found.code, found.start) for found in caught.value.diagnostics] == [("E0213", (3, 7))]


def test_what_does_nothing_because_of_its_time_is_told() -> None:
    film = compile_film(FOREST + 'length = 9s\n-5: "b"\nsection a from 2s for 0s { fov = 60 }\n')
    found = {(each.code, each.start[0], each.message) for each in film.diagnostics}
    assert ("W0101", 3, "this key is before the film's start") in found
    assert ("W0107", 4, "the section `a` lasts no time") in found


def test_a_script_that_uses_itself_is_told_once() -> None:
    text = 'use "me.anim"\nlet speed = 2\n' + FOREST
    with pytest.raises(CompileError) as caught:
        compile_film(text, name="me.anim", read=lambda _: text)
    assert [found.code for found in caught.value.diagnostics] == ["E0214"]


def test_settings_in_json_are_known() -> None:
    for text in ('{"W": 512, "prompts": {"0": "a"}}', '\n[{"frame": 0}]'):
        with pytest.raises(CompileError) as caught:
            parse(text)
        assert "animc import deforum" in caught.value.diagnostics[0].repair

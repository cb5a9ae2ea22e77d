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
    ("use std", "E0116", "write `.` here"),
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


def test_settings_in_json_are_known() -> None:
    for text in ('{"W": 512, "prompts": {"0": "a"}}', '\n[{"frame": 0}]'):
        with pytest.raises(CompileError) as caught:
            parse(text)
        assert "animc import deforum" in caught.value.diagnostics[0].repair

"""Imported schedules against Deforum's own rule, frame by frame."""

import json

import numpy as np
import pytest
from animc.compiler import compile_film
from animc.compiler.bridges import import_deforum
from deforum_rule import deforum_values

FRAMES = 120
SCHEDULES = [
    "0:(0)",
    "0: (1.75)",
    "0:(1), 30:(5), 90:(-2.5)",
    "0:(1),30:(5),30:(7),10:(2)",
    "0:(0), 119:(3)",
    "0:(0), 120:(30), 500:(9)",
    '"0":("1"), "60":("3.5")',
    "0:(0.5*sin(2*3.14*t/30))",
    "0:(sin(t)), 40:(cos(t/5)), 80:(0)",
    "0:(1), 50:(sin(t/7)), 90:(2), 100:(3)",
    "0:(1), 1:(t/10)",
    "0:(2), 40:(t**2/100)",
    "0:(t), 60:( 0.5 ), 90:(1)",
    "0:(5.), 60:(1e-1), 90:(2)",
    "0:(0), max_f/2:(10), max_f:(0)",
    '0:(s), 1:(-1), "max_f-2":(-1), "max_f-1":(s)',
    "0:(0), max_f-10:(sin(t/3)), max_f - 3:(1)",
    "0:(sqrt(t-20))",
    "0:((t-60)**0.5)",
    "0:(1), 30:((t-60)**0.5), 100:(t)",
    "0:((100-t)**0.5)",
    "0:((sin(t/4))**0.5)",
    "0:(abs(sin(3.141*t/15))*2), 75:(0)",
    "0:(t%20)",
    "0:(1-(t&1)), 60:((t>>3)+(t&7)), 90:((t<<2)%50)",
    "0:((t-60)%20)",
    "0:(-t%7.5)",
    "0:((t*0.1)%0.1)",
    "0:(t//7)",
    "0:(-t//7)",
    "0:(t^3)",
    "0:(t & 4)",
    "0:((t<30)*3 + (t>90)*2)",
    "0:((t<30)|(t>90))",
    "0:(-2**2 + 3 - 2 - 1)",
    "0:(2**-(t/10))",
    "0:(0.25*cos((72/60*3.141*(t+0)/30))**13+0.7)",
    "0:(arctan(t/9) - arcsin(t/200) + arctanh(t/300) + arcsinh(t) + arccosh(t+1))",
    "0:(log1p(t) + expm1(t/100) + log10(t+1) - exp(-t/9))",
    "0:(trunc(-t/7)), 50:(round(t/8)), 100:(floor(t/8)+ceil(t/9))",
    "0:(tanh(t/50)*sinh(t/60)/cosh(t/70))",
    "0:(t/max_f*s)",
    "  0 : ( 3 ) ,  10 : ( sin( t ) ) ,20:4 ",
    "0:(+3), 10:(-.5), 20:(.25)",
    "0:(1):(2), 20:(3)",
    "0:(3*sin((2*3.14159*t/60))+1.5*cos((2*3.14159*t/17))), 61:(0), 62:(0), 63:(t-63)",
    "0:(~(t<50))",
    "0:(t<<1), 60:(t>>2)",
    "0:(min(t)), 10:(max_f)",
]


def imported(schedules: dict[str, object], **more: object) -> dict[str, np.ndarray]:
    settings = {"animation_mode": "3D", "max_frames": FRAMES, "prompts": {"0": "a forest"}, **more, **schedules}
    script = import_deforum(json.dumps(settings))
    return dict(compile_film(script.text).schedule.tracks)


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_a_schedule_gives_what_deforum_gives(schedule: str) -> None:
    tracks = imported({"translation_x": schedule}, seed=7)
    due = deforum_values(schedule, FRAMES, seed=7)
    np.testing.assert_allclose(tracks["translation_x"], due, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(
    ("name", "track"),
    [("rotation_3d_x", "rotation_x"), ("angle", "angle"), ("zoom", "zoom"), ("fov_schedule", "fov"),
     ("near_schedule", "near"), ("strength_schedule", "strength"), ("noise_schedule", "noise"),
     ("contrast_schedule", "contrast"), ("cfg_scale_schedule", "cfg"), ("amount_schedule", "antiblur_amount"),
     ("near_plane", "near"), ("fov", "fov"), ("scale", "cfg")],
)  # fmt: skip
def test_a_track_goes_by_its_name_here(name: str, track: str) -> None:
    factor = {"fov": 40, "near": 300, "cfg": 9}.get(track, 0.5)
    mode = {"animation_mode": "2D" if track in ("angle", "zoom") else "3D"}
    assert np.all(imported({name: f"0:({factor})"}, **mode)[track] == np.float32(factor))
    assert np.all(imported({name: factor}, **mode)[track] == np.float32(factor))
    moving = f"0:({factor}), 30:({factor}*(1+t/max_f))"
    due = deforum_values(moving, FRAMES)
    if track in ("strength", "noise"):
        due = np.clip(due, 0, 1)
    np.testing.assert_allclose(imported({name: moving}, **mode)[track], due, rtol=1e-5)


@pytest.mark.parametrize(
    ("schedule", "start"),
    [("0:(t**8*1000000)", [0.0, 1e6, 2.56e8]), ("0:(2**(-t))", [1.0, 0.5, 0.25]), ("0:(t**-1+1)", [2.0, 2.0, 1.5])],
)
def test_where_deforum_computes_nonsense_the_sane_value_is_kept_and_told(schedule: str, start: list[float]) -> None:
    settings = {"max_frames": FRAMES, "prompts": {"0": "a"}, "translation_x": schedule, "animation_mode": "3D"}
    script = import_deforum(json.dumps(settings))
    tracks = compile_film(script.text).schedule.tracks
    np.testing.assert_allclose(tracks["translation_x"][:3], start, rtol=1e-6)
    assert any(note.name == "translation_x" for note in script.notes)


def test_steps_and_seeds_are_whole_numbers() -> None:
    tracks = imported({"steps_schedule": "0:(10), 100:(25.9)", "enable_steps_scheduling": True, "steps": 30})
    assert tracks["steps"].tolist() == np.trunc(deforum_values("0:(10), 100:(25.9)", FRAMES)).astype(int).tolist()
    assert np.all(imported({"steps_schedule": "0:(10), 100:(25)", "steps": 30})["steps"] == 30)
    tracks = imported({"seed_schedule": "0:(5), 60:(65)", "seed_behavior": "schedule", "seed": 4})
    assert tracks["seed"][:62].tolist() == [*range(5, 66), 65]
    drawn = imported(
        {"seed_schedule": '0:(s), 1:(-1), "max_f-2":(-1), "max_f-1":(s)', "seed_behavior": "schedule", "seed": 4}
    )
    assert drawn["seed"][0] == drawn["seed"][-1] == 4
    assert len(set(drawn["seed"][1:-3].tolist())) > 100

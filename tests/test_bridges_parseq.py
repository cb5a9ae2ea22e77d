"""Parseq documents against values worked out by hand, as numpy has them."""

import json
from typing import Any

import numpy as np
import pytest
from animc.compiler import Schedule, compile_film
from animc.compiler.bridges import BridgeError, Imported, import_parseq

FPS, BPM, LAST = 20.0, 120.0, 100
F = np.arange(LAST + 1, dtype=np.float64)
BEAT = FPS * 60 / BPM
FADED = {"type": "linear", "inFrames": 10, "outFrames": 10, "custom": ""}
PLAIN = {"type": "none", "inFrames": 0, "outFrames": 0, "custom": ""}


def document(*keyframes: dict[str, Any], fields: list[str], prompts: Any = None, **more: Any) -> str:
    rows = [{"frame": 0}, *keyframes, {"frame": LAST}]
    merged = {}
    for row in rows:
        merged.setdefault(row["frame"], {}).update(row)
    return json.dumps({
        "options": {"output_fps": FPS, "bpm": BPM, "cadence": 1}, "managedFields": fields,
        "keyframes": [*merged.values()], "prompts": prompts or {"positive": "a forest", "negative": ""}, **more,
    })  # fmt: skip


def imported(text: str) -> tuple[Schedule, Imported]:
    script = import_parseq(text)
    film = compile_film(script.text)
    assert [d.message for d in film.diagnostics] == []
    return film.schedule, script


def contrast(*keyframes: dict[str, Any]) -> np.ndarray:
    """What a field that is taken as it stands gives; its keyframes hold values 0 to 4."""
    schedule, _ = imported(document(*keyframes, fields=["contrast"]))
    return schedule.tracks["contrast"].astype(np.float64)


@pytest.mark.parametrize(
    ("formula", "due"),
    [
        ("10-3-2-6", 10 - (3 - (2 - 6)) + 0 * F),
        ("0.1/10/20", 0.1 / (10 / 20) + 0 * F),
        ("8/2*4", 8 / (2 * 4) + 0 * F),
        ("2^3^0", 2.0 ** (3.0**0) + 0 * F),
        ("1+0.5*f/100-0.1-0.05", 1 + 0.5 * F / 100 - (0.1 - 0.05)),
        ("1 + sin(p=4b, a=0.5)", 1 + 0.5 * np.sin(2 * np.pi * F / (4 * BEAT))),
        ("sin(p=2s, ps=7, a=0.5, c=1)", 1 + 0.5 * np.sin(2 * np.pi * (F + 7) / (2 * FPS))),
        ("tri(p=23, c=1)", 1 + np.arcsin(np.sin(2 * np.pi * F / 23)) * 2 / np.pi),
        ("saw(p=1b, a=2)", np.fmod(F, BEAT) * 2 / BEAT),
        ("sq(p=30, c=2)", 2 + np.where(np.sin(F * np.pi * 2 / 30) >= 0, 1, -1)),
        ("pulse(p=2b, pw=3)", np.where(np.fmod(F, 2 * BEAT) < 3, 1.0, 0.0)),
        ("if (f > 50) 1 else 2", np.where(F > 50, 1.0, 2.0)),
        ("if f>10 and f<20 1 else if f>=60 2 else 0.5", np.where((F > 10) & (F < 20), 1.0, np.where(F >= 60, 2, 0.5))),
        ("min(1, f/50)", np.minimum(1, F / 50)),
        ("round(f/30, 1)", np.floor(F / 30 * 10 + 0.5) / 10),
        ("b % 2", np.fmod(F / BEAT, 2)),
        ("1+(20-f)%7/10", 1 + np.fmod(20 - F, 7 / 10)),
        ("f%30/20", np.fmod(F, 30 / 20)),
        ("saw(p=20, ps=0-50, c=2)", 2 + np.fmod(F - 50, 20) / 20),
        ("wb/10", np.floor(F / BEAT) / 10),
        ("abs(_cos(f/9))+s/10", np.abs(np.cos(F / 9)) + F / FPS / 10),
        ("k/50", F / 50 * (F < LAST)),
        ("sin(p=10, li=2, c=1)", np.where(F * (F < LAST) > 20, 0, 1 + np.sin(2 * np.pi * F / 10))),
        ("(f==50)*2", (F == 50) * 2.0),
        ("-f/100+1", 1 - F / 100),
    ],
)
def test_a_formula_gives_what_parseq_gives(formula: str, due: np.ndarray) -> None:
    values = contrast({"frame": 0, "contrast": 1, "contrast_i": formula})
    np.testing.assert_allclose(values, np.clip(due, 0, 4), rtol=1e-5, atol=1e-5)


KEYS = [{"frame": 0, "contrast": 1}, {"frame": 40, "contrast": 3}, {"frame": 70, "contrast": 2}]
LINE = np.interp(F, [0, 40, 70, 100], [1, 3, 2, 2])
HELD = np.select([F < 40, F < 70], [1.0, 3.0], 2.0)


def test_keyframes_run_straight_unless_told_otherwise() -> None:
    np.testing.assert_allclose(contrast(*KEYS), LINE, rtol=1e-6)


@pytest.mark.parametrize(
    ("formula", "due"),
    [("S", HELD), ("L", LINE), ("L*0.5+S*0.5", (LINE + HELD) / 2), ("slide()", LINE),
     ("next_keyframe_value", np.select([F < 40], [3.0], 2.0)), ("bez(0,0,1,1)", LINE),
     ("L*0.5+sin(p=2b,a=0.2)", LINE * 0.5 + 0.2 * np.sin(np.pi * F / BEAT))],
)  # fmt: skip
def test_interpolations(formula: str, due: np.ndarray) -> None:
    np.testing.assert_allclose(contrast({**KEYS[0], "contrast_i": formula}, *KEYS[1:]), due, rtol=1e-5, atol=1e-5)


INFO = [{"frame": 0, "contrast": 1, "info": "kick 1"}, {"frame": 40, "contrast": 1, "info": "snare"},
        {"frame": 70, "contrast": 1, "info": "kick 2"}]  # fmt: skip


@pytest.mark.parametrize(
    ("formula", "due"),
    [('info_match("kick")', np.select([F < 40, F < 70], [1, 0], 1) * (F < LAST)),
     ('info_match_count("kick")', 1 + (F >= 70)),
     ('1+info_match_prev("snare")/50', 1 + np.where(F < 40, -1, 40) / 50),
     ('info_match_next("k.ck", 0)/50', np.where(F < 70, 70, 0) / 50),
     ('info_match_since("kick")/50', np.where(F < 70, F, F - 70) / 50),
     ('info_match_until("snare", d=0)/50', np.where(F < 40, 40 - F, 0) / 50),
     ('1+info_match_gap("kick")/50', 1 + np.where(F < 70, 70, -1) / 50),
     ('info_match_progress("kick", 0)', np.where(F < 70, F / 70, 0))],
)  # fmt: skip
def test_labels_of_keyframes(formula: str, due: np.ndarray) -> None:
    values = contrast({**INFO[0], "contrast_i": formula}, *INFO[1:])
    np.testing.assert_allclose(values, np.clip(due, 0, 4), rtol=1e-5, atol=1e-5)


def test_patterns_that_could_take_for_ever_are_refused() -> None:
    evil = {"frame": 0, "contrast": 1, "info": "a" * 100, "contrast_i": 'info_match("(a+)+$")'}
    with pytest.raises(BridgeError, match="too involved"):
        import_parseq(document(evil, fields=["contrast"]))


def test_functions_that_work_in_parseq_only_leave_the_keyframes() -> None:
    schedule, script = imported(document({**KEYS[0], "contrast_i": "recompute_if(f)"}, *KEYS[1:], fields=["contrast"]))
    np.testing.assert_allclose(schedule.tracks["contrast"], LINE, rtol=1e-6)
    assert any("recompute_if" in note.text for note in script.notes)


def test_interpolations_change_from_key_to_key() -> None:
    values = contrast({**KEYS[0], "contrast_i": "S"}, {**KEYS[1], "contrast_i": "L"}, {**KEYS[2], "contrast_i": "f/50"})
    np.testing.assert_allclose(values, np.select([F < 40, F < 70], [1.0, LINE], F / 50), rtol=1e-6)


def test_cubic_and_polynomial_go_through_their_keys() -> None:
    for formula in ("C", "P"):
        values = contrast({**KEYS[0], "contrast_i": formula}, *KEYS[1:])
        np.testing.assert_allclose(values[[0, 40, 70, 100]], [1, 3, 2, 2], atol=1e-5)
        assert abs(values[20] - LINE[20]) > 0.01


def test_a_bezier_is_written_as_an_ease() -> None:
    _, script = imported(document({**KEYS[0], "contrast_i": 'bez(c="easeIn6")'}, *KEYS[1:], fields=["contrast"]))
    assert "40: 3 ease bezier(0.7, 0, 0.84, 0)" in script.text


@pytest.mark.parametrize("formula", ["L", "S", "bez()", "sin(p=4b, a=20)", "L+sin(p=23,a=3)"])
def test_motion_is_the_difference_of_places(formula: str) -> None:
    for name, track, rest, ends in (("rotation_3d_y", "rotation_y", 0.0, (5, 90)), ("zoom", "zoom", 1.0, (1.5, 2))):
        rows = ({"frame": 0, name: ends[0], f"{name}_i": formula}, {"frame": 50, name: ends[1]})
        schedule, _ = imported(document(*rows, fields=[name]))
        moved = [{"frame": row["frame"], "near": row[name], "near_i": row.get(f"{name}_i", "")} for row in rows]
        as_place = import_parseq(document(*moved, fields=["near"]))
        place = (
            compile_film(as_place.text.replace("near =", "translation_x ="))
            .schedule.tracks["translation_x"]
            .astype(np.float64)
        )
        due = rest + np.diff(place, prepend=0.0)
        due[0] = place[0]
        np.testing.assert_allclose(schedule.tracks[track], due, rtol=1e-4, atol=1e-4)


def test_prompts_become_keys_with_fades_and_a_shared_negative() -> None:
    common = {"positive": "film", "negative": "text", "allFrames": True}
    listed = [{"positive": "a cat", "negative": "", "allFrames": False, "from": 0, "to": 40, "overlap": FADED},
              {"positive": "a dog ${sin(p=4b)}", "negative": "", "from": 30, "to": 100, "overlap": FADED}]  # fmt: skip
    prompts = {
        "format": "v2",
        "enabled": True,
        "promptList": listed,
        "commonPrompt": common,
        "commonPromptPos": "append",
    }
    schedule, script = imported(document(fields=["contrast"], prompts=prompts))
    assert 'negative = "text"' in script.text
    assert '30: "a dog ${sine(4b)} film" fade 10f' in script.text
    assert schedule.row(10).prompt == (("a cat film", 1.0),)
    assert [weight for _, weight in schedule.row(35).prompt] == pytest.approx([0.5, 0.5], abs=0.06)
    assert len(schedule.row(50).prompt) == 1


def test_prompts_may_name_fields_and_change_hands() -> None:
    listed = [{"positive": "a cat (${prompt_weight_1})", "negative": "", "from": 0, "to": 40, "overlap": PLAIN},
              {"positive": "a dog", "negative": "a cat", "from": 40, "to": 100, "overlap": PLAIN}]  # fmt: skip
    rows = ({"frame": 0, "prompt_weight_1": 0}, {"frame": 100, "prompt_weight_1": 1})
    schedule, script = imported(document(*rows, fields=["prompt_weight_1"], prompts=listed))
    assert "let prompt_weight_1 = [0: 0, 100: 1]" in script.text
    assert schedule.row(20).prompt[0][0] == "a cat (0.2)"
    assert schedule.row(41).prompt == (("a dog", 1.0),)
    assert schedule.row(41).negative == (("a cat", 1.0),)


def test_seeded_chance_is_drawn_as_parseq_draws_it_and_noise_comes_from_the_rendered_frames() -> None:
    values = contrast({"frame": 0, "contrast": 1, "contrast_i": "rand(s=1,h=10)"})
    assert values[0] == pytest.approx(0.2694488477791326, abs=1e-6)
    assert len(set(values.tolist())) == 11
    rendered = [{"frame": i, "contrast": 1 + 0.0002 * i * i} for i in range(LAST + 1)]
    schedule, script = imported(
        document({"frame": 0, "contrast": 1, "contrast_i": "smrand()"}, fields=["contrast"], rendered_frames=rendered)
    )
    np.testing.assert_allclose(schedule.tracks["contrast"], 1 + 0.0002 * F * F, rtol=1e-5)
    assert any(note.name == "contrast" for note in script.notes)


def test_fields_without_a_counterpart_are_told() -> None:
    _, script = imported(document({"frame": 0, "cn_1_weight": 0.7}, fields=["cn_1_weight", "contrast"]))
    assert "cn_1_weight = 0: 0.7" in script.text
    assert [note.name for note in script.notes if note.name == "cn_1_weight"]


@pytest.mark.parametrize(
    ("text", "says"),
    [("{}", "no keyframes"), ("[1]", "object"), ('{"keyframes": [{"frame": 0}]}', "one keyframe"),
     ('{"max_frames": 3, "prompts": {}}', "Deforum settings"),
     ('{"keyframes": [{"frame": "x"}, {"frame": 1}]}', "frame number"),
     (document({"frame": 0, "contrast": 1, "contrast_i": "sin("}, fields=["contrast"]), "contrast"),
     (document({"frame": 0, "contrast": 1, "contrast_i": "1/0"}, fields=["contrast"]), "zero")],
)  # fmt: skip
def test_what_parseq_refuses_gets_one_sentence(text: str, says: str) -> None:
    with pytest.raises(BridgeError, match=says):
        import_parseq(text)

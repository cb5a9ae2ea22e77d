"""Exported films, read back by Deforum's own rule and by the bridges' other direction."""

import csv
import io
import json

import numpy as np
import pytest
from animc.compiler import Schedule, compile_script
from animc.compiler.bridges import csv_table, deforum_settings, import_deforum, import_parseq, parseq_manifest
from animc.compiler.vocabulary import BY_NAME
from deforum_rule import deforum_values

FILM = """\
fps = 12
size = 320x256
length = 90f
seed = 42
tempo = 120
negative = "text"
0:  "a forest"
40: "a \\"burning\\" forest" fade 1s
70: "ash" negative "green"
translation_z = [0: 0, 30: 5, 60: -1.25 ease in_out_cubic]
rotation_y = 0.00003*t
rotation_x = sine(2s)
zoom = 1 + 0.02*tri(17f)
on beat every 2: strength -= 0.3 * decay(0.5b)
fov = [0: 70, 20: 40 ease step]
steps = [0: 10, 89: 20]
cfg = 7.5
sampler = "euler_a"
"""
NAMES = {"translation_z": "translation_z", "rotation_x": "rotation_3d_x", "rotation_y": "rotation_3d_y", "zoom": "zoom",
         "strength": "strength_schedule", "fov": "fov_schedule", "cfg": "cfg_scale_schedule"}  # fmt: skip


@pytest.fixture(scope="module")
def film() -> Schedule:
    return compile_script(FILM)


def test_deforum_reads_the_same_values(film: Schedule) -> None:
    settings, notes = deforum_settings(film)
    for ours, theirs in NAMES.items():
        due = film.tracks[ours].astype(np.float64)
        assert "e-" not in settings[theirs]
        np.testing.assert_allclose(
            deforum_values(settings[theirs], film.frames), due, rtol=1e-5, atol=1e-6, err_msg=ours
        )
    assert (settings["seed"], settings["seed_behavior"], settings["sampler"]) == (42, "iter", "Euler a")
    assert settings["prompts"]["0"] == "a forest --neg text"
    assert settings["prompts"]["46"].startswith('(a forest):0.5 AND (a "burning" forest):0.5')
    assert any("AND" in note.text for note in notes)


@pytest.mark.parametrize("mode", ["2d", "3d"])
def test_there_and_back_again(mode: str) -> None:
    film = compile_script(f'mode = "{mode}"\n{FILM}')
    read = [name for name in NAMES if BY_NAME[name].mode in (None, mode)]
    for export, bring in ((deforum_settings, import_deforum), (parseq_manifest, import_parseq)):
        back = compile_script(bring(json.dumps(export(film)[0])).text)
        assert back.frames == film.frames
        assert back.fps == film.fps
        for name in (*read, "seed", "steps"):
            if name in back.tracks or bring is import_deforum:
                np.testing.assert_allclose(back.tracks[name], film.tracks[name], rtol=2e-5, atol=2e-5, err_msg=name)
        assert back.row(10).prompt == film.row(10).prompt
        assert back.row(80).negative == film.row(80).negative


def test_what_deforum_has_a_switch_or_a_number_for_comes_back() -> None:
    film = compile_script(
        'length = 40f\n0: "a"\ncadence = 3\nredo = 2\nclip_skip = [0: 1, 20: 2 ease step]\nsubseed = 7\n'
        'subseed_strength = 0.1\nnoise = 0.05\nnoise_type = "perlin"\nperlin_octaves = 2\n'
    )
    settings, notes = deforum_settings(film)
    assert notes == ()
    assert (settings["diffusion_cadence"], settings["enable_subseed_scheduling"]) == (3, True)
    assert settings["noise_multiplier_schedule"] == "0: (1)"
    back = compile_script(import_deforum(json.dumps(settings)).text)
    assert film.tracks.keys() <= back.tracks.keys()
    for name, values in film.tracks.items():
        np.testing.assert_allclose(back.tracks[name], values, rtol=1e-5, err_msg=name)
    assert {**film.settings, "seed_behavior": ""} == {**back.settings, "seed_behavior": ""}


def test_what_deforum_has_no_word_for_is_told() -> None:
    film = compile_script(
        'length = 40f\n0: "a"\ncadence = [0: 2, 20: 4]\nnoise = 0.1\ncolor_strength = 0.5\nhires = 2\nfocal = 1.1\n'
    )
    _, notes = deforum_settings(film)
    assert {note.name for note in notes} == {"cadence", "noise_type", "color_strength", "hires", "focal"}
    _, notes = parseq_manifest(compile_script('length = 9f\n0: "a"\n'))
    assert notes == ()


def test_a_cut_and_a_seed_that_jumps() -> None:
    film = compile_script(
        'length = 30f\n0: "a"\ncut at 10\nstrength = 0.7\nseed_behavior = "fixed"\non at 5f: seed += 9\n'
    )
    settings, notes = deforum_settings(film)
    strength = deforum_values(settings["strength_schedule"], 30)
    assert strength[10] == 0
    assert np.allclose(np.delete(strength, 10), 0.7)
    assert settings["seed_behavior"] == "schedule"
    assert deforum_values(settings["seed_schedule"], 30).tolist() == film.tracks["seed"].tolist()
    assert any(note.name == "cut" for note in notes)


def test_parseq_rendered_frames_are_what_deforum_reads(film: Schedule) -> None:
    manifest, _ = parseq_manifest(film)
    rows = manifest["rendered_frames"]
    assert [row["frame"] for row in rows] == list(range(90))
    moves = [row["translation_z_delta"] for row in rows]
    np.testing.assert_allclose(moves, film.tracks["translation_z"], rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose([row["strength"] for row in rows], film.tracks["strength"], rtol=1e-5, atol=1e-6)
    assert rows[0]["deforum_prompt"] == "a forest --neg text"


def test_a_table_has_a_row_a_frame_and_a_column_a_track(film: Schedule) -> None:
    rows = list(csv.DictReader(io.StringIO(csv_table(film))))
    assert len(rows) == 90
    assert {*film.tracks} < {*rows[0]}
    np.testing.assert_allclose(
        [float(row["rotation_x"]) for row in rows], film.tracks["rotation_x"], rtol=1e-6, atol=1e-8
    )
    assert float(rows[12]["seconds"]) == 1.0

"""Whole Deforum settings files: prompts, settings, what stays behind, and what is refused; and the command line."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from animc.compiler import Schedule, compile_film
from animc.compiler.bridges import BridgeError, Imported, import_deforum
from animc.compiler.vocabulary import BY_NAME, Param

HERE = Path(__file__).parent / "bridges"
ANIMC = Path(sys.executable).parent / "animc"


def imported(text: str) -> tuple[Schedule, Imported]:
    script = import_deforum(text)
    film = compile_film(script.text)
    assert [diagnostic.message for diagnostic in film.diagnostics] == []
    return film.schedule, script


def settings(**more: Any) -> str:
    return json.dumps({"max_frames": 60, "prompts": {"0": "a forest"}, "animation_mode": "3D", **more})


def test_a_file_of_the_notebook() -> None:
    film, script = imported((HERE / "notebook.txt").read_text())
    assert (film.frames, film.size) == (200, (448, 704))
    assert film.settings["border"] == "reflect"
    assert film.settings["sampler"] == "euler_a"
    assert film.settings["seed_behavior"] == "fixed"
    assert (film.tracks["fov"][5], film.tracks["far"][5], film.tracks["cfg"][0]) == (40, 5000, 7)
    assert film.row(98).prompt[0][0] == "a beautiful apple, trending on Artstation"
    assert (film.row(99).prompt[0][0], film.row(99).negative[0][0]) == ("a banana", "text")
    assert '# image "start.png"' in script.text
    assert '# past the end: 300: "x"' in script.text
    told = " ".join(map(str, script.notes))
    assert "comma too many" in told
    assert "comments" in told
    assert "init_image" in told


def test_a_file_of_the_web_ui() -> None:
    film, script = imported((HERE / "webui.txt").read_text())
    assert film.settings["mode"] == "2d"
    assert film.settings["color_coherence"] == "none"
    assert film.row(0).prompt == (("best quality, a bunny in a swamp", 1.0),)
    assert film.row(31).prompt == (('best quality, a cat 0.76 "quoted"', 1.0),)
    assert [film.row(frame).negative[0][0] for frame in (0, 59, 60)] == ["nsfw, nude", "nsfw, nude", "photo nsfw, nude"]
    assert 'style "best quality, ${prompt}"' in script.text
    assert '# audio "song.mp3"' in script.text
    for name in ("perspective_flip_theta", "my_own_field"):
        assert f"{name} = " in script.text
        assert [note for note in script.notes if note.name == name]
    assert "seed = ceil(t/2)" in script.text
    assert "cn_1_weight" not in script.text
    assert ("diffusion_cadence" in script.text) or "cadence" in BY_NAME


def test_defaults_are_left_out() -> None:
    script = import_deforum(
        settings(seed=5, W=512, H=512, zoom="0:(1)", angle="0: (0)", translation_z="0:(0.0)", fps=15)
    )
    lines = [line for line in script.text.splitlines() if line and not line.startswith("#")]
    assert lines == ["size = 512x512", "length = 60f", "seed = 5", 'border = "replicate"', '0: "a forest"']


def test_common_prompts_are_merged_once() -> None:
    for extra in ({}, {"positive_prompts": "oil,", "negative_prompts": "text"}):
        film, _ = imported(settings(prompts={"0": "oil, a cat --neg text", "30": "oil, a dog --neg red text"}, **extra))
        assert film.row(0).prompt == (("oil, a cat", 1.0),)
        assert film.row(0).negative == (("text", 1.0),)
        assert film.row(30).prompt == (("oil, a dog", 1.0),)
        assert film.row(30).negative == (("red text", 1.0),)


def test_tracks_that_the_mode_does_not_read_are_comments() -> None:
    moving = {"zoom": "0:(1), 50:(1.2)", "angle": "0:(sin(t))", "translation_z": "0:(5)"}
    film, script = imported(settings(**moving))
    assert "zoom" not in film.tracks or np.all(film.tracks["zoom"] == 1)
    assert "# Not read in mode 3d:\n# zoom = [0: 1, 50: 1.2]\n# angle = sin(t)\n" in script.text
    assert any("zoom, angle" in note.text for note in script.notes)
    flat, script = imported(settings(**moving, animation_mode="2D"))
    assert flat.tracks["zoom"][50] == np.float32(1.2)
    assert "# translation_z = 5" in script.text


def test_a_seed_that_moves_on_every_few_frames() -> None:
    film, _ = imported(settings(seed=42, seed_behavior="iter", seed_iter_N=3))
    assert film.tracks["seed"][:9].tolist() == [42, 43, 43, 43, 44, 44, 44, 45, 45]


def test_what_forks_and_requests_write() -> None:
    whole = json.loads(settings(fps=12, translation_z={"0": 1, "50": 2}))
    for packed in ({"deforum_settings": whole}, {"deforum_settings": [whole]}):
        film, _ = imported(json.dumps(packed))
        assert film.fps == 12
        assert film.tracks["translation_z"][25] == 1.5


@pytest.mark.parametrize(("name", "value"), [("fps", 0), ("fps", 1000), ("W", 100_000), ("H", 0)])
def test_settings_that_no_film_can_have_are_left_out(name: str, value: int) -> None:
    film, script = imported(settings(**{"W": 512, "H": 512, name: value}))
    assert film.frames == 60
    assert any(note.name in ("fps", "size") for note in script.notes)


def test_interpolation_mode_morphs() -> None:
    film, _ = imported(settings(animation_mode="Interpolation", prompts={"0": "a", "40": "b"}))
    assert film.row(10).prompt == (("a", 0.75), ("b", 0.25))


def test_what_a_text_may_hold_stays_text() -> None:
    nasty = 'a ${seed} \\n "x" {y} #z \u4e2d\u6587 `import os` $'
    film, _ = imported(settings(prompts={"0": nasty}))
    assert film.row(0).prompt == ((nasty, 1.0),)


def test_a_scheduled_seed_and_s() -> None:
    film, _ = imported(
        settings(seed=9, seed_behavior="schedule", seed_schedule="0:(s), 30:(s+30)", translation_x="0:(s)")
    )
    assert film.tracks["seed"][:3].tolist() == [9, 9, 9]
    assert film.tracks["seed"][30] == 39
    assert film.tracks["translation_x"][0] == 9


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "empty"),
        ("hello", "not JSON"),
        ('{"prompts": {"0": "a"', "not JSON"),
        ("[1, 2]", "object"),
        ('{"a": 1}', "no Deforum settings"),
        ("[" * 100_000, "deep|not JSON"),
        (settings(max_frames="3D"), "max_frames"),
        (settings(max_frames=0), "max_frames"),
        (settings(max_frames=10**12), "max_frames"),
        (settings(prompts={}), "prompts"),
        (settings(prompts={"0": 7}), "prompt"),
        (settings(prompts={"x": "a"}), "prompts"),
        (settings(translation_x="fast"), "translation_x"),
        (settings(translation_x="0:(sin(t)"), "translation_x"),
        (settings(translation_x="0:(__import__('os').system('ls'))"), "translation_x"),
        (settings(translation_x="0:(open(t))"), "translation_x"),
        (settings(translation_x="0:(((t)).__class__)"), "translation_x"),
        (settings(translation_x="0:(" + "(" * 5000 + "t" + ")" * 5000 + ")"), "translation_x"),
        (settings(translation_x="0:(9**9**9**9)"), "translation_x"),
        (settings(translation_x="1.5:(2)"), "translation_x"),
        ('{"keyframes": [], "prompts": {}, "rendered_frames": []}', "prompts"),
    ],
)
def test_what_deforum_refuses_gets_one_sentence(text: str, says: str) -> None:
    with pytest.raises(BridgeError, match=says) as fault:
        import_deforum(text)
    assert "\n" not in fault.value.message


def test_commas_inside_a_formula_are_read_as_meant() -> None:
    film, script = imported(settings(translation_x="0:(where(t<20, 1, 2)), 40:(5)"))
    assert film.tracks["translation_x"][[0, 19, 20, 39, 40]].tolist() == [1, 1, 2, 2, 5]
    assert any("comma" in note.text for note in script.notes)


def test_a_setting_that_the_vocabulary_takes_up_later_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    later = Param("noise_type", "choice", "plain", "", "painting", choices=("plain", "perlin", "uniform"))
    monkeypatch.setitem(BY_NAME, "noise_type", later)
    assert 'noise_type = "uniform"' in import_deforum(settings(noise_type="uniform")).text
    assert "noise_type = " not in import_deforum(settings(noise_type="plain")).text


def test_a_long_sum_and_many_keys_are_no_trouble() -> None:
    many = ", ".join(f"{frame}:({frame % 7}.5)" for frame in range(3000))
    film, _ = imported(settings(max_frames=3000, translation_x="0:(" + "+".join(["t"] * 500) + ")", translation_y=many))
    assert film.tracks["translation_x"][2] == 1000
    assert film.tracks["translation_y"][13] == 6.5


def animc(*args: object, text: str | None = None) -> subprocess.CompletedProcess[str]:
    run = subprocess.run([ANIMC, *map(str, args)], input=text, capture_output=True, text=True, timeout=120, check=False)
    assert "Traceback" not in run.stderr
    return run


def test_the_command_line_there_and_back(tmp_path: Path) -> None:
    script = tmp_path / "film.anim"
    run = animc("import", "deforum", HERE / "webui.txt", "-o", script)
    assert run.returncode == 0
    assert "note: my_own_field" in run.stderr
    assert animc("check", script).returncode == 0
    run = animc("export", "deforum", script, "-q")
    assert run.returncode == 0
    assert json.loads(run.stdout)["zoom"].startswith("0: (1.0025)")
    assert animc("export", "csv", script, "-q").stdout.startswith("frame,seconds,")
    again = animc("import", "deforum", "-", text=run.stdout)
    assert 'mode = "2d"' in again.stdout


def test_the_command_line_refuses_in_a_sentence(tmp_path: Path) -> None:
    bad = tmp_path / "bad.txt"
    bad.write_bytes(b"\xff\x00\x01")
    for args in (("deforum", tmp_path / "none.txt"), ("deforum", tmp_path), ("parseq", bad)):
        run = animc("import", *args)
        assert (run.returncode, run.stdout) == (1, "")
        assert run.stderr.startswith("error: ")


FORGIVEN = [
    (
        "{'max_frames': 60, 'prompts': {0: 'a forest'}, 'use_init': False, 'init_image': None}",
        "as Python writes settings",
    ),
    ('{"max_frames": 60, "prompts": {"0": "a forest"}, "use_init": False, "seed": None}', "True, False and None"),
    ('{"args": {"W": 512, "H": 512}, "anim_args": {"max_frames": 60, "prompts": {"0": "a forest"}}}', ""),
    (settings(translation_x="", noise_schedule=" "), "is empty"),
    (settings(translation_x="0:(1); 30:(1)"), "semicolons"),
    (settings(strength_schedule=["0:(0.65)"]), "list of one"),
    (settings(prompts={"90": "a forest"}), "past the film's end"),
]


@pytest.mark.parametrize(("text", "said"), FORGIVEN)
def test_what_has_one_reading_is_read(text: str, said: str) -> None:
    film, script = imported(text)
    assert film.frames == 60
    assert film.row(59).prompt == (("a forest", 1.0),)
    assert said in " ".join(map(str, script.notes))


def test_python_that_is_no_plain_value_is_refused() -> None:
    for text in (
        "{'max_frames': __import__('os').getpid()}",
        "{'a': [1 for _ in range(9)]}",
        "{'a': " + "(" * 5000,
        "{1}",
    ):
        with pytest.raises(BridgeError):
            import_deforum(text)

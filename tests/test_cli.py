"""The real command line in a subprocess: what a user reads, and the exit code."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import click
import numpy as np
import pytest
import soundfile
from animc.runtime.cli.app import animc as every_command

ANIMC = Path(sys.executable).parent / "animc"
COMMANDS = (
    *("render", "check", "compile", "plot", "preview", "import", "export"),
    *("listen", "cache", "recover", "models", "list", "fmt", "explain", "lsp"),
)
FILM = """\
fps = 10
size = 64x48
model = "none"
depth = "gradient"
image "still.png"
length = 1s
translation_z = 6
"""


def animc(*args: object, cwd: Path, text: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run a command, and hold it to the promise that no traceback reaches a user."""
    line = [str(ANIMC), *map(str, args)]
    run = subprocess.run(line, cwd=cwd, input=text, capture_output=True, text=True, timeout=120, check=False)
    assert "Traceback" not in run.stderr + run.stdout
    assert run.returncode in (0, 1, 2, 130)
    if run.returncode and "json" not in args:
        assert run.stderr.startswith(("error", "warning")), run.stderr
    return run


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a still, a tone and a script, and a store of its own."""
    import imageio.v3 as imageio

    monkeypatch.setenv("ANIMC_CACHE", str(tmp_path / "cache"))
    across = np.linspace(0, 255, 64, dtype=np.uint8)
    imageio.imwrite(tmp_path / "still.png", np.stack([np.tile(across, (48, 1))] * 3, axis=2))
    soundfile.write(tmp_path / "tone.wav", 0.3 * np.sin(np.arange(22050) * 0.1), 22050)
    (tmp_path / "film.anim").write_text(FILM)
    return tmp_path


@pytest.mark.parametrize("command", COMMANDS)
def test_help_teaches_by_example(command: str, tmp_path: Path) -> None:
    run = animc(command, "--help", cwd=tmp_path)
    assert run.returncode == 0
    assert f"    animc {command}" in run.stdout


def test_no_command_shows_help(tmp_path: Path) -> None:
    assert "animc render examples/canvas.anim" in animc("--help", cwd=tmp_path).stdout


def test_version(tmp_path: Path) -> None:
    assert animc("--version", cwd=tmp_path).stdout.startswith("animc 0.")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shell_completion(shell: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_ANIMC_COMPLETE", f"{shell}_source")
    assert "_ANIMC_COMPLETE" in animc(cwd=tmp_path).stdout


def test_a_good_script_checks(folder: Path) -> None:
    run = animc("check", "film.anim", cwd=folder)
    assert (run.returncode, run.stderr) == (0, "")
    assert "no mistakes" in run.stdout


def test_a_script_is_read_from_standard_input(folder: Path) -> None:
    assert animc("check", "-", cwd=folder, text='0: "sea"\n').returncode == 0


def test_mistakes_are_told_with_place_and_repair(folder: Path) -> None:
    run = animc("check", "-", cwd=folder, text='0: "sea"\ntranslaton_z = 3\n')
    assert run.returncode == 1
    assert "<stdin>:2:1" in run.stderr
    assert "did you mean `translation_z`?" in run.stderr


def test_a_stem_alone_is_a_sound(folder: Path) -> None:
    script = '0: "sea"\naudio drums = "tone.wav"\nfov = 70 - 10*rms(0..120Hz, drums)\n'
    run = animc("check", "-", cwd=folder, text=script)
    assert (run.returncode, run.stdout) == (0, "<stdin>: no mistakes\n")


def test_mistakes_as_json(folder: Path) -> None:
    run = animc("check", "-", "--format", "json", cwd=folder, text='0: "sea"\ntranslaton_z = 3\n')
    (fault,) = json.loads(run.stdout)
    assert fault["range"]["start"] == {"line": 1, "character": 0}


SCRIPTS = {
    "empty": b"",
    "binary": bytes(range(256)),
    "utf-16": '0: "sea"'.encode("utf-16"),
    "latin-1": '0: "caf\xe9"'.encode("latin-1"),
    "huge": b'0: "sea"\n' * 1_200_000,
    "unknown name": b'0: "sea"\nfog = 3\n',
    "wrong unit": b'0: "sea"\ntranslation_z = sine(3)\n',
    "no frames": b'0: "sea"\nlength = 0f\n',
    "too many frames": b'0: "sea"\nlength = 1000000000f\n',
    "a far key": b'0: "sea"\n1000000000: "end"\n',
    "no size": b'0: "sea"\nsize = 0x0\n',
    "too large": b'0: "sea"\nsize = 100000x100000\n',
}


@pytest.mark.parametrize("name", SCRIPTS)
@pytest.mark.parametrize("command", ["check", "render"])
def test_a_bad_script_is_refused(name: str, command: str, folder: Path) -> None:
    (folder / "bad.anim").write_bytes(SCRIPTS[name])
    run = animc(command, "bad.anim", cwd=folder)
    assert run.returncode == 1, run.stderr
    assert run.stderr.startswith("error") and "help" in run.stderr
    assert not (folder / "bad.mp4").exists()


def test_a_missing_script_names_the_one_meant(folder: Path) -> None:
    assert "did you mean film.anim?" in animc("render", "flim.anim", cwd=folder).stderr


def _sounds(folder: Path) -> None:
    (folder / "text.wav").write_text("not a sound")
    (folder / "nothing.wav").write_bytes(b"")
    soundfile.write(folder / "zero.wav", np.zeros(0), 22050)


@pytest.mark.parametrize("sound", ["missing.wav", "text.wav", "nothing.wav", "zero.wav"])
def test_a_bad_sound_is_refused(sound: str, folder: Path) -> None:
    _sounds(folder)
    run = animc("render", "film.anim", "--audio", sound, cwd=folder)
    assert run.returncode == 1
    assert sound in run.stderr


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--set", "size"), 2),
        (("--frames", "abc"), 2),
        (("--frames", "9..3"), 2),
        (("--frames", "70..80"), 1),
        (("--set", "fog=3"), 1),
        (("--profile", "nobody"), 1),
        (("-o", "nowhere/film.mp4"), 1),
        (("-o", "film.xyz"), 1),
        (("-o", "film.anim"), 1),
        (("--model", "no/such/folder"), 1),
        (("--depth", "no/such/folder"), 1),
        (("--device", "toaster"), 1),
    ],
)
def test_bad_flags_are_refused(arguments: tuple[str, ...], code: int, folder: Path) -> None:
    run = animc("render", "film.anim", *arguments, cwd=folder)
    assert run.returncode == code, run.stderr
    assert (folder / "film.anim").read_text() == FILM


def test_a_listening_script_wants_a_sound(folder: Path) -> None:
    (folder / "beat.anim").write_text(FILM + "on beat: zoom += 0.1 * decay(0.5b)\n")
    run = animc("render", "beat.anim", cwd=folder)
    assert run.returncode == 1
    assert "--audio" in run.stderr


def test_render_writes_every_frame_and_the_sound(folder: Path) -> None:
    import imageio.v3 as imageio

    run = animc("render", "film.anim", "--audio", "tone.wav", "-o", "out.mp4", cwd=folder)
    assert run.returncode == 0, run.stderr
    assert imageio.imread(folder / "out.mp4").shape == (10, 48, 64, 3)


def test_frames_and_a_folder(folder: Path) -> None:
    run = animc("render", "film.anim", "-o", "frames/", "--frames", "2..4", "--quiet", cwd=folder)
    assert (run.returncode, run.stderr, run.stdout) == (0, "", "")
    assert len(list((folder / "frames").glob("*.png"))) == 3


def test_json_lines_end_with_the_film(folder: Path) -> None:
    run = animc("render", "film.anim", "-o", "out.mp4", "--json", "--timings", cwd=folder)
    events = [json.loads(line) for line in run.stdout.splitlines()]
    assert events[-1]["event"] == "done"
    assert events[-1]["film"] == "out.mp4"
    assert events[-1]["frames"] == 10
    assert "warp" in events[-1]["timings"]


def test_compile_writes_the_public_form(folder: Path) -> None:
    run = animc("compile", "film.anim", cwd=folder)
    form = json.loads(run.stdout)
    assert (form["animc"], form["frames"], form["size"]) == (1, 10, [64, 48])
    assert form["tracks"]["translation_z"] == [6.0] * 10
    assert animc("compile", "film.anim", "-o", "out.json", cwd=folder).returncode == 0
    assert json.loads((folder / "out.json").read_text()) == form


def test_listen_gives_events(folder: Path) -> None:
    run = animc("listen", "tone.wav", "--json", cwd=folder)
    assert {"beat", "downbeat", "kick"} <= set(json.loads(run.stdout)["events"])


def test_plot_draws(folder: Path) -> None:
    assert animc("plot", "film.anim", "--audio", "tone.wav", "-o", "plot.png", cwd=folder).returncode == 0
    assert (folder / "plot.png").read_bytes().startswith(b"\x89PNG")


def test_list_explains(tmp_path: Path) -> None:
    assert "zooms in" in animc("list", "translation_z", cwd=tmp_path).stdout
    assert "did you mean `strength`?" in animc("list", "strenght", cwd=tmp_path).stderr
    assert {"name", "default"} <= set(json.loads(animc("list", "--json", cwd=tmp_path).stdout)[0])


def test_models_are_listed(tmp_path: Path) -> None:
    names = [model["name"] for model in json.loads(animc("models", "--json", cwd=tmp_path).stdout)]
    assert names[:2] == ["storybook", "depth"]


def test_a_models_words_are_told(tmp_path: Path) -> None:
    card = animc("models", "storybook", cwd=tmp_path).stdout
    assert card.lstrip().startswith("# storybook")
    assert "lighthouse" in card
    known = json.loads(animc("models", "storybook", "--json", cwd=tmp_path).stdout)
    assert {"sea", "pine forest"} <= set(known["places"])
    assert {"夜", "woodland"} <= set(known["read as one of these"])
    assert json.loads(animc("models", "depth", "--json", cwd=tmp_path).stdout) == {}


def test_a_sheet_of_prompts(tmp_path: Path) -> None:
    from PIL import Image

    (tmp_path / "mine.txt").write_text("# not this\nthe sea at night\n\n  a desert, day \n", encoding="utf-8")
    run = animc("models", "storybook", "--sheet", "two.png", "--prompts", "mine.txt", cwd=tmp_path)
    assert run.returncode == 0, run.stderr
    with Image.open(tmp_path / "two.png") as sheet:
        night, day = (np.asarray(sheet.convert("L").crop((6 + x, 6, 256 + x, 256))) for x in (0, 262))
    assert day.mean() > night.mean() + 20


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (("nowhere",), "there is no built-in model named nowhere"),
        (("storybook", "--sheet", "sheet.txt"), "end --sheet in .png or .jpg"),
        (("storybook", "--sheet", "no/sheet.png"), "there is no folder no"),
        (("storybook", "--sheet", "s.png", "--prompts", "empty.txt"), "holds 0 prompts"),
        (("./none", "--sheet", "s.png"), "./none"),
    ],
)
def test_bad_sheets_are_told(tmp_path: Path, line: tuple[str, ...], told: str) -> None:
    (tmp_path / "empty.txt").write_text("# nothing\n")
    run = animc("models", *line, cwd=tmp_path)
    assert run.returncode == 1
    assert told in run.stderr
    assert "Traceback" not in run.stderr


def test_ctrl_c_leaves_a_playable_film_and_the_next_run_goes_on(folder: Path) -> None:
    import imageio.v3 as imageio

    (folder / "long.anim").write_text(FILM.replace("1s", "100s"))
    line = [str(ANIMC), "render", "long.anim", "-o", "long.mp4", "--json"]
    # A shell's background job ignores Ctrl-C, and so would all that it starts.
    heeded = {"preexec_fn": lambda: signal.signal(signal.SIGINT, signal.SIG_DFL)}
    with subprocess.Popen(line, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **heeded) as run:
        assert run.stdout
        assert run.stderr
        for event in run.stdout:
            if json.loads(event).get("done") == 20:
                run.send_signal(signal.SIGINT)
                break
        run.stdout.read()
        told = run.stderr.read()
    assert run.returncode == 130
    assert "Traceback" not in told
    assert len(imageio.imread(folder / "long.mp4")) >= 20


def test_short_and_json_options_are_the_same_everywhere() -> None:
    group = every_command
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        options = {opt: param for param in command.params for opt in param.opts}
        assert ("--quiet" in options) == ("-q" in options), name
        assert options.get("--quiet") is options.get("-q"), name
        assert options.get("--output") is options.get("-o"), name
        if "--format" in options:
            assert "--json" in options, name

"""Every example renders whole, at small size and low frame rate, through the real command line."""

import json
import subprocess
import sys
from pathlib import Path

import imageio_ffmpeg
import pytest

ANIMC = Path(sys.executable).parent / "animc"
EXAMPLES = Path(__file__).parent.parent / "examples"
FILMS = {
    "canvas": ("--audio", EXAMPLES / "canvas.flac", "--set", "fps=3", "--set", "steps=1"),
    "first": ("--audio", EXAMPLES / "first.ogg", "--set", "steps=1"),
    "motel": ("--audio", EXAMPLES / "motel.ogg", "--set", "fps=1", "--set", "steps=1"),
    "parallax": ("--set", "fps=6"),
}


def animc(*arguments: object, cwd: Path) -> str:
    """Run a command that must succeed, and return what it prints."""
    line = [str(ANIMC), *map(str, arguments)]
    run = subprocess.run(line, cwd=cwd, capture_output=True, text=True, timeout=300, check=False)
    assert run.returncode == 0, run.stderr
    return run.stdout


def test_every_example_is_rendered() -> None:
    assert {path.stem for path in EXAMPLES.glob("*.anim")} == set(FILMS)


@pytest.mark.parametrize("name", FILMS)
def test_an_example_has_no_mistakes(name: str, tmp_path: Path) -> None:
    sound = FILMS[name][:2] if "--audio" in FILMS[name] else ()
    assert "no mistakes\n" in animc("check", EXAMPLES / f"{name}.anim", *sound, cwd=tmp_path)


@pytest.mark.parametrize("name", FILMS)
def test_an_example_renders_whole(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANIMC_CACHE", str(tmp_path / "cache"))
    script, small = EXAMPLES / f"{name}.anim", (*FILMS[name], "--set", "size=64x64")
    film = tmp_path / "film.mp4"
    told = animc("render", script, *small, "-o", film, "--json", cwd=tmp_path)
    done = json.loads(told.splitlines()[-1])
    promised = json.loads(animc("compile", script, *small, cwd=tmp_path))
    frames, seconds = imageio_ffmpeg.count_frames_and_secs(str(film))
    assert frames == done["frames"] == promised["frames"]
    assert abs(seconds - promised["frames"] / promised["fps"]) <= 1 / promised["fps"]

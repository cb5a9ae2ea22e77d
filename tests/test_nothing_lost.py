"""Nothing is lost, and all of it is in sight: what is kept, forecast, shown, dropped, recovered and resumed.

The command line runs inside this process, so that diffusers is loaded once; but not where renders are killed, or run at
once.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import numpy as np
import pytest
import soundfile
from animc.runtime.cli.app import _run
from test_cli import ANIMC, FILM


class Said:
    """What a command wrote, and its exit code."""

    def __init__(self, returncode: int, stdout: str, stderr: str) -> None:
        self.returncode, self.stdout, self.stderr = returncode, stdout, stderr


class Folder:
    """A folder with a still, a tone, two scripts and a cache of its own, and the command line in it."""

    def __init__(self, path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.path, self._capsys = path, capsys

    def __truediv__(self, name: str) -> Path:
        return self.path / name

    def animc(self, *args: object) -> Said:
        self._capsys.readouterr()
        code = _run([str(arg) for arg in args])
        out, err = self._capsys.readouterr()
        assert "Traceback" not in out + err
        return Said(code, out, err)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Folder:
    import imageio.v3 as imageio

    monkeypatch.setenv("ANIMC_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    across = np.linspace(0, 255, 64, dtype=np.uint8)
    imageio.imwrite(tmp_path / "still.png", np.stack([np.tile(across, (48, 1))] * 3, axis=2))
    soundfile.write(tmp_path / "tone.wav", 0.3 * np.sin(np.arange(22050) * 0.1), 22050)
    (tmp_path / "film.anim").write_text(FILM)
    (tmp_path / "sea.anim").write_text(PAINTED)
    return Folder(tmp_path, capsys)


PAINTED = """\
fps = 10
size = 64x64
steps = 1
length = 8f
0: "a misty pine forest"
translation_z = 2
"""
"""Eight frames of the built-in model."""


def test_a_dry_run_tells_what_is_kept_and_paints_nothing(folder: Folder) -> None:
    asked = ("render", "sea.anim", "--dry-run", "--json")

    def forecast(*more: str) -> dict[str, object]:
        return json.loads(folder.animc(*asked, *more).stdout.splitlines()[-1])

    first = forecast()
    assert (first["kept"], first["painted"], first["seconds"]) == (0, 8, None)
    assert not (folder / "sea.mp4").exists()
    assert folder.animc("render", "sea.anim", "--frames", "0..3").returncode == 0
    second = forecast()
    assert (second["kept"], second["painted"]) == (4, 4)
    assert float(str(second["seconds"])) > 0
    third = forecast("--frames", "6..7")
    assert (third["kept"], third["painted"], third["before"]) == (0, 2, 2)
    (folder / "sea.anim").write_text(PAINTED + "strength = [0: 0.65, 3: 0.65, 4: 0.5 ease step]\n")
    assert forecast()["kept"] == 4
    told = folder.animc("render", "sea.anim", "--dry-run").stderr
    assert "4 of 8 frames kept, 4 to paint" in told
    assert "about" in told


def test_a_broken_kept_frame_is_told_and_the_film_is_the_same(folder: Folder) -> None:
    assert folder.animc("render", "sea.anim", "-o", "one/").returncode == 0
    kept = sorted((folder / "cache" / "frames").rglob("*.png"))
    assert len(kept) == 8
    kept[3].write_bytes(kept[3].read_bytes()[:200])
    run = folder.animc("render", "sea.anim", "-o", "two/")
    assert "1 kept frame could not be read and came anew" in run.stderr
    for number in range(8):
        assert pixels(folder / f"one/{number:05}.png") == pixels(folder / f"two/{number:05}.png")


def pixels(path: Path) -> bytes:
    import imageio.v3 as imageio

    return imageio.imread(path).tobytes()


def test_two_renders_of_one_film_at_once(folder: Folder) -> None:
    line = [str(ANIMC), "render", "sea.anim", "--quiet", "-o"]
    both = [subprocess.Popen([*line, out]) for out in ("one/", "one/")]
    assert [run.wait(600) for run in both] == [0, 0]
    assert folder.animc("render", "sea.anim", "-o", "two/").returncode == 0
    for number in range(8):
        assert pixels(folder / f"one/{number:05}.png") == pixels(folder / f"two/{number:05}.png")
    assert not list(folder.path.rglob("*.part"))


def test_a_quick_look_keeps_time_and_a_sheet_shows_it(folder: Folder) -> None:
    import imageio.v3 as imageio

    run = folder.animc("render", "film.anim", "--every", "3", "--audio", "tone.wav", "--contact-sheet", "sheet.png")
    assert run.returncode == 0, run.stderr
    assert "4 frames, 1.2 s at 3.333 fps" in run.stderr
    assert imageio.imread(folder / "film.mp4").shape[0] == 4
    sheet = imageio.imread(folder / "sheet.png")
    assert min(sheet.shape[:2]) >= 2 * 64, "two rows of two"
    assert sheet.std() > 20
    run = folder.animc("render", "film.anim", "-o", "look/", "--every", "4", "--frames", "1..9")
    assert sorted(path.name for path in (folder / "look").glob("*.png")) == ["00001.png", "00005.png", "00009.png"]
    assert folder.animc("render", "film.anim", "--contact-sheet", "sheet.txt").returncode == 1


def test_the_cache_is_shown_and_pruned(folder: Folder) -> None:
    assert folder.animc("render", "sea.anim", "--frames", "0..2").returncode == 0
    (held,) = json.loads(folder.animc("cache", "--json").stdout)
    assert (held["film"], held["model"], held["files"]) == (str(folder / "sea.anim"), "storybook", 3)
    assert "3\t" in folder.animc("cache").stdout
    assert "0 files" in folder.animc("cache", "prune", "--older", "1d").stdout
    assert "3 files would go" in folder.animc("cache", "prune", "--film", "sea.anim", "--dry-run").stdout
    assert "1 files dropped" in folder.animc("cache", "prune", "--to", str(held["size"] - 1)).stdout
    assert "2 files dropped" in folder.animc("cache", "prune", "--all").stdout
    assert json.loads(folder.animc("cache", "--json").stdout) == []
    for bad, code in ((("--to", "fish"), 2), (("--older", "5"), 2), ((), 2), (("--film", "x.anim"), 1)):
        assert folder.animc("cache", "prune", *bad).returncode == code


def test_a_script_comes_back_out_of_its_film(folder: Folder) -> None:
    assert folder.animc("render", "film.anim", "-o", "a.mp4").returncode == 0
    assert folder.animc("recover", "a.mp4").stdout == FILM
    assert folder.animc("render", "film.anim", "--set", "size=32x32", "-o", "b/").returncode == 0
    assert folder.animc("recover", "b", "-o", "b.anim").returncode == 0
    assert (folder / "b.anim").read_text() == "# with --set size=32x32\n" + FILM
    assert "there already" in folder.animc("recover", "a.mp4", "-o", "b.anim").stderr
    for other in ("tone.wav", "still.png", "film.anim", "missing.mp4"):
        assert folder.animc("recover", other).returncode == 1


def test_a_killed_render_goes_on_to_the_same_film(folder: Folder) -> None:
    """Kill -9 again and again; what comes out at last is, to the byte, what an undisturbed render writes."""
    (folder / "sea.anim").write_text(PAINTED + "cadence = 2\n")
    assert folder.animc("render", "sea.anim", "-o", "whole.mp4").returncode == 0
    assert folder.animc("cache", "prune", "--all").returncode == 0
    for frames in (1, 5):
        line = [str(ANIMC), "render", "sea.anim", "-o", "killed.mp4", "--json"]
        with subprocess.Popen(line, cwd=folder.path, stdout=subprocess.PIPE, text=True) as run:
            assert run.stdout
            for event in run.stdout:
                if json.loads(event).get("done") == frames:
                    run.kill()
                    break
    last = folder.animc("render", "sea.anim", "-o", "killed.mp4")
    assert "kept" in last.stderr
    assert (folder / "killed.mp4").read_bytes() == (folder / "whole.mp4").read_bytes()
    assert not list(folder.path.glob(".killed*"))

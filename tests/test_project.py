"""The project itself: the wheel is whole, and a check stays light."""

import json
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ("grammar", "compiler", "runtime")
HEAVY = ("torch", "librosa", "diffusers", "transformers", "matplotlib", "imageio", "scipy")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    out = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True)
    return zipfile.ZipFile(next(out.glob("*.whl")))


def tracked() -> set[str]:
    """Every file that git tracks in the rooms; an unpacked archive without git takes the files as they lie."""
    listed = subprocess.run(["git", "ls-files", *ROOMS], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode == 0 and listed.stdout:
        return set(listed.stdout.splitlines())
    files = (file for room in ROOMS for file in (ROOT / room).rglob("*") if file.is_file())
    return {file.relative_to(ROOT).as_posix() for file in files if "__pycache__" not in file.parts}


def test_the_wheel_holds_every_file_of_the_rooms(wheel: zipfile.ZipFile) -> None:
    inside = {name.removeprefix("animc/") for name in wheel.namelist() if name.startswith("animc/")}
    editors = {name for name in tracked() if name.startswith("grammar/") and not name.endswith((".lark", ".py"))}
    assert tracked() - editors - inside == set()


def test_the_wheel_holds_nothing_else(wheel: zipfile.ZipFile) -> None:
    strangers = [name for name in wheel.namelist() if not name.startswith("animc") or "__pycache__" in name]
    assert strangers == []


def test_every_package_folder_is_named_in_the_project_file() -> None:
    named = set(tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"])
    found = {"animc." + Path(name).parent.as_posix().replace("/", ".") for name in tracked() if name.endswith(".py")}
    assert found == named


@pytest.mark.parametrize("script", ['0: "a misty pine forest"\n', "on beat: zoom += 1\ntranslation_q = 3\n"])
def test_a_check_imports_nothing_heavy(script: str, tmp_path: Path) -> None:
    file = tmp_path / "film.anim"
    file.write_text(script)
    program = (
        "import sys, json\nfrom animc.runtime.cli.app import _run\n"
        f"_run(['check', {str(file)!r}])\nprint(json.dumps(sorted({{name.split('.')[0] for name in sys.modules}})))"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    loaded = json.loads(run.stdout.splitlines()[-1])
    assert set(HEAVY) & set(loaded) == set()

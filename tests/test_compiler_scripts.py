"""Whole scripts beside what they compile to, or beside what they are told; ``--update-golden`` writes both anew."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from animc.compiler import CompileError, compile_film, render_plain
from animc.compiler.sounds import Hear
from listening import song

SCRIPTS = Path(__file__).parent / "scripts"
OK = sorted((SCRIPTS / "ok").glob("*.anim"))
SONGS = {"power_user": 95.0}
"""Seconds of song that a script is made for, where not 20."""
ERRORS = sorted((SCRIPTS / "errors").glob("*.anim"))


def read_used(name: str) -> str:
    return (SCRIPTS / "used" / name).read_text(encoding="utf-8")


def rounded(values: list[float]) -> list[Any]:
    """Six digits, equal neighbours folded to [value, count]: short, and the same on any machine."""
    folded: list[list[Any]] = []
    for value in values:
        short = float(f"{value:.6g}")
        short = 0.0 if abs(short) < 1e-9 else short
        if folded and folded[-1][0] == short:
            folded[-1][1] += 1
        else:
            folded.append([short, 1])
    return [value if count == 1 else [value, count] for value, count in folded]


def hearing(path: Path) -> Hear:
    return lambda needs: song(needs, duration=SONGS.get(path.stem, 20.0))


def digest(form: dict[str, Any]) -> dict[str, Any]:
    """Shorten a schedule's JSON form: constant tracks as one value, blends only where they change."""
    tracks = {name: rounded(values) for name, values in form["tracks"].items()}
    blends: dict[str, list[Any]] = {}
    for side in ("prompt", "negative"):
        changes: list[Any] = []
        for frame, row in enumerate(form[side]):
            short = [[text, round(weight, 4)] for text, weight in row]
            if not changes or changes[-1][1] != short:
                changes.append([frame, short])
        blends[side] = changes
    events = {name: [round(time, 6) for time in times] for name, times in form["events"].items()}
    return form | {"tracks": tracks, **blends, "events": events}


@pytest.mark.parametrize("path", OK, ids=lambda path: path.stem)
def test_scripts_that_compile(path: Path, update_golden: bool) -> None:
    compiled = compile_film(path.read_text(encoding="utf-8"), hear=hearing(path), read=read_used, name=path.name)
    told = [render_plain(diagnostic).splitlines() for diagnostic in compiled.diagnostics]
    found = digest(compiled.schedule.to_json()) | {"warnings": told}
    golden = path.with_suffix(".json")
    if update_golden:
        lines = [f"{json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}" for key, value in found.items()]
        golden.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
    assert found == json.loads(golden.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", ERRORS, ids=lambda path: path.stem)
def test_scripts_that_do_not(path: Path, update_golden: bool) -> None:
    with pytest.raises(CompileError) as caught:
        compile_film(path.read_text(encoding="utf-8"), hear=hearing(path), read=read_used, name=path.name)
    found = "\n\n".join(render_plain(diagnostic) for diagnostic in caught.value.diagnostics) + "\n"
    golden = path.with_suffix(".err")
    if update_golden:
        golden.write_text(found, encoding="utf-8")
    assert found == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", OK, ids=lambda path: path.stem)
def test_a_schedule_keeps_its_promises(path: Path) -> None:
    schedule = compile_film(path.read_text(encoding="utf-8"), hear=hearing(path), read=read_used).schedule
    for name, track in schedule.tracks.items():
        assert len(track) == schedule.frames, name
        assert track.dtype in (np.float32, np.int64), name
        assert np.isfinite(track).all(), name
    for blend in (schedule.prompt, schedule.negative):
        weights = np.add.reduceat(blend.weight.astype(np.float64), blend.offsets[:-1])
        assert np.allclose(weights, 1.0, atol=1e-6)
        assert blend.text.max() < len(schedule.texts)
    assert [shot.start for shot in schedule.shots] == [0, *(shot.stop for shot in schedule.shots[:-1])]
    assert schedule.shots[-1].stop == schedule.frames

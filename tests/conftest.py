"""What the tests share: the switch that writes golden files anew."""

from __future__ import annotations

import os

import numpy as np
import pytest
import soundfile

# The tests' models are tiny: a second thread would only wait for the first, and for other tests' threads.
os.environ.setdefault("OMP_NUM_THREADS", "1")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write the golden files from what the code gives now")


@pytest.fixture
def update_golden(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--update-golden"))


@pytest.fixture
def write(tmp_path):
    """Write samples (-1..1, 44 100 a second unless told) to a sound file of the test's folder."""

    def write(sound, name="sound.wav", rate=44_100, **options):
        soundfile.write(tmp_path / name, np.clip(sound, -1, 1), rate, **options)
        return tmp_path / name

    return write


@pytest.fixture
def cache(tmp_path):
    """The folder where a test keeps what was heard."""
    return tmp_path / "cache"

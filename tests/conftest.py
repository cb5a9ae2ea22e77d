"""What the tests share: the switch that writes golden files anew."""

from __future__ import annotations

import os

import pytest

# The tests' models are tiny: a second thread would only wait for the first, and for other tests' threads.
os.environ.setdefault("OMP_NUM_THREADS", "1")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write the golden files from what the code gives now")


@pytest.fixture
def update_golden(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--update-golden"))

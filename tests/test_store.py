"""A stored frame is whole or absent, and never stands in the way of a render."""

from __future__ import annotations

import os
import resource
import signal
import time
from pathlib import Path

import numpy as np
import pytest
from animc.runtime.store import FrameStore, cache_folder, chain_key

SIZE = (32, 24)
KEY = chain_key(b"", "a frame")


def picture(seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (24, 32, 3), np.uint8)


def test_what_goes_in_comes_out(tmp_path: Path) -> None:
    store = FrameStore(tmp_path)
    store.save(KEY, picture())
    assert store.load(KEY, SIZE) is not None  # even while it is being written
    found = FrameStore(tmp_path).load(KEY, SIZE)
    assert found is not None
    assert (found == picture()).all()
    assert FrameStore(tmp_path).load(chain_key(KEY), SIZE) is None
    assert FrameStore(tmp_path).load(KEY, (24, 32)) is None


def test_keys_depend_on_all_that_goes_in() -> None:
    keys = [
        chain_key(b""),
        chain_key(b"", ""),
        chain_key(b"", "ab", "c"),
        chain_key(b"", "a", "bc"),
        chain_key(b"x", "a", "bc"),
    ]
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize("damage", [b"", b"not a picture", None])
def test_a_broken_file_is_absent_and_goes_away(tmp_path: Path, damage: bytes | None) -> None:
    store = FrameStore(tmp_path)
    store.save(KEY, picture())
    store.flush()
    (path,) = tmp_path.rglob("*.png")
    path.write_bytes(path.read_bytes()[:-40] if damage is None else damage)
    assert store.load(KEY, SIZE) is None
    assert not path.exists()
    store.save(KEY, picture())
    assert store.load(KEY, SIZE) is not None


def test_no_room_is_told_once_and_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    store = FrameStore(tmp_path / "file" / "frames")
    store.save(KEY, picture())
    store.save(KEY, picture())
    assert "no longer kept" in str(store.trouble)
    assert store.load(KEY, SIZE) is None


def test_a_limit_on_files_is_told_with_what_helps(tmp_path: Path) -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    store = FrameStore(tmp_path)
    store.save(KEY, picture())
    store.flush()
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, before[1]))
    try:
        store.save(KEY[::-1], picture(1))
        store.flush()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert "may not grow further" in str(store.trouble)
    assert "ANIMC_CACHE" in str(store.trouble)
    assert store.load(KEY, SIZE) is not None
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1


def test_the_longest_unused_go_first(tmp_path: Path) -> None:
    store = FrameStore(tmp_path)
    keys = [chain_key(KEY, str(n)) for n in range(6)]
    for age, key in enumerate(keys):
        store.save(key, picture(age))
        store.flush()
        (path,) = (p for p in tmp_path.rglob("*.png") if p.stem == key.hex())
        os.utime(path, (time.time() - 1000 + age,) * 2)
    assert store.load(keys[0], SIZE) is not None  # used just now
    store.limit = sum(path.stat().st_size for path in tmp_path.rglob("*.png")) // 2
    assert store.prune() == 3
    kept = [key for key in keys if store.load(key, SIZE) is not None]
    assert kept == [keys[0], keys[4], keys[5]]


def test_the_cache_can_be_placed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ANIMC_CACHE", str(tmp_path))
    store = FrameStore()
    store.save(KEY, picture())
    store.settle()
    assert cache_folder() == tmp_path
    assert len(list(tmp_path.rglob("*.png"))) == 1

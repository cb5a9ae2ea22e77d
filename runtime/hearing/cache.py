"""What was heard is kept, by the content of the file it was heard in, and found again in no time."""

from __future__ import annotations

import contextlib
import hashlib
import io
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import files

VERSION = 9
"""Raised whenever the code of this room would hear something else in the same file."""

Arrays = dict[str, NDArray[Any]]


def cache_folder(given: Path | None = None) -> Path:
    """Return the folder of kept results: the one given, else ``ANIMC_CACHE``, else the user's cache folder."""
    return files.cache_folder() if given is None else given


def digest_of(path: Path) -> str:
    """Return the blake2b of a file's bytes, in hex. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=20)).hexdigest()


def key_of(digest: str, what: str) -> str:
    """Name what is kept: the file's content, what was asked of it, and the code that answered."""
    return hashlib.blake2b(f"{VERSION}\n{digest}\n{what}".encode(), digest_size=20).hexdigest()


def load(folder: Path, key: str) -> Arrays | None:
    """Return the arrays kept under a key, or None where there are none or the file is broken."""
    try:
        with np.load(_place(folder, key), allow_pickle=False) as archive:
            return {name: archive[name] for name in archive.files}
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, NotImplementedError, MemoryError, SyntaxError):
        return None


def store(folder: Path, key: str, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Keep arrays under a key, by atomic rename; a cache that cannot be written is no fault."""
    place, data = _place(folder, key), io.BytesIO()
    np.savez_compressed(data, allow_pickle=False, **arrays)
    with contextlib.suppress(OSError):
        place.parent.mkdir(parents=True, exist_ok=True)
        files.put(place, data.getvalue())


def _place(folder: Path, key: str) -> Path:
    return folder / "heard" / key[:2] / f"{key}.npz"

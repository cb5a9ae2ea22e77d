"""Where animc keeps what it can make again, and writing a file whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from .errors import AnimcError
from .room import shortage

PART = ".part"
"""The ending of a file that is not whole yet."""

_MASK = os.umask(0)
os.umask(_MASK)
READABLE = 0o666 & ~_MASK
"""The mode of a new file. It is asked for once: between the two calls no other thread may make a file."""


def cache_folder() -> Path:
    """Return where frames and what was heard are kept: ``$ANIMC_CACHE``, or the user's cache folder."""
    if named := os.environ.get("ANIMC_CACHE"):
        return Path(named)
    import platformdirs

    return Path(platformdirs.user_cache_dir("animc", appauthor=False))


def put(path: Path, data: bytes) -> None:
    """Make ``path`` hold ``data``, whole or not at all, by a part file beside it. Raises OSError.

    Two processes that put the same path do not meet: each has a part file of its own, and the later one counts.
    """
    handle, name = tempfile.mkstemp(prefix=f".{path.name}-", suffix=PART, dir=path.parent)
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        part.chmod(READABLE)
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def write_atomically(path: Path, data: bytes) -> None:
    """Put ``data`` at a path that the user named. Raises AnimcError where that is not possible."""
    try:
        put(path, data)
    except OSError as fault:
        what, repair = shortage(fault) or (fault.strerror or str(fault), "choose another path with -o")
        raise AnimcError(f"{path} cannot be written: {what}", repair) from fault

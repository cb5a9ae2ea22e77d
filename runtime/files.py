"""Where animc keeps what it can make again, and writing a file whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from .errors import AnimcError


def cache_folder() -> Path:
    """Return where frames and what was heard are kept: ``$ANIMC_CACHE``, or the user's cache folder."""
    if named := os.environ.get("ANIMC_CACHE"):
        return Path(named)
    import platformdirs

    return Path(platformdirs.user_cache_dir("animc", appauthor=False))


def write_atomically(path: Path, data: bytes) -> None:
    """Write ``data`` to ``path`` by a temporary file and a rename. Raises AnimcError where that is not possible."""
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
        temporary = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            temporary.chmod(0o666 & ~_umask())
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
    except OSError as fault:
        raise AnimcError(f"{path} cannot be written: {fault.strerror}", "choose another path with -o") from fault


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask

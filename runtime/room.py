"""Running out of room on a disk, told as what to free or to raise."""

from __future__ import annotations

import errno
import signal

KEPT = "the painted frames are kept"

_FREE = "free some space (`animc cache prune --to 5GB` drops old frames) or choose another disk"
_RAISE = "raise the limit (`ulimit -f unlimited`; a FAT disk has one of its own) or choose another disk"

_SHORT = {
    errno.ENOSPC: ("No space left", "the disk is full", _FREE),
    errno.EDQUOT: ("quota exceeded", "your share of the disk is used up", _FREE),
    errno.EFBIG: ("File too large", "a file there may not grow further", _RAISE),
}
"""By the system's number: what programs say of it, what it means, and what helps."""

_TOO_LARGE = getattr(signal, "SIGXFSZ", None)


def shortage(fault: OSError) -> tuple[str, str] | None:
    """Return what is short and what helps, or None where the fault is another."""
    found = _SHORT.get(fault.errno or 0)
    return found[1:] if found else None


def shortage_of(code: int, said: str) -> tuple[str, str] | None:
    """Return the same of a program that ended with ``code`` (below 0: by that signal) and said that."""
    if _TOO_LARGE is not None and code == -_TOO_LARGE:
        return _SHORT[errno.EFBIG][1:]
    return next((found[1:] for found in _SHORT.values() if found[0] in said), None)


def again(repair: str) -> str:
    """Return a repair after which a render goes on."""
    return f"{repair}; then render again: {KEPT}"

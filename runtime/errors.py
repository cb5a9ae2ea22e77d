"""What can go wrong in the world, as one sentence and its repair: the only exceptions that the command line tells."""

from __future__ import annotations


class AnimcError(Exception):
    """A failure that a user can mend: ``message`` says what and where, ``repair`` what to do about it."""

    exit_code = 1

    def __init__(self, message: str, repair: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.repair = repair


class HearingError(AnimcError):
    """A sound that cannot be heard."""


class RenderError(AnimcError):
    """A picture or film that cannot be made."""


def first_line(fault: BaseException) -> str:
    """Return the first line of what a library says of its fault, or the fault's name where it says nothing."""
    said = str(fault).strip()
    return said.splitlines()[0] if said else type(fault).__name__

"""What a bridge has to tell: notes on what changed or stayed behind, and the one reason why a file is refused."""

from __future__ import annotations

from dataclasses import dataclass, field


class BridgeError(Exception):
    """A file that cannot be brought over: ``message`` says what and where, ``repair`` what to do about it."""

    def __init__(self, message: str, repair: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.repair = repair


@dataclass(frozen=True, slots=True)
class Note:
    """One thing that did not come over as it stood; ``name`` is the setting's, or empty for the file as a whole."""

    name: str
    text: str

    def __str__(self) -> str:
        return f"{self.name}: {self.text}" if self.name else self.text


@dataclass(slots=True)
class Notes:
    """Where the parts of a bridge put their notes, each once."""

    all: list[Note] = field(default_factory=list[Note])

    def add(self, name: str, text: str) -> None:
        """Add a note, unless it was told before."""
        note = Note(name, text)
        if note not in self.all:
            self.all.append(note)


@dataclass(frozen=True, slots=True)
class Imported:
    """A script in the ``.anim`` language, and what there is to tell about it."""

    text: str
    notes: tuple[Note, ...]

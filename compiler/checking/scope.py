"""What names stand for while a script is checked: values, scopes and what collects the findings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from .. import tree
from ..diagnostics import Findings, Label
from ..inputs.beats import Beats
from ..inputs.lyrics import Line
from ..program import Program, TooLong
from ..source import Place, Source, Span
from ..spelling import did_you_mean
from ..typed import FILM, SectionSpan, Stream, TextValue

Kind = Literal[
    "number", "duration", "position", "events", "text", "frequency", "band", "size", "source", "nothing"
]  # fmt: skip
MAX_INLINED = 200_000
"""Definitions may grow to this many nodes, so that doubling ones end."""
MAX_SUGGESTIONS = 100
"""Mistakes that are told with the name that may be meant."""
Parts = tuple[tuple[str, int], ...]

KIND_WORDS: dict[str, str] = {
    "number": "a number", "duration": "a length of time", "position": "a position", "events": "an event",
    "text": "a text", "frequency": "a frequency", "band": "a band of frequencies", "size": "a size",
    "source": "a sound", "nothing": "nothing",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Value:
    """What an expression means. ``step`` is its number (a position's frame, a duration's frames, hertz).

    ``parts``: a duration as (unit, step) parts. ``nothing`` is the value of a mistake that has been told already.
    """

    kind: Kind
    place: Place
    step: int = -1
    parts: Parts = ()
    stream: Stream | None = None
    text: TextValue | None = None
    data: Any = None

    def at(self, place: Place) -> Value:
        """Return the same value, standing at another place."""
        return Value(self.kind, place, self.step, self.parts, self.stream, self.text, self.data)


@dataclass(slots=True)
class Look:
    """The style and the default negative that hold in a body; what it does not say, the body around it does."""

    parent: Look | None = None
    style: TextValue | None = None
    negative: TextValue | None = None

    def styled(self) -> TextValue | None:
        """Return the style that holds here."""
        return self.style if self.style or not self.parent else self.parent.styled()

    def negatived(self) -> TextValue | None:
        """Return the negative that holds here."""
        return self.negative if self.negative or not self.parent else self.parent.negatived()


@dataclass(frozen=True, slots=True)
class Binding:
    """What a name stands for; ``serial`` orders the bindings, so that a body sees only what came before it."""

    what: Value | tree.Def | tree.Block
    scope: Scope
    serial: int
    place: Place


@dataclass(slots=True)
class Scope:
    """A body's names and surroundings. ``limit``: only bindings of the scopes around with a lower serial are seen.

    ``shown``: where mistakes are shown that are made in a text which is not the user's, as the standard library's.
    """

    source: Source
    parent: Scope | None = None
    names: dict[str, Binding] = field(default_factory=dict[str, Binding])
    limit: int = 1 << 60
    base: int = 0
    section: int = FILM
    trigger: bool = False
    look: Look = field(default_factory=Look)
    label: str = ""
    top: bool = False
    shown: Place | None = None

    def __post_init__(self) -> None:
        if self.shown is None and self.parent is not None:
            self.shown = self.parent.shown

    def find(self, name: str) -> Binding | None:
        """Return what ``name`` stands for here, or None. Markers are found by ``@name``, blocks by ``apply name``."""
        scope: Scope | None = self
        limit = 1 << 60
        while scope is not None:
            found = scope.names.get(name)
            if found is not None and found.serial < limit:
                return found
            limit = min(limit, scope.limit)
            scope = scope.parent
        return None

    def known(self, sign: str = "") -> Iterator[str]:
        """Yield every name that is seen from here; of markers with the sign ``@``, of blocks with ``apply ``."""
        scope: Scope | None = self
        while scope is not None:
            for name in scope.names:
                if name.startswith(sign) and (sign or not name.startswith(("@", "apply "))):
                    yield name.removeprefix(sign)
            scope = scope.parent

    def place(self, span: Span) -> Place:
        """Return a span of this scope's text as a place."""
        if self.shown is not None:
            return self.shown
        return Place(self.source, span.start + self.base, span.end + self.base)


@dataclass(slots=True)
class Check:
    """All that grows while a script is checked."""

    findings: Findings
    rules: Mapping[type, Callable[[Check, Any, Scope], Value]]
    program: Program = field(default_factory=Program)
    sections: list[SectionSpan] = field(default_factory=list[SectionSpan])
    section_names: set[str] = field(default_factory=set[str])
    stems: dict[str, str] = field(default_factory=dict[str, str])
    named: dict[str, Place] = field(default_factory=dict[str, Place])
    lyrics: tuple[Line, ...] | None = None
    beats: Beats | None = None
    serial: int = 0
    depth: int = 0
    inlining: int = 0
    inlined: int = 0
    chances: dict[str, int] = field(default_factory=dict[str, int])
    keys: list[tuple[int, Place]] = field(default_factory=list[tuple[int, Place]])
    sounds: dict[Any, Place] = field(default_factory=dict[Any, Place])

    def count_inlined(self, nodes: int = 1) -> None:
        """Count nodes of a definition that are put in the place of its call. Raises TooLong past MAX_INLINED."""
        self.inlined += nodes
        if self.inlined > MAX_INLINED:
            raise TooLong

    def suggest(self, name: str, known: Iterable[str], sign: str = "") -> str:
        """Return what ``did_you_mean`` says, or nothing where so much is told already that it would take long."""
        return did_you_mean(name, known, sign) if len(self.findings) < MAX_SUGGESTIONS else ""

    def further_down(self, name: str, repair: str) -> dict[str, Any]:
        """Return what to tell of an unknown name beside the rest: where it is named after all, else ``repair``."""
        found = self.named.get(name)
        if found is None:
            return {"repair": repair}
        where = "a name is known below its own line, inside the braces it stands in"
        return {"repair": where, "also": (Label(found, "named only here"),)}

    def next_serial(self) -> int:
        """Return a number higher than all before it."""
        self.serial += 1
        return self.serial

    def bind(self, scope: Scope, key: str, what: Any, place: Place) -> None:
        """Make ``key`` stand for ``what``, unless it stands for something in the same body already.

        What the standard library brings gives way to a name of the script's own.
        """
        first = scope.names.get(key)
        if first is not None and not first.scope.source.standard:
            shown = key.removeprefix("apply ")
            self.findings.add("E0204", place, name=shown, also=(Label(first.place, "first named here"),))
            return
        scope.names[key] = Binding(what, scope, self.next_serial(), place)

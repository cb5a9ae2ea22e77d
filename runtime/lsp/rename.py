"""Giving a name another name, wherever it stands, and nowhere else."""

from __future__ import annotations

import re

from ...compiler.checking.calls import is_call
from ...compiler.checking.constants import CONSTANTS
from ...compiler.source import Source, Span
from ...compiler.vocabulary import BY_NAME
from .names import Names, Use
from .page import Page


class Refused(Exception):  # noqa: N818 - an answer, not a fault
    """A name cannot be given; the text says why."""


def renamed(page: Page, offset: int, name: str) -> list[Span]:
    """Return the places to write ``name`` at. Raises Refused where that would break or change the script."""
    use = renameable(page, offset)
    if not re.fullmatch(r"[^\W\d]\w*", name):
        raise Refused(f"`{name}` is not a name: letters, digits and _, beginning with a letter")
    if use.definition.kind in ("let", "def", "parameter") and (name in BY_NAME or name in CONSTANTS or is_call(name)):
        raise Refused(f"`{name}` already means something in the language")
    spans = [other.span for other in page.names.of(use.definition)]
    _hold(page, spans, name)
    return spans


def renameable(page: Page, offset: int) -> Use:
    """Return the use of a name at an offset. Raises Refused where there is none that can be renamed."""
    if page.tree is None:
        raise Refused("the script has a mistake that must be mended first")
    use = page.names.at(offset)
    if use is None:
        raise Refused("only names that the script gives can be renamed")
    if use.definition.source is not page.tree.source:
        raise Refused(f"this name comes from {use.definition.source.name}; rename it there")
    return use


def _hold(page: Page, spans: list[Span], name: str) -> None:
    """Make sure that every name still means the same. Raises Refused where the new name is taken."""
    text, end = "", 0
    for span in sorted(spans):
        text += page.text[end : span.start] + name
        end = span.end
    after = Page(text + page.text[end:], page.path)
    if after.tree is None or _meant(after.names) != _meant(page.names):
        raise Refused(f"`{name}` is taken: it means something else in this script")


def _meant(names: Names) -> list[int]:
    """Return, for each use in the order of the text, which definition it is of."""
    numbers: dict[tuple[int | str, Span | int], int] = {}
    found: list[int] = []
    for use in names.uses:
        made = use.definition
        key = (made.kind, made.span) if _foreign(made.source, names) else (made.kind, id(made))
        found.append(numbers.setdefault(key, len(numbers)))
    return found


def _foreign(source: Source, names: Names) -> bool:
    return bool(names.definitions) and source is not names.definitions[0].source

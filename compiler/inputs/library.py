"""The standard library: parts written in the language itself, shipped in ``compiler/std``, and what each brings."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from .. import tree
from ..source import Source, Span
from ..syntax.parse import parse

PARTS = ("std.cameras", "std.looks", "std.beats")


@dataclass(frozen=True, slots=True)
class Brought:
    """A block of the library: ``usage`` as in ``apply orbit(angle = 360)``, ``help`` the comment above it."""

    part: str
    name: str
    usage: str
    help: str


@cache
def text_of(name: str) -> str | None:
    """Return the text of a part such as ``std.cameras``, or None where there is no such part."""
    return file_of(name).read_text(encoding="utf-8") if name in PARTS else None


def file_of(name: str) -> Traversable:
    """Return the file of a part."""
    return files("animc.compiler").joinpath(name.replace(".", "/") + ".anim")


@cache
def tree_of(name: str) -> tree.Script | None:
    """Return the tree of a part, or None where there is no such part."""
    text = text_of(name)
    return None if text is None else parse(Source(name, text, standard=True))


@cache
def blocks() -> tuple[Brought, ...]:
    """Return every block of the library, in the order of its files."""
    found: list[Brought] = []
    for name in PARTS:
        script = tree_of(name)
        assert script is not None  # noqa: S101 - narrows for the type checker
        found.extend(
            Brought(name, block.name, usage_of(block, script.source), comment_above(block.span, script.source))
            for block in script.statements
            if isinstance(block, tree.Block) and not is_private(block.name)
        )
    return tuple(found)


def help_of(name: str) -> str:
    """Return what is said above a block of the library; nothing where there is none of that name."""
    return next((block.help for block in blocks() if block.name == name), "")


def is_private(name: str) -> bool:
    """Whether a name stays in the file that makes it."""
    return name.startswith("_")


def usage_of(block: tree.Block, source: Source) -> str:
    """Return how a block is written, such as ``pan(angle = 45, over = 2s)``."""
    params = (source.text[param.span.start : param.span.end] for param in block.params)
    return f"{block.name}({', '.join(' '.join(param.split()) for param in params)})"


def comment_above(span: Span, source: Source) -> str:
    """Return the comment that stands right above a statement, as one line; empty where there is none."""
    lines: list[str] = []
    number = source.position(span.start)[0] - 1
    while number > 0 and source.line(number).startswith("#"):
        lines.append(source.line(number).removeprefix("#").strip())
        number -= 1
    return " ".join(reversed(lines))

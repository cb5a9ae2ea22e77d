"""Masks as a script writes them: files, depth and brightness, joined by ``and``, ``or`` and ``not``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

FORMS = "a file, `alpha FILE`, `depth A..B`, `luma A..B`, joined by and, or, not and ( )"

MOST = 100
"""Words of a mask."""

_WORD = re.compile(r"\s*(\(|\)|'[^']*'|[^\s()']+)")
_BAND = re.compile(r"(\d?\.?\d+)\.\.(\d?\.?\d+)")


@dataclass(frozen=True, slots=True)
class File:
    """A picture or film whose brightness, or whose ``alpha``, is the mask."""

    path: str
    alpha: bool


@dataclass(frozen=True, slots=True)
class Range:
    """Where the picture's depth (0 nearest, 1 farthest) or brightness lies between ``low`` and ``high``."""

    of: Literal["depth", "luma"]
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Joined:
    """``not`` of one mask, or ``and`` or ``or`` of two."""

    how: Literal["not", "and", "or"]
    parts: tuple[Mask, ...]


Mask = File | Range | Joined


def parse_mask(text: str) -> Mask:
    """Return what a mask's text means. Raises ValueError with the reason where it means nothing."""
    words: list[str] = []
    at = 0
    while found := _WORD.match(text, at):
        words.append(found[1])
        at = found.end()
    if text[at:].strip() or not words or len(words) > MOST:
        raise ValueError("it is empty" if not words else "it is too long or a quote is open")
    mask = _either(words)
    if words:
        raise ValueError(f"nothing joins `{words[0]}` to what stands before it")
    return mask


def files_of(mask: Mask) -> list[str]:
    """Return the files that a mask is made of, as written."""
    if isinstance(mask, File):
        return [mask.path]
    return [] if isinstance(mask, Range) else [path for part in mask.parts for path in files_of(part)]


def _either(words: list[str]) -> Mask:
    mask = _both(words)
    while words and words[0] == "or":
        words.pop(0)
        mask = Joined("or", (mask, _both(words)))
    return mask


def _both(words: list[str]) -> Mask:
    mask = _one(words)
    while words and words[0] == "and":
        words.pop(0)
        mask = Joined("and", (mask, _one(words)))
    return mask


def _one(words: list[str]) -> Mask:
    if not words:
        raise ValueError("it ends too early")
    word = words.pop(0)
    if word == "not":
        return Joined("not", (_one(words),))
    if word == "(":
        mask = _either(words)
        if not words or words.pop(0) != ")":
            raise ValueError("a bracket is open")
        return mask
    if word in ("depth", "luma"):
        return _range(word, words)
    if word == "alpha":
        return File(_path(words.pop(0) if words else ""), alpha=True)
    return File(_path(word), alpha=False)


def _path(word: str) -> str:
    path = word.strip("'")
    if not path or word in ("and", "or", "not", "(", ")"):
        raise ValueError("a file is missing")
    return path


def _range(of: Literal["depth", "luma"] | str, words: list[str]) -> Range:
    found = _BAND.fullmatch(words.pop(0)) if words else None
    if not found or not 0 <= float(found[1]) < float(found[2]) <= 1:
        raise ValueError(f"`{of}` takes a range between 0 and 1, such as {of} 0.2..0.6")
    return Range("depth" if of == "depth" else "luma", float(found[1]), float(found[2]))

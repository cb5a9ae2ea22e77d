"""A new draft meets a script that a person has worked on: every line that was changed, added or deleted stays so.

A draft ends in a comment with four letters for each of its lines. They tell later which lines are still the draft's
own, so that the three can be merged as `diff3` merges them (Khanna, Kunal and Pierce 2007); where both changed, the
person's line stands.
"""

from __future__ import annotations

import hashlib
from difflib import SequenceMatcher
from itertools import pairwise

from ..errors import AnimcError

_SIGN = "#: draft "
_LETTERS = "0123456789abcdefghijklmnopqrstuv"
_WIDE = 25


def signed(text: str) -> str:
    """Return a draft with the comment that lets it be merged later."""
    marks = [_mark(line) for line in text.splitlines()]
    rows = [_SIGN + " ".join(marks[at : at + _WIDE]) for at in range(0, len(marks), _WIDE)]
    return text + "\n# For `animc draft --merge`: a mark for each line of this draft.\n" + "\n".join(rows) + "\n"


def merge(mine: str, new: str) -> tuple[str, int]:
    """Return a person's script brought up to a new draft, unsigned texts both told, and how many places were kept.

    ``mine``: the script as it is; ``new``: the new draft, not signed. Raises AnimcError where ``mine`` is no draft.
    """
    lines, base = _unsigned(mine)
    if not base:
        raise AnimcError(
            "this script carries no marks of a draft, so nobody can tell which lines you changed",
            "write the new draft to another file with -o, and take from it what you like",
        )
    theirs = new.splitlines()
    merged, kept = _diff3(base, lines, theirs)
    return "\n".join(merged) + "\n" + signed(new)[len(new) :], kept


def _unsigned(text: str) -> tuple[list[str], list[str]]:
    """Return a script's lines without its marks, and the marks."""
    lines = text.splitlines()
    base = [mark for line in lines if line.startswith(_SIGN) for mark in line[len(_SIGN) :].split()]
    kept = [line for line in lines if not line.startswith((_SIGN, "# For `animc draft --merge`"))]
    while kept and not kept[-1].strip():
        kept.pop()
    return kept, base


def _diff3(base: list[str], mine: list[str], new: list[str]) -> tuple[list[str], int]:
    """Merge by the stretches that all three share; between them, whoever changed the draft's lines wins, mine first."""
    ours = [_mark(line) for line in mine]
    theirs = [_mark(line) for line in new]
    in_mine, in_new = _partners(base, ours), _partners(base, theirs)
    anchors = [(at, in_mine[at], in_new[at]) for at in range(len(base)) if at in in_mine and at in in_new]
    merged: list[str] = []
    kept = 0
    for (b0, m0, n0), (b1, m1, n1) in pairwise([(-1, -1, -1), *anchors, (len(base), len(mine), len(new))]):
        was, my, their = base[b0 + 1 : b1], ours[m0 + 1 : m1], theirs[n0 + 1 : n1]
        if my == was:
            merged += new[n0 + 1 : n1]
        else:
            both = _both(was, my, their, mine[m0 + 1 : m1], new[n0 + 1 : n1])
            merged += mine[m0 + 1 : m1] if both is None else both
            kept += my != their
        if m1 < len(mine):
            merged.append(mine[m1])
    return merged, kept


def _both(was: list[str], my: list[str], their: list[str], mine: list[str], new: list[str]) -> list[str] | None:
    """Return a stretch with both sides' changes, or None where they touch the same lines."""
    changes = [
        (b0, b1, lines[a0:a1])
        for marks, lines in ((my, mine), (their, new))
        for tag, b0, b1, a0, a1 in SequenceMatcher(None, was, marks, autojunk=False).get_opcodes()
        if tag != "equal"
    ]
    changes.sort(key=lambda change: change[:2])
    if any(after[0] < before[1] or after[:2] == before[:2] for before, after in pairwise(changes)):
        return None
    in_mine, in_new = _partners(was, my), _partners(was, their)
    made: list[str] = []
    at = 0
    for b0, b1, lines in [*changes, (len(was), len(was), [])]:
        made += [mine[in_mine[i]] if i in in_mine else new[in_new[i]] for i in range(at, b0)]
        made += lines
        at = b1
    return made


def _partners(base: list[str], other: list[str]) -> dict[int, int]:
    blocks = SequenceMatcher(None, base, other, autojunk=False).get_matching_blocks()
    return {block.a + step: block.b + step for block in blocks for step in range(block.size)}


def _mark(line: str) -> str:
    """Return four letters for a line, whatever its spaces."""
    value = int.from_bytes(hashlib.blake2b(" ".join(line.split()).encode(), digest_size=4).digest())
    return "".join(_LETTERS[value >> shift & 31] for shift in (0, 5, 10, 15))

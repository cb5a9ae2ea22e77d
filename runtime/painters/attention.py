"""Attention weights in prompts, as in the Stable Diffusion web UI and Deforum: ``a (golden:1.3) light, [dim]``."""

from __future__ import annotations

import re

STRESS = 1.1
"""What a pair of round brackets multiplies by; square ones divide by it."""

PART = re.compile(r"\\[\\()\[\]]|\(|\[|:\s*([+-]?\d*\.?\d+)\s*\)|\)|\]|[^\\()\[\]:]+|.", re.DOTALL)

Stressed = list[tuple[str, float]]
"""Pieces of a prompt in order, each with its weight."""


def stresses(prompt: str) -> Stressed:
    """Return a prompt's pieces without its brackets, each with the product of the weights around it.

    Brackets that do not close weigh as if they closed at the end; a backslash before one makes it a plain sign.
    """
    pieces: Stressed = []
    opened: list[tuple[str, int]] = []
    for found in PART.finditer(prompt):
        sign = found[0]
        if sign in ("(", "["):
            opened.append((sign, len(pieces)))
        elif found[1] is not None and opened and opened[-1][0] == "(":
            _weigh(pieces, opened.pop()[1], float(found[1]))
        elif sign == ")" and opened and opened[-1][0] == "(":
            _weigh(pieces, opened.pop()[1], STRESS)
        elif sign == "]" and opened and opened[-1][0] == "[":
            _weigh(pieces, opened.pop()[1], 1 / STRESS)
        else:
            pieces.append((sign[1:] if len(sign) == 2 and sign[0] == "\\" else sign, 1.0))
    for sign, begin in opened:
        _weigh(pieces, begin, STRESS if sign == "(" else 1 / STRESS)
    return _joined(pieces)


def _weigh(pieces: Stressed, begin: int, factor: float) -> None:
    pieces[begin:] = [(text, weight * factor) for text, weight in pieces[begin:]]


def _joined(pieces: Stressed) -> Stressed:
    """Return the pieces with neighbours of one weight made one."""
    joined: Stressed = []
    for text, weight in pieces:
        if joined and joined[-1][1] == weight:
            joined[-1] = (joined[-1][0] + text, weight)
        else:
            joined.append((text, weight))
    return joined


def plain(pieces: Stressed) -> str:
    """Return the prompt without its weights."""
    return "".join(text for text, _ in pieces)

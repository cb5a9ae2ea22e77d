"""Weights in brackets are read as in the web UI, and stress what they stand around."""

from __future__ import annotations

import random

import pytest
from animc.runtime.painters.attention import plain, stresses


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("", []),
        ("a forest", [("a forest", 1.0)]),
        ("a (golden:1.3) light", [("a ", 1.0), ("golden", 1.3), (" light", 1.0)]),
        ("(a)", [("a", 1.1)]),
        ("((a))", [("a", 1.21)]),
        ("[a]", [("a", 1 / 1.1)]),
        ("(a (b:2))", [("a ", 1.1), ("b", 2.2)]),
        (r"\(a\) \[b\]", [("(a) [b]", 1.0)]),
        ("a: b", [("a: b", 1.0)]),
        ("(a: b:0.5)", [("a: b", 0.5)]),
        ("(a", [("a", 1.1)]),
        ("a) b] c:1.2)", [("a) b] c:1.2)", 1.0)]),
        ("(石:1.5)", [("石", 1.5)]),
    ],
)
def test_weights(prompt: str, expected: list[tuple[str, float]]) -> None:
    found = stresses(prompt)
    assert [text for text, _ in found] == [text for text, _ in expected]
    assert [weight for _, weight in found] == pytest.approx([weight for _, weight in expected])


def test_no_prompt_fails() -> None:
    chance = random.Random(0)  # noqa: S311
    for _ in range(500):
        prompt = "".join(chance.choices("ab ()[]:1.\\", k=12))
        assert len(plain(stresses(prompt))) <= len(prompt)

"""Scripts made to take long or much: each ends soon, in a film or in words."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from types import FrameType

import pytest
from animc.compiler import CompileError, compile_film

FOREST = '0: "a"\n'
HARD = {
    "line ends": "\n" * 90_000 + FOREST,
    "quotes": '"' * 90_000,
    "brackets": "(" * 90_000,
    "a long sum": FOREST + "fov = " + "+".join(["t"] * 9_000),
    "a tower of powers": FOREST + "fov = " + "**".join(["9"] * 9_000),
    "digits": FOREST + "fov = " + "9" * 90_000,
    "backslashes": FOREST + '1: "' + "\\" * 90_000,
    "choices": FOREST + "fov = " + "1 if t else " * 7_000 + "1",
    "doubling definitions": FOREST
    + "def f0(x) = x + 1\n"
    + "".join(f"def f{n}(x) = f{n - 1}(x) + f{n - 1}(x + {n})\n" for n in range(1, 40))
    + "fov = f39(1)",
    "multiplying blocks": FOREST
    + "block b0() { fov = 3 }\n"
    + "".join(f"block b{n}() {{ {'; '.join([f'apply b{n - 1}()'] * 10)} }}\n" for n in range(1, 40))
    + "apply b39()",
    "unknown names": FOREST + "".join(f"let a{n} = b{n} + c{n}(t)\n" for n in range(3_500)),
    "sections in sections": FOREST + "section s from 0 to 9 { " * 99 + "fov = local" + " }" * 99,
    "holes": FOREST + '1: "' + "${t}" * 20_000 + '"',
    "distinct holes": FOREST + '1: "' + "".join(f"${{t+{n}}}" for n in range(10_000)) + '"',
    "short keys": FOREST + "fov = [" + "1:1," * 22_000 + "]",
    "short lists": FOREST + "fov=[0:1]\n" * 9_000,
    "huge keys": FOREST + "fov = [" + ", ".join(f"1e{n}: {n}" for n in range(300)) + ']\n1e300: "b"',
    "huge patterns": FOREST + 'on pattern "' + "x" * 90_000 + '" per 1f: fov += 1',
    "tiny periods": FOREST + "length = 100000f\non every(0.001f): fov += decay(1f)",
    "long noise": FOREST + "length = 100000f\nfov = " + " + ".join(["noise(1e-9*1s)"] * 3_000),
    "wide smoothing": FOREST + "length = 100000f\nfov = t" + " |> smooth(90000f)" * 300,
    "one long line": FOREST + "fov = " + "max(1, 2), " * 8_000,
    "long names kept": FOREST
    + "length = 1000000f\n"
    + "".join(f"let a{n} = sin(t*{n})\n" for n in range(900))
    + f"fov = {'+'.join(f'a{n}' for n in range(99))}\nnear = {'*'.join(f'a{n}' for n in range(99))}",
    "endless fades": "".join(f'{n}: "p{n}" fade 1000s\n' for n in range(3_000)),
    "overlapping fades": "".join(f'{n}: "p{n}" fade 22s\n' for n in range(3_000)),
    "ringing triggers": FOREST + "length = 100000f\n" + "on every(1f): fov += decay(100f)\n" * 900,
}

SOON = 20.0
"""Seconds: ten times what the slowest takes on a free laptop, far below what a script out of bounds takes."""


@pytest.mark.parametrize("name", HARD)
def test_hard_scripts_end_soon(name: str) -> None:
    assert len(HARD[name]) < 100_000
    began = time.process_time()
    try:
        compile_film(HARD[name])
    except CompileError as error:
        assert error.diagnostics
    assert time.process_time() - began < SOON


def test_many_keys_and_statements_take_linear_time() -> None:
    """Counted in lines of Python that ran, which a busy machine cannot change."""

    def lines(script: str) -> int:
        count = 0

        def one(frame: FrameType, event: str, argument: object) -> Callable:
            nonlocal count
            count += 1
            return one

        before = sys.gettrace()
        sys.settrace(one)
        try:
            compile_film(script)
        finally:
            sys.settrace(before)
        return count

    keys = [FOREST + f"fov = [{', '.join(f'{n}: {n % 7}' for n in range(count))}]" for count in (1_000, 4_000)]
    lets = [FOREST + "".join(f"let v{n} = {n} + sin(t/{n + 1})\n" for n in range(count)) for count in (500, 2_000)]
    for small, large in (keys, lets):
        lines(small)  # what is only made once is made
        assert lines(large) < 5 * lines(small)


def test_nothing_in_a_script_runs() -> None:
    for attempt in (
        '__import__("os").system("id")', "().__class__", "t.__class__", "open('x')", "exec(1)", "{t}", "`id`",
        "t; import os", "lambda: 1", "sin.__globals__", "(lambda x: x)(1)", "eval(1)", "t[0]", "$(id)",
    ):  # fmt: skip
        with pytest.raises(CompileError):
            compile_film(FOREST + f"fov = {attempt}")
    shown = compile_film('0: "{t.__class__} %s {0} {prompt}"').schedule.texts[0]
    assert shown == "{t.__class__} %s {0} {prompt}"

"""docs/language.md: every example compiles, and its tables are those of the code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from animc.compiler import compile_film, render_plain
from animc.compiler.functions import FUNCTIONS
from animc.compiler.vocabulary import PARAMS, Param
from listening import song

PAGE = Path(__file__).parent.parent / "docs" / "language.md"
EXAMPLES = re.findall(r"```anim\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_every_example_compiles(number: int) -> None:
    compiled = compile_film(EXAMPLES[number], hear=lambda needs: song(needs, duration=70.0))
    assert [render_plain(diagnostic) for diagnostic in compiled.diagnostics] == []


def shown(param: Param) -> str:
    if param.kind == "flag":
        return "`false`"
    if param.default is None:
        return "—"
    text = f'"{param.default}"' if isinstance(param.default, str) else f"{param.default:g}"
    return f"`{text}`"


def bounds(param: Param) -> str:
    if param.kind == "flag":
        return "`true`, `false`"
    if param.choices:
        return ", ".join(f'`"{choice}"`' for choice in param.choices)
    if param.low is None and param.high is None:
        return ""
    return f"{param.low:g} to {param.high:g}"


def vocabulary() -> str:
    lines: list[str] = []
    for group in dict.fromkeys(param.group for param in PARAMS):
        lines += [
            "",
            f"**{group.capitalize()}**",
            "",
            "| name | | default | range or choices | unit | |",
            "|---|---|---|---|---|---|",
        ]
        for param in PARAMS:
            if param.group == group:
                names = " ".join(f"`{name}`" for name in (param.name, *param.aliases))
                kind = "track" if param.track else "setting"
                cells = (names, kind, shown(param), bounds(param), param.unit, param.help)
                lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines) + "\n"


def functions() -> str:
    titles = {
        "math": "Arithmetic", "wave": "Waves", "chance": "Chance, from the film's seed", "curve": "Curves",
        "sound": "Signals of the sound", "shaper": "Shapers, mostly written after `\\|>`", "event": "Events",
        "kernel": "Kernels, in triggers", "turn": "By turns, in triggers",
    }  # fmt: skip
    lines = ["", "| function | |", "|---|---|"]
    for group, title in titles.items():
        lines.append(f"| **{title}** | |")
        lines += [f"| `{f.usage}` | {f.help} |" for f in FUNCTIONS.values() if f.group == group]
    return "\n".join(lines) + "\n\n"


@pytest.mark.parametrize(("name", "table"), [("vocabulary", vocabulary()), ("functions", functions())])
def test_the_tables_are_current(name: str, table: str, update_golden: bool) -> None:
    page = PAGE.read_text(encoding="utf-8")
    pattern = re.compile(rf"(<!-- {name} -->\n)(.*?)(<!-- /{name} -->)", re.DOTALL)
    if update_golden:
        PAGE.write_text(pattern.sub(lambda found: found[1] + table + found[3], page), encoding="utf-8")
        page = PAGE.read_text(encoding="utf-8")
    found = pattern.search(page)
    assert found
    assert found[2] == table, "run pytest --update-golden"

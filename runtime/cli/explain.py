"""``animc explain``: what a diagnostic's code means, by an example that goes wrong and one that does not."""

from __future__ import annotations

import difflib
import re
from typing import Any

import click

from ...compiler.catalogue import CATALOGUE, Entry
from ..errors import AnimcError
from .screen import table

HELP = """Explain the code of an error or a warning.

\b
    animc explain E0302
    animc explain              every code there is
"""

GROUPS = {
    "E01": "reading and syntax", "E02": "names", "E03": "kinds and units", "E04": "values", "E05": "time",
    "E07": "not yet", "W01": "warnings",
}  # fmt: skip
SHOWN = 100
"""Characters of an example's line that are shown."""


@click.command("explain", help=HELP)
@click.argument("code", required=False)
def command(code: str | None) -> int:
    """Explain one code, or list all."""
    if code is None:
        rows = [(code, GROUPS.get(code[:3], ""), _summary(entry)) for code, entry in CATALOGUE.items()]
        table(("code", "about", "what it says"), rows)
    else:
        found = _code(code)
        click.echo(explained(found, CATALOGUE[found]))
    return 0


def _code(code: str) -> str:
    """Return the code that is meant. Raises AnimcError where there is none such."""
    plain = re.sub(r"^(error|warning)?\[?|\]?:?$", "", code.strip(), flags=re.IGNORECASE).upper()
    if plain in CATALOGUE:
        return plain
    if f"E{plain}" in CATALOGUE:
        return f"E{plain}"
    near = difflib.get_close_matches(plain, CATALOGUE, 1, 0.75)
    hint = f"did you mean {near[0]} ({_summary(CATALOGUE[near[0]])})?" if near else "`animc explain` lists all codes"
    if re.fullmatch(r"[a-z_]\w*", code) and not near:
        hint = f"codes look like E0302; `animc list {code}` explains a setting or track"
    raise AnimcError(f"there is no code '{code}'", hint)


def _summary(entry: Entry) -> str:
    return _with_gaps(entry.message)


class _Gaps(dict[str, str]):
    """Fills every field of a template with an ellipsis."""

    def __missing__(self, key: str) -> str:
        return "…"


def _with_gaps(template: str) -> str:
    return template.format_map(_Gaps())


def explained(code: str, entry: Entry) -> str:
    """Return the page of one code."""
    severity = "error" if code.startswith("E") else "warning"
    parts = [f"{severity} {code}, {GROUPS.get(code[:3], 'of its own')}: {_summary(entry)}"]
    if entry.wrong:
        parts += ["Goes wrong:", _indented(entry.wrong), "and is told:", _indented(_told(code, entry.wrong))]
    else:
        notes = [("where", entry.label), ("why", entry.reason), ("help", entry.repair)]
        parts += [f"  {kind}: {_with_gaps(note)}" for kind, note in notes if note]
    if entry.right:
        parts += ["Goes well:", _indented(entry.right)]
    return "\n\n".join(parts)


def _told(code: str, script: str) -> str:
    """Return the real diagnostic that a script gets."""
    from ...compiler import CompileError, compile_film, render_plain

    try:
        found = compile_film(script, read=_missing, name="wrong.anim").diagnostics
    except CompileError as fault:
        found = fault.diagnostics
    return "\n".join(render_plain(diagnostic) for diagnostic in found if diagnostic.code == code)


def _missing(path: str) -> Any:
    raise FileNotFoundError(2, "there is no such file", path)


def _indented(text: str) -> str:
    lines = text.rstrip("\n").split("\n")
    return "\n".join(f"    {_shown(line)}".rstrip() for line in lines)


def _shown(line: str) -> str:
    plain = "".join(char if char.isprintable() else "\ufffd" for char in line)
    return plain if len(plain) <= SHOWN else plain[:SHOWN] + "…"

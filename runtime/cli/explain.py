"""``animc explain``: what a diagnostic's code means, by an example that goes wrong and one that does not."""

from __future__ import annotations

import difflib
import re

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
    parts += [_wrong(entry), _indented(entry.wrong), "and is told:", _indented(_told(code, entry))]
    for name, text in entry.files.items():
        parts += [f"with {name}:", _indented(text)]
    parts += ["Goes well:", _indented(entry.right)]
    return "\n\n".join(parts)


def _wrong(entry: Entry) -> str:
    return "Goes wrong" + (f" with --profile {entry.profile}:" if entry.profile else ":")


def _told(code: str, entry: Entry) -> str:
    """Return the real diagnostic that an entry's example gets."""
    from ...compiler import render_plain
    from ...compiler.catalogue.examples import diagnosed

    found = diagnosed(entry, entry.wrong, "wrong.anim")
    return "\n".join(render_plain(diagnostic) for diagnostic in found if diagnostic.code == code)


def _indented(text: str) -> str:
    lines = text.rstrip("\n").split("\n")
    return "\n".join(f"    {_shown(line)}".rstrip() for line in lines)


def _shown(line: str) -> str:
    plain = "".join(char if char.isprintable() else "\ufffd" for char in line)
    return plain if len(plain) <= SHOWN else plain[:SHOWN] + "…"

"""``animc list``: the vocabulary and the standard library, whole, by group, or one name explained."""

from __future__ import annotations

import difflib
import json
from dataclasses import asdict

import click

from ...compiler.functions import FUNCTIONS, Function
from ...compiler.inputs.library import PARTS, Brought, blocks
from ...compiler.vocabulary import BY_NAME, PARAMS, Param
from ..errors import AnimcError
from .screen import table

HELP = """List every setting and track that a script may write, the standard library, or explain one name.

\b
    animc list                         every setting and track
    animc list motion                  a group: film, motion, painting
    animc list strength                one name
    animc list std                     the standard library: camera moves, looks, beats
    animc list std.cameras             one part of it
    animc list orbit                   one block of it
    animc list sine                    one function
    animc list --json                  for machines
"""


def _completions(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """Return the names that begin as what is typed, for the shell."""
    groups = dict.fromkeys(row.group for row in PARAMS)
    names = ["std", *PARTS, *groups, *(row.name for row in PARAMS), *(block.name for block in blocks()), *FUNCTIONS]
    return [name for name in names if name.startswith(incomplete)]


@click.command("list", help=HELP)
@click.argument("name", required=False, shell_complete=_completions)
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def command(name: str | None, as_json: bool) -> int:
    """Show the vocabulary, or what of the standard library is asked for."""
    brought = _of_library(name)
    function = FUNCTIONS.get(name or "")
    if function and (not as_json or not (brought or name in BY_NAME)):
        _show_function(function, as_json=as_json)
    if brought:
        _show_blocks(brought, as_json=as_json)
    if brought or (function and name not in BY_NAME):
        return 0
    rows = _chosen(name)
    if as_json:
        click.echo(json.dumps([asdict(row) for row in rows], ensure_ascii=False, indent=2))
    elif len(rows) == 1 and name in BY_NAME:
        click.echo(explain(rows[0]))
    else:
        table(
            ("name", "kind", "default", "unit", "range", "what it does"),
            [(row.name, kind(row), default(row), row.unit, bounds(row), row.help) for row in rows],
        )
    return 0


def _chosen(name: str | None) -> list[Param]:
    groups = sorted({row.group for row in PARAMS})
    if name is None:
        return list(PARAMS)
    if name in BY_NAME:
        return [BY_NAME[name]]
    if name in groups:
        return [row for row in PARAMS if row.group == name]
    known = [*BY_NAME, *groups, *PARTS, *(block.name for block in blocks()), *FUNCTIONS]
    near = difflib.get_close_matches(name, known, 1)
    hint = f"did you mean `{near[0]}`?" if near else f"the groups are {', '.join(groups)} and std"
    raise AnimcError(f"there is no setting, track, block or function named `{name}`", hint)


def _of_library(name: str | None) -> list[Brought]:
    """Return the blocks of a part, of all parts, or the one of a name."""
    if name is None or name in BY_NAME:
        return []
    return [block for block in blocks() if name in ("std", block.part, block.name)]


def _show_blocks(brought: list[Brought], *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps([asdict(block) for block in brought], ensure_ascii=False, indent=2))
    elif len(brought) == 1:
        click.echo(explain_block(brought[0]))
    else:
        table(("part", "block", "what it does"), [(block.part, block.usage, block.help) for block in brought])


def _show_function(function: Function, *, as_json: bool) -> None:
    if as_json:
        row = {"name": function.name, "usage": function.usage, "group": function.group, "help": function.help}
        click.echo(json.dumps([row], ensure_ascii=False, indent=2))
    else:
        click.echo(f"{function.name}: {function.help}\n  {function.usage}")


def explain_block(block: Brought) -> str:
    """Return one block's page."""
    return f"{block.name}: {block.help}\n  use {block.part}\n  apply {block.usage}"


def kind(row: Param) -> str:
    """Return what a parameter takes, in a word or two."""
    return ("track" if row.track else "setting") + ("" if row.kind == "number" else f", {row.kind}")


def default(row: Param) -> str:
    """Return a parameter's default as a script would write it."""
    if row.kind == "flag":
        return "false"
    if row.default is None:
        return "the model's own" if row.name in {"steps", "cfg", "size"} else "-"
    return f"{row.default:g}" if isinstance(row.default, float) else str(row.default)


def bounds(row: Param) -> str:
    """Return a parameter's range or choices."""
    if row.choices:
        return ", ".join(row.choices) + (", …" if row.open_choice else "")
    if row.low is None and row.high is None:
        return ""
    return f"{'' if row.low is None else f'{row.low:g}'}..{'' if row.high is None else f'{row.high:g}'}"


def explain(row: Param) -> str:
    """Return one parameter's page."""
    lines = [f"{row.name}: {row.help}", f"  {kind(row)}, default {default(row)}"]
    if row.unit:
        lines.append(f"  in {row.unit}" + (" a frame; `v per s` and `v per b` also do" if row.per_frame else ""))
    if bounds(row):
        lines.append(f"  takes {bounds(row)}")
    if row.aliases:
        lines.append(f"  also spelt {', '.join(row.aliases)}")
    return "\n".join(lines)

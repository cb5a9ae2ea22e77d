"""``animc import``: settings of Deforum and documents of Parseq become scripts."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..errors import AnimcError
from ..files import write_atomically

if TYPE_CHECKING:
    from ...compiler.bridges import Imported

MAX_BYTES = 64_000_000
"""A larger file is none of a person's making."""

HELP = """Turn Deforum settings or a Parseq document into a script that gives the same values at every frame.

\b
    animc import deforum settings.txt -o film.anim
    animc import parseq parseq.json | animc check -

What has no counterpart is told on standard error, and stands in the script as a comment.
"""


@click.command("import", help=HELP)
@click.argument("kind", type=click.Choice(["deforum", "parseq"]))
@click.argument("file", type=click.Path(allow_dash=True))
@click.option("-o", "--output", type=click.Path(path_type=Path), metavar="FILE", help="Default: standard output.")
@click.option("--quiet", "-q", is_flag=True, help="Do not tell what changed or stayed behind.")
def command(kind: str, file: str, output: Path | None, quiet: bool) -> int:
    """Import one file."""
    imported = _imported(kind, _text(file), "standard input" if file == "-" else Path(file).name)
    if not quiet:
        for note in imported.notes:
            click.echo(click.style("note", fg="yellow", bold=True) + f": {note}", err=True)
    if output is None or str(output) == "-":
        click.echo(imported.text, nl=False)
    else:
        write_atomically(output, imported.text.encode())
    return 0


def _imported(kind: str, text: str, name: str) -> Imported:
    from ...compiler import CompileError
    from ...compiler.bridges import BridgeError, import_deforum, import_parseq

    try:
        return import_deforum(text, name) if kind == "deforum" else import_parseq(text, name)
    except BridgeError as fault:
        raise AnimcError(f"{name}: {fault.message}", fault.repair) from fault
    except CompileError as fault:
        first = fault.diagnostics[0]
        raise AnimcError(f"{name} makes no film: {first.message}", first.repair or "mend it there") from fault


def _text(file: str) -> str:
    if file == "-":
        data = sys.stdin.buffer.read(MAX_BYTES + 1)
    else:
        try:
            with Path(file).open("rb") as opened:
                data = opened.read(MAX_BYTES + 1)
        except FileNotFoundError:
            raise AnimcError(f"there is no file {file}", "check the path") from None
        except IsADirectoryError:
            raise AnimcError(f"{file} is a folder", "name the file in it") from None
        except OSError as fault:
            raise AnimcError(f"{file} cannot be read: {fault.strerror}", "check its permissions") from None
    if len(data) > MAX_BYTES:
        raise AnimcError(f"{file} is larger than {MAX_BYTES // 1_000_000} MB", "is it the right file?")
    return _decoded(data, file)


def _decoded(data: bytes, file: str) -> str:
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        raise AnimcError(f"{file} is not text in UTF-8", "is it the right file? save it as UTF-8") from None

"""``animc fmt``: scripts in their plain shape, rewritten in place, or only asked about."""

from __future__ import annotations

import difflib
import sys
from pathlib import Path

import click

from ..errors import AnimcError
from ..files import write_atomically
from . import film as films
from .screen import say_diagnostics

HELP = """Format scripts: indentation, spaces, columns. What they mean stays the same, and so do texts and comments.

\b
    animc fmt song.anim                rewrite it in place
    animc fmt *.anim --check           only tell which would change; exits 1 if any would
    animc fmt song.anim --diff         only show what would change
    cat song.anim | animc fmt -        to standard output
"""


@click.command("fmt", help=HELP)
@click.argument("scripts", nargs=-1, required=True, metavar="FILE…")
@click.option("--check", "only_check", is_flag=True, help="Write nothing; name the files that would change.")
@click.option("--diff", "only_diff", is_flag=True, help="Write nothing; show what would change.")
@click.option("--quiet", "-q", is_flag=True, help="Say nothing when all is well.")
def command(scripts: tuple[str, ...], only_check: bool, only_diff: bool, quiet: bool) -> int:
    """Format scripts; exits 1 where one does not parse, or, with ``--check``, would change."""
    failed = False
    for script in scripts:
        film = films.Film(script, None, {}, None)
        text = films.read_script(film)
        formatted = _formatted(film, text)
        if formatted is None:
            failed = True
            continue
        changed = formatted != text
        if only_diff and changed:
            click.echo(_difference(text, formatted, film.name), nl=False)
        if only_check:
            failed |= changed
            if changed:
                click.echo(f"warning: {film.name} is not formatted", err=True)
        elif not only_diff:
            _write(film, formatted, changed=changed, quiet=quiet)
    return 1 if failed else 0


def _formatted(film: films.Film, text: str) -> str | None:
    """Return the script, formatted; or tell why it does not parse."""
    from ...compiler import CompileError
    from ...compiler.formatting.format import format_script

    try:
        return format_script(text, film.name)
    except CompileError as fault:
        say_diagnostics(fault.diagnostics)
        return None


def _write(film: films.Film, formatted: str, *, changed: bool, quiet: bool) -> None:
    if film.script == "-":
        sys.stdout.buffer.write(formatted.encode())
        sys.stdout.flush()
    elif changed:
        path = Path(film.script)
        _keep_mode(path, formatted)
        if not quiet:
            click.echo(f"{film.name}: formatted", err=True)


def _keep_mode(path: Path, formatted: str) -> None:
    """Rewrite a file; a link stays a link, and who may read it stays as it is."""
    target = path.resolve()
    try:
        mode = target.stat().st_mode
        write_atomically(target, formatted.encode())
        target.chmod(mode & 0o7777)
    except AnimcError as fault:
        raise AnimcError(fault.message, "check the permissions of the file and its folder") from fault


def _difference(text: str, formatted: str, name: str) -> str:
    before, after = (content.replace("\r\n", "\n").split("\n") for content in (text, formatted))
    lines = difflib.unified_diff(before, after, name, f"{name} (formatted)", lineterm="")
    return "".join(f"{line}\n" for line in lines)

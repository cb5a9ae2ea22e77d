"""``animc recover``: the script out of a film."""

from __future__ import annotations

from pathlib import Path

import click

from ..errors import AnimcError

HELP = """Write out the script that a film was rendered from: every film that animc writes holds its own.

\b
    animc recover film.mp4                     on standard output
    animc recover film.mp4 -o again.anim
    animc recover frames/ -o again.anim        from a folder of frames
"""


@click.command("recover", help=HELP)
@click.argument("film", type=click.Path(path_type=Path))
@click.option("-o", "--output", type=click.Path(path_type=Path), metavar="FILE", help="Write the script to this file.")
@click.option("--force", is_flag=True, help="Overwrite the file.")
def command(film: Path, output: Path | None, force: bool) -> int:
    """Recover one script."""
    if output and output.exists() and not force:
        raise AnimcError(f"{output} is there already", "name another file, or add --force")
    script = _script(film)
    if output is None:
        click.echo(script, nl=False)
        return 0
    from ..files import write_atomically

    write_atomically(output, script.encode())
    click.echo(f"{output}: {len(script.splitlines())} lines", err=True)
    return 0


def _script(film: Path) -> str:
    from ..recipe import read_script

    if not film.exists():
        raise AnimcError(f"there is no film {film}", "check the path")
    script = read_script(film)
    if script is None:
        why = "a .webp holds none" if film.suffix.lower() == ".webp" else "it was not made by animc, or was recoded"
        raise AnimcError(f"{film} holds no script: {why}", "look for the .anim file that it came from")
    return script

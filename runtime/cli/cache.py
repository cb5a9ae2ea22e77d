"""``animc cache``: what is kept of earlier renders, and letting go of it."""

from __future__ import annotations

import json
import re
import time
from dataclasses import asdict
from pathlib import Path

import click

from ..errors import AnimcError
from ..files import cache_folder
from .screen import table

HELP = """Show the painted frames (and what was heard) that are kept for the next render, by film, model and age.

\b
    animc cache
    animc cache --json
    animc cache prune --older 30d               what was not used for 30 days
    animc cache prune --to 5GB                  the longest unused, until 5 GB are left
    animc cache prune --film song.anim          what was painted for one script
    animc cache prune --model storybook --to 0
    animc cache prune --all

What is dropped is painted again when it is needed. That is safe at any time, even while a film is rendered. The place
is $ANIMC_CACHE, or your system's cache folder.
"""

PRUNE = """Drop kept frames: by age, down to a size, for one film or model, or all.

\b
    animc cache prune --older 30d
    animc cache prune --to 5GB
    animc cache prune --film song.anim --older 1d
    animc cache prune --all
    animc cache prune --all --dry-run           only tell
"""

UNITS = {"": 1, "b": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9, "tb": 10**12,
         "kib": 2**10, "mib": 2**20, "gib": 2**30, "tib": 2**40}  # fmt: skip
SPANS = {"m": 60, "h": 3600, "d": 86400, "w": 7 * 86400, "y": 365 * 86400}


def _size(ctx: click.Context, param: click.Parameter, value: str | None) -> int | None:
    """Read ``5GB`` as bytes."""
    if value is None:
        return None
    found = re.fullmatch(r"\s*(\d{1,9}(?:\.\d{1,9})?)\s*([a-z]*)\s*", value.lower())
    if not found or found[2] not in UNITS:
        raise click.BadParameter(f"'{value}' is no size; write 5GB or 800MB")
    return int(float(found[1]) * UNITS[found[2]])


def _span(ctx: click.Context, param: click.Parameter, value: str | None) -> float | None:
    """Read ``30d`` as seconds."""
    if value is None:
        return None
    found = re.fullmatch(r"\s*(\d{1,6}(?:\.\d{1,6})?)\s*([mhdwy])\s*", value.lower())
    if not found:
        raise click.BadParameter(f"'{value}' is no age; write 12h, 30d or 2w")
    return float(found[1]) * SPANS[found[2]]


@click.group("cache", help=HELP, invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="For machines.")
@click.pass_context
def command(ctx: click.Context, as_json: bool) -> int:
    """Show what is kept."""
    if ctx.invoked_subcommand:
        return 0
    from ..cache import groups, items

    held = groups(items(cache_folder()))
    if as_json:
        click.echo(json.dumps([asdict(group) for group in held], ensure_ascii=False, indent=2))
        return 0
    now = time.time()
    rows = [(group.film or "?", group.model, str(group.files), _bytes(group.size), _age(now - group.used))
            for group in held]  # fmt: skip
    table(("film", "model", "files", "size", "last used"), rows)
    total = sum(group.size for group in held)
    click.echo(f"{_bytes(total)} in {cache_folder()}", err=True)
    return 0


@command.command("prune", help=PRUNE)
@click.option("--older", callback=_span, metavar="AGE", help="What was not used for so long: 12h, 30d, 2w.")
@click.option("--to", "most", callback=_size, metavar="SIZE", help="The longest unused, until so much is left: 5GB.")
@click.option("--film", metavar="SCRIPT", help="Only what was painted for this script.")
@click.option("--model", metavar="MODEL", help="Only what this model painted.")
@click.option("--all", "everything", is_flag=True, help="All of it.")
@click.option("--dry-run", is_flag=True, help="Only tell what would go.")
def prune(
    older: float | None, most: int | None, film: str | None, model: str | None, everything: bool, dry_run: bool
) -> int:
    """Drop what is asked."""
    if older is None and most is None and not everything and film is None and model is None:
        raise click.UsageError("say what to drop: --older 30d, --to 5GB, --film, --model, or --all")
    if everything and (older is not None or most is not None):
        raise click.UsageError("--all drops everything: leave out --older and --to")
    from ..cache import drop, items, to_drop

    held = items(cache_folder())
    asked = [item for item in held
             if (film is None or _is(film, item.film)) and (model is None or model == item.model)]  # fmt: skip
    if not asked and (film or model):
        known = sorted({Path(item.film).name for item in held if item.film} | {item.model for item in held})
        raise AnimcError(f"nothing is kept for {film or model}", f"kept are {', '.join(filter(None, known)) or 'none'}")
    chosen = asked if older is None and most is None else to_drop(asked, older=older, most=most)
    if dry_run:
        click.echo(f"{len(chosen)} files would go, {_bytes(sum(item.size for item in chosen))}")
        return 0
    count, size = drop(chosen)
    click.echo(f"{count} files dropped, {_bytes(size)}; {_bytes(sum(item.size for item in held) - size)} kept")
    return 0


def _is(asked: str, film: str) -> bool:
    return film in (asked, str(Path(asked).resolve())) or (Path(asked).name == asked and Path(film).name == asked)


def _bytes(size: int) -> str:
    for unit, scale in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if size >= scale:
            return f"{size / scale:.1f} {unit}"
    return f"{size} B"


def _age(seconds: float) -> str:
    for unit, scale in (("day", 86400), ("hour", 3600), ("minute", 60)):
        count = int(seconds // scale)
        if count:
            return f"{count} {unit}{'s' * (count != 1)} ago"
    return "just now"

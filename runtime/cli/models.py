"""``animc models``: what can paint and see depth here."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import click

from .screen import table

HELP = """List the models that paint and see depth: those that ship with animc, and those that this machine holds.

\b
    animc models
    animc models storybook             what it knows
    animc models --json
\b
In a script, any text-to-image pipeline that diffusers loads is a painter:
    model = "storybook"                the built-in one, the default
    model = "stabilityai/sd-turbo"     by hub id, downloaded at first use
    model = "models/my-sd15"           a folder in diffusers' layout
    model = "none"                     paints nothing: the camera moves over a still
"""

WEIGHTS = Path(__file__).parent.parent / "weights"


@dataclass(frozen=True)
class Model:
    """One line of the list."""

    name: str
    role: str
    megabytes: float
    licence: str
    where: str


BUILT_IN = (("storybook", "painter", "MIT"), ("depth", "depth", "MIT"))


@click.command("models", help=HELP)
@click.argument("name", required=False)
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def command(name: str | None, as_json: bool) -> int:
    """List the models, or show one's card."""
    if name is not None:
        click.echo(_card(name))
        return 0
    models = [*_shipped(), *_downloaded()]
    if as_json:
        click.echo(json.dumps([asdict(model) for model in models], ensure_ascii=False, indent=2))
        return 0
    rows = [(m.name, m.role, f"{m.megabytes:.1f} MB", m.licence, m.where) for m in models]
    table(("name", "role", "size", "licence", "where"), rows)
    return 0


def _shipped() -> list[Model]:
    return [Model(name, role, _size(WEIGHTS / name), licence, "built in") for name, role, licence in BUILT_IN]


def _size(folder: Path) -> float:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) / 1e6


def _downloaded() -> list[Model]:
    """Return the pipelines in the hub's cache on this machine, told by their ``model_index.json``."""
    from huggingface_hub import constants

    hub = Path(constants.HF_HUB_CACHE)
    found = {index.parents[2] for index in hub.glob("models--*/snapshots/*/model_index.json")}
    return [Model(_hub_id(path), "painter", _size(path / "blobs"), "see its card", str(path)) for path in sorted(found)]


def _hub_id(folder: Path) -> str:
    return folder.name.removeprefix("models--").replace("--", "/")


def _card(name: str) -> str:
    from ..errors import AnimcError

    card = WEIGHTS / name / "README.md"
    known = ", ".join(built_in for built_in, _, _ in BUILT_IN)
    if Path(name).name != name or not card.is_file():
        raise AnimcError(f"there is no built-in model named {name}", f"the built-in models are {known}")
    return card.read_text(encoding="utf-8").rstrip()

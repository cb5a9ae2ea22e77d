"""``animc models``: what can paint and see depth here, what it knows, and what it makes of words."""

from __future__ import annotations

import json
import shutil
import textwrap
from dataclasses import asdict, dataclass
from pathlib import Path

import click

from ..errors import AnimcError
from ..speeds import remember, speeds
from .job import check_sheet
from .screen import Screen, table

HELP = """List the models that paint and see depth: those that ship with animc, and those that this machine holds.

\b
    animc models
    animc models --measure             time the built-in ones here, too
    animc models storybook             its card, and all that it knows
    animc models storybook --sheet storybook.png
    animc models stabilityai/sd-turbo --sheet turbo.png --prompts mine.txt
    animc models --json
\b
--sheet paints 24 prompts (or those of a file, one a line) side by side: see what a
model makes of your words before you build a film on it.
\b
In a script, any text-to-image pipeline that diffusers loads is a painter:
    model = "storybook"                the built-in one, the default
    model = "stabilityai/sd-turbo"     by hub id, downloaded at first use
    model = "models/my-sd15"           a folder in diffusers' layout
    model = "none"                     paints nothing: the camera moves over a still
"""

WEIGHTS = Path(__file__).parent.parent / "weights"
BUILT_IN = (("storybook", "painter", "MIT"), ("depth", "depth", "MIT"), ("between", "in-betweens", "MIT"))
MOST_PROMPTS = 400
MOST_WORDS = 300
"""Words of a kind that a card lists; of more it lists some."""
SPEEDS = "models.json"


@dataclass(frozen=True)
class Model:
    """One line of the list; ``seconds``: for a frame of 256×256 here, None where it was never measured."""

    name: str
    role: str
    megabytes: float
    licence: str
    where: str
    seconds: float | None = None


@click.command("models", help=HELP)
@click.argument("name", required=False)
@click.option("--measure", is_flag=True, help="Time the built-in models on this machine.")
@click.option(
    "--sheet", type=click.Path(dir_okay=False, path_type=Path), help="Paint prompts side by side: PNG or JPEG."
)
@click.option(
    "--prompts", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="The sheet's prompts, one a line."
)
@click.option("--seed", type=click.IntRange(0, 2**32 - 1), default=7, show_default=True, help="The sheet's seed.")
@click.option("--device", help="cpu, cuda, cuda:1, mps …; the best there is if not given.")
@click.option("--json", "as_json", is_flag=True, help="For machines.")
@click.option("--quiet", "-q", is_flag=True, help="No progress.")
def command(
    name: str | None,
    measure: bool,
    sheet: Path | None,
    prompts: Path | None,
    seed: int,
    device: str | None,
    as_json: bool,
    quiet: bool,
) -> int:
    """List the models, show one's card, or paint a sheet with it."""
    if sheet is not None:
        with Screen(quiet=quiet, as_json=as_json) as screen:
            _paint(name or "storybook", sheet, prompts, seed, device, screen)
        return 0
    if prompts is not None:
        raise click.UsageError("--prompts belongs to --sheet: add --sheet sheet.png")
    if measure:
        _measure()
    if name is not None:
        click.echo(json.dumps(_known(name), ensure_ascii=False, indent=2) if as_json else _card(name))
        return 0
    models = [*_shipped(), *_downloaded()]
    if as_json:
        click.echo(json.dumps([asdict(model) for model in models], ensure_ascii=False, indent=2))
        return 0
    rows = [(m.name, m.role, f"{m.megabytes:.1f} MB", _speed(m.seconds), m.licence, m.where) for m in models]
    table(("name", "role", "size", "a frame here", "licence", "where"), rows)
    return 0


def _speed(seconds: float | None) -> str:
    if seconds is None:
        return "?"
    return f"{seconds:.2f} s" if seconds >= 0.1 else f"{1000 * seconds:.0f} ms"


def _measure() -> None:
    from ..sheet import measure

    found = {name: round(measure(name), 4) for name, _, _ in BUILT_IN}
    try:
        remember(SPEEDS, found)
    except OSError as fault:
        raise AnimcError(
            f"the cache cannot be written: {fault.strerror}", "set ANIMC_CACHE to another folder"
        ) from fault


def _shipped() -> list[Model]:
    taken = speeds(SPEEDS)
    return [
        Model(name, role, _size(WEIGHTS / name), licence, "built in", taken.get(name))
        for name, role, licence in BUILT_IN
    ]


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


def _folder_of(name: str) -> Path:
    known = ", ".join(built_in for built_in, _, _ in BUILT_IN)
    if Path(name).name != name or not (WEIGHTS / name / "README.md").is_file():
        raise AnimcError(
            f"there is no built-in model named {name}",
            f"the built-in models are {known}; `animc models {name} --sheet sheet.png` tries another one",
        )
    return WEIGHTS / name


def _known(name: str) -> dict[str, list[str]]:
    """Return the words that a built-in model knows, by kind; empty for one that takes no words."""
    file = _folder_of(name) / "vocabulary.json"
    return json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}


def _card(name: str) -> str:
    card = (_folder_of(name) / "README.md").read_text(encoding="utf-8").rstrip()
    card = card.split("---\n", 2)[-1] if card.startswith("---\n") else card
    known = _known(name)
    if not known:
        return card
    width = min(100, max(50, shutil.get_terminal_size().columns))
    lines = ["## Every word it knows", ""]
    for kind, words in known.items():
        most = words if len(words) <= MOST_WORDS else [*words[:: len(words) // MOST_WORDS + 1], "… (--json lists all)"]
        told = f"{kind} ({len(words)}): {', '.join(most)}"
        lines.append(textwrap.fill(told, width, subsequent_indent="  ", break_on_hyphens=False))
    return card + "\n\n" + "\n".join(lines)


def _paint(name: str, path: Path, prompts: Path | None, seed: int, device: str | None, screen: Screen) -> None:
    check_sheet(path, "--sheet")
    wanted = _prompts_of(prompts)
    from ..contact import save_sheet
    from ..sheet import PROMPTS, paintings

    screen.stage("loading the model")
    made, texts = [], wanted or PROMPTS
    for number, picture in enumerate(paintings(name, texts, seed=seed, device=device, base=Path())):
        if number == 0:
            screen.frames("painting", len(texts))
        made.append(picture)
        screen.advance(number + 1)
    save_sheet(path, made, texts, min(6, len(texts)))
    screen.event("done", path=str(path))
    screen.say(f"wrote {path}")


def _prompts_of(file: Path | None) -> list[str]:
    if file is None:
        return []
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as fault:
        raise AnimcError(f"{file} cannot be read as text", "give a UTF-8 file with one prompt a line") from fault
    prompts = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    if not prompts or len(prompts) > MOST_PROMPTS:
        raise AnimcError(f"{file} holds {len(prompts)} prompts", f"give 1 to {MOST_PROMPTS} of them, one a line")
    return prompts

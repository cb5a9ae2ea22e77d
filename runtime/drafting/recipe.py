"""Recipes: how a draft moves and what it shows, as TOML files whose lines are the language's own."""

from __future__ import annotations

import difflib
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from ..errors import AnimcError

FOLDER = Path(__file__).with_name("recipes")

ROLES = ("intro", "verse", "chorus", "break", "build", "outro", "story")
"""What a section can be; ``story`` is the whole of a narration."""

TRIGGERS = ("kick", "snare", "hat", "bar", "build", "prompt")
"""What a recipe can answer; of the drums only those that are really there are written."""

_LARGEST = 100_000
_KEYS = {"about": str, "fps": int, "style": str, "negative": str, "cut": bool, "film": (list, str), "worlds": dict,
         "camera": dict, "on": dict}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Recipe:
    """``film``: lines for the whole film. ``worlds``: for calm and for strong sections, prompts to take in turn.

    ``camera``: for each role, takes of lines; the first verse has the first take, the second verse the second, and so
    round. ``on``: lines for each trigger. ``cut``: whether a drop begins a new shot.
    """

    name: str
    about: str
    fps: int
    style: str
    negative: str
    cut: bool
    film: tuple[str, ...]
    worlds: dict[str, tuple[tuple[str, ...], ...]]
    camera: dict[str, tuple[tuple[str, ...], ...]]
    on: dict[str, tuple[str, ...]]


def recipe_names() -> list[str]:
    """Return the names of the recipes that animc brings."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def find_recipe(name: str) -> Recipe:
    """Return a recipe by its name, or from a file where the name ends in ``.toml``. Raises AnimcError."""
    path = Path(name) if name.endswith(".toml") else FOLDER / f"{name}.toml"
    if not name.endswith(".toml") and name not in recipe_names():
        near = difflib.get_close_matches(name, recipe_names(), 1)
        known = f"did you mean {near[0]}?" if near else f"choose one of {', '.join(recipe_names())}, or a .toml file"
        raise AnimcError(f"there is no recipe {name!r}", known)
    try:
        with path.open("rb") as file:
            text = file.read(_LARGEST + 1)
        if len(text) > _LARGEST:
            raise AnimcError(f"the recipe {path} is larger than 100 kB", "is it the right file?")
        return _recipe(path.stem, tomllib.loads(text.decode("utf-8-sig")))
    except OSError as fault:
        raise AnimcError(f"the recipe {path} cannot be read: {fault.strerror}", "check the path") from None
    except UnicodeDecodeError:
        raise AnimcError(f"the recipe {path} is not UTF-8 text", "save it as UTF-8") from None
    except tomllib.TOMLDecodeError as fault:
        raise AnimcError(
            f"the recipe {path} is not TOML: {fault}", "compare it with those in docs/drafting.md"
        ) from None
    except ValueError as fault:
        raise AnimcError(f"the recipe {path}: {fault}", "docs/drafting.md shows a whole recipe") from None


def _recipe(name: str, data: dict[str, Any]) -> Recipe:
    for key, value in data.items():
        _known(key, tuple(_KEYS), "a recipe")
        if not isinstance(value, _KEYS[key]):
            raise ValueError(f"{key} must be {_WORDS[_KEYS[key]]}")
    worlds = _table(data, "worlds", ("calm", "strong"))
    camera = _table(data, "camera", ROLES)
    on = _table(data, "on", TRIGGERS)
    takes = {key: _takes(f"worlds.{key}", value) for key, value in worlds.items()}
    for key in ("calm", "strong"):
        if not takes.get(key):
            raise ValueError(f"worlds.{key} must hold at least one prompt")
    fps = data.get("fps", 15)
    if isinstance(fps, bool) or not 1 <= fps <= 240:
        raise ValueError("fps must be a whole number from 1 to 240")
    return Recipe(
        name=name,
        about=data.get("about", ""),
        fps=fps,
        style=data.get("style", ""),
        negative=data.get("negative", ""),
        cut=data.get("cut", False),
        film=_lines("film", data.get("film", [])),
        worlds=takes,
        camera={role: _takes(f"camera.{role}", value) for role, value in camera.items()},
        on={key: _lines(f"on.{key}", value) for key, value in on.items()},
    )


_WORDS = {str: "a text", int: "a whole number", bool: "true or false", (list, str): "a list of lines", dict: "a table"}


def _known(key: str, names: tuple[str, ...], where: str) -> None:
    if key not in names:
        near = difflib.get_close_matches(key, names, 1)
        raise ValueError(
            f"{where} knows no {key!r}: " + (f"did you mean {near[0]}?" if near else f"it has {', '.join(names)}")
        )


def _table(data: dict[str, Any], name: str, keys: tuple[str, ...]) -> dict[str, Any]:
    table = cast("dict[str, Any]", data.get(name, {}))
    for key in table:
        _known(key, keys, name)
    return table


def _lines(name: str, value: Any) -> tuple[str, ...]:
    """Return a text or a list of texts as lines."""
    lines = [value] if isinstance(value, str) else value
    if not isinstance(lines, list) or not all(isinstance(line, str) for line in lines):
        raise ValueError(f"{name} must be a text or a list of texts")
    return tuple(" ".join(line.splitlines()).rstrip() for line in lines)


def _takes(name: str, value: Any) -> tuple[tuple[str, ...], ...]:
    """Return a list of lists of lines; a list of texts is one take."""
    if isinstance(value, str) or (isinstance(value, list) and all(isinstance(line, str) for line in value)):
        return (_lines(name, value),) if value else ()
    if not isinstance(value, list):
        raise ValueError(f"{name} must be a list of takes, each a list of lines")
    return tuple(_lines(name, take) for take in value)

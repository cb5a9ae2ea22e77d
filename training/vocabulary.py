"""The words `storybook` knows, and the many that mean the same.

The shipped tokenizer rewrites each synonym as its canonical word: none costs a row of the text encoder.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from pathlib import Path

from .captions import HOUR_WORDS, LAND_WORDS, SKY_WORDS, STYLE_WORDS, WEATHER_BEFORE, WEATHER_WORDS
from .objects import COLOURS, THINGS
from .scenes import LANDS

SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
LENGTH = 24  # tokens of a prompt, ends included

SYNONYMS_FILE = Path(__file__).with_name("synonyms.txt")
PUNCTUATION = " , . ; : ! ? ' \" ( ) - / & + 。 、 “ ” ‘ ’ – — 《 》 · 的 在 和 里 上 下 中 一 个 只"
ACCENTS = "[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f]"
WORD = (
    "[\u3400-\u4dbf\u4e00-\u9fff]|[a-z0-9]+|[!-/:-@\\[-`{-~\u00b7\u2010-\u2027\u3001-\u3020]"
    "|[^\\x00-\u00a0\u00b7\u1680\u2000-\u202f\u205f-\u206f\u3000-\u3020\u3400-\u4dbf\u4e00-\u9fff\ufeff]+"
)
"""A Chinese character, an English word, a mark, or a word of another script; for Python's `re` and Oniguruma alike."""


def synonyms() -> dict[str, list[str]]:
    """The table of synonyms.txt.

    Canonical word and the forms read as it (`the`: words without a picture of their own). A form may be several words.
    """
    table: dict[str, list[str]] = {}
    word = ""
    for line in SYNONYMS_FILE.read_text(encoding="utf-8").splitlines():
        if line.startswith("#") or not line.strip():
            continue
        if not line.startswith(" "):
            word, _, line = line.partition(":")
        table.setdefault(word, []).extend(form.replace("_", " ") for form in line.split())
    return table


def _plain(text: str) -> str:
    """Lower case without accents, signs of full width as their usual ones."""
    return re.sub(ACCENTS, "", unicodedata.normalize("NFKD", text)).lower()


@lru_cache(maxsize=1)
def phrases() -> tuple[tuple[str, str], ...]:
    """Patterns of forms of several words, or of several Chinese characters, each with what it reads as.

    In the order to look for them: longer ones come first.
    """
    alike: dict[tuple[int, str], list[str]] = {}
    for form, word in folds().items():
        if " " in form or (not form.isascii() and len(form) > 1):
            alike.setdefault((-len(form), word), []).append(_pattern(form))
    return tuple(("|".join(sorted(alike[place])), place[1]) for place in sorted(alike))


def _pattern(form: str) -> str:
    """What finds a form in a text, for Python's `re` and Oniguruma alike."""
    return alone(form.replace("'", "['\u2019]").replace(" ", "[ -]+")) if form.isascii() else form


def alone(pattern: str) -> str:
    """A pattern of English that is no part of a longer word."""
    return f"(?<![a-z0-9])(?:{pattern})(?![a-z0-9])"


def words_in(text: str) -> list[str]:
    """Lower-case words and marks of a text, each Chinese character alone; `phrases` as what they mean."""
    text = _plain(text)
    for pattern, word in _compiled(text.isascii()):
        text = pattern.sub(f" {word} ", text)
    return re.findall(WORD, text)


@lru_cache(maxsize=2)
def _compiled(ascii_only: bool) -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple(
        (re.compile(pattern), word) for pattern, word in phrases() if pattern.startswith("(") or not ascii_only
    )


@lru_cache(maxsize=1)
def folds() -> dict[str, str]:
    """Every known form of a word and the canonical word it is read as.

    Plurals are added where nobody else claims them.
    """
    table = dict.fromkeys(PUNCTUATION.split(), "the")
    for canonical, forms in synonyms().items():
        for form in forms:
            table.setdefault(_plain(form), canonical)
    for canonical in sorted(_spoken(table)):
        table[canonical] = canonical
    for form, canonical in list(table.items()):
        if form.isascii() and canonical != "the" and len(form) > 2:
            for plural in plurals(form):
                table.setdefault(plural, canonical)
    return table


def plurals(form: str) -> list[str]:
    """What the plural of an English word may look like."""
    regular = form + ("es" if form.endswith(("s", "x", "ch", "sh")) else "s")
    return [regular, form[:-1] + "ies"] if re.search(r"\w[^aeiou\d]y$", form) else [regular]


def _spoken(table: dict[str, str]) -> set[str]:
    said = [*LAND_WORDS, *LANDS, *THINGS, *COLOURS, *synonyms(), "small", "big", "empty", "old"]
    for words in (LAND_WORDS, HOUR_WORDS, WEATHER_WORDS, WEATHER_BEFORE, STYLE_WORDS, SKY_WORDS):
        said += [phrase for phrases in words.values() for phrase in phrases]
    parts = {part for phrase in said for part in re.findall(WORD, phrase)}
    return (
        {part for part in parts if part not in table}
        | {word for word in (*THINGS, *COLOURS, *synonyms()) if re.fullmatch("[a-z]+", word)}
        | {"the"}
    )


@lru_cache(maxsize=1)
def canonical_words() -> tuple[str, ...]:
    """The words that have an embedding of their own, in the order of their ids (after the special tokens)."""
    return tuple(sorted(set(folds().values())))


@lru_cache(maxsize=1)
def canonical_ids() -> dict[str, int]:
    """Id of every form a word may take, in the trained (folded) vocabulary."""
    place = {word: number + len(SPECIAL) for number, word in enumerate(canonical_words())}
    return {form: place[word] for form, word in folds().items()}


def known_words() -> dict[str, list[str]]:
    """What the model knows, by kind, as a person would ask for it; every synonym that is read as one of them last."""
    kinds = {
        "places": [word for land in LANDS for word in LAND_WORDS.get(land, (land,))],
        "hours": [word for words in HOUR_WORDS.values() for word in words],
        "weathers": [word for words in (*WEATHER_WORDS.values(), *WEATHER_BEFORE.values()) for word in words],
        "in the sky": [word for words in SKY_WORDS.values() for word in words],
        "landmarks": sorted({mark for land in LANDS.values() for mark in land.landmarks}),
        "styles": [word for words in STYLE_WORDS.values() for word in words],
        "colours": list(COLOURS),
        "sizes": ["small", "big"],
        "things": sorted(THINGS),
    }
    told = {part for words in kinds.values() for word in words for part in words_in(word)}
    forms = folds()
    kinds["read as one of these"] = sorted(
        form
        for form, word in forms.items()
        if form not in told and word != "the" and (len(form) > 1 or form > "z")
        if not any(form in plurals(single) for single in (form[:-1], form[:-2], form[:-3] + "y") if single in forms)
    )
    return {kind: list(dict.fromkeys(words)) for kind, words in kinds.items()}


def encode(text: str) -> list[int]:
    """Folded token ids of a text, ends included, padded to `LENGTH`."""
    ids = canonical_ids()
    body = [ids.get(word, 1) for word in words_in(text)][: LENGTH - 2]
    return [2, *body, 3] + [0] * (LENGTH - 2 - len(body))

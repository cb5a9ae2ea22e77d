"""The words `storybook` knows, and the many that mean the same.

Each synonym gets a copy of its word's embedding at export.
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

from .captions import HOUR_WORDS, LAND_WORDS, SKY_WORDS, STYLE_WORDS, WEATHER_BEFORE, WEATHER_WORDS
from .objects import COLOURS, THINGS
from .scenes import LANDS

SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
LENGTH = 24  # tokens of a prompt, ends included

SYNONYMS_FILE = Path(__file__).with_name("synonyms.txt")
PUNCTUATION = " , . ; : ! ? ' \" ( ) - / & + ， 。 、 的 在 和 里 上 下 中 一 个 只"


def synonyms() -> dict[str, list[str]]:
    """The table of synonyms.txt.

    Canonical word and the forms read as it (`the`: words without a picture of their own).
    """
    table: dict[str, list[str]] = {}
    word = ""
    for line in SYNONYMS_FILE.read_text(encoding="utf-8").splitlines():
        if line.startswith("#") or not line.strip():
            continue
        if not line.startswith(" "):
            word, _, line = line.partition(":")
        table.setdefault(word, []).extend(line.split())
    return table


def words_in(text: str) -> list[str]:
    """Lower-case words and marks of a text, as BERT's basic tokenizer parts them (each Chinese character alone)."""
    return re.findall(r"[\u4e00-\u9fff]|[a-z0-9]+|[^\sa-z0-9\u4e00-\u9fff]", text.lower())


@lru_cache(maxsize=1)
def folds() -> dict[str, str]:
    """Every known form of a word and the canonical word it is read as.

    Plurals are added where nobody else claims them.
    """
    table = dict.fromkeys(words_in(PUNCTUATION), "the")
    for canonical, forms in synonyms().items():
        for part in words_in(" ".join(forms)):
            table.setdefault(part, canonical)
    for canonical in _spoken(table):
        table[canonical] = canonical
    for form, canonical in list(table.items()):
        if form.isascii() and canonical != "the" and len(form) > 2:
            table.setdefault(form + ("es" if form.endswith(("s", "x", "ch", "sh")) else "s"), canonical)
    return table


def _spoken(table: dict[str, str]) -> set[str]:
    said = [*LAND_WORDS, *LANDS, *THINGS, *COLOURS, *synonyms(), "small", "big", "empty", "old"]
    for words in (LAND_WORDS, HOUR_WORDS, WEATHER_WORDS, WEATHER_BEFORE, STYLE_WORDS, SKY_WORDS):
        said += [phrase for phrases in words.values() for phrase in phrases]
    parts = {part for phrase in said for part in words_in(phrase)}
    return (
        {part for part in parts if part not in table}
        | {word for word in (*THINGS, *COLOURS, *synonyms()) if words_in(word) == [word]}
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


def exported_vocabulary() -> tuple[list[str], list[int]]:
    """Tokens of the shipped tokenizer and, for each, the trained row that its embedding copies."""
    ids = canonical_ids()
    own = list(canonical_words())
    extra = sorted(form for form in ids if form not in set(own))
    return [*SPECIAL, *own, *extra], [
        *range(len(SPECIAL)),
        *(ids[word] for word in own),
        *(ids[word] for word in extra),
    ]


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
        if not (form.removesuffix("s") != form and (form[:-1] in forms or form[:-2] in forms))  # plurals go unsaid
    )
    return {kind: list(dict.fromkeys(words)) for kind, words in kinds.items()}


def encode(text: str) -> list[int]:
    """Folded token ids of a text, ends included, padded to `LENGTH`."""
    ids = canonical_ids()
    body = [ids.get(word, 1) for word in words_in(text)][: LENGTH - 2]
    return [2, *body, 3] + [0] * (LENGTH - 2 - len(body))

"""A syntax error on its way from where it is found to where it is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Mistake(Exception):  # noqa: N818 - a finding on its way up, not a fault of ours
    """A syntax error: a code of the catalogue, the characters ``start:end`` and the fields of its templates."""

    code: str
    start: int
    end: int
    fields: Mapping[str, Any] = field(default_factory=dict[str, Any])

    def shifted(self, base: int) -> Mistake:
        """Return the same mistake in a text that begins ``base`` characters earlier."""
        return Mistake(self.code, self.start + base, self.end + base, self.fields)


KEYWORDS = {
    "LET": "let", "DEF": "def", "MARKER": "marker", "SECTION": "section", "ON": "on", "BLOCK": "block",
    "APPLY": "apply", "USE": "use", "AUDIO": "audio", "LYRICS": "lyrics", "BEATS": "beats", "IMAGE": "image",
    "STYLE": "style", "CUT": "cut", "PROFILE": "profile", "FROM": "from", "TO": "to", "FOR": "for", "FADE": "fade",
    "MORPH": "morph", "NEGATIVE": "negative", "EASE": "ease", "EVERY": "every", "WHERE": "where", "IN": "in",
    "LEAD": "lead", "OFFSET": "offset", "MODEL": "model", "AT": "at", "PER": "per", "ELSE": "else", "IF": "if",
}  # fmt: skip
"""Words of the language by the grammar's names for them."""

"""What may be written at a place: words of the vocabulary, functions, events, eases and the names in scope."""

from __future__ import annotations

import re
from collections.abc import Iterable

from lsprotocol import types as lsp

from ...compiler.functions import FUNCTIONS
from ...compiler.inputs.library import PARTS
from ...compiler.vocabulary import BY_NAME, PARAMS, Param
from ..cli.vocabulary import kind
from .hover import of_definition
from .meaning import CLOCKS, EASE_NAMES, EVENTS, STATEMENTS, WORDS, of_function, of_param, of_word
from .names import Definition
from .page import Page

Item = lsp.CompletionItem
Sort = lsp.CompletionItemKind

_KINDS = {
    "let": Sort.Variable, "def": Sort.Function, "parameter": Sort.Variable, "marker": Sort.Constant,
    "section": Sort.Event, "block": Sort.Module, "stem": Sort.File, "profile": Sort.Module,
}  # fmt: skip
_VALUE_WORDS = ("if", "else", "and", "or", "not", "per")


def complete(page: Page, offset: int) -> list[Item]:
    """Return what may stand at an offset, judged by the line before it."""
    piece = page.piece_at(offset)
    start = page.text.rfind("\n", 0, offset) + 1
    before = page.text[start:offset]
    if piece is not None and piece.kind == "comment" and piece.start < offset:
        return []
    inside_text = (
        piece is not None and piece.kind == "text" and piece.start < offset < piece.end + (not _closed(piece.text))
    )
    if inside_text:
        return _choices(before)
    return list({item.label: item for item in _items(page, offset, before)}.values())


def _closed(text: str) -> bool:
    quotes = '"""' if text.startswith('"""') else '"'
    return len(text) >= 2 * len(quotes) and text.endswith(quotes)


def _items(page: Page, offset: int, before: str) -> Iterable[Item]:
    names = page.visible(offset)
    if re.search(r"@\w*$", before):
        return _named(page, names, "marker")
    if re.search(r"\bease\s+\w*$", before):
        return [_word(name, Sort.EnumMember) for name in EASE_NAMES]
    if re.search(r"\|>\s*\w*$", before):
        return [*_functions("shaper"), *_functions("math"), *_named(page, names, "def")]
    if re.search(r"(^|[;{])\s*use\s+[\w.]*$", before):
        return [_word(name, Sort.Module) for name in PARTS]
    if re.search(r"\bapply\s+\w*$", before):
        return _named(page, names, "block")
    if re.search(r"^\s*on\b.*\bin\s+\w*$", before):
        return _named(page, names, "section")
    if re.search(r"(^|[;{])\s*on\s+\w*$", before):
        return [*(_word(name, Sort.Event) for name in EVENTS), *_named(page, names, "let", "section")]
    if re.search(r"(^|[;{])\s*on\b[^:{]*[:{](.*;)?\s*\w*$", before) or _in_actions(page.text[:offset]):
        return [*_params(param for param in PARAMS if param.track), _word("prompt", Sort.Property)]
    if re.search(r"(^|[;{])\s*\w*$", before):
        return [*_params(PARAMS), *(_word(name, Sort.Keyword) for name in STATEMENTS)]
    return _values(page, names, before)


def _in_actions(text: str) -> bool:
    """Whether a text ends where a trigger's braces want an action."""
    return bool(re.search(r"(?m)^\s*on\b[^:{\n]*\{[^{}]*?(\n|;)\s*\w*$|^\s*on\b[^:{\n]*\{\s*\w*$", text))


def _values(page: Page, names: list[Definition], before: str) -> Iterable[Item]:
    after_value = re.search(r"[\w)\]\"]\s+\w*$", before)
    tails = [_word(name, Sort.Keyword) for name in (*WORDS, *_VALUE_WORDS)] if after_value else []
    return [
        *_named(page, names, "let", "def", "parameter", "section", "stem"),
        *(_word(name, Sort.Constant) for name in CLOCKS),
        *(item for group in dict.fromkeys(f.group for f in FUNCTIONS.values()) for item in _functions(group)),
        *tails,
    ]


def _choices(before: str) -> list[Item]:
    """Return the values of a setting whose text has just been begun."""
    found = re.search(r"([^\W\d]\w*)\s*=\s*\"[^\"]*$", before)
    param = BY_NAME.get(found[1]) if found else None
    return [Item(choice, kind=Sort.EnumMember) for choice in param.choices] if param else []


def _params(params: Iterable[Param]) -> list[Item]:
    return [
        Item(param.name, kind=Sort.Property, detail=kind(param) + (f", {param.unit}" if param.unit else ""),
             documentation=_markdown(of_param(param)))
        for param in params
    ]  # fmt: skip


def _functions(group: str) -> list[Item]:
    return [
        Item(function.name, kind=Sort.Function, detail=function.usage, documentation=_markdown(of_function(function)))
        for function in FUNCTIONS.values()
        if function.group == group
    ]


def _named(page: Page, names: list[Definition], *kinds: str) -> list[Item]:
    return [
        Item(
            made.name, kind=_KINDS[made.kind], detail=made.kind, documentation=_markdown(of_definition(made, page.name))
        )
        for made in names
        if made.kind in kinds
    ]


def _word(name: str, sort: lsp.CompletionItemKind) -> Item:
    said = of_word(name)
    return Item(name, kind=sort, documentation=_markdown(said) if said else None)


def _markdown(text: str) -> lsp.MarkupContent:
    return lsp.MarkupContent(lsp.MarkupKind.Markdown, text)

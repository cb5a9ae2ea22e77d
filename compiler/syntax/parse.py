"""Parsing: a script's text becomes a tree. With ``build`` the only stage that knows lark, whose words go no further."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, cast

from lark import Lark, Token
from lark import __version__ as lark_version
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken, VisitError
from lark.grammar import Rule
from lark.lark import PostLex
from lark.lexer import TerminalDef

from .. import tree
from ..diagnostics import CompileError, Findings
from ..source import MAX_CHARACTERS, Place, Source
from .build import Builder
from .drive import drive
from .hints import explain
from .mistake import Mistake

MAX_DEPTH = 100
"""Brackets and braces may nest this deep."""


def parse(text: str | Source, name: str = "script.anim") -> tree.Script:
    """Return the tree of a script. Raises CompileError with the first syntax error, told in human words."""
    source = text if isinstance(text, Source) else Source(name, text.removeprefix("\ufeff"))
    _refuse_unreadable(source)
    return tree.Script(cast("tuple[tree.Statement, ...]", _run(source, "script")), source)


def parse_expression(source: Source) -> tree.Expr:
    """Return the tree of one expression, such as the value of ``--set name=value``. Raises CompileError."""
    _refuse_unreadable(source)
    return cast(tree.Expr, _run(source, "expression"))


def _refuse_unreadable(source: Source) -> None:
    findings = Findings()
    length = len(source.text)
    nul = source.text.find("\0")
    if length > MAX_CHARACTERS:
        findings.add("E0102", None, size=f"{length:,}", limit=f"{MAX_CHARACTERS:,}")
    elif nul >= 0:
        findings.add("E0103", Place(source, nul, nul + 1))
    elif lone := _SURROGATE.search(source.text):
        findings.add("E0104", Place(source, lone.start(), lone.end()))
    if findings.found:
        raise CompileError(findings.ordered())


def _run(source: Source, start: str) -> Any:
    try:
        return drive(_parser(), source.text, start)
    except (UnexpectedInput, VisitError, Mistake) as error:
        mistake = _mistake(error, source.text)
    findings = Findings()
    findings.add(mistake.code, Place(source, mistake.start, mistake.end), **mistake.fields)
    raise CompileError(findings.ordered())


def _hole(text: str, base: int) -> tree.Expr:
    """Parse the inside of ``${…}``; a mistake in it is told at its place in the whole file."""
    try:
        return _inside(text)
    except (UnexpectedInput, VisitError, Mistake) as error:
        raise _mistake(error, text).shifted(base) from None


@lru_cache(maxsize=1024)
def _inside(text: str) -> tree.Expr:
    """Parse an expression whose spans count from its own start: texts say the same few over and over."""
    return cast(tree.Expr, drive(_parser(), text, "expression"))


def _mistake(error: UnexpectedInput | VisitError | Mistake, text: str) -> Mistake:
    """Return what lark found, as a mistake in our own words."""
    if isinstance(error, VisitError) and isinstance(error.orig_exc, Mistake):
        return error.orig_exc
    if isinstance(error, Mistake):
        return error
    if isinstance(error, UnexpectedToken):
        at = len(text) if error.token.type == "$END" else int(error.token.start_pos or 0)
        return explain(text, at, frozenset(error.accepts or error.expected))
    if isinstance(error, UnexpectedCharacters):
        return explain(text, int(error.pos_in_stream), frozenset(error.allowed or ()))
    raise error


class _Lines(PostLex):
    """Drops the line ends inside ( ) and [ ], and bounds how deep brackets nest."""

    always_accept = ("_END",)

    def process(self, stream: Iterator[Token]) -> Iterator[Token]:
        """Yield the tokens that the grammar is written for. Raises Mistake where brackets nest too deep."""
        open_brackets: list[str] = []
        for token in stream:
            kind = token.type
            if kind == "_END" and open_brackets and open_brackets[-1] != "{" and token.value != ";":
                continue
            if kind in _OPENERS:
                open_brackets.append(token.value)
                if len(open_brackets) > MAX_DEPTH:
                    at = int(token.start_pos or 0)
                    raise Mistake("E0115", at, at + 1, {"limit": MAX_DEPTH})
            elif kind in _CLOSERS and open_brackets:
                open_brackets.pop()
            yield token


_SURROGATE = re.compile("[\ud800-\udfff]")
_OPENERS = {"LPAR", "LSQB", "LBRACE"}
_CLOSERS = {"RPAR", "RSQB", "RBRACE"}


_STARTS = ["script", "expression"]
_TABLES = "anim.json"


@cache
def _parser() -> Lark:
    """Return the parser: from the tables kept beside the grammar where they are its own, else from the grammar."""
    folder = files("animc.grammar")
    grammar = folder.joinpath("anim.lark").read_text("utf-8")
    bound: dict[str, Any] = {"transformer": Builder(_hole), "postlex": _Lines()}
    try:
        kept = json.loads(folder.joinpath(_TABLES).read_text("utf-8"), object_hook=_whole_keys)
    except (OSError, ValueError):
        kept = {}
    if (kept.get("of"), kept.get("lark")) == (fingerprint(grammar), lark_version):
        return Lark._load_from_dict(kept["data"], kept["memo"], **bound)  # type: ignore[no-any-return] # pyright: ignore
    return Lark(grammar, parser="lalr", start=_STARTS, keep_all_tokens=True, maybe_placeholders=False, **bound)


def tables(grammar: str) -> str:
    """Return what the parser needs of a grammar, as JSON, so that it need not be worked out at every start."""
    lark = Lark(grammar, parser="lalr", start=_STARTS, keep_all_tokens=True, maybe_placeholders=False)
    data, memo = lark.memo_serialize([TerminalDef, Rule])
    data["options"] = {name: value for name, value in data["options"].items() if not callable(value)}
    kept = {"of": fingerprint(grammar), "lark": lark_version, "data": data, "memo": memo}
    return json.dumps(kept, separators=(",", ":"))


def fingerprint(grammar: str) -> str:
    """Return what tells one grammar from another."""
    return hashlib.sha256(grammar.encode()).hexdigest()


def _whole_keys(found: dict[str, Any]) -> dict[Any, Any]:
    """Undo what JSON does to whole numbers as keys."""
    return {int(key) if key.isdigit() else key: value for key, value in found.items()}

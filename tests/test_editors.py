"""What editors take from the repository: the TextMate grammar, by a small tokenizer of that kind, and the extension."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from animc.compiler.checking.constants import CONSTANTS
from animc.compiler.evaluation.eases import EASES
from animc.compiler.functions import FUNCTIONS
from animc.compiler.sounds import DRUMS
from animc.compiler.vocabulary import BY_NAME

EDITORS = Path(__file__).parent.parent / "grammar" / "editors"
GRAMMAR: dict[str, Any] = json.loads((EDITORS / "anim.tmLanguage.json").read_text(encoding="utf-8"))
EXTENSION = EDITORS / "vscode"


def rules(patterns: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for pattern in patterns:
        if "include" in pattern:
            inner = GRAMMAR["repository"][pattern["include"].removeprefix("#")]
            yield from [inner] if "begin" in inner else rules(inner["patterns"])
        else:
            yield pattern


def scopes(text: str) -> list[tuple[str, str]]:
    """Tokenize a text as TextMate does; each piece with its innermost scope, without the language's own ending."""
    found: list[tuple[str, str]] = []
    stack: list[dict[str, Any]] = [GRAMMAR]
    for line in text.split("\n"):
        at = 0
        while at <= len(line):
            rule = stack[-1]
            options = [(re.compile(inner.get("match", inner.get("begin"))), inner) for inner in rules(rule["patterns"])]
            if "end" in rule:
                options.insert(0, (re.compile(rule["end"]), {}))
            hits = [(match, inner) for pattern, inner in options if (match := pattern.search(line, at))]
            first = min(hits, key=lambda hit: hit[0].start(), default=None)
            plain = line[at : first[0].start() if first else len(line)]
            found.append((plain, rule.get("name", "")))
            if first is None:
                break
            match, inner = first
            if not inner:
                stack.pop()
                captures = rule.get("endCaptures", {})
            else:
                captures = inner.get("captures", inner.get("beginCaptures", {}))
                if "begin" in inner:
                    stack.append(inner)
            found.extend(captured(match, captures, inner.get("name", "")))
            at = match.end() if match.end() > at or not inner else at + 1
            if match.end() == match.start() == len(line):
                break
    return [(piece.strip(), scope.removesuffix(".anim")) for piece, scope in found if piece.strip()]


def captured(match: re.Match[str], captures: dict[str, Any], whole: str) -> list[tuple[str, str]]:
    parts: list[tuple[str, str]] = []
    at = match.start()
    for number, capture in sorted(captures.items()):
        start, end = match.span(int(number))
        if end > start >= at:
            parts += [(match.string[at:start], whole), (match.string[start:end], capture["name"])]
            at = end
    return [*parts, (match.string[at : match.end()], whole)]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("fov = 3 # x", [("fov", "variable.other.property"), ("=", "keyword.operator.assignment"),
                         ("3", "constant.numeric"), ("#", "punctuation.definition.comment"),
                         ("x", "comment.line.number-sign")]),
        ("@drop: 1m23.5s", [("@", "punctuation.definition.marker"), ("drop", "constant.other.marker"),
                            (":", "punctuation.separator.key"), ("1", "constant.numeric.duration"),
                            ("m", "keyword.other.unit"), ("23.5", "constant.numeric.duration"),
                            ("s", "keyword.other.unit")]),
        ("20..120Hz", [("20", "constant.numeric"), ("..", "keyword.operator.range"),
                       ("120", "constant.numeric.frequency"), ("Hz", "keyword.other.unit")]),
        ("(512x512, 95%)", [("(", "punctuation.section"), ("512x512", "constant.numeric.size"),
                            (",", "punctuation.separator"), ("95", "constant.numeric.percent"),
                            ("%", "keyword.other.unit"), (")", "punctuation.section")]),
        ("let kick = onset(t)", [("let", "storage.type"), ("kick", "variable.other.definition"),
                                 ("=", "keyword.operator.assignment"), ("onset", "entity.name.function.call"),
                                 ("(", "punctuation.section"), ("t", "variable.language"),
                                 (")", "punctuation.section")]),
        ("section a from 0 for 2 bars {", [("section", "storage.type"), ("a", "entity.name.section"),
                                           ("from", "keyword.other"), ("0", "constant.numeric"),
                                           ("for", "keyword.other"), ("2", "constant.numeric.duration"),
                                           ("bars", "keyword.other.unit"), ("{", "punctuation.section")]),
        ("on every(2s): x += 1", [("on", "keyword.control"), ("every", "entity.name.function.call"),
                                  ("(", "punctuation.section"), ("2", "constant.numeric.duration"),
                                  ("s", "keyword.other.unit"), (")", "punctuation.section"),
                                  (":", "punctuation.separator.key"), ("x", "variable.other.property"),
                                  ("+=", "keyword.operator.assignment"), ("1", "constant.numeric")]),
        ('"a \\" (b:1.2) # ${t}"', [('"', "punctuation.definition.string.begin"), ("a", "string.quoted.double"),
                                    ('\\"', "constant.character.escape"), ("(b:", "string.quoted.double"),
                                    ("1.2", "constant.numeric.weight"), (") #", "string.quoted.double"),
                                    ("${", "punctuation.section.embedded.begin"), ("t", "variable.language"),
                                    ("}", "punctuation.section.embedded.end"),
                                    ('"', "punctuation.definition.string.end")]),
        ('"""a "b"\nfov = 3\nc""" cut', [('"""', "punctuation.definition.string.begin"),
                                         ('a "b"', "string.quoted.triple"), ("fov = 3", "string.quoted.triple"),
                                         ("c", "string.quoted.triple"), ('"""', "punctuation.definition.string.end"),
                                         ("cut", "keyword.control")]),
        ('"open\nfov', [('"', "punctuation.definition.string.begin"), ("open", "string.quoted.double"),
                        ("fov", "variable.other")]),
        ("3 ease in_sine", [("3", "constant.numeric"), ("ease", "keyword.other"),
                            ("in_sine", "support.constant.ease")]),
        ("a if not b else c", [("a", "variable.other"), ("if", "keyword.operator.word"),
                               ("not", "keyword.operator.word"), ("b", "variable.other"),
                               ("else", "keyword.operator.word"), ("c", "variable.other")]),
    ],
)  # fmt: skip
def test_a_line_is_told_apart(line: str, expected: list[tuple[str, str]]) -> None:
    assert scopes(line) == expected


def test_every_word_of_the_language_has_its_colour() -> None:
    assert {scopes(f"x = {name}")[-1][1] for name in (*CONSTANTS, *DRUMS)} == {"variable.language", "constant.language"}
    assert {scopes(f"x = {name}(1)")[2][1] for name in FUNCTIONS} == {"entity.name.function.call"}
    assert {scopes(f"{name} = 1")[0][1] for name in BY_NAME} == {"variable.other.property"}
    assert {scopes(f"1 ease {name}")[-1][1] for name in EASES} == {"support.constant.ease"}


def test_every_rule_can_be_read() -> None:
    todo: list[Any] = [GRAMMAR]
    while todo:
        node = todo.pop()
        if isinstance(node, dict):
            for key in ("match", "begin", "end"):
                if isinstance(node.get(key), str):
                    re.compile(node[key])
            if "include" in node:
                assert node["include"].removeprefix("#") in GRAMMAR["repository"]
            todo.extend(node.values())
        elif isinstance(node, list):
            todo.extend(node)


def test_the_extension_is_whole() -> None:
    package = json.loads((EXTENSION / "package.json").read_text(encoding="utf-8"))
    json.loads((EXTENSION / "language-configuration.json").read_text(encoding="utf-8"))
    (grammar,) = package["contributes"]["grammars"]
    (language,) = package["contributes"]["languages"]
    assert grammar["scopeName"] == GRAMMAR["scopeName"]
    assert json.loads((EXTENSION / grammar["path"]).read_text(encoding="utf-8")) == GRAMMAR
    assert language["extensions"] == [".anim"]
    assert (EXTENSION / language["configuration"]).is_file()
    script = (EXTENSION / package["main"]).read_text(encoding="utf-8")
    for module in re.findall(r'require\("([^"]+)"\)', script):
        assert module == "vscode" or module.split("/")[0] in package["dependencies"]
    assert '"lsp"' in script

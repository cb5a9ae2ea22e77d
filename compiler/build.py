"""Building the tree: what each named rule of the grammar becomes; called by the parser as it goes."""

# ruff: noqa: D102 - a method is named as its rule, and does what the rule says

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, cast

from lark import Token, Transformer

from . import tree
from .source import Span
from .syntax import Mistake

Children = list[Any]
ParseHole = Callable[[str, int], tree.Expr]

_AMOUNT = r"(?:\d+\.\d+|\d+\.|\.\d+|\d+)"
_MINUTES = re.compile(rf"(\d+)[ \t]*m(?:in(?:utes?)?)?[ \t]*(?={_AMOUNT})")
_LENGTH = re.compile(rf"({_AMOUNT})[ \t]*(\w+)")
_UNITS: dict[str, tuple[str, float]] = {
    **dict.fromkeys(("f", "frame", "frames"), ("f", 1.0)),
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), ("s", 1.0)),
    **dict.fromkeys(("m", "min", "minute", "minutes"), ("s", 60.0)),
    "ms": ("s", 0.001),
    **dict.fromkeys(("b", "beat", "beats"), ("b", 1.0)),
    **dict.fromkeys(("bar", "bars"), ("bar", 1.0)),
}
_ESCAPES = {"n": "\n", "t": "\t", '"': '"', "\\": "\\", "$": "$"}
_IN_TEXT = re.compile(r"\\(.)|\$\{|[^\\$]+|\$|\\", re.DOTALL)


def _span(children: Children) -> Span:
    first, last = children[0], children[-1]
    start = int(first.start_pos or 0) if isinstance(first, Token) else first.span.start
    end = int(last.end_pos or 0) if isinstance(last, Token) else last.span.end
    return Span(start, end)


def _of(token: Token) -> Span:
    return Span(int(token.start_pos or 0), int(token.end_pos or 0))


def _nodes(children: Children) -> list[Any]:
    return [child for child in children if not isinstance(child, Token)]


class _List(tuple[Any, ...]):
    """Several nodes in a row with the span of all, on the way to the node that holds them."""

    span: Span


def _listed(children: Children) -> _List:
    listed = _List(_nodes(children))
    listed.span = _span(children)
    return listed


class _Tail:
    """One of the optional parts at the end of a statement."""

    def __init__(self, kind: str, children: Children) -> None:
        self.kind = kind
        self.value = children[1] if len(children) > 1 else None
        self.span = _span(children)


def _tails(children: Sequence[Any]) -> dict[str, _Tail]:
    found: dict[str, _Tail] = {}
    for child in children:
        if isinstance(child, _Tail):
            if child.kind in found:
                raise Mistake("E0118", *child.span, {"what": child.kind})
            found[child.kind] = child
    return found


class Builder(Transformer[Token, Any]):
    """Turns the children of each rule into the rule's node."""

    def __init__(self, parse_hole: ParseHole) -> None:
        super().__init__()
        self._parse_hole = parse_hole

    # scripts and bodies

    def script(self, children: Children) -> tuple[Any, ...]:
        return tuple(_nodes(children))

    def expression(self, children: Children) -> Any:
        return _nodes(children)[0]

    body = staticmethod(_listed)
    actions = staticmethod(_listed)
    params = staticmethod(_listed)
    args = staticmethod(_listed)

    # prompts, settings and names

    def prompt(self, children: Children) -> tree.Prompt:
        tails = _tails(children)
        ways = [kind for kind in ("fade", "morph", "cut") if kind in tails]
        if len(ways) > 1:
            raise Mistake("E0118", *tails[ways[1]].span, {"what": f"{ways[0]} or {ways[1]}"})
        how = ways[0] if ways else "hold"
        fade = tails["fade"].value if "fade" in tails else None
        negative = tails["negative"].value if "negative" in tails else None
        return tree.Prompt(children[0], children[2], cast(Any, how), fade, negative, _span(children))

    def fade(self, children: Children) -> _Tail:
        return _Tail("fade", children)

    def morph(self, children: Children) -> _Tail:
        return _Tail("morph", children)

    def cut_in(self, children: Children) -> _Tail:
        return _Tail("cut", children)

    def negative(self, children: Children) -> _Tail:
        return _Tail("negative", children)

    def assign(self, children: Children) -> tree.Assign:
        tails = _tails(children)
        offset, meter = (tails[kind].value if kind in tails else None for kind in ("offset", "meter"))
        return tree.Assign(str(children[0]), children[2], offset, meter, _of(children[0]), _span(children))

    def tempo_offset(self, children: Children) -> _Tail:
        return _Tail("offset", children)

    def tempo_meter(self, children: Children) -> _Tail:
        return _Tail("meter", children)

    def let(self, children: Children) -> tree.Let:
        return tree.Let(str(children[1]), children[3], _of(children[1]), _span(children))

    def define(self, children: Children) -> tree.Def:
        return tree.Def(str(children[1]), tuple(children[2]), children[4], _of(children[1]), _span(children))

    def marker(self, children: Children) -> tree.Marker:
        return tree.Marker(str(children[1]), children[3], _of(children[1]), _span(children))

    def param(self, children: Children) -> tree.Parameter:
        default = children[2] if len(children) > 2 else None
        return tree.Parameter(str(children[0]), default, _span(children))

    # spans, triggers and reuse

    def section(self, children: Children) -> tree.Section:
        name, start, end, body = children[1], children[3], children[4], children[5]
        lasting = end.kind == "for"
        return tree.Section(str(name), start, end.value, lasting, tuple(body), _of(name), _span(children))

    def section_to(self, children: Children) -> _Tail:
        return _Tail("to", children)

    def section_for(self, children: Children) -> _Tail:
        return _Tail("for", children)

    def on_one(self, children: Children) -> tree.On:
        return _on(children, (children[-1],))

    def on_many(self, children: Children) -> tree.On:
        return _on(children, tuple(children[-1]))

    def action(self, children: Children) -> tree.Action:
        target, op, value = children
        return tree.Action(str(target), cast(Any, str(op)), value, _of(target), _span(children))

    action_set = action

    def mod_every(self, children: Children) -> tree.Modifier:
        return tree.Modifier("every", children[1], _span(children))

    def mod_offset(self, children: Children) -> tree.Modifier:
        return tree.Modifier("offset", children[1], _span(children))

    def mod_where(self, children: Children) -> tree.Modifier:
        return tree.Modifier("where", children[1], _span(children))

    def mod_in(self, children: Children) -> tree.Modifier:
        return tree.Modifier("in", tree.Name(str(children[1]), _of(children[1])), _span(children))

    def mod_lead(self, children: Children) -> tree.Modifier:
        return tree.Modifier("lead", children[1], _span(children))

    def block(self, children: Children) -> tree.Block:
        return tree.Block(str(children[1]), tuple(children[2]), tuple(children[3]), _of(children[1]), _span(children))

    def apply(self, children: Children) -> tree.Apply:
        return tree.Apply(str(children[1]), _args(children[2:]), _of(children[1]), _span(children))

    def use_file(self, children: Children) -> tree.Use:
        return tree.Use(_plain(children[1]), False, children[1].span, _span(children))

    def use_std(self, children: Children) -> tree.Use:
        return tree.Use("".join(children[1:]), True, _span(children[1:]), _span(children))

    def profile(self, children: Children) -> tree.Profile:
        return tree.Profile(str(children[1]), tuple(children[2]), _of(children[1]), _span(children))

    # inputs, style and shots

    def audio_main(self, children: Children) -> tree.Input:
        return tree.Input("audio", None, children[1], _span(children))

    def audio_stem(self, children: Children) -> tree.Input:
        return tree.Input("audio", str(children[1]), children[3], _span(children))

    def lyrics(self, children: Children) -> tree.Input:
        return tree.Input("lyrics", None, children[1], _span(children))

    def image(self, children: Children) -> tree.Input:
        return tree.Input("image", None, children[1], _span(children))

    def style(self, children: Children) -> tree.Style:
        return tree.Style(children[1], _span(children))

    def cut(self, children: Children) -> tree.Cut:
        image = children[4] if len(children) > 4 else None
        return tree.Cut(children[2], image, _span(children))

    # events

    def at_times(self, children: Children) -> tree.At:
        return tree.At(tuple(_nodes(children)), _span(children))

    def pattern(self, children: Children) -> tree.Pattern:
        return tree.Pattern(children[1], children[3], _span(children))

    def word(self, children: Children) -> tree.Word:
        return tree.Word(children[1], _span(children))

    # expressions

    def pipe_call(self, children: Children) -> tree.Call:
        return self._pipe(children, _args(children[3:]))

    def pipe_name(self, children: Children) -> tree.Call:
        return self._pipe(children, ())

    def _pipe(self, children: Children, rest: tuple[tree.Arg, ...]) -> tree.Call:
        first, name = children[0], children[2]
        return tree.Call(str(name), (tree.Arg(None, first, first.span), *rest), True, _of(name), _span(children))

    def choose(self, children: Children) -> tree.Choose:
        return tree.Choose(children[2], children[0], children[4], _span(children))

    def binary(self, children: Children) -> tree.Binary:
        left, op, right = children
        return tree.Binary(str(op), left, right, _of(op), _span(children))

    def unary(self, children: Children) -> tree.Unary:
        return tree.Unary(str(children[0]), children[1], _span(children))

    def band(self, children: Children) -> tree.Band:
        return tree.Band(children[0], children[2], _span(children))

    def per(self, children: Children) -> tree.Per:
        return tree.Per(children[0], children[2], _span(children))

    def number(self, children: Children) -> tree.Number:
        return tree.Number(float(children[0]), _of(children[0]))

    def duration(self, children: Children) -> tree.Duration:
        value, unit = _length(str(children[0]))
        return tree.Duration(value, cast(Any, unit), _of(children[0]))

    def frequency(self, children: Children) -> tree.Frequency:
        text = str(children[0]).lower().removesuffix("hz").rstrip()
        scale = 1000.0 if text.endswith("k") else 1.0
        return tree.Frequency(float(text.removesuffix("k")) * scale, _of(children[0]))

    def percent(self, children: Children) -> tree.Percent:
        return tree.Percent(float(str(children[0])[:-1]), _of(children[0]))

    def size(self, children: Children) -> tree.Size:
        width, height = (int(part[:18]) for part in str(children[0]).split("x"))
        return tree.Size(width, height, _of(children[0]))

    def marker_ref(self, children: Children) -> tree.MarkerRef:
        return tree.MarkerRef(str(children[0])[1:], _of(children[0]))

    def name(self, children: Children) -> tree.Name:
        return tree.Name(str(children[0]), _of(children[0]))

    def call(self, children: Children) -> tree.Call:
        return tree.Call(str(children[0]), _args(children[1:]), False, _of(children[0]), _span(children))

    def paren(self, children: Children) -> Any:
        return children[1]

    def keys(self, children: Children) -> tree.Keys:
        return tree.Keys(tuple(_nodes(children)), _span(children))

    def arg(self, children: Children) -> tree.Arg:
        return tree.Arg(None, children[0], _span(children))

    def named_arg(self, children: Children) -> tree.Arg:
        return tree.Arg(str(children[0]), children[2], _span(children))

    def key(self, children: Children) -> tree.Key:
        ease = children[4] if len(children) > 4 else None
        return tree.Key(children[0], children[2], ease, _span(children))

    def ease(self, children: Children) -> tree.Ease:
        return tree.Ease(str(children[0]), _args(children[1:]), _span(children))

    def text(self, children: Children) -> tree.Text:
        return text_of(children[0], self._parse_hole)


def _on(children: Children, actions: tuple[tree.Action, ...]) -> tree.On:
    modifiers = [child for child in children if isinstance(child, tree.Modifier)]
    kinds = [modifier.kind for modifier in modifiers]
    for index, modifier in enumerate(modifiers):
        if modifier.kind in kinds[:index]:
            raise Mistake("E0118", *modifier.span, {"what": modifier.kind})
    return tree.On(children[1], tuple(modifiers), actions, _span(children))


def _args(children: Children) -> tuple[tree.Arg, ...]:
    return next((tuple(child) for child in children if isinstance(child, _List)), ())


def _plain(text: tree.Text) -> str:
    for part in text.parts:
        if isinstance(part, tree.Hole):
            raise Mistake("E0119", *part.span, {})
    return "".join(cast("tuple[str, ...]", text.parts))


def _length(text: str) -> tuple[float, str]:
    """Return the value and the base unit of a duration such as ``1m23.5s`` or ``4 beats``."""
    minutes = _MINUTES.match(text)
    rest = text[minutes.end() :] if minutes else text
    amount = cast("re.Match[str]", _LENGTH.search(rest))
    unit, scale = _UNITS[amount[2]]
    value = float(amount[1])
    value = value / 1000.0 if amount[2] == "ms" else value * scale
    return (value + 60.0 * float(minutes[1]), unit) if minutes else (value, unit)


def text_of(token: Token, parse_hole: ParseHole) -> tree.Text:
    """Return a text with its escapes undone and its ``${…}`` parsed; a long text's line ends become one space."""
    raw, start = str(token), int(token.start_pos or 0)
    quotes = 3 if raw.startswith('"""') else 1
    inside = raw[quotes:-quotes]
    parts: list[str | tree.Hole] = []
    plain: list[str] = []
    at = 0
    while found := _IN_TEXT.match(inside, at):
        at = found.end()
        if found[0] != "${":
            plain.append(_ESCAPES.get(found[1], found[0]) if found[1] else found[0])
            continue
        end = inside.find("}", at)
        if end < 0:
            raise Mistake("E0112", start + quotes + found.start(), start + len(raw), {"what": "${"})
        base = start + quotes + at
        if plain:
            parts.append("".join(plain))
            plain = []
        parts.append(tree.Hole(parse_hole(inside[at:end], base), base, Span(base - 2, base + end - at + 1)))
        at = end + 1
    if plain:
        parts.append("".join(plain))
    if quotes == 3:
        parts = [re.sub(r"\s*[\r\n]\s*", " ", part) if isinstance(part, str) else part for part in parts]
    return tree.Text(tuple(parts), _of(token))

"""Building the tree: what each named rule of the grammar becomes; called by the parser as it goes."""

# ruff: noqa: D102 - a method is named as its rule, and does what the rule says

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from .. import tree
from .build_expressions import Children, ExpressionBuilder, args_of, listed, nodes_of, span_of, token_span
from .mistake import Mistake


class _Tail:
    """One of the optional parts at the end of a statement."""

    def __init__(self, kind: str, children: Children) -> None:
        self.kind = kind
        self.value = children[1] if len(children) > 1 else None
        self.span = span_of(children)


def _tails(children: Sequence[Any]) -> dict[str, _Tail]:
    found: dict[str, _Tail] = {}
    for child in children:
        if isinstance(child, _Tail):
            if child.kind in found:
                raise Mistake("E0118", *child.span, {"what": child.kind})
            found[child.kind] = child
    return found


class Builder(ExpressionBuilder):
    """Turns the children of each rule into the rule's node."""

    # scripts and bodies

    def script(self, children: Children) -> tuple[Any, ...]:
        return tuple(nodes_of(children))

    body = staticmethod(listed)
    actions = staticmethod(listed)
    params = staticmethod(listed)

    # prompts, settings and names

    def prompt(self, children: Children) -> tree.Prompt:
        tails = _tails(children)
        ways = [kind for kind in ("fade", "morph", "cut") if kind in tails]
        if len(ways) > 1:
            raise Mistake("E0118", *tails[ways[1]].span, {"what": f"{ways[0]} or {ways[1]}"})
        how = ways[0] if ways else "hold"
        fade = tails["fade"].value if "fade" in tails else None
        negative = tails["negative"].value if "negative" in tails else None
        return tree.Prompt(children[0], children[2], cast(Any, how), fade, negative, span_of(children))

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
        name, op, value = children[:3]
        span = span_of(children)
        return tree.Assign(str(name), value, offset, meter, token_span(name), span, cast(Any, str(op)))

    def tempo_offset(self, children: Children) -> _Tail:
        return _Tail("offset", children)

    def tempo_meter(self, children: Children) -> _Tail:
        return _Tail("meter", children)

    def let(self, children: Children) -> tree.Let:
        return tree.Let(str(children[1]), children[3], token_span(children[1]), span_of(children))

    def define(self, children: Children) -> tree.Def:
        return tree.Def(str(children[1]), tuple(children[2]), children[4], token_span(children[1]), span_of(children))

    def marker(self, children: Children) -> tree.Marker:
        return tree.Marker(str(children[1]), children[3], token_span(children[1]), span_of(children))

    def param(self, children: Children) -> tree.Parameter:
        default = children[2] if len(children) > 2 else None
        return tree.Parameter(str(children[0]), default, span_of(children))

    # spans, triggers and reuse

    def section(self, children: Children) -> tree.Section:
        name, start, end, body = children[1], children[3], children[4], children[5]
        lasting = end.kind == "for"
        return tree.Section(str(name), start, end.value, lasting, tuple(body), token_span(name), span_of(children))

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
        return tree.Action(str(target), cast(Any, str(op)), value, token_span(target), span_of(children))

    action_set = action

    def mod_every(self, children: Children) -> tree.Modifier:
        return tree.Modifier("every", children[1], span_of(children))

    def mod_offset(self, children: Children) -> tree.Modifier:
        return tree.Modifier("offset", children[1], span_of(children))

    def mod_where(self, children: Children) -> tree.Modifier:
        return tree.Modifier("where", children[1], span_of(children))

    def mod_in(self, children: Children) -> tree.Modifier:
        return tree.Modifier("in", tree.Name(str(children[1]), token_span(children[1])), span_of(children))

    def mod_lead(self, children: Children) -> tree.Modifier:
        return tree.Modifier("lead", children[1], span_of(children))

    def block(self, children: Children) -> tree.Block:
        return tree.Block(
            str(children[1]), tuple(children[2]), tuple(children[3]), token_span(children[1]), span_of(children)
        )

    def apply(self, children: Children) -> tree.Apply:
        return tree.Apply(str(children[1]), args_of(children[2:]), token_span(children[1]), span_of(children))

    def use_file(self, children: Children) -> tree.Use:
        return tree.Use(_plain(children[1]), False, children[1].span, span_of(children))

    def use_std(self, children: Children) -> tree.Use:
        return tree.Use("".join(children[1:]), True, span_of(children[1:]), span_of(children))

    def profile(self, children: Children) -> tree.Profile:
        return tree.Profile(str(children[1]), tuple(children[2]), token_span(children[1]), span_of(children))

    # inputs, style and shots

    def audio_main(self, children: Children) -> tree.Input:
        return tree.Input("audio", None, children[1], span_of(children))

    def audio_stem(self, children: Children) -> tree.Input:
        return tree.Input("audio", str(children[1]), children[3], span_of(children))

    def lyrics(self, children: Children) -> tree.Input:
        return tree.Input("lyrics", None, children[1], span_of(children))

    def beats(self, children: Children) -> tree.Input:
        return tree.Input("beats", None, children[1], span_of(children))

    def image(self, children: Children) -> tree.Input:
        return tree.Input("image", None, children[1], span_of(children))

    def guide(self, children: Children) -> tree.Guide:
        strength = children[5] if len(children) > 5 else None
        return tree.Guide(children[1], children[3], strength, span_of(children))

    def style(self, children: Children) -> tree.Style:
        return tree.Style(children[1], span_of(children))

    def cut(self, children: Children) -> tree.Cut:
        tails = _tails(children)
        image, model = (tails[kind].value if kind in tails else None for kind in ("image", "model"))
        return tree.Cut(children[2], image, model, span_of(children))

    def cut_image(self, children: Children) -> _Tail:
        return _Tail("image", children)

    def cut_model(self, children: Children) -> _Tail:
        return _Tail("model", children)


def _on(children: Children, actions: tuple[tree.Action, ...]) -> tree.On:
    modifiers = [child for child in children if isinstance(child, tree.Modifier)]
    kinds = [modifier.kind for modifier in modifiers]
    for index, modifier in enumerate(modifiers):
        if modifier.kind in kinds[:index]:
            raise Mistake("E0118", *modifier.span, {"what": modifier.kind})
    return tree.On(children[1], tuple(modifiers), actions, span_of(children))


def _plain(text: tree.Text) -> str:
    for part in text.parts:
        if isinstance(part, tree.Hole):
            raise Mistake("E0119", *part.span, {})
    return "".join(cast("tuple[str, ...]", text.parts))

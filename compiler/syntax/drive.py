"""Lark's parser, driven faster: what a rule does is looked up once, and values that are only passed on cost little.

An expression's grammar has a rule for each level of precedence, so that a number alone is passed on a dozen times. The
tables, the lexer, and what is told of mistakes are lark's own.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple, cast

from lark import Lark, Token
from lark.grammar import Rule
from lark.parsers.lalr_analysis import Shift
from lark.parsers.lalr_parser_state import ParseConf, ParserState


class _Reduction(NamedTuple):
    """A rule: how many values it takes, what it makes of them (None: it passes its one value on), and its name."""

    size: int
    make: Callable[[list[Any]], Any] | None
    name: str


class _Conf(ParseConf[Any]):
    """Lark's tables, and what was looked up in them so far: rules by identity, and where chains of passing on end."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.rules: dict[int, _Reduction] = {}
        self.ends: dict[tuple[int, int, str], int] = {}

    def reduction(self, rule: Rule) -> _Reduction:
        found = self.rules.get(id(rule))
        if found is None:
            options, only = rule.options, rule.expansion[0].name if len(rule.expansion) == 1 else "_"
            passes = options.expand1 and rule.alias is None and not only.startswith("_")
            make = None if passes else cast("Any", self.callbacks)[rule]
            found = self.rules[id(rule)] = _Reduction(len(rule.expansion), make, str(rule.origin.name))
        return found

    def end(self, below: int, top: int, kind: str) -> int:
        """Return the state above ``below`` once all has been passed on that the next token lets pass."""
        key = (below, top, kind)
        while (cell := self.states[top].get(kind)) is not None and cell[0] is not Shift:
            _, make, name = self.reduction(cell[1])
            if make is not None:
                break
            top = self.states[below][name][1]
        self.ends[key] = top
        return top


class _State(ParserState[Any]):
    def feed_token(self, token: Token, is_end: bool = False) -> Any:
        conf, stack, values = cast("_Conf", self.parse_conf), self.state_stack, self.value_stack
        if not conf.callbacks:  # lark tries out what would be accepted, and makes nothing of it
            return super().feed_token(token, is_end)
        states, kind = conf.states, token.type
        while True:
            cell = states[stack[-1]].get(kind)
            if cell is None:
                return super().feed_token(token, is_end)  # raises, with all that lark knows of the mistake
            action, arg = cell
            if action is Shift:
                stack.append(arg)
                values.append(token if kind not in conf.callbacks else cast("Any", conf.callbacks)[kind](token))
                return None
            size, make, name = conf.rules.get(id(arg)) or conf.reduction(arg)
            if make is None:
                top, below = stack.pop(), stack[-1]
                stack.append(conf.ends.get((below, top, kind)) or conf.end(below, top, kind))
                continue
            taken = values[-size:] if size else []
            if size:
                del stack[-size:], values[-size:]
            values.append(make(taken))
            stack.append(states[stack[-1]][name][1])
            if is_end and stack[-1] == conf.end_state:
                return values[-1]


@cache
def _conf(lark: Lark, start: str) -> _Conf:
    parser = cast("Any", lark.parser).parser.parser
    return _Conf(parser.parse_table, parser.callbacks, start)


def drive(lark: Lark, text: str, start: str) -> Any:
    """Return what ``lark.parse(text, start)`` returns, and raise what it raises."""
    frontend = cast("Any", lark.parser)
    return frontend.parser.parser.parse_from_state(_State(_conf(lark, start), frontend._make_lexer_thread(text)))

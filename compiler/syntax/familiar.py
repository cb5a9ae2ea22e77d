"""Slips that people make who come from Deforum, from Python or from other scripts, each told with what was meant."""

from __future__ import annotations

import re
from typing import NamedTuple

from ..evaluation.eases import EASES
from ..functions import FUNCTIONS, SPELLINGS
from ..spelling import nearest
from .mistake import KEYWORDS, Mistake


class _Slip(NamedTuple):
    """A pattern over one line, compiled when it is first needed; it tells where the parser stopped at what it matches.

    The group ``here``, or else the whole match, is marked. The templates take the groups by number, 0 being the match.
    """

    pattern: str
    code: str
    found: str
    wanted: str
    repair: str


def _slip(pattern: str, found: str, wanted: str, repair: str, code: str = "E0110") -> _Slip:
    return _Slip(pattern, code, found, wanted, repair)


_NAME, _NUMBER = r"[^\W\d]\w*", r"(?:\d+\.?\d*|\.\d+)"
_CURVES = "|".join(sorted((*EASES, "step", "smooth"), key=len, reverse=True))
_CALLS = "|".join(sorted((*FUNCTIONS, *SPELLINGS), key=len, reverse=True))
_STATEMENTS = "let|def|marker|section|on|block|apply|use|audio|lyrics|beats|image|style|cut|profile"
_QUOTED = "a name in double quotes"
_SLIPS = (
    _slip(r"^\s*(size)\s*=\s*(?P<here>\(?\s*(\d+)\s*[x×,]\s*(\d+)\s*\)?)", "{here}", "a size", "write {1} = {3}x{4}"),
    _slip(r"(?P<here>(?<![\w.])(\d+):(\d\d(?:\.\d+)?))(?=\s*[:\"])|(?:=|\b(?:at|for|from|to|length))\s*"
          r"(?P<then>(\d+):(\d\d(?:\.\d+)?))", "{here}", "a time",
          "write minutes and seconds with their units: {m}m{s}s"),
    _slip(r"^\s*(?P<here>if|for|while|repeat|loop|import|return|var|const|function|fn|class|print|set)\b(?!\s*=)",
          "{here}", "", "choose by `a if condition else b`, repeat by `on every(1s): …`, name by `let`", "E0128"),
    _slip(rf"^\s*(let|def|marker|section|block|profile)\s+(?P<here>{_NAME}(?:-\w+)+)", "{here}", "a name",
          "names have no `-` in them: write {under}"),
    _slip(rf"^\s*marker\s+(?P<here>@({_NAME}))", "{here}", "a name", "name it without the @: marker {2} = …"),
    _slip(r"=\s*(?P<here>if)\s+(\S.*?)\s+then\s+(\S.*?)\s+else\s+(\S.*?)\s*$", "if", "a value",
          "write {3} if {2} else {4}"),
    _slip(rf"^\s*on\b[^:]*:\s*({_NAME})\s*(?P<here>[-+*])\s*([^=\s].*?)\s*$", "{here}", "`{here}=`",
          "write {1} {here}= {3}"),
    _slip(r"\b(every|offset)\s*(?P<here>:)", ":", "a number", "say how many: {1} 2"),
    _slip(r"^\s*cut\s+(?!at\b)(?P<here>\S.*?)\s*$", "{here}", "`at`", "write cut at {here}"),
    _slip(rf"\b(?:np|numpy|math|Math|torch)(?P<here>\.)({_NAME})", ".", "the end of the line", "write {2} alone"),
    _slip(r"^\s*use\s+(?P<here>std)\s*$", "std", "the name of a part",
          "write use std.cameras, use std.looks or use std.beats", "E0116"),
    _slip(r"^\s*(audio|lyrics|beats|image|use|style)\s*(?P<here>=)", "=", "the text itself", 'write {1} "…"'),
    _slip(rf"^\s*((?:audio|lyrics|beats|image|use)\s+(?:{_NAME}\s*=\s*)?)(?P<here>[^\s\"=]+\.\w+)", "{here}", _QUOTED,
          'write {1}"{here}"'),
    _slip(r"^\s*on\b.*?(?P<here>:\s*\{)", "{{", "one action", "take the `:` away: several actions stand in braces"),
    _slip(r"^\s*(mode)\s*=\s*(?P<here>([23])[dD])\b", "{here}", "a text in double quotes", 'write {1} = "{3}d"'),
    _slip(rf"^\s*({_NAME})\s*(?P<here>==.*)", "==", "`=`", "write {1} = …; `==` compares"),
    _slip(rf"^\s*({_NAME})\s*=\s*(-?{_NUMBER})\s*(?P<here>to\b|->|=>|→)\s*(-?{_NUMBER})", "{here}",
          "the end of the line", "write keyframes: {1} = [0: {2}, 100: {4}]"),
    _slip(rf"[\w.)]\s+(?P<here>(?:easing\s+|with\s+)?({_CURVES}))\b", "{here}", "`ease`", "write ease {2}"),
    _slip(rf"\b({_CALLS})[ \t]+(?P<here>{_NAME}|{_NUMBER})", "{here}", "`(`", "write {1}({here})"),
    _slip(rf"(?<![\w.])({_NUMBER})(?P<here>,)(\d+)", ",", "the end of the line",
          "write decimals with a point: {1}.{3}"),
    _slip(rf"(?<![\w.])({_NUMBER})\s*(?P<here>\()", "(", "an operator", "write {1}*(…) to multiply"),
    _slip(r"\)\s*(?P<here>[(\w])", "{here}", "an operator", "write `*` before it to multiply"),
    _slip(r"\"(?P<here>\w+)", "{here}", "the end of the text", r'quotes inside a text are written \"'),
    _slip(r"^\s*(?P<here>\"[^\"]*\")\s*$", "{here}", "a prompt's frame", "begin with the frame: 0: {here}"),
    _slip(rf"^\s*(?!(?:{_STATEMENTS})\b)(?P<here>{_NAME}(?:[ \t]+{_NAME})+)\s*$", "{here}", "a statement",
          'write a prompt as 0: "{here}", a value as name = 3'),
    _slip(rf"^\s*({_NAME})\s*:\s*(?P<here>[^\s\":][^\":]*?)\s*$", "{here}", "a text in double quotes",
          "write {1} = {here}"),
    _slip(r"^\s*((?:[\d@.]|bar\(|beat\(|start\b|end\b)[^:\"\[{]*):\s*(?P<here>[^\W\d][^\":=]*?)\s*$", "{here}",
          "a text in double quotes", 'write {1}: "{here}"'),
)  # fmt: skip
_SCHEDULE = rf"^\s*(?:({_NAME})\s*[:=]\s*)?(?P<here>\"?\d+\s*:\s*\(.*)$"
_KEY = r"(\d+)\s*:\s*\(([^()]*)\)"
_SHOWN = 60


def familiar(text: str, at: int, accepts: frozenset[str]) -> Mistake | None:
    """Return the slip that the line about the character ``at`` is known for, or None."""
    first = max(text.rfind("\n", 0, at), text.rfind("\r", 0, at)) + 1
    line = re.split(r"[\r\n]", text[first : first + 400], maxsplit=1)[0]
    column = at - first
    if text[:at].strip() in ("", "[") and re.match(r"\s*(?:\{\s*\"|\[\s*\{)", text):
        return Mistake("E0129", at, at + 1)
    schedule = re.match(_SCHEDULE, line)
    if schedule and schedule.start("here") <= column:
        return Mistake("E0117", first + schedule.start("here"), first + len(line.rstrip()),
                       {"repair": keyframes_for(schedule[1] or "translation_z", line)})  # fmt: skip
    for slip in _SLIPS:
        for match in re.finditer(slip.pattern, line):
            named = "then" if match.groupdict().get("then") else "here"
            start, end = match.span(named)
            if start <= column and not line[end:column].strip():
                return _told(slip, match, named, first)
    return _misspelt(text, at, accepts)


def _told(slip: _Slip, match: re.Match[str], named: str, first: int) -> Mistake:
    here = match[named]
    groups = [group or "" for group in (match[0], *match.groups())]
    more = {"here": here if len(here) <= _SHOWN else here[:_SHOWN] + "…", "under": here.replace("-", "_")}
    if ":" in here:
        more["m"], _, more["s"] = here.partition(":")
    found, wanted, repair = (part.format(*groups, **more) for part in (slip.found, slip.wanted, slip.repair))
    start, end = (first + edge for edge in match.span(named))
    return Mistake(slip.code, start, end, {"found": found, "wanted": wanted, "repair": repair})


def _misspelt(text: str, at: int, accepts: frozenset[str]) -> Mistake | None:
    """Recognise a word that could stand here, were it spelt right."""
    word = re.compile(_NAME).match(text, at)
    known = [KEYWORDS[name] for name in accepts if name in KEYWORDS]
    meant = nearest(word[0], known) if word and len(word[0]) > 2 else None
    if word is None or meant is None:
        return None
    return Mistake(
        "E0110", at, word.end(), {"found": word[0], "wanted": f"`{meant}`", "repair": f"did you mean `{meant}`?"}
    )


def keyframes_for(name: str, schedule: str) -> str:
    """Return how a schedule of Deforum's is written as keyframes."""
    keys = ", ".join(f"{frame}: {value.strip()}" for frame, value in re.findall(_KEY, schedule))
    return f"write {name} = [{keys if 0 < len(keys) <= _SHOWN else '0: 1.0, 50: 2.0'}]"

"""Human words for syntax errors: what was probably meant where a script stops making sense."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .familiar import familiar
from .mistake import KEYWORDS, Mistake

_PIECE = re.compile(
    r"""(?P<comment>\#[^\r\n]*)|(?P<long>\"\"\"(?:[^"\\]|\\[\s\S]|"(?!""))*+(?:\"\"\")?)
    |(?P<text>"(?:[^"\\\r\n]|\\[^\r\n])*+"?)|(?P<open>[(\[{])|(?P<close>[)\]}])|(?P<other>[^\#"(\[{)\]}]+)""",
    re.VERBOSE,
)
_WORD = re.compile(r"[^\W\d]\w*")
_TOKEN = re.compile(r"[^\W\d]\w*|\d+(?:\.\d+)?\w*|\"[^\"\n]{0,40}\"|\|>|\.\.|\*\*")
_NUMBER_AND_WORD = re.compile(r"((?:\d+\.\d+|\d+\.|\.\d+|\d+))[ \t]*([^\W\d]\w*)")
_LAST_WORD = re.compile(r"[^\W\d]\w*$")
_AFTER = {
    **dict.fromkeys(("fade", "lead", "for", "per"), "a length of time, such as 1s,"),
    **dict.fromkeys(("at", "from", "to"), "a position, such as 4s or bar(9),"),
    **dict.fromkeys(("every", "offset"), "a number"),
    "where": "a condition, such as time > 4,",
}
"""What should follow a word of the language, more narrowly than the grammar knows."""
_PAIRS = {"(": ")", "[": "]", "{": "}"}
_PAIRS_BACK = {close: opened for opened, close in _PAIRS.items()}
_FOREIGN = {
    "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‘": "'", "’": "'", "＂": '"', "：": ":", "，": ",", "、": ",",
    "；": ";", "（": "(", "）": ")", "【": "[", "】": "]", "［": "[", "］": "]", "｛": "{", "｝": "}", "＝": "=",
    "＋": "+", "－": "-", "−": "-", "–": "-", "—": "-", "×": "*", "÷": "/", "＊": "*", "／": "/", "％": "%",
    "＞": ">", "＜": "<", "＠": "@", "＃": "#", "｜": "|", "。": ".", "．": ".", "…": "..",
}  # fmt: skip
_EXPECTED = (
    ("TEXT", 'a text in double quotes, such as "a misty forest"'),
    ("NUMBER", "a value"),
    ("NAME", "a name"),
    ("EQUAL", "`=`"),
    ("COLON", "`:`"),
    ("LBRACE", "`{`"),
    ("RPAR", "`)`"),
    ("RSQB", "`]`"),
    ("LPAR", "`(`"),
    ("DOT", "`.`"),
)
_STATEMENTS = (
    "let", "def", "marker", "section", "on", "block", "apply", "use", "audio", "lyrics", "beats", "image", "style",
    "cut",     "profile",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Scan:
    """What stands before a place: brackets still open, the first that closes wrongly, a text without an end."""

    open: tuple[int, ...]
    wrong: tuple[int, int] | None
    unclosed_text: tuple[int, int] | None
    inside_text: bool


def _scan(text: str, until: int) -> _Scan:
    opened: list[int] = []
    for piece in _PIECE.finditer(text):
        start = piece.start()
        if start >= until:
            break
        kind = piece.lastgroup
        if kind in ("long", "text"):
            quotes = '"""' if kind == "long" else '"'
            if len(piece[0]) < 2 * len(quotes) or not piece[0].endswith(quotes):
                return _Scan(tuple(opened), None, (start, piece.end()), True)
        elif kind == "open":
            opened.append(start)
        elif kind == "close":
            if not opened or _PAIRS[text[opened[-1]]] != piece[0]:
                return _Scan(tuple(opened), (opened[-1] if opened else -1, start), None, False)
            opened.pop()
    return _Scan(tuple(opened), None, None, False)


def explain(text: str, at: int, accepts: frozenset[str]) -> Mistake:
    """Return what is wrong where the parser stopped: at the character ``at``, where it would have taken ``accepts``."""
    scan = _scan(text, min(at + 1, len(text)))
    return (
        _brackets_and_quotes(text, at, scan)
        or familiar(text, at, accepts)
        or _foreign(text, at)
        or _operators(text, at)
        or _missing(text, at, accepts)
        or _plainly(text, at, accepts)
    )


def _brackets_and_quotes(text: str, at: int, scan: _Scan) -> Mistake | None:
    if scan.unclosed_text:
        start, end = scan.unclosed_text
        return Mistake("E0112", start, min(end, start + 80), {"what": '"'})
    if scan.wrong:
        opened, closed = scan.wrong
        if opened < 0:
            return Mistake("E0114", closed, closed + 1, {"what": text[closed]})
        return Mistake("E0111", opened, opened + 1, {"what": text[opened], "close": _PAIRS[text[opened]]})
    if scan.open:
        opened = scan.open[-1]
        lines_between = "\n" in text[opened:at]
        if at >= len(text) or (lines_between and text[opened] != "{"):
            return Mistake("E0111", opened, opened + 1, {"what": text[opened], "close": _PAIRS[text[opened]]})
    return None


def _foreign(text: str, at: int) -> Mistake | None:
    char = text[at : at + 1]
    if char in _FOREIGN and char:
        return Mistake("E0113", at, at + 1, {"char": char, "plain": _FOREIGN[char]})
    if char == "'":
        return Mistake("E0122", at, at + 1)
    if char == "\ufffd":
        return Mistake("E0104", at, at + 1)
    return None


def _operators(text: str, at: int) -> Mistake | None:
    """Recognise the operators and comments of other languages, and units that are none."""
    before, rest = text[text.rfind("\n", 0, at) + 1 : at], text[at:]
    if rest.startswith("=") and re.match(r"\s*[^\W\d]\w*\s*[/%]$", before):
        return Mistake("E0120", at - 1, at + 1, {"op": before[-1] + "="})
    if rest.startswith(("//", "/*")):
        return Mistake("E0123", at, at + 2)
    twice = text[at - 1 : at + 1] if at else ""
    if twice == "//" and re.match(r"[ \t]*[\d(t]\b", rest[1:]):
        return Mistake("E0124", at - 1, at + 1, {"found": "//", "use": "`floor(a/b)`"})
    if twice == "//":
        return Mistake("E0123", at - 1, at + 1)
    if twice in ("&&", "||"):
        return Mistake("E0124", at - 1, at + 1, {"found": twice, "use": "`and`" if twice == "&&" else "`or`"})
    if rest.startswith("^"):
        return Mistake("E0124", at, at + 1, {"found": "^", "use": "`**` for a power"})
    if rest.startswith("!"):
        return Mistake("E0124", at, at + 1, {"found": "!", "use": "`not`"})
    if rest.startswith("?"):
        return Mistake("E0124", at, at + 1, {"found": "?", "use": "`a if condition else b`"})
    if re.match(r"==|!=|<=|>=|<|>", rest):
        return Mistake("E0125", at, at + 1)
    unit = _NUMBER_AND_WORD.match(text, at) or _NUMBER_AND_WORD.match(text, _number_before(text, at))
    if unit and unit.start(2) >= at - 1 and unit.end(2) > at and unit[2] not in KEYWORDS.values():
        return Mistake("E0121", unit.start(), unit.end(), {"number": unit[1], "word": unit[2]})
    return None


def _number_before(text: str, at: int) -> int:
    """Return where the number that ends just before ``at`` begins."""
    start = at
    while start > 0 and text[start - 1] in " \t":
        start -= 1
    while start > 0 and text[start - 1] in "0123456789.":
        start -= 1
    return start


def _missing(text: str, at: int, accepts: frozenset[str]) -> Mistake | None:
    """Recognise a part that is missing: a value, a text, a name, the words of a statement."""
    char = text[at : at + 1]
    if char not in ("", "\n", "\r", ";", "}", ")", "]", ",", "#"):
        return None
    wanted = _wanted(accepts)
    if not wanted or (char == "," and wanted == "the end of the line"):
        return None
    if char == ";" and "COMMA" in accepts:
        return Mistake("E0110", at, at + 1, {"found": ";", "wanted": "`,`", "repair": "write `,` in its place"})
    last = len(text[:at].rstrip())
    if wanted == "a value":
        before = _LAST_WORD.search(text, max(0, last - 20), last)
        wanted = _AFTER.get(before[0] if before else "", wanted)
    return Mistake("E0116", max(0, last - 1), max(1, last), {"wanted": wanted})


def _plainly(text: str, at: int, accepts: frozenset[str]) -> Mistake:
    word = _WORD.match(text, at)
    whole = _TOKEN.match(text, at)
    found = whole[0] if whole else text[at : at + 1]
    wanted = _wanted(accepts)
    end = at + max(1, len(found))
    if found and not found.isprintable() and found not in "\r\n":
        found = f"U+{ord(found[0]):04X}"
    if not found or found in "\r\n":
        last = len(text[:at].rstrip())
        return Mistake("E0116", max(0, last - 1), max(1, last), {"wanted": wanted or "the rest of the statement"})
    if _WORD.fullmatch(text[text.rfind("\n", 0, at) + 1 : at].strip()) and "EQUAL" in accepts:
        wanted = "`=`"
    fields = {"found": found, "wanted": wanted or "something else"}
    last_word = _LAST_WORD.search(text, max(0, at - 40), len(text[:at].rstrip()))
    if wanted == "the end of the line":
        if word and found in _STATEMENTS:
            return Mistake("E0126", at, end, {"found": found})
        before = "begin a new line before it, or join it to what stands before by an operator such as `+`"
        fields["repair"] = "begin a new line in its place" if found == "," else before
    elif "COMMA" in accepts and accepts & {"RSQB", "RPAR"}:
        close = "]" if "RSQB" in accepts else ")"
        fields |= {"wanted": f"`,` or `{close}`", "repair": f"put a `,` before it, or close the `{_PAIRS_BACK[close]}`"}
    elif last_word and last_word[0] in _STATEMENTS and "EQUAL" in accepts:
        fields |= {"found": last_word[0], "wanted": "an action, such as zoom += 1,"}
        fields["repair"] = "move it out of the trigger's braces"
        at, end = last_word.span()
    return Mistake("E0110", at, end, fields)


def _wanted(accepts: frozenset[str]) -> str:
    """Say in words what the parser would have taken, as shortly as is true."""
    if "LET" in accepts and "PROFILE" in accepts:
        return "a statement"
    words = [text for name, text in _EXPECTED if name in accepts]
    words = words if len(words) == 1 else [text for text in words if text != "`(`"]
    if "a value" in words:
        return "a value"
    if {"COLON", "EVERY"} <= accepts:
        return "`:`"
    rare = ("IF", "PER") if words or len(accepts & KEYWORDS.keys()) > 2 else ()
    keywords = [f"`{KEYWORDS[name]}`" for name in sorted(accepts) if name in KEYWORDS and name not in rare]
    if "_END" in accepts:
        return "the end of the line"
    options = [*words, *keywords][:4]
    return " or ".join([", ".join(options[:-1]), options[-1]] if len(options) > 1 else options)

"""Lyrics: the text of an LRC, SRT or WebVTT file becomes lines and words with their times."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

_STAMP = re.compile(r"\[(\d+):(\d{1,2}(?:[.:]\d{1,3})?)\]")
_WORD_STAMP = re.compile(r"<(\d+):(\d{1,2}(?:[.:]\d{1,3})?)>")
_OFFSET = re.compile(r"\[offset:\s*([+-]?\d+)\s*\]", re.IGNORECASE)
_CUE = re.compile(r"(?:(\d+):)?(\d{1,2}):(\d{2}[.,]\d{1,3})\s*-->\s*(?:(\d+):)?(\d{1,2}):(\d{2}[.,]\d{1,3})")
_MARKUP = re.compile(r"<[^>]*>|\{[^}]*\}")
_TOKEN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|[^\W_](?:[^\W_]|['’-](?=\w))*?(?![^\W_]|['’-]\w)")
LONGEST_LINE = 5.0
"""Seconds over which the words of a line without stamps of their own are spread at most."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word, or a character where the script has no spaces between words, and the second that it is sung at."""

    time: float
    text: str


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the lyrics from ``time`` to ``end`` in seconds; ``stamped`` where its words have times of their own."""

    time: float
    text: str
    words: tuple[Word, ...]
    end: float
    stamped: bool = False

    @classmethod
    def spread(cls, time: float, end: float, text: str) -> Line:
        """Return a line whose words are spread over it by their letters."""
        return cls(time, text, tuple(_spread(time, end, text)), end)


def lyrics_of(text: str) -> tuple[Line, ...]:
    """Return the lines of a lyrics file in the order of their times; none where it has no times."""
    lines = _cues(text) if "-->" in text else _lrc(text)
    return tuple(sorted(lines, key=lambda line: line.time))


def tokens(text: str) -> list[str]:
    """Return the words of a text as they are compared: without case and punctuation."""
    return [token.casefold() for token in _TOKEN.findall(text)]


def pieces(text: str) -> list[str]:
    """Return a text cut before each of its words but the first, so that the pieces make it up again."""
    starts = [found.start() for found in _TOKEN.finditer(text)]
    edges = [0, *starts[1:], len(text)]
    return [text[first:last] for first, last in pairwise(edges)]


def sung(lines: tuple[Line, ...], words: tuple[str, ...]) -> list[float]:
    """Return the seconds at which ``words`` are sung one after the other."""
    everything = [word for line in lines for word in line.words]
    everything.sort(key=lambda word: word.time)
    texts = [word.text for word in everything]
    count = len(words)
    if not count:
        return []
    return [everything[k].time for k in range(len(texts) - count + 1) if tuple(texts[k : k + count]) == words]


def _lrc(text: str) -> list[Line]:
    """LRC: ``[mm:ss.xx]`` before a line, several for a repeated one, ``<mm:ss.xx>`` before words.

    A positive ``[offset:ms]`` makes everything come sooner, as the format's convention has it.
    """
    shift = next((float(found[1]) / 1000.0 for found in _OFFSET.finditer(text)), 0.0)
    stamped: list[tuple[float, str]] = []
    for row in text.splitlines():
        at = 0
        times: list[float] = []
        while found := _STAMP.match(row, at):
            times.append(_seconds(found[1], found[2]) - shift)
            at = found.end()
        stamped += [(time, row[at:].strip()) for time in times]
    stamped.sort(key=lambda pair: pair[0])
    ends = [time for time, _ in stamped[1:]]
    lines: list[Line] = []
    for number, (time, body) in enumerate(stamped):
        if body:
            end = ends[number] if number < len(ends) else time + LONGEST_LINE
            lines.append(_line(time, end, body, shift))
    return lines


def _line(time: float, end: float, body: str, shift: float) -> Line:
    end = max(time, min(end, time + LONGEST_LINE))
    pieces = _WORD_STAMP.split(body)
    if len(pieces) == 1:
        return Line.spread(time, end, body)
    words = [Word(time, token) for token in tokens(pieces[0])]
    for minute, second, piece in zip(pieces[1::3], pieces[2::3], pieces[3::3], strict=True):
        start = _seconds(minute, second) - shift
        words += [Word(start, token) for token in tokens(piece)]
    return Line(time, " ".join(_WORD_STAMP.sub(" ", body).split()), tuple(words), end, stamped=True)


def _spread(start: float, end: float, text: str) -> list[Word]:
    """Spread words over a line by their letters."""
    found = tokens(text)
    total = sum(len(token) + 1 for token in found)
    length = min(max(end - start, 0.0), LONGEST_LINE)
    words: list[Word] = []
    before = 0
    for token in found:
        words.append(Word(start + length * before / total, token))
        before += len(token) + 1
    return words


def _cues(text: str) -> list[Line]:
    """SRT and WebVTT: ``from --> to`` and the text below it."""
    lines: list[Line] = []
    for block in re.split(r"\r?\n[ \t]*\r?\n", text):
        found = _CUE.search(block)
        if not found:
            continue
        start, end = (_clock(found[k], found[k + 1], found[k + 2]) for k in (1, 4))
        body = " ".join(_MARKUP.sub("", block[found.end() :].partition("\n")[2]).split())
        if body:
            lines.append(Line.spread(start, end, body))
    return lines


def _clock(hours: str | None, minutes: str, seconds: str) -> float:
    return 3600.0 * float(hours or 0) + _seconds(minutes, seconds)


def _seconds(minutes: str, seconds: str) -> float:
    return 60.0 * float(minutes) + float(seconds.replace(",", ".").replace(":", "."))

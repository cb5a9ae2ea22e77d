"""The words of a song or a story: when each line and each word is said, and how sure that is."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ...compiler.inputs.lyrics import Line, lyrics_of, pieces, tokens
from ..errors import HearingError
from .decode import Wave

_LARGEST = 1_000_000
_ENCODINGS = ("gb18030", "shift_jis", "euc_kr", "big5", "cp1252")
"""What a text may be that is not UTF-8; told apart by what the letters are."""
_UNWRITTEN = ("Cc", "Cn", "Co", "Cs")
_KINDS = "give LRC, SRT, WebVTT, ASS or plain text"


@dataclass(frozen=True, slots=True)
class SpokenWord:
    """A word from ``start`` to ``end`` in seconds; ``confidence`` in 0..1."""

    start: float
    end: float
    text: str
    confidence: float


@dataclass(frozen=True, slots=True)
class SpokenLine:
    """A line or sentence from ``start`` to ``end`` in seconds, its words, and ``confidence`` in 0..1."""

    start: float
    end: float
    text: str
    words: tuple[SpokenWord, ...]
    confidence: float


def words_of(path: Path, wave: Callable[[], Wave] | None = None, *, music: bool = False) -> tuple[SpokenLine, ...]:
    """Return the lines of a words file: LRC, SRT, WebVTT, ASS; a plain text is aligned to what ``wave`` returns.

    ``music``: whether more than a voice is to be heard, so that pauses tell little.

    Raises HearingError where the file cannot be read or has no words, or has no times and there is no sound.
    """
    text = read_words(path)
    lines = _subtitles(path, text) if path.suffix.lower() in (".ass", ".ssa") else lyrics_of(text)
    if lines:
        return tuple(_timed(line) for line in _forward(lines))
    plain = lines_of(text)
    if not plain or not tokens(" ".join(plain)):
        raise HearingError(f"there are no words in {path.name}", "give a text with a line for each line that is sung")
    if wave is None:
        raise HearingError(f"{path.name} says of no line when it is sung", "give the sound with it")
    from .align import align

    return align(wave(), plain, music=music)


def within(lines: tuple[SpokenLine, ...], duration: float) -> tuple[tuple[SpokenLine, ...], str]:
    """Return lines, those that begin after ``duration`` seconds of sound with confidence 0, and what to tell of them.

    Those that begin in time end with the sound at the latest. The text is empty where all begin in time.
    """
    lines = tuple(line if line.start >= duration else _ended(line, duration) for line in lines)
    late = [line for line in lines if line.start >= duration]
    if not late:
        return lines, ""
    kept = tuple(replace(line, confidence=0.0) if line.start >= duration else line for line in lines)
    are = "1 line of the words begins" if len(late) == 1 else f"{len(late)} lines of the words begin"
    first = min(late, key=lambda line: line.start)
    named = f"the first is “{first.text[:60]}” at {first.start:.1f} s"
    return kept, f"{are} after the end of the sound, at {duration:.1f} s; {named}"


def _ended(line: SpokenLine, duration: float) -> SpokenLine:
    words = (replace(word, start=min(word.start, duration), end=min(word.end, duration)) for word in line.words)
    return replace(line, end=min(line.end, duration), words=tuple(words))


def story_lines(path: Path, wave: Wave) -> tuple[SpokenLine, ...]:
    """Return the sentences of a story, aligned to the voice that tells it. Raises HearingError."""
    from .align import align

    sentences = sentences_of(read_words(path))
    if not sentences:
        raise HearingError(f"there are no sentences in {path.name}", "give the text that the voice says")
    return align(wave, sentences)


def has_times(path: Path) -> bool:
    """Tell whether a script can read a words file as it is: UTF-8 with times in it."""
    try:
        text = path.read_bytes()[:_LARGEST].decode("utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return False
    return path.suffix.lower() not in (".ass", ".ssa") and bool(lyrics_of(text))


def read_words(path: Path) -> str:
    """Return a words file's text: UTF-8, UTF-16, or an older encoding by what its letters are. Raises HearingError."""
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST + 1)
    except FileNotFoundError:
        raise HearingError(f"there is no words file {path}", "check the path") from None
    except OSError as fault:
        raise HearingError(f"the words file {path} cannot be read: {fault.strerror}", "name a text file") from None
    if len(data) > _LARGEST:
        raise HearingError(
            f"{path.name} is larger than 1 MB: too large for the words of a song", "is it the right file?"
        )
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _written(path, data.decode("utf-16", errors="replace"))
    if b"\0" in data:
        raise HearingError(f"{path.name} is not text (it holds zero bytes)", _KINDS)
    try:
        return _written(path, data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return _written(path, _older(data))


def _written(path: Path, text: str) -> str:
    """Return a text as it is; where it is full of what nobody writes it is none. Raises HearingError."""
    odd = sum(letter == "\ufffd" or (unicodedata.category(letter) in _UNWRITTEN and letter not in "\t\n\r\f\x1a\x85")
              for letter in text)  # fmt: skip
    if odd > 0.02 * len(text):
        raise HearingError(
            f"{path.name} is not text: {odd} of its {len(text)} letters are none that is written", _KINDS
        )
    return text


def _older(data: bytes) -> str:
    """Decode a text of unknown encoding: the one whose letters are the most usual ones."""
    texts: list[tuple[float, str]] = []
    for encoding in _ENCODINGS:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        texts.append((_odd(text, encoding), text))
    return min(texts, default=(0.0, data.decode("latin-1")), key=lambda pair: pair[0])[1]


def _odd(text: str, encoding: str) -> float:
    """Return how unlike written language the letters beyond ASCII are: rare planes, half-width kana, symbols."""
    far = [letter for letter in text if ord(letter) > 127]
    if not far:
        return 0.0
    usual = {
        "gb18030": lambda letter: _common(letter, "gb2312"),
        "big5": lambda letter: "\u4e00" <= letter <= "\u9fff" and _common(letter, "big5"),
        "shift_jis": lambda letter: "\u3040" <= letter <= "\u30ff" or "\u4e00" <= letter <= "\u9fff",
        "euc_kr": lambda letter: "\uac00" <= letter <= "\ud7a3",
        "cp1252": lambda letter: letter.isalpha() or letter in "’‘“”–—…«»¿¡",
    }[encoding]
    share = sum(map(usual, far)) / len(far)
    kana = sum("\u3040" <= letter <= "\u30ff" for letter in far) / len(far)
    # Western text has few such letters among many plain ones; the others are made of them.
    dense = len(far) / max(1, sum(letter.isalpha() for letter in text))
    mixed = dense > 0.4 if encoding == "cp1252" else dense < 0.4
    # Chinese read as Korean is half Hanja, so that what is all Hangul is Korean.
    hangul = 0.2 * (encoding == "euc_kr" and share > 0.95)
    return 1 - share - hangul + 0.5 * mixed - (0.3 * (kana > 0.2) if encoding == "shift_jis" else 0.0)


def _common(letter: str, encoding: str) -> bool:
    """Tell whether a letter is among the common ones: the first level of GB 2312 or Big5."""
    code = letter.encode(encoding, "ignore")
    return len(code) == 2 and (code[0] <= 0xD7 if encoding == "gb2312" else 0xA1 <= code[0] <= 0xC6)


def lines_of(text: str) -> list[str]:
    """Return the lines of a plain text; headings such as [Chorus] are none."""
    rows = (" ".join(row.split()) for row in text.splitlines())
    return [row for row in rows if row and tokens(row) and not (row[0] == "[" and row[-1] == "]")]


def sentences_of(text: str) -> list[str]:
    """Return the sentences of a story, in any script."""
    whole = " ".join(text.split())
    pieces = re.findall(r".+?(?:[.!?…]+[\"'”’»)]*(?=\s|$)|[。！？…]+[」』”’）]*|$)", whole)
    return [piece.strip() for piece in pieces if tokens(piece)]


def _subtitles(path: Path, text: str) -> tuple[Line, ...]:
    import pysubs2.exceptions

    try:
        events = pysubs2.SSAFile.from_string(text, format_="ass").events
    except (pysubs2.exceptions.Pysubs2Error, ValueError, IndexError, KeyError) as fault:
        raise HearingError(
            f"{path.name} is not a subtitle file: {fault}", "export it again as ASS, SRT or LRC"
        ) from None
    shown = [event for event in events if event.is_text and event.plaintext.strip()]
    shown.sort(key=lambda event: event.start)
    if not shown:
        raise HearingError(f"there are no words in {path.name}", "export it again with its lines")
    return tuple(
        Line.spread(event.start / 1000, event.end / 1000, " ".join(event.plaintext.split())) for event in shown
    )


def _forward(lines: Sequence[Line]) -> list[Line]:
    """Return lines of which each ends after it begins: one that does not lasts until the next, five seconds at most."""
    nexts = [line.time for line in lines[1:]] + [math.inf]
    return [
        line
        if line.end > line.time
        else Line.spread(line.time, min(after, line.time + 5) if after > line.time else line.time + 5, line.text)
        for line, after in zip(lines, nexts, strict=True)
    ]


def _timed(line: Line) -> SpokenLine:
    """A line that came with its times is sure of them; words spread over it are less so."""
    ends = [word.time for word in line.words[1:]] + [line.end]
    words = tuple(
        SpokenWord(word.time, max(end, word.time), word.text, 1.0 if line.stamped else 0.4)
        for word, end in zip(line.words, ends, strict=True)
    )
    return SpokenLine(line.time, line.end, line.text, words, 1.0)


def to_lrc(lines: tuple[SpokenLine, ...]) -> str:
    """Return lines as an LRC file with a time for each word."""
    return "".join(f"[{_stamp(line.start)}]{_body(line)}\n" for line in lines)


def _body(line: SpokenLine) -> str:
    parts = pieces(line.text)
    if len(parts) != len(line.words):
        return line.text
    return "".join(f"<{_stamp(word.start)}>{part}" for word, part in zip(line.words, parts, strict=True))


def _stamp(seconds: float) -> str:
    hundredths = max(0, round(100 * seconds))
    return f"{hundredths // 6000:02d}:{hundredths // 100 % 60:02d}.{hundredths % 100:02d}"

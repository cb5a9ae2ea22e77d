"""The words of a song: every kind of file, any encoding, and plain text aligned to a voice."""

from itertools import pairwise

import listening
import numpy as np
import pytest
from animc.compiler.inputs.lyrics import lyrics_of
from animc.runtime.errors import HearingError
from animc.runtime.hearing.align import align
from animc.runtime.hearing.decode import RATE, Wave
from animc.runtime.hearing.words import read_words, sentences_of, to_lrc, words_of

ASS = """[Script Info]
ScriptType: v4.00+

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
Dialogue: 0,0:00:04.00,0:00:05.50,Default,,0,0,0,,{\\i1}second{\\i0} line
Dialogue: 0,0:00:01.00,0:00:02.50,Default,,0,0,0,,first line
"""
FILES = {
    "a.lrc": "[00:04.00]second line\n[00:01.00]<00:01.00>first <00:01.75>line\n",
    "a.srt": "1\n00:00:01,000 --> 00:00:02,500\nfirst line\n\n2\n00:00:04,000 --> 00:00:05,500\n<i>second</i> line\n",
    "a.vtt": "WEBVTT\n\n00:01.000 --> 00:02.500\nfirst line\n\n00:04.000 --> 00:05.500\nsecond line\n",
    "a.ass": ASS,
}


def wave_of(sound):
    import soxr

    return Wave(soxr.resample(sound.astype(np.float32), listening.RATE, RATE), RATE, sound.size / listening.RATE)


@pytest.mark.parametrize("name", FILES)
def test_every_kind_of_file_tells_lines_and_words_in_order(name, tmp_path):
    (tmp_path / name).write_text(FILES[name], encoding="utf-8")
    lines = words_of(tmp_path / name)
    assert [(line.text, line.start) for line in lines] == [("first line", 1.0), ("second line", 4.0)]
    if name != "a.lrc":
        assert [line.end for line in lines] == [2.5, 5.5]
    for line in lines:
        assert [word.text for word in line.words] == line.text.split()
        assert line.start <= line.words[0].start < line.words[0].end == line.words[1].start < line.words[1].end
        assert line.confidence == 1.0
    assert lines[0].words[0].confidence == (1.0 if name == "a.lrc" else 0.4)


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("utf-8-sig", "海边的日落"),
        ("utf-16", "海边的日落"),
        ("gb18030", "从前有一座红色的小房子\n一只老狐狸住在那里"),
        ("shift_jis", "むかしむかしあるところに\nおじいさんがいました"),
        ("euc_kr", "옛날 옛적에 작은 집이 있었습니다"),
        ("cp1252", "Il était une fois une forêt, là-bas"),
    ],
)
def test_words_in_any_encoding(encoding, text, tmp_path):
    (tmp_path / "words.txt").write_bytes(text.encode(encoding))
    assert read_words(tmp_path / "words.txt") == text


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "no words"),
        (b"\n  \n[Chorus]\n", "no words"),
        (b"a\0b", "zero bytes"),
        (b"x" * 1_000_001, "larger than 1 MB"),
        (b"only plain text", "when it is sung"),
    ],
)
def test_what_has_no_words_is_told(data, message, tmp_path):
    (tmp_path / "words.txt").write_bytes(data)
    with pytest.raises(HearingError, match=message):
        words_of(tmp_path / "words.txt")


@pytest.mark.parametrize("name", ["missing.txt", "."])
def test_a_file_that_cannot_be_read_is_told(name, tmp_path):
    with pytest.raises(HearingError):
        words_of(tmp_path / name)


@pytest.mark.parametrize("content", ["", "[Events]\nDialogue: nonsense\n", "\x01\x02"])
def test_a_broken_ass_is_told(content, tmp_path):
    (tmp_path / "a.ass").write_text(content)
    with pytest.raises(HearingError):
        words_of(tmp_path / "a.ass")


@pytest.mark.parametrize("seed", [3, 4, 5])
def test_sentences_begin_where_they_are_said(seed):
    sound, texts, starts = listening.told(12, seed)
    lines = align(wave_of(sound), texts)
    assert [line.text for line in lines] == texts
    assert [line.start for line in lines] == pytest.approx(starts, abs=0.015)
    assert all(line.confidence > 0.5 for line in lines)
    assert all(a.end <= b.start for a, b in pairwise(lines))


def test_in_noise_they_begin_nearly_there():
    sound, texts, starts = listening.told(12)
    noise = np.random.default_rng(1).normal(size=sound.size) * sound.std() * 10 ** (-15 / 20)
    found = [line.start for line in align(wave_of(sound + noise), texts)]
    assert np.mean(np.abs(np.array(found) - starts)) < 0.05


@pytest.mark.parametrize("sound", [np.zeros(22_050), np.zeros(100), listening.played("v", bars=2)])
def test_where_nobody_speaks_lines_are_spread_and_unsure(sound):
    lines = align(wave_of(sound), ["one line", "another", "一行", "4"], music=True)
    assert len(lines) == 4
    assert all(line.confidence < 0.5 for line in lines)
    assert all(a.start <= b.start for a, b in pairwise(lines))


def test_sentences_in_any_script():
    assert sentences_of('He said "no." Then 3.5 km! Gone…') == ['He said "no."', "Then 3.5 km!", "Gone…"]
    assert sentences_of("从前有一座房子。它是红色的！「谁？」") == ["从前有一座房子。", "它是红色的！", "「谁？」"]
    assert sentences_of("no end") == ["no end"]


def test_aligned_words_can_be_written_and_read_as_lrc():
    sound, _, starts = listening.told(2)
    texts = ["Don't stop, the music!", "海边的日落"]
    lines = lyrics_of(to_lrc(align(wave_of(sound), texts)))
    assert lines[0].text == texts[0]
    assert [word.text for word in lines[0].words] == ["don't", "stop", "the", "music"]
    assert [word.text for word in lines[1].words] == list("海边的日落")
    assert lines[0].time == pytest.approx(starts[0], abs=0.03)

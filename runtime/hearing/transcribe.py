"""The words of a sound by a speech recogniser from outside: faster-whisper, installed as an extra."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import HearingError, first_line
from .decode import Wave
from .words import SpokenLine, SpokenWord

RATE = 16_000
"""Samples a second that Whisper hears."""


def transcribe(wave: Wave, model: str = "small", language: str | None = None) -> tuple[SpokenLine, ...]:
    """Return what is said or sung, line by line with the times of its words.

    ``model``: a name that faster-whisper knows and fetches once (tiny, base, small, medium, large-v3 …), or a folder
    with such a model; ``language``: its code (en, zh …), else it is guessed. Raises HearingError where the recogniser
    is not installed, the model cannot be had, or nothing is said.
    """
    try:
        from faster_whisper import WhisperModel  # pyright: ignore[reportMissingImports]  (an extra)
    except ImportError as fault:
        raise HearingError("faster-whisper is not installed", 'pip install "animc[transcribe]"') from fault
    import soxr

    sound = np.asarray(soxr.resample(wave.samples, wave.rate, RATE), np.float32)
    try:
        recogniser = WhisperModel(model, device="auto", compute_type="default")
        segments, _ = recogniser.transcribe(sound, language=language, word_timestamps=True, vad_filter=True)
        lines = tuple(line for line in map(_line, segments) if line.text)
    except Exception as fault:  # ctranslate2, the hub and the tokenizer each raise their own
        said = first_line(fault)
        raise HearingError(
            f"the recogniser {model!r} cannot be used: {said[:160]}",
            "go online once so that it can be fetched, or name a folder with a model: --whisper models/small",
        ) from fault
    if not lines:
        raise HearingError("no words were recognised", "try a larger model, such as --whisper medium, or write them")
    return lines


def _line(segment: Any) -> SpokenLine:
    words = tuple(
        SpokenWord(float(word.start), float(word.end), word.word.strip(), float(word.probability))
        for word in segment.words or ()
    )
    sure = float(np.exp(min(segment.avg_logprob, 0.0)))
    return SpokenLine(float(segment.start), float(segment.end), segment.text.strip(), words, sure)

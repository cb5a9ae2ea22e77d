"""Measures when sentences and words are told to begin: ``python benchmarks/hearing/speech.py [--noise 15]``.

Speech is made by espeak-ng's library (English, French, Mandarin in pinyin), which tells exactly where each word begins.
Needs libespeak-ng, and pocketsphinx for the words (``pip install "animc[words]"``).
"""

from __future__ import annotations

import argparse
import ctypes
import ctypes.util
import itertools

import numpy as np
from animc.compiler.inputs.lyrics import tokens
from animc.runtime.hearing.align import align
from animc.runtime.hearing.decode import RATE, Wave

STORIES = {
    "en": (
        "Once there was a lighthouse at the end of the world.",
        "Its keeper had not spoken to anyone for seven years.",
        "Every night he lit the lamp.",
        "One morning a small red boat came out of the fog, and nobody was in it.",
        "He pulled it onto the stones and looked inside.",
        "There was a letter with his own name on it.",
        "Do not open this before the winter, it said.",
        "So he waited, and the lamp burned, and the snow came early.",
    ),
    "fr": (
        "Il était une fois un phare au bout du monde.",
        "Son gardien n'avait parlé à personne depuis sept ans.",
        "Chaque nuit, il allumait la lampe.",
        "Un matin, un petit bateau rouge sortit de la brume.",
        "Il n'y avait personne à bord.",
    ),
    "cmn-latn-pinyin": (
        "cong2 qian2 you3 yi2 zuo4 deng1 ta3 .",
        "ta1 yi3 jing1 qi1 nian2 mei2 you3 shuo1 hua4 le5 .",
        "mei3 tian1 wan3 shang4 ta1 dou1 dian3 deng1 .",
        "you3 yi4 tian1 zao3 shang4 , wu4 li3 lai2 le5 yi4 zhi1 xiao3 chuan2 .",
        "chuan2 shang4 mei2 you3 ren2 .",
    ),
}
CHINESE = (
    "从前有一座灯塔。",
    "他已经七年没有说话了。",
    "每天晚上他都点灯。",
    "有一天早上，雾里来了一只小船。",
    "船上没有人。",
)


class Event(ctypes.Structure):
    """espeak_EVENT of espeak-ng's speak_lib.h."""

    _fields_ = (
        ("type", ctypes.c_int),
        ("unique", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user", ctypes.c_void_p),
        ("id", ctypes.c_char * 8),
    )


CALL = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(Event))


class Voice:
    """espeak-ng, asked for samples and for where its words begin."""

    def __init__(self) -> None:
        name = ctypes.util.find_library("espeak-ng")
        if name is None:
            raise SystemExit("libespeak-ng is not installed")
        self.library = ctypes.CDLL(name)
        self.rate = self.library.espeak_Initialize(2, 0, None, 0)
        self.callback = CALL(self._take)
        self.library.espeak_SetSynthCallback(self.callback)

    def say(self, text: str, language: str, speed: int = 150) -> tuple[np.ndarray, list[float]]:
        """Return samples (-1..1) at RATE, without silence before, and the seconds at which words begin."""
        self.parts: list[np.ndarray] = []
        self.words: list[float] = []
        self.library.espeak_SetVoiceByName(language.encode())
        self.library.espeak_SetParameter(1, speed, 0)
        data = text.encode() + b"\0"
        self.library.espeak_Synth(data, len(data), 0, 1, 0, 1, None, None)
        import soxr

        sound = np.concatenate(self.parts).astype(np.float32) / 32768
        begin = int(np.flatnonzero(np.abs(sound) > 0.01)[0])
        end = int(np.flatnonzero(np.abs(sound) > 0.01)[-1])
        sound = soxr.resample(sound[begin : end + 1], self.rate, RATE)
        return sound, [max(0.0, time - begin / self.rate) for time in self.words]

    def _take(self, wave: object, count: int, events: object) -> int:
        if count:
            self.parts.append(np.ctypeslib.as_array(wave, (count,)).copy())
        for event in itertools.takewhile(lambda event: event.type, (events[k] for k in range(10_000))):
            if event.type == 1:
                self.words.append(event.audio_position / 1000)
        return 0


def told(
    voice: Voice, language: str, rng: np.random.Generator, noise: float | None
) -> tuple[Wave, list[float], list[list[float]]]:
    """Return a story as sound, and when its sentences and their words begin."""
    at, parts, starts, words = 0.4, [np.zeros(round(0.4 * RATE), np.float32)], [], []
    for sentence in STORIES[language]:
        sound, begun = voice.say(sentence, language)
        starts.append(at)
        words.append([at + time for time in begun])
        pause = np.zeros(round(rng.uniform(0.25, 0.9) * RATE), np.float32)
        parts += [sound, pause]
        at += (sound.size + pause.size) / RATE
    samples = np.concatenate(parts)
    if noise is not None:
        level = float(np.sqrt(np.mean(np.square(samples[np.abs(samples) > 0.01])))) * 10 ** (-noise / 20)
        samples = samples + rng.normal(0, level, samples.size).astype(np.float32)
    return Wave(samples, RATE, samples.size / RATE), starts, words


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--noise", type=float, help="dB of speech over white noise; none unless told")
    parser.add_argument("--seeds", type=int, default=3, help="how often each story is told, with other pauses")
    options = parser.parse_args()
    voice = Voice()
    for language in STORIES:
        lines = list(CHINESE if language.startswith("cmn") else STORIES[language])
        errors, apart = [], []
        for seed in range(options.seeds):
            wave, starts, words = told(voice, language, np.random.default_rng(1000 + seed), options.noise)
            found = align(wave, lines)
            errors += [1000 * abs(line.start - start) for line, start in zip(found, starts, strict=True)]
            for line, true in zip(found, words, strict=True) if language == "en" else ():
                if len(line.words) == len(true) == len(tokens(line.text)):
                    apart += [1000 * abs(word.start - time) for word, time in zip(line.words, true, strict=True)]
        report = f"{language:16} sentences {len(errors)}: {np.mean(errors):.1f} ms off, at most {np.max(errors):.0f}"
        if apart:
            report += f"; {len(apart)} words {np.mean(apart):.1f} ms off, 95 % within {np.percentile(apart, 95):.0f}"
        print(report)


if __name__ == "__main__":
    main()

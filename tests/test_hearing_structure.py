"""Sections of a song: where they begin, which come again, and where it drops."""

import listening
import numpy as np
import pytest
from animc.runtime.hearing.decode import RATE, Wave
from animc.runtime.hearing.rhythm import rhythm_of
from animc.runtime.hearing.structure import from_arrays, structure_of, to_arrays


def heard(sound, rate=listening.RATE):
    import soxr

    wave = Wave(soxr.resample(sound.astype(np.float32), rate, RATE), RATE, sound.size / rate)
    return structure_of(wave, rhythm_of(wave)), wave


def test_sections_begin_on_their_bar_and_are_known_again():
    structure, wave = heard(listening.played("qvcvc"))
    parts = structure.sections
    assert [part.bar for part in parts] == [1, 9, 17, 25, 33]
    assert [part.label for part in parts] == list("ABCBC")
    assert [part.start for part in parts[1:]] == pytest.approx([16, 32, 48, 64], abs=0.02)
    assert parts[0].start == 0
    assert parts[-1].end == wave.duration
    assert parts[0].energy < 0.7 < parts[1].energy <= parts[2].energy == 1.0
    assert structure.drops == (parts[1].start,)


def test_what_never_changes_is_one_section():
    structure, wave = heard(listening.played("vv"))
    assert [(part.start, part.end, part.label) for part in structure.sections] == [(0.0, wave.duration, "A")]
    assert structure.drops == structure.builds == ()


@pytest.mark.parametrize("seconds", [0.2, 3.0, 40.0])
def test_silence_and_noise_have_a_structure_too(seconds):
    size = round(seconds * RATE)
    for sound in (np.zeros(size), 0.1 * np.random.default_rng(1).normal(size=size)):
        structure, _ = heard(sound, RATE)
        assert len(structure.sections) == 1
        assert structure.drops == ()


def test_a_structure_is_kept_and_read_back():
    structure, _ = heard(listening.played("qc", bars=4))
    assert from_arrays(to_arrays(structure)) == structure

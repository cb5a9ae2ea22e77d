"""What is heard is what was played: beats, drums, bars and signals, against sounds made with exact truth."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile
from animc.compiler.sounds import DRUMS, HAT, KICK, Events, Needs, Request, Signal, Told
from animc.runtime.hearing import Ear, click_track, hear, listen
from animc.runtime.hearing.accents import accents_of
from animc.runtime.hearing.bars import find_downbeats
from animc.runtime.hearing.decode import decode
from scipy.signal import lfilter

RATE = 44_100


def noise(seconds, seed=0):
    return np.random.default_rng(seed).normal(size=round(seconds * RATE))


def drum(kind, seed=0):
    time = np.arange(round(0.3 * RATE)) / RATE
    if kind == "kick":
        phase = 2 * np.pi * (50 * time + 3.6 * (1 - np.exp(-time / 0.03)))
        return 0.8 * np.sin(phase) * np.exp(-time / 0.1)
    if kind == "snare":
        tone = 0.3 * np.sin(2 * np.pi * 190 * time) * np.exp(-time / 0.05)
        return 0.4 * noise(0.3, seed) * np.exp(-time / 0.06) + tone
    return 0.2 * np.diff(noise(0.3, seed), prepend=0) * np.exp(-time / 0.02)


def put(sound, part, seconds, gain=1.0):
    first = round(seconds * RATE)
    span = sound[first : first + part.size]
    span += gain * part[: span.size]


def groove(tempo=120.0, bars=8, meter=4, start=0.0, lead=0.0, seed=1):
    """Return samples, and the exact times of beats, downbeats, kicks, snares and hats."""
    beat = 60 / tempo
    count = bars * meter
    times = start + np.arange(count) * beat
    sound = 0.0005 * noise(start + count * beat + lead, seed)
    kicks = times[np.arange(count) % meter % 2 == 0] if meter == 4 else times[::meter]
    snares = times[np.arange(count) % meter % 2 == 1] if meter == 4 else times[2::meter]
    hats = start + np.arange(2 * count) * beat / 2
    for index, kick in enumerate(kicks):
        put(sound, drum("kick"), kick, 1.0 if np.isclose(kick, times[::meter]).any() else 0.7 + 0.05 * (index % 3))
    for index, snare in enumerate(snares):
        put(sound, drum("snare", index), snare)
    for index, hat in enumerate(hats):
        put(sound, drum("hat", index), hat, 0.6)
    chords = ((220.0, 277.2, 329.6), (196.0, 246.9, 293.7), (174.6, 220.0, 261.6), (164.8, 207.7, 246.9))
    for bar in range(bars):
        clock = np.arange(round(meter * beat * RATE)) / RATE
        tone = sum(np.sin(2 * np.pi * pitch * clock) for pitch in chords[bar % 4])
        put(sound, 0.04 * tone * np.exp(-clock / 1.5) * np.clip(clock / 0.02, 0, 1), times[bar * meter])
    return sound, {"beat": times, "downbeat": times[::meter], "kick": kicks, "snare": snares, "hat": hats}


def f_measure(truth, found, window=0.07):
    """Return the F-measure of found times, each matched to one true time at most within ``window`` seconds."""
    free, hits = list(found), 0
    for time in truth:
        near = min(free, key=lambda guess: abs(guess - time), default=None)
        if near is not None and abs(near - time) <= window:
            free.remove(near)
            hits += 1
    return 2 * hits / (len(truth) + len(found)) if len(truth) + len(found) else 1.0


def errors(truth, found):
    return np.array([np.abs(np.asarray(found) - time).min() for time in truth])


@pytest.mark.parametrize("tempo", [88.0, 120.0, 143.0])
def test_a_steady_groove_is_heard_beat_by_beat(tempo, write, cache):
    sound, truth = groove(tempo)
    heard = listen(write(sound), cache=cache)
    assert heard.rhythm.tempo == pytest.approx(tempo, rel=0.01)
    assert heard.rhythm.meter == 4
    assert f_measure(truth["beat"], heard.rhythm.beats) >= 0.97
    assert errors(truth["beat"], heard.rhythm.beats).mean() < 0.005
    assert f_measure(truth["downbeat"], heard.rhythm.downbeats) >= 0.9
    assert heard.rhythm.confidence > 0.5


@pytest.mark.parametrize(("told", "meter"), [(Told(60), 4), (Told(57), 4), (Told(240), 4), (Told(120, 3), 3)])
def test_a_tempo_that_is_told_is_followed(told, meter, write, cache):
    """Also where it is half or double of what would be heard, and not exactly right."""
    sound, truth = groove(120)
    rhythm = Ear(write(sound), cache).rhythm(told)
    step = round(120 / told.tempo) or 1
    assert rhythm.tempo == pytest.approx(240 if told.tempo == 240 else 120 / step, rel=0.01)
    assert rhythm.meter == meter
    half = np.sort(np.concatenate([truth["beat"], truth["beat"][:-1] + 0.25]))
    wanted = half if told.tempo == 240 else truth["beat"][::step]
    other = truth["beat"][1::step]
    assert max(f_measure(beats, rhythm.beats) for beats in (wanted, other)) > 0.95


def test_beats_end_with_the_last_thing_that_begins(write, cache):
    sound, truth = groove(120)
    ringing = np.concatenate([sound, np.zeros(3 * RATE)])
    clock = np.arange(4 * RATE) / RATE
    ringing[-clock.size :] += 0.2 * np.sin(2 * np.pi * 220 * clock) * np.exp(-clock / 1.5)
    beats = listen(write(ringing), cache=cache).rhythm.beats
    assert beats[-1] < truth["beat"][-1] + 0.6
    assert f_measure(truth["beat"], beats) >= 0.97


@pytest.mark.parametrize(("tempo", "beats"), [(66.0, 32), (52.0, 32)])
def test_a_jig_has_two_beats_to_the_bar(tempo, beats, write, cache):
    sound, _ = jig(False, tempo=tempo)
    rhythm = listen(write(sound), cache=cache).rhythm
    assert rhythm.tempo == pytest.approx(tempo, rel=0.02)
    assert abs(rhythm.beats.size - beats) <= 1


def test_a_waltz_has_three_beats_to_the_bar(write, cache):
    sound, truth = groove(140, bars=12, meter=3)
    heard = listen(write(sound), cache=cache)
    assert heard.rhythm.meter == 3
    assert f_measure(truth["downbeat"], heard.rhythm.downbeats) >= 0.9


def jig(swung, bars=16, tempo=66.0):
    """Return samples of two beats a bar with hats on the thirds of each, and the downbeats."""
    beat = 60 / tempo
    sound = 0.0005 * noise(2 * bars * beat + 1, 1)
    for bar in range(bars):
        put(sound, drum("kick"), 2 * bar * beat)
        put(sound, drum("snare", bar), (2 * bar + 1) * beat)
        for third in (0, 2, 3, 5) if swung else range(6):
            put(sound, drum("hat", third), (2 * bar + third / 3) * beat, 0.6)
    return sound, 2 * np.arange(bars) * beat


@pytest.mark.parametrize(("swung", "meters"), [(False, {2}), (True, {3, 4, 5, 7})])
def test_beats_of_three_eighths_are_counted_in_two(swung, meters, write):
    sound, downbeats = jig(swung)
    beats = np.arange(32) * 60 / 66.0
    bars, meter, _ = find_downbeats(beats, accents_of(decode(write(sound))))
    assert meter in meters
    if not swung:
        assert f_measure(downbeats, beats[bars]) == 1.0


def test_kicks_are_placed_to_milliseconds_and_told_from_the_rest(write, cache):
    sound, truth = groove(126, bars=12)
    heard = listen(write(sound), cache=cache)
    kicks, hats = heard.drums["kick"], heard.drums["hat"]
    assert (errors(truth["kick"], kicks.times) < 0.02).all()
    assert errors(truth["kick"], kicks.times).mean() < 0.003
    assert kicks.times.size == len(truth["kick"])
    assert f_measure(truth["snare"], heard.drums["snare"].times, 0.03) >= 0.97
    assert errors(truth["hat"], hats.times).mean() < 0.005
    assert kicks.velocity.min() > 0.4
    assert kicks.velocity.max() <= 1.0


def test_velocity_follows_how_hard_the_drum_is_hit(write, cache):
    sound = 0.0005 * noise(8.5)
    for index in range(16):
        put(sound, drum("kick"), 0.25 + 0.5 * index, 1.0 if index % 2 == 0 else 0.5)
    kicks = listen(write(sound), cache=cache).drums["kick"]
    assert kicks.times.size == 16
    assert kicks.velocity[::2].min() > 1.5 * kicks.velocity[1::2].max()


def test_no_beats_are_invented_before_the_music_or_after_it(write, cache):
    sound, _ = groove(120, bars=6, start=5.0, lead=4.0)
    sound[: round(4.9 * RATE)] = 0
    sound[round(17.5 * RATE) :] = 0
    beats = listen(write(sound), cache=cache).rhythm.beats
    assert beats[0] == pytest.approx(5.0, abs=0.02)
    assert beats[-1] < 17.6


def test_a_tempo_that_drifts_is_followed(write, cache):
    tempi = np.linspace(110, 140, 64)
    times = 0.3 + np.concatenate([[0], np.cumsum(60 / tempi)])[:-1]
    sound = 0.0005 * noise(times[-1] + 1)
    for index, time in enumerate(times):
        put(sound, drum("snare" if index % 2 else "kick", index), time)
        put(sound, drum("hat", index), time, 0.6)
    beats = listen(write(sound), cache=cache).rhythm.beats
    assert f_measure(times, beats) >= 0.95
    assert np.median(errors(times, beats)) < 0.006


@pytest.mark.parametrize("sound", [np.zeros(3 * RATE), 1e-7 * noise(3)], ids=["silence", "nearly silent"])
def test_silence_has_no_beats_and_no_drums(sound, write, cache):
    heard = listen(write(sound, subtype="FLOAT"), cache=cache)
    assert heard.rhythm.beats.size == 0
    assert all(events.times.size == 0 for events in heard.drums.values())
    assert heard.duration == pytest.approx(3.0)
    assert "no beat" in heard.summary()


def test_a_fifth_of_a_second_is_heard_without_beats(write, cache):
    sound = 0.0005 * noise(0.2)
    put(sound, drum("kick"), 0.05)
    path = write(sound)
    heard = listen(path, cache=cache)
    assert heard.duration == pytest.approx(0.2)
    assert heard.rhythm.beats.size == 0
    for kind in ("rms", "loudness", "flux", "centroid"):
        assert isinstance(Ear(path, cache).answer(Request(kind)), Signal)


def test_json_holds_events_in_seconds(write, cache):
    sound, _ = groove(120, bars=4)
    told = json.loads(json.dumps(listen(write(sound), cache=cache).to_json()))
    assert set(told["events"]) == {"beat", "downbeat", "kick", "snare", "hat"}
    assert all(times == sorted(times) for times in told["events"].values())
    assert told["meter"] == 4
    assert told["duration"] == pytest.approx(8.0)


def test_clicks_sound_on_the_beats(write, cache, tmp_path):
    path = write(groove(120, bars=4)[0])
    heard = listen(path, cache=cache)
    click_track(path, heard, tmp_path / "click.wav")
    clicked, rate = soundfile.read(tmp_path / "click.wav")
    assert clicked.size / rate == pytest.approx(heard.duration, abs=0.001)
    for beat in heard.rhythm.beats:
        near = clicked[round(beat * rate) : round((beat + 0.02) * rate)]
        assert np.abs(near).max() > 0.3


def ask(path, request, cache):
    sounds = hear(Needs({"main": path.name}, (request,)), base=path.parent, cache=cache)
    return sounds.heard[request]


def test_rms_of_a_band_follows_that_band_alone(write, cache):
    clock = np.arange(4 * RATE) / RATE
    sound = 0.5 * np.sin(2 * np.pi * 60 * clock) * (clock > 2) + 0.5 * np.sin(2 * np.pi * 3000 * clock) * (clock <= 2)
    path = write(sound)
    low = ask(path, Request("rms", band=(20, 120)), cache)
    assert low.spiky
    assert low.rate >= 100
    assert low.values[: round(1.9 * low.rate)].max() < 0.05
    assert low.values[round(2.1 * low.rate) : round(3.9 * low.rate)].min() > 0.9


def test_a_click_of_ten_milliseconds_shows_at_full_height(write, cache):
    sound = 1e-4 * noise(4)
    for time in (0.5, 1.37, 2.21, 3.33):
        put(sound, 0.5 * noise(0.01), time)
    level = ask(write(sound), Request("rms"), cache)
    for time in (0.5, 1.37, 2.21, 3.33):
        assert level.values[round((time - 0.05) * level.rate) : round((time + 0.06) * level.rate)].max() > 0.8


def test_pitch_centroid_and_chroma_say_what_sounds(write, cache):
    clock = np.arange(3 * RATE) / RATE
    path = write(0.4 * np.sign(np.sin(2 * np.pi * 220 * clock)) * np.clip(clock / 0.1, 0, 1))
    middle = slice(100, 200)
    assert np.median(ask(path, Request("pitch"), cache).values[middle]) == pytest.approx(220, rel=0.02)
    pure = write(0.4 * np.sin(2 * np.pi * 1000 * clock), "pure.wav")
    assert np.median(ask(pure, Request("centroid"), cache).values[middle]) == pytest.approx(1000, rel=0.05)
    assert ask(path, Request("chroma", options=(("note", "A"),)), cache).values[middle].min() > 0.8
    assert ask(path, Request("chroma", options=(("note", "Eb"),)), cache).values[middle].max() < 0.4


def test_loudness_is_one_at_the_top_and_nothing_in_silence(write, cache):
    sound = 0.5 * noise(4) * (np.arange(4 * RATE) > 2 * RATE)
    values = ask(write(sound), Request("loudness"), cache).values
    assert values[:150].max() == 0
    assert values[-100:].min() > 0.9


def test_harmonic_and_percussive_parts_are_sources(write, cache):
    sound, truth = groove(120, bars=4)
    clock = np.arange(sound.size) / RATE
    path = write(sound + 0.3 * np.sin(2 * np.pi * 440 * clock))
    drums = ask(path, Request("rms", "percussive"), cache).values
    tones = ask(path, Request("rms", "harmonic"), cache).values
    assert np.median(drums) < 0.2
    assert np.median(tones[50:-50]) > 0.5
    kicks = ask(path, Request("onset", "percussive", band=KICK), cache)
    assert (errors(truth["kick"], kicks.times) < 0.02).all()


def test_stems_are_heard_from_their_own_files(write, cache, tmp_path):
    main, _ = groove(120, bars=4)
    stem = 0.0005 * noise(4)
    put(stem, drum("hat"), 1.0)
    write(main)
    write(stem, "hats.wav")
    request = Request("onset", "hats", band=HAT)
    needs = Needs({"main": "sound.wav", "hats": "hats.wav"}, (request, Request("beat")))
    sounds = hear(needs, base=tmp_path, cache=cache)
    assert sounds.heard[request].times == pytest.approx([1.0], abs=0.005)
    assert isinstance(sounds.heard[Request("beat")], Events)
    assert sounds.duration == pytest.approx(8.0)


def test_the_sound_given_on_the_command_line_takes_the_place_of_the_scripts_own(write, cache, tmp_path):
    other = write(noise(1) * 0.1, "other.wav")
    sounds = hear(Needs({"main": "missing.wav"}), base=tmp_path, main=other, cache=cache)
    assert sounds.duration == pytest.approx(1.0)
    assert sounds.path == str(other)
    assert hear(Needs(), base=tmp_path, cache=cache) is None


def test_what_was_heard_is_kept_by_content_and_a_broken_cache_is_heard_again(write, cache, tmp_path):
    sound, _ = groove(120, bars=4)
    first = listen(write(sound), cache=cache)
    kept = sorted(cache.rglob("*.npz"))
    assert kept
    copy = tmp_path / "copy.wav"
    copy.write_bytes((tmp_path / "sound.wav").read_bytes())
    stages = []
    again = listen(copy, cache=cache, progress=stages.append)
    assert stages == []
    assert again.rhythm.beats.tolist() == first.rhythm.beats.tolist()
    for path in kept:
        path.write_bytes(b"rubbish")
    third = listen(copy, cache=cache, progress=stages.append)
    assert stages
    assert third.rhythm.beats.tolist() == first.rhythm.beats.tolist()
    assert third.drums["kick"].velocity.tolist() == first.drums["kick"].velocity.tolist()


def test_a_cache_that_cannot_be_written_is_no_fault(write, tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    assert listen(write(groove(120, bars=2)[0]), cache=blocked).rhythm.beats.size


def test_importing_loads_no_library():
    code = "import sys, animc.runtime.hearing; print({'librosa', 'scipy', 'soundfile'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "set()\n"


@pytest.mark.parametrize("name", ["canvas", "first", "motel", "parallax"])
def test_the_examples_own_songs_are_heard_as_composed(name, cache, monkeypatch):
    examples = Path(__file__).parents[1] / "examples"
    monkeypatch.syspath_prepend(str(examples))
    import compose

    heard = listen(examples / (name + compose.SONGS[name].suffix), cache=cache)
    truth = compose.truth(name)
    assert heard.rhythm.meter == compose.SONGS[name].meter
    assert f_measure(truth["beat"], heard.rhythm.beats) >= 0.9
    assert errors(truth["beat"], heard.rhythm.beats).mean() < 0.005
    assert errors(truth["downbeat"], heard.rhythm.downbeats).max() < 0.03
    assert errors(truth["kick"], heard.drums["kick"].times).max() < 0.03
    assert heard.drums["kick"].times.size == len(truth["kick"])
    assert set(heard.drums) == set(DRUMS)


@pytest.mark.parametrize("seed", range(2))
def test_hiss_has_no_beat(seed, write, cache):
    assert listen(write(0.1 * noise(8, seed)), cache=cache).rhythm.beats.size == 0


@pytest.mark.parametrize("name", ["tone.wav", "tone.mp3", "tone.ogg"])
def test_a_tone_that_is_held_has_no_beat(name, write, cache):
    sound = 0.3 * np.sin(2 * np.pi * 440 * np.arange(12 * RATE) / RATE)
    assert listen(write(sound, name), cache=cache).rhythm.beats.size == 0


@pytest.mark.parametrize("seconds", [0.2, 0.5, 6.0])
@pytest.mark.parametrize("fall", [0.0, 0.98])
def test_hiss_and_rumble_have_no_drums(seconds, fall, write, cache):
    sound = lfilter([1], [1, -fall], noise(seconds, 3))
    heard = listen(write(0.5 * sound / np.abs(sound).max()), cache=cache)
    assert {drum: events.times.size for drum, events in heard.drums.items()} == {"kick": 0, "snare": 0, "hat": 0}


@pytest.mark.parametrize("kind", ["kick", "snare", "hat"])
def test_a_single_blow_is_a_drum_however_short_its_file(kind, write, cache):
    sound = 0.0005 * noise(0.3)
    put(sound, drum(kind), 0.05)
    heard = listen(write(sound), cache=cache)
    assert heard.drums[kind].times == pytest.approx([0.05], abs=0.006)

"""What scripts mean, worked out by hand."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from animc.compiler import CompileError, Schedule, compile_film, compile_script
from animc.compiler.sounds import DRUMS, Events, Needs, Request, Signal, Sounds, Told
from listening import song
from numpy.typing import NDArray

FOREST = '0: "a forest"\n'


def made(script: str, **options: object) -> Schedule:
    return compile_script(FOREST + script, **options)  # type: ignore[arg-type]


def track(script: str, name: str = "translation_x", **options: object) -> NDArray[np.float64]:
    return np.asarray(made(script, **options).tracks[name], dtype=np.float64)


def prompts(schedule: Schedule, frame: int) -> dict[str, float]:
    return {schedule.texts[text]: round(weight, 4) for text, weight in schedule.prompt.at(frame)}


def codes(script: str, **options: object) -> list[str]:
    try:
        return [d.code for d in compile_film(script, **options).diagnostics]  # type: ignore[arg-type]
    except CompileError as error:
        return [d.code for d in error.diagnostics]


# the film


def test_the_length_is_the_last_key_and_two_seconds() -> None:
    assert compile_script('0: "a"\n100: "b"').frames == 130
    assert compile_script('fps = 10\n0: "a"').frames == 20
    assert compile_script('0: "a"\ntranslation_x = [0: 1, 4s: 2]').frames == 90


def test_a_written_length_and_the_sounds_length_count() -> None:
    assert made("length = 4s").frames == 60
    assert made("length = 33f").frames == 33
    assert made("", hear=song).frames == 300
    assert made("length = 2s", hear=song).frames == 30
    assert made("tempo = 120\nlength = bar(3)").frames == 60


@pytest.mark.parametrize(
    ("written", "exact"),
    [
        ("29.97", Fraction(30000, 1001)),
        ("23.976", Fraction(24000, 1001)),
        ("24", Fraction(24)),
        ("12.5", Fraction(25, 2)),
    ],
)
def test_frame_rates_are_exact(written: str, exact: Fraction) -> None:
    assert made(f"fps = {written}").fps == exact


def test_the_size_is_the_models_own() -> None:
    assert made("").size == (256, 256)
    assert made('model = "stabilityai/sd-turbo"').size == (512, 512)
    assert made("size = 640x384").size == (640, 384)


def test_every_track_and_setting_is_there_with_its_default() -> None:
    schedule = made("")
    assert schedule.tracks["strength"].tolist() == [np.float32(0.65)] * schedule.frames
    assert schedule.tracks["zoom"][0] == 1.0
    assert "steps" not in schedule.tracks
    assert "cfg" not in schedule.tracks
    assert schedule.settings["mode"] == "3d"
    assert "negative" not in schedule.settings
    assert schedule.tracks["seed"].dtype == np.int64


# expressions


def test_arithmetic_follows_deforum() -> None:
    t = np.arange(30)
    assert np.allclose(track("translation_x = 10*sin(2*3.14*t/10)"), 10 * np.sin(2 * 3.14 * t / 10), atol=1e-5)
    assert np.allclose(track("translation_x = where(t%10<5, 1, -1)"), np.where(t % 10 < 5, 1, -1))
    assert np.allclose(track("translation_x = -2**2"), -4)
    assert np.allclose(track("translation_x = 2**-1"), 0.5)
    assert np.allclose(track("translation_x = (0-7) % 3"), 2)
    assert np.allclose(track("translation_x = 7 % (0-3)"), -2)
    assert np.allclose(track("translation_x = mod(0-7, 3)"), 2)
    assert np.allclose(track("translation_x = where((t>5)&(t<10), 1, 0)"), (t > 5) & (t < 10))
    assert np.allclose(track("translation_x = max_f"), 29)
    assert np.allclose(track("seed = 7\ntranslation_x = s"), 7)
    assert np.allclose(
        track("translation_x = 1 if t < 3 else 2 if t < 6 else 3"), np.where(t < 3, 1, np.where(t < 6, 2, 3))
    )
    assert np.allclose(track("translation_x = not t > 3 or t == 9"), (t <= 3) | (t == 9))


def test_a_branch_that_is_not_taken_may_be_without_value() -> None:
    assert np.isfinite(track("translation_x = where(t==0, 1, sin(t)/t)")).all()
    assert codes(FOREST + "translation_x = sin(t)/t") == ["E0402"]
    assert codes(FOREST + "translation_x = 1 if 1/t > 2 else 0") == ["E0402"]
    assert codes(FOREST + "translation_x = min(1/(t-5), 3)") == ["E0402"]


def test_the_frame_of_a_division_by_zero_is_told() -> None:
    with pytest.raises(CompileError) as caught:
        made("translation_x = 5 + 2/(t - 12)")
    assert "first at frame 12" in caught.value.diagnostics[0].label


def test_durations_count_in_frames_inside_arithmetic() -> None:
    t = np.arange(30)
    assert np.allclose(track("translation_x = sin(tau*t/2s)"), np.sin(2 * np.pi * t / 30), atol=1e-6)
    assert np.allclose(track("tempo = 120\ntranslation_x = t/1b"), t / 7.5)


def test_rates_become_values_per_frame() -> None:
    assert np.allclose(track("translation_x = 30 per s"), 2.0)
    assert np.allclose(track("tempo = 120\ntranslation_x = 15 per b"), 2.0)
    assert np.allclose(track("translation_x = 30 per 2s"), 1.0)
    assert np.allclose(track("translation_x = 60 per min"), 1 / 15)
    assert np.allclose(track("translation_x = 1 + 2*15 per s"), 3.0)
    assert np.allclose(track("translation_x = 30 per s + 1"), 3.0)


def test_clocks() -> None:
    t = np.arange(30)
    assert np.allclose(track("translation_x = time"), t / 15)
    assert np.allclose(track("tempo = 120 offset 500ms\ntranslation_x = beat"), t / 7.5 - 1, atol=1e-6)
    assert np.allclose(track("tempo = 120 meter 3\ntranslation_x = bar"), t / 22.5, atol=1e-6)
    assert np.allclose(track("translation_x = progress"), t / 29)
    inside = track("length = 4s\nsection a from 1s to 3s { translation_x = local }")
    assert inside[15:45].tolist() == list(range(30))
    assert not inside[:15].any()
    assert not inside[45:].any()


def test_waves() -> None:
    t = np.arange(30) / 15
    assert np.allclose(track("translation_x = sine(2s)"), np.sin(np.pi * t), atol=1e-6)
    assert np.allclose(track("translation_x = sine(2s, 0.25)"), np.cos(np.pi * t), atol=1e-6)
    assert np.allclose(track("translation_x = square(2s)"), np.where(t < 1, 1, -1))
    assert np.allclose(track("translation_x = saw(2s)"), t - 1)
    assert np.allclose(track("translation_x = pulse(2s, 0.1)")[:4], [1, 1, 1, 0])
    assert track("translation_x = tri(2s)")[[0, 15]].tolist() == [0, 0]


def test_a_wave_in_beats_keeps_to_the_beats() -> None:
    wave = track("tempo = 90 offset 400ms\nlength = 8s\ntranslation_x = sine(2 beats)")
    beats = (0.4 + np.arange(8) * 60 / 90) * 15
    assert np.allclose(np.interp(beats, np.arange(len(wave)), wave), 0, atol=0.05)


def test_noise_is_the_seeds_and_the_places() -> None:
    script = "seed = {seed}\ntranslation_x = noise(1s)\ntranslation_y = noise(1s)"
    one, same, other = (made(script.format(seed=seed)) for seed in (1, 1, 2))
    assert np.array_equal(one.tracks["translation_x"], same.tracks["translation_x"])
    assert not np.array_equal(one.tracks["translation_x"], other.tracks["translation_x"])
    assert not np.array_equal(one.tracks["translation_x"], one.tracks["translation_y"])
    assert np.abs(one.tracks["translation_x"]).max() <= 1
    held = track("translation_x = random(5f)")
    assert all(len(set(held[i : i + 5])) == 1 for i in range(0, 30, 5))


# keyframes


def test_keyframes_blend_linearly_and_hold_outside() -> None:
    found = track("translation_x = [10: 1, 20: 3]")
    assert found[:11].tolist() == [1.0] * 11
    assert found[15] == 2
    assert found[20:].tolist() == [3.0] * (len(found) - 20)


def test_the_ease_belongs_to_the_arrival() -> None:
    found = track("translation_x = [0: 0, 10: 1 ease in_quad, 20: 2 ease step]")
    assert np.allclose(found[:11], (np.arange(11) / 10) ** 2, atol=1e-6)
    assert found[19] == 1
    assert found[20] == 2


def test_a_bezier_is_that_of_css() -> None:
    found = track("translation_x = [0: 0, 100: 1 ease bezier(0.25, 0.1, 0.25, 1)]")
    assert found[50] == pytest.approx(0.8024034, abs=1e-6)  # CSS's `ease` at half the time
    assert found[0] == 0
    assert found[100] == 1


def test_a_smooth_curve_does_not_overshoot() -> None:
    found = track("translation_x = [0: 0, 10: 1 ease smooth, 20: 1 ease smooth, 30: 5 ease smooth]")
    assert found[[0, 10, 20, 30]].tolist() == [0, 1, 1, 5]
    assert np.all(np.diff(found) >= -1e-7)
    assert np.allclose(found[10:21], 1)


def test_key_values_may_move() -> None:
    found = track("translation_x = [0: t, 10: 100]\nlength = 30f")
    t = np.arange(11)
    assert np.allclose(found[:11], t + (100 - t) * t / 10, atol=1e-5)


def test_keys_between_frames_keep_their_time() -> None:
    found = track("fps = 10\ntranslation_x = [0: 0, 0.25s: 2.5, 1s: 2.5]")
    assert np.allclose(found[:5], [0, 1, 2, 2.5, 2.5])


# positions


def test_positions() -> None:
    base = "tempo = 120\nlength = 20s\nmarker drop = bar(3)\n"
    for written, frame in {
        "30": 30, "2s": 30, "4b": 30, "1 bar": 30, "beat(5)": 30, "bar(2)": 30, "@drop - 2s": 30, "end - 18s": 30,
        "max_f/2": 150, "@drop + 1 bar": 90, "start + 5": 5, "1m0s - 59s": 15,
    }.items():  # fmt: skip
        found = track(base + f"translation_x = [{written}: 0, {written} + 10f: 10]")
        assert found[frame] == pytest.approx(0, abs=0.6), written
        assert found[min(frame + 10, 299)] == pytest.approx(10, abs=0.6), written


def test_positions_in_a_section_count_from_its_start() -> None:
    script = 'tempo = 120\nlength = 20s\nsection a from bar(3) for 4 bars {{ fov = [{key}: 1, end: 1]; {key}: "b" }}'
    for written, frame in {"0": 60, "15": 75, "1s": 75, "2b": 75, "1 bar": 90, "end - 1s": 165, "start": 60}.items():
        schedule = made(script.format(key=written))
        assert prompts(schedule, frame) == {"b": 1.0}, written
        assert prompts(schedule, frame - 1) == {"a forest": 1.0}, written


def test_a_varying_tempo_moves_the_beats_and_nothing_else() -> None:
    beats = np.array([0.0, 0.5, 1.0, 2.0, 3.0, 4.0])

    def hear(needs: Needs) -> Sounds:
        bars = Events(beats[::4], np.ones(2, np.float32))
        heard = {r: Events(beats, np.ones(6, np.float32)) if r.kind == "beat" else bars for r in needs.requests}
        return Sounds(6.0, heard)

    assert codes(FOREST + "fov = 70 + sin(tau*t/4b)", hear=hear) == ["W0112"]
    assert codes(FOREST + "fov = 70 + sine(4b)", hear=hear) == []
    early = made("on at 3s, 4s lead 1b: fov += pulse(1f)", hear=hear).tracks["fov"]
    assert np.flatnonzero(early > 70).tolist() == [30, 45]
    early = made("on at 1s lead 1b: fov += pulse(1f)", hear=hear).tracks["fov"]
    assert np.flatnonzero(early > 70).tolist() == [8]
    rung = made("on at 0s, 3s: fov += pulse(1b)", hear=hear).tracks["fov"]
    assert np.flatnonzero(rung > 70).tolist() == [*range(8), *range(45, 60)]  # half a second, and a whole one
    rung = made("on at 0s, 3s: fov += pulse(0.5s)", hear=hear).tracks["fov"]
    assert np.flatnonzero(rung > 70).tolist() == [*range(8), *range(45, 53)]
    fallen = made("on at 0s, 2s: fov += decay(2b)", hear=hear).tracks["fov"] - 70
    assert fallen[[0, 30]] == pytest.approx(1)
    assert fallen[[2, 5, 10]] == pytest.approx(fallen[[34, 40, 50]], abs=1e-6)  # as many beats on, twice the frames
    assert np.flatnonzero(fallen > 0).tolist() == [*range(15), *range(30, 60)]
    schedule = made('beat(4): "b"\n5s: "c"\ntranslation_x = beat', hear=hear)
    assert prompts(schedule, 30) == {"b": 1.0}
    assert prompts(schedule, 29) == {"a forest": 1.0}
    assert prompts(schedule, 75) == {"c": 1.0}
    assert schedule.tracks["translation_x"][[0, 15, 22, 30]] == pytest.approx([0, 2, 2.4667, 3], abs=1e-3)


# prompts


def test_a_fade_begins_at_its_key_and_lasts_its_length() -> None:
    schedule = compile_script('0: "a"\n30: "b" fade 2s\nlength = 5s')
    assert prompts(schedule, 30) == {"a": 1.0}
    assert prompts(schedule, 45) == {"a": 0.5, "b": 0.5}
    assert prompts(schedule, 59) == {"a": 0.0333, "b": 0.9667}
    assert prompts(schedule, 60) == {"b": 1.0}


def test_a_morph_arrives_at_its_key() -> None:
    schedule = compile_script('0: "a"\n20: "b" morph')
    assert prompts(schedule, 5) == {"a": 0.75, "b": 0.25}
    assert prompts(schedule, 20) == {"b": 1.0}


def test_a_morph_to_a_key_past_the_end_is_under_way() -> None:
    schedule = compile_script('length = 20f\n0: "a"\n40: "b" morph')
    assert prompts(schedule, 10) == {"a": 0.75, "b": 0.25}


def test_overlapping_fades_chain() -> None:
    schedule = compile_script('0: "a"\n10: "b" fade 20f\n20: "c" fade 20f')
    assert prompts(schedule, 25) == {"a": 0.1875, "b": 0.5625, "c": 0.25}
    assert prompts(schedule, 40) == {"c": 1.0}


def test_equal_texts_of_a_frame_are_one() -> None:
    schedule = compile_script('0: "a"\n10: "a" fade 20f')
    assert prompts(schedule, 20) == {"a": 1.0}
    assert schedule.texts == ("a", "")


def test_styles_and_negatives() -> None:
    schedule = compile_script(
        'style "${prompt}, film"\nnegative = "text"\n0: "a"\n30: "b" negative "blur"\n'
        'section s from 60 for 30f { style "drawn ${prompt}"; negative = "photo"; 0: "c" }'
    )
    assert prompts(schedule, 0) == {"a, film": 1.0}
    assert prompts(schedule, 60) == {"drawn c": 1.0}
    negatives = [schedule.texts[schedule.negative.at(frame)[0][0]] for frame in (0, 30, 60)]
    assert negatives == ["text", "blur", "photo"]


def test_numbers_in_texts() -> None:
    schedule = compile_script('let x = t/10\n0: "(gold:${1 + x/2})"\nlength = 21f')
    assert prompts(schedule, 0) == {"(gold:1)": 1.0}
    assert prompts(schedule, 10) == {"(gold:1.5)": 1.0}
    assert prompts(schedule, 1) == {"(gold:1.05)": 1.0}


def test_a_long_text_runs_on() -> None:
    assert compile_script('0: """a choir,\n      golden light"""').texts[0] == "a choir, golden light"
    assert compile_script(r'0: "say \"hi\" \${x}"').texts[0] == 'say "hi" ${x}'


def test_prompts_as_targets_of_triggers() -> None:
    schedule = made('tempo = 120\nlength = 10s\non bar every 2: prompt = cycle("x", "y")')
    assert prompts(schedule, 0) == {"x": 1.0}
    assert prompts(schedule, 60) == {"y": 1.0}
    assert prompts(schedule, 120) == {"x": 1.0}


# triggers


def test_a_bump_dies_away_and_bumps_sum() -> None:
    found = track("tempo = 120\nlength = 4s\non beat every 4: translation_x += 2*pulse(10f)")
    assert found[:10].tolist() == [2.0] * 10
    assert found[10:30].tolist() == [0.0] * 20
    overlap = track("length = 4s\non every(5f): translation_x += pulse(10f)")
    assert overlap[:5].tolist() == [1.0] * 5
    assert overlap[5:].tolist() == [2.0] * 55


def test_decay_begins_at_one_and_ends_at_nothing() -> None:
    found = track("length = 2s\non at 5: translation_x += decay(10f)")
    x = np.arange(10) / 10
    expected = (np.exp(-3 * x) - np.exp(-3)) / (1 - np.exp(-3))
    assert np.allclose(found[5:15], expected, atol=1e-6)
    assert not found[15:].any()
    assert not found[:5].any()


def test_env_and_adsr() -> None:
    found = track("length = 3s\non at 0: translation_x += env(4f, 4f)")
    assert found[:9].tolist() == [0, 0.25, 0.5, 0.75, 1, 0.75, 0.5, 0.25, 0]
    found = track("length = 3s\non at 0: translation_x += adsr(2f, 2f, 0.5, 5f)")
    assert np.allclose(found[:10], [0, 0.5, 1, 0.75, 0.5, 0.4, 0.3, 0.2, 0.1, 0])


def test_without_a_kernel_it_stays() -> None:
    found = track("tempo = 120\nlength = 5s\non downbeat: translation_x += 1")
    assert found[[0, 29, 30, 60]].tolist() == [1, 1, 2, 3]
    found = track("length = 2s\non at 5, 10: translation_x += t")
    assert found[[4, 5, 9, 10, 29]].tolist() == [0, 5, 5, 15, 15]


def test_alternate_follows_the_events_that_fire() -> None:
    found = track("tempo = 120\nlength = 4s\non beat every 2: translation_x += alternate(1, -1) * pulse(1f)")
    assert found[[0, 15, 30, 45]].tolist() == [1, -1, 1, -1]


def test_every_and_offset() -> None:
    found = track("tempo = 60\nlength = 6s\non beat every 2 offset 1: translation_x += pulse(1f)")
    assert np.flatnonzero(found).tolist() == [15, 45, 75]


def test_where_asks_each_event() -> None:
    schedule = made(
        "let kick = onset(20..120Hz)\non kick where velocity > 0.5: translation_x += velocity*pulse(1f)", hear=song
    )
    found = schedule.tracks["translation_x"]
    velocity = np.linspace(0.1, 1.0, 40)
    assert np.count_nonzero(found) == np.count_nonzero(velocity > 0.5)
    assert found.max() == pytest.approx(1.0, abs=0.03)
    assert schedule.events["kick"].tolist() == (np.arange(40) / 2).tolist()


def test_drums_are_events_by_name_unless_the_script_names_its_own() -> None:
    act = "on kick: translation_x += velocity*pulse(1f)"
    asked: list[Needs] = []

    def hear(needs: Needs) -> Sounds:
        asked.append(needs)
        return song(needs)

    plain = made(act, hear=hear)
    named = made(f"let kick = onset(20..120Hz)\n{act}", hear=hear)
    assert (plain.tracks["translation_x"] == named.tracks["translation_x"]).all()
    assert plain.events["kick"].tolist() == named.events["kick"].tolist()
    made(f"let kick = onset(40..90Hz)\n{act}\non snare: seed += 1", hear=hear)
    assert asked[0].requests == asked[1].requests == (DRUMS["kick"],)
    assert asked[2].requests == (Request("onset", band=(40.0, 90.0)), DRUMS["snare"])


def test_in_and_lead() -> None:
    found = track(
        "tempo = 60\nlength = 6s\nsection a from 2s to 4s { fov = 60 }\n"
        "on beat in a lead 200ms: translation_x += pulse(1f)"
    )
    assert np.flatnonzero(found).tolist() == [27, 42]


def test_multiplying_and_setting() -> None:
    found = track("length = 2s\ntranslation_x = 5\non at 4: translation_x *= 1 + pulse(3f)")
    assert found[3:8].tolist() == [5, 10, 10, 10, 5]
    found = track("length = 2s\ntranslation_x = 5\non at 4, 8: translation_x = 10*index")
    assert found[[3, 4, 8, 29]].tolist() == [5, 0, 10, 10]


def test_triggers_in_a_section_fire_inside_it() -> None:
    script = "tempo = 60\nlength = 6s\nsection a from 2s to 4s { on beat: translation_x += 1 }"
    found = track(script)
    assert found[[29, 30, 45, 59, 60]].tolist() == [0, 1, 2, 2, 0]


def test_patterns() -> None:
    found = track('tempo = 60\nlength = 8s\non pattern "x..x" per 1 bar: translation_x += pulse(1f)')
    assert np.flatnonzero(found).tolist() == [0, 45, 60, 105]


def test_a_sections_value_holds_inside_and_triggers_add_on_top() -> None:
    found = track(
        "length = 3s\ntranslation_x = 1\nsection a from 1s to 2s { translation_x = 5 }\n"
        "on at 20: translation_x += pulse(1f)"
    )
    assert found[[0, 15, 20, 29, 30]].tolist() == [1, 5, 6, 5, 1]


# seeds


def test_seed_behaviours() -> None:
    def seeds(behaviour: str) -> list[int]:
        return made(f'seed = 10\nseed_behavior = "{behaviour}"').tracks["seed"][:6].tolist()

    assert seeds("iter") == [10, 11, 12, 13, 14, 15]
    assert seeds("fixed") == [10] * 6
    assert seeds("alternate") == [10, 11, 10, 11, 10, 11]
    assert seeds("ladder") == [10, 12, 11, 13, 12, 14]
    assert seeds("schedule") == [10] * 6
    assert seeds("random") == seeds("random")
    assert len(set(seeds("random"))) == 6


def test_triggers_move_the_seed() -> None:
    seeds = made("tempo = 120\nseed = 5\nlength = 5s\non downbeat every 2: seed += 100").tracks["seed"]
    assert seeds[[0, 30, 60]].tolist() == [105, 135, 265]


# sound


def test_signals_are_brought_to_frames() -> None:
    spike = np.zeros(200, dtype=np.float32)
    spike[53] = 1.0

    def hear(needs: Needs) -> Sounds:
        return Sounds(2.0, {request: Signal(spike, 100.0, True) for request in needs.requests})

    found = track("translation_x = rms(0..100Hz)", hear=hear)
    assert found.max() == 1.0
    assert np.flatnonzero(found).tolist() == [8]  # 0.53 s is frame 7.95


def test_shapers() -> None:
    scaled = track("translation_x = rms() |> range(2, 6)", hear=song)
    assert scaled.min() == 2
    assert scaled.max() == 6
    assert track("translation_x = t |> delay(3f)")[[0, 3, 10]].tolist() == [0, 0, 7]
    assert track("translation_x = 1 |> accumulate")[:3].tolist() == [1, 2, 3]
    assert track("translation_x = t |> gate(5)")[[4, 5]].tolist() == [0, 5]
    assert track("translation_x = (10*t) |> slew(2)")[[1, 2]].tolist() == [2, 4]
    assert track("translation_x = t |> smooth(1s)")[10] == pytest.approx(10.1, abs=0.5)
    assert track("tempo = 60\nlength = 4s\ntranslation_x = t |> hold(beat)")[[14, 15, 29, 30]].tolist() == [
        0,
        15,
        15,
        30,
    ]
    assert track("translation_x = t |> normalize(50%)")[-1] == 1


def test_without_audio_there_is_a_stand_in_and_a_warning() -> None:
    compiled = compile_film(FOREST + "on beat: translation_x += pulse(1f)\nlength = 2s")
    assert [d.code for d in compiled.diagnostics] == ["W0106"]
    assert compiled.schedule.events["beat"].tolist() == [0.0, 0.5, 1.0, 1.5]


def test_a_written_tempo_does_not_hide_that_there_is_nothing_to_hear() -> None:
    compiled = compile_film("tempo = 120\n" + FOREST + "on beat: fov += rms(0..120Hz)\nlength = 2s")
    assert [(d.code, d.start[0]) for d in compiled.diagnostics] == [("W0114", 3)]
    assert compile_film("tempo = 120\n" + FOREST + "on beat: fov += 1\nlength = 2s").diagnostics == ()


def test_a_tempo_without_an_offset_is_what_to_listen_for() -> None:
    asked: list[Needs] = []

    def hear(needs: Needs) -> Sounds:
        asked.append(needs)
        return song(needs, bpm=97.0, first=0.3)

    beats = made("tempo = 96 meter 3\nlength = 4s\non beat: fov += 1", hear=hear).events["beat"]
    assert asked[-1].told == Told(96.0, 3)
    assert beats[:3].tolist() == pytest.approx([0.3, 0.3 + 60 / 97, 0.3 + 120 / 97])
    beats = made("tempo = 96 offset 100ms\nlength = 4s\non beat: fov += 1", hear=hear).events["beat"]
    assert asked[-1].told is None and Request("beat") not in asked[-1].requests
    assert beats[:2].tolist() == pytest.approx([0.1, 0.725])

    def deaf(needs: Needs) -> Sounds:
        return Sounds(4.0, {request: Events(np.zeros(0), np.zeros(0, np.float32)) for request in needs.requests})

    beats = made("tempo = 120\non beat: fov += 1", hear=deaf).events["beat"]
    assert beats[:3].tolist() == [0.0, 0.5, 1.0], "where nothing is heard, a tempo is a grid"


def test_needs_name_the_files_and_what_to_hear() -> None:
    asked: list[Needs] = []

    def hear(needs: Needs) -> Sounds:
        asked.append(needs)
        return song(needs)

    script = 'audio "song.flac"\naudio drums = "drums.wav"\nlet k = onset(20..120Hz, drums, threshold=0.3)\n'
    schedule = made(
        script + "translation_x = rms(6kHz..12kHz)\non bar: translation_x += pulse(1f)\non k: fov += pulse(1f)",
        hear=hear,
    )
    assert asked[0].audio == {"main": "song.flac", "drums": "drums.wav"}
    assert set(asked[0].requests) == {
        Request("beat"), Request("downbeat"), Request("onset", "drums", (20.0, 120.0), (("threshold", 0.3),)),
        Request("rms", "main", (6000.0, 12000.0)),
    }  # fmt: skip
    assert schedule.audio == "song.flac"


def test_lyrics_bring_words_and_lines() -> None:
    files = {
        "song.lrc": "[offset:+500]\n[00:01.50]Light the FIRE\n[00:03.50]on <00:04.50>the <00:05.50>water, fire!\n",
        "song.srt": "1\n00:00:01,000 --> 00:00:02,000\nlight the fire\n",
    }
    script = 'length = 8s\nlyrics "song.lrc"\n'
    words = made(script + 'on word "fire": translation_x += pulse(1f)', read=files.__getitem__)
    assert np.flatnonzero(words.tracks["translation_x"]).tolist() == [35, 75]
    lines = made(script + "on line: translation_x += pulse(1f)", read=files.__getitem__)
    assert lines.events["line"].tolist() == [1.0, 3.0]
    both = made(script + 'on word "the fire": translation_x += pulse(1f)', read=files.__getitem__)
    assert len(both.events['word "the fire"']) == 1
    cues = made('length = 8s\nlyrics "song.srt"\non line: fov += pulse(1f)', read=files.__getitem__)
    assert cues.events["line"].tolist() == [1.0]
    assert codes(FOREST + script + 'on word "ice": fov += pulse(1f)', read=files.__getitem__) == ["W0111"]


# shots


def test_cuts_make_shots() -> None:
    schedule = made(
        'length = 4s\nimage "a.png"\ncut at 1s\ncut at 2s image "b.png"\nsection z from 3s to 4s { image "c.png" }'
    )
    assert [(s.start, s.stop, s.image) for s in schedule.shots] == [
        (0, 15, "a.png"), (15, 30, None), (30, 45, "b.png"), (45, 60, "c.png"),
    ]  # fmt: skip


# names and reuse


def test_definitions_are_hygienic() -> None:
    script = "let x = 2\ndef twice(y) = y*x\ndef far(x) = twice(x) + x\ntranslation_x = far(10)"
    assert track(script)[0] == 30
    assert codes(FOREST + "def f(x) = f(x)\ntranslation_x = f(1)") == ["E0203"]
    assert codes(FOREST + "def f(x) = y\nlet y = 2\ntranslation_x = f(1)") == ["E0202"]


def test_blocks_are_applied_with_their_arguments() -> None:
    script = (
        "length = 4s\nblock hit(amount, n = 2) {\n on every(1s) every n: translation_x += amount*pulse(1f)\n}\n"
        "apply hit(3)\napply hit(n = 3, amount = 1)"
    )
    assert track(script)[[0, 15, 30, 45]].tolist() == [4, 0, 3, 1]


def test_used_files_bring_their_names() -> None:
    files = {
        "moves.anim": 'use "deep/more.anim"\ndef sway(a) = a*unit\nblock b() { translation_y = 4 }',
        "deep/more.anim": "let unit = 2",
    }
    schedule = made('use "moves.anim"\ntranslation_x = sway(5)\napply b()', read=files.__getitem__)
    assert schedule.tracks["translation_x"][0] == 10
    assert schedule.tracks["translation_y"][0] == 4


def test_files_that_use_one_another_in_a_circle() -> None:
    files = {"a.anim": 'use "b.anim"', "b.anim": 'use "a.anim"'}
    assert codes(FOREST + 'use "a.anim"', read=files.__getitem__) == ["E0214"]


def test_profiles_and_overrides_lie_over_the_script() -> None:
    script = "size = 512x512\nsteps = 20\nprofile draft { size = 128x128; steps = 4 }"
    assert made(script).size == (512, 512)
    assert made(script, profile="draft").size == (128, 128)
    assert made(script, profile="draft", overrides={"steps": "6"}).tracks["steps"][0] == 6
    assert codes(FOREST, overrides={"fps": "0"}) == ["E0401"]
    with pytest.raises(CompileError) as caught:
        made("", overrides={"strenght": "1"})
    assert caught.value.diagnostics[0].file == "--set strenght"


def test_all_mistakes_are_told_at_once() -> None:
    script = 'fps = "fast"\ntranslation_zz = 3\nangle = sine(3)\n0: "a" fade 2'
    assert codes(script) == ["E0302", "E0201", "E0301", "E0301"]


def test_lines_end_as_they_like() -> None:
    for end in ("\n", "\r\n", "\r"):
        schedule = compile_script(
            f'\ufeff0: "a"{end}translation_x = max(1,{end} 2){end}let y = 3 {end} |> clamp(0, 1){end}# end'
        )
        assert schedule.tracks["translation_x"][0] == 2


def test_unicode_names_and_texts() -> None:
    assert compile_script('let 速度 = 3\n0: "霧の森"\ntranslation_x = 速度').texts[0] == "霧の森"


# bounds


@pytest.mark.parametrize(
    ("script", "code"),
    [
        ("size = 0x0", "E0401"), ("size = 100000x100000", "E0401"), ("fps = 0", "E0401"), ("fps = 1e9", "E0401"),
        ("translation_x = 9**9**9", "E0402"), ("1000000000: \"b\"", "E0403"), ("length = 0s", "E0405"),
        ("translation_x = " + "9" * 400, "E0402"), ("translation_x = " + "-" * 500 + "1", "E0127"),
        ("translation_x = t |> hold(every(1f/1e9))", "E0406"), ('length = 900000f\n1: "${t}"', "E0406"),
        ("length = 1000000f\non every(1f): fov += decay(500f)", "E0406"),
        ("tempo = 0", "E0401"), ("length = 1e300*1s", "E0403"), ("on every(1f/1e9): fov += 1", "E0406"),
    ],
)  # fmt: skip
def test_bounds_are_told(script: str, code: str) -> None:
    assert codes(FOREST + script) == [code]


def test_ten_megabytes_are_refused_at_once() -> None:
    assert codes("a" * 10_000_000) == ["E0102"]
    assert codes("\ufeff") == ["E0101"]
    assert codes("") == ["E0101"]
    assert codes("\x00\x01") == ["E0103"]


def test_definitions_that_double_and_double() -> None:
    lines = ["def f0(x) = x + 1"] + [f"def f{n}(x) = f{n - 1}(x) + f{n - 1}(x+{n})" for n in range(1, 40)]
    assert codes(FOREST + "\n".join(lines) + "\ntranslation_x = f39(1)")[0] in ("E0127", "E0406")

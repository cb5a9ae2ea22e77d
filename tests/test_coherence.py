"""Colours are held to the shot's first frame, let go where the prompt changes, and held again."""

from animc.compiler import compile_script
from animc.runtime.coherence import references


def of(script: str, shot: int = 0) -> list[int | None]:
    schedule = compile_script("fps = 4\nlength = 5s\n" + script)
    return references(schedule, schedule.shots[shot], range(schedule.frames)[:: int(schedule.tracks["cadence"][0])])


def test_one_prompt_holds_the_first_frame() -> None:
    assert of('0: "sea"') == [0] * 20


def test_a_new_prompt_is_free_for_a_second_then_holds() -> None:
    assert of('0: "sea"\n8: "snow"') == [0] * 8 + [None] * 4 + [12] * 8


def test_colours_are_free_during_a_fade() -> None:
    held = of('0: "sea"\n4: "snow" fade 2s')
    assert held[:6] == [0] * 5 + [None]
    assert set(held[5:16]) == {None}
    assert held[-1] == held[16] == 16


def test_a_prompt_that_is_soon_gone_holds_nothing() -> None:
    assert of('0: "sea"\n8: "snow"\n10: "sea"')[8:14] == [None] * 6


def test_moving_numbers_in_a_text_are_no_new_prompt() -> None:
    assert of('0: "(golden:${1 + 0.1*t}) light"') == [0] * 20


def test_each_shot_begins_anew() -> None:
    assert of('0: "sea"\ncut at 8', shot=1) == [8] * 12


def test_colours_are_held_to_painted_frames() -> None:
    assert of('0: "sea"\n8: "snow"\ncadence = 5') == [0] * 8 + [None] * 7 + [15] * 5

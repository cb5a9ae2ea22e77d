"""A song writes its first script: it compiles without a warning, says why, and is merged with what a person changed."""

import json
import subprocess
import sys
from pathlib import Path

import listening
import numpy as np
import pytest
import soundfile
from animc.runtime.drafting import find_recipe, merge, recipe_names, signed
from animc.runtime.errors import AnimcError


def animc(*arguments, cwd, cache):
    command = [Path(sys.executable).parent / "animc", *map(str, arguments)]
    environment = {"PATH": "/usr/bin:/bin", "ANIMC_CACHE": str(cache), "OMP_NUM_THREADS": "1", "HOME": str(cwd)}
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, env=environment, timeout=300)


@pytest.fixture(scope="module")
def songs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("songs")
    soundfile.write(folder / "song.wav", listening.played("qvcvcq", bars=4), listening.RATE)
    soundfile.write(folder / "noise.wav", 0.1 * np.random.default_rng(1).normal(size=9 * 22_050), 22_050)
    soundfile.write(folder / "silence.wav", np.zeros(9 * 22_050), 22_050)
    soundfile.write(folder / "short.wav", listening.played("v", bars=1)[:4410], 22_050)
    soundfile.write(folder / "many.wav", np.repeat(listening.played("v", bars=2)[:, None], 6, axis=1), 8_000)
    voice, texts, _ = listening.told(6)
    soundfile.write(folder / "voice.wav", voice, listening.RATE)
    (folder / "story.txt").write_text(" ".join(texts))
    (folder / "song.lrc").write_text(
        '[00:33.0]"neon" ${rain} \\ above\n[00:08.10]the road is dark\n[00:12.0]the night\n[00:12.4]is long\n'
    )
    (folder / "song.txt").write_text("the road is dark\nthe night is long\nneon rain above\n")
    return folder


def drafted(songs, *arguments, name="film.anim"):
    done = animc("draft", *arguments, "-o", name, "--force", cwd=songs, cache=songs / "cache")
    assert done.returncode == 0, done.stderr
    return (songs / name).read_text()


def compiled(songs, name="film.anim"):
    """Check strictly without the sound, then compile with it: neither may warn."""
    checked = animc("check", "--strict", name, cwd=songs, cache=songs / "cache")
    assert checked.returncode == 0, checked.stderr
    done = animc("compile", name, "-o", "film.json", cwd=songs, cache=songs / "cache")
    assert done.returncode == 0
    assert "warning" not in done.stderr
    return json.loads((songs / "film.json").read_text())


@pytest.mark.parametrize("recipe", recipe_names())
def test_a_song_becomes_a_film_by_every_recipe(recipe, songs):
    text = drafted(songs, "song.wav", "--recipe", recipe)
    schedule = compiled(songs)
    assert "section chorus1 from bar(9) to bar(13) {" in text
    assert "form A B C B C A" in text
    assert len(schedule["texts"]) >= 4
    moves = np.array(schedule["tracks"]["translation_z"])
    fps = schedule["fps"]
    verse, chorus = moves[int(10 * fps) : int(15 * fps)], moves[int(18 * fps) : int(23 * fps)]
    assert np.median(verse) != np.median(chorus)


def test_drums_that_are_there_move_the_picture_and_others_do_not(songs):
    assert "on kick where" in drafted(songs, "song.wav")
    assert "on snare where" in drafted(songs, "song.wav")
    for sound in ("noise.wav", "silence.wav"):
        text = drafted(songs, sound)
        assert "on kick" not in text
        assert "none was heard in time" in text


def test_words_become_prompts_and_style_is_wrapped_once(songs):
    text = drafted(songs, "song.wav", "--lyrics", "song.lrc", "--style", 'oil, "thick"')
    schedule = compiled(songs)
    assert text.count("oil") == 1
    assert 'lyrics "song.lrc"' in text
    said = " ".join(schedule["texts"])
    for words in ("the road is dark", "the night, is long", '"neon" ${rain} \\ above', 'oil, "thick"'):
        assert words in said


def test_plain_words_are_aligned_and_can_be_waited_for(songs):
    text = drafted(songs, "song.wav", "--lyrics", "song.txt", name="plain.anim")
    assert 'lyrics "plain.lrc"' in text
    assert "move them by ear" in text
    (songs / "plain.anim").write_text(text + '\non word "dark": strength -= 0.1 * decay(1s)\n')
    compiled(songs, "plain.anim")


def test_a_told_story_has_a_picture_for_each_sentence(songs):
    text = drafted(songs, "--narration", "voice.wav", "--story", "story.txt", name="tale.anim")
    schedule = compiled(songs, "tale.anim")
    for sentence in (songs / "story.txt").read_text().split(". "):
        assert sentence.strip(".") in " ".join(schedule["texts"])
    assert "from bar" not in text


@pytest.mark.parametrize("sound", ["noise.wav", "silence.wav", "short.wav", "many.wav"])
def test_any_sound_gives_a_script(sound, songs):
    drafted(songs, sound)
    compiled(songs)


def test_a_draft_renders(songs):
    drafted(songs, "song.wav")
    done = animc(
        "render", "film.anim", "--model", "none", "--set", "size=64x64", "--frames", "0..3", "-o", "film.mp4",
        cwd=songs, cache=songs / "cache",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert (songs / "film.mp4").stat().st_size > 0


def test_what_a_person_changed_stays(songs):
    text = drafted(songs, "song.wav", name="mine.anim")
    mine = text.replace("translation_z = 3\n", "translation_z = 5 + sine(1b)\n", 1)
    mine = mine.replace("# The drops: a new shot each, painted from nothing.\n", "").replace(
        "fps = 15", "fps = 15\nsize = 64x64"
    )
    (songs / "mine.anim").write_text(mine)
    done = animc(
        "draft", "song.wav", "--recipe", "calm", "--merge", "-o", "mine.anim", cwd=songs, cache=songs / "cache"
    )
    assert done.returncode == 0, done.stderr
    merged = (songs / "mine.anim").read_text()
    assert "translation_z = 5 + sine(1b)" in merged
    assert "size = 64x64" in merged
    assert "# The drops" not in merged
    assert "soft light, watercolour" in merged
    assert "vivid light" not in merged
    compiled(songs, "mine.anim")
    again = animc(
        "draft", "song.wav", "--recipe", "calm", "--merge", "-o", "mine.anim", cwd=songs, cache=songs / "cache"
    )
    assert again.returncode == 0
    assert (songs / "mine.anim").read_text() == merged


def test_merging_is_exact():
    old, new = "a\nb\nc\nd\n", "a\nB\nc\nd\ne\n"
    assert merge(signed(old), new) == (signed(new), 0)
    assert merge(signed(old).replace("c\n", "c of mine\n", 1), new)[0].startswith("a\n")
    merged, kept = merge(signed(old).replace("d\n", "d\nmine\n", 1), new)
    assert "mine\n" in merged
    assert merge(merged, new) == (merged, kept)
    assert merge(signed(old).replace("c\n", "", 1), new)[0].splitlines()[:4] == ["a", "B", "d", "e"]
    with pytest.raises(AnimcError, match="no marks"):
        merge("a\nb\n", new)


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        ((), 2, "which song"),
        (("--narration", "voice.wav"), 2, "go together"),
        (("song.wav", "-o", "film.txt"), 2, "ending in .anim"),
        (("song.wav", "-o", "there.anim"), 1, "--merge keeps"),
        (("song.wav", "-o", "new.anim", "--merge"), 1, "no new.anim to merge"),
        (("song.wav", "-o", "none/film.anim"), 1, "no folder none"),
        (("missing.wav", "-o", "new.anim"), 1, "no sound file"),
        (("story.txt", "-o", "new.anim"), 1, "cannot be read as sound"),
        (("song.wav", "-o", "new.anim", "--recipe", "dreamy"), 1, "dreamlike"),
        (("song.wav", "-o", "new.anim", "--recipe", "broken.toml"), 1, "not TOML"),
        (("song.wav", "-o", "new.anim", "--recipe", "wrong.toml"), 1, "did you mean camera"),
        (("song.wav", "-o", "new.anim", "--recipe", "line.toml"), 1, "would not compile"),
        (("song.wav", "-o", "new.anim", "--lyrics", "missing.lrc"), 1, "no words file"),
    ],
)
def test_every_mistake_is_told_in_a_sentence(arguments, code, message, songs):
    (songs / "there.anim").write_text('0: "mine"\n')
    (songs / "broken.toml").write_text("about = \n")
    (songs / "wrong.toml").write_text("[camra]\nverse = []\n")
    (songs / "line.toml").write_text('film = ["translation_zz = 1"]\n[worlds]\ncalm = ["a"]\nstrong = ["b"]\n')
    done = animc("draft", *arguments, cwd=songs, cache=songs / "cache")
    assert done.returncode == code
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert (songs / "there.anim").read_text() == '0: "mine"\n'
    assert not (songs / "new.anim").exists()


def test_a_recipe_of_ones_own(songs):
    (songs / "my.toml").write_text(
        'about = "mine"\nfps = 12\nfilm = "fov = 60"\n[worlds]\ncalm = ["a pond"]\nstrong = [["a fire"]]\n'
        '[camera]\nchorus = "translation_y = 1"\n[on]\nbuild = "on at {start}: fov -= 2 * env({length}, 1b)"\n'
    )
    text = drafted(songs, "song.wav", "--recipe", "my.toml")
    assert compiled(songs)["fps"] == 12
    assert "a pond" in text
    assert "translation_y = 1" in text
    assert find_recipe(str(songs / "my.toml")).camera["chorus"] == (("translation_y = 1",),)


def test_lines_past_the_end_are_told_and_no_prompts(songs):
    (songs / "late.lrc").write_text("[00:08.10]the road is dark\n[01:40.0]far too late\n")
    done = animc("draft", "song.wav", "--lyrics", "late.lrc", "-o", "late.anim", cwd=songs, cache=songs / "cache")
    assert done.returncode == 0
    assert "warning: 1 line of the words begins after the end of the sound" in done.stderr
    assert "far too late" not in (songs / "late.anim").read_text()
    compiled(songs, "late.anim")


def test_a_draft_says_what_its_beats_were_found_by(songs):
    text = drafted(songs, "song.wav", "--tempo", "60", "--meter", "3", name="slow.anim")
    assert "tempo = 60 meter 3" in text and "60.0 beats a minute, 3 to the bar" in text
    assert len(compiled(songs, "slow.anim")["events"]["beat"]) == pytest.approx(48, abs=2)
    (songs / "song.beats").write_text("".join(f"{0.5 * k:.2f} {k % 4 + 1}\n" for k in range(96)))
    text = drafted(songs, "song.wav", "--beats", "song.beats", name="given.anim")
    assert 'beats "song.beats"' in text
    assert compiled(songs, "given.anim")["events"]["beat"][:3] == [0.0, 0.5, 1.0]
    done = animc("draft", "song.wav", "--beats", "../song.beats", "-o", "x.anim", cwd=songs, cache=songs / "cache")
    assert done.returncode == 2 and "copy ../song.beats beside x.anim" in done.stderr

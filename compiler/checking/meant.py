"""Names that many write first, from other tools or from habit, and what they are here."""

from ..sounds import HAT, KICK, SNARE

SETTINGS = {
    "prompt": 'prompts stand at their frame: 0: "a misty forest"',
    **dict.fromkeys(("duration", "frames"), "the film's length is `length`: length = 30s, or 480f"),
    **dict.fromkeys(("width", "height", "resolution"), "the picture's size is `size`: size = 512x512"),
}
"""Names that many write first, and how to write it here."""

NUMBERS = {
    **dict.fromkeys(("f", "frame", "frame_idx", "frame_number", "frames", "i", "n"), "the frame's number is `t`"),
    **dict.fromkeys(("sec", "secs", "second", "seconds"), "the clock in seconds is `time`"),
    **dict.fromkeys(("frame_count", "max_frames", "num_frames", "total_frames"), "the last frame's number is `max_f`"),
    **dict.fromkeys(("b", "beats"), "the clock in beats is `beat`"),
    **dict.fromkeys(("bars", "measure"), "the clock in bars is `bar`"),
    **dict.fromkeys(("true", "True", "yes"), "write 1"),
    **dict.fromkeys(("false", "False", "no", "none", "None", "null"), "write 0"),
}
"""Clocks and truths by the names that Deforum, Parseq and other tools have for them."""

BANDS = {
    **dict.fromkeys(("bass", "bass_drum", "boom", "sub"), KICK),
    **dict.fromkeys(("clap", "claps"), SNARE),
    **dict.fromkeys(("cymbal", "cymbals", "shaker"), HAT),
}
"""Where what drums a song has beside `kick`, `snare` and `hat` is heard."""


def heard(name: str, reader: str = "onset") -> str:
    """Return how the drum that goes by ``name`` is heard, as an event or a signal; nothing where it is no drum."""
    if name not in BANDS:
        return ""
    low, high = BANDS[name]
    return f"name it first: let {name} = {reader}({low:g}..{high:g}Hz)"

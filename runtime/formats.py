"""The kinds of film, by their quality and the ending of their name: what ffmpeg is told for each."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

from .errors import RenderError

BT709 = (
    "scale=out_color_matrix=bt709:out_range=tv:flags=bicubic+accurate_rnd+full_chroma_int,format=yuv420p,"
    "setparams=range=tv:colorspace=bt709:color_primaries=bt709:color_trc=bt709"
)
"""Colours as players take them where nothing is said, and said all the same."""

FRAGMENTS = ("-movflags", "+frag_keyframe+empty_moov+default_base_moof", "-f", "mp4")
"""A part file that is good up to its last whole fragment, whenever its writing stops."""

H264 = ("-vf", BT709, "-c:v", "libx264", "-preset", "fast", "-crf", "17", "-profile:v", "high",
        *FRAGMENTS)  # fmt: skip
VP9 = ("-vf", BT709, "-c:v", "libvpx-vp9", "-crf", "24", "-b:v", "0", "-row-mt", "1",
       "-deadline", "good", "-cpu-used", "4", *FRAGMENTS)  # fmt: skip
GIF = ("-filter_complex", "split[a][b];[a]palettegen=stats_mode=single[p];[b][p]paletteuse=new=1:dither=sierra2_4a",
       "-loop", "0", "-f", "gif")  # fmt: skip
SMALL = tuple({"17": "27", "fast": "medium"}.get(arg, arg) for arg in H264)
SMALL_VP9 = tuple("36" if arg == "24" else arg for arg in VP9)
RGB = ("-vf", "format=gbrp", "-c:v", "ffv1", "-level", "3", "-slicecrc", "1", "-f", "matroska")
PRORES = ("-vf", BT709.replace("yuv420p", "yuv422p10le"), "-c:v", "prores_ks", "-profile:v", "hq", "-vendor", "apl0",
          "-movflags", "+frag_keyframe+empty_moov", "-f", "mov")  # fmt: skip
WEBP = ("-vf", "format=yuv420p", "-c:v", "libwebp_anim", "-quality", "85", "-compression_level", "4", "-loop", "0",
        "-f", "webp")  # fmt: skip


@dataclass(frozen=True)
class Format:
    """``video``: what makes the part file; ``sound`` and ``film``: what makes the film of it.

    ``even``: the sides must be even. A format without ``sound`` is its own part file, renamed. ``key_seconds``: time
    between two frames that a player can jump to.
    """

    video: tuple[str, ...]
    sound: tuple[str, ...] = ()
    film: tuple[str, ...] = ()
    even: bool = False
    key_seconds: int = 2

    def video_args(self, fps: Fraction) -> list[str]:
        """Return ffmpeg's arguments between the input and the part file."""
        keys = ["-g", str(max(1, round(fps * self.key_seconds)))] if self.sound else []
        return [*self.video[:-2], *keys, *self.video[-2:]]


FASTSTART = ("-movflags", "+faststart")
AAC = ("-c:a", "aac", "-b:a", "192k")
FORMATS: dict[str, Format] = {
    ".mp4": Format(H264, AAC, (*FASTSTART, "-f", "mp4"), even=True),
    ".m4v": Format(H264, AAC, (*FASTSTART, "-f", "mp4"), even=True),
    ".mov": Format(H264, AAC, (*FASTSTART, "-f", "mov"), even=True),
    ".webm": Format(VP9, ("-c:a", "libopus", "-b:a", "160k"), ("-f", "webm")),
    ".gif": Format(GIF),
    ".webp": Format(WEBP),
}


FORMATS_OF: dict[str, dict[str, Format]] = {
    "web": FORMATS,
    "small": {
        **FORMATS,
        **{end: replace(FORMATS[end], video=SMALL) for end in (".mp4", ".m4v", ".mov")},
        ".webm": replace(FORMATS[".webm"], video=SMALL_VP9),
    },
    "archive": {".mkv": Format(RGB, ("-c:a", "flac"), ("-f", "matroska"))},
    "prores": {".mov": Format(PRORES, ("-c:a", "pcm_s16le"), (*FASTSTART, "-f", "mov"), even=True)},
}
"""The endings that each quality has, its usual one first. ``archive`` loses nothing, sound included."""

QUALITIES = tuple(FORMATS_OF)


def format_of(path: Path, quality: str = "web") -> Format:
    """Return the format of a film's name. Raises RenderError where its ending is none of the quality's."""
    known = FORMATS_OF[quality]
    found = known.get(path.suffix.lower())
    if found is not None:
        return found
    kinds = ", ".join(known)
    ending = f"'{path.suffix}'" if path.suffix else "no ending"
    if fitting := next((name for name, held in FORMATS_OF.items() if path.suffix.lower() in held), None):
        raise RenderError(
            f"{path} has {ending}, which a film of quality {quality} is never in",
            f"end its name in {kinds}, or take --quality {fitting}",
        )
    raise RenderError(f"{path} has {ending}, which is no kind of film", f"the kinds are {kinds}, or a folder: name/")

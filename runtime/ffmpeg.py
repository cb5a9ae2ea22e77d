"""The ffmpeg that comes with imageio: a program run with arguments, never through a shell."""

from __future__ import annotations

import shutil

from .errors import RenderError

REPAIR = "pip install --force-reinstall imageio-ffmpeg"


def ffmpeg() -> list[str]:
    """Return the start of a command line: the program, quiet but for errors. Raises RenderError where there is none."""
    import imageio_ffmpeg

    try:
        program = imageio_ffmpeg.get_ffmpeg_exe()
    except RuntimeError as fault:
        raise RenderError("no ffmpeg was found", REPAIR) from fault
    if shutil.which(program) is None:
        raise RenderError(
            f"the encoder {program} is no program that can be run", f"unset IMAGEIO_FFMPEG_EXE, or {REPAIR}"
        )
    return [program, "-hide_banner", "-loglevel", "error", "-nostdin", "-y"]

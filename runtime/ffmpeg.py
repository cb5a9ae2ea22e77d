"""The ffmpeg that comes with imageio: a program run with arguments, never through a shell."""

from __future__ import annotations

from .errors import RenderError


def ffmpeg() -> list[str]:
    """Return the start of a command line: the program, quiet but for errors. Raises RenderError where there is none."""
    import imageio_ffmpeg

    try:
        program = imageio_ffmpeg.get_ffmpeg_exe()
    except RuntimeError as fault:
        raise RenderError("no ffmpeg was found", "pip install --force-reinstall imageio-ffmpeg") from fault
    return [program, "-hide_banner", "-loglevel", "error", "-nostdin", "-y"]

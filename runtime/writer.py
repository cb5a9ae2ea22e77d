"""The film: frames stream into an encoder, and closing adds the sound and the script.

Pictures go to a part file beside the film as they come, in a form that is good up to its last fragment; closing it
(also after Ctrl-C or a failure) copies them without loss into the film with the sound, trimmed or padded to their
length, and renames it into place. imageio's ffmpeg does the coding: a program with arguments, never through a shell.
"""

from __future__ import annotations

import os
import queue
import re
import subprocess
import tempfile
import threading
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import IO

import numpy as np

from .errors import RenderError
from .ffmpeg import REPAIR, ffmpeg
from .folder import FolderWriter
from .formats import format_of
from .picture import Bytes
from .recipe import RECIPE, add_to_gif, as_ffmetadata
from .room import KEPT, again, shortage_of
from .timings import Timings

AHEAD = 2
"""Frames that may wait for the encoder; more would only take memory."""

PARTIAL = re.compile(r"\.(.+)\.(\d+)\.(?:part|whole)", re.DOTALL)
"""A film's unfinished files, and the process that writes them."""

RATE = 48_000
"""Samples a second of a film's sound."""


def open_writer(
    path: Path,
    size: tuple[int, int],
    fps: Fraction,
    *,
    audio: Path | None = None,
    script: str = "",
    start: int = 0,
    step: int = 1,
    timings: Timings | None = None,
    folder: bool = False,
    quality: str = "web",
) -> FilmWriter | FolderWriter:
    """Return what writes a film to ``path``, or its frames as PNGs where that is a folder.

    ``size`` is width, height. ``start`` is the number of the first frame that comes: the sound begins there. ``step``
    is how many frames of the film's ``fps`` each one that comes stands for. Raises RenderError where the name has no
    known ending.
    """
    timings = timings or Timings()
    if folder or path.is_dir():
        return FolderWriter(path, script=script, start=start, step=step, timings=timings)
    begin = start / fps
    fps /= step
    return FilmWriter(path, size, fps, audio=audio, script=script, begin=begin, timings=timings, quality=quality)


class FilmWriter:
    """Writes one film file, as a context manager; leaving it finishes the film with the frames that came.

    ``begin``: seconds into the sound at which the film begins.
    """

    def __init__(
        self,
        path: Path,
        size: tuple[int, int],
        fps: Fraction,
        *,
        audio: Path | None = None,
        script: str = "",
        begin: Fraction = Fraction(0),
        timings: Timings | None = None,
        quality: str = "web",
    ) -> None:
        self.path = path
        self.format = format_of(path, quality)
        self.size = size
        self.fps = fps
        self.audio = audio if self.format.sound else None
        self.script = script
        self.begin = begin
        self.timings = timings or Timings()
        self.frames = 0
        self._pad = (size[1] % 2, size[0] % 2) if self.format.even else (0, 0)
        self._queue: queue.Queue[Bytes | None] = queue.Queue(AHEAD)
        self._trouble: BaseException | None = None

    @property
    def note(self) -> str | None:
        """Return what a user should know of this film: that odd sides were made even, or that its kind has no sound."""
        if any(self._pad):
            width, height = self.size[0] + self._pad[1], self.size[1] + self._pad[0]
            return f"{self.path.suffix} needs even sides: the film is {width}x{height}"
        return None

    def __enter__(self) -> FilmWriter:
        self._part = self.path.with_name(f".{self.path.name}.{os.getpid()}.part")
        try:
            _sweep(self.path)
            self._part.touch()
        except OSError as fault:
            raise RenderError(
                f"{self.path} cannot be written: {fault.strerror}", "choose another path with -o"
            ) from fault
        self._said: IO[bytes] = tempfile.TemporaryFile()
        self._encoder = self._started()
        self._pump = threading.Thread(target=self._feed, name="animc encoder", daemon=True)
        self._pump.start()
        return self

    def _started(self) -> subprocess.Popen[bytes]:
        try:
            return subprocess.Popen(  # noqa: S603 (our own ffmpeg, no shell)
                self._encode_args(),
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=self._said,
                start_new_session=True,  # Ctrl-C is for us: the encoder finishes what it was given
            )
        except (OSError, RenderError) as fault:
            self._said.close()
            self._part.unlink(missing_ok=True)
            if isinstance(fault, RenderError):
                raise
            raise RenderError(f"the encoder cannot be run: {fault.strerror or fault}", REPAIR) from fault

    def write(self, frame: Bytes) -> None:
        """Add a frame, H×W×3 bytes. Raises RenderError where the encoder has failed."""
        if frame.shape != (self.size[1], self.size[0], 3):
            raise ValueError(f"a frame of {frame.shape} in a film of {self.size}")
        with self.timings.stage("write"):
            self._queue.put(frame)
        self.frames += 1
        if self._trouble:
            raise self._failure()

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> None:
        with self.timings.stage("write"):
            try:
                self._finish()
            except RenderError:
                if fault is None:
                    raise
            finally:
                self._said.close()
                self._part.unlink(missing_ok=True)

    def _feed(self) -> None:
        """Hand frames to the encoder, whole ones only, until None comes; after a failure swallow the rest."""
        stdin = self._encoder.stdin
        assert stdin is not None  # noqa: S101 (Popen was asked for a pipe)
        while (frame := self._next()) is not None:
            if self._trouble:
                continue
            try:
                stdin.write(np.ascontiguousarray(self._evened(frame)).data)
            except (OSError, ValueError) as fault:
                self._trouble = fault
        try:
            stdin.close()
        except OSError as fault:
            self._trouble = self._trouble or fault

    def _next(self) -> Bytes | None:
        """Return what comes next. It is looked for anew each second: Ctrl-C may come amid a `put`, and none be told."""
        while True:
            try:
                return self._queue.get(timeout=1)
            except queue.Empty:
                continue

    def _evened(self, frame: Bytes) -> Bytes:
        if not any(self._pad):
            return frame
        return np.pad(frame, ((0, self._pad[0]), (0, self._pad[1]), (0, 0)), mode="edge")

    def _finish(self) -> None:
        self._queue.put(None)
        self._pump.join()
        code = self._encoder.wait()
        if self._trouble or code:
            raise self._failure()
        if self.frames == 0:
            return
        if self.format.sound:
            self._join_sound()
        else:
            try:
                if self.path.suffix.lower() == ".gif" and self.script:
                    add_to_gif(self._part, self.script)
                self._part.replace(self.path)
            except OSError as fault:
                raise _encoder_error(self.path, 1, fault.strerror or str(fault)) from fault

    def _failure(self) -> RenderError:
        """Return what the encoder's end means."""
        code = self._encoder.wait()
        self._said.seek(0)
        said = self._said.read().decode("utf-8", "replace").strip()
        return _encoder_error(self.path, code, said)

    def _encode_args(self) -> list[str]:
        width, height = self.size[0] + self._pad[1], self.size[1] + self._pad[0]
        return [
            *ffmpeg(),
            *("-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{width}x{height}", "-framerate", str(self.fps)),
            *("-i", "pipe:0", *self.format.video_args(self.fps), f"file:{self._part}"),
        ]

    def _join_sound(self) -> None:
        """Make the film of the part file, the sound and the script. Where the sound fails, the silent film is kept."""
        code, said = self._join(self.audio)
        if code and self.audio and "NaN" in said:
            code, said = self._join(self.audio, MENDED)
        if code and self.audio and not shortage_of(code, said) and not self._join(None)[0]:
            raise RenderError(
                f"the sound {self.audio} could not be added to {self.path}: {said.splitlines()[0] if said else code}",
                "the film is there without it; convert the sound to WAV and render again",
            )
        if code:
            raise _encoder_error(self.path, code, said)

    def _join(self, audio: Path | None, mended: str = "") -> tuple[int, str]:
        """Make the film, whole or not at all; return how ffmpeg ended (0: well), and what it said."""
        whole = self.path.with_name(f".{self.path.name}.{os.getpid()}.whole")
        try:
            with tempfile.TemporaryDirectory(prefix="animc-") as folder:
                recipe = Path(folder) / RECIPE
                recipe.write_text(as_ffmetadata(self.script), encoding="utf-8")
                args = self._join_args(recipe, whole, audio, mended)
                done = subprocess.run(  # noqa: S603 (our own ffmpeg, no shell)
                    args, stdin=subprocess.DEVNULL, capture_output=True, start_new_session=True, check=False
                )
            if done.returncode == 0:
                whole.replace(self.path)
            return done.returncode, done.stderr.decode("utf-8", "replace").strip()
        except OSError as fault:
            return 1, fault.strerror or str(fault)
        finally:
            whole.unlink(missing_ok=True)

    def _join_args(self, recipe: Path, whole: Path, audio: Path | None, mended: str) -> list[str]:
        sound = ["-i", f"file:{audio}"] if audio else []
        return [
            *ffmpeg(),
            *("-i", f"file:{self._part}", "-f", "ffmetadata", "-i", str(recipe), *sound),
            *("-map", "0:v:0", "-c:v", "copy", *(self._sound_args(mended) if audio else ())),
            *("-map_metadata", "1", "-map_chapters", "-1", *self.format.film, f"file:{whole}"),
        ]

    def _sound_args(self, mended: str) -> list[str]:
        """Return what cuts the sound to the picture, to the sample."""
        begin, length = round(self.begin * RATE), round(self.frames / self.fps * RATE)
        cut = f"{mended}aresample={RATE},atrim=start_sample={begin},asetpts=N/SR/TB,apad=whole_len={length}"
        return ["-map", "2:a:0", "-af", f"{cut},atrim=end_sample={length}", "-ac", "2", *self.format.sound]


MENDED = r"aeval=if(isnan(val(ch))+isinf(val(ch))\,0\,val(ch)):c=same,"
"""ffmpeg's filter that makes silence of samples that are not numbers, as hearing does."""


def _sweep(path: Path) -> None:
    """Remove the part files that renders of this film left when they were killed."""
    for other in path.parent.iterdir():
        found = PARTIAL.fullmatch(other.name)
        if found and found[1] == path.name and not _alive(int(found[2])):
            other.unlink(missing_ok=True)


def _alive(process: int) -> bool:
    if os.name != "posix":
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _encoder_error(path: Path, code: int, said: str) -> RenderError:
    last = said.splitlines()[-1] if said else ""
    if short := shortage_of(code, said):
        return RenderError(f"{short[0]}: {path} could not be finished", again(short[1]))
    if code < 0:
        return RenderError(
            f"the encoder of {path} was stopped from outside (signal {-code}), as a system short of memory does",
            f"close other programs, and render again: {KEPT}",
        )
    return RenderError(
        f"the encoder could not write {path}: {last or f'it ended early, with {code}'}",
        again("look whether its folder can be written to"),
    )

"""A sound file, or the sound of a video, as one float32 channel at a fixed rate, decoded in a stream."""

from __future__ import annotations

import contextlib
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from ..errors import HearingError

RATE = 32_000
"""Samples a second of every analysis: 16 kHz of band, and 5 ms or 10 ms are whole numbers of samples."""

LONGEST = 2 * 3600.0
"""Seconds of sound that are taken at most: 2 hours are 0.9 GB of samples here."""

_BLOCK = 1 << 18

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Wave:
    """A mono sound: float32 ``samples`` at ``rate`` a second; ``duration`` in seconds as the file itself has it."""

    samples: Floats
    rate: int
    duration: float


def decode(path: Path) -> Wave:
    """Read any sound file as mono at ``RATE``; samples that are not numbers become silence. Raises HearingError."""
    _refuse_unreadable(path)
    wave = _by_soundfile(path)
    if wave is None:
        wave = _by_ffmpeg(path)
    if wave.samples.size == 0:
        raise HearingError(f"the sound file {path.name} holds no sound", "give a file with at least one sample in it")
    return wave


def _refuse_unreadable(path: Path) -> None:
    name = path.name or str(path)
    try:
        if path.is_dir():
            raise HearingError(f"{name} is a folder, not a sound file", "give the path of a file")
        with path.open("rb") as file:
            empty = not file.read(1)
    except FileNotFoundError:
        raise HearingError(
            f"there is no sound file {path}", "check the path; paths in a script count from the script's folder"
        ) from None
    except (OSError, ValueError) as fault:
        reason = getattr(fault, "strerror", None) or str(fault)
        raise HearingError(f"the sound file {name} cannot be opened: {reason}", "check that you may read it") from None
    if empty:
        raise HearingError(f"the sound file {name} is empty (0 bytes)", "export or download it again")


def _by_soundfile(path: Path) -> Wave | None:
    """Decode by libsndfile, or return None where it does not know the format or gives up at once."""
    import soundfile

    try:
        with soundfile.SoundFile(str(path)) as file:
            if file.format == "MP3":
                return None  # ffmpeg, which will also put it into the film, agrees with itself about an mp3's start
            rate, frames = int(file.samplerate), int(file.frames)
            if 0 < frames < 1 << 62:
                _refuse_long(path, frames / rate)
            blocks: Any = file.blocks(_BLOCK, dtype="float32", always_2d=True)
            pieces = _until_fault(blocks)
            return _gather(path, (_mono(piece) for piece in pieces), rate)
    except (soundfile.SoundFileError, OSError, ValueError, RuntimeError):
        return None


def _until_fault(blocks: Iterator[Floats]) -> Iterator[Floats]:
    """Yield blocks until the file breaks off: what a truncated file still holds is worth hearing."""
    import soundfile

    heard = False
    try:
        for block in blocks:
            heard = True
            yield block
    except soundfile.SoundFileError:
        if not heard:
            raise


def _mono(block: Floats) -> Floats:
    """Average the channels; of two that cancel each other (opposite phase), keep the first."""
    mixed = block.mean(axis=1, dtype=np.float32)
    first = block[:, 0]
    if block.shape[1] == 2 and np.dot(mixed, mixed) < 1e-4 * np.dot(first, first):
        return np.ascontiguousarray(first)
    return mixed


def _by_ffmpeg(path: Path) -> Wave:
    """Decode by ffmpeg, told to open nothing but this local file."""
    command = [
        _ffmpeg(), "-nostdin", "-hide_banner", "-v", "error", "-protocol_whitelist", "file,pipe",
        "-i", f"file:{path}", "-map", "0:a:0", "-vn", "-sn", "-dn", "-ac", "1", "-ar", str(RATE),
        "-f", "f32le", "-acodec", "pcm_f32le", "pipe:1",
    ]  # fmt: skip
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log)  # noqa: S603
        try:
            assert process.stdout is not None  # noqa: S101 - a pipe was asked for
            wave = _gather(path, _raw(process.stdout), RATE)
            process.wait()
        finally:
            with contextlib.suppress(OSError):
                process.kill()
            process.wait()
            if process.stdout is not None:
                process.stdout.close()
        if wave.samples.size == 0:
            log.seek(0)
            raise _ffmpeg_fault(path, log.read(20_000).decode(errors="replace"))
    return wave


def _ffmpeg() -> str:
    import imageio_ffmpeg

    try:
        return imageio_ffmpeg.get_ffmpeg_exe()
    except (OSError, RuntimeError):
        raise HearingError(
            "no ffmpeg was found to read this sound file with", "run: pip install imageio-ffmpeg"
        ) from None


def _ffmpeg_fault(path: Path, log: str) -> HearingError:
    if "matches no streams" in log or "does not contain any stream" in log:
        return HearingError(f"{path.name} has no sound in it", "give a file with an audio stream")
    if "Invalid data" in log or "moov atom" in log or not log:
        return HearingError(
            f"{path.name} cannot be read as sound: it is broken, or not a sound file",
            "convert it to wav, flac, ogg, mp3 or m4a, or export it again",
        )
    last = log.strip().splitlines()[-1][:160]
    return HearingError(f"{path.name} cannot be read as sound ({last})", "convert it to wav or flac")


def _raw(stream: IO[bytes]) -> Iterator[Floats]:
    while data := stream.read(4 * _BLOCK):
        yield np.frombuffer(data[: len(data) // 4 * 4], dtype="<f4").astype(np.float32)


def _gather(path: Path, pieces: Iterator[Floats], rate: int) -> Wave:
    """Resample mono pieces to ``RATE`` as they come and join them; refuse what is too long or made of NaN."""
    import soxr

    stream = soxr.ResampleStream(rate, RATE, 1, dtype="float32") if rate != RATE else None
    kept: list[Floats] = []
    total = bad = 0
    for piece in pieces:
        total += piece.size
        _refuse_long(path, total / rate)
        good = np.isfinite(piece)
        bad += piece.size - int(np.count_nonzero(good))
        clean = np.clip(np.where(good, piece, np.float32(0)), -1e3, 1e3)
        kept.append(stream.resample_chunk(clean) if stream else clean)
    if stream and total:
        kept.append(stream.resample_chunk(np.zeros(0, np.float32), last=True))
    if bad > total / 2:
        raise HearingError(
            f"most samples of {path.name} are not numbers (NaN or infinite)", "export the sound again from its source"
        )
    samples = np.concatenate(kept) if kept else np.zeros(0, np.float32)
    return Wave(samples, RATE, total / rate)


def _refuse_long(path: Path, seconds: float) -> None:
    if seconds > LONGEST:
        raise HearingError(
            f"{path.name} lasts longer than {LONGEST / 3600:g} hours, the most that animc listens to",
            "cut it into parts, one film each",
        )

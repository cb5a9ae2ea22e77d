"""A sound file, or the sound of a video, as one float32 channel at a fixed rate, decoded in a stream."""

from __future__ import annotations

import contextlib
import math
import re
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
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
    """A mono sound: float32 ``samples`` at ``rate`` a second; ``duration`` in seconds as the file itself has it.

    ``promised``: where the file breaks off, the seconds that its head speaks of, or infinity where it does not say;
    0 where it is whole, as far as can be told.
    """

    samples: Floats
    rate: int
    duration: float
    promised: float = 0.0


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

    if _is_mp3(path):
        return None  # ffmpeg, which will also put it into the film, agrees with itself about an mp3's start
    try:
        with soundfile.SoundFile(str(path)) as file:
            rate, frames = int(file.samplerate), int(file.frames)
            if 0 < frames < 1 << 62:
                _refuse_long(path, frames / rate)
            blocks: Any = file.blocks(_BLOCK, dtype="float32", always_2d=True)
            pieces = _until_fault(blocks)
            wave = _gather(path, (_mono(piece) for piece in pieces), rate)
            whole = frames / rate if 0 < frames < 1 << 62 else 0.0
            return _broken_off(wave, max(whole, _promised(file.extra_info, wave.duration)))
    except (soundfile.SoundFileError, OSError, ValueError, RuntimeError):
        return None


def _is_mp3(path: Path) -> bool:
    """Tell whether a file begins with an ID3 tag or an MPEG frame; libsndfile's decoder would tell the terminal."""
    with contextlib.suppress(OSError), path.open("rb") as file:
        head = file.read(3)
        return head == b"ID3" or (len(head) > 1 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0)
    return False


def _promised(log: str, held: float) -> float:
    """Return the seconds that a head speaks of by libsndfile's log, where they are not all there; 0 where they are."""
    found = re.search(r"^(?:data|SSND)\s*: (\d+) \(should be (\d+)\)", log, re.MULTILINE)
    # What is written into a pipe has no size in its head: nothing, or the greatest number that fits.
    if found and 0 < int(found[2]) < int(found[1]) < 0x7FFF_0000:
        return held * int(found[1]) / int(found[2])
    return math.inf if "lacks an end-of-stream bit" in log else 0.0


def _broken_off(wave: Wave, promised: float) -> Wave:
    """Note that a sound breaks off, unless what is missing is no more than a codec's padding."""
    return replace(wave, promised=promised) if promised > 1.001 * wave.duration + 0.3 else wave


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
        _ffmpeg(), "-nostdin", "-hide_banner", "-nostats", "-v", "level+info", "-protocol_whitelist", "file,pipe",
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
        log.seek(0)
        said = log.read(1 << 18).decode(errors="replace")
    if wave.samples.size == 0:
        raise _ffmpeg_fault(path, said)
    return _broken_off(wave, _promised_by_ffmpeg(said))


def _promised_by_ffmpeg(log: str) -> float:
    """Return the seconds that a file's head speaks of, as far as its sound is all that it has; 0 where unknown."""
    if "ended prematurely" in log:
        return math.inf
    film = re.search(r"^\[info\]\s+Stream #0:\d+.*: Video: (?!.*attached pic)", log, re.MULTILINE)
    found = re.search(r"^\[info\]   Duration: (\d+):(\d\d):(\d\d\.\d+)", log, re.MULTILINE)
    if film or not found or "Estimating duration from bitrate" in log:
        return 0.0
    return 3600 * int(found[1]) + 60 * int(found[2]) + float(found[3])


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
    faults = re.findall(r"^(?:\[[^\]]* @ [^\]]*\] )?\[(?:error|fatal)\] (.*)", log, re.MULTILINE) or [log.strip()]
    last = faults[-1].strip()[:160]
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

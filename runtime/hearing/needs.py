"""Answers what a script needs to hear."""

from __future__ import annotations

from pathlib import Path

from ...compiler.sounds import MAIN, Events, Needs, Request, Signal, Sounds
from ..errors import HearingError
from .ear import PARTS, Ear, Progress


def hear(
    needs: Needs,
    *,
    base: Path,
    main: Path | None = None,
    cache: Path | None = None,
    progress: Progress | None = None,
    warn: Progress | None = None,
) -> Sounds | None:
    """Hear what a script asks for in its audio files, and nothing more; None where it has no main audio.

    ``base``: the folder that the script's paths count from. ``main`` (``--audio``) takes the place of its main track.
    ``progress`` is told each stage in a few words, ``warn`` what is amiss with a file. Raises HearingError.
    """
    files = {source: base / name for source, name in needs.audio.items()}
    if main is not None:
        files[MAIN] = main
    if MAIN not in files:
        return None
    ears = {source: Ear(path, cache, progress) for source, path in files.items()}
    heard: dict[Request, Events | Signal] = {}
    for request in needs.requests:
        source = MAIN if request.source in PARTS and request.source not in ears else request.source
        if source not in ears:
            raise HearingError(
                f"the script has no audio named {source!r}", f'add a line such as: audio {source} = "{source}.wav"'
            )
        heard[request] = ears[source].answer(request, needs.told)
    for one in ears.values():
        if warn and one.complaint:
            warn(one.complaint)
    return Sounds(ears[MAIN].duration, heard, str(main) if main is not None else needs.audio[MAIN])

"""Deforum's prompts: keys by frame, ``--neg`` split off, and what all share written once."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from .deforum_formula import FormulaError, read_formula
from .deforum_keys import frame_of
from .deforum_meaning import Scene, WordlessError, translated, values_of
from .formula import quoted, written
from .notes import BridgeError, Notes

_MATHS = re.compile(r"`([^`]*)`")


@dataclass(frozen=True, slots=True)
class Prompt:
    """What stands from ``frame`` on; texts are written in the script's quotes already. ``at`` as for keys."""

    frame: int
    at: str
    positive: str
    negative: str


def prompts_text(prompts: dict[str, str], common: tuple[str, str], scene: Scene, notes: Notes, *, morph: bool) -> str:
    """Return the lines for a file's prompts; ``common``: what stands before each prompt and after each negative."""
    kept, late = _sorted(prompts, common, scene, notes)
    style, kept = _style(kept, common[0].strip())
    negatives = Counter(prompt.negative for prompt in kept)
    negative = max(negatives, key=lambda text: (negatives[text], text != '""'))
    lines: list[str] = []
    if style:
        lines.append(f"style {style}")
    if negative != '""':
        lines.append(f"negative = {negative}")
    width = max(len(prompt.at) for prompt in kept) + 1
    for number, prompt in enumerate(kept):
        line = f"{prompt.at + ':':<{width}} {prompt.positive}"
        line += " morph" if morph and number else ""
        line += f" negative {prompt.negative}" if prompt.negative != negative else ""
        lines.append(line)
    lines += [f"# past the end: {prompt.at}: {prompt.positive}" for prompt in late]
    return "\n".join(lines)


def _sorted(
    prompts: dict[str, str], common: tuple[str, str], scene: Scene, notes: Notes
) -> tuple[list[Prompt], list[Prompt]]:
    """Return the prompts inside the film by frame (of equal frames the later), and those past its end."""
    found: dict[int, Prompt] = {}
    for key, text in prompts.items():
        frame, at = frame_of("prompts", str(key), scene)
        positive, negative = split(text)
        found[frame] = Prompt(
            frame,
            at or str(frame),
            _quoted(positive, scene, notes),
            _quoted(_joined(negative, common[1]), scene, notes),
        )
    frames = [frame for frame in sorted(found) if 0 <= frame < len(scene.t)]
    late = [found[frame] for frame in sorted(found) if frame >= len(scene.t)]
    if late:
        notes.add("prompts", f"{len(late)} past the film's end do nothing, as in Deforum; they stand as comments")
    if not frames and not late:
        raise BridgeError("`prompts` has no key inside the film", "give it a key at frame 0")
    # Deforum fills the frames before the first key from it, wherever that may stand.
    kept = [found[frame] for frame in frames] or late[:1]
    first = kept[0]
    return [Prompt(0, "0", first.positive, first.negative), *kept[1:]], late


def split(text: str) -> tuple[str, str]:
    """Return a prompt and its negative, which stands after ``--neg``."""
    positive, *rest = text.split("--neg")
    return positive.strip(), "".join(rest).strip()


def _joined(negative: str, common: str) -> str:
    """Add the common negative, unless the file has it there already, as Deforum's own saved runs have."""
    common = common.replace("--neg", "").strip()
    if not common or negative == common or negative.endswith(common):
        return negative
    return f"{negative} {common}".strip()


def _style(prompts: list[Prompt], common: str) -> tuple[str, list[Prompt]]:
    """Take the common beginning out of the prompts into a style; runs that Deforum saved hold it in every prompt."""
    if not common:
        return "", prompts
    begin = quoted(common)[:-1]
    rests = [prompt.positive.removeprefix(begin) for prompt in prompts]
    if all(prompt.positive.startswith(begin) for prompt in prompts):
        if not all(rest.startswith(" ") for rest in rests):
            return "", prompts
        prompts = [
            Prompt(prompt.frame, prompt.at, '"' + rest.lstrip(), prompt.negative)
            for prompt, rest in zip(prompts, rests, strict=True)
        ]
    return f'{begin} ${{prompt}}"', prompts


def _quoted(text: str, scene: Scene, notes: Notes) -> str:
    if re.search(r"\bAND\b", text):
        notes.add(
            "prompts", "`AND` (composable diffusion) is kept as text; write several prompts with `morph` or `fade`"
        )
    parts: list[str] = []
    at = 0
    for found in _MATHS.finditer(text):
        parts.append(quoted(text[at : found.start()])[1:-1])
        parts.append(_hole(found[1], scene, notes) or quoted(found[0])[1:-1])
        at = found.end()
    return '"' + "".join(parts) + quoted(text[at:])[1:]


def _hole(formula: str, scene: Scene, notes: Notes) -> str:
    """Return ``${…}`` for a formula between backticks, or nothing where it cannot be read."""
    try:
        node = read_formula(formula)
        values_of(node, scene)
        ours = written(translated(node, scene))
    except (FormulaError, WordlessError) as fault:
        notes.add("prompts", f"the formula `{formula}` is kept as text: {fault or 'it has no words here'}")
        return ""
    notes.add("prompts", "numbers worked out inside a prompt are written with two decimals at most")
    return f"${{{ours}}}"

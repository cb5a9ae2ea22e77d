"""The functions of the language: one table of names, parameters and help, which checking, completion and docs read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ArgKind = Literal["number", "duration", "events", "text", "band", "source", "position"]


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter; ``default`` None means that it must be given, and ``many`` that any number may follow."""

    name: str
    kind: ArgKind
    default: float | None = None
    many: bool = False
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Function:
    """A function; ``group`` tells how it is made into steps."""

    name: str
    params: tuple[Parameter, ...]
    group: Literal["math", "wave", "chance", "curve", "sound", "event", "shaper", "kernel", "turn"]
    help: str

    @property
    def usage(self) -> str:
        """How the function is written, such as ``sine(period, phase = 0)``."""
        parts = (
            f"{p.name}, …" if p.many else f"{p.name}?" if p.optional else p.name if p.default is None
            else f"{p.name} = {p.default:g}"
            for p in self.params
        )  # fmt: skip
        return f"{self.name}({', '.join(parts)})"


def _numbers(names: str) -> tuple[Parameter, ...]:
    return tuple(Parameter(name, "number") for name in names.split())


def _math(names: str, params: str, help_: str) -> list[Function]:
    return [Function(name, _numbers(params), "math", help_) for name in names.split()]


_PERIOD = Parameter("period", "duration")
_PHASE = Parameter("phase", "number", 0.0)
_SEED = Parameter("seed", "number", 0.0)
_BAND = Parameter("band", "band", optional=True)
_SOURCE = Parameter("source", "source", optional=True)
_SIGNAL = Parameter("signal", "number")
_LENGTH = Parameter("length", "duration")

FUNCTIONS: dict[str, Function] = {function.name: function for function in (
    *_math("sin cos tan asin acos atan sinh cosh tanh exp log log10 sqrt abs floor ceil round sign", "x",
           "as in every calculator; angles in radians, `log` is natural"),
    *_math("atan2", "y x", "the angle of the point (x, y), in radians"),
    Function("min", (Parameter("a", "number", many=True),), "math", "the smallest"),
    Function("max", (Parameter("a", "number", many=True),), "math", "the largest"),
    *_math("clamp", "x low high", "x, held between low and high"),
    *_math("mix", "a b x", "a where x is 0, b where x is 1, and between"),
    *_math("step", "edge x", "0 where x is below edge, else 1"),
    *_math("where", "condition a b", "a where the condition holds, else b"),
    *_math("mod", "x y", "what is left of x after whole y's, with the sign of y; the same as `x % y`"),
    Function("sine", (_PERIOD, _PHASE), "wave", "a sine wave from -1 to 1; phase in turns"),
    Function("tri", (_PERIOD, _PHASE), "wave", "a triangle wave from -1 to 1, beginning at 0"),
    Function("saw", (_PERIOD, _PHASE), "wave", "rises from -1 to 1, then falls back at once"),
    Function("square", (_PERIOD, _PHASE), "wave", "1 for the first half of the period, -1 for the second"),
    Function("pulse", (_PERIOD, Parameter("width", "number", 0.5), _PHASE), "wave",
             "1 for the share `width` of the period, else 0; in a trigger: 1 for a time after the event, else 0"),
    Function("noise", (_PERIOD, _SEED), "chance", "smooth chance from -1 to 1, a new value every period"),
    Function("random", (Parameter("hold", "duration", optional=True), _SEED), "chance",
             "chance from 0 to 1, a new value each frame or each `hold`"),
    Function("ease", (Parameter("name", "text"), Parameter("x", "number")), "curve",
             "the curve of an ease at x from 0 to 1"),
    Function("bezier", (Parameter("x", "number"), *_numbers("x1 y1 x2 y2")), "curve",
             "the curve of a CSS cubic bezier at x from 0 to 1"),
    Function("rms", (_BAND, _SOURCE), "sound", "loudness of a band as amplitude"),
    Function("loudness", (_SOURCE,), "sound", "loudness as heard"),
    Function("flux", (_BAND, _SOURCE), "sound", "how much the spectrum rises"),
    Function("centroid", (_SOURCE,), "sound", "brightness: centre of the spectrum in hertz"),
    Function("pitch", (_SOURCE,), "sound", "fundamental frequency in hertz, 0 where there is none"),
    Function("chroma", (Parameter("note", "text"), _SOURCE), "sound", "how much of a note of the scale sounds"),
    Function("onset", (_BAND, _SOURCE, Parameter("threshold", "number", optional=True)), "event",
             "where sounds begin in a band"),
    Function("every", (_LENGTH,), "event", "a regular series of events"),
    Function("smooth", (_SIGNAL, _LENGTH), "shaper", "a moving average, centred, so that nothing comes late"),
    Function("follow", (_SIGNAL, Parameter("attack", "duration"), Parameter("release", "duration")), "shaper",
             "follows the signal up within `attack` and down within `release`"),
    Function("range", (_SIGNAL, Parameter("low", "number", 0.0), Parameter("high", "number", 1.0)), "shaper",
             "stretches the signal so that its least and greatest values are low and high"),
    Function("normalize", (_SIGNAL, Parameter("percentile", "number", 1.0)), "shaper",
             "scales the signal so that this share of it lies within 0 to 1; the rest is held at 1"),
    Function("gate", (_SIGNAL, Parameter("threshold", "number")), "shaper", "0 where the signal is below threshold"),
    Function("delay", (_SIGNAL, _LENGTH), "shaper", "the signal, later"),
    Function("accumulate", (_SIGNAL,), "shaper", "the sum of the signal over all frames so far"),
    Function("delta", (_SIGNAL,), "shaper",
             "how much the signal changes from one frame to the next: what `accumulate` would sum up again"),
    Function("slew", (_SIGNAL, Parameter("rate", "number")), "shaper", "changes by no more than `rate` a frame"),
    Function("hold", (_SIGNAL, Parameter("event", "events")), "shaper", "keeps the signal's value from event to event"),
    Function("decay", (_LENGTH,), "kernel", "1 at the event, falling to 0 within `length`, fast at first"),
    Function("env", (Parameter("attack", "duration"), Parameter("decay", "duration")), "kernel",
             "rises to 1 within `attack`, falls to 0 within `decay`"),
    Function("adsr", (Parameter("attack", "duration"), Parameter("decay", "duration"),
                      Parameter("sustain", "number"), Parameter("release", "duration")), "kernel",
             "rises to 1, falls to `sustain`, then to 0"),
    Function("alternate", (Parameter("a", "number", many=True),), "turn", "the values in turn, one for each event"),
    Function("cycle", (Parameter("a", "number", many=True),), "turn", "the values in turn, one for each event"),
    Function("choose", (Parameter("a", "number", many=True),), "turn", "one of the values by chance for each event"),
)}  # fmt: skip

SPELLINGS: dict[str, str] = {
    "arcsin": "asin", "arccos": "acos", "arctan": "atan", "arctan2": "atan2", "triangle": "tri", "sawtooth": "saw",
    "ln": "log", "fabs": "abs",
}  # fmt: skip
"""Other spellings, of Deforum's numexpr and of habit."""

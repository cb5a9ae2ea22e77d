"""Checking calls: arguments are matched to parameters, and each function becomes steps of the program."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ..evaluation.eases import EASES
from ..functions import FUNCTIONS, SPELLINGS, Function, Parameter
from ..program import Rank
from ..sounds import MAIN, Request
from ..source import Place
from ..typed import Every, Heard
from .scope import KIND_WORDS, Check, Scope, Value
from .spans import turns
from .values import is_lasting

Given = list[tuple[str | None, Value, Place]]
Bound = dict[str, list[Value]]

_KERNELS = {"decay", "env", "adsr"}


def is_call(name: str) -> bool:
    """Whether the language has a function of this name, or a position such as ``bar(9)``."""
    return name in FUNCTIONS or name in SPELLINGS or name in ("beat", "bar")


def build_call(cx: Check, name: str, args: Given, scope: Scope, place: Place) -> Value:
    """Return the value of a call of the language's own function; mistakes are told."""
    name = SPELLINGS.get(name, name)
    if name in ("beat", "bar"):
        return _numbered(cx, name, args, place)
    function = FUNCTIONS[name]
    bound = _bind(cx, function, args, scope, place)
    if bound is None:
        return Value("nothing", place)
    return _GROUPS[function.group](cx, function, bound, scope, place)


def _numbered(cx: Check, name: str, args: Given, place: Place) -> Value:
    """``beat(n)`` and ``bar(n)``: where the n-th begins, from 1."""
    if len(args) != 1 or args[0][1].kind != "number":
        cx.findings.add("E0212", place, name=name, fault="takes one number", what=f"the {name}'s number, from 1",
                        usage=f"{name}(9)")  # fmt: skip
        return Value("nothing", place)
    cx.sounds.setdefault(Request("beat" if name == "beat" else "downbeat"), place)
    from_zero = cx.program.add(place, "-", args[0][1].step, cx.program.const(place, 1.0))
    return Value("position", place, cx.program.add(place, f"at_{name}", from_zero))


def _bind(cx: Check, function: Function, args: Given, scope: Scope, place: Place) -> Bound | None:
    bound: Bound = {}
    params = _params(function, scope)
    wrong = False

    def fault(at: Place, text: str, what: str) -> None:
        nonlocal wrong
        wrong = True
        cx.findings.add("E0212", at, name=function.name, fault=text, what=what, usage=function.usage)

    free = list(params)
    for name, value, at in args:
        param = _param_for(name, value, params, free)
        if param is None and name is not None:
            fault(at, f"has no parameter `{name}`", cx.suggest(name, (p.name for p in params)) or "not one of its own")
        elif param is None:
            if not wrong:
                fault(at, *_beyond(value, params, free))
        elif param.name in bound and not param.many:
            fault(at, f"is given `{param.name}` twice", "the second time")
        else:
            checked = _fits(cx, function, param, value)
            wrong = wrong or checked is None
            bound.setdefault(param.name, []).append(checked or value)
            if param in free and not param.many:
                free.remove(param)
    for param in params:
        if param.name in bound or wrong:
            continue
        if param.default is not None:
            step = cx.program.const(place, param.default)
            bound[param.name] = [Value("number", place, step)]
        elif not param.optional:
            fault(place, f"needs `{param.name}`", "an argument is missing")
    return None if wrong else bound


def _beyond(value: Value, params: tuple[Parameter, ...], free: list[Parameter]) -> tuple[str, str]:
    """Return what is wrong with an argument that no parameter is left for."""
    if value.kind == "number" and any(param.kind == "band" for param in free):
        return "takes a band of frequencies first", "a bare number, where a band such as 20..120Hz may stand"
    return f"takes {len(params)} argument{'s' if len(params) != 1 else ''}", "one too many"


def _params(function: Function, scope: Scope) -> tuple[Parameter, ...]:
    if function.name == "pulse" and scope.trigger:
        return (Parameter("length", "duration"),)
    return function.params


def _param_for(
    name: str | None, value: Value, params: tuple[Parameter, ...], free: list[Parameter]
) -> Parameter | None:
    if name is not None:
        return next((param for param in params if param.name == name), None)
    if value.kind in ("band", "source"):
        return next((param for param in free if param.kind == value.kind), None)
    positional = [param for param in free if param.kind not in ("band", "source")]
    if value.kind == "number" and any(param.kind == "band" for param in params):
        return None
    return (positional or free or [None])[0]


def _fits(cx: Check, function: Function, param: Parameter, value: Value) -> Value | None:
    what = f"`{function.name}`"
    if param.kind == "number" and value.kind in ("number", "duration", "position", "frequency"):
        return value
    if param.kind == "number" and function.group == "turn" and value.kind == "text":
        return value
    if param.kind == "events" and value.stream is not None:
        return value
    if value.kind == param.kind:
        return value
    if param.kind == "duration" and value.kind == "number":
        constant = cx.program.constant(value.step)
        shown = f"{constant:g}" if constant is not None else "this"
        repair = "" if constant is not None else "give it a unit: (…)*1f, (…)*1s or (…)*1b"
        cx.findings.add("E0301", value.place, what=f"{what} ({param.name})", number=shown, repair=repair)
        return None
    cx.findings.add(
        "E0302", value.place, what=f"`{param.name}` of {what}", wanted=KIND_WORDS[param.kind],
        got=KIND_WORDS[value.kind],
    )  # fmt: skip
    return None


def _math(cx: Check, function: Function, bound: Bound, scope: Scope, place: Place) -> Value:
    values = [value for param in function.params for value in bound[param.name]]
    if function.name not in ("min", "max"):
        return Value("number", place, cx.program.add(place, function.name, *(value.step for value in values)))
    step = values[0].step
    for value in values[1:]:
        step = cx.program.add(place, function.name, step, value.step)
    if all(value.kind == "duration" for value in values):
        return Value("duration", place, step, (("f", step),))
    return Value("number", place, step)


def _wave(cx: Check, function: Function, bound: Bound, scope: Scope, place: Place) -> Value:
    add = cx.program.add
    if function.name == "pulse" and scope.trigger:
        return Value("number", place, add(place, "hit", bound["length"][0].step, data=_clock_of(bound["length"])))
    period = bound["period"][0]
    if not is_lasting(cx, period, "a period"):
        return Value("nothing", place)
    phase = add(place, "+", turns(cx, period.parts, place), bound["phase"][0].step)
    extra = [bound["width"][0].step] if function.name == "pulse" else []
    return Value("number", place, add(place, f"wave_{function.name}", phase, *extra))


def _chance(cx: Check, function: Function, bound: Bound, scope: Scope, place: Place) -> Value:
    """Noise and random draw on the film's seed, their own ``seed`` and the place in the script: what they act on."""
    add = cx.program.add
    nth = cx.chances.get(scope.label, 0)
    cx.chances[scope.label] = nth + 1
    param = "period" if function.name == "noise" else "hold"
    if param in bound:
        if not is_lasting(cx, bound[param][0], f"`{param}`"):
            return Value("nothing", place)
        phase = turns(cx, bound[param][0].parts, place)
    else:
        phase = add(place, "t")
    step = add(place, function.name, phase, bound["seed"][0].step, add(place, "seed"), data=f"{scope.label}/{nth}")
    return Value("number", place, step)


def _curve(cx: Check, function: Function, bound: Bound, scope: Scope, place: Place) -> Value:
    x = bound["x"][0].step
    if function.name == "bezier":
        points = [cx.program.constant(bound[name][0].step) for name in ("x1", "y1", "x2", "y2")]
        if any(point is None for point in points):
            cx.findings.add("E0303", place, what="a bezier's points")
            return Value("nothing", place)
        return Value("number", place, cx.program.add(place, "eased", x, data=("bezier", tuple(points))))
    text = bound["name"][0].text
    name = "".join(str(part) for part in text.parts) if text else ""
    if name not in EASES:
        cx.findings.add("E0217", bound["name"][0].place, name=name, repair=cx.suggest(name, EASES))
        return Value("nothing", place)
    return Value("number", place, cx.program.add(place, "eased", x, data=(name, ())))


def _request(cx: Check, kind: str, bound: Bound, place: Place) -> Request | None:
    source = str(bound["source"][0].data) if "source" in bound else MAIN
    band = bound["band"][0].data if "band" in bound else None
    options: list[tuple[str, float | str]] = []
    if "threshold" in bound:
        threshold = cx.program.constant(bound["threshold"][0].step)
        if threshold is None:
            cx.findings.add("E0303", bound["threshold"][0].place, what="a threshold")
            return None
        options.append(("threshold", threshold))
    if "note" in bound:
        text = bound["note"][0].text
        note = "".join(str(part) for part in text.parts) if text else ""
        if note not in _NOTES:
            cx.findings.add("E0405", bound["note"][0].place, what="a note", wanted="one of " + " ".join(_NOTES),
                            value=f'"{note}"')  # fmt: skip
            return None
        options.append(("note", note))
    request = Request(kind, source, band, tuple(options))
    cx.sounds.setdefault(request, place)
    return request


_NOTES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")


def _sound(cx: Check, function: Function, bound: Bound, scope: Scope, place: Place) -> Value:
    request = _request(cx, function.name, bound, place)
    if request is None:
        return Value("nothing", place)
    return Value("number", place, cx.program.add(place, "sound", data=request))


def _event(cx: Check, function: Function, bound: Bound, scope: Scope, place: Place) -> Value:
    if function.name == "every":
        if not is_lasting(cx, bound["length"][0], "`every`"):
            return Value("nothing", place)
        return Value("events", place, stream=Every(bound["length"][0].parts, scope.section))
    request = _request(cx, "onset", bound, place)
    if request is None:
        return Value("nothing", place)
    return Value("events", place, stream=Heard(request))


def _shaper(cx: Check, function: Function, bound: Bound, scope: Scope, place: Place) -> Value:
    values = [value for param in function.params for value in bound[param.name] if param.kind != "events"]
    for value in values[1:]:
        if cx.program.steps[value.step].rank != Rank.ONCE:
            cx.findings.add("E0303", value.place, what=f"an argument of `{function.name}`")
            return Value("nothing", place)
    if cx.program.steps[values[0].step].rank == Rank.EVENT:
        cx.findings.add("E0302", values[0].place, what=f"`{function.name}`", wanted="a signal of the film",
                        got="a value of a trigger")  # fmt: skip
        return Value("nothing", place)
    stream = bound["event"][0].stream if function.name == "hold" else None
    return Value("number", place, cx.program.add(place, function.name, *(v.step for v in values), data=stream))


def _clock_of(lengths: Sequence[Value]) -> str | None:
    """Name the clock that a kernel runs on: that of the beats if all its lengths are in beats and bars."""
    units = {unit for length in lengths for unit, _ in length.parts}
    return "beats" if units and units <= {"b", "bar"} else None


def _kernel(cx: Check, function: Function, bound: Bound, scope: Scope, place: Place) -> Value:
    steps: list[int] = []
    for param in function.params:
        value = bound[param.name][0]
        if cx.program.steps[value.step].rank != Rank.ONCE:
            cx.findings.add("E0303", value.place, what=f"`{param.name}` of `{function.name}`")
            return Value("nothing", place)
        steps.append(value.step)
    clock = _clock_of([bound[param.name][0] for param in function.params if param.kind == "duration"])
    return Value("number", place, cx.program.add(place, function.name, *steps, data=clock))


def _turn(cx: Check, function: Function, bound: Bound, scope: Scope, place: Place) -> Value:
    values = bound["a"]
    if all(value.kind == "text" for value in values):
        return Value("text", place, text=values[0].text, data=(function.name, tuple(v.text for v in values)))
    wrong = next((value for value in values if value.kind == "text"), None)
    if wrong is not None:
        cx.findings.add("E0302", wrong.place, what=f"`{function.name}`", wanted="values of one kind", got="a text")
        return Value("nothing", place)
    steps = [value.step for value in values]
    if function.name == "choose":
        nth = cx.chances.get(scope.label, 0)
        cx.chances[scope.label] = nth + 1
        data = f"{scope.label}/{nth}"
        return Value(
            "number", place, cx.program.add(place, "choose_by", cx.program.add(place, "seed"), *steps, data=data)
        )
    return Value("number", place, cx.program.add(place, "turn_by", cx.program.add(place, "index"), *steps))


_GROUPS: dict[str, Callable[[Check, Function, Bound, Scope, Place], Value]] = {
    "math": _math, "wave": _wave, "chance": _chance, "curve": _curve, "sound": _sound, "event": _event,
    "shaper": _shaper, "kernel": _kernel, "turn": _turn,
}  # fmt: skip

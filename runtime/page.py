"""A printed page of lanes over one time axis: its geometry, fonts, colours and saving, on matplotlib's figures."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .errors import AnimcError
from .files import write_atomically

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK, GREY, RULE, PAPER = "#1f2430", "#737b8c", "#dfe2ea", "#ffffff"
ACCENT, SOFT = "#2f5d9b", "#a9bfdc"
COLOURS = (
    "#8fb8de", "#f2b880", "#9fd3a8", "#e39aa5", "#b9a7db", "#f0d58a", "#8fd0cf", "#d9a3cf", "#c3cc8b", "#c9b29b",
)  # fmt: skip
"""Soft colours for prompts and sections; dark text can be read on each."""

WIDTH, LEFT, RIGHT, TOP, BOTTOM = 16.0, 1.75, 0.85, 0.72, 0.5
"""Inches: the page's width and its margins."""

SPAN, LINE = WIDTH - LEFT - RIGHT, 0.165
"""Inches: the width of a lane, and from one line of small text to the next."""

DPI = 150

_FAMILIES = (
    "DejaVu Sans", "Noto Sans CJK SC", "Noto Sans CJK JP", "Noto Sans CJK KR", "Noto Sans SC", "Source Han Sans SC",
    "PingFang SC", "Hiragino Sans GB", "Hiragino Sans", "Apple SD Gothic Neo", "Microsoft YaHei", "Yu Gothic",
    "Malgun Gothic", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "Droid Sans Fallback", "IPAexGothic", "SimHei",
    "Arial Unicode MS", "Noto Sans Arabic", "Noto Sans Hebrew", "Noto Sans Thai", "Noto Sans Devanagari",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Lane:
    """One strip of the page: ``height`` and the ``gap`` above it in inches, and what draws it."""

    height: float
    draw: Callable[[Axes], None]
    gap: float = 0.06
    label: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page to be made: lanes over ``seconds``, a title and facts above, a legend in two columns and notes below."""

    title: str
    facts: str
    seconds: float
    lanes: Sequence[Lane]
    notes: Sequence[str] = field(default_factory=tuple[str, ...])
    legend: Sequence[str] = field(default_factory=tuple[str, ...])


def make(sheet: Sheet) -> Figure:
    """Lay out and draw a sheet."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    below = _below(sheet)
    foot = BOTTOM + LINE * max((row for row, _, _ in below), default=-0.5) + 0.08
    height = TOP + sum(lane.height + lane.gap for lane in sheet.lanes) + foot
    figure = Figure(figsize=(WIDTH, height), dpi=DPI, facecolor=PAPER)
    FigureCanvasAgg(figure)
    # Fonts for other scripts seldom have a bold cut, and matplotlib would complain of it.
    weight = "bold" if sheet.title.isascii() else "normal"
    family = ["DejaVu Sans"] if sheet.title.isascii() else families()
    title = fit(sheet.title, 7.0, 1, 15)
    write(figure, LEFT / WIDTH, 1 - 0.30 / height, title, size=15, weight=weight, family=family, va="center")
    write(figure, 1 - RIGHT / WIDTH, 1 - 0.30 / height, sheet.facts, size=9, color=GREY, ha="right", va="center")
    down = TOP
    for number, lane in enumerate(sheet.lanes):
        down += lane.gap + lane.height
        box = (LEFT / WIDTH, 1 - down / height, 1 - (LEFT + RIGHT) / WIDTH, lane.height / height)
        axes = figure.add_axes(box)
        _prepare(axes, sheet.seconds, last=number == len(sheet.lanes) - 1)
        lane.draw(axes)
        _name(axes, lane)
    for row, left, text in below:
        write(figure, left / WIDTH, (foot - BOTTOM + 0.02 - LINE * row) / height, text, size=8, color=GREY)
    return figure


def _below(sheet: Sheet) -> list[tuple[int, float, str]]:
    """Return (row from 1, inches from the left, text) of every line below the lanes."""
    column = SPAN / 2 - 0.2
    entries = [fit(text, column, 2, 8.0).splitlines() for text in sheet.legend]
    half = -(-len(entries) // 2)
    lines: list[tuple[int, float, str]] = []
    lowest = 0
    for side, part in enumerate((entries[:half], entries[half:])):
        rows = [line for entry in part for line in entry]
        lines += [(row, LEFT + side * SPAN / 2, line) for row, line in enumerate(rows, 1)]
        lowest = max(lowest, len(rows))
    for note in sheet.notes:
        rows = fit(note, SPAN, 4, 8.0).splitlines()
        lines += [(lowest + row, LEFT, line) for row, line in enumerate(rows, 1)]
        lowest += len(rows)
    return lines


def _prepare(axes: Axes, seconds: float, *, last: bool) -> None:
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    axes.set_xlim(0, max(seconds, 1e-3))
    axes.set_yticks([])
    axes.patch.set_alpha(0)
    for side, spine in axes.spines.items():
        spine.set_visible(side == "bottom")
        spine.set_color(RULE)
    axes.tick_params(axis="x", bottom=last, labelbottom=last, colors=GREY, labelsize=8.5, length=3)
    if last:
        axes.spines["bottom"].set_color(GREY)
        axes.xaxis.set_major_locator(MaxNLocator(nbins=16, steps=[1, 1.5, 2, 3, 5, 6, 10]))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: clock(value)))


def _name(axes: Axes, lane: Lane) -> None:
    """Write a lane's name in the left margin, its unit below it."""
    both = bool(lane.note) and lane.height >= 0.3
    middle = 0.5 + (0.085 / lane.height if both else 0)
    margin: dict[str, Any] = {"transform": axes.transAxes, "ha": "right", "va": "center"}
    place = -0.1 / SPAN
    room = LEFT - 0.2
    write(axes, place, middle, fit(lane.label, room, 1, 9.0), size=9, color=INK, **margin)
    if both:
        note = fit(lane.note, room, 1, 7.0)
        write(axes, place, 0.5 - 0.095 / lane.height, note, size=7, color=GREY, **margin)


def write(target: Any, x: float, y: float, text: str, *, size: float, **style: Any) -> None:
    """Write plain text (never read as a formula) on axes or a figure, in a font that has its letters."""
    style = {"color": INK, "family": families()} | style
    shown = "".join(letter if letter.isprintable() or letter == "\n" else " " for letter in text)
    target.text(x, y, shown, fontsize=size, parse_math=False, **style)


@cache
def families() -> list[str]:
    """Return the fonts to look for letters in, of those that this computer has: the first, then for other scripts."""
    from matplotlib.font_manager import get_font_names

    here = set(get_font_names())
    return [name for name in _FAMILIES if name in here] or ["DejaVu Sans"]


@lru_cache(4096)
def width_of(text: str, size: float) -> float:
    """Return a text's width in inches at a font size in points."""
    from matplotlib.backends.backend_agg import RendererAgg
    from matplotlib.font_manager import FontProperties

    renderer = _renderer(RendererAgg)
    with _quiet():
        width, _, _ = renderer.get_text_width_height_descent(text, FontProperties(family=families(), size=size), False)
    return width / 72.0


@cache
def _renderer(kind: Callable[[int, int, float], Any]) -> Any:
    return kind(8, 8, 72.0)


def fit(text: str, inches: float, lines: int, size: float) -> str:
    """Break a text into at most ``lines`` lines that fit, at words or East Asian letters; what is left out is "…"."""
    most = int(max(inches, 0) * lines * _DENSE / size) + 8
    pieces = _WORDS.findall(text[:most])
    rows, row = list[str](), ""
    while pieces and len(rows) < lines:
        piece = pieces.pop(0)
        if width_of((row + piece).rstrip(), size) <= inches:
            row += piece
            continue
        if not row:
            row = _cut(piece, inches, size)
            if not row:
                break
            pieces.insert(0, piece[len(row) :])
        else:
            pieces.insert(0, piece)
        rows.append(row.rstrip())
        row = ""
    if row.strip():
        rows.append(row.rstrip())
    left = "".join(pieces) + text[most:]
    return "\n".join([*rows[:-1], _ellipsis(rows[-1], inches, size)] if rows and left.strip() else rows)


_DENSE = 400
"""Letters that surely do not fit in an inch at one point of font size."""

_EAST = "⺀-鿿가-힯豈-﫿＀-￯"
_WORDS: re.Pattern[str] = re.compile(rf"[{_EAST}]|[^\s{_EAST}]+\s*|\s+")


def _cut(piece: str, inches: float, size: float, end: str = "") -> str:
    """Return as many of a text's first letters as fit, ``end`` behind them included."""
    low, high = 0, len(piece)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if width_of(piece[:middle] + end, size) <= inches else (low, middle - 1)
    return piece[:low]


def _ellipsis(row: str, inches: float, size: float) -> str:
    kept = _cut(row, inches, size, "…").rstrip(" ,.;:")
    return kept + "…" if kept else ""


def clock(seconds: float) -> str:
    """Return seconds as m:ss, with tenths where they matter."""
    minutes, rest = divmod(round(abs(seconds), 2), 60)
    return f"{int(minutes)}:{int(rest):02d}" + (f"{rest % 1:.2f}".rstrip("0")[1:] if rest % 1 > 0.005 else "")


@contextmanager
def _quiet() -> Generator[None]:
    """Say no word about letters that no font of this computer has: they are drawn as boxes."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="(?s).*[Gg]lyph.*")
        yield


def save(figure: Figure, path: Path) -> None:
    """Write a .png, .svg or .pdf by atomic rename. Raises AnimcError."""
    form = path.suffix.lower().lstrip(".") or "png"
    if form not in ("png", "svg", "pdf"):
        raise AnimcError(f"a plot cannot be written as .{form}", "end its name in .png, .svg or .pdf")
    # Without a date the same film gives the same file.
    stamp = {"png": {"Software": "animc"}, "svg": {"Date": None}, "pdf": {"CreationDate": None}}[form]
    import matplotlib as mpl

    drawn = io.BytesIO()
    with _quiet(), mpl.rc_context({"svg.hashsalt": "animc"}):
        figure.savefig(drawn, format=form, dpi=DPI, facecolor=PAPER, metadata=stamp)
    write_atomically(path, drawn.getvalue())

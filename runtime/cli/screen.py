"""What the user sees: diagnostics, tables, and progress as a bar, as plain lines or as JSON lines."""

from __future__ import annotations

import json
import re
import shutil
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any

import click

from . import film as films

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from ...compiler.diagnostics import Diagnostic
    from ...compiler.pipeline import Compiled
    from ...compiler.sounds import Needs, Sounds

PLAIN_EVERY = 10.0
"""Seconds between two lines of progress where there is no terminal to draw a bar on."""


def say_diagnostics(diagnostics: Iterable[Diagnostic]) -> None:
    """Tell errors and warnings on standard error, coloured where that is a terminal."""
    from ...compiler import render_plain

    for diagnostic in diagnostics:
        click.echo(_coloured(render_plain(diagnostic)) + "\n", err=True)


def _coloured(plain: str) -> str:
    head, _, rest = plain.partition("\n")
    paint = "yellow" if head.startswith("warning") else "red"
    head = re.sub(r"^\w+(\[\w+\])?", lambda found: click.style(found[0], fg=paint, bold=True), head)
    marks = re.compile(r"(?m)^(\s*\|\s*)(\^+)(.*)$")
    return head + "\n" + marks.sub(lambda found: found[1] + click.style(found[2] + found[3], fg=paint), rest)


def compile_or_stop(
    film: films.Film, text: str, hear: Callable[[Needs], Sounds | None], *, quiet: bool = False
) -> Compiled | None:
    """Compile, telling warnings (unless ``quiet``) and errors; None where there are errors."""
    from ...compiler import CompileError

    try:
        compiled = films.compile_it(film, text, hear)
    except CompileError as fault:
        say_diagnostics(fault.diagnostics)
        return None
    if not quiet:
        say_diagnostics(compiled.diagnostics)
    return compiled


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a table on standard output, as wide as the terminal, or tab-separated into a pipe."""
    if not sys.stdout.isatty():
        for row in rows:
            click.echo("\t".join(row))
        return
    from rich.console import Console
    from rich.table import Table

    drawn = Table(*head, box=None, pad_edge=False, header_style="bold")
    for row in rows:
        drawn.add_row(*row)
    Console(width=max(60, shutil.get_terminal_size().columns)).print(drawn)


class Screen:
    """Shows how far a long command is: a bar with frame rate and time left, plain lines, JSON lines, or nothing."""

    def __init__(self, *, quiet: bool = False, as_json: bool = False) -> None:
        self.quiet = quiet
        self.as_json = as_json
        self._bar: Progress | None = None
        self._task: TaskID | None = None
        self._said = 0.0
        self._began = 0.0
        self._total = 0

    def __enter__(self) -> Screen:
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> None:
        if self._bar:
            self._bar.stop()
            self._bar = None

    def event(self, name: str, **facts: Any) -> None:
        """Emit one JSON line in JSON mode; nothing otherwise."""
        if self.as_json:
            click.echo(json.dumps({"event": name, **facts}, ensure_ascii=False))

    def say(self, text: str) -> None:
        """Tell a line to a person."""
        if self.quiet or self.as_json:
            return
        if self._bar:
            self._bar.console.print(text, highlight=False, markup=False, soft_wrap=True)
        else:
            click.echo(text, err=True)

    def warn(self, text: str, repair: str = "") -> None:
        """Tell a person what is amiss, and what to do about it, also where all else is quiet."""
        told = f"warning: {text}" + (f"\n  help: {repair}" if repair else "")
        if self._bar:
            self._bar.console.print(told, highlight=False, markup=False, soft_wrap=True)
        else:
            click.echo(told, err=True)

    def stage(self, name: str) -> None:
        """Begin a phase whose length is not known."""
        self.event("stage", stage=name)
        if self._live():
            self._show(name, None)

    def frames(self, name: str, total: int) -> None:
        """Begin a phase of ``total`` frames."""
        self.event("stage", stage=name, frames=total)
        self._began = self._said = time.monotonic()
        self._total = total
        if self._live():
            self._show(name, total)

    def advance(self, done: int, note: str = "") -> None:
        """Tell that ``done`` frames of the phase are done."""
        self.event("frame", done=done, of=self._total)
        now = time.monotonic()
        if self._bar and self._task is not None:
            self._bar.update(self._task, completed=done, rate=f"{done / max(now - self._began, 1e-6):.1f} fps {note}")
        elif not self.quiet and not self.as_json and now - self._said >= PLAIN_EVERY:
            self._said = now
            left = (now - self._began) / max(done, 1) * (self._total - done)
            click.echo(f"  frame {done} of {self._total}, {_clock(left)} left", err=True)

    def _live(self) -> bool:
        return not self.quiet and not self.as_json and sys.stderr.isatty()

    def _show(self, name: str, total: int | None) -> None:
        if self._bar is None:
            self._bar = _new_bar()
            self._bar.start()
        if self._task is not None:
            self._bar.remove_task(self._task)
        self._task = self._bar.add_task(name, total=total, rate="")


def _new_bar() -> Progress:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn

    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    )


def _clock(seconds: float) -> str:
    whole = round(seconds)
    return (
        f"{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02}" if whole >= 3600 else f"{whole // 60}:{whole % 60:02}"
    )

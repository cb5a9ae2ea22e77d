"""The ``animc`` command: its sub-commands, and the one place where a failure becomes a sentence and an exit code."""

from __future__ import annotations

import importlib
import os
import sys
import tempfile
import traceback
from pathlib import Path

import click

from ..errors import AnimcError

COMMANDS = {
    "render": "render a script to a film",
    "check": "find every mistake in a script, without painting",
    "compile": "write a script's schedule as JSON",
    "diff": "tell what changes in the film from one script to another",
    "plot": "draw a script's schedule as one picture",
    "preview": "show a film's rhythm in seconds, without painting",
    "import": "turn Deforum settings or a Parseq document into a script",
    "export": "write a script's schedule for Deforum, Parseq or a table",
    "draft": "write a first script for a song or a told story",
    "listen": "tell what is heard in a sound file",
    "cache": "show what is kept of earlier renders, or drop it",
    "recover": "write out the script that a film was rendered from",
    "interpolate": "make a film of a higher frame rate",
    "models": "list the models that paint and see depth",
    "list": "list every setting and track, or explain one",
    "fmt": "format scripts: indentation, spaces, columns",
    "explain": "explain the code of an error or a warning",
    "lsp": "serve an editor: mistakes as you type, completion, rename",
}

HELP = """Turn a script and a song into a film.

\b
A first film, on the built-in model, without GPU or download:
    animc render examples/canvas.anim --audio examples/canvas.flac -o canvas.mp4
\b
While you write:
    animc check song.anim                     every mistake, at once
    animc plot song.anim -o song.png          what moves when
    animc render song.anim --frames 0..47     only the first frames
    animc list translation_z                  what a name means
\b
Shell completion, for bash (zsh and fish likewise):
    eval "$(_ANIMC_COMPLETE=bash_source animc)"
"""


class Commands(click.Group):
    """Finds a command in the file of its name only when it is asked for, so that ``animc check`` stays quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands in the order in which a newcomer needs them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one command's file."""
        if cmd_name not in COMMANDS:
            return None
        file = {"list": "vocabulary", "import": "import_"}.get(cmd_name, cmd_name)
        return getattr(importlib.import_module(f".{file}", __package__), "command")  # noqa: B009

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands with their one-line helps, importing none of them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, or say which one was probably meant."""
        import difflib

        name = args[0] if args else ""
        if name and not name.startswith("-") and name not in COMMANDS:
            near = difflib.get_close_matches(name, COMMANDS, 1)
            hint = f"did you mean '{near[0]}'?" if near else f"the commands are {', '.join(COMMANDS)}"
            if name.endswith(".anim"):
                hint = f"did you mean 'animc render {name}'?"
            raise click.UsageError(f"there is no command '{name}': {hint}", ctx)
        return super().resolve_command(ctx, args)


@click.group(cls=Commands, help=HELP, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="animc", prog_name="animc", message="%(prog)s %(version)s")
def animc() -> None:
    """Hold the sub-commands; they do the work."""


def main(args: list[str] | None = None) -> None:
    """Run the command line and exit: 0 done, 1 an error told in a sentence, 2 bad usage, 130 stopped by Ctrl-C."""
    sys.exit(_run(args))


def _run(args: list[str] | None) -> int:
    try:
        result = animc.main(args, prog_name="animc", standalone_mode=False)
        return result if isinstance(result, int) else 0
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.exceptions.NoArgsIsHelpError as shown:
        shown.show()
        return 2
    except click.UsageError as fault:
        _say_usage(fault)
        return 2
    except (KeyboardInterrupt, click.Abort):
        click.echo("stopped", err=True)
        return 130
    except BrokenPipeError:
        # The reader of a pipe went away (`animc list | head`): nothing is wrong, and nothing more can be said.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except AnimcError as fault:
        _say(fault.message, fault.repair)
        return fault.exit_code
    except MemoryError:
        _say("this machine ran out of memory", "make `size` smaller, or close other programs")
        return 1
    except Exception as fault:  # the last net: no traceback ever reaches a user
        return _own_fault(fault)


def _say(message: str, repair: str | None) -> None:
    click.echo(click.style("error", fg="red", bold=True) + f": {message}", err=True)
    if repair:
        click.echo(f"  help: {repair}", err=True)


def _say_usage(fault: click.UsageError) -> None:
    _say(fault.format_message().rstrip("."), None)
    where = fault.ctx.command_path if fault.ctx else "animc"
    click.echo(f"  help: `{where} --help` shows examples", err=True)


def _own_fault(fault: Exception) -> int:
    if os.environ.get("ANIMC_DEBUG"):
        raise fault
    with tempfile.NamedTemporaryFile("w", prefix="animc-", suffix=".log", delete=False, encoding="utf-8") as log:
        traceback.print_exception(fault, file=log)
    _say(
        f"animc met a fault of its own ({type(fault).__name__}: {fault})",
        f"please report it with {Path(log.name)}; frames that were painted are kept",
    )
    return 1

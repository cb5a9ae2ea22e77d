"""``animc lsp``: the language server, which an editor starts and talks to over standard input and output."""

from __future__ import annotations

import click

from ..errors import AnimcError

HELP = """Serve an editor: mistakes as you type, help, completion, go to definition, rename, outline, formatting.

\b
    animc lsp              an editor starts it; docs/editors.md says how

It speaks the language server protocol over standard input and output, and needs pygls: pip install "animc[lsp]"
"""


@click.command("lsp", help=HELP)
@click.option("--stdio", is_flag=True, help="As many editors call it; there is no other way.")
def command(stdio: bool) -> int:
    """Serve until the editor says goodbye."""
    del stdio
    try:
        from ..lsp.server import server
    except ModuleNotFoundError as fault:
        if fault.name not in ("pygls", "lsprotocol"):
            raise
        raise AnimcError(
            "the language server needs pygls, which is not installed", 'pip install "animc[lsp]"'
        ) from None
    server.start_io()
    return 0

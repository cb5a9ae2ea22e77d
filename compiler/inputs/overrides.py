"""Settings from outside the script, such as the command line's ``--set name=value``."""

from __future__ import annotations

from collections.abc import Mapping

from .. import tree
from ..diagnostics import CompileError, Findings
from ..source import Source
from ..syntax.parse import parse_expression


def parsed(overrides: Mapping[str, str], findings: Findings) -> tuple[dict[str, tree.Expr], dict[str, Source]]:
    """Return each override's expression and the source that messages show for it."""
    values: dict[str, tree.Expr] = {}
    sources: dict[str, Source] = {}
    for name, text in overrides.items():
        source = Source(f"--set {name}", text)
        try:
            values[name] = parse_expression(source)
            sources[name] = source
        except CompileError as error:
            for diagnostic in error.diagnostics:
                findings.keep(diagnostic)
    return values, sources

"""The compiler: text and what was heard in, a schedule of plain arrays out; pure, and free of torch and files."""

from .diagnostics import CompileError, Diagnostic, render_plain
from .pipeline import Compiled, compile_film, compile_script
from .schedule import Schedule

__all__ = ["CompileError", "Compiled", "Diagnostic", "Schedule", "compile_film", "compile_script", "render_plain"]

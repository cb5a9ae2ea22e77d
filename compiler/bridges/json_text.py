"""JSON as people write it: comments and commas too many are forgiven with a note, all else is refused in a sentence."""

from __future__ import annotations

import ast
import json
import re
from typing import Any, cast

from .notes import BridgeError, Notes

_SLIP = re.compile(
    r'(?P<text>"(?:[^"\\\n]|\\.)*")|(?P<python>\b(?:True|False|None)\b)|(?P<comment>(?://|#)[^\n]*|/\*.*?\*/)|(?P<comma>,)(?=(?:\s|(?://|#)[^\n]*|/\*.*?\*/)*[}\]])',
    re.DOTALL,
)


def json_object(text: str, what: str, notes: Notes) -> dict[str, Any]:
    """Return the object that ``text`` holds. Raises BridgeError where there is none; ``what`` names the file's kind."""
    body = text.removeprefix("\ufeff").strip()
    if not body:
        raise BridgeError(f"the file is empty: {what} are a JSON object", "is it the right file?")
    try:
        data = _forgiving(body, notes)
    except RecursionError:
        raise BridgeError("the file nests too deep to be read", "is it the right file?") from None
    except json.JSONDecodeError as fault:
        raise BridgeError(
            f"the file is not JSON: line {fault.lineno}, column {fault.colno}: {_human(fault.msg)}",
            f"{what} are a JSON object, `{{ … }}`; mend that place, or save the file anew",
        ) from None
    except ValueError as fault:
        raise BridgeError(f"the file holds a number that is too long to read ({fault})", "mend it") from None
    if not isinstance(data, dict):
        raise BridgeError(f"the file holds no settings: {what} are a JSON object, `{{ … }}`", "is it the right file?")
    return cast("dict[str, Any]", data)


def _forgiving(body: str, notes: Notes) -> object:
    try:
        return json.loads(body, strict=False)
    except json.JSONDecodeError:
        mended = _SLIP.sub(_mended, body)
        if mended == body:
            return _python(body, notes)
    try:
        data = json.loads(mended, strict=False)
    except json.JSONDecodeError:
        return _python(body, notes)
    slips = [found.lastgroup for found in _SLIP.finditer(body)]
    if "comma" in slips:
        notes.add("", "a comma too many before a closing bracket was passed over")
    if "comment" in slips:
        notes.add("", "comments, which JSON does not have, were passed over")
    if "python" in slips:
        notes.add("", "True, False and None, as Python writes them, were read as they were meant")
    return data


def _mended(found: re.Match[str]) -> str:
    python = {"True": "true", "False": "false", "None": "null"}
    return found["text"] or python.get(found["python"] or "", " " if found["comment"] else "")


def _python(body: str, notes: Notes) -> object:
    """Read settings that were printed by Python: single quotes, numbers as keys. Raises JSON's own error."""
    try:
        data: object = ast.literal_eval(body)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return json.loads(body, strict=False)
    notes.add("", "it is written as Python writes settings, not as JSON, and was read as it was meant")
    return {str(key): value for key, value in cast("dict[Any, Any]", data).items()} if isinstance(data, dict) else data


def _human(message: str) -> str:
    return message[:1].lower() + message[1:]

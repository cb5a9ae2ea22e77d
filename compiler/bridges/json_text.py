"""JSON as people write it: comments and commas too many are forgiven with a note, all else is refused in a sentence."""

from __future__ import annotations

import json
import re
from typing import Any, cast

from .notes import BridgeError, Notes

_SLIP = re.compile(
    r'(?P<text>"(?:[^"\\\n]|\\.)*")|(?P<comment>(?://|#)[^\n]*|/\*.*?\*/)|(?P<comma>,)(?=(?:\s|(?://|#)[^\n]*|/\*.*?\*/)*[}\]])',
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
        mended = _SLIP.sub(lambda found: found["text"] or (" " if found["comment"] else ""), body)
        if mended == body:
            raise
    data = json.loads(mended, strict=False)
    slips = [found.lastgroup for found in _SLIP.finditer(body)]
    if "comma" in slips:
        notes.add("", "a comma too many before a closing bracket was passed over")
    if "comment" in slips:
        notes.add("", "comments, which JSON does not have, were passed over")
    return data


def _human(message: str) -> str:
    return message[:1].lower() + message[1:]

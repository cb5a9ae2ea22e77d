"""Checking expressions: which rule stands for which node of the tree."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from .. import tree
from .definitions import call_of
from .events import event_form
from .keylists import keys_of
from .literals import LITERALS
from .operators import OPERATORS
from .scope import Check, Scope, Value

RULES: Mapping[type, Callable[[Check, Any, Scope], Value]] = {
    **LITERALS,
    **OPERATORS,
    tree.Keys: keys_of,
    tree.Call: call_of,
    tree.Pattern: event_form,
    tree.Word: event_form,
    tree.At: event_form,
}
"""What each node of an expression means; ``values.value_of`` looks here."""

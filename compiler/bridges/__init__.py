"""Bridges: settings of Deforum and Parseq become scripts, and schedules become theirs; pure text in, pure text out."""

from .deforum_export import deforum_settings
from .deforum_import import import_deforum
from .notes import BridgeError, Imported, Note
from .parseq_export import parseq_manifest
from .parseq_import import import_parseq
from .table_export import csv_table

__all__ = [
    "BridgeError",
    "Imported",
    "Note",
    "csv_table",
    "deforum_settings",
    "import_deforum",
    "import_parseq",
    "parseq_manifest",
]

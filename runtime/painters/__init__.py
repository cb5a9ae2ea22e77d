"""The painters: what makes a picture from words, from the picture before, or not at all."""

from .open import open_painter
from .whole import coarseness

__all__ = ["coarseness", "open_painter"]

"""Drafting: what was heard in a song, and its words, become a first script that a person goes on with."""

from .merge import merge, signed
from .recipe import Recipe, find_recipe, recipe_names
from .scenes import Scene, scenes_of
from .script import write_script

__all__ = ["Recipe", "Scene", "find_recipe", "merge", "recipe_names", "scenes_of", "signed", "write_script"]

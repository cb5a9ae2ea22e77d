"""Hearing: beats, bars, drums and signals of a sound file, in seconds.

``hear`` answers what a script asks for; ``listen`` tells of one file; ``click_track`` lets a person check it. Its
libraries are loaded when something is really listened to, not before.
"""

from .clicks import click_track
from .ear import Ear
from .needs import hear
from .summary import Heard, listen

__all__ = ["Ear", "Heard", "click_track", "hear", "listen"]

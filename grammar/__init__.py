"""The grammar of the `.anim` language and its editor grammars."""

"""The language server: what an editor asks about a script, answered from the compiler's own tables and trees."""

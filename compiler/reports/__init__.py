"""Reports: a script's tree and the difference between two films, as readable lines."""

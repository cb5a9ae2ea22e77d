"""The runtime: everything that touches the world, from listening to writing the film."""

"""How the built-in models are made: an illustrator that draws captioned scenes, and trainings on what it draws."""

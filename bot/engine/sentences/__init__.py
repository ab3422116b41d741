"""How people say what they want, as data: one table of sentences a language."""

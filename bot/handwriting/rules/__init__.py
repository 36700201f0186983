"""The quiz, what is taught, and when a model may change. Pure."""

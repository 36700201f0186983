"""Handwriting: read, taught, asked in a quiz, looked through; and the model that reads it."""

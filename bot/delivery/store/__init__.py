"""The schedule and the questions, in tables."""

"""The recogniser, and what worker processes do for it."""

"""Events, in tables."""

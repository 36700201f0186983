"""Reports and materials, in tables."""

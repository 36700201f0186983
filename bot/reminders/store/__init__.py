"""What members asked to be reminded of, in tables."""

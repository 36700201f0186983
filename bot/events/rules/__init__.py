"""What an event is, what changed, and what is worth saying. Pure."""

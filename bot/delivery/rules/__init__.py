"""What a delivery is, and what becomes of messages that were said. Pure."""

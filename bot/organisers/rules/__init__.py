"""What is done by hand. Pure."""

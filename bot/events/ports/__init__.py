"""What events need from outside."""

"""What organisers' services need from outside."""

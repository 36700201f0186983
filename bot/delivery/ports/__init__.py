"""What delivery needs from outside."""

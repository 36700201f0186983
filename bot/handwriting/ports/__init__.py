"""What handwriting needs from outside."""

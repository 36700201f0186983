"""What a network has learned, surveyed with what training sees, and drawn."""

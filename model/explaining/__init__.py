"""What a network has learned, and why it read a picture so: found once (`survey`), kept (`tendencies`), and drawn."""

"""What is due or wanted is brought to its room, once; and what organisers are asked."""

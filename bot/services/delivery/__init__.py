"""What is due is sent, once; what must not be is kept back; and what organisers do about either."""

"""Pictures and the recogniser, in processes of their own."""

"""What all that is read from the network shares."""

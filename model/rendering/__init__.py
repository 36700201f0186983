"""Pictures for people: a drawing as it was drawn, what was read with numbers on it, how a letter is written."""

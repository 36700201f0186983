"""All that can go wrong and that somebody reads of: a class a code, its two sentences, and its arguments."""

"""connpass: its API, its feeds, and the pages of its events."""

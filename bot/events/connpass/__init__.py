"""connpass: its API and its feeds."""

"""Tsudoi (集い): the member of a tech community who never forgets."""

__version__ = "0.1.0"

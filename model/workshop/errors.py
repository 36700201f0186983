"""The base of the workshop's errors, beside `model.errors` for what it shares with the reader."""


class WorkshopError(ValueError):
    """Something is missing or not as it should be. The message says what, and what to do: commands end with it."""

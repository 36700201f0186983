"""One form in which texts are compared and searched."""

import unicodedata


def fold(text: str) -> str:
    """Return the text with full and half width, upper and lower case made one (NFKC, casefold)."""
    return unicodedata.normalize("NFKC", text).casefold()

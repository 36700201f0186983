"""What stands in a feed as HTML, as text. Each expression reads on from where it failed: none takes a square."""

import re
from html import unescape

LONGEST = 20_000  # of an entry; its date and its place stand at its beginning


def without_markup(html: str) -> str:
    """Return a text without tags, its blocks on lines of their own."""
    lines = re.sub(r"<br\s*/?>|</?(?:p|div|li)\b[^<>]*>", "\n", html[:LONGEST], flags=re.IGNORECASE)
    return unescape(re.sub(r"</?[a-z][^<>]*>", "", lines, flags=re.IGNORECASE))

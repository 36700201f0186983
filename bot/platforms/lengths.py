"""How long a text is where platforms count strictest: in UTF-16 units."""

import re
from collections.abc import Callable


def width(text: str) -> int:
    """Return the length in UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def cut(text: str, limit: int, mended: Callable[[str], str] = str) -> str:
    """Return the text in at most so many units; `mended` takes away what a cut left of something that was whole."""
    if width(text) <= limit:
        return text
    if limit < 1:
        return ""
    while (excess := width(text) - limit + 1) > 0:
        text = text[: -max(1, excess // 2)]  # a character has one or two units
    return f"{mended(text).rstrip()}…"


def is_web(url: str, limit: int) -> bool:
    """Whether it is an address that a platform takes, at most so long."""
    return url.startswith(("http://", "https://")) and width(url) <= limit and not re.search(r"\s", url)

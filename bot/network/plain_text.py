"""What strangers wrote, as one line that every store, log and screen can hold."""

import re
import unicodedata

_UNSHOWN = {"Cc", "Cs", "Zl", "Zp"}  # controls, halves of surrogate pairs, line separators
_DROPPED = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffe\uffff]")  # turning signs, no characters


def plain(text: str, longest: int) -> str:
    """Return the text without control characters, its white space in single spaces, cut with `…` at `longest`."""
    text = text[: longest * 8]
    if not text.isprintable():
        text = "".join(" " if unicodedata.category(letter) in _UNSHOWN else letter for letter in text)
        text = _DROPPED.sub("", text)
    line = " ".join(text.split())
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"

"""What somebody typed, said back to everybody."""

import re

LONGEST = 50  # characters
_SCHEME = re.compile(r"(?<=:)(?=//)")


def quoted(typed: str) -> str:
    """Return the beginning of what somebody typed, in one line, with no link in it that could be followed."""
    line = " ".join(typed.split())
    shown = line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"
    return _SCHEME.sub("\u200b", shown)

"""What members send while the bot is away, and what they see of it later: the same on every platform."""

from dataclasses import dataclass

import pytest

LATE = "しばらく応答できなかったため、お返事が遅くなりました。\n"
ONCE_LATE = "the answer, once, and a word that it is late"
NOTHING = "nothing"


@dataclass(frozen=True)
class Missed:
    """What is sent, in a channel or by `direct` message, for how many minutes the bot is `away`, and what is seen."""

    does: str
    text: str
    away: tuple[int, ...]
    sees: str = ONCE_LATE
    is_picture: bool = False
    direct: bool = False


CASES = (
    Missed("types `!next`", "!next", (1, 14)),
    Missed("types `!next`", "!next", (16, 1440), NOTHING),
    Missed("types `!next` directly", "!next", (14,), direct=True),
    Missed("shows a picture", "", (1, 14), is_picture=True),
    Missed("shows a picture", "", (16,), NOTHING, is_picture=True),
    Missed("types `!quiz`", "!quiz", (1,), NOTHING),
)
EACH = [
    pytest.param(case, minutes, id=f"{case.does}, away {minutes} minutes") for case in CASES for minutes in case.away
]

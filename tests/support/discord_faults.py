"""What may go wrong between the bot and the loopback Discord, and with which requests."""

from collections import deque
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatch

MESSAGES = "/channels/*/messages"


class Fault(StrEnum):
    """What goes wrong with a request; the second word says whether it was accepted all the same."""

    ERROR_BEFORE = "503 before"
    ERROR_AFTER = "503 after"
    RETRIED_BEFORE = "500 before"  # discord.py tries again by itself, as after 502 and 504
    RETRIED_AFTER = "500 after"
    BAD_GATEWAY_BEFORE = "502 before"
    GATEWAY_TIMEOUT_AFTER = "504 after"
    CUT_BEFORE = "cut before"
    CUT_AFTER = "cut after"
    SLOW_AFTER = "slow after"
    BUSY_BEFORE = "429 before"
    BUSY_EVERYWHERE_BEFORE = "429global before"
    BANNED_BEFORE = "429page before"  # from the firm in front of Discord: no Via, a page instead of JSON


@dataclass
class Trouble:
    """A fault of the next `times` requests with this method and path."""

    method: str
    path: str
    fault: Fault
    times: int = 1

    def hits(self, method: str, path: str) -> bool:
        """Whether it hits this request; counts down."""
        if self.times < 1 or method != self.method or not fnmatch(path, self.path):
            return False
        self.times -= 1
        return True


def first_hit(troubles: deque[Trouble], method: str, path: str) -> Fault | None:
    """The fault of a request, if one is in store for it."""
    return next((one.fault for one in troubles if one.hits(method, path)), None)

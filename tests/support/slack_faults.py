"""What may go wrong between the bot and the loopback Slack, and with which requests."""

from collections import deque
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatch

# Requests beside the Web API's methods, by the names under which trouble is ordered for them.
UPLOAD, DOWNLOAD, RESPONSE, SOCKET = "upload", "download", "response_url", "socket"


class Fault(StrEnum):
    """What goes wrong with a request; the second word says whether it was accepted all the same."""

    BUSY_BEFORE = "429 before"
    ERROR_BEFORE = "500 before"
    ERROR_AFTER = "500 after"
    UNAVAILABLE_BEFORE = "503 before"
    UNAVAILABLE_AFTER = "503 after"
    CUT_BEFORE = "cut before"
    CUT_AFTER = "cut after"
    SLOW_AFTER = "slow after"


@dataclass
class Trouble:
    """A fault, or an error code such as `"is_archived"`, of the next `times` requests to a method (`"chat.*"`)."""

    method: str
    fault: Fault | str
    times: int = 1
    retry_after: int = 1  # of a 429, in seconds
    channel: str = "*"  # where only one is hit

    def hits(self, method: str, channel: str) -> bool:
        """Whether it hits this request; counts down."""
        if self.times < 1 or not fnmatch(method, self.method) or not fnmatch(channel, self.channel):
            return False
        self.times -= 1
        return True


def first_hit(troubles: deque[Trouble], method: str, channel: str = "") -> Trouble | None:
    """The trouble of a request, if some is in store for it."""
    return next((one for one in troubles if one.hits(method, channel)), None)

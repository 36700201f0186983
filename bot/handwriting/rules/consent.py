"""The one consent, for every way in which a character is given: ✓ and ✗, the quiz, the writing page, paper."""

from dataclasses import dataclass
from datetime import datetime

# Counts the wordings of what members agree to (`bot/handwriting/consent_messages.py`). Whoever agreed to less is asked
# again before more is kept; what they gave stays.
WORDING = 4


@dataclass(frozen=True, slots=True)
class Consent:
    """A member's answer to whether what they give may be kept. `address` is a destination such as `discord:@77`.

    `alias` is the name under which their samples go: drawn at random, it says nothing about them.
    """

    address: str
    given: bool
    at: datetime
    alias: str = ""
    wording: int = WORDING


def may_keep(consent: Consent | None) -> bool | None:
    """Whether what a member gives may be kept; None where they have not been asked, or not for all of it."""
    if consent is None:
        return None
    return (consent.wording >= WORDING or None) if consent.given else False

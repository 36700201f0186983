"""What an organiser did by hand about a message: who, what and when."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.delivery.rules.deliveries import Delivery


class Action(StrEnum):
    """What can be done about a message."""

    RETRACT = "retract"
    REPEAT = "repeat"


@dataclass(frozen=True, slots=True)
class Intervention:
    """`member` is the platform's id of who did it."""

    delivery: Delivery
    action: Action
    member: str
    at: datetime

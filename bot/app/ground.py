"""What the use cases of one process stand on, and what only a bot that runs has beside it."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from bot.app.stores import Stores
from bot.config import Settings
from bot.core.clock import Clock, Ring, no_ring
from bot.core.problems.base import Problem
from bot.core.rooms import Rooms
from bot.events.ports.sources import Charged, EventDetails
from bot.handwriting.changing_model import ChangingModel
from bot.handwriting.ports.recognition import Recogniser
from bot.handwriting.ports.samples import SampleSheets
from bot.organisers.settling_in import OpenSource, Rehearse
from bot.reports.ports import ReportSource


@dataclass(frozen=True, kw_only=True)
class Ground:
    """What the use cases stand on; what is None is off. `ring` is called when something was planned that is due.

    `charged` charges a tenant for what connpass is asked at once.
    """

    settings: Settings
    stores: Stores
    rooms: Rooms
    clock: Clock
    site: ReportSource | None = None
    details: EventDetails | None = None
    recogniser: Recogniser | None = None
    sheets: SampleSheets | None = None
    changing_model: ChangingModel | None = None
    ring: Ring = no_ring
    charged: Charged = nullcontext

    @property
    def zone(self) -> ZoneInfo:
        """Where the community is."""
        return self.settings.community.timezone


@dataclass(frozen=True, kw_only=True)
class Running:
    """What organisers use of a bot that runs. `changed` is called when a room was set up or switched.

    `problems` says why a platform does not work now, by its name, `model` what is read with.
    """

    open_source: OpenSource
    rehearse: Rehearse
    changed: Callable[[], Awaitable[object]]
    problems: Callable[[], Mapping[str, Problem]] = dict
    model: Callable[[], str] = str

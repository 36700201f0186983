"""How the bot is, for whoever watches it: what was read when, what was sent, and where nobody is met."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.app.services import Services
from bot.core.logins import hide_logins
from bot.core.problems.base import Problem
from bot.delivery.ports.platforms import FrontEnd
from bot.platforms.web.metrics import Gauges

CHOSEN_IN_CHATS = "chosen in chats"  # in place of the names of all such sources: the one that was read the longest ago


def problems_of(front_ends: Sequence[FrontEnd]) -> dict[str, Problem]:
    """Return why nobody is met at a front end now, by the platforms of which that is so."""
    return {front_end.platform: front_end.problem for front_end in front_ends if front_end.problem is not None}


@dataclass(frozen=True)
class RunningCondition:
    """The condition of a bot that runs, for `/healthz` and `/metrics`; raises where the store gives no answer.

    Strangers read both: what other communities follow is counted, and not named.
    """

    services: Services
    front_ends: Sequence[FrontEnd]
    has_report_site: bool

    async def health(self) -> Mapping[str, Any]:
        """Return what a person asks first: which platforms do not work, and when each source was read."""
        states, failing = await self.services.stores.events.sources(), self.services.stores.failures.problem
        problems = problems_of(self.front_ends) | ({"database": failing} if failing is not None else {})
        own, in_chats = self._own_sources(), [states.get(name) for name in self._chosen_in_chats()]
        return {
            "status": "ok" if failing is None else "failing",
            "problems": {name: hide_logins(str(problem)) for name, problem in problems.items()},
            "sources": {
                hide_logins(name): {
                    "seen_at": state.seen_at.isoformat() if state.seen_at else None,
                    "error": state.error and hide_logins(str(state.error)),
                }
                for name, state in states.items()
                if name in own
            },
            "chosen_in_chats": {
                "sources": len(in_chats),
                "failing": sum(bool(state and state.error) for state in in_chats),
            },
        }

    async def gauges(self) -> Gauges:
        """Return the same in numbers, with the deliveries."""
        states, now = await self.services.stores.events.sources(), self.services.clock.now()

        def unread(name: str) -> float:
            at = states[name].seen_at if name in states else None
            return (now - at).total_seconds() if at else math.inf

        named = {hide_logins(name): unread(name) for name in self._own_sources()}
        in_chats = [unread(name) for name in self._chosen_in_chats()]
        return Gauges(
            await self.services.stores.deliveries.counts(),
            named | ({CHOSEN_IN_CHATS: max(in_chats)} if in_chats else {}),
            {front_end.platform: front_end.problem is None for front_end in self.front_ends},
        )

    def _own_sources(self) -> list[str]:
        reports = [self.services.reporting.name] if self.has_report_site else []
        return [*self.services.rooms.own_sources, *reports]

    def _chosen_in_chats(self) -> list[str]:
        return [name for name in self.services.rooms.sources if name not in self.services.rooms.own_sources]

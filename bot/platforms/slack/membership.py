"""Which workspace the bot is in: what is kept of one that it was removed from is erased in a while."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.core.memory import Memory
from bot.organisers.tidying import Tidying
from bot.platforms.slack.members import SLACK

_NAME = "slack workspace"


@dataclass(frozen=True)
class Membership:
    """Takes note of it. A token that is revoked does not say whose it was, so the last workspace is remembered."""

    tidying: Tidying
    memory: Memory

    async def found(self, workspace: str) -> None:
        """The bot is in this one; a new token may have brought it into another than before."""
        before = await self.memory.recall(_NAME)
        if before != workspace:
            await self.memory.remember(_NAME, workspace)
            if before:
                await self.tidying.left(SLACK, before)
        await self.tidying.came_back(SLACK, workspace)

    async def ended(self) -> None:
        """It was removed from where it was; noted once, however often Slack refuses it."""
        if before := await self.memory.recall(_NAME):
            await self.tidying.left(SLACK, before)


def listen_for_removal(app: AsyncApp, membership: Membership) -> None:
    """Hear when the app is uninstalled, or its token revoked. Listen first: the first listener of an event has it."""

    @app.event("app_uninstalled")
    async def on_uninstalled(ack: AsyncAck) -> None:
        await ack()
        await membership.ended()

    @app.event("tokens_revoked")
    async def on_revoked(ack: AsyncAck, event: Mapping[str, Any]) -> None:
        await ack()
        if (event.get("tokens") or {}).get("bot"):
            await membership.ended()

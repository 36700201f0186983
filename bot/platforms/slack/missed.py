"""What members wrote in Slack while nobody heard them: looked for where they usually write, and answered then."""

from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import Any

import structlog

from bot.core.errors import SendError
from bot.platforms.hearing import MOST_MESSAGES, MOST_ROOMS, Hearing
from bot.platforms.slack.conversation import key_of
from bot.platforms.slack.members import SLACK, SlackMembers
from bot.platforms.slack.web import SlackWeb, patiently

log = structlog.get_logger()

Json = dict[str, Any]
Hear = Callable[[Json], Coroutine[Any, Any, None]]


class MissedMessages:
    """Those of one workspace. `hear` answers one that comes late, once."""

    def __init__(self, web: SlackWeb, members: SlackMembers, hearing: Hearing, hear: Hear) -> None:
        self._web = web
        self._members = members
        self._hearing = hearing
        self._hear = hear

    async def answer(self, since: datetime) -> None:
        """Look for what was written since then, and have it answered, the oldest first."""
        for channel in await self._channels():
            try:
                with patiently():
                    written = await self._written_in(channel, f"{since.timestamp():.6f}")
            except SendError as error:  # such as a channel that the bot is no longer in
                log.info("not looked for what was missed", channel=channel, reason=str(error))
                continue
            await self._hearing.answer_late(written, _wish, key_of, self._hear)

    async def _channels(self) -> list[str]:
        """Return the rooms, and where members asked something lately, as in direct messages."""
        ours = ("", self._members.ourselves.team)
        rooms = [room for room in self._members.rooms.in_force if room.platform == SLACK and room.guild in ours]
        asked_in = await self._hearing.channels_of("message")
        return list(dict.fromkeys([*(room.channel for room in rooms), *asked_in]))[:MOST_ROOMS]

    async def _written_in(self, channel: str, oldest: str) -> list[Json]:
        """Return what stands in a channel and its threads since then. Raises SendError."""
        place, asked = f"channel {channel}", Json(channel=channel, limit=MOST_MESSAGES)
        shown = (await self._web.call("conversations.history", place, **asked))["messages"]
        written = {str(message["ts"]): message for message in shown}
        for thread in [message for message in shown if str(message.get("latest_reply") or "") > oldest]:
            below = Json(asked, ts=thread["ts"], oldest=oldest)
            replies = (await self._web.call("conversations.replies", place, **below))["messages"]
            written |= {str(message["ts"]): message for message in replies}
        return [{**message, "channel": channel} for ts, message in sorted(written.items()) if ts > oldest]


def _wish(message: Json) -> tuple[str, ...]:
    names = ("ts",) if message.get("files") else ("user", "text", "thread_ts")
    return tuple(str(message.get(name)) for name in names)

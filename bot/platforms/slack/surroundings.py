"""What is looked up in Slack around somebody who asks: uploads that stand there still, and the channels."""

from dataclasses import dataclass
from typing import Any

import structlog

from bot.core.askers import Channels
from bot.core.errors import SendError
from bot.core.uploads import Upload
from bot.platforms.slack.files import Json, SlackFiles, pictures_of
from bot.platforms.slack.members import SlackMembers
from bot.platforms.slack.web import SlackWeb

log = structlog.get_logger()


@dataclass(frozen=True)
class SlackSurroundings:
    """Fulfils `Surroundings` for one channel."""

    web: SlackWeb
    files: SlackFiles
    members: SlackMembers
    channel: str

    async def channels(self) -> Channels:
        """Return the channels in which the bot is, and what it lacks in this one."""
        return await self.members.channels(self.channel)

    async def fetch(self, upload: str, places: range) -> Upload | None:
        """Fetch these pictures of a message again, with who showed them."""
        message = await message_with_files(self.web, self.channel, upload)
        if message is None:
            return None
        pictures = pictures_of(await self.files.ready(message["files"]))[places.start : places.stop]
        return Upload(await self.files.pictures(pictures), str(message["user"]))


async def message_with_files(web: SlackWeb, channel: str, ts: str) -> Json | None:
    """Return a message with files, from the channel or from a thread; None if there is no such message."""
    asked: dict[str, Any] = {"channel": channel, "ts": ts, "oldest": ts, "latest": ts, "inclusive": True}
    try:
        said = await web.call("conversations.replies", f"channel {channel}", **asked, limit=10)
    except SendError as error:
        log.warning("message not found again", channel=channel, reason=str(error))
        return None
    return next((one for one in said["messages"] if one["ts"] == ts and one.get("files")), None)

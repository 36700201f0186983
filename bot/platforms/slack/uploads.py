"""Pictures that members show in Slack: read where they stand, read again, explained. None is kept here."""

from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import structlog

from bot.domain.cooldowns import Turn
from bot.domain.messages import Message
from bot.errors import SendError
from bot.platforms.slack.conversation import Asker, Json, SlackConversation, Tell, is_whispered, message_ts
from bot.platforms.slack.files import LOOK_BACK, SlackFiles, is_picture, pictures_of
from bot.platforms.slack.members import SlackMembers
from bot.platforms.slack.posts import SlackPosts
from bot.platforms.slack.web import SlackWeb
from bot.services.answering import Answering
from bot.services.general_messages import one_moment
from bot.services.ports import Upload
from bot.services.recognition.reading_buttons import WHY, About

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Shown:
    """Fulfils `Uploads` for what was shown in one channel."""

    again: Callable[[str, range], Coroutine[Any, Any, Upload | None]]

    async def fetch(self, upload: str, places: range) -> Upload | None:
        """Fetch these pictures of a message."""
        return await self.again(upload, places)


class SlackUploads:
    """Reads what one workspace shows."""

    def __init__(
        self,
        conversation: SlackConversation,
        web: SlackWeb,
        posts: SlackPosts,
        files: SlackFiles,
        members: SlackMembers,
        answering: Answering,
    ) -> None:
        self._conversation = conversation
        self._web = web
        self._posts = posts
        self._files = files
        self._members = members
        self._answering = answering

    async def read_upload(self, asker: Asker, files: Sequence[Json], event: Json) -> None:
        """Read plain uploads in rooms that want it, and in direct messages, in a thread below them."""
        wanted = asker.is_alone or (asker.room.recognition and self._members.has_room(asker.channel))
        if not wanted and not await self._answering.is_quizzed(asker.room, asker.member):
            return
        pictures = [one for one in await self._files.ready(files) if is_picture(one)]
        if not pictures:
            return
        turn = self._answering.take_turn(asker.room, asker.member, len(pictures))
        if turn is Turn.IGNORED:
            return
        if turn is Turn.REFUSED:
            answer = one_moment(self._answering.texts(asker.room))
        else:
            fetched = await self._files.pictures(pictures)
            answer = await self._answering.read(fetched, asker.room, str(event["ts"]), member=asker.member)
        await self._conversation.say(asker, answer, asker.thread_ts or str(event["ts"]))

    async def read_meant(self, asker: Asker, event: Json | None, tell: Tell) -> None:
        """Read the pictures of this message, of the one that its thread is about, or of the member's latest."""
        upload = event if event is not None and event.get("files") else await self._upload_meant(asker)
        if upload is None:
            await tell(await self._answering.how_to_read(asker.room))
            return
        answer = await self.read(asker, upload["files"], str(upload["ts"]))
        await self._conversation.say(asker, answer, str(upload.get("thread_ts") or upload["ts"]))

    async def _upload_meant(self, asker: Asker) -> Json | None:
        if asker.thread_ts is not None:
            return await self.message(asker.channel, asker.thread_ts)
        try:
            said = await self._web.call("conversations.history", "it", channel=asker.channel, limit=LOOK_BACK)
        except SendError:  # the bot is not in the channel, and does not need to be
            return None
        uploads = [one for one in said["messages"] if one.get("files") and one.get("user") == asker.member]
        return next((one for one in uploads if any(is_picture(file) for file in one["files"])), None)

    async def read(self, asker: Asker, files: Sequence[Json], upload: str) -> Message:
        """Read the pictures among these files, which came with the message `upload`."""
        pictures = pictures_of(await self._files.ready(files))
        if self._answering.take_turn(asker.room, asker.member, len(pictures)) is not Turn.GRANTED:
            return one_moment(self._answering.texts(asker.room))
        return await self._answering.read(await self._files.pictures(pictures), asker.room, upload)

    def shown_in(self, channel: str) -> "Shown":
        """Return what was shown in a channel, to be fetched again."""
        return Shown(partial(self._upload_again, channel))

    async def _upload_again(self, channel: str, upload: str, places: range) -> Upload | None:
        """Fetch these pictures of a message again, with who showed them."""
        message = await self.message(channel, upload)
        if message is None:
            return None
        pictures = pictures_of(await self._files.ready(message["files"]))[places.start : places.stop]
        return Upload(await self._files.pictures(pictures), str(message["user"]))

    async def message(self, channel: str, ts: str) -> Json | None:
        """Return a message with files, from the channel or from a thread; None if there is no such message."""
        asked: dict[str, Any] = {"channel": channel, "ts": ts, "oldest": ts, "latest": ts, "inclusive": True}
        try:
            said = await self._web.call("conversations.replies", f"channel {channel}", **asked, limit=10)
        except SendError as error:
            log.warning("message not found again", channel=channel, reason=str(error))
            return None
        return next((one for one in said["messages"] if one["ts"] == ts and one.get("files")), None)

    async def explain(self, asker: Asker, about: About, body: Json) -> None:
        """Add the picture that explains a reading, in its thread; for the member alone where they alone saw it."""
        url, to_all = str(body.get("response_url") or ""), not is_whispered(body)
        beside = partial(self._conversation.respond, asker, url, to_all=to_all and asker.is_alone)  # the reading stays
        if self._answering.take_turn(asker.room, asker.member, pictures=1) is not Turn.GRANTED:
            await beside(one_moment(self._answering.texts(asker.room)))
            return
        shown = await self._upload_again(asker.channel, about.upload, range(about.picture, about.picture + 1))
        picture = shown.pictures[0] if shown is not None and shown.pictures else None
        explanation = await self._answering.explain(picture, asker.room, about.glyph)
        if not (explanation.pictures and to_all):
            await beside(explanation)
            return
        if (body.get("message") or {}).get("blocks"):  # gone before the answer is there, so that nobody asks twice
            await self._posts.take_away(asker.channel, body["message"], about.id(WHY))
        await self._conversation.say(asker, explanation, asker.thread_ts or message_ts(body))

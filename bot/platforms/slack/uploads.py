"""Pictures that members show in Slack: read where they stand, read again, explained. None is kept here."""

from collections.abc import Sequence

import structlog

from bot.answering.answering import Answering
from bot.answering.general_messages import one_moment
from bot.core.cooldowns import Turn
from bot.core.errors import SendError
from bot.core.messages import Message
from bot.handwriting.reading_buttons import Explain
from bot.platforms.slack.conversation import Asked, Json, SlackConversation, Tell, is_whispered, root_of
from bot.platforms.slack.files import LOOK_BACK, SlackFiles, is_picture, pictures_of
from bot.platforms.slack.members import SlackMembers
from bot.platforms.slack.posts import SlackPosts
from bot.platforms.slack.surroundings import message_with_files
from bot.platforms.slack.web import SlackWeb

log = structlog.get_logger()


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

    async def read_upload(self, asked: Asked, files: Sequence[Json], event: Json) -> None:
        """Read plain uploads in rooms that want it, and in direct messages, in a thread below them."""
        wanted = asked.is_alone or (asked.asker.room.recognition and self._members.has_room(asked.channel))
        if not wanted and not await self._answering.is_quizzed(asked.asker):
            return
        pictures = [one for one in await self._files.ready(files) if is_picture(one)]
        if not pictures:
            return
        turn = self._answering.take_turn(asked.asker, len(pictures))
        if turn is Turn.IGNORED:
            return
        if turn is Turn.REFUSED:
            answer = one_moment(self._answering.texts(asked.asker.language))
        else:
            fetched = await self._files.pictures(pictures)
            answer = await self._answering.read(asked.asker, fetched, str(event["ts"]), may_answer_quiz=True)
        await self._conversation.say(asked, answer, asked.thread_ts or str(event["ts"]))

    async def read_meant(self, asked: Asked, event: Json | None, tell: Tell) -> None:
        """Read the pictures of this message, of the one that its thread is about, or of the member's latest."""
        upload = event if event is not None and event.get("files") else await self._upload_meant(asked)
        if upload is None:
            await tell(await self._answering.how_to_read(asked.asker))
            return
        answer = await self.read(asked, upload["files"], str(upload["ts"]))
        await self._conversation.say(asked, answer, str(upload.get("thread_ts") or upload["ts"]))

    async def _upload_meant(self, asked: Asked) -> Json | None:
        if asked.thread_ts is not None:
            return await message_with_files(self._web, asked.channel, asked.thread_ts)
        try:
            said = await self._web.call("conversations.history", "it", channel=asked.channel, limit=LOOK_BACK)
        except SendError:  # the bot is not in the channel, and does not need to be
            return None
        uploads = [one for one in said["messages"] if one.get("files") and one.get("user") == asked.asker.member]
        return next((one for one in uploads if any(is_picture(file) for file in one["files"])), None)

    async def read(self, asked: Asked, files: Sequence[Json], upload: str) -> Message:
        """Read the pictures among these files, which came with the message `upload`."""
        pictures = pictures_of(await self._files.ready(files))
        if self._answering.take_turn(asked.asker, len(pictures)) is not Turn.GRANTED:
            return one_moment(self._answering.texts(asked.asker.language))
        return await self._answering.read(asked.asker, await self._files.pictures(pictures), upload)

    async def show_explanation(self, asked: Asked, action: Explain, explanation: Message, body: Json) -> None:
        """Add what explains a reading, in its thread; for the member alone where they alone saw it."""
        to_all = not is_whispered(body)
        if not (explanation.pictures and to_all):
            url = str(body.get("response_url") or "")  # the reading stays
            await self._conversation.respond(asked, url, explanation, to_all=to_all and asked.is_alone)
            return
        reading = body.get("message") or {}
        if reading.get("blocks"):  # gone before the answer is there, so that nobody asks twice
            await self._posts.take_away(asked.channel, reading, action.id)
        try:
            await self._conversation.say(asked, explanation, asked.thread_ts or root_of(body))
        except SendError:
            if reading.get("blocks"):
                await self._posts.give_back(asked.channel, reading)
            raise

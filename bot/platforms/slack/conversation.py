"""How members in Slack are answered: each once, all of them or the one alone, with an apology where it fails."""

import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import structlog

from bot.core.rooms import Room
from bot.domain.messages import Message, MessageKind
from bot.errors import SendError, SendRefused
from bot.platforms.slack.members import SlackMembers
from bot.platforms.slack.posts import SlackPosts
from bot.services.answering import Answering
from bot.services.ports import Heard

log = structlog.get_logger()

Json = Mapping[str, Any]
Tell = Callable[[Message], Awaitable[None]]

_MOST_REMEMBERED = 1000


@dataclass(frozen=True, slots=True)
class Asker:
    """A member, where they are, and what the room is to them. `asked` names what they did, this once."""

    member: str
    channel: str
    room: Room
    asked: str
    roles: Sequence[str] = ()
    thread_ts: str | None = None

    @property
    def is_alone(self) -> bool:
        """Whether nobody else is there: in direct messages."""
        return self.channel.startswith("D")


class SlackConversation:
    """Answers in one workspace. `heard` knows what was heard after a restart, too."""

    def __init__(self, posts: SlackPosts, members: SlackMembers, answering: Answering, heard: Heard | None) -> None:
        self._posts = posts
        self._members = members
        self._answering = answering
        self._heard = heard
        self._lately: dict[str, None] = {}

    def was_heard_lately(self, key: str) -> bool:
        """Whether this is remembered since the start."""
        return key in self._lately

    async def asker(self, asked: str, member: str, channel: str, thread_ts: str | None = None) -> Asker:
        """Return who asks, with what the room is to them."""
        roles = await self._members.roles_of(member)
        room = self._members.room_at(channel).as_seen_by(member, roles)
        return Asker(member, channel, room, asked, roles, thread_ts)

    async def do(self, asker: Asker, work: Callable[[], Awaitable[None]], tell: Tell) -> None:
        """Do what was asked once, however often Slack tells of it; apologise where it fails."""
        if not await self.is_new(asker.asked):
            log.info("heard before", asked=asker.asked)
            return
        try:
            await work()
        except SendError as error:
            log.warning("answer not sent", room=asker.room.name, reason=str(error))
        except Exception:
            log.exception("slack event failed", what=asker.asked.partition(" ")[0], room=asker.room.name)
            await self.apologise(asker, tell)

    async def apologise(self, asker: Asker, tell: Tell) -> None:
        """Say that something went wrong."""
        said = self._answering.texts(asker.room).gettext(
            "Something went wrong here. Please try again in a little while."
        )
        try:
            await tell(Message(MessageKind.ANSWER, said))
        except SendError as error:
            log.warning("apology not sent", room=asker.room.name, reason=str(error))

    async def is_new(self, key: str) -> bool:
        """Take note of what was heard; False if it was heard before."""
        if key in self._lately:
            return False
        self.remember(key)
        return self._heard is None or await self._heard.is_new(f"slack {key}", self._answering.clock.now())

    def remember(self, key: str) -> None:
        """Take note of it until the next start, or until a thousand others came."""
        self._lately[key] = None
        if len(self._lately) > _MOST_REMEMBERED:
            del self._lately[next(iter(self._lately))]

    async def say(self, asker: Asker, message: Message, thread_ts: str | None) -> None:
        """Answer to all, once for what was asked."""
        key = hashlib.blake2b(asker.asked.encode(), digest_size=10).hexdigest()
        await self._posts.answer(asker.channel, message, thread_ts, key)

    async def answer(self, asker: Asker, message: Message, *, to_all: bool) -> None:
        """Answer what was typed, where it was typed."""
        if to_all or asker.is_alone:
            await self.say(asker, message, asker.thread_ts)
        else:
            await self._posts.whisper(asker.channel, asker.member, message, asker.thread_ts)
            await self._share_privately(asker, message)

    async def respond(
        self, asker: Asker, url: str, message: Message, *, to_all: bool = False, instead: bool = False
    ) -> None:
        """Answer by a response URL, or without it where it has expired.

        What comes with the message follows in the channel, or by direct message.
        """
        if not url:
            await self.answer(asker, message, to_all=to_all)
            return
        try:
            await self._posts.respond(url, message, to_all=to_all, instead=instead)
        except SendRefused as error:
            log.info("response URL refused", reason=str(error))
            await self.answer(asker, message, to_all=to_all)
            return
        if to_all:
            await self._posts.share(message, asker.channel, asker.thread_ts)
        else:
            await self._share_privately(asker, message)

    async def _share_privately(self, asker: Asker, message: Message) -> None:
        if message.pictures or message.files:
            await self._posts.share(message, await self._posts.direct_channel(asker.member))


def channel_of(body: Json) -> str:
    """Return where something was pressed; "" in the app's home."""
    return str((body.get("channel") or {}).get("id") or (body.get("container") or {}).get("channel_id") or "")


def message_ts(body: Json) -> str:
    """Return the message on which something was pressed or chosen."""
    found = (body.get("message") or {}).get("ts") or body.get("message_ts")
    return str(found or (body.get("container") or {}).get("message_ts") or "")


def is_whispered(body: Json) -> bool:
    """Whether what was pressed stood on a message that only this member sees."""
    return bool((body.get("container") or {}).get("is_ephemeral"))

"""How members in Slack are answered: each once, all of them or the one alone, with an apology where it fails."""

import hashlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

import structlog

from bot.answering.answering import Answering
from bot.answering.general_messages import attached_privately, belated, not_attached
from bot.core.askers import Asker
from bot.core.direct import Direct
from bot.core.errors import RoomRefused, SendError, SendRefused
from bot.core.messages import Message, MessageKind
from bot.core.rights import asker_in
from bot.platforms.hearing import Hearing
from bot.platforms.slack.files import SlackFiles
from bot.platforms.slack.members import SLACK, SlackMembers
from bot.platforms.slack.posts import SlackPosts
from bot.platforms.slack.surroundings import SlackSurroundings
from bot.platforms.slack.web import SlackWeb, patiently

log = structlog.get_logger()

Json = Mapping[str, Any]
Tell = Callable[[Message], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a member did, and where. `key` names it, this once; `missed` is the message that nobody heard in time."""

    asker: Asker
    channel: str
    key: str
    thread_ts: str | None = None
    missed: str | None = None

    @property
    def named(self) -> str:
        """What its answer to all is named by, so that it is found again."""
        return hashlib.blake2b(self.key.encode(), digest_size=10).hexdigest()

    @property
    def is_alone(self) -> bool:
        """Whether nobody else is there: in direct messages."""
        return self.channel.startswith("D")


class SlackConversation:
    """Answers in one workspace."""

    def __init__(
        self,
        web: SlackWeb,
        posts: SlackPosts,
        files: SlackFiles,
        members: SlackMembers,
        answering: Answering,
        hearing: Hearing,
    ) -> None:
        self._web = web
        self._posts = posts
        self._files = files
        self._members = members
        self._answering = answering
        self._hearing = hearing

    async def asked(
        self, key: str, member: str, channel: str, thread_ts: str | None = None, *, team: str = "", rights: bool = False
    ) -> Asked:
        """Return what was asked, with who asked it; `team` is the workspace that the event names.

        Where the answer depends on the member's `rights`, it is waited for what Slack says of them.
        """
        members = self._members
        direct = Direct() if not channel or channel.startswith("D") else None  # the app's home has no channel
        language = await self._answering.language_of(SLACK, member)
        if direct is not None:
            language = language or await members.language_of(member)
        asker = asker_in(
            members.rooms,
            members.tenant_of(team),
            channel,
            member,
            await members.roles_of(member) if rights else members.roles_known(member),
            language,
            SlackSurroundings(self._web, self._files, members, channel),
            direct,
        )
        return Asked(asker, channel, key, thread_ts)

    async def do(self, asked: Asked, work: Callable[[], Awaitable[None]], tell: Tell) -> None:
        """Do what was asked once, however often Slack tells of it; apologise where it fails."""
        if not await self._hearing.is_new(asked.key):
            log.info("heard before", asked=asked.key)
            return
        with patiently():
            try:
                await work()
            except RoomRefused as error:  # an apology would be refused, too
                log.warning("answer not sent", room=asked.asker.room.name, reason=str(error))
            except SendError as error:
                log.warning("answer not sent", room=asked.asker.room.name, reason=str(error))
                await self.apologise(asked, tell)
            except Exception:
                log.exception("slack event failed", what=asked.key.partition(" ")[0], room=asked.asker.room.name)
                await self.apologise(asked, tell)

    async def apologise(self, asked: Asked, tell: Tell) -> None:
        """Say that something went wrong."""
        said = self._answering.texts(asked.asker.language).gettext(
            "Something went wrong here. Please try again in a little while."
        )
        try:
            await tell(Message(MessageKind.ANSWER, said))
        except SendError as error:
            log.warning("apology not sent", room=asked.asker.room.name, reason=str(error))

    async def say(self, asked: Asked, message: Message, thread_ts: str | None) -> None:
        """Answer to all, once for what was asked; what comes late stands below what was asked."""
        message, thread_ts = self._in_its_time(asked, message), thread_ts or asked.missed
        if not await self._posts.answer(asked.channel, message, thread_ts, asked.named):
            await self._say_not_attached(asked, thread_ts)

    async def answer(self, asked: Asked, message: Message, *, to_all: bool) -> None:
        """Answer what was typed, where it was typed."""
        if to_all or asked.is_alone:
            await self.say(asked, message, asked.thread_ts)
        else:
            message = self._in_its_time(asked, message)
            await self._whisper(asked, await self._attached_privately(asked, message))

    def _in_its_time(self, asked: Asked, message: Message) -> Message:
        """Return an answer, with a word where it comes late."""
        return belated(self._answering.texts(asked.asker.language), message) if asked.missed else message

    async def respond(
        self, asked: Asked, url: str, message: Message, *, to_all: bool = False, instead: bool = False
    ) -> None:
        """Answer by a response URL, in the thread where it was asked; without that URL where it takes no answer.

        What comes with the message follows in the channel, or by direct message.
        """
        if not url:
            await self.answer(asked, message, to_all=to_all)
            return
        if to_all:
            await self._respond_to_all(asked, url, message, instead=instead)
            return
        message = await self._attached_privately(asked, message)
        try:
            await self._posts.respond(url, message, asked.thread_ts, instead=instead)
        except SendError as error:  # it expired, or Slack has trouble: once more is better than never
            log.info("response URL failed", reason=str(error))
            await self._whisper(asked, message)

    async def _respond_to_all(self, asked: Asked, url: str, message: Message, *, instead: bool) -> None:
        began = datetime.now(UTC)
        respond = partial(
            self._posts.respond, url, message, asked.thread_ts, to_all=True, instead=instead, key=asked.named
        )
        try:
            await respond()
        except SendRefused as error:
            log.info("response URL refused", reason=str(error))
            await self.say(asked, message, asked.thread_ts)
            return
        except SendError as error:
            log.info("response URL failed", reason=str(error), next="looked for")
            try:
                if await self._posts.find(asked.channel, asked.named, began, asked.thread_ts) is None:
                    await self.say(asked, message, asked.thread_ts)
                    return
            except RoomRefused:  # who is not in a channel can answer there by the URL alone
                await respond()
        if not await self._posts.share(message, asked.channel, asked.thread_ts):
            await self._say_not_attached(asked, asked.thread_ts)

    async def _whisper(self, asked: Asked, message: Message) -> None:
        await self._posts.whisper(asked.channel, asked.asker.member, message, asked.thread_ts)

    async def _attached_privately(self, asked: Asked, message: Message) -> Message:
        """Send what comes with a message to the member directly, and return the message that says so."""
        if not (message.pictures or message.files):
            return message
        try:
            direct = await self._posts.direct_channel(asked.asker.member)
            is_sent = await self._posts.share(message, direct)
        except SendError as error:
            log.warning("files not shared", room=asked.asker.room.name, reason=str(error))
            is_sent = False
        return attached_privately(self._answering.texts(asked.asker.own_language), message, is_sent)

    async def _say_not_attached(self, asked: Asked, thread_ts: str | None) -> None:
        said = not_attached(self._answering.texts(asked.asker.own_language))
        await self._posts.whisper(asked.channel, asked.asker.member, said, thread_ts)


def key_of(message: Json) -> str:
    """Return what a message is remembered by."""
    return f"message {message['channel']} {message['ts']}"


def team_of(body: Json) -> str:
    """Return the workspace in which something was done, as what Slack tells of it names it; "" where it names none."""
    team = body.get("team")
    return str(body.get("team_id") or (team.get("id") if isinstance(team, Mapping) else team) or "")


def channel_of(body: Json) -> str:
    """Return where something was pressed; "" in the app's home."""
    return str((body.get("channel") or {}).get("id") or (body.get("container") or {}).get("channel_id") or "")


def message_ts(body: Json) -> str:
    """Return the message on which something was pressed or chosen."""
    found = (body.get("message") or {}).get("ts") or body.get("message_ts")
    return str(found or (body.get("container") or {}).get("message_ts") or "")


def root_of(body: Json) -> str:
    """Return the message below which a reply to what was pressed stands."""
    return _thread(body) or message_ts(body)


def thread_of(body: Json) -> str | None:
    """Return the thread in which what was pressed is looked at; None where it stands in the channel, too.

    What is answered to one member in a thread is shown there alone, and not in the channel in which they pressed.
    """
    thread, is_broadcast = _thread(body), (body.get("message") or {}).get("subtype") == "thread_broadcast"
    return None if is_broadcast or thread == message_ts(body) else thread


def _thread(body: Json) -> str | None:
    found = (body.get("container") or {}).get("thread_ts") or (body.get("message") or {}).get("thread_ts")
    return str(found) if found else None


def is_whispered(body: Json) -> bool:
    """Whether what was pressed stood on a message that only this member sees."""
    return bool((body.get("container") or {}).get("is_ephemeral"))

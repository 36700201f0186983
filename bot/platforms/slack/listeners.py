"""What members say in Slack: commands, messages, mentions, the menu of a message -> one service call -> an answer.

Everything is acknowledged first, done once, and answered with an apology where it fails.
"""

import asyncio
import re
from dataclasses import replace
from functools import partial

import structlog
from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.answering.answering import Answering
from bot.answering.commands import DATA, HELP, READ, TSUDOI, VOCABULARY, is_for_now
from bot.answering.general_messages import one_moment
from bot.core.cooldowns import Turn
from bot.core.errors import SendError
from bot.core.messages import Card, Message
from bot.organisers.organising import TOPICS
from bot.platforms.hearing import Hearing
from bot.platforms.slack.conversation import (
    Asked,
    Json,
    SlackConversation,
    Tell,
    key_of,
    message_ts,
    team_of,
    thread_of,
)
from bot.platforms.slack.files import SlackFiles
from bot.platforms.slack.forms import FORM
from bot.platforms.slack.manifest import READ_SHORTCUT, command_named, slash_notes
from bot.platforms.slack.members import SlackMembers
from bot.platforms.slack.posts import SlackPosts
from bot.platforms.slack.presses import SlackPresses
from bot.platforms.slack.surroundings import message_with_files
from bot.platforms.slack.text import called_first, read_typed
from bot.platforms.slack.uploads import SlackUploads
from bot.platforms.slack.web import SlackWeb

log = structlog.get_logger()

MESSAGE_FOLLOWS = 1.5  # seconds within which Slack tells of the message that a file came with, too
_HEARD_SUBTYPES = (None, "file_share", "thread_broadcast")


class SlackListeners:
    """Hears one workspace."""

    def __init__(
        self,
        web: SlackWeb,
        posts: SlackPosts,
        files: SlackFiles,
        members: SlackMembers,
        answering: Answering,
        hearing: Hearing,
    ) -> None:
        self._message = partial(message_with_files, web)
        self._files = files
        self._members = members
        self._answering = answering
        self._hearing = hearing
        self._conversation = SlackConversation(web, posts, files, members, answering, hearing)
        self._uploads = SlackUploads(self._conversation, web, posts, files, members, answering)
        self._presses = SlackPresses(self._conversation, self._uploads, web, posts, members, answering, hearing)

    def listen(self, app: AsyncApp) -> None:
        """Take everything that the app is told."""
        anything = re.compile(".*", re.DOTALL)
        app.command(anything)(self.on_command)
        app.shortcut(anything)(self.on_shortcut)
        app.action(anything)(self._presses.on_action)
        app.view(FORM)(self._presses.on_form)
        app.view_closed(anything)(self.on_anything)
        app.event("message")(self.on_message)
        app.event("app_mention")(self.on_mention)
        app.event("file_shared")(self.on_file)
        app.event("app_home_opened")(self._presses.on_home)
        app.event(anything)(self.on_anything)

    async def on_anything(self, ack: AsyncAck) -> None:
        """Take note, and do nothing."""
        await ack()

    async def on_command(self, ack: AsyncAck, body: Json) -> None:
        """Answer a slash command: to all where it is of use to all, else to the member alone."""
        await ack()
        url, argument = str(body.get("response_url") or ""), str(body.get("text") or "")
        name, key = command_named(str(body["command"])), f"command {body.get('trigger_id') or url}"
        member, channel, rights = str(body["user_id"]), str(body["channel_id"]), _asks_for_rights(name, argument)
        asked = await self._conversation.asked(key, member, channel, team=team_of(body), rights=rights)

        async def tell(message: Message) -> None:
            to_all = asked.is_alone or name in _names_for_all(argument if name == TSUDOI.name else "")
            await self._conversation.respond(asked, url, message, to_all=to_all)

        async def whisper(message: Message) -> None:
            await self._conversation.respond(asked, url, message)

        async def work() -> None:
            if self._answering.take_turn(asked.asker) is not Turn.GRANTED:
                await whisper(one_moment(self._answering.texts(asked.asker.language)))
            else:
                await self._command(asked, name, read_typed(argument), tell)

        await self._conversation.do(asked, work, whisper)

    async def on_message(self, ack: AsyncAck, event: Json) -> None:
        """Answer what members write: commands, mentions, and pictures where a room wants them read."""
        await ack()
        for file in event.get("files") or ():
            self._hearing.remember(f"file {file.get('id')}")
        await self.hear(event)

    async def on_mention(self, ack: AsyncAck, event: Json) -> None:
        """Answer a mention, which may leave out what files came with it."""
        await ack()
        message = None if event.get("files") else await self._message(str(event["channel"]), str(event["ts"]))
        await self.hear({**event, "files": message["files"]} if message else event)

    async def on_file(self, ack: AsyncAck, event: Json) -> None:
        """Hear the message that a file came with, where Slack tells of the file alone."""
        await ack()
        file = str(event.get("file_id") or (event.get("file") or {}).get("id") or "")
        await asyncio.sleep(MESSAGE_FOLLOWS)
        if (
            not file
            or self._hearing.was_heard_lately(f"file {file}")
            or event.get("user_id") == self._members.ourselves.member
        ):
            return
        try:
            message = await self._files.shared_in(file, str(event.get("channel_id") or ""))
        except SendError as error:
            log.warning("file not looked up", file=file, reason=str(error))
            return
        if message is not None:
            await self.hear(message)

    async def hear(self, event: Json, *, is_late: bool = False) -> None:
        """Answer what a member wrote, once; `is_late`: it was written while nobody heard it."""
        if event.get("subtype") not in _HEARD_SUBTYPES or event.get("bot_id"):
            return
        if event.get("user") in (None, self._members.ourselves.member):
            return
        name, argument = self._written(event)
        files = list(event.get("files") or ())
        if (name is None and not files) or (is_late and is_for_now(name or "")):
            return
        member, channel, team = str(event["user"]), str(event["channel"]), team_of(event)
        rights = name is not None and _asks_for_rights(name, argument)
        asked = await self._conversation.asked(
            key_of(event), member, channel, event.get("thread_ts"), team=team, rights=rights
        )
        if is_late:
            asked = replace(asked, missed=str(event["ts"]))

        async def tell(message: Message) -> None:
            await self._conversation.answer(asked, message, to_all=name is None or name in _names_for_all())

        async def work() -> None:
            if name is not None:
                await self._typed(asked, name, argument, event, tell)
            else:
                await self._uploads.read_upload(asked, files, event)

        await self._conversation.do(asked, work, tell)

    def _written(self, event: Json) -> tuple[str | None, str]:
        """Return the command in a message and its argument; what calls the bot by name needs no `!`."""
        text = str(event.get("text") or "")
        called = called_first(text, self._members.ourselves.member)
        typed = read_typed(text if called is None else called).strip()
        if called is not None and not typed.startswith(("!", "！")):
            typed = f"!{typed or (READ.name if event.get('files') else HELP.name)}"
        found = VOCABULARY.parse(typed)
        if found is None or (found.command is None and called is not None):
            return (HELP.name, "") if called is not None else (None, "")
        return (found.command.name if found.command else found.name), found.argument

    async def _typed(self, asked: Asked, name: str, argument: str, event: Json, tell: Tell) -> None:
        turn = self._answering.take_turn(asked.asker)
        if turn is Turn.GRANTED:
            await self._command(asked, name, argument, tell, event)
        elif turn is Turn.REFUSED:
            await tell(one_moment(self._answering.texts(asked.asker.language)))

    async def _command(self, asked: Asked, name: str, argument: str, tell: Tell, event: Json | None = None) -> None:
        """Carry out a command, and tell its answer if it has one."""
        if name == TSUDOI.name:
            inner = _member_command(argument)
            if inner is None:
                await tell(await self._presses.page(asked, argument))
                return
            name, argument = inner
        if name == DATA.name:
            await tell(await self._presses.page(asked, DATA.name))
            return
        if name == READ.name:
            await self._uploads.read_meant(asked, event, tell)
            return
        answer = await self._answering.say(asked.asker, f"!{name} {argument}".strip())
        if answer is not None and name == HELP.name:
            notes = slash_notes(self._answering.texts(asked.asker.language))
            answer = replace(answer, cards=(*answer.cards, Card(body=notes)))
        if answer is not None:
            await tell(answer)

    async def on_shortcut(self, ack: AsyncAck, body: Json) -> None:
        """Read the pictures of a message, for the member alone who chose this in its menu."""
        await ack()
        if body.get("callback_id") != READ_SHORTCUT:
            return
        url, ts = str(body.get("response_url") or ""), message_ts(body)
        key = f"shortcut {body.get('trigger_id') or url}"
        asked = await self._conversation.asked(
            key, str(body["user"]["id"]), str(body["channel"]["id"]), thread_of(body), team=team_of(body)
        )

        async def tell(answer: Message) -> None:
            await self._conversation.respond(asked, url, answer, to_all=asked.is_alone)

        async def work() -> None:
            message = body.get("message") or {}
            message = message if message.get("files") else await self._message(asked.channel, ts)
            if message is not None:
                await tell(await self._uploads.read(asked, message["files"], ts))
            else:
                await tell(await self._answering.how_to_read(asked.asker))

        await self._conversation.do(asked, work, tell)


def _names_for_all(argument: str = "") -> tuple[str, ...]:
    """Return the commands whose answers are for all; `/tsudoi next 3` is one of them."""
    inner = _member_command(argument) if argument else None
    for_all = tuple(one.name for one in VOCABULARY.commands if not one.is_private)
    return (*for_all, TSUDOI.name) if inner is not None and inner[0] in for_all else for_all


def _asks_for_rights(name: str, argument: str) -> bool:
    """Whether the answer depends on what the member may do; below `/tsudoi` that of the command that is meant."""
    inner = _member_command(argument) if name == TSUDOI.name else None
    meant = inner[0] if inner is not None else name
    return any(one.name == meant and one.asks_for_rights for one in VOCABULARY.commands)


def _member_command(argument: str) -> tuple[str, str] | None:
    """Return the command in `/tsudoi next 3` and its argument; None where an organiser's page is meant."""
    typed = VOCABULARY.parse(f"!{argument.strip()}")
    if typed is None or typed.command in (None, TSUDOI) or typed.name in (*TOPICS, *TOPICS.values()):
        return None
    assert typed.command is not None  # noqa: S101  # told apart above
    return typed.command.name, typed.argument

"""What members do in Slack: commands, messages, presses, forms, the app's home -> one service call -> an answer.

Everything is acknowledged first, done once, and answered with an apology where it fails.
"""

import asyncio
import hashlib
import re
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import structlog
from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.domain.commands import (
    DATA,
    EVENTS,
    HELP,
    MODEL,
    NEXT,
    ORGANISING,
    QUIZ,
    READ,
    REPORT,
    REPORTS,
    TSUDOI,
    organising_topic,
    parse_command,
)
from bot.domain.cooldowns import Turn
from bot.domain.messages import Card, Entry, Message, MessageKind
from bot.domain.rooms import Room
from bot.errors import PictureError, SendError, SendRefused
from bot.platforms.slack_files import LOOK_BACK, SlackFiles, is_picture, pictures_of
from bot.platforms.slack_forms import FORM, asked_by, form, given, written
from bot.platforms.slack_home import home_view
from bot.platforms.slack_manifest import READ_SHORTCUT, command_named, slash_notes
from bot.platforms.slack_members import SlackMembers
from bot.platforms.slack_posts import SlackPosts
from bot.platforms.slack_text import called_first, read_typed
from bot.platforms.slack_web import SlackWeb
from bot.services.answering import Answering
from bot.services.general_messages import one_moment
from bot.services.organising import PAGES
from bot.services.ports import Heard
from bot.services.reading_buttons import WHY, About, asked_about
from bot.services.teaching import Upload

log = structlog.get_logger()

Json = Mapping[str, Any]
Tell = Callable[[Message], Awaitable[None]]

FOR_ALL = (NEXT, EVENTS, REPORT, REPORTS, READ, QUIZ, MODEL, HELP)  # what other commands answer is the member's alone
MESSAGE_FOLLOWS = 1.5  # seconds within which Slack tells of the message that a file came with, too
_HEARD_SUBTYPES = (None, "file_share", "thread_broadcast")
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


@dataclass(frozen=True, slots=True)
class _Uploads:
    """Fulfils `Uploads` for what was shown in one channel."""

    again: Callable[[str, range], Coroutine[Any, Any, Upload | None]]

    async def fetch(self, upload: str, places: range) -> Upload | None:
        return await self.again(upload, places)


class SlackListeners:
    """Hears one workspace. `now` is asked when something was heard; `heard` knows it after a restart, too."""

    def __init__(
        self,
        web: SlackWeb,
        posts: SlackPosts,
        files: SlackFiles,
        members: SlackMembers,
        answering: Answering,
        heard: Heard | None,
    ) -> None:
        self._web = web
        self._posts = posts
        self._files = files
        self._members = members
        self._answering = answering
        self._heard = heard
        self._lately: dict[str, None] = {}

    def listen(self, app: AsyncApp) -> None:
        """Take everything that the app is told."""
        anything = re.compile(".*", re.DOTALL)
        app.command(anything)(self.on_command)
        app.shortcut(anything)(self.on_shortcut)
        app.action(anything)(self.on_action)
        app.view(FORM)(self.on_form)
        app.view_closed(anything)(self.on_anything)
        app.event("message")(self.on_message)
        app.event("app_mention")(self.on_mention)
        app.event("file_shared")(self.on_file)
        app.event("app_home_opened")(self.on_home)
        app.event(anything)(self.on_anything)

    async def on_anything(self, ack: AsyncAck) -> None:
        """Take note, and do nothing."""
        await ack()

    # --- commands --------------------------------------------------------------------------------------------------

    async def on_command(self, ack: AsyncAck, body: Json) -> None:
        """Answer a slash command: to all where it is of use to all, else to the member alone."""
        await ack()
        url, argument = str(body.get("response_url") or ""), str(body.get("text") or "")
        name, asked = command_named(str(body["command"])), f"command {body.get('trigger_id') or url}"
        asker = await self._asker(asked, str(body["user_id"]), str(body["channel_id"]))

        async def tell(message: Message) -> None:
            to_all = asker.is_alone or name in _names_for_all(argument if name == TSUDOI.name else "")
            await self._respond(asker, url, message, to_all=to_all)

        async def whisper(message: Message) -> None:
            await self._respond(asker, url, message)

        async def work() -> None:
            if self._answering.take_turn(asker.room, asker.member) is not Turn.GRANTED:
                await whisper(one_moment(self._answering.texts(asker.room)))
            else:
                await self._command(asker, name, read_typed(argument), tell)

        await self._do(asker, work, whisper)

    async def on_message(self, ack: AsyncAck, event: Json) -> None:
        """Answer what members write: commands, mentions, and pictures where a room wants them read."""
        await ack()
        for file in event.get("files") or ():
            self._remember(f"file {file.get('id')}")
        await self._hear(event)

    async def on_mention(self, ack: AsyncAck, event: Json) -> None:
        """Answer a mention, which may leave out what files came with it."""
        await ack()
        message = None if event.get("files") else await self._message(str(event["channel"]), str(event["ts"]))
        await self._hear({**event, "files": message["files"]} if message else event)

    async def on_file(self, ack: AsyncAck, event: Json) -> None:
        """Hear the message that a file came with, where Slack tells of the file alone."""
        await ack()
        file = str(event.get("file_id") or (event.get("file") or {}).get("id") or "")
        await asyncio.sleep(MESSAGE_FOLLOWS)
        if not file or f"file {file}" in self._lately or event.get("user_id") == self._members.ourselves.member:
            return
        try:
            message = await self._files.shared_in(file, str(event.get("channel_id") or ""))
        except SendError as error:
            log.warning("file not looked up", file=file, reason=str(error))
            return
        if message is not None:
            await self._hear(message)

    async def _hear(self, event: Json) -> None:
        if event.get("subtype") not in _HEARD_SUBTYPES or event.get("bot_id"):
            return
        if event.get("user") in (None, self._members.ourselves.member):
            return
        name, argument = self._written(event)
        files = list(event.get("files") or ())
        if name is None and not files:
            return
        asked = f"message {event['channel']} {event['ts']}"
        asker = await self._asker(asked, str(event["user"]), str(event["channel"]), event.get("thread_ts"))

        async def tell(message: Message) -> None:
            await self._answer(asker, message, to_all=name is None or name in _names_for_all())

        async def work() -> None:
            if name is not None:
                await self._typed(asker, name, argument, event, tell)
            else:
                await self._upload(asker, files, event)

        await self._do(asker, work, tell)

    def _written(self, event: Json) -> tuple[str | None, str]:
        """Return the command in a message and its argument; what calls the bot by name needs no `!`."""
        text = str(event.get("text") or "")
        called = called_first(text, self._members.ourselves.member)
        typed = read_typed(text if called is None else called).strip()
        if called is not None and not typed.startswith(("!", "！")):
            typed = f"!{typed or (READ.name if event.get('files') else HELP.name)}"
        found = parse_command(typed)
        if found is None or (found.command is None and called is not None):
            return (HELP.name, "") if called is not None else (None, "")
        return (found.command.name if found.command else found.name), found.argument

    async def _typed(self, asker: Asker, name: str, argument: str, event: Json, tell: Tell) -> None:
        turn = self._answering.take_turn(asker.room, asker.member)
        if turn is Turn.GRANTED:
            await self._command(asker, name, argument, tell, event)
        elif turn is Turn.REFUSED:
            await tell(one_moment(self._answering.texts(asker.room)))

    async def _command(self, asker: Asker, name: str, argument: str, tell: Tell, event: Json | None = None) -> None:
        """Carry out a command, and tell its answer if it has one."""
        if name == TSUDOI.name:
            inner = _member_command(argument)
            if inner is None:
                await tell(await self._page(asker, argument))
                return
            name, argument = inner
        if name == DATA.name:
            await tell(await self._page(asker, DATA.name))
            return
        if name == READ.name:
            await self._read_meant(asker, event, tell)
            return
        answer = await self._answering.say(f"!{name} {argument}".strip(), asker.room, asker.member)
        if answer is not None and name == HELP.name:
            answer = replace(answer, cards=(*answer.cards, Card(body=slash_notes(self._answering.texts(asker.room)))))
        if answer is not None:
            await tell(answer)

    # --- pictures --------------------------------------------------------------------------------------------------

    async def on_shortcut(self, ack: AsyncAck, body: Json) -> None:
        """Read the pictures of a message, for the member alone who chose this in its menu."""
        await ack()
        if body.get("callback_id") != READ_SHORTCUT:
            return
        url, ts = str(body.get("response_url") or ""), _message_ts(body)
        asked = f"shortcut {body.get('trigger_id') or url}"
        asker = await self._asker(asked, str(body["user"]["id"]), str(body["channel"]["id"]))

        async def tell(answer: Message) -> None:
            await self._respond(asker, url, answer, to_all=asker.is_alone)

        async def work() -> None:
            message = body.get("message") or {}
            message = message if message.get("files") else await self._message(asker.channel, ts)
            if message is not None:
                await tell(await self._read(asker, message["files"], ts))
            else:
                await tell(await self._answering.how_to_read(asker.room))

        await self._do(asker, work, tell)

    async def _upload(self, asker: Asker, files: Sequence[Json], event: Json) -> None:
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
        await self._say(asker, answer, asker.thread_ts or str(event["ts"]))

    async def _read_meant(self, asker: Asker, event: Json | None, tell: Tell) -> None:
        """Read the pictures of this message, of the one that its thread is about, or of the member's latest."""
        upload = event if event is not None and event.get("files") else await self._upload_meant(asker)
        if upload is None:
            await tell(await self._answering.how_to_read(asker.room))
            return
        answer = await self._read(asker, upload["files"], str(upload["ts"]))
        await self._say(asker, answer, str(upload.get("thread_ts") or upload["ts"]))

    async def _upload_meant(self, asker: Asker) -> Json | None:
        if asker.thread_ts is not None:
            return await self._message(asker.channel, asker.thread_ts)
        try:
            said = await self._web.call("conversations.history", "it", channel=asker.channel, limit=LOOK_BACK)
        except SendError:  # the bot is not in the channel, and does not need to be
            return None
        uploads = [one for one in said["messages"] if one.get("files") and one.get("user") == asker.member]
        return next((one for one in uploads if any(is_picture(file) for file in one["files"])), None)

    async def _read(self, asker: Asker, files: Sequence[Json], upload: str) -> Message:
        pictures = pictures_of(await self._files.ready(files))
        if self._answering.take_turn(asker.room, asker.member, len(pictures)) is not Turn.GRANTED:
            return one_moment(self._answering.texts(asker.room))
        return await self._answering.read(await self._files.pictures(pictures), asker.room, upload)

    async def _upload_again(self, channel: str, upload: str, places: range) -> Upload | None:
        """Fetch these pictures of a message again, with who showed them."""
        message = await self._message(channel, upload)
        if message is None:
            return None
        pictures = pictures_of(await self._files.ready(message["files"]))[places.start : places.stop]
        return Upload(await self._files.pictures(pictures), str(message["user"]))

    async def _picture_again(self, channel: str, upload: str, index: int) -> bytes | PictureError | None:
        """Fetch a picture again from the message that it came with: none is kept here."""
        message = await self._message(channel, upload)
        pictures = pictures_of(await self._files.ready(message["files"])) if message else []
        return await self._files.picture(pictures[index]) if index < len(pictures) else None

    async def _message(self, channel: str, ts: str) -> Json | None:
        """Return a message with files, from the channel or from a thread; None if there is no such message."""
        asked: dict[str, Any] = {"channel": channel, "ts": ts, "oldest": ts, "latest": ts, "inclusive": True}
        try:
            said = await self._web.call("conversations.replies", f"channel {channel}", **asked, limit=10)
        except SendError as error:
            log.warning("message not found again", channel=channel, reason=str(error))
            return None
        return next((one for one in said["messages"] if one["ts"] == ts and one.get("files")), None)

    async def _explain(self, asker: Asker, about: About, body: Json) -> None:
        """Add the picture that explains a reading, in its thread; for the member alone where they alone saw it."""
        url, to_all = str(body.get("response_url") or ""), not _is_whispered(body)
        beside = partial(self._respond, asker, url, to_all=to_all and asker.is_alone)  # the reading stays
        if self._answering.take_turn(asker.room, asker.member, pictures=1) is not Turn.GRANTED:
            await beside(one_moment(self._answering.texts(asker.room)))
            return
        picture = await self._picture_again(asker.channel, about.upload, about.picture)
        explanation = await self._answering.explain(picture, asker.room, about.glyph)
        if not (explanation.pictures and to_all):
            await beside(explanation)
            return
        if (body.get("message") or {}).get("blocks"):  # gone before the answer is there, so that nobody asks twice
            await self._posts.take_away(asker.channel, body["message"], about.id(WHY))
        await self._say(asker, explanation, asker.thread_ts or _message_ts(body))

    # --- what is pressed, chosen and filled in ---------------------------------------------------------------------

    async def on_action(self, ack: AsyncAck, body: Json) -> None:
        """Take a pressed button or a choice, also on a message from before a restart."""
        await ack()
        action = body["actions"][0]
        if action.get("url"):
            return  # a link
        member = str(body["user"]["id"])
        entry, channel = asked_by(action), _channel(body)
        if not channel:
            await self._pressed_at_home(member, body, action)
            return
        if entry is not None:
            await self._open_form(entry, channel, body)
            return
        thread_ts = (body.get("container") or {}).get("thread_ts") or (body.get("message") or {}).get("thread_ts")
        url = str(body.get("response_url") or "")
        asker = await self._asker(f"action {body.get('trigger_id') or url}", member, channel, thread_ts)
        tell = self._below(asker, url, is_whispered=_is_whispered(body))

        async def work() -> None:
            await self._pressed(asker, str(action["action_id"]), given(action), body, tell)

        await self._do(asker, work, tell)

    async def _open_form(self, entry: Entry, channel: str, body: Json) -> None:
        """Open a form at once: Slack allows it for three seconds. Who may send it off is looked at afterwards."""
        if not await self._is_new(f"opening {body['trigger_id']}"):
            return
        texts = self._answering.texts(self._members.room_at(channel))
        url = str(body.get("response_url") or "")
        kept = {"channel": channel, "url": url, "whispered": _is_whispered(body)}
        view = form(entry, kept, texts.gettext("Send"), texts.gettext("Cancel"))
        try:
            await self._web.call("views.open", "a form", trigger_id=body["trigger_id"], view=view)
        except SendError as error:
            log.warning("form not opened", reason=str(error))
            asker = await self._asker("", str(body["user"]["id"]), channel)
            await self._apologise(asker, partial(self._respond, asker, url))

    async def on_form(self, ack: AsyncAck, body: Json, view: Json) -> None:
        """Take what was written in a form."""
        await ack()
        kept, line = written(view)
        asked = f"form {body.get('trigger_id') or view['id']}"
        asker = await self._asker(asked, str(body["user"]["id"]), kept["channel"])
        tell = self._below(asker, kept["url"], is_whispered=kept["whispered"])

        async def work() -> None:
            await self._pressed(asker, kept["entry"], [line], body, tell)

        await self._do(asker, work, tell)

    async def _pressed(self, asker: Asker, pressed: str, values: list[str], body: Json, tell: Tell) -> None:
        if pressed.startswith(f"{PAGES}:"):
            await tell(await self._acted(asker, pressed, values))
            return
        about = asked_about(WHY, pressed, values)
        if about is not None:
            await self._explain(asker, about, body)
            return
        uploads = _Uploads(partial(self._upload_again, asker.channel))
        here = replace(asker.room, guild=self._members.ourselves.team)  # samples belong to the workspace
        answer = await self._answering.teach(pressed, here, asker.member, values, uploads)
        if answer is None:
            answer = await self._answering.press(pressed, asker.room, asker.member, values)
        if answer is None:
            return
        if pressed.startswith("question:") and asker.room.may_decide(asker.member):
            await self._say(asker, answer, asker.thread_ts or _message_ts(body))
        else:
            await tell(answer)

    def _below(self, asker: Asker, url: str, *, is_whispered: bool) -> Tell:
        """Return how a press is answered: what the member alone saw gives way, else they alone are told."""

        async def tell(message: Message) -> None:
            await self._respond(asker, url, message, to_all=asker.is_alone and not is_whispered, instead=is_whispered)

        return tell

    # --- organisers' pages -----------------------------------------------------------------------------------------

    async def _page(self, asker: Asker, argument: str) -> Message:
        organising = self._answering.organising
        if organising is None:
            return await self._answering.help(asker.room)
        place = await self._members.place(asker.channel, self._answering.texts(asker.room))
        if not organising.may_organise(place, asker.member, asker.roles):
            return organising.refused(place)
        return await organising.open(place, organising_topic(argument.partition(" ")[0]))

    async def _acted(self, asker: Asker, pressed: str, values: list[str]) -> Message:
        organising = self._answering.organising
        assert organising is not None  # noqa: S101  # its pages are there
        place = await self._members.place(asker.channel, self._answering.texts(asker.room))
        if not organising.may_organise(place, asker.member, asker.roles):
            return organising.refused(place)
        return await organising.act(place, asker.member, pressed, values)

    # --- the app's home --------------------------------------------------------------------------------------------

    async def on_home(self, ack: AsyncAck, event: Json) -> None:
        """Show the app's home as it is now."""
        await ack()
        if event.get("tab", "home") == "home":
            try:
                await self._show_home(str(event["user"]), str(event.get("channel", "")))
            except SendError as error:
                log.warning("home not shown", reason=str(error))

    async def _show_home(self, member: str, channel: str = "", notice: Message | None = None) -> None:
        view = await home_view(self._answering, self._members.room_at(channel), member, notice)
        await self._web.call("views.publish", "the app's home", user_id=member, view=view)

    async def _pressed_at_home(self, member: str, body: Json, action: Json) -> None:
        pressed_as = body.get("trigger_id") or (body.get("view") or {}).get("hash")
        asker = await self._asker(f"action {pressed_as}", member, "")

        async def tell(message: Message) -> None:
            await self._show_home(member, notice=message)

        async def work() -> None:
            pressed, values = str(action["action_id"]), given(action)
            answer = await self._answering.press(pressed, asker.room, member, values)
            await self._show_home(member, notice=answer)

        await self._do(asker, work, tell)

    # --- what they share -------------------------------------------------------------------------------------------

    async def _asker(self, asked: str, member: str, channel: str, thread_ts: str | None = None) -> Asker:
        roles = await self._members.roles_of(member)
        room = self._members.room_at(channel).as_seen_by(member, roles)
        return Asker(member, channel, room, asked, roles, thread_ts)

    async def _do(self, asker: Asker, work: Callable[[], Awaitable[None]], tell: Tell) -> None:
        """Do what was asked once, however often Slack tells of it; apologise where it fails."""
        if not await self._is_new(asker.asked):
            log.info("heard before", asked=asker.asked)
            return
        try:
            await work()
        except SendError as error:
            log.warning("answer not sent", room=asker.room.name, reason=str(error))
        except Exception:
            log.exception("slack event failed", what=asker.asked.partition(" ")[0], room=asker.room.name)
            await self._apologise(asker, tell)

    async def _apologise(self, asker: Asker, tell: Tell) -> None:
        said = self._answering.texts(asker.room).gettext(
            "Something went wrong here. Please try again in a little while."
        )
        try:
            await tell(Message(MessageKind.ANSWER, said))
        except SendError as error:
            log.warning("apology not sent", room=asker.room.name, reason=str(error))

    async def _is_new(self, key: str) -> bool:
        if key in self._lately:
            return False
        self._remember(key)
        return self._heard is None or await self._heard.is_new(f"slack {key}", self._answering.clock.now())

    def _remember(self, key: str) -> None:
        self._lately[key] = None
        if len(self._lately) > _MOST_REMEMBERED:
            del self._lately[next(iter(self._lately))]

    async def _say(self, asker: Asker, message: Message, thread_ts: str | None) -> None:
        """Answer to all, once for what was asked."""
        key = hashlib.blake2b(asker.asked.encode(), digest_size=10).hexdigest()
        await self._posts.answer(asker.channel, message, thread_ts, key)

    async def _answer(self, asker: Asker, message: Message, *, to_all: bool) -> None:
        """Answer what was typed, where it was typed."""
        if to_all or asker.is_alone:
            await self._say(asker, message, asker.thread_ts)
        else:
            await self._posts.whisper(asker.channel, asker.member, message, asker.thread_ts)
            await self._share_privately(asker, message)

    async def _respond(
        self, asker: Asker, url: str, message: Message, *, to_all: bool = False, instead: bool = False
    ) -> None:
        """Answer by a response URL, or without it where it has expired.

        What comes with the message follows in the channel, or by direct message.
        """
        if not url:
            await self._answer(asker, message, to_all=to_all)
            return
        try:
            await self._posts.respond(url, message, to_all=to_all, instead=instead)
        except SendRefused as error:
            log.info("response URL refused", reason=str(error))
            await self._answer(asker, message, to_all=to_all)
            return
        if to_all:
            await self._posts.share(message, asker.channel, asker.thread_ts)
        else:
            await self._share_privately(asker, message)

    async def _share_privately(self, asker: Asker, message: Message) -> None:
        if message.pictures or message.files:
            await self._posts.share(message, await self._posts.direct_channel(asker.member))


def _names_for_all(argument: str = "") -> tuple[str, ...]:
    """Return the commands whose answers are for all; `/tsudoi next 3` is one of them."""
    inner = _member_command(argument) if argument else None
    for_all = tuple(one.name for one in FOR_ALL)
    return (*for_all, TSUDOI.name) if inner is not None and inner[0] in for_all else for_all


def _member_command(argument: str) -> tuple[str, str] | None:
    """Return the command in `/tsudoi next 3` and its argument; None where an organiser's page is meant."""
    typed = parse_command(f"!{argument.strip()}")
    if typed is None or typed.command in (None, TSUDOI) or typed.name in (*ORGANISING, *ORGANISING.values()):
        return None
    assert typed.command is not None  # noqa: S101  # told apart above
    return typed.command.name, typed.argument


def _channel(body: Json) -> str:
    """Return where something was pressed; "" in the app's home."""
    return str((body.get("channel") or {}).get("id") or (body.get("container") or {}).get("channel_id") or "")


def _message_ts(body: Json) -> str:
    """Return the message on which something was pressed or chosen."""
    found = (body.get("message") or {}).get("ts") or body.get("message_ts")
    return str(found or (body.get("container") or {}).get("message_ts") or "")


def _is_whispered(body: Json) -> bool:
    """Whether what was pressed stood on a message that only this member sees."""
    return bool((body.get("container") or {}).get("is_ephemeral"))

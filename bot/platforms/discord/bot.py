"""Discord as a front end: holds the connection, says deliveries once, and finds those that an earlier try left."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import aiohttp
import discord
import structlog

from bot.answering.answering import Answering
from bot.config import DiscordSettings
from bot.core.errors import SendError, SendRefused
from bot.core.memory import Memory
from bot.core.messages import Message
from bot.core.problems import platforms as problems
from bot.core.problems.base import NoAnswer, Problem
from bot.core.room import member_at
from bot.core.rooms import Rooms
from bot.platforms.discord.client import TsudoiClient
from bot.platforms.discord.errors import HAS_THREAD, MESSAGE_GONE, explained, is_bad_token, why_it_ended
from bot.platforms.discord.history import OwnHistory
from bot.platforms.discord.library import point_elsewhere
from bot.platforms.discord.log import keep_log
from bot.platforms.discord.missed import MissedMessages
from bot.platforms.discord.render import THREAD_NAME, plain_line, render, was_sent_as
from bot.platforms.discord.shards import client_for
from bot.platforms.hearing import Hearing
from bot.platforms.pace import Pace, keep_pace

log = structlog.get_logger()

# Together less than a claim on a delivery lasts: whoever takes over an expired claim must be alone.
SEND_TAKES, LOOK_TAKES = timedelta(seconds=15), timedelta(seconds=10)
LONGEST_WAIT = timedelta(minutes=5)
A_SECOND = 35  # of the 50 requests that Discord allows a bot: the rest is for answers, and requests bunch up
GATEWAY_SILENT_AFTER = timedelta(seconds=60)  # it beats every 41 s
CLOCKS_DIFFER = timedelta(minutes=2)
NEWEST = 100  # messages, in which most of what is looked for stands

Channel = discord.PartialMessageable | discord.DMChannel


class DiscordFrontEnd:
    """Fulfils `Sender`. `problem` is why Discord does not work now; None while it does."""

    name = platform = "discord"

    def __init__(
        self,
        settings: DiscordSettings,
        answering: Answering,
        rooms: Rooms,
        memory: Memory | None = None,
        hearing: Hearing | None = None,
        *,
        first_wait: timedelta = timedelta(seconds=1),
    ) -> None:
        self._settings = settings
        self._answering = answering
        self._rooms = rooms
        self._memory = memory
        self._hearing = hearing or Hearing(self.name, answering.clock)
        self._listening: asyncio.Task[None] | None = None
        self._first_wait = first_wait
        self._pace = Pace(A_SECOND * settings.share)
        self._histories: dict[str, OwnHistory] = {}  # by channel
        self.problem: Problem | None = None
        self.client = self.new_client()

    def new_client(self, *, reads_messages: bool = True) -> TsudoiClient:
        """Build a client for one connection: discord.py's cannot be used again once its first connect failed."""
        intents = discord.Intents(guilds=True, messages=True, message_content=reads_messages)
        client_type, shards = client_for(self._settings)
        leads = self._settings.leads
        options = {"heartbeat_timeout": GATEWAY_SILENT_AFTER.total_seconds(), "http_trace": keep_pace(), **shards}
        client = client_type(self._answering, self._rooms, intents, self._hearing, self._memory, leads=leads, **options)
        client.add_listener(self._on_connect, "on_connect")
        client.add_listener(self._listen, "on_ready")
        client.add_listener(self._listen, "on_resumed")
        client.add_listener(self._pause, "on_disconnect")
        keep_log(client)
        return client

    async def _on_connect(self) -> None:
        self.problem = None
        log.info("discord connected", servers=len(self.client.guilds), reads_messages=self._reads_messages)

    async def _listen(self) -> None:
        """Have answered what was missed, and take note from then on that Discord is heard."""
        await self._pause()
        missed = MissedMessages(self.client, self._hearing, direct=self._settings.leads)
        self._listening = asyncio.create_task(self._hearing.keep_up(missed.answer))

    async def _pause(self) -> None:
        listening, self._listening = self._listening, None
        if listening is not None:
            listening.cancel()
            await asyncio.wait({listening})

    @property
    def _reads_messages(self) -> bool:
        return self.client.intents.message_content

    async def serve(self) -> None:
        """Stay connected until cancelled; end early only if nothing but a person can help."""
        point_elsewhere(self._settings)
        wait = self._first_wait
        while True:
            client = self.client
            error = await self._stay_connected(client)
            if isinstance(error, discord.PrivilegedIntentsRequired) and self._reads_messages:
                self._do_without_messages()
                continue
            wait = self._first_wait if self.problem is None else min(wait * 2, LONGEST_WAIT)
            self.problem = why_it_ended(error)
            client.login_ended.set()
            if is_bad_token(error):
                log.error("discord is off", reason=str(self.problem))
                return
            log.warning("discord not connected", reason=str(self.problem), again_in_s=wait.total_seconds())
            self.client = self.new_client(reads_messages=self._reads_messages)
            await asyncio.sleep(wait.total_seconds())

    async def _stay_connected(self, client: TsudoiClient) -> BaseException | None:
        """Hold one connection (with its reconnects) until it ends for good, and return why."""
        async with client:
            running = asyncio.create_task(client.start(self._settings.token.get_secret_value()))
            try:
                await asyncio.wait({running})
            finally:
                running.cancel()
                await asyncio.wait({running}, timeout=1)  # discord.py's connect may swallow a cancellation, ...
                await self._pause()  # while what it asks is still answered
                await client.close()
                await asyncio.wait({running}, timeout=1)  # ... but it ends when the client is closed
                await self._pause()
        return None if running.cancelled() else running.exception()

    def _do_without_messages(self) -> None:
        self.client = self.new_client(reads_messages=False)
        log.warning(
            "discord reads no messages",
            off="typed commands without a mention, and uploads; slash commands work",
            next="turn on the Message Content Intent on the bot's page of Discord's developer portal",
        )

    async def send(self, channel: str, message: Message, key: str) -> str:
        async with self._talking(channel, SEND_TAKES) as there:
            reference = _reference(there, message.replies_to) if message.replies_to else None
            return str((await there.send(**render(message, key), nonce=key, reference=reference)).id)  # type: ignore[arg-type]

    async def edit(self, channel: str, external_id: str, message: Message, key: str) -> bool:
        shown = render(message, key)
        async with self._talking(channel, SEND_TAKES) as there:
            try:
                await there.get_partial_message(int(external_id)).edit(
                    content=shown["content"], embeds=shown["embeds"], view=shown.get("view")
                )
            except discord.NotFound as error:
                if error.code != MESSAGE_GONE:
                    raise
                return False
        return True

    async def delete(self, channel: str, external_id: str) -> bool:
        async with self._talking(channel, SEND_TAKES) as there:
            try:
                await there.get_partial_message(int(external_id)).delete()
            except discord.NotFound as error:
                if error.code != MESSAGE_GONE:
                    raise
                return False
        return True

    async def open_thread(self, channel: str, external_id: str, title: str) -> str | None:
        number = _number(channel)
        async with self.talking_to(f"channel {channel}") as client:
            there = client.get_channel(number) or await client.fetch_channel(number)
            if not isinstance(there, discord.TextChannel):
                raise SendRefused(problems.NoThreads(where=f"channel {channel}"))
            message = there.get_partial_message(int(external_id))
            try:
                thread = await message.create_thread(name=plain_line(title, THREAD_NAME))
            except discord.HTTPException as error:
                if error.code == HAS_THREAD:
                    return external_id  # a thread has the id of the message above it
                if error.code != MESSAGE_GONE:
                    raise
                return None
        return str(thread.id)

    async def find(self, channel: str, message: Message, key: str, since: datetime) -> str | None:
        async with self._talking(channel, LOOK_TAKES) as there:
            rendered, ourselves, after, seen = render(message, key), self.client.user, since - CLOCKS_DIFFER, 0
            async for sent in there.history(limit=NEWEST, after=after, oldest_first=False):
                seen += 1
                if sent.author == ourselves and was_sent_as(sent, rendered, key):
                    return str(sent.id)
            if seen < NEWEST:
                return None
            history = self._history(channel, after)
            await history.go_on(there, ourselves)  # as far as the time goes, and on from there the next time
            return next((str(sent.id) for sent in history.messages if was_sent_as(sent, rendered, key)), None)

    def _history(self, channel: str, since: datetime) -> OwnHistory:
        known = self._histories.get(channel)
        if known is None or known.since > since:
            known = self._histories[channel] = OwnHistory(since)
        return known

    @asynccontextmanager
    async def _talking(self, channel: str, takes: timedelta) -> AsyncIterator[Channel]:
        number, is_member = _number(channel), member_at(channel) is not None
        async with self.talking_to(f"channel {channel}", takes) as client:
            if is_member:
                yield await client.create_dm(discord.Object(number))
            else:
                yield client.get_partial_messageable(number)

    @asynccontextmanager
    async def talking_to(self, place: str, takes: timedelta = SEND_TAKES) -> AsyncIterator[TsudoiClient]:
        """Hand out the client once logged in, and turn whatever goes wrong into SendError or SendRefused."""
        client = self.client
        try:
            async with asyncio.timeout(takes.total_seconds()):
                if self.problem is None:
                    await client.login_ended.wait()
                if client.user is None or client.is_closed():
                    raise SendError(self.problem or problems.NotConnected(where="Discord"))
                with self._pace.kept():
                    yield client
        except TimeoutError as error:
            raise SendError(NoAnswer(where="Discord", detail=f"no answer within {takes.seconds} s")) from error
        except discord.HTTPException as error:
            raise explained(place, error) from error
        except (discord.DiscordException, aiohttp.ClientError, OSError, RuntimeError) as error:
            if isinstance(error, RuntimeError) and not client.is_closed():
                raise  # aiohttp says RuntimeError where the connection was closed under a send; this is something else
            cut_off = f"cut off while talking to {place}, {type(error).__name__}"
            raise SendError(NoAnswer(where="Discord", detail=cut_off)) from error


def _number(channel: str) -> int:
    """Return the id of a channel, or of the member whose direct messages are meant."""
    number = member_at(channel) or channel
    if not number.isdecimal():
        raise SendRefused(problems.NoDiscordChannel(channel))
    return int(number)


def _reference(channel: Channel, message: str) -> discord.MessageReference:
    """Return what makes a post a reply; where the message is gone, it is an ordinary post."""
    return discord.MessageReference(message_id=int(message), channel_id=channel.id, fail_if_not_exists=False)

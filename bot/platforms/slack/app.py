"""Slack as a front end: holds the socket, says deliveries once, and finds those that an earlier try left."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from functools import partial

import structlog
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.errors import SlackApiError

from bot.answering.answering import Answering
from bot.config import SlackSettings
from bot.core.errors import SendError
from bot.core.messages import Message
from bot.core.problems.base import NoAnswer, Problem
from bot.core.problems.platforms import NotConnected
from bot.core.room import member_at
from bot.core.rooms import Rooms
from bot.platforms.hearing import Hearing
from bot.platforms.pace import Waiting
from bot.platforms.slack.errors import APP_TOKEN, REMOVED, cause_of, explained
from bot.platforms.slack.files import SlackFiles
from bot.platforms.slack.listeners import SlackListeners
from bot.platforms.slack.members import SLACK, Identity, SlackMembers, who_am_i
from bot.platforms.slack.membership import Membership, listen_for_removal
from bot.platforms.slack.missed import MissedMessages
from bot.platforms.slack.posts import SlackPosts
from bot.platforms.slack.render import named
from bot.platforms.slack.web import SlackWeb, new_client

log = structlog.get_logger()

# Together less than a claim on a delivery lasts: whoever takes over an expired claim must be alone.
SEND_TAKES, LOOK_TAKES = timedelta(seconds=15), timedelta(seconds=10)
CONNECT_TAKES, CLOSE_TAKES = 5.0, 2.0  # seconds; slack_sdk tries a refused address again and again, in vain
LONGEST_WAIT = timedelta(minutes=5)
PINGS_EVERY, LOOKS_EVERY = 10.0, 0.5  # seconds; a socket that answers no ping is dead after one and a half of the first
RECONNECTS_WITHIN = 3.0  # seconds in which slack_sdk opens a new socket in place of one that Slack ends


class SlackFrontEnd:
    """Fulfils `Sender` and `Threads`."""

    name = platform = SLACK

    def __init__(
        self,
        settings: SlackSettings,
        answering: Answering,
        rooms: Rooms,
        hearing: Hearing | None = None,
        membership: Membership | None = None,
        *,
        first_wait: timedelta = timedelta(seconds=1),
        pings_every: float = PINGS_EVERY,
        waiting: Waiting | None = None,
    ) -> None:
        self._settings = settings
        self._answering = answering
        self._rooms = rooms
        self._hearing = hearing or Hearing(SLACK, answering.clock)
        self._membership = membership
        self._first_wait = first_wait
        self._pings_every = pings_every
        self._web = SlackWeb(settings, waiting)
        self._files = SlackFiles(self._web, settings)
        self._posts = SlackPosts(self._web, self._files)
        self._not_connected: Problem | None = None

    @property
    def problem(self) -> Problem | None:
        """Why Slack does not work now; None while it does."""
        return self._not_connected or self._web.refused

    async def serve(self) -> None:
        """Stay connected until cancelled."""
        wait = self._first_wait
        async with self._web.open():
            while True:
                try:
                    async with self._connected() as handler:
                        wait = self._first_wait
                        await _until_dead(handler)
                    self._not_connected = _not_connected("the socket was cut")
                except SendError as error:
                    self._not_connected = error.problem
                except Exception as error:
                    log.exception("slack broke")
                    self._not_connected = _not_connected(f"{type(error).__name__}: {error}")
                log.warning("slack not connected", reason=str(self._not_connected), again_in_s=wait.total_seconds())
                await asyncio.sleep(wait.total_seconds())
                wait = min(wait * 2, LONGEST_WAIT)

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[AsyncSocketModeHandler]:
        """Open a socket on which members are heard, and close it. Raises SendError."""
        ourselves = await self._identified()
        self._posts.ourselves = ourselves
        app, missed = self._listening(ourselves)
        token = self._settings.app_token.get_secret_value()
        handler = AsyncSocketModeHandler(app, token, ping_interval=self._pings_every)
        if self._settings.api_url:
            handler.client.proxy = None
        # Left alone, slack_sdk replaces a socket that Slack ends twice, and what comes in between is lost.
        handler.client.default_auto_reconnect_enabled = False
        try:
            handler.client.wss_uri = await self._new_address(token)
            async with asyncio.timeout(CONNECT_TAKES):
                await handler.client.connect()  # type: ignore[no-untyped-call]
            self._not_connected = None
            log.info("slack connected", workspace=ourselves.workspace)
            hearing = asyncio.create_task(self._hearing.keep_up(missed.answer))
            try:
                yield handler
            finally:
                hearing.cancel()
                await asyncio.wait({hearing})
        except TimeoutError as error:
            raise SendError(_not_connected(f"no socket within {CONNECT_TAKES:.0f} s")) from error
        finally:
            await _close(handler)

    async def _identified(self) -> Identity:
        """Ask Slack who we are, and take note of where. Raises SendError."""
        try:
            ourselves = await who_am_i(self._web)
        except SendError as error:
            if self._membership is not None and cause_of(error) in REMOVED:
                await self._membership.ended()
            raise
        if self._membership is not None:
            await self._membership.found(ourselves.team)
        return ourselves

    def _listening(self, ourselves: Identity) -> tuple[AsyncApp, MissedMessages]:
        """Build slack_bolt's app, and what finds what it missed. It need not ask at each event whose token this is."""

        async def authorize() -> AuthorizeResult:
            token = self._settings.bot_token.get_secret_value()
            return AuthorizeResult(
                enterprise_id=None,
                team_id=ourselves.team,
                bot_id=ourselves.bot,
                bot_user_id=ourselves.member,
                bot_token=token,
            )

        client = new_client(self._settings, self._web.session)  # with it slack_sdk asks for new sockets, and no more
        app = AsyncApp(name="tsudoi", client=client, authorize=authorize, logger=logging.getLogger("slack_bolt"))
        members = SlackMembers(self._web, self._rooms, ourselves)
        if self._membership is not None:
            listen_for_removal(app, self._membership)
        listeners = SlackListeners(self._web, self._posts, self._files, members, self._answering, self._hearing)
        listeners.listen(app)
        return app, MissedMessages(self._web, members, self._hearing, partial(listeners.hear, is_late=True))

    async def _new_address(self, token: str) -> str:
        try:
            return str((await self._web.ask("apps.connections.open", app_token=token))["url"])
        except SlackApiError as error:
            raise explained("a socket", error, APP_TOKEN) from error

    # --- deliveries ------------------------------------------------------------------------------------------------

    async def send(self, channel: str, message: Message, key: str) -> str:
        async with self._in_time(SEND_TAKES):
            place = await self._place(channel)
            await self._web.turn(place)  # answers take none: members are waiting for them
            # A reply tells what people must know: it shows in the channel, too.
            return await self._posts.post(place, message, message.replies_to, named(key), broadcast=True)

    async def edit(self, channel: str, external_id: str, message: Message, key: str) -> bool:
        async with self._in_time(SEND_TAKES):
            return await self._posts.edit(await self._place(channel), external_id, message, key)

    async def delete(self, channel: str, external_id: str) -> bool:
        async with self._in_time(SEND_TAKES):
            return await self._posts.delete(await self._place(channel), external_id)

    async def open_thread(self, channel: str, external_id: str, title: str) -> str | None:
        return external_id  # in Slack every message has one, which the first reply opens

    async def find(self, channel: str, message: Message, key: str, since: datetime) -> str | None:
        async with self._in_time(LOOK_TAKES):
            return await self._posts.find(await self._place(channel), key, since, message.replies_to)

    async def _place(self, channel: str) -> str:
        """Return the channel's id, or that of the direct messages with the member who is meant."""
        member = member_at(channel)
        return channel if member is None else await self._posts.direct_channel(member)

    @asynccontextmanager
    async def _in_time(self, takes: timedelta) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(takes.total_seconds()):
                await self._web.was_opened.wait()
                yield
        except TimeoutError as error:
            raise SendError(NoAnswer(where="Slack", detail=f"no answer within {takes.seconds} s")) from error


def _not_connected(detail: str) -> Problem:
    return NotConnected(where="Slack", detail=detail)


async def _until_dead(handler: AsyncSocketModeHandler) -> None:
    """Return when the socket is dead, and slack_sdk opens no other because Slack said that it ends."""
    client, dead_for = handler.client, 0.0
    while dead_for < RECONNECTS_WITHIN:
        await asyncio.sleep(LOOKS_EVERY)
        if await client.is_connected():
            dead_for = 0.0
        elif client.connect_operation_lock.locked():
            dead_for += LOOKS_EVERY
        else:
            return


async def _close(handler: AsyncSocketModeHandler) -> None:
    """Close the socket and end what slack_sdk keeps running for it, also where the other side is dead."""
    client = handler.client
    client.closed, client.auto_reconnect_enabled = True, False
    tasks = [client.message_processor, client.current_session_monitor, client.message_receiver]
    running = [task for task in tasks if task is not None]
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)
    with suppress(TimeoutError, OSError):
        async with asyncio.timeout(CLOSE_TAKES):
            if client.current_session is not None:
                await client.current_session.close()
    await client.aiohttp_client_session.close()

"""Calls of Slack's Web API: in time, at the pace that Slack asks for, and with errors that say what to do."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from datetime import timedelta
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from bot.config import SlackSettings
from bot.core.errors import SendError, SendRefused
from bot.core.problems.base import NoAnswer, Problem
from bot.core.problems.platforms import NotConnected, Refused
from bot.platforms.pace import Pace, Waiting
from bot.platforms.slack.errors import explained, is_bad_token, problem_of, status_of, waits

Json = dict[str, Any]

CALL_TAKES, UPLOAD_TAKES = timedelta(seconds=15), timedelta(seconds=30)
PATIENCE = timedelta(minutes=2)  # of an answer: so long a channel that is busy may keep it
REPEATS = (0.5, 2.0)  # seconds before what Slack gave no answer to is asked again
# What would stand there twice, and what whoever calls it tries again by themselves.
_ONCE = (
    "chat.postMessage", "chat.update", "chat.delete", "files.completeUploadExternal", "auth.test",
    "apps.connections.open",
)  # fmt: skip
IN_A_CHANNEL, IN_ALL = 1, 4  # posts a second; Slack allows one, and some hundred a minute in the whole workspace
_CUT_OFF = (
    aiohttp.ClientError,
    OSError,
    SlackClientError,
    ValueError,
    AttributeError,
)  # ..., an answer that is no JSON
_patience: ContextVar[timedelta] = ContextVar("patience", default=timedelta())


def new_client(settings: SlackSettings, session: aiohttp.ClientSession, token: str | None = None) -> AsyncWebClient:
    """Build a client that repeats nothing by itself: Slack knows no nonce, so a repeated post stands there twice."""
    options: dict[str, Any] = {"base_url": f"{settings.api_url.rstrip('/')}/"} if settings.api_url else {}
    client = AsyncWebClient(token, session=session, retry_handlers=[], **options)
    if settings.api_url:
        client.proxy = None  # slack_sdk takes one from the environment, also on the way to another server
    return client


class SlackWeb:
    """One workspace's Web API. Open it with `async with`; until then, and after, every call raises SendError.

    `refused` is why the bot's token is not taken; None while it is.
    """

    def __init__(self, settings: SlackSettings, waiting: Waiting | None = None) -> None:
        self._settings = settings
        self.waiting = waiting or Waiting()
        self._busy_until: dict[tuple[str, str], float] = {}  # by method and channel: one that is busy mutes no other
        self._pace = Pace(IN_ALL)
        self._paces: dict[str, Pace] = {}
        self._client: AsyncWebClient | None = None
        self._session: aiohttp.ClientSession | None = None
        self.was_opened = asyncio.Event()
        self.refused: Problem | None = None

    @property
    def session(self) -> aiohttp.ClientSession:
        """The connections to Slack."""
        if self._session is None:
            raise SendError(NotConnected(where="Slack"))
        return self._session

    @property
    def client(self) -> AsyncWebClient:
        """The client of slack_sdk."""
        if self._client is None:
            raise SendError(NotConnected(where="Slack"))
        return self._client

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Keep connections to Slack."""
        async with aiohttp.ClientSession() as session:
            token = self._settings.bot_token.get_secret_value()
            self._session, self._client = session, new_client(self._settings, session, token)
            self.was_opened.set()
            try:
                yield
            finally:
                self._session = self._client = None

    async def turn(self, channel: str) -> None:
        """Wait for a turn to post in a channel."""
        await self._paces.setdefault(channel, Pace(IN_A_CHANNEL, at_once=3)).turn()
        await self._pace.turn()

    async def call(self, method: str, place: str, takes: timedelta = CALL_TAKES, **arguments: Any) -> Json:
        """Call a method and return its answer. Raises SendError, SendRefused, MemberUnreachable."""
        try:
            return await self.ask(method, takes, **arguments)
        except SlackApiError as error:
            raise explained(place, error) from error

    async def ask(self, method: str, takes: timedelta = CALL_TAKES, **arguments: Any) -> Json:
        """Call a method and return its answer; wait where Slack is busy. Raises SlackApiError where it said no.

        SendError where it gave no answer. What may be asked twice is asked again where that was cut off, or an error
        page came.
        """
        given = {name: value for name, value in arguments.items() if value is not None}
        place = (method, str(given.get("channel") or given.get("channel_id") or ""))
        until = self.waiting.now() + (takes + _patience.get()).total_seconds()
        repeats = [] if method in _ONCE else list(REPEATS)
        while True:
            await self._let_pass(place, until)
            try:
                answer = await self._asked(method, takes, given)
            except _CUT_OFF as error:
                if self._is_busy(place, error):
                    continue
                if not repeats or not _may_pass(error):
                    raise _told(method, error) from error
                await self.waiting.sleep(repeats.pop(0))
            else:
                if method != "apps.connections.open":  # which asks with the app's token
                    self.refused = None
                return answer

    async def _asked(self, method: str, takes: timedelta, given: Json) -> Json:
        # slack_sdk's own methods write the arguments: which ones may be JSON differs from one to the other.
        request = getattr(self.client, method.replace(".", "_"))
        try:
            async with asyncio.timeout(takes.total_seconds()):
                return dict((await request(**given)).data)
        except TimeoutError as error:
            raise _no_answer(f"no answer to {method} within {takes.seconds} s") from error

    async def upload(self, url: str, content: bytes) -> None:
        """Bring a file to where Slack takes it. Raises SendError."""
        try:
            async with asyncio.timeout(UPLOAD_TAKES.total_seconds()), self.session.post(url, data=content) as reply:
                if reply.status != 200:
                    raise _no_answer(f"it answered {reply.status} to an upload")
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            raise _no_answer(f"cut off at an upload, {type(error).__name__}") from error

    async def respond(self, url: str, said: Json) -> None:
        """Answer by a response URL. What all see is not repeated unless it was refused: it may have arrived.

        Raises SendError; SendRefused where the URL has expired.
        """
        until = self.waiting.now() + (CALL_TAKES + _patience.get()).total_seconds()
        repeats = [] if said["response_type"] == "in_channel" else list(REPEATS)
        while True:
            try:
                async with asyncio.timeout(CALL_TAKES.total_seconds()):
                    wait = await self._responded(url, said)
            except TimeoutError as error:
                raise _no_answer(f"it took no answer within {CALL_TAKES.seconds} s") from error
            except (aiohttp.ClientError, OSError) as error:
                if not repeats:
                    raise _no_answer(f"cut off while it took an answer, {type(error).__name__}") from error
                wait = repeats.pop(0)
            if wait is None:
                return
            if self.waiting.now() + wait > until:
                raise _no_answer(f"it asks to wait {wait:.0f} s before an answer, 429")
            await self.waiting.sleep(wait)

    async def _responded(self, url: str, said: Json) -> float | None:
        """Answer; return for how many seconds to wait before that is tried again, if Slack is busy."""
        async with self.session.post(url, json=said) as reply:
            if reply.status == 429:
                after = reply.headers.get("Retry-After", "1")
                return float(after) if after.isdecimal() else 1.0
            if reply.status != 200:
                answered = f"Slack answered {reply.status} ({(await reply.text())[:200]}) to an answer"
                if reply.status < 500:
                    raise SendRefused(Refused("Slack", str(reply.status), detail=answered))
                raise aiohttp.ClientError(answered)
            return None

    async def _let_pass(self, place: tuple[str, str], end: float) -> None:
        """Wait until Slack, which asked us to, may be asked again, if there is time for that."""
        now = self.waiting.now()
        until = self._busy_until.get(place, now)
        if until > end:
            raise _no_answer(f"it asks to wait {until - now:.0f} s before {place[0]}, 429")
        if until > now:
            await self.waiting.sleep(until - now)

    def _is_busy(self, place: tuple[str, str], error: Exception) -> bool:
        """Whether Slack asks us to leave it alone: take note for how long, and of a token that it does not take."""
        if not isinstance(error, SlackApiError):
            return False
        wait = waits(error)
        if wait is not None:
            self._busy_until[place] = self.waiting.now() + wait
        elif is_bad_token(error) and place[0] != "apps.connections.open":
            self.refused = problem_of("the bot's token", error)
        return wait is not None


@contextmanager
def patiently() -> Iterator[None]:
    """Let what a member waits for wait, inside, where Slack asks to be left alone for a minute."""
    token = _patience.set(PATIENCE)
    try:
        yield
    finally:
        _patience.reset(token)


def _may_pass(error: Exception) -> bool:
    return not isinstance(error, SlackApiError) or status_of(error) >= 500


def _told(method: str, error: Exception) -> Exception:
    if isinstance(error, SlackApiError):
        return error
    return _no_answer(f"cut off at {method}, {type(error).__name__}")


def _no_answer(detail: str) -> SendError:
    return SendError(NoAnswer(where="Slack", detail=detail))

"""A Slack on loopback: its Web API, Socket Mode and files, for the real client in the real process.

    with SlackServer() as server:
        ...  # [slack] bot_token = server.bot_token, app_token = server.app_token, api_url = server.api_url
        answer = server.ask(CHANNEL, "!next")
        done = server.slash(CHANNEL, "/next", "3")
        server.wait_for(lambda: done.seen)

It lives in a thread of its own, so it outlives a bot that is killed. Deadlines pass only by `advance`, so that a slow
test machine meets none by accident.
"""

import asyncio
import math
import random
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, TypeVar

from aiohttp import web

from tests.support.loopback import LoopbackServer
from tests.support.slack_facts import ALICE, BOT_USER, CHANNEL, ORGANISER, AppConfig, Json, Person, Sight
from tests.support.slack_faults import Fault, Trouble, first_hit
from tests.support.slack_members import Interaction, Members
from tests.support.slack_methods import Api
from tests.support.slack_rates import POST, Rates
from tests.support.slack_routes import Call, Routes
from tests.support.slack_sockets import Sockets
from tests.support.slack_world import SlackWorld

__all__ = [
    "ALICE",
    "BOT_USER",
    "CHANNEL",
    "ORGANISER",
    "AppConfig",
    "Fault",
    "Interaction",
    "Person",
    "Rates",
    "Sight",
    "SlackServer",
    "Trouble",
]

T = TypeVar("T")
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class SlackServer(LoopbackServer):
    """Use it in `with`. `calls` has every request, `problems` what Slack would refuse as a mistake of the bot."""

    name = "Slack"

    def __init__(
        self,
        channels: Sequence[str] = (CHANNEL,),
        *,
        app: AppConfig | None = None,
        rates: Rates | None = None,
        fault_rates: Mapping[Fault, float] | None = None,
        latency: float = 0.0,
        seed: int = 1,
    ) -> None:
        super().__init__()
        self.bot_token, self.app_token = "xoxb-a-bot-token", "xapp-an-app-token"
        self.world = SlackWorld(channels, app)
        self.sockets = Sockets(self.world)
        self.members = Members(self.world, self.sockets)
        self.api = Api(self.world, self.members)
        self.refused_with = ""  # such as token_revoked: whatever the bot's token asks for
        self.rates = rates  # None: no limits
        self.troubles: deque[Trouble] = deque()
        self.fault_rates = dict(fault_rates or {})  # of posts
        self.latency = latency  # at most, in seconds, before a request is accepted and again after
        self.slow_seconds = 2.0
        self.calls: list[Call] = []
        self.responses: list[Json] = []  # to response URLs
        self.downloads: list[str] = []
        self.problems = self.members.problems
        self.api_url = ""
        self._random = random.Random(seed)

    def _application(self) -> web.Application:
        application = web.Application(client_max_size=30 * 2**20, middlewares=[self._reporting])
        Routes(self).add_to(application)
        return application

    def _opened(self, address: str) -> None:
        self.world.base_url = f"http://{address}"
        self.api_url = f"http://{address}/api/"
        self.sockets.url = f"ws://{address}/link"

    @web.middleware
    async def _reporting(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """A mistake of the loopback Slack itself shows in the test, too."""
        try:
            return await handler(request)
        except Exception as error:
            self.problems.append(f"the loopback Slack failed at {request.path}: {error!r}")
            raise

    def trouble(self, method: str, channel: str = "") -> Trouble | None:
        """What goes wrong with a request that just came in."""
        found = first_hit(self.troubles, method, channel) or (self._drawn() if method == POST else None)
        wait = self.rates.take(method, channel) if self.rates and found is None else 0.0
        return Trouble(method, Fault.BUSY_BEFORE, retry_after=math.ceil(wait)) if wait else found

    def _drawn(self) -> Trouble | None:
        drawn = self._random.random()
        for fault, rate in self.fault_rates.items():
            if (drawn := drawn - rate) < 0:
                return Trouble(POST, fault)
        return None

    async def dawdle(self) -> None:
        """Take the time that a real network takes."""
        if self.latency:
            await asyncio.sleep(self._random.uniform(0, self.latency))

    # --- what members do -------------------------------------------------------------------------------------------

    def say(
        self, channel: str, text: str, author: str = ALICE, files: Sequence[tuple[str, bytes]] = (), **more: Any
    ) -> Json:
        """Post as a member, with files or without; `thread_ts=` answers in a thread."""
        return self.do(self.world.say, channel, author, text, files, **more)

    def ask(self, channel: str, text: str, author: str = ALICE, **more: Any) -> Json:
        """Post as a member and wait for the bot's next message that this member sees there."""
        before = len(self.world.sights)
        self.say(channel, text, author, **more)
        return self.wait_for(lambda: next((one.content for one in self.said(channel, author, before)), None))

    def said(self, channel: str, person: str = ALICE, since: int = 0) -> list[Sight]:
        """What the bot said in a channel, also only to this member, after the first `since` sights."""
        return [
            one
            for one in self.world.seen_by(person, since)
            if one.channel == channel and one.kind in ("message", "ephemeral") and one.content["user"] == BOT_USER
        ]

    def slash(self, channel: str, command: str, text: str = "", author: str = ALICE) -> Interaction:
        """Give a slash command, such as `/next`, and wait until it is acknowledged."""
        return self._acked(self.do(self.members.slash, channel, command, text, author))

    def shortcut(self, message: Json, callback_id: str, author: str = ALICE) -> Interaction:
        """Choose a shortcut from a message's menu and wait until it is acknowledged."""
        return self._acked(self.do(self.members.shortcut, message["ts"], callback_id, author))

    def press(
        self, message: Json, action_id: str, author: str = ALICE, value: str | Sequence[str] | None = None
    ) -> Interaction:
        """Press a button of a message, modal or home, and wait until it is acknowledged."""
        if "ts" in message:
            return self._acked(self.do(self.members.press, message["ts"], action_id, author, value))
        return self._acked(self.do(self.members.press_in_view, message["id"], action_id, author, value))

    def choose(self, message: Json, action_id: str, value: str | Sequence[str], author: str = ALICE) -> Interaction:
        """Choose from a menu of a message, modal or home, and wait until it is acknowledged."""
        return self.press(message, action_id, author, value)

    def submit(self, view: Json, values: Mapping[str, Any], author: str = ALICE) -> Interaction:
        """Fill in a modal, by its fields' action ids, send it off and wait until it is acknowledged."""
        return self._acked(self.do(self.members.submit, view["id"], author, values))

    def open_home(self, author: str = ALICE) -> Json:
        """Open the app's home and wait for what is shown there from then on."""
        before = len(self.world.sights)
        self.do(self.members.open_home, author)
        return self.wait_for(lambda: next((one.content for one in self.seen(author, "home", before)), None))

    def seen(self, person: str = ALICE, kind: str = "", since: int = 0) -> list[Sight]:
        """What a member got to see: of one kind (message, update, delete, ephemeral, view, home), or all."""
        return [one for one in self.world.seen_by(person, since) if not kind or one.kind == kind]

    def shown(self, channel: str, person: str = ALICE, thread_ts: str = "") -> list[Json]:
        """What stands in a channel or a thread now, oldest first, as this member sees it."""
        return self.do(self.world.shown, channel, person, thread_ts)

    def direct_channel(self, person: str = ALICE) -> str:
        """The channel of the bot's direct messages with a member."""
        return self.do(self.world.direct, person).id

    def _acked(self, done: Interaction) -> Interaction:
        return self.wait_for(lambda: done if done.is_acked else None)

    def revoke(self, code: str = "token_revoked") -> None:
        """Refuse the bot's token from now on, and tell the app of that."""
        self.refused_with = code
        tokens = {"oauth": [], "bot": [BOT_USER]}
        self.do(self.world.emit, "tokens_revoked", {"type": "tokens_revoked", "tokens": tokens})

    # --- what happens on the way -----------------------------------------------------------------------------------

    def advance(self, seconds: float) -> None:
        """Let time pass for what has a deadline: acks, triggers, response URLs."""
        self.do(self.sockets.advance, seconds)

    def drop_connections(self) -> None:
        """Cut every socket."""
        self.do(self.sockets.drop)

    def fall_silent(self) -> None:
        """Leave every socket open, and dead."""
        self.do(self.sockets.fall_silent)

    def disconnect(self, reason: str = "refresh_requested") -> None:
        """Tell every socket that it ends: `warning`, `refresh_requested` or `link_disabled`."""
        self._in_loop(self.sockets.disconnect(reason))

    def wait_for_bot(self, *, connections: int = 1) -> None:
        """Wait until so many sockets were opened: from then on the bot hears members."""
        self.wait_for(lambda: self.sockets.connected >= connections and self.sockets.connections)

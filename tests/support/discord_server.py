"""A Discord on loopback: its REST API, gateway and CDN, for the real client in the real process.

    with DiscordServer(channels=("101", "102")) as server:
        ...  # [discord] token = server.token, api_url = server.api_url, gateway_url = server.gateway_url
        answer = server.ask("101", "!next")

It lives in a thread of its own, so it outlives a bot that is killed. Behind its wire SimCord plays Discord; the wire
checks what Discord checks (token, limits), answers a repeated nonce with the first message for `nonce_memory` seconds,
and fails when told to.
"""

import asyncio
import random
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from fnmatch import fnmatch
from typing import Any, TypeVar

from aiohttp import web

from tests.support.discord_faults import MESSAGES, Fault, Trouble, first_hit
from tests.support.discord_gateway import Gateway
from tests.support.discord_limits import broken_limits
from tests.support.discord_members import Members
from tests.support.discord_rates import Rates, Refusals
from tests.support.discord_routes import Call, Routes
from tests.support.discord_world import ALICE, Json, World
from tests.support.loopback import WITHIN, LoopbackServer

__all__ = ["LONG_MEMORY", "DiscordServer", "Fault", "Rates", "Trouble"]

T = TypeVar("T")
LONG_MEMORY = 300.0  # "some minutes"


class DiscordServer(LoopbackServer):
    """Use it in `with`. `posted` has every message of the bot with its body, `problems` what Discord would refuse."""

    name = "Discord"

    def __init__(
        self,
        channels: tuple[str, ...] = ("101",),
        *,
        token: str = "a-bot-token",
        nonce_memory: float = LONG_MEMORY,
        keeps_ids: bool = True,
        fault_rates: Mapping[Fault, float] | None = None,
        latency: float = 0.0,
        seed: int = 1,
        rates: Rates | None = None,
    ) -> None:
        super().__init__()
        self.token = token
        self.world = World(channels)
        self.gateway = Gateway(self.world, token)
        self.members = Members(self.world)
        self.nonce_memory = nonce_memory
        self.keeps_ids = keeps_ids  # of components; else they come back as 0
        self.fault_rates = dict(fault_rates or {})
        self.latency = latency  # at most, in seconds, before a request is accepted and again after
        self.rates = rates  # None: no limits
        self.refusals = Refusals()
        self.recommended_shards = 1
        self.next_faults: deque[Fault] = deque()  # of the next posts
        self.troubles: deque[Trouble] = deque()  # of any requests
        self.slow_seconds = 2.0
        self.cdn_seconds = 0.0
        self.cdn_expired = False
        self.posted: list[Json] = []
        self.edited: list[Json] = []
        self.posts_seen: list[tuple[str, str]] = []  # (nonce, fault), refused and repeated ones too
        self.calls: list[Call] = []
        self.downloads: list[str] = []
        self.problems: list[str] = []
        self.commands_told: list[list[Json]] = []
        self.api_url = self.gateway_url = ""
        self._random = random.Random(seed)
        self._nonces: dict[tuple[str, str], tuple[float, Json]] = {}

    def _application(self) -> web.Application:
        application = web.Application(client_max_size=30 * 2**20)
        Routes(self).add_to(application)
        return application

    def _opened(self, address: str) -> None:
        self.world.files.base = f"http://{address}"
        self.api_url = f"http://{address}/api/v10"
        self.gateway_url = self.gateway.url = f"ws://{address}/gateway"

    # --- what members do -------------------------------------------------------------------------------------------

    def say(self, channel: str, text: str, picture: bytes | None = None, author: str = ALICE, **body: Any) -> Json:
        """Post as a member, with a picture or without."""
        files = [("a.png", picture)] if picture is not None else body.pop("files", [])
        return self.do(self.world.say, channel, author, {"content": text, **body}, files)

    def ask(self, channel: str, text: str, picture: bytes | None = None, within: float = WITHIN, **body: Any) -> Json:
        """Post as a member and wait for the bot's next message there."""
        before = len(self.posted)
        self.say(channel, text, picture, **body)
        return self.wait_for(
            lambda: next((one for one in self.posted[before:] if one["channel_id"] == channel), None), within
        )

    def press(self, message: Json, custom_id: str, author: str = ALICE, values: Sequence[str] | None = None) -> Json:
        """Press a button, or choose `values` from a menu, and wait for the answer."""
        return self._answered(self.do(self.members.press, message, custom_id, author, values))

    def slash(self, channel: str, name: str, author: str = ALICE, **options: Any) -> Json:
        """Give a slash command, such as `tsudoi setup`, and wait for the answer."""
        return self._answered(self.do(self.members.slash, channel, name, author, options))

    def right_click(self, message: Json, name: str, author: str = ALICE) -> Json:
        """Choose a command from a message's menu and wait for the answer."""
        return self._answered(self.do(self.members.right_click, message, name, author))

    def suggestions(self, channel: str, name: str, option: str, typed: str, author: str = ALICE) -> list[Json]:
        """Type into an option and return the choices that the bot offers."""
        answer = self._answered(self.do(self.members.type_into, channel, name, option, typed, author))
        return list(answer["callback"]["data"]["choices"])

    def submit(self, asked: Json, author: str = ALICE, **values: str) -> Json:
        """Fill in and send off the form that an interaction was answered with, by its fields' ids."""
        return self._answered(self.do(self.members.submit, asked, author, values))

    def _answered(self, answer: Json) -> Json:
        return self.wait_for(lambda: answer if self.members.is_answered(answer) else None)

    def direct_channel(self, member: str = ALICE) -> str:
        """The channel of the bot's direct messages with a member."""
        return str(self.do(self.world.backend.get_dm_channel, int(member)).id)

    def close_dms(self, member: str = ALICE, code: int = 50007) -> None:
        """Let a member refuse direct messages."""
        self.world.closed_to_dms[member] = code

    def drop_connections(self) -> None:
        """Cut every gateway connection."""
        self.do(self.gateway.drop)

    def invalidate_sessions(self, *, forget: bool = True) -> None:
        """Tell every client that its session is over."""
        self._in_loop(self.gateway.invalidate(forget=forget))

    def wait_for_bot(self, *, connections: int = 1) -> None:
        """Wait until so many connections were opened for the first time: from then on the last one hears members."""
        self.wait_for(lambda: self.gateway.identified >= connections)

    # --- what the bot asks for -------------------------------------------------------------------------------------

    def fault(self, call: Call) -> Fault | None:
        """What goes wrong with the request that just came in."""
        self.calls.append(call)
        fault = first_hit(self.troubles, call.method, call.path)
        if call.method == "POST" and fnmatch(call.path, MESSAGES):
            fault = fault or self._fault_of_post()
            self.posts_seen.append((str(call.body.get("nonce")), fault or ""))
        return fault

    def _fault_of_post(self) -> Fault | None:
        if self.next_faults:
            return self.next_faults.popleft()
        drawn = self._random.random()
        for fault, rate in self.fault_rates.items():
            if (drawn := drawn - rate) < 0:
                return fault
        return None

    async def dawdle(self) -> None:
        """Take the time that a real network takes."""
        if self.latency:
            await asyncio.sleep(self._random.uniform(0, self.latency))

    def accept(self, call: Call, ask: Callable[[], Any]) -> Any:
        """Take a request; a repeated nonce gives the first message again, as long as it is remembered."""
        parts = call.path.strip("/").split("/")
        if call.method == "POST" and parts[0] == "channels" and parts[2:] == ["messages"]:
            return self._accept_post(parts[1], call, ask)
        shown = ask()
        if call.method == "PATCH" and parts[0] == "channels" and parts[2:3] == ["messages"]:
            self.edited.append({**self._with_ids(shown, call), "body": call.body})
        elif call.method == "PUT" and parts[-1] == "commands":
            self.commands_told.append(shown)
        elif parts[0] in ("interactions", "webhooks"):
            self.members.note(call.method, parts, call.body, shown, call.files)
        return shown

    def _accept_post(self, channel: str, call: Call, ask: Callable[[], Any]) -> Json:
        nonce = (channel, str(call.body.get("nonce")))
        known = self._nonces.get(nonce) if call.body.get("enforce_nonce") else None
        if known is not None and time.monotonic() - known[0] < self.nonce_memory:
            return known[1]
        message: Json = {**self._with_ids(ask(), call), "nonce": call.body.get("nonce")}
        self._nonces[nonce] = (time.monotonic(), message)
        self.posted.append({**message, "body": call.body, "files": [one.filename for one in call.files]})
        return message

    def _with_ids(self, shown: Json, call: Call) -> Json:
        if not call.body.get("components"):
            return shown
        return self.world.keep_ids(shown, call.body["components"], kept=self.keeps_ids)

    def check(self, call: Call) -> list[str]:
        """Remember what Discord would refuse in a body, and return it."""
        body = call.body if call.body is not None else {}
        broken = broken_limits(call.method, call.path, {**body, "attachments": call.files} if call.files else body)
        self.problems += [f"{call.method} {call.path}: {sentence}" for sentence in broken]
        return broken

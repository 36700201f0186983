"""A Discord on loopback: its REST API and gateway, for the real client in the real process.

    with DiscordServer(channels=("101", "102")) as server:
        ...  # [discord] token = server.token, api_url = server.api_url, gateway_url = server.gateway_url
        answer = server.ask("101", "!next")

It lives in a thread of its own, so it outlives a bot that is killed. It checks what Discord checks (token, limits),
answers a repeated nonce with the first message for `nonce_memory` seconds, and fails when told to.
"""

import asyncio
import random
import threading
import time
from collections import deque
from collections.abc import Callable, Coroutine, Mapping
from enum import StrEnum
from typing import Any, Self, TypeVar

from aiohttp import web

from tests.support.discord_gateway import Gateway
from tests.support.discord_limits import broken_limits
from tests.support.discord_routes import Routes
from tests.support.discord_world import ALICE, BOT, GUILD, Json, World, member, snowflake

T = TypeVar("T")
LONG_MEMORY = 300.0  # "some minutes"


class Fault(StrEnum):
    """What may go wrong with a post; the second word says whether the message was accepted all the same."""

    ERROR_BEFORE = "503 before"
    ERROR_AFTER = "503 after"
    RETRIED_BEFORE = "500 before"  # discord.py tries again by itself
    RETRIED_AFTER = "500 after"
    CUT_BEFORE = "cut before"
    CUT_AFTER = "cut after"
    SLOW_AFTER = "slow after"
    BUSY_BEFORE = "429 before"


class DiscordServer:
    """Use it in `with`. `posted` has every message of the bot with its body, `problems` what Discord would refuse."""

    def __init__(
        self,
        channels: tuple[str, ...] = ("101",),
        *,
        token: str = "a-bot-token",
        nonce_memory: float = LONG_MEMORY,
        fault_rates: Mapping[Fault, float] | None = None,
        latency: float = 0.0,
        seed: int = 1,
    ) -> None:
        self.token = token
        self.world = World(channels)
        self.gateway = Gateway(self.world, token)
        self.nonce_memory = nonce_memory
        self.fault_rates = dict(fault_rates or {})
        self.latency = latency  # at most, in seconds, before a post is accepted and again after
        self.next_faults: deque[Fault] = deque()
        self.slow_seconds = 2.0
        self.posted: list[Json] = []
        self.posts_seen: list[tuple[str, str]] = []  # (nonce, fault), refused and repeated ones too
        self.problems: list[str] = []
        self.commands_told: list[list[Json]] = []
        self.interactions: dict[str, Json] = {}
        self.api_url = self.gateway_url = ""
        self._random = random.Random(seed)
        self._loop = asyncio.new_event_loop()
        self._nonces: dict[tuple[str, str], tuple[float, Json]] = {}

    def __enter__(self) -> Self:
        started = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(started,), name="loopback Discord", daemon=True)
        self._thread.start()
        started.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._in_loop(self._runner.cleanup())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def _run(self, started: threading.Event) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._start())
        started.set()
        self._loop.run_forever()

    async def _start(self) -> None:
        application = web.Application(client_max_size=30 * 2**20)
        Routes(self).add_to(application)
        self._runner = web.AppRunner(application, shutdown_timeout=0.2)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        port = self._runner.addresses[0][1]
        self.api_url = f"http://127.0.0.1:{port}/api/v10"
        self.gateway_url = self.gateway.url = f"ws://127.0.0.1:{port}/gateway"

    def _in_loop(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    # --- what members do -------------------------------------------------------------------------------------------

    def say(self, channel: str, text: str, picture: bytes | None = None, author: str = ALICE, **body: Any) -> Json:
        """Post as a member, with a picture or without."""
        return self._in_loop(self._say(channel, author, {"content": text, **body}, picture))

    async def _say(self, channel: str, author: str, body: Json, picture: bytes | None) -> Json:
        if picture is not None:
            number = snowflake()
            self.world.files[number] = picture
            url = f"{self.api_url}/files/{number}"
            shape = {"filename": "a.png", "content_type": "image/png", "size": len(picture)}
            body["attachments"] = [{"id": number, "url": url, "proxy_url": url, **shape}]
        message = self.world.post(channel, author, body)
        await self.gateway.tell("MESSAGE_CREATE", {**message, "guild_id": GUILD, "member": member(author)})
        return message

    def ask(self, channel: str, text: str, picture: bytes | None = None, within: float = 10) -> Json:
        """Post as a member and wait for the bot's next message there."""
        before = len(self.posted)
        self.say(channel, text, picture)
        return self.wait_for(
            lambda: next((one for one in self.posted[before:] if one["channel_id"] == channel), None), within
        )

    def press(self, message: Json, custom_id: str, author: str = ALICE) -> Json:
        """Press a button and wait for the filled-in answer."""
        data = {"custom_id": custom_id, "component_type": 2}
        return self._interact(
            {"type": 3, "data": data, "message": message, "channel_id": message["channel_id"]}, author
        )

    def slash(self, channel: str, name: str, author: str = ALICE, **options: str) -> Json:
        """Give a slash command and wait for the filled-in answer."""
        command = next(one for one in self.commands_told[-1] if one["name"] == name)
        given = [{"name": key, "type": 3, "value": value} for key, value in options.items()]
        data = {"id": command["id"], "name": name, "type": 1, "options": given}
        return self._interact({"type": 2, "data": data, "channel_id": channel}, author)

    def _interact(self, what: Json, author: str) -> Json:
        number = snowflake()
        self.interactions[f"token-{number}"] = answer = {}
        channel = self.world.channel(what["channel_id"])
        known = {"id": number, "token": f"token-{number}", "application_id": BOT, "version": 1, "guild_id": GUILD}
        terms = {"attachment_size_limit": 10 * 2**20, "entitlements": [], "locale": "ja", "app_permissions": "0"}
        self._in_loop(
            self.gateway.tell(
                "INTERACTION_CREATE", {**what, **known, **terms, "channel": channel, "member": member(author)}
            )
        )
        return self.wait_for(lambda: answer if "message" in answer or answer.get("deleted") else None)

    def drop_connections(self) -> None:
        """Cut every gateway connection."""
        self._in_loop(self.gateway.drop())

    def wait_for(self, found: Callable[[], T | None], within: float = 10) -> T:
        """Wait until `found` returns something, and return it."""
        end = time.monotonic() + within
        while (result := found()) is None or result is False:
            if time.monotonic() > end:
                raise TimeoutError("the loopback Discord waited in vain")
            time.sleep(0.01)
        return result

    # --- what the bot posts ----------------------------------------------------------------------------------------

    def fault(self) -> Fault | None:
        """What goes wrong with the post that just came in."""
        if self.next_faults:
            return self.next_faults.popleft()
        drawn = self._random.random()
        for fault, rate in self.fault_rates.items():
            if (drawn := drawn - rate) < 0:
                return fault
        return None

    async def dawdle(self) -> None:
        """Take the time that a real network takes."""
        await asyncio.sleep(self._random.uniform(0, self.latency))

    async def accept(self, channel: str, body: Json) -> Json:
        """Take a post of the bot: a repeated nonce gives the first message again, as long as it is remembered."""
        nonce = (channel, str(body.get("nonce")))
        known = self._nonces.get(nonce) if body.get("enforce_nonce") else None
        if known is not None and time.monotonic() - known[0] < self.nonce_memory:
            return {**known[1], "nonce": body["nonce"]}
        message = self.world.post(channel, BOT, body)
        self._nonces[nonce] = (time.monotonic(), message)
        self.posted.append({**message, "nonce": body.get("nonce"), "body": body})
        await self.gateway.tell("MESSAGE_CREATE", {**message, "nonce": body.get("nonce"), "guild_id": GUILD})
        return {**message, "nonce": body.get("nonce")}

    def check(self, body: Json) -> list[str]:
        """Remember what Discord would refuse in a body, and return it."""
        broken = broken_limits(body)
        self.problems += broken
        return broken

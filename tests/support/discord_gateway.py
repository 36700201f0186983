"""The loopback Discord's gateway: HELLO, IDENTIFY, RESUME, heartbeats, shards, and events to whoever may hear them."""

import asyncio
import copy
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field

import discord
from aiohttp import WSMsgType, web
from simcord import intents as gates
from simcord.backend import serializers

from tests.support.discord_world import BOT, SHARD_OF, Json, World, snowflake

BAD_TOKEN, BAD_SHARD, SHARDING_REQUIRED, BAD_INTENTS = 4004, 4010, 4011, 4014
MOST_GUILDS_OF_A_SHARD = 2500


@dataclass
class Session:
    """What a client was told, so that it can resume."""

    number: str
    intents: discord.Intents
    shard: int
    shards: int
    told: list[str] = field(default_factory=list)
    socket: web.WebSocketResponse | None = None
    transport: asyncio.Transport | None = None
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def tell(self, event: str, payload: Mapping[str, object]) -> None:
        """Keep an event; the stream sends it once there is news."""
        self.told.append(json.dumps({"op": 0, "t": event, "s": len(self.told) + 1, "d": payload}))

    async def stream(self, socket: web.WebSocketResponse, heard: int) -> None:
        """Send everything after the first `heard` events, and whatever comes, as long as the socket is this one."""
        while self.socket is socket and not socket.closed:
            self.news.clear()
            while heard < len(self.told):
                await socket.send_str(self.told[heard])
                heard += 1
            await self.news.wait()


@dataclass
class Gateway:
    """`approves_content` is the privileged intent's switch; `identified` and `resumed` count how clients came."""

    world: World
    token: str
    url: str = ""
    approves_content: bool = True
    refuses: int = 0  # so many connections are turned away
    mute: set[web.WebSocketResponse] = field(default_factory=set)  # open, but nothing is heard or said
    heartbeat_seconds: float = 41.25
    identified: int = 0
    resumed: int = 0
    sessions: dict[str, Session] = field(default_factory=dict)
    intents_asked: list[discord.Intents] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.world.backend.subscribers.append(self.tell)

    def tell(self, event: str, payload: Mapping[str, object]) -> None:
        """Send an event to the shard of its server, if its intents ask for it; without a server: to the first."""
        of_guild = event.startswith("GUILD_") and "guild_id" not in payload
        guild = payload.get("id") if of_guild else payload.get("guild_id")
        for session in list(self.sessions.values()):
            shard = (int(str(guild)) >> SHARD_OF) % session.shards if guild is not None else 0
            gate = gates.required_intent(event, payload)
            if shard == session.shard and (gate is None or getattr(session.intents, gate)):
                session.tell(event, self._censored(event, payload, session))
                if session.socket not in self.mute:
                    session.news.set()

    def _censored(self, event: str, payload: Mapping[str, object], session: Session) -> Json:
        shown = copy.deepcopy(dict(payload))
        if event in ("MESSAGE_CREATE", "MESSAGE_UPDATE") and not session.intents.message_content:
            gates.censor_message(shown, int(BOT), backend=self.world.backend)
        if event == "GUILD_CREATE":
            gates.prune_guild_create(shown, session.intents, int(BOT))
        return shown

    def connected(self, shard: int) -> bool:
        """Return whether a client is on the line for this shard."""
        return any(one.shard == shard and one.socket is not None for one in list(self.sessions.values()))

    def drop(self) -> None:
        """Cut every client off, as a failing network would."""
        for session in self.sessions.values():
            if session.transport is not None:
                session.transport.abort()

    def fall_silent(self) -> None:
        """Leave every connection open, and hear and say nothing there any more, heartbeats included."""
        self.mute.update(one.socket for one in self.sessions.values() if one.socket is not None)

    async def invalidate(self, *, forget: bool = True) -> None:
        """Tell every client that its session is over; it must identify anew, or resume if nothing was forgotten."""
        sockets = [one.socket for one in self.sessions.values() if one.socket is not None]
        if forget:
            self.sessions.clear()
        for socket in sockets:
            await socket.send_json({"op": 9, "d": not forget})

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Serve one client's socket until it ends."""
        if self.refuses:
            self.refuses -= 1
            return web.Response(status=503)
        socket = web.WebSocketResponse(max_msg_size=0)
        session: Session | None = None
        streams: list[asyncio.Task[None]] = []
        with suppress(ConnectionError):  # a client that was killed is away
            await socket.prepare(request)
            await socket.send_json({"op": 10, "d": {"heartbeat_interval": int(self.heartbeat_seconds * 1000)}})
            async for packed in socket:
                if packed.type is not WSMsgType.TEXT:
                    break
                said = json.loads(packed.data)
                if socket in self.mute:
                    continue
                if said["op"] == 1:
                    await socket.send_json({"op": 11})
                elif said["op"] in (2, 6):
                    come = await (self._identify if said["op"] == 2 else self._resume)(socket, said["d"])
                    if come is not None:
                        session, heard = come
                        session.socket, session.transport = socket, request.transport
                        streams.append(asyncio.create_task(session.stream(socket, heard)))
        self._ended(socket, session)
        for stream in streams:
            stream.cancel()
        await asyncio.gather(*streams, return_exceptions=True)
        return socket

    def _ended(self, socket: web.WebSocketResponse, session: Session | None) -> None:
        if session is not None and session.socket is socket:
            session.socket = None
            if socket.close_code in (1000, 1001):  # a clean goodbye ends the session
                self.sessions.pop(session.number, None)

    async def _identify(self, socket: web.WebSocketResponse, said: Json) -> tuple[Session, int] | None:
        shard, shards = said.get("shard", (0, 1))
        intents = discord.Intents._from_value(said["intents"])
        self.intents_asked.append(intents)
        if refused := self._refusal(said["token"], intents, shard, shards):
            await socket.close(code=refused[0], message=refused[1])
            return None
        self.identified += 1
        session = Session(snowflake(), intents, shard, shards)
        self.sessions[session.number] = session
        backend, guilds = self.world.backend, self.world.guilds(shard, shards)
        session.tell(
            "READY",
            {
                "v": 10,
                "user": serializers.user_payload(backend.bot_user),
                "guilds": [{"id": str(one), "unavailable": True} for one in guilds],
                "application": {"id": BOT, "flags": 0},
                "session_id": session.number,
                "resume_gateway_url": self.url,
                "shard": [shard, shards],
            },
        )
        for one in guilds:
            created = serializers.guild_create_payload(backend, backend.get_guild(one))
            session.tell("GUILD_CREATE", self._censored("GUILD_CREATE", created, session))
        return session, 0

    def _refusal(self, token: str, intents: discord.Intents, shard: int, shards: int) -> tuple[int, bytes] | None:
        if token != self.token:
            return BAD_TOKEN, b"Authentication failed."
        if not 0 <= shard < shards:
            return BAD_SHARD, b"Invalid shard."
        if len(self.world.guilds(shard, shards)) > MOST_GUILDS_OF_A_SHARD:
            return SHARDING_REQUIRED, b"Sharding required."
        if intents.message_content and not self.approves_content:
            return BAD_INTENTS, b"Disallowed intent(s)."
        return None

    async def _resume(self, socket: web.WebSocketResponse, said: Json) -> tuple[Session, int] | None:
        session = self.sessions.get(str(said["session_id"]))
        if session is None or said["token"] != self.token:
            await socket.send_json({"op": 9, "d": False})
            return None
        self.resumed += 1
        session.tell("RESUMED", {})
        return session, int(said["seq"])

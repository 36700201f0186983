"""The loopback Discord's gateway: HELLO, IDENTIFY, RESUME, heartbeats, and events to every client that is connected."""

import asyncio
import json
from contextlib import suppress
from dataclasses import dataclass, field

from aiohttp import WSMsgType, web

from tests.support.discord_world import BOT, GUILD, USERS, Json, World, snowflake

MESSAGE_CONTENT = 1 << 15
BAD_TOKEN, BAD_INTENTS = 4004, 4014


@dataclass
class Session:
    """What a client was told, so that it can resume."""

    number: str
    told: list[str] = field(default_factory=list)
    socket: web.WebSocketResponse | None = None
    transport: asyncio.Transport | None = None

    async def tell(self, event: str, payload: Json) -> None:
        """Send an event, or keep it for a client that is away."""
        packed = json.dumps({"op": 0, "t": event, "s": len(self.told) + 1, "d": payload})
        self.told.append(packed)
        if self.socket is not None and not self.socket.closed:
            with suppress(ConnectionError):  # a client that was killed is away, too
                await self.socket.send_str(packed)


@dataclass
class Gateway:
    """`approves_content` is the privileged intent's switch; `identified` and `resumed` count how clients came."""

    world: World
    token: str
    url: str = ""
    approves_content: bool = True
    refuses: int = 0  # so many connections are turned away
    identified: int = 0
    resumed: int = 0
    sessions: dict[str, Session] = field(default_factory=dict)

    async def tell(self, event: str, payload: Json) -> None:
        """Send an event to every client."""
        for session in self.sessions.values():
            await session.tell(event, payload)

    async def drop(self) -> None:
        """Cut every client off, as a failing network would."""
        for session in self.sessions.values():
            if session.transport is not None:
                session.transport.abort()

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Serve one client's socket until it ends."""
        if self.refuses:
            self.refuses -= 1
            return web.Response(status=503)
        socket = web.WebSocketResponse(max_msg_size=0)
        try:
            await socket.prepare(request)
            await socket.send_json({"op": 10, "d": {"heartbeat_interval": 41_250}})
        except ConnectionError:  # killed in the middle of its handshake
            return socket
        session: Session | None = None
        async for packed in socket:
            if packed.type is not WSMsgType.TEXT:
                break
            said = json.loads(packed.data)
            if said["op"] == 1:
                await socket.send_json({"op": 11})
            elif said["op"] in (2, 6):
                session = await (self._identify if said["op"] == 2 else self._resume)(socket, said["d"])
                if session is not None:
                    session.transport = request.transport
        if session is not None and session.socket is socket:
            session.socket = None
            if socket.close_code in (1000, 1001):  # a clean goodbye ends the session
                self.sessions.pop(session.number, None)
        return socket

    async def _identify(self, socket: web.WebSocketResponse, said: Json) -> Session | None:
        if said["token"] != self.token:
            await socket.close(code=BAD_TOKEN, message=b"Authentication failed.")
            return None
        if said["intents"] & MESSAGE_CONTENT and not self.approves_content:
            await socket.close(code=BAD_INTENTS, message=b"Disallowed intent(s).")
            return None
        self.identified += 1
        session = Session(snowflake(), socket=socket)
        self.sessions[session.number] = session
        addresses = {"session_id": session.number, "resume_gateway_url": self.url}
        guilds = [{"id": GUILD, "unavailable": True}]
        application = {"id": BOT, "flags": 0}
        await session.tell(
            "READY", {"v": 10, "user": USERS[BOT], "guilds": guilds, "application": application, **addresses}
        )
        await session.tell("GUILD_CREATE", self.world.guild())
        return session

    async def _resume(self, socket: web.WebSocketResponse, said: Json) -> Session | None:
        session = self.sessions.get(str(said["session_id"]))
        if session is None:
            await socket.send_json({"op": 9, "d": False})
            return None
        self.resumed += 1
        session.socket = socket
        for packed in session.told[said["seq"] :]:
            await socket.send_str(packed)
        await session.tell("RESUMED", {})
        return session

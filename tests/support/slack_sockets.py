"""The loopback Slack's Socket Mode: tickets, HELLO, envelopes with acks and repeats, disconnects, quiet sockets."""

import asyncio
import json
import secrets
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from aiohttp import WSMsgType, web

from tests.support.slack_facts import APP, BOT_USER, TEAM, Json, new_id
from tests.support.slack_world import SlackWorld

ACK_WITHIN = 3.0  # seconds
REPEATS_AFTER = (0.0, 60.0, 300.0)  # seconds; an event that nobody acknowledged comes again three times
MOST_CONNECTIONS = 10
EVENTS, COMMANDS, INTERACTIONS = "events_api", "slash_commands", "interactive"


@dataclass
class Envelope:
    """Something that the app must acknowledge; `ack` is what it said then, `took` how long it needed, in seconds."""

    kind: str
    payload: Json
    id: str
    due: float  # on the driven clock: until then it must be acknowledged
    on_ack: Callable[[Json], object] | None = None
    attempt: int = 0
    sent_at: float = 0.0
    took: float | None = None
    ack: Json | None = None
    failed: bool = False  # nobody acknowledged it in time

    @property
    def is_open(self) -> bool:
        """Whether it may still be acknowledged."""
        return self.took is None and not self.failed

    def written(self) -> Json:
        """The envelope as it goes over the wire."""
        plain = {"envelope_id": self.id, "payload": self.payload, "type": self.kind}
        if self.kind != EVENTS:
            return {**plain, "accepts_response_payload": True}
        reason = "timeout" if self.attempt else ""
        return {**plain, "accepts_response_payload": False, "retry_attempt": self.attempt, "retry_reason": reason}


@dataclass(eq=False)
class Connection:
    """One socket of the app; a mute one is open, but nothing is heard or said there."""

    socket: web.WebSocketResponse
    transport: asyncio.Transport | None
    outbox: asyncio.Queue[Json | bytes] = field(default_factory=asyncio.Queue)
    mute: bool = False
    pongs: int = 0
    sent: int = 0  # envelopes

    async def write(self) -> None:
        """Send what is in the outbox, pings (bytes) too, for as long as the socket is open."""
        while True:
            said = await self.outbox.get()
            if self.mute or self.socket.closed:
                continue
            with suppress(ConnectionError):
                await (self.socket.ping(said) if isinstance(said, bytes) else self.socket.send_json(said))


class Sockets:
    """`connected` counts every connection that ever opened, `envelopes` has everything that was sent."""

    def __init__(self, world: SlackWorld) -> None:
        self.world = world
        self.url = ""
        self.envelopes: list[Envelope] = []
        self.connections: list[Connection] = []
        self.connected = 0
        self.refuses = 0  # so many connections are turned away
        self.strange_acks: list[Json] = []  # of nothing that was sent, or too late
        self._repeats: list[tuple[float, Envelope]] = []  # when, and what comes again then
        self._tickets: set[str] = set()
        self._turn = 0
        world.tell = self.tell

    def ticket(self) -> str:
        """A new address; it opens one socket once."""
        self._tickets.add(ticket := secrets.token_hex(8))
        return f"{self.url}/?ticket={ticket}&app_id={APP}"

    def tell(self, event: Json) -> Envelope:
        """Send the app an event."""
        authorization = {"team_id": TEAM, "user_id": BOT_USER, "is_bot": True, "is_enterprise_install": False}
        payload = {
            "token": "verification",
            "team_id": TEAM,
            "context_team_id": TEAM,
            "context_enterprise_id": None,
            "api_app_id": APP,
            "event": event,
            "type": "event_callback",
            "event_id": new_id("Ev"),
            "event_time": int(self.world.clock.now()),
            "authorizations": [{"enterprise_id": None, **authorization}],
            "is_ext_shared_channel": False,
            "event_context": f"4-{secrets.token_hex(8)}",
        }
        return self.send(EVENTS, payload)

    def send(self, kind: str, payload: Json, on_ack: Callable[[Json], object] | None = None) -> Envelope:
        """Send an envelope over one of the open connections, in turn."""
        envelope = Envelope(kind, payload, str(uuid.uuid4()), self.world.clock.elapsed + ACK_WITHIN, on_ack)
        self.envelopes.append(envelope)
        self._deliver(envelope)
        return envelope

    def repeat(self, envelope: Envelope) -> None:
        """Send the very same envelope again, as after an ack that got lost."""
        self._deliver(envelope)

    def _deliver(self, envelope: Envelope) -> None:
        if self.connections:
            self._turn += 1
            connection = self.connections[self._turn % len(self.connections)]
            envelope.sent_at = time.monotonic()
            connection.sent += 1
            connection.outbox.put_nowait(envelope.written())

    def advance(self, seconds: float) -> None:
        """Let time pass: what was not acknowledged fails, and events come again in an envelope of their own."""
        clock, end = self.world.clock, self.world.clock.elapsed + seconds
        while (moment := self._next_moment()) <= end:
            clock.elapsed = max(clock.elapsed, moment)
            for envelope in [one for one in self.envelopes if one.is_open and one.due <= moment]:
                envelope.failed = True
                if envelope.kind == EVENTS and envelope.attempt < len(REPEATS_AFTER):
                    self._repeats.append((moment + REPEATS_AFTER[envelope.attempt], envelope))
            due = [one for at, one in self._repeats if at <= moment]
            self._repeats = [(at, one) for at, one in self._repeats if at > moment]
            for envelope in due:
                self._come_again(envelope)
        clock.elapsed = end

    def _next_moment(self) -> float:
        moments = [one.due for one in self.envelopes if one.is_open] + [at for at, _ in self._repeats]
        return min(moments, default=float("inf"))

    def _come_again(self, envelope: Envelope) -> None:
        due, attempt = self.world.clock.elapsed + ACK_WITHIN, envelope.attempt + 1
        again = Envelope(EVENTS, envelope.payload, str(uuid.uuid4()), due, attempt=attempt)
        self.envelopes.append(again)
        self._deliver(again)

    # --- what may happen to connections ----------------------------------------------------------------------------

    def ping(self) -> None:
        """Ping every connection, as Slack does."""
        for one in self.connections:
            one.outbox.put_nowait(b"Ping from applink-1")

    def drop(self) -> None:
        """Cut every connection off, as a failing network would."""
        for one in self.connections:
            if one.transport is not None:
                one.transport.abort()
        self.connections.clear()

    def fall_silent(self) -> None:
        """Leave every connection open, and hear and say nothing there any more, pings included."""
        for one in self.connections:
            one.mute = True

    async def disconnect(self, reason: str = "refresh_requested") -> None:
        """Tell every connection that it ends (`warning`: soon), and end it."""
        for one in list(self.connections):
            with suppress(ConnectionError):
                await one.socket.send_json(_goodbye(reason))
                if reason != "warning":
                    await one.socket.close()

    # --- the wire --------------------------------------------------------------------------------------------------

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Serve one socket until it ends."""
        ticket = request.query.get("ticket", "")
        if self.refuses or ticket not in self._tickets:
            self.refuses = max(0, self.refuses - 1)
            return web.Response(status=408 if ticket in self._tickets else 401)
        self._tickets.discard(ticket)
        socket = web.WebSocketResponse(autoping=False, max_msg_size=0)
        connection = Connection(socket, request.transport)
        with suppress(ConnectionError):  # a client that was killed is away
            await socket.prepare(request)
            if len(self.connections) >= MOST_CONNECTIONS:
                await socket.send_json(_goodbye("too_many_websockets"))
                await socket.close()
                return socket
            await self._talk(connection)
        return socket

    async def _talk(self, connection: Connection) -> None:
        await connection.socket.send_json(_hello(len(self.connections) + 1))
        self.connections.append(connection)
        self.connected += 1
        writing = asyncio.create_task(connection.write())
        try:
            async for packed in connection.socket:
                if not connection.mute:
                    await self._hear(connection, packed.type, packed.data)
        finally:
            if connection in self.connections:
                self.connections.remove(connection)
            writing.cancel()
            await asyncio.gather(writing, return_exceptions=True)

    async def _hear(self, connection: Connection, kind: WSMsgType, said: bytes | str) -> None:
        if kind is WSMsgType.PING:
            await connection.socket.pong(bytes(said) if isinstance(said, bytes | bytearray) else said.encode())
        elif kind is WSMsgType.PONG:
            connection.pongs += 1
        elif kind is WSMsgType.TEXT:
            self._acknowledge(json.loads(said))

    def _acknowledge(self, said: Json) -> None:
        envelope = next((one for one in self.envelopes if one.id == said.get("envelope_id")), None)
        if envelope is None or envelope.failed:
            self.strange_acks.append(said)
        if envelope is None or not envelope.is_open:
            return
        envelope.took = time.monotonic() - envelope.sent_at
        envelope.ack = said.get("payload") or {}
        if envelope.on_ack is not None:
            envelope.on_ack(envelope.ack)


def _hello(connections: int) -> Json:
    return {
        "type": "hello",
        "num_connections": connections,
        "debug_info": {"host": "applink-1", "build_number": 1, "approximate_connection_time": 18060},
        "connection_info": {"app_id": APP},
    }


def _goodbye(reason: str) -> Json:
    return {"type": "disconnect", "reason": reason, "debug_info": {"host": "applink-1"}}

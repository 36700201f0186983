"""The loopback Discord's REST API and CDN: SimCord's routes over HTTP, with the faults and limits of the real one."""

import asyncio
import io
import json
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aiohttp import BodyPartReader, web
from simcord.http import routes as _routes  # noqa: F401  # importing them registers them
from simcord.http.router import RouteNotImplemented, UnsupportedField, dispatch

from tests.support.discord_faults import Fault
from tests.support.discord_rates import busy
from tests.support.discord_world import BackendError, Json

if TYPE_CHECKING:
    from tests.support.discord_server import DiscordServer

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

API, FILES = "/api/v10", "/attachments"
INVALID_FORM, MISSING_PERMISSIONS, SCHEDULED_EVENTS_FULL, MOST_SCHEDULED_EVENTS = 50035, 50013, 30038, 100
NO_KEY_NEEDED = (f"{API}/interactions", f"{API}/webhooks")  # their addresses are secrets of their own


@dataclass
class Upload:
    """A file as SimCord's routes take it."""

    filename: str
    fp: io.BytesIO
    description: str | None = None


@dataclass
class Call:
    """What the bot asked for."""

    method: str
    path: str
    body: Any
    query: dict[str, str]
    files: list[Upload]
    reason: str | None = None


def answer(content: object, status: int = 200, **headers: str) -> web.Response:
    """JSON with exactly the Content-Type that discord.py wants."""
    if content is None:
        return web.Response(status=204, headers=headers)
    return web.Response(
        status=status, body=json.dumps(content).encode(), content_type="application/json", headers=headers
    )


def refusal(status: int, code: int, message: str) -> web.Response:
    """An error as Discord words it."""
    return answer({"code": code, "message": message}, status)


class Routes:
    """Whatever SimCord knows; anything else is answered 404 and remembered as a problem."""

    def __init__(self, server: "DiscordServer") -> None:
        self._server = server

    def add_to(self, application: web.Application) -> None:
        """Register everything."""
        router = application.router
        router.add_get("/gateway", self._server.gateway.serve)
        router.add_get("/gateway/", self._server.gateway.serve)
        router.add_get(FILES + "/{path:.*}", self._file)
        router.add_get(f"{API}/gateway/bot", self._gateway_address)
        router.add_route("*", API + "/{path:.*}", self._api)
        router.add_route("*", "/{path:.*}", self._unknown)

    async def _gateway_address(self, request: web.Request) -> web.Response:
        if not self._knows(request):
            return refusal(401, 0, "401: Unauthorized")
        limits = {"total": 1000, "remaining": 999, "reset_after": 0, "max_concurrency": 1}
        shards = self._server.recommended_shards
        return answer({"url": self._server.gateway_url, "shards": shards, "session_start_limit": limits})

    def _knows(self, request: web.Request) -> bool:
        return request.path.startswith(NO_KEY_NEEDED) or (
            request.headers.get("Authorization") == f"Bot {self._server.token}"
        )

    async def _api(self, request: web.Request) -> web.StreamResponse:
        reply = await self._answered(request)
        self._server.refusals.note(reply.status)
        return reply

    async def _answered(self, request: web.Request) -> web.StreamResponse:
        """Take a request, or fail as told: before it is accepted, or after."""
        server = self._server
        if not self._knows(request):
            return refusal(401, 0, "401: Unauthorized")
        call = await read_call(request)
        fault = server.fault(call)
        over, headers = server.rates.take(call.method, call.path) if server.rates else (None, {})
        if over:
            return answer(over, 429, **headers)
        if broken := server.check(call):
            return refusal(400, INVALID_FORM, "; ".join(broken))
        await server.dawdle()
        reply = answer(None) if fault and fault.endswith("before") else self._dispatch(call)
        await server.dawdle()
        if fault is not None:
            return await self._fail(fault, request, reply)
        reply.headers.update(headers)
        return reply

    async def _fail(self, fault: Fault, request: web.Request, reply: web.Response) -> web.Response:
        kind = fault.partition(" ")[0]
        if kind == "slow":
            await asyncio.sleep(self._server.slow_seconds)
            return reply
        if kind == "cut":
            if request.transport is not None:  # None once the bot is gone
                request.transport.abort()
            return reply
        if kind == "429page":
            return web.Response(status=429, text="<html>error code: 1015</html>", content_type="text/html")
        if kind.startswith("429"):
            body, headers = busy(round(random.uniform(0.05, 0.2), 3), everywhere=kind == "429global")
            return answer(body, 429, **headers)
        return web.Response(status=int(kind), text="upstream connect error")

    def _dispatch(self, call: Call) -> web.Response:
        server = self._server
        try:
            if refused := self._refusal(call):
                raise refused
            shown = server.accept(call, lambda: self._ask_simcord(call))
        except (RouteNotImplemented, UnsupportedField) as error:
            server.problems.append(str(error))
            return refusal(404, 0, "404: Not Found")
        except BackendError as error:
            if error.code == INVALID_FORM:
                server.problems.append(f"{call.method} {call.path}: {error.message}")
            return answer(error.to_json(), error.status)
        return answer(shown)

    def _refusal(self, call: Call) -> BackendError | None:
        """What Discord refuses and SimCord does not know of."""
        parts, world = call.path.strip("/").split("/"), self._server.world
        if call.method == "POST" and parts[0] == "channels" and parts[2:] == ["messages"]:
            if code := world.refuses_dm(parts[1]):
                return BackendError(403, code, "Cannot send messages to this user")
            if call.body.get("embeds") and not world.may(parts[1], "embed_links"):
                return BackendError(403, MISSING_PERMISSIONS, "Missing Permissions")
            return None
        adds_event = call.method == "POST" and parts[0] == "guilds" and parts[2:] == ["scheduled-events"]
        if adds_event and len(world.scheduled_events(parts[1])) >= MOST_SCHEDULED_EVENTS:
            return BackendError(400, SCHEDULED_EVENTS_FULL, "Maximum number of server events reached (100)")
        return None

    def _ask_simcord(self, call: Call) -> Any:
        # SimCord's page after a message is the newest one, Discord's the one that follows it.
        pages = call.method == "GET" and call.path.endswith("/messages") and "after" in call.query
        query = {**call.query, "limit": "1000000"} if pages else call.query
        shown = dispatch(
            self._server.world.backend,
            call.method,
            call.path,
            json=call.body,
            params=query,
            files=list(call.files),
            reason=call.reason,
            message_content_access=self._server.gateway.approves_content,
        )
        return shown[-int(call.query.get("limit", 50)) :] if pages else shown

    async def _file(self, request: web.Request) -> web.Response:
        server = self._server
        server.downloads.append(request.path)
        await asyncio.sleep(server.cdn_seconds)
        content = server.world.files.get(request.path.lstrip("/"))
        if content is None or server.cdn_expired:
            return web.Response(status=404, text="This content is no longer available.")
        return web.Response(body=content, content_type="image/png")

    async def _unknown(self, request: web.Request) -> web.Response:
        self._server.problems.append(f"{request.method} {request.path} is not known here")
        return refusal(404, 0, "404: Not Found")


async def read_call(request: web.Request) -> Call:
    """Read a request, its JSON sent plainly or beside files."""
    body: Any = None
    files: list[Upload] = []
    if request.content_type == "multipart/form-data":
        body, files = await _read_form(request)
    elif request.can_read_body:
        body = json.loads(await request.text() or "null")
    path = request.path.removeprefix(API)
    return Call(request.method, path, body, dict(request.query), files, request.headers.get("X-Audit-Log-Reason"))


async def _read_form(request: web.Request) -> tuple[Json, list[Upload]]:
    body: Json = {}
    files: list[Upload] = []
    async for part in await request.multipart():
        assert isinstance(part, BodyPartReader)
        content = bytes(await part.read())
        if part.name == "payload_json":
            body = json.loads(content)
        else:
            files.append(Upload(part.filename or "", io.BytesIO(content)))
    told = (body.get("data") or body).get("attachments") or ()
    described = {one["filename"]: one.get("description") for one in told if "filename" in one}
    for file in files:
        file.description = described.get(file.filename)
    return body, files

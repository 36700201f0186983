"""The loopback Discord's REST API, as far as the bot uses it."""

import asyncio
import json
import random
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from aiohttp import web

from tests.support.discord_world import BOT, ORGANISER, USERS, Json, snowflake

if TYPE_CHECKING:
    from tests.support.discord_server import DiscordServer

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

UNKNOWN_CHANNEL, UNKNOWN_MESSAGE, INVALID_FORM = 10003, 10008, 50035


def answer(content: object, status: int = 200, **headers: str) -> web.Response:
    """JSON with exactly the Content-Type that discord.py wants."""
    return web.Response(
        status=status, body=json.dumps(content).encode(), content_type="application/json", headers=headers
    )


def refusal(status: int, code: int, message: str) -> web.Response:
    """An error as Discord words it."""
    return answer({"code": code, "message": message}, status)


class Routes:
    """Every address that the bot may call; any other is answered 404 and remembered as a problem."""

    def __init__(self, server: "DiscordServer") -> None:
        self._server = server

    def add_to(self, application: web.Application) -> None:
        """Register everything."""
        application.middlewares.append(self._authenticate)
        router, api = application.router, "/api/v10"
        router.add_get("/gateway", self._server.gateway.serve)
        router.add_get("/gateway/", self._server.gateway.serve)
        router.add_get(f"{api}/gateway/bot", self._gateway_address)
        router.add_get(f"{api}/users/@me", self._me)
        router.add_get(f"{api}/oauth2/applications/@me", self._application)
        router.add_put(f"{api}/applications/{{id}}/commands", self._commands)
        router.add_get(f"{api}/channels/{{channel}}", self._channel)
        router.add_get(f"{api}/channels/{{channel}}/messages", self._history)
        router.add_post(f"{api}/channels/{{channel}}/messages", self._post)
        router.add_get(f"{api}/channels/{{channel}}/messages/{{message}}", self._message)
        router.add_post(f"{api}/interactions/{{id}}/{{token}}/callback", self._callback)
        router.add_route("*", f"{api}/webhooks/{{id}}/{{token}}/messages/@original", self._original)
        router.add_get(f"{api}/files/{{id}}", self._file)
        router.add_route("*", "/{rest:.*}", self._unknown)

    @web.middleware
    async def _authenticate(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        public = ("/gateway", "/api/v10/interactions", "/api/v10/webhooks", "/api/v10/files")
        if not request.path.startswith(public) and request.headers.get("Authorization") != f"Bot {self._server.token}":
            return refusal(401, 0, "401: Unauthorized")
        channel = request.match_info.get("channel")
        if channel is not None and channel not in self._server.world.messages:
            return refusal(404, UNKNOWN_CHANNEL, "Unknown Channel")
        return await handler(request)

    async def _gateway_address(self, _: web.Request) -> web.Response:
        limits = {"total": 1000, "remaining": 999, "reset_after": 0, "max_concurrency": 1}
        return answer({"url": self._server.gateway_url, "shards": 1, "session_start_limit": limits})

    async def _me(self, _: web.Request) -> web.Response:
        return answer(USERS[BOT])

    async def _application(self, _: web.Request) -> web.Response:
        flags = {"bot_public": False, "bot_require_code_grant": False, "flags": 0}
        owner = USERS[ORGANISER]
        about = {"id": BOT, "name": "Tsudoi", "description": "", "icon": None, "verify_key": "", "summary": ""}
        return answer({**about, **flags, "owner": owner, "team": None})

    async def _commands(self, request: web.Request) -> web.Response:
        told = [{"id": snowflake(), "application_id": BOT, "version": "1", **one} for one in await request.json()]
        self._server.commands_told.append(told)
        return answer(told)

    async def _channel(self, request: web.Request) -> web.Response:
        return answer(self._server.world.channel(request.match_info["channel"]))

    async def _history(self, request: web.Request) -> web.Response:
        return answer(self._server.world.history(request.match_info["channel"], dict(request.query)))

    async def _message(self, request: web.Request) -> web.Response:
        found = self._server.world.find(request.match_info["channel"], request.match_info["message"])
        return answer(found) if found else refusal(404, UNKNOWN_MESSAGE, "Unknown Message")

    async def _post(self, request: web.Request) -> web.StreamResponse:
        """Take a message, or fail as told: before it is accepted, or after."""
        server, body = self._server, await read_body(request)
        fault = server.fault()
        server.posts_seen.append((str(body.get("nonce")), fault or ""))
        kind, _, when = (fault or "").partition(" ")
        if broken := server.check(body):
            return refusal(400, INVALID_FORM, "; ".join(broken))
        await server.dawdle()
        accepted = None if when == "before" else await server.accept(request.match_info["channel"], body)
        await server.dawdle()
        if kind == "slow":
            await asyncio.sleep(server.slow_seconds)
        if kind == "cut" and request.transport is not None:
            request.transport.abort()
        if kind == "429":
            wait = round(random.uniform(0.05, 0.2), 3)
            busy = {"message": "You are being rate limited.", "retry_after": wait, "global": False}
            return answer(busy, 429, Via="1.1 loopback")
        if kind in ("500", "503"):
            return web.Response(status=int(kind), text="upstream connect error")
        return answer(accepted)

    async def _callback(self, request: web.Request) -> web.Response:
        self._server.interactions[request.match_info["token"]]["callback"] = await read_body(request)
        return answer({"interaction": {"id": request.match_info["id"], "type": 2, "response_message_loading": True}})

    async def _original(self, request: web.Request) -> web.Response:
        interaction = self._server.interactions[request.match_info["token"]]
        if request.method == "DELETE":
            interaction["deleted"] = True
            return web.Response(status=204)
        body = await read_body(request)
        if broken := self._server.check(body):
            return refusal(400, INVALID_FORM, "; ".join(broken))
        empty = {
            "content": "",
            "embeds": [],
            "components": [],
            "attachments": [],
            "type": 0,
            "flags": 0,
            "pinned": False,
        }
        shape = {"id": snowflake(), "channel_id": self._server.world.channels[0], "author": USERS[BOT], "tts": False}
        times = {"timestamp": "2026-01-01T00:00:00+00:00", "edited_timestamp": None}
        pings = {"mention_everyone": False, "mentions": [], "mention_roles": []}
        interaction["message"] = {
            **empty,
            **shape,
            **times,
            **pings,
            **{key: value for key, value in body.items() if value},
        }
        return answer(interaction["message"])

    async def _file(self, request: web.Request) -> web.Response:
        return web.Response(body=self._server.world.files[request.match_info["id"]], content_type="image/png")

    async def _unknown(self, request: web.Request) -> web.Response:
        self._server.problems.append(f"{request.method} {request.path} is not known here")
        return refusal(404, 0, "404: Not Found")


async def read_body(request: web.Request) -> Json:
    """The JSON of a body, sent plainly or beside files."""
    if request.content_type != "multipart/form-data":
        return await request.json()  # type: ignore[no-any-return]
    form = await request.post()
    return json.loads(str(form["payload_json"]))  # type: ignore[no-any-return]

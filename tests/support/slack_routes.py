"""The loopback Slack's wire: reading arguments, who may ask, what goes wrong; uploads, downloads, response URLs."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aiohttp import BodyPartReader, web

from tests.support import slack_conversations, slack_messages, slack_surfaces  # noqa: F401  # importing them registers them
from tests.support.slack_blocks import WEIGHT, refused_blocks, weight
from tests.support.slack_facts import BOT_USER, File, Json, SlackError, mimetype_of
from tests.support.slack_faults import DOWNLOAD, RESPONSE, SOCKET, UPLOAD, Fault, Trouble
from tests.support.slack_methods import METHODS, take_scope
from tests.support.slack_views import with_ids

if TYPE_CHECKING:
    from tests.support.slack_server import SlackServer

CONNECT = "apps.connections.open"
OBJECTS = ("blocks", "attachments", "metadata", "view", "files")  # sent as JSON, in a form too
FORM_ONLY = (  # these pass over what is sent as JSON
    "bots.info chat.getPermalink conversations.history conversations.info conversations.list conversations.members "
    "conversations.replies files.getUploadURLExternal files.info team.info users.conversations users.info users.list"
).split()
MISTAKES = (  # of the bot, whatever happens around it
    "invalid_arguments invalid_blocks invalid_blocks_format invalid_metadata_format metadata_too_large "
    "msg_blocks_too_long msg_too_long no_text"
).split()
SIGN_IN = "<!DOCTYPE html><html><head><title>Sign in | Slack</title></head><body>Sign in to Slack</body></html>"


@dataclass
class Call:
    """What the app asked for, and what it was answered."""

    method: str
    arguments: Json
    token: str
    answer: Json = field(default_factory=dict)
    status: int = 200


class Routes:
    """An unknown method is answered `unknown_method` and remembered as a problem."""

    def __init__(self, server: "SlackServer") -> None:
        self._server = server

    def add_to(self, application: web.Application) -> None:
        """Register everything."""
        router = application.router
        router.add_get("/link/", self._socket)
        router.add_route("*", "/api/{method}", self._api)
        router.add_post("/upload/v1/{ticket}", self._upload)
        router.add_get("/files-pri/{file}/{path:.*}", self._download)
        for kind in ("commands", "actions", "app"):
            router.add_post(f"/{kind}/{{path:.*}}", self._respond)
        router.add_route("*", "/{path:.*}", self._unknown)

    async def _socket(self, request: web.Request) -> web.StreamResponse:
        trouble = self._server.trouble(SOCKET)
        if trouble is not None:
            return await self._fail(trouble, request, web.Response(status=401))
        return await self._server.sockets.serve(request)

    async def _api(self, request: web.Request) -> web.StreamResponse:
        """Take a request, or fail as told: before it is accepted, or after."""
        server, name = self._server, request.match_info["method"]
        try:
            arguments, token = await read_arguments(request, takes_json=name not in FORM_ONLY)
        except SlackError as error:
            return answered({"ok": False, "error": error.code})
        call = Call(name, arguments, token)
        server.calls.append(call)
        trouble = server.trouble(name, str(arguments.get("channel") or arguments.get("channel_id") or ""))
        await server.dawdle()
        if trouble is None or str(trouble.fault).endswith("after"):
            await self._take(call)
        await server.dawdle()
        reply = answered(call.answer, headers=self._scopes(name))
        return reply if trouble is None else await self._fail(trouble, request, reply, call)

    async def _take(self, call: Call) -> None:
        try:
            self._check_token(call)
            call.answer = {"ok": True, **self._dispatch(call)}
            if "warning" in call.answer:
                self._server.problems.append(f"{call.method}: {call.answer['warning']}")
        except SlackError as error:
            call.answer = {"ok": False, "error": error.code, **error.more}
            if error.code in MISTAKES:
                said = error.more.get("response_metadata", {}).get("messages", [])
                self._server.problems += [f"{call.method}: {error.code} {'; '.join(said)}".strip()]

    def _dispatch(self, call: Call) -> Json:
        server = self._server
        if call.method == CONNECT:
            return {"url": server.sockets.ticket()}
        if call.method not in METHODS:
            server.problems.append(f"{call.method} is not known here")
            raise SlackError("unknown_method", req_method=call.method)
        scope, answer = METHODS[call.method]
        take_scope(server.world, scope)
        return answer(server.api, call.arguments)

    def _check_token(self, call: Call) -> None:
        server = self._server
        if not call.token:
            raise SlackError("not_authed")
        wanted, other = server.bot_token, server.app_token
        if call.method == CONNECT:
            wanted, other = other, wanted
        if call.token == other:
            raise SlackError("not_allowed_token_type")
        if call.token != wanted:
            raise SlackError("invalid_auth")
        if server.refused_with and call.token == server.bot_token:
            raise SlackError(server.refused_with)

    def _scopes(self, name: str) -> dict[str, str]:
        accepted = METHODS.get(name, ("", None))[0]
        return {"X-OAuth-Scopes": ",".join(self._server.world.app.scopes), "X-Accepted-OAuth-Scopes": accepted}

    async def _fail(
        self, trouble: Trouble, request: web.Request, reply: web.Response, call: Call | None = None
    ) -> web.Response:
        if trouble.fault not in list(Fault):
            refused = {"ok": False, "error": str(trouble.fault)}
            if call is not None:
                call.answer = refused
            return answered(refused)
        kind = trouble.fault.partition(" ")[0]
        if kind == "slow":
            await asyncio.sleep(self._server.slow_seconds)
            return reply
        if kind == "cut":
            if request.transport is not None:  # None once the bot is gone
                request.transport.abort()
            return reply
        if call is not None:
            call.status = int(kind)
        if kind == "429":
            return answered({"ok": False, "error": "ratelimited"}, 429, {"Retry-After": str(trouble.retry_after)})
        return web.Response(status=int(kind), text="<html>Server Error</html>", content_type="text/html")

    # --- files -----------------------------------------------------------------------------------------------------

    async def _upload(self, request: web.Request) -> web.StreamResponse:
        server = self._server
        trouble = server.trouble(UPLOAD)
        if trouble is not None and not str(trouble.fault).endswith("after"):
            return await self._fail(trouble, request, web.Response(status=500))
        content = await read_upload(request)
        file = next((one for one in server.world.files.values() if request.path.endswith(one.id)), None)
        if file is None or file.content is not None:
            return web.Response(status=404, text="not found")
        if len(content) != file.length:
            server.problems.append(f"{file.name}: {len(content)} bytes came, {file.length} were announced")
            return web.Response(status=400, text="error: wrong length")
        file.content, file.mimetype = content, mimetype_of(file.name, content)
        reply = web.Response(text=f"OK - {len(content)}")
        return reply if trouble is None else await self._fail(trouble, request, reply)

    async def _download(self, request: web.Request) -> web.StreamResponse:
        """Send a file, or a sign-in page with 200 to whoever may not read it."""
        server = self._server
        server.downloads.append(request.path)
        trouble = server.trouble(DOWNLOAD)
        if trouble is not None and not str(trouble.fault).endswith("after"):
            return await self._fail(trouble, request, web.Response(status=500))
        file = server.world.files.get(request.match_info["file"].rpartition("-")[2])
        if not self._may_read(request, file):
            reply = web.Response(text=SIGN_IN, content_type="text/html")
        elif file is None or file.deleted or file.content is None or file.polls_until_ready:
            reply = web.Response(status=404, text="not found")
        else:
            reply = web.Response(body=file.content, content_type=file.mimetype)
        return reply if trouble is None else await self._fail(trouble, request, reply)

    def _may_read(self, request: web.Request, file: File | None) -> bool:
        server = self._server
        known = request.headers.get("Authorization") == f"Bearer {server.bot_token}" and not server.refused_with
        shared = file is None or file.author == BOT_USER or server.world.shares(file, BOT_USER)
        return known and shared and "files:read" in server.world.app.scopes

    # --- response URLs ---------------------------------------------------------------------------------------------

    async def _respond(self, request: web.Request) -> web.StreamResponse:
        server = self._server
        trouble = server.trouble(RESPONSE)
        reply = web.Response(status=500)
        if trouble is None or str(trouble.fault).endswith("after"):
            reply = self._show(str(request.url), await request.text())
        return reply if trouble is None else await self._fail(trouble, request, reply)

    def _show(self, url: str, body: str) -> web.Response:
        server = self._server
        try:
            said = json.loads(body)
            server.responses.append(said)
            done = server.members.of_url(url)
            if refused := refused_blocks(said["blocks"]) if said.get("blocks") else []:
                raise SlackError("invalid_blocks", messages=refused)
            if weight(said.get("blocks") or []) > WEIGHT:
                raise SlackError("msg_blocks_too_long")
            if not (said.get("text") or said.get("blocks") or said.get("delete_original")):
                raise SlackError("no_text")
        except json.JSONDecodeError:
            server.problems.append("a response URL got no JSON")
            return answered({"ok": False, "error": "invalid_payload"}, 400)
        except SlackError as error:
            server.problems.append(f"response_url: {error.code} {'; '.join(error.more.get('messages', []))}".strip())
            return answered({"ok": False, "error": error.code}, 404)
        server.members.show(done, {**said, "blocks": with_ids(said["blocks"])} if said.get("blocks") else said)
        return web.Response(text="ok")

    async def _unknown(self, request: web.Request) -> web.Response:
        self._server.problems.append(f"{request.method} {request.path} is not known here")
        return web.Response(status=404, text="not found")


def answered(content: Json, status: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
    """An answer of the Web API."""
    return web.json_response(content, status=status, headers=headers)


async def read_arguments(request: web.Request, *, takes_json: bool) -> tuple[Json, str]:
    """Read arguments from the address, a form or JSON, and the token from the header or from among them."""
    arguments: Json = dict(request.query)
    token = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
    if request.content_type == "application/json":
        try:
            arguments |= json.loads(await request.text() or "{}") if takes_json else {}
        except (ValueError, TypeError):
            raise SlackError("invalid_json") from None
    elif request.can_read_body:
        arguments |= dict(await request.post())
    for name in OBJECTS:
        if isinstance(arguments.get(name), str):
            arguments[name] = _parsed(name, arguments[name])
    return arguments, str(arguments.pop("token", "") or token)


def _parsed(name: str, text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        raise SlackError("invalid_blocks_format" if name == "blocks" else "invalid_arguments") from None


async def read_upload(request: web.Request) -> bytes:
    """The bytes of an upload, sent plainly or as a form."""
    if request.content_type != "multipart/form-data":
        return await request.read()
    content = b""
    async for part in await request.multipart():
        assert isinstance(part, BodyPartReader)
        content += bytes(await part.read())
    return content

"""Slack's real client, over a real socket, against a Slack on loopback that fails on demand."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import aiohttp
import pytest
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.support.slack_server import SlackServer

CHANNEL = "C0EVENTS1"
T = TypeVar("T")


@pytest.fixture
def server() -> Iterator[SlackServer]:
    with SlackServer() as server:
        yield server


def client_of(server: SlackServer) -> AsyncWebClient:
    return AsyncWebClient(server.bot_token, base_url=server.api_url, retry_handlers=[])


@asynccontextmanager
async def connected(server: SlackServer, app: AsyncApp) -> AsyncIterator[AsyncWebClient]:
    handler = AsyncSocketModeHandler(app, server.app_token, ping_interval=0.2)
    await handler.connect_async()
    await asyncio.to_thread(server.wait_for_bot)
    try:
        yield app.client
    finally:
        await handler.close_async()


def app_of(server: SlackServer) -> AsyncApp:
    return AsyncApp(client=client_of(server))


async def at_once(act: Callable[..., T], *arguments: Any, **options: Any) -> T:
    return await asyncio.to_thread(act, *arguments, **options)


async def test_a_message_is_heard_and_answered(server: SlackServer) -> None:
    app = app_of(server)

    @app.message("next")
    async def answer(message: dict[str, Any], say: Any) -> None:
        await say(f"heard {message['text']}")

    async with connected(server, app):
        assert (await at_once(server.ask, CHANNEL, "!next <3>"))["text"] == "heard !next &lt;3&gt;"
    assert server.problems == []


async def test_a_command_a_button_and_a_modal_go_there_and_back(server: SlackServer) -> None:
    app = app_of(server)
    button = {"type": "button", "action_id": "more", "value": "5", "text": {"type": "plain_text", "text": "More"}}
    field = {"type": "plain_text_input", "action_id": "name"}
    label = {"type": "plain_text", "text": "Name"}
    modal = {
        "type": "modal", "callback_id": "form", "title": label, "submit": label,
        "blocks": [{"type": "input", "block_id": "b", "label": label, "element": field}],
    }  # fmt: skip

    @app.command("/next")
    async def command(ack: Any, respond: Any, command: dict[str, Any]) -> None:
        await ack()
        await respond(f"next {command['text']}", blocks=[{"type": "actions", "elements": [button]}])

    @app.action("more")
    async def press(ack: Any, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=modal)

    @app.view("form")
    async def submit(ack: Any, view: dict[str, Any], client: AsyncWebClient) -> None:
        given = view["state"]["values"]["b"]["name"]["value"]
        if given == "?":
            await ack(response_action="errors", errors={"b": "no name"})
            return
        await ack()
        await client.chat_postMessage(channel=CHANNEL, text=f"hello {given}")

    async with connected(server, app):
        done = await at_once(server.slash, CHANNEL, "/next", "3")
        answer = (await at_once(server.wait_for, lambda: done.seen))[0]
        assert (answer.kind, answer.content["text"]) == ("ephemeral", "next 3")
        pressed = await at_once(server.press, answer.content, "more")
        view = (await at_once(server.wait_for, lambda: pressed.seen))[0].content
        refused = await at_once(server.submit, view, {"name": "?"})
        assert refused.errors == {"b": "no name"}
        sent = await at_once(server.submit, view, {"name": "Alice"})
        assert (await at_once(server.wait_for, lambda: sent.seen))[0].content["text"] == "hello Alice"
    assert server.problems == []


async def test_an_error_has_its_code(server: SlackServer) -> None:
    server.do(server.world.remove, CHANNEL)
    with pytest.raises(SlackApiError, match="not_in_channel"):
        await client_of(server).chat_postMessage(channel=CHANNEL, text="!")


async def test_files_go_both_ways(server: SlackServer) -> None:
    client = client_of(server)
    message = server.say(CHANNEL, "look", files=[("a.png", b"\x89PNG1")])
    address = message["files"][0]["url_private_download"]
    async with aiohttp.ClientSession() as session:
        async with session.get(address, headers={"Authorization": f"Bearer {server.bot_token}"}) as reply:
            assert (reply.content_type, await reply.read()) == ("image/png", b"\x89PNG1")
        async with session.get(address) as reply:
            assert (reply.status, reply.content_type) == (200, "text/html")
    await client.files_upload_v2(channel=CHANNEL, filename="b.png", file=b"\x89PNG22", initial_comment="here")
    shared = server.said(CHANNEL)[-1].content
    assert (shared["text"], shared["files"][0]["size"]) == ("here", 6)

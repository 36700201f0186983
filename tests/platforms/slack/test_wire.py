"""Slack's real client, over a real socket, against a Slack on loopback that fails on demand."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import aiohttp
import pytest
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from tests.support.slack_blocks import WEIGHT, refused_blocks, refused_view
from tests.support.slack_facts import (
    ALICE,
    BOT_USER,
    CHANNEL,
    ORGANISER,
    SCOPES,
    AppConfig,
    Person,
)
from tests.support.slack_faults import DOWNLOAD, RESPONSE, UPLOAD
from tests.support.slack_manifests import refused_manifest
from tests.support.slack_server import Fault, Rates, SlackServer, Trouble

T = TypeVar("T")
Json = dict[str, Any]
PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def server() -> Iterator[SlackServer]:
    with SlackServer() as server:
        yield server


@pytest.fixture
def client(server: SlackServer) -> AsyncWebClient:
    return AsyncWebClient(server.bot_token, base_url=server.api_url, retry_handlers=[])


class Ears:
    """A bolt application that writes down what it hears, and answers commands and presses as a test says."""

    def __init__(self, server: SlackServer) -> None:
        self.app = AsyncApp(client=AsyncWebClient(server.bot_token, base_url=server.api_url, retry_handlers=[]))
        self.heard: list[Json] = []
        for event in ("message", "app_mention", "file_shared", "app_home_opened", "tokens_revoked"):
            self.app.event(event)(self._hear)

    async def _hear(self, body: Json) -> None:
        self.heard.append(body)

    def events(self) -> list[Json]:
        """In the order in which they happened: bolt hears them side by side."""
        return sorted((one["event"] for one in self.heard), key=lambda event: float(event["event_ts"]))


@asynccontextmanager
async def connected(
    server: SlackServer, app: AsyncApp, ping_seconds: float = 10.0
) -> AsyncIterator[AsyncSocketModeHandler]:
    handler = AsyncSocketModeHandler(app, server.app_token, ping_interval=ping_seconds)
    await handler.connect_async()
    await asyncio.to_thread(server.wait_for_bot)
    try:
        yield handler
    finally:
        await handler.close_async()


@pytest.fixture
async def ears(server: SlackServer) -> AsyncIterator[Ears]:
    ears = Ears(server)
    async with connected(server, ears.app):
        yield ears


async def at_once(act: Callable[..., T], *arguments: Any, **options: Any) -> T:
    return await asyncio.to_thread(act, *arguments, **options)


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def section(text: str = "text", **more: Any) -> Json:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}, **more}


def button(action_id: str = "more", **more: Any) -> Json:
    return {"type": "button", "action_id": action_id, "text": plain("More"), **more}


def actions(*elements: Json) -> Json:
    return {"type": "actions", "elements": list(elements)}


def modal(*blocks: Json, **more: Any) -> Json:
    return {
        "type": "modal", "callback_id": "form", "title": plain("Form"), "submit": plain("Send"),
        "blocks": list(blocks), **more,
    }  # fmt: skip


def field(action_id: str, **more: Any) -> Json:
    element = {"type": "plain_text_input", "action_id": action_id}
    return {"type": "input", "block_id": f"b-{action_id}", "label": plain("?"), "element": element, **more}


MENU = {
    "type": "static_select", "action_id": "menu", "placeholder": plain("?"),
    "options": [{"text": plain(one), "value": one} for one in "abc"],
}  # fmt: skip


# --- what is heard -------------------------------------------------------------------------------------------------


async def test_a_message_is_heard_escaped_with_links_and_mentions_marked(server: SlackServer, ears: Ears) -> None:
    text = "a < b & c https://example.test/?x=1&y=2 @tsudoi"
    await at_once(server.say, CHANNEL, text)
    await at_once(server.wait_for, lambda: len(ears.heard) == 2)
    message, mention = ears.events()
    assert message["text"] == f"a &lt; b &amp; c <https://example.test/?x=1&amp;y=2> <@{BOT_USER}>"
    assert (message["channel"], message["user"], message["channel_type"]) == (CHANNEL, ALICE, "channel")
    assert (mention["type"], mention["ts"]) == ("app_mention", message["ts"])
    assert {one["team_id"] for one in ears.heard} == {"T0TSUDOI1"}
    assert len({one["event_id"] for one in ears.heard}) == 2


async def test_only_what_the_manifest_asks_for_is_heard(server: SlackServer, ears: Ears) -> None:
    server.world.app.events.remove("message.channels")
    server.world.app.scopes.remove("files:read")
    await at_once(server.say, CHANNEL, "a", files=[("a.png", PNG)])
    server.do(server.world.remove, CHANNEL)
    server.world.app.events.append("message.channels")
    await at_once(server.say, CHANNEL, "the bot is not here")
    await at_once(server.say, server.direct_channel(), "but here")
    await at_once(server.wait_for, lambda: ears.heard)
    assert [one["text"] for one in ears.events()] == ["but here"]


async def test_edits_deletions_replies_and_other_bots_have_their_subtypes(server: SlackServer, ears: Ears) -> None:
    first = await at_once(server.say, CHANNEL, "one")
    server.do(server.world.edit, CHANNEL, first["ts"], "two")
    await at_once(server.say, CHANNEL, "to all", thread_ts=first["ts"], subtype="thread_broadcast")
    await at_once(server.say, CHANNEL, "beep", subtype="bot_message", bot_id="B0OTHER01")
    server.do(server.world.delete, CHANNEL, first["ts"])
    await at_once(server.wait_for, lambda: len(ears.heard) == 5)
    _, edited, broadcast, bot, gone = ears.events()
    assert (edited["subtype"], edited["message"]["text"]) == ("message_changed", "two")
    assert (edited["previous_message"]["text"], edited["message"]["ts"]) == ("one", first["ts"])
    assert (broadcast["subtype"], broadcast["thread_ts"]) == ("thread_broadcast", first["ts"])
    assert (bot["subtype"], bot["bot_id"]) == ("bot_message", "B0OTHER01")
    assert (gone["subtype"], gone["deleted_ts"]) == ("message_deleted", first["ts"])


async def test_what_the_bot_says_is_told_too_and_bolt_ignores_it(server: SlackServer, ears: Ears) -> None:
    await ears.app.client.chat_postMessage(channel=CHANNEL, text="mine")
    await at_once(server.say, CHANNEL, "theirs")
    await at_once(server.wait_for, lambda: ears.heard)
    assert [one["text"] for one in ears.events()] == ["theirs"]
    assert [one.payload["event"]["text"] for one in server.sockets.envelopes] == ["mine", "theirs"]


# --- Socket Mode ---------------------------------------------------------------------------------------------------


async def test_acknowledged_events_do_not_come_again(server: SlackServer, ears: Ears) -> None:
    await at_once(server.say, CHANNEL, "once")
    envelope = server.sockets.envelopes[0]
    await at_once(server.wait_for, lambda: envelope.took)
    server.advance(1000)
    assert len(server.sockets.envelopes) == 1


async def test_an_event_without_an_ack_comes_again_three_times(server: SlackServer) -> None:
    await at_once(server.say, CHANNEL, "is anybody there?")  # no
    server.advance(2.9)
    assert len(server.sockets.envelopes) == 1
    server.advance(0.2)
    assert len(server.sockets.envelopes) == 2
    server.advance(3600)
    sent = [one.written() for one in server.sockets.envelopes]
    assert [(one["retry_attempt"], one["retry_reason"]) for one in sent] == [
        (0, ""), (1, "timeout"), (2, "timeout"), (3, "timeout"),
    ]  # fmt: skip
    assert len({one["envelope_id"] for one in sent}) == 4
    assert len({one["payload"]["event_id"] for one in sent}) == 1


async def test_whoever_connects_later_hears_the_repeat(server: SlackServer) -> None:
    await at_once(server.say, CHANNEL, "is anybody there?")
    ears = Ears(server)
    async with connected(server, ears.app):
        server.advance(3.1)
        await at_once(server.wait_for, lambda: ears.heard)
    assert [one["text"] for one in ears.events()] == ["is anybody there?"]


async def test_a_command_without_an_ack_fails_and_does_not_come_again(server: SlackServer) -> None:
    done = server.do(server.members.slash, CHANNEL, "/next", "", ALICE)
    server.advance(1000)
    assert (done.is_acked, done.has_failed, len(server.sockets.envelopes)) == (False, True, 1)


async def test_the_very_same_envelope_can_come_again(server: SlackServer, ears: Ears) -> None:
    await at_once(server.say, CHANNEL, "twice")
    server.do(server.sockets.repeat, server.sockets.envelopes[0])
    await at_once(server.wait_for, lambda: len(ears.heard) == 2)
    assert ears.heard[0]["event_id"] == ears.heard[1]["event_id"]


@pytest.mark.parametrize("accident", ["drop_connections", "disconnect", "fall_silent"])
async def test_the_client_comes_back_after(server: SlackServer, accident: str) -> None:
    ears = Ears(server)

    def hears() -> bool:
        server.advance(3.1)  # what went to a socket that was just ending comes again
        return bool(ears.heard)

    async with connected(server, ears.app, ping_seconds=1.0):
        getattr(server, accident)()
        await at_once(server.wait_for_bot, connections=2)
        await at_once(server.wait_for, lambda: not any(one.mute for one in server.sockets.connections))
        await at_once(server.say, CHANNEL, "again")
        await at_once(server.wait_for, hears)


async def test_the_client_heeds_a_warning_while_the_socket_is_still_open(server: SlackServer, ears: Ears) -> None:
    server.disconnect("warning")
    await at_once(server.wait_for_bot, connections=2)


async def test_each_event_goes_to_one_of_several_connections(server: SlackServer) -> None:
    first, second = Ears(server), Ears(server)
    async with connected(server, first.app), connected(server, second.app):
        await at_once(server.wait_for_bot, connections=2)
        for number in range(4):
            await at_once(server.say, CHANNEL, str(number))
        await at_once(server.wait_for, lambda: len(first.heard) + len(second.heard) == 4)
    assert (len(first.heard), len(second.heard)) == (2, 2)


async def test_pings_are_answered_both_ways(server: SlackServer, ears: Ears) -> None:
    server.do(server.sockets.ping)
    await at_once(server.wait_for, lambda: server.sockets.connections[0].pongs)


async def test_a_ticket_opens_one_socket(server: SlackServer) -> None:
    url = (
        await AsyncWebClient(server.app_token, base_url=server.api_url).apps_connections_open(
            app_token=server.app_token
        )
    )["url"]
    async with aiohttp.ClientSession() as session:
        async with session.ws_connect(url) as socket:
            assert (await socket.receive_json())["type"] == "hello"
        with pytest.raises(aiohttp.WSServerHandshakeError, match="401"):
            await session.ws_connect(url)


async def test_ten_sockets_are_enough(server: SlackServer) -> None:
    async with aiohttp.ClientSession() as session:
        sockets = [await session.ws_connect(server.do(server.sockets.ticket)) for _ in range(10)]
        assert [(await one.receive_json())["type"] for one in sockets] == ["hello"] * 10
        eleventh = await session.ws_connect(server.do(server.sockets.ticket))
        assert (await eleventh.receive_json())["reason"] == "too_many_websockets"


# --- what members do -----------------------------------------------------------------------------------------------


async def test_a_command_a_button_and_a_modal_go_there_and_back(server: SlackServer, ears: Ears) -> None:
    app = ears.app

    @app.command("/next")
    async def command(ack: Any, respond: Any, command: Json) -> None:
        await ack()
        await respond(f"next {command['text']}", blocks=[actions(button(value="5"))])

    @app.action("more")
    async def press(ack: Any, body: Json, client: AsyncWebClient) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=modal(field("name"), field("why", optional=True)))

    @app.view("form")
    async def submit(ack: Any, view: Json, client: AsyncWebClient) -> None:
        given = view["state"]["values"]["b-name"]["name"]["value"]
        if given == "?":
            await ack(response_action="errors", errors={"b-name": "no name"})
            return
        await ack()
        await client.chat_postMessage(channel=CHANNEL, text=f"hello {given}")

    done = await at_once(server.slash, CHANNEL, "/next", "3")
    answer = (await at_once(server.wait_for, lambda: done.seen))[0]
    assert (answer.kind, answer.content["text"], answer.person) == ("ephemeral", "next 3", ALICE)
    assert server.seen(ORGANISER) == []
    pressed = await at_once(server.press, answer.content, "more")
    view = (await at_once(server.wait_for, lambda: pressed.seen))[0].content
    with pytest.raises(AssertionError, match="name is required"):
        await at_once(server.submit, view, {"why": "?"})
    assert (await at_once(server.submit, view, {"name": "?"})).errors == {"b-name": "no name"}
    sent = await at_once(server.submit, view, {"name": "Alice"})
    assert (await at_once(server.wait_for, lambda: sent.seen))[0].content["text"] == "hello Alice"
    assert server.problems == []


async def test_menus_say_what_was_chosen(server: SlackServer, ears: Ears) -> None:
    chosen: list[Json] = []

    @ears.app.action("menu")
    async def choose(ack: Any, action: Json, body: Json) -> None:
        await ack()
        chosen.extend((action, body["state"]["values"][action["block_id"]]["menu"]))

    posted = await ears.app.client.chat_postMessage(channel=CHANNEL, text="?", blocks=[actions(MENU)])
    await at_once(server.choose, posted["message"], "menu", "b", ORGANISER)
    await at_once(server.wait_for, lambda: len(chosen) == 2)
    assert [one["selected_option"]["value"] for one in chosen] == ["b", "b"]
    with pytest.raises(AssertionError, match="offers"):
        await at_once(server.choose, posted["message"], "menu", "z", ORGANISER)


async def test_a_shortcut_has_the_message_with_its_files(server: SlackServer, ears: Ears) -> None:
    @ears.app.shortcut("read")
    async def read(ack: Any, respond: Any, shortcut: Json) -> None:
        await ack()
        await respond(shortcut["message"]["files"][0]["mimetype"])

    message = await at_once(server.say, CHANNEL, "", files=[("a.png", PNG)])
    done = await at_once(server.shortcut, message, "read", ORGANISER)
    assert (await at_once(server.wait_for, lambda: done.seen))[0].content["text"] == "image/png"


async def test_a_home_is_published_for_one_member(server: SlackServer, ears: Ears) -> None:
    @ears.app.event("app_home_opened")
    async def publish(event: Json, client: AsyncWebClient) -> None:
        await client.views_publish(user_id=event["user"], view={"type": "home", "blocks": [section(event["user"])]})

    ears.app._async_listeners.reverse()  # the first listener that matches is the one that is called
    home = await at_once(server.open_home)
    assert (home["type"], home["blocks"][0]["text"]["text"]) == ("home", ALICE)
    assert server.seen(ORGANISER, "home") == []


async def test_a_response_url_replaces_deletes_and_ends(server: SlackServer, client: AsyncWebClient) -> None:
    posted = await client.chat_postMessage(channel=CHANNEL, text="?", blocks=[actions(button())])
    done = server.do(server.members.press, posted["ts"], "more", ALICE)
    hook = AsyncWebhookClient(done.response_url)
    assert (await hook.send(text="just for you")).status_code == 200
    await hook.send(text="for all", response_type="in_channel")
    await hook.send(text="replaced", replace_original=True)
    assert [one["text"] for one in server.shown(CHANNEL)] == ["replaced", "just for you", "for all"]
    assert [one["text"] for one in server.shown(CHANNEL, ORGANISER)] == ["replaced", "for all"]
    await hook.send(text="", delete_original=True)
    await hook.send(text="the fifth")
    used = await hook.send(text="the sixth")
    assert (used.status_code, "used_url" in used.body) == (404, True)
    later = server.do(server.members.slash, CHANNEL, "/next", "", ALICE)
    server.advance(30 * 60 + 1)
    late = await AsyncWebhookClient(later.response_url).send(text="too late")
    assert (late.status_code, "expired_url" in late.body) == (404, True)


async def test_a_trigger_opens_one_modal_within_three_seconds(server: SlackServer, client: AsyncWebClient) -> None:
    done = server.do(server.members.slash, CHANNEL, "/next", "", ALICE)
    await client.views_open(trigger_id=done.trigger, view=modal(field("name")))
    with pytest.raises(SlackApiError, match="exchanged_trigger_id"):
        await client.views_open(trigger_id=done.trigger, view=modal(field("name")))
    late = server.do(server.members.slash, CHANNEL, "/next", "", ALICE)
    server.advance(3.1)
    with pytest.raises(SlackApiError, match="expired_trigger_id"):
        await client.views_open(trigger_id=late.trigger, view=modal(field("name")))


async def test_a_modal_is_updated_and_others_are_put_on_top(server: SlackServer, client: AsyncWebClient) -> None:
    done = server.do(server.members.slash, CHANNEL, "/next", "", ALICE)
    opened = (await client.views_open(trigger_id=done.trigger, view=modal(actions(button()), field("name"))))["view"]
    updated = (await client.views_update(view_id=opened["id"], hash=opened["hash"], view=modal(actions(button()))))[
        "view"
    ]
    assert updated["id"] == opened["id"]
    with pytest.raises(SlackApiError, match="hash_conflict"):
        await client.views_update(view_id=opened["id"], hash=opened["hash"], view=modal(section()))
    pressed = server.do(server.members.press_in_view, opened["id"], "more", ALICE)
    pushed = (await client.views_push(trigger_id=pressed.trigger, view=modal(section())))["view"]
    assert (pushed["previous_view_id"], pushed["root_view_id"]) == (opened["id"], opened["id"])


# --- what is posted ------------------------------------------------------------------------------------------------


async def test_a_delivery_is_found_by_its_metadata(server: SlackServer, client: AsyncWebClient) -> None:
    metadata = {"event_type": "tsudoi_delivery", "event_payload": {"key": "k"}}
    posted = await client.chat_postMessage(channel=CHANNEL, text="news", metadata=metadata)
    found = (await client.conversations_history(channel=CHANNEL, include_all_metadata=True))["messages"][0]
    assert (found["ts"], found["metadata"]) == (posted["ts"], metadata)
    assert "metadata" not in (await client.conversations_history(channel=CHANNEL))["messages"][0]


async def test_metadata_of_a_wrong_type_is_forgotten_with_a_warning(
    server: SlackServer, client: AsyncWebClient
) -> None:
    posted = await client.chat_postMessage(
        channel=CHANNEL, text="news", metadata={"event_type": "tsudoi.delivery", "event_payload": {}}
    )
    assert (posted["warning"], "metadata" in posted["message"]) == ("invalid_metadata_schema", False)
    assert server.problems == ["chat.postMessage: invalid_metadata_schema"]


async def test_history_is_read_in_pages_newest_first(server: SlackServer, client: AsyncWebClient) -> None:
    for number in range(5):
        await client.chat_postMessage(channel=CHANNEL, text=str(number))
    first = await client.conversations_history(channel=CHANNEL, limit=2)
    second = await client.conversations_history(
        channel=CHANNEL, limit=2, cursor=first["response_metadata"]["next_cursor"]
    )
    assert [one["text"] for one in [*first["messages"], *second["messages"]]] == ["4", "3", "2", "1"]
    assert (first["has_more"], second["has_more"]) == (True, True)
    oldest = first["messages"][1]["ts"]
    assert len((await client.conversations_history(channel=CHANNEL, oldest=oldest))["messages"]) == 1
    assert len((await client.conversations_history(channel=CHANNEL, oldest=oldest, inclusive=True))["messages"]) == 2


async def test_replies_stand_in_the_thread_only(server: SlackServer, client: AsyncWebClient) -> None:
    root = await client.chat_postMessage(channel=CHANNEL, text="root")
    await client.chat_postMessage(channel=CHANNEL, text="reply", thread_ts=root["ts"])
    await client.chat_postMessage(channel=CHANNEL, text="to all", thread_ts=root["ts"], reply_broadcast=True)
    shown = (await client.conversations_history(channel=CHANNEL))["messages"]
    assert [one["text"] for one in shown] == ["to all", "root"]
    replies = (await client.conversations_replies(channel=CHANNEL, ts=root["ts"]))["messages"]
    assert [one["text"] for one in replies] == ["root", "reply", "to all"]
    assert shown[1]["reply_count"] == 2


async def test_an_update_with_a_text_alone_takes_the_blocks_away(server: SlackServer, client: AsyncWebClient) -> None:
    posted = await client.chat_postMessage(channel=CHANNEL, text="a", blocks=[section()])
    await client.chat_update(channel=CHANNEL, ts=posted["ts"], text="b")
    shown = server.shown(CHANNEL)[-1]
    assert (shown["text"], shown["blocks"]) == ("b", [])


async def test_only_its_own_messages_can_be_updated(server: SlackServer, client: AsyncWebClient) -> None:
    said = await at_once(server.say, CHANNEL, "mine")
    with pytest.raises(SlackApiError, match="cant_update_message"):
        await client.chat_update(channel=CHANNEL, ts=said["ts"], text="yours")
    with pytest.raises(SlackApiError, match="message_not_found"):
        await client.chat_update(channel=CHANNEL, ts="1.000001", text="yours")


async def test_pings_links_and_broken_markup_are_seen(server: SlackServer, client: AsyncWebClient) -> None:
    text = "<!here> <@U0ALICE01> <https://example.test/|a> <!date^1767225600^{date_num}|2026> <b> & &amp;"
    await client.chat_postMessage(channel=CHANNEL, text="a", blocks=[section(text)])
    await client.chat_postMessage(
        channel=CHANNEL, text="&lt;!here&gt; https://example.test/", unfurl_links=False, unfurl_media=False
    )
    loud, calm = server.said(CHANNEL)
    assert (loud.pings, loud.unfurls) == (["!here", "@U0ALICE01"], ["https://example.test/"])
    assert loud.broken_markup == ["<b>", "& "]
    assert (calm.pings, calm.unfurls, calm.broken_markup) == ([], [], [])


async def test_arguments_come_in_the_address_in_a_form_or_as_json(server: SlackServer) -> None:
    header = {"Authorization": f"Bearer {server.bot_token}"}
    address, said = f"{server.api_url}chat.postMessage", {"channel": CHANNEL, "text": "a"}
    async with aiohttp.ClientSession() as session:
        for options in ({"params": said}, {"data": said}, {"json": said}, {"data": {**said, "blocks": "[{"}}):
            async with session.post(address, headers=header, **options) as reply:
                last = await reply.json()
    assert [one["text"] for one in server.shown(CHANNEL)] == ["a", "a", "a"]
    assert last["error"] == "invalid_blocks_format"


async def test_some_methods_take_no_json(server: SlackServer, client: AsyncWebClient) -> None:
    with pytest.raises(SlackApiError, match="invalid_arguments"):
        await client.api_call("conversations.info", json={"channel": CHANNEL})
    await client.api_call("conversations.info", data={"channel": CHANNEL})


async def test_what_a_member_reads_and_may_press(server: SlackServer, client: AsyncWebClient) -> None:
    text = "*<https://example.test/|a &amp; b>* on <!date^1767225600^{date_num}|2026-01-01>"
    await client.chat_postMessage(channel=CHANNEL, text="short", blocks=[section(text), actions(button("more:1"))])
    await client.chat_postMessage(channel=CHANNEL, text="a &lt; b")
    full, short = server.said(CHANNEL)
    assert (full.text, full.actions) == ("*a & b* on 2026-01-01\nMore", {"More": "more:1"})
    assert (short.text, short.actions) == ("a < b", {})


# --- what is refused -----------------------------------------------------------------------------------------------


def _archive(server: SlackServer) -> None:
    server.do(server.world.archive, CHANNEL)


def _remove(server: SlackServer) -> None:
    server.do(server.world.remove, CHANNEL)


def _hide(server: SlackServer) -> None:
    server.world.channels[CHANNEL].kind = "group"
    _remove(server)


def _take_scope(server: SlackServer) -> None:
    server.world.app.scopes.remove("chat:write")


@pytest.mark.parametrize(
    ("happens", "code"),
    [
        (_archive, "is_archived"),
        (_remove, "not_in_channel"),
        (_hide, "channel_not_found"),
        (_take_scope, "missing_scope"),
        (lambda server: server.revoke(), "token_revoked"),
        (lambda server: server.revoke("account_inactive"), "account_inactive"),
    ],
)
async def test_a_refusal_has_its_code(
    server: SlackServer, client: AsyncWebClient, happens: Callable[[SlackServer], object], code: str
) -> None:
    happens(server)
    with pytest.raises(SlackApiError) as refused:
        await client.chat_postMessage(channel=CHANNEL, text="!")
    assert refused.value.response["error"] == code
    if code == "missing_scope":
        assert refused.value.response["needed"] == "chat:write"
        assert "commands" in refused.value.response["provided"]


@pytest.mark.parametrize(
    ("token", "code"),
    [("xoxb-wrong", "invalid_auth"), ("", "not_authed"), ("xapp-an-app-token", "not_allowed_token_type")],
)
async def test_a_wrong_token_is_refused(server: SlackServer, token: str, code: str) -> None:
    with pytest.raises(SlackApiError, match=code):
        await AsyncWebClient(token, base_url=server.api_url).auth_test()


async def test_the_kind_of_a_channel_decides_which_scope_is_needed() -> None:
    app = AppConfig(scopes=[one for one in SCOPES.split() if not one.startswith("groups:")])
    with SlackServer(app=app) as server:
        client = AsyncWebClient(server.bot_token, base_url=server.api_url)
        assert (await client.conversations_info(channel=CHANNEL))["channel"]["is_member"]
        server.world.channels[CHANNEL].kind = "group"
        for ask, scope in (
            (client.conversations_info, "groups:read"),
            (client.conversations_history, "groups:history"),
        ):
            with pytest.raises(SlackApiError, match="missing_scope") as refused:
                await ask(channel=CHANNEL)
            assert refused.value.response["needed"] == scope


async def test_people_and_direct_messages(server: SlackServer, client: AsyncWebClient) -> None:
    assert (await client.users_info(user=ALICE, include_locale=True))["user"]["locale"] == "ja-JP"
    with pytest.raises(SlackApiError, match="user_not_found"):
        await client.users_info(user="U0NOBODY1")
    channel = (await client.conversations_open(users=[ALICE]))["channel"]["id"]
    await client.chat_postMessage(channel=channel, text="for Alice")
    assert [one.content["text"] for one in server.seen(ALICE)] == ["for Alice"]
    assert server.seen(ORGANISER) == []
    server.world.people[ALICE].closed_to_dms = True
    with pytest.raises(SlackApiError, match="messages_tab_disabled"):
        await client.chat_postMessage(channel=channel, text="for Alice")


async def test_an_ephemeral_message_is_for_one_member_who_is_there(server: SlackServer, client: AsyncWebClient) -> None:
    await client.chat_postEphemeral(channel=CHANNEL, user=ALICE, text="psst")
    assert ([len(server.shown(CHANNEL, one)) for one in (ALICE, ORGANISER)]) == [1, 0]
    server.do(server.world.add_person, Person("U0STRANGE", "stranger"))
    with pytest.raises(SlackApiError, match="user_not_in_channel"):
        await client.chat_postEphemeral(channel=CHANNEL, user="U0STRANGE", text="psst")


async def test_channels_are_listed_described_opened_and_joined(server: SlackServer, client: AsyncWebClient) -> None:
    server.do(server.world.add_channel, "C0OTHERS1", "others", members=[ORGANISER])
    server.do(server.world.add_channel, "C0PRIVATE", "private", kind="group", members=[ORGANISER])
    listed = (await client.conversations_list(types="public_channel,private_channel"))["channels"]
    assert [(one["id"], one["is_member"]) for one in listed] == [(CHANNEL, True), ("C0OTHERS1", False)]
    assert [one["id"] for one in (await client.users_conversations())["channels"]] == [CHANNEL]
    with pytest.raises(SlackApiError, match="not_in_channel"):
        await client.chat_postMessage(channel="C0OTHERS1", text="a")
    await client.conversations_join(channel="C0OTHERS1")
    await client.chat_postMessage(channel="#others", text="a")
    assert [one.get("subtype") for one in server.shown("C0OTHERS1", ORGANISER)] == ["channel_join", None]
    assert BOT_USER in (await client.conversations_members(channel="C0OTHERS1"))["members"]
    with pytest.raises(SlackApiError, match="channel_not_found"):
        await client.conversations_info(channel="C0PRIVATE")


async def test_everything_has_its_name_and_address(server: SlackServer, client: AsyncWebClient) -> None:
    me, team = await client.auth_test(), (await client.team_info())["team"]
    assert (me["user_id"], me["team_id"]) == (BOT_USER, team["id"])
    assert (await client.bots_info(bot=me["bot_id"]))["bot"]["user_id"] == BOT_USER
    first, second = await client.users_list(limit=2), (await client.users_list())["members"]
    assert (len(first["members"]), bool(first["response_metadata"]["next_cursor"]), len(second)) == (2, True, 3)
    posted = await client.chat_postMessage(channel=CHANNEL, text="a")
    link = (await client.chat_getPermalink(channel=CHANNEL, message_ts=posted["ts"]))["permalink"]
    assert link.endswith(f"/archives/{CHANNEL}/p{posted['ts'].replace('.', '')}")
    await client.reactions_add(channel=CHANNEL, timestamp=posted["ts"], name="eyes")
    with pytest.raises(SlackApiError, match="already_reacted"):
        await client.reactions_add(channel=CHANNEL, timestamp=posted["ts"], name="eyes")
    await client.chat_delete(channel=CHANNEL, ts=posted["ts"])
    assert server.shown(CHANNEL) == []


async def test_an_unknown_method_is_a_problem(server: SlackServer, client: AsyncWebClient) -> None:
    with pytest.raises(SlackApiError, match="unknown_method"):
        await client.api_call("chat.shout")
    assert server.problems == ["chat.shout is not known here"]


MANIFEST: Json = {
    "display_information": {"name": "Tsudoi"},
    "features": {
        "app_home": {"home_tab_enabled": True, "messages_tab_enabled": True},
        "bot_user": {"display_name": "Tsudoi"},
        "slash_commands": [{"command": "/next", "description": "next"}],
        "shortcuts": [{"type": "message", "name": "Read", "callback_id": "read", "description": "reads"}],
    },
    "oauth_config": {"scopes": {"bot": ["commands"]}},
    "settings": {
        "event_subscriptions": {"bot_events": ["app_home_opened"]},
        "interactivity": {"is_enabled": True},
        "socket_mode_enabled": True,
    },
}


def test_a_manifest_says_what_the_app_may_do() -> None:
    with SlackServer(app=AppConfig.of_manifest(MANIFEST)) as server:
        assert server.world.app == AppConfig(["commands"], ["app_home_opened"], ["/next"], ["read"], True, True)
        with pytest.raises(AssertionError, match="no command /nxet"):
            server.do(server.members.slash, CHANNEL, "/nxet", "", ALICE)


@pytest.mark.parametrize(
    ("part", "name", "value", "reason"),
    [
        ("features", "slash_commands", [{"command": "/remind", "description": "a"}], "/remind is Slack's own"),
        ("features", "slash_commands", [{"command": "/Next", "description": "a"}], "/Next is no command's name"),
        ("features", "shortcuts", [{"type": "message", "name": "a" * 25}], "a shortcut's name"),
        ("oauth_config", "scopes", {"bot": []}, "commands and shortcuts need commands"),
        ("settings", "event_subscriptions", {"bot_events": ["message.im"]}, "message.im needs im:history"),
        ("settings", "socket_mode_enabled", False, "Socket Mode or interactivity is off"),
        ("display_information", "description", "a" * 141, "the description has none or more than 140"),
    ],
)
def test_a_manifest_that_slack_would_refuse(part: str, name: str, value: object, reason: str) -> None:
    assert refused_manifest(MANIFEST) == []
    broken = {**MANIFEST, part: {**MANIFEST[part], name: value}}
    assert any(reason in one for one in refused_manifest(broken))


OK: list[tuple[str, list[Json]]] = [
    ("fifty blocks", [section("a")] * 50),
    ("3000 characters", [section("あ" * 3000)]),
    ("ten fields", [{"type": "section", "fields": [{"type": "mrkdwn", "text": "a" * 2000}] * 10}]),
    ("150 in a header", [{"type": "header", "text": plain("a" * 150)}]),
    ("25 buttons", [actions(*(button(str(number)) for number in range(25)))]),
    ("a button at its limits", [actions(button("a" * 255, text=plain("a" * 75), value="a" * 2000))]),
    ("a picture", [{"type": "image", "image_url": "https://example.test/a.png", "alt_text": "a"}]),
    ("ten in a context", [{"type": "context", "elements": [plain("a")] * 10}]),
]
BROKEN: list[tuple[str, list[Json], str]] = [
    ("51 blocks", [section("a")] * 51, "no more than 50 items allowed [json-pointer:/blocks]"),
    ("3001 characters", [section("a" * 3001)], "must be less than 3001 characters [json-pointer:/blocks/0/text/text]"),
    ("no characters", [section("")], "must be more than 0 characters [json-pointer:/blocks/0/text/text]"),
    ("an emoji is two", [section("🎉" * 1501)], "must be less than 3001 characters [json-pointer:/blocks/0/text/text]"),
    ("eleven fields", [{"type": "section", "fields": [plain("a")] * 11}], "no more than 10 items"),
    ("a long field", [{"type": "section", "fields": [plain("a" * 2001)]}], "/blocks/0/fields/0/text"),
    ("a long header", [{"type": "header", "text": plain("a" * 151)}], "less than 151"),
    ("mrkdwn in a header", [{"type": "header", "text": {"type": "mrkdwn", "text": "a"}}], "/blocks/0/text/type"),
    ("26 buttons", [actions(*(button(str(number)) for number in range(26)))], "no more than 25 items"),
    ("a long label", [actions(button(text=plain("a" * 76)))], "less than 76"),
    ("a long value", [actions(button(value="a" * 2001))], "less than 2001"),
    ("a long action_id", [actions(button("a" * 256))], "less than 256"),
    ("an action_id twice", [actions(button(), button())], "already exists"),
    ("a block_id twice", [section(block_id="a"), section(block_id="a")], "already exists"),
    ("a long block_id", [section(block_id="a" * 256)], "less than 256"),
    (
        "101 options",
        [actions(MENU | {"options": [{"text": plain("a"), "value": str(n)} for n in range(101)]})],
        "100 items",
    ),
    ("a long option", [actions(MENU | {"options": [{"text": plain("a" * 76), "value": "a"}]})], "less than 76"),
    (
        "a long option's value",
        [actions(MENU | {"options": [{"text": plain("a"), "value": "a" * 151}]})],
        "less than 151",
    ),
    ("no options", [actions(MENU | {"options": []})], "no fewer than 1"),
    ("a long placeholder", [actions(MENU | {"placeholder": plain("a" * 151)})], "less than 151"),
    ("no alt text", [{"type": "image", "image_url": "https://example.test/a.png"}], "missing required field: alt_text"),
    ("no web address", [{"type": "image", "image_url": "a.png", "alt_text": "a"}], "must be a valid URL"),
    ("eleven in a context", [{"type": "context", "elements": [plain("a")] * 11}], "no more than 10 items"),
    ("an unknown block", [{"type": "card"}], "unsupported type: card [json-pointer:/blocks/0/type]"),
    ("an unknown property", [section(title="a")], "invalid additional property: title"),
    ("an input that is a button", [field("a", element=button())], "unsupported type in an input block"),
    (
        "an emoji switch on mrkdwn",
        [{"type": "section", "text": {"type": "mrkdwn", "text": "a", "emoji": True}}],
        "emoji",
    ),
    ("a strange style", [actions(button(style="blue"))], "must be a valid enum value"),
    (
        "a confirmation without a title",
        [actions(button(confirm={"text": plain("a")}))],
        "missing required field: title",
    ),
]


@pytest.mark.parametrize("blocks", [one[1] for one in OK], ids=[one[0] for one in OK])
def test_blocks_at_their_limits_are_taken(blocks: list[Json]) -> None:
    assert refused_blocks(blocks) == []


@pytest.mark.parametrize(("blocks", "reason"), [one[1:] for one in BROKEN], ids=[one[0] for one in BROKEN])
def test_blocks_over_their_limits_are_refused(blocks: list[Json], reason: str) -> None:
    assert any(reason in one for one in refused_blocks(blocks))


@pytest.mark.parametrize(
    ("view", "reason"),
    [
        (modal(section(), title=plain("a" * 25)), "less than 25"),
        (modal(section(), submit=plain("a" * 25)), "less than 25"),
        (modal(section(), private_metadata="a" * 3001), "less than 3001"),
        (modal(section(), callback_id="a" * 256), "less than 256"),
        (modal(*itertools.repeat(section(), 101)), "no more than 100 items"),
        ({key: value for key, value in modal(field("a")).items() if key != "submit"}, "submit"),
        ({"type": "home", "blocks": [], "title": plain("a")}, "invalid additional property: title"),
        (modal(field("a", label=plain("a" * 2001))), "less than 2001"),
    ],
)
def test_modals_and_homes_over_their_limits_are_refused(view: Json, reason: str) -> None:
    assert any(reason in one for one in refused_view(view))
    assert refused_view(modal(field("a"), *itertools.repeat(section(), 99))) == []


async def test_invalid_blocks_are_refused_with_reasons_and_remembered(
    server: SlackServer, client: AsyncWebClient
) -> None:
    with pytest.raises(SlackApiError, match="invalid_blocks") as refused:
        await client.chat_postMessage(channel=CHANNEL, text="a", blocks=[section("a" * 3001)])
    reason = "must be less than 3001 characters [json-pointer:/blocks/0/text/text]"
    assert refused.value.response["response_metadata"]["messages"] == [f"[ERROR] {reason}"]
    assert server.problems == [f"chat.postMessage: invalid_blocks [ERROR] {reason}"]


async def test_what_is_too_much_altogether_is_refused(server: SlackServer, client: AsyncWebClient) -> None:
    with pytest.raises(SlackApiError, match="msg_blocks_too_long"):
        await client.chat_postMessage(channel=CHANNEL, text="a", blocks=[section("a" * 2700)] * (WEIGHT // 2700 + 1))
    with pytest.raises(SlackApiError, match="msg_too_long"):
        await client.chat_postMessage(channel=CHANNEL, text="a" * 40_001)
    with pytest.raises(SlackApiError, match="no_text"):
        await client.api_call("chat.postMessage", json={"channel": CHANNEL, "text": " "})


async def test_a_picture_that_slack_cannot_fetch_is_refused(server: SlackServer, client: AsyncWebClient) -> None:
    gone = "https://example.test/gone.png"
    server.world.missing_images.add(gone)
    block = section(accessory={"type": "image", "image_url": gone, "alt_text": "a"})
    with pytest.raises(SlackApiError, match="downloading image failed"):
        await client.chat_postMessage(channel=CHANNEL, text="a", blocks=[block])


# --- files ---------------------------------------------------------------------------------------------------------


async def downloaded(url: str, token: str) -> tuple[int, str, bytes]:
    headers = {"Authorization": f"Bearer {token}"}
    async with aiohttp.ClientSession() as session, session.get(url, headers=headers) as reply:
        return reply.status, reply.content_type, await reply.read()


async def test_a_shared_file_is_heard_of_and_read(server: SlackServer, ears: Ears) -> None:
    await at_once(server.say, CHANNEL, "look", files=[("a.png", PNG), ("b.png", PNG + b"b")])
    await at_once(server.wait_for, lambda: len(ears.heard) == 3)
    message, first, _ = ears.events()
    assert (message["subtype"], len(message["files"])) == ("file_share", 2)
    assert (first["type"], first["file_id"], first["channel_id"]) == ("file_shared", message["files"][0]["id"], CHANNEL)
    url = (await ears.app.client.files_info(file=first["file_id"]))["file"]["url_private_download"]
    assert await downloaded(url, server.bot_token) == (200, "image/png", PNG)


async def test_whoever_may_not_read_a_file_gets_a_sign_in_page(server: SlackServer) -> None:
    url = (await at_once(server.say, CHANNEL, "", files=[("a.png", PNG)]))["files"][0]["url_private"]
    status, kind, page = await downloaded(url, "xoxb-wrong")
    assert (status, kind, b"Sign in" in page) == (200, "text/html", True)
    server.world.app.scopes.remove("files:read")
    assert (await downloaded(url, server.bot_token))[1] == "text/html"


async def test_a_file_may_take_its_time(server: SlackServer, client: AsyncWebClient) -> None:
    server.world.file_polls = 2
    shared = (await at_once(server.say, CHANNEL, "", files=[("a.png", PNG)]))["files"][0]
    assert (shared["file_access"], "url_private_download" in shared) == ("check_file_info", False)
    polled = [(await client.files_info(file=shared["id"]))["file"] for _ in range(3)]
    assert [one["mimetype"] for one in polled] == ["", "", "image/png"]


async def test_a_picture_is_uploaded_and_stands_in_the_channel(server: SlackServer, client: AsyncWebClient) -> None:
    root = await client.chat_postMessage(channel=CHANNEL, text="root")
    done = await client.files_upload_v2(
        channel=CHANNEL, filename="a.png", title="A", file=PNG, initial_comment="here", thread_ts=root["ts"]
    )
    shared = server.said(CHANNEL)[-1].content
    assert (shared["text"], shared["thread_ts"], shared["files"][0]["title"]) == ("here", root["ts"], "A")
    assert await downloaded(shared["files"][0]["url_private"], server.bot_token) == (200, "image/png", PNG)
    block = {"type": "image", "slack_file": {"id": done["file"]["id"]}, "alt_text": "a"}
    await client.chat_postMessage(channel=CHANNEL, text="a", blocks=[block])
    assert server.problems == []


async def test_the_client_sends_a_comment_in_the_address_where_a_long_one_does_not_fit(
    server: SlackServer, client: AsyncWebClient
) -> None:
    await client.files_upload_v2(channel=CHANNEL, filename="a.png", file=PNG, initial_comment="あ" * 500)
    with pytest.raises(SlackApiError, match="400"):
        await client.files_upload_v2(channel=CHANNEL, filename="a.png", file=PNG, initial_comment="あ" * 1000)
    assert len(server.said(CHANNEL)) == 1


async def test_an_upload_that_takes_its_time_is_shared_later(server: SlackServer, client: AsyncWebClient) -> None:
    server.world.file_polls = 1
    done = await client.files_upload_v2(channel=CHANNEL, filename="a.png", file=PNG)
    block = {"type": "image", "slack_file": {"id": done["file"]["id"]}, "alt_text": "a"}
    with pytest.raises(SlackApiError, match="invalid_blocks"):
        await client.chat_postMessage(channel=CHANNEL, text="a", blocks=[block])
    assert server.said(CHANNEL) == []
    await client.files_info(file=done["file"]["id"])
    assert len(server.said(CHANNEL)) == 1


# --- what goes wrong on the way ------------------------------------------------------------------------------------


async def test_a_429_says_how_long_to_wait(server: SlackServer, client: AsyncWebClient) -> None:
    server.troubles.append(Trouble("chat.*", Fault.BUSY_BEFORE, retry_after=7))
    with pytest.raises(SlackApiError) as refused:
        await client.chat_postMessage(channel=CHANNEL, text="a")
    assert (refused.value.response.status_code, refused.value.response["error"]) == (429, "ratelimited")
    assert refused.value.response.headers["Retry-After"] == "7"
    await client.chat_postMessage(channel=CHANNEL, text="a")
    assert len(server.said(CHANNEL)) == 1


async def test_a_channel_takes_a_message_a_second(client: AsyncWebClient) -> None:
    with SlackServer(("C0EVENTS1", "C0EVENTS2"), rates=Rates()) as server:
        client = AsyncWebClient(server.bot_token, base_url=server.api_url)
        with pytest.raises(SlackApiError, match="ratelimited"):
            await asyncio.gather(*(client.chat_postMessage(channel=CHANNEL, text="a") for _ in range(9)))
        await client.chat_postMessage(channel="C0EVENTS2", text="a")
        assert server.rates is not None
        assert server.rates.refused > 0


@pytest.mark.parametrize(
    ("fault", "posted"),
    [
        (Fault.ERROR_BEFORE, 0), (Fault.ERROR_AFTER, 1), (Fault.UNAVAILABLE_BEFORE, 0), (Fault.UNAVAILABLE_AFTER, 1),
        (Fault.CUT_BEFORE, 0), (Fault.CUT_AFTER, 1),
    ],
)  # fmt: skip
async def test_an_answer_may_be_lost_before_or_after_the_post(
    server: SlackServer, client: AsyncWebClient, fault: Fault, posted: int
) -> None:
    server.troubles.append(Trouble("chat.postMessage", fault))
    with pytest.raises((SlackApiError, aiohttp.ClientError)):
        await client.chat_postMessage(channel=CHANNEL, text="a")
    assert len(server.said(CHANNEL)) == posted


async def test_an_answer_may_take_long_after_the_post(server: SlackServer, client: AsyncWebClient) -> None:
    server.slow_seconds = 60.0
    server.troubles.append(Trouble("chat.postMessage", Fault.SLOW_AFTER))
    asking = asyncio.create_task(client.chat_postMessage(channel=CHANNEL, text="a"))
    await at_once(server.wait_for, lambda: server.said(CHANNEL))
    assert not asking.done()
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)


async def test_faults_can_be_drawn_by_their_rates() -> None:
    with SlackServer(fault_rates={Fault.UNAVAILABLE_AFTER: 0.5}, seed=3) as server:
        client = AsyncWebClient(server.bot_token, base_url=server.api_url)
        said = [client.chat_postMessage(channel=CHANNEL, text="a") for _ in range(20)]
        failed = [one for one in await asyncio.gather(*said, return_exceptions=True) if isinstance(one, Exception)]
        assert 0 < len(failed) < 20 == len(server.said(CHANNEL))


async def test_the_clients_own_repeat_posts_twice(server: SlackServer) -> None:
    server.troubles.append(Trouble("chat.postMessage", Fault.CUT_AFTER))
    repeating = AsyncWebClient(server.bot_token, base_url=server.api_url)
    await repeating.chat_postMessage(channel=CHANNEL, text="a")
    assert len(server.said(CHANNEL)) == 2


async def test_any_code_can_be_ordered_for_a_method(server: SlackServer, client: AsyncWebClient) -> None:
    server.troubles.append(Trouble("chat.postMessage", "restricted_action", times=2))
    for _ in range(2):
        with pytest.raises(SlackApiError, match="restricted_action"):
            await client.chat_postMessage(channel=CHANNEL, text="a")
    await client.chat_postMessage(channel=CHANNEL, text="a")


async def test_uploads_downloads_and_response_urls_fail_too(server: SlackServer, client: AsyncWebClient) -> None:
    server.troubles.extend(Trouble(one, Fault.UNAVAILABLE_BEFORE) for one in (UPLOAD, DOWNLOAD, RESPONSE))
    with pytest.raises(Exception, match="503"):
        await client.files_upload_v2(channel=CHANNEL, filename="a.png", file=PNG)
    url = (await at_once(server.say, CHANNEL, "", files=[("a.png", PNG)]))["files"][0]["url_private"]
    assert (await downloaded(url, server.bot_token))[0] == 503
    done = server.do(server.members.slash, CHANNEL, "/next", "", ALICE)
    assert (await AsyncWebhookClient(done.response_url).send(text="a")).status_code == 503

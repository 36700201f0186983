"""Slack: slack_bolt itself over a real socket, against the Slack on loopback, with what our own manifest asks for."""

import re
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from bot.answering.commands import COMMANDS
from bot.core.room import Room
from bot.handwriting.ports.recognition import Recogniser
from bot.platforms.hearing import Hearing
from bot.platforms.slack.app import SlackFrontEnd
from bot.platforms.slack.manifest import manifest, slash_name
from tests.parity.house import SOURCE, House, open_house
from tests.parity.stage import Said, Stage, in_words
from tests.support.slack_answers import at_once, connected, settings_of
from tests.support.slack_facts import ALICE, BOT_USER, CHANNEL, ORGANISER, AppConfig, Json, Sight
from tests.support.slack_members import elements
from tests.support.slack_server import SlackServer

ELSEWHERE = "C0SECOND1"
SLASH = {one.name: slash_name(one) for one in COMMANDS}
_MOMENT = re.compile(r"<!date\^[^>]*>")
_LINK = re.compile(r"<[^<>|]+\|([^<>]*)>")
_MARKED = re.compile(r"(?<!\w)(?:\*(\S[^*\n]*)\*|_(\S[^_\n]*)_|~(\S[^~\n]*)~|`([^`\n]+)`)(?!\w)")
_LABELLED = re.compile(r"\*(.*?)\*\n?(.*)", re.DOTALL)


class SlackStage(Stage):
    platform = "slack"

    def __init__(self, house: House, server: SlackServer) -> None:
        super().__init__(house, ALICE, ORGANISER)
        self._server = server
        self._refused: list[tuple[str, Said]] = []  # what stands in forms, and who sees it

    async def seen_by(self, member: str) -> list[Said]:
        said = await at_once(self._server.do, self._look, member)
        return [*said, *(why for whom, why in self._refused if whom == member)]

    async def what_is_said_in_the_room(self) -> list[Said]:
        return await at_once(self._server.do, self._look, "", CHANNEL)

    def _look(self, member: str, only: str = "") -> list[Said]:
        found: list[Json] = []
        for channel in self._server.world.channels.values():
            if channel.id == only or (not only and member in channel.members):
                found += channel.messages.values()
                found += [message for to, message in channel.ephemerals.values() if to == member]
        ours = (one for one in found if one.get("user") == BOT_USER)
        return [_said(one) for one in sorted(ours, key=lambda one: str(one["ts"]))]

    async def say(self, member: str, text: str, pictures: Sequence[bytes]) -> None:
        files = [(f"{number}.png", one) for number, one in enumerate(pictures)]
        await at_once(self._server.say, CHANNEL, text, member, files)

    async def command(self, member: str, name: str, argument: str, *, elsewhere: bool) -> None:
        await at_once(self._server.slash, ELSEWHERE if elsewhere else CHANNEL, SLASH[name], argument, member)

    async def press(self, member: str, said: Said, label: str) -> None:
        await at_once(self._server.press, said.source, _labelled(said, label)["action_id"], member)

    async def choose(self, member: str, said: Said, label: str, option: str) -> None:
        menu = next(one for one in _elements(said.source) if in_words(_text(one.get("placeholder"))) == label)
        value = next(one["value"] for one in menu["options"] if in_words(_text(one["text"])) == option)
        chosen = [value] if menu["type"].startswith("multi") else value
        await at_once(self._server.choose, said.source, menu["action_id"], chosen, member)

    async def write(self, member: str, said: Said, label: str, text: str) -> None:
        before = len(self._server.world.sights)
        await at_once(self._server.press, said.source, _labelled(said, label)["action_id"], member)

        def form() -> Sight | None:
            return next(iter(self._server.seen(member, "view", before)), None)

        asked = (await at_once(self._server.wait_for, form)).content
        line = next(one["element"]["action_id"] for one in asked["blocks"] if one["type"] == "input")
        filled = await at_once(self._server.submit, asked, {line: text}, member)
        for number, why in enumerate(filled.errors.values()):  # they stand in the form
            self._refused.append((member, Said(f"{asked['id']}:{len(self._refused)}:{number}", why)))

    async def faults(self) -> list[str]:
        shown = [one for one in self._server.world.sights if one.content.get("user") == BOT_USER]
        posted = [one for one in shown if one.kind not in ("update", "delete")]  # these open none
        previews = [link for one in posted for link in one.unfurls]
        return [
            *self._server.problems,
            *previews,
            *(found for one in shown for found in (*one.pings, *one.broken_markup)),
        ]


def _elements(message: Json) -> list[Json]:
    return [one for block in message.get("blocks") or () for one in elements(block)]


def _labelled(said: Said, label: str) -> Json:
    return next(
        one for one in _elements(said.source) if one["type"] == "button" and in_words(_text(one["text"])) == label
    )


def _text(part: Any) -> str:
    return str((part or {}).get("text", ""))


def _shown(text: Json) -> str:
    return str(text["text"]) if text["type"] == "plain_text" else _read(str(text["text"]))


def _read(text: str) -> str:
    """Return mrkdwn as it is read: markup does its work, what is escaped stands there."""
    shown = _MARKED.sub(lambda found: next(filter(None, found.groups()), ""), _LINK.sub(r"\1", _MOMENT.sub("", text)))
    return shown.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _field(text: Json) -> str:
    found = _LABELLED.fullmatch(str(text["text"]))
    assert found is not None, text
    return f"{_read(found[1])}: {_read(found[2]).strip()}"


def _lines(block: Json) -> Iterator[str]:
    if block["type"] == "section" and "accessory" not in block:
        yield from [_shown(block["text"])] if "text" in block else []
        yield from map(_field, block.get("fields", ()))
    elif block["type"] == "header":
        yield _shown(block["text"])


def _said(message: Json) -> Said:
    blocks = message.get("blocks") or []
    lines = [line for block in blocks for line in _lines(block)] if blocks else [_read(str(message["text"]))]
    buttons = [one for one in _elements(message) if one["type"] == "button"]
    menus = [one for one in _elements(message) if one["type"] != "button"]
    files = message.get("files", ())
    return Said(
        str(message["ts"]),
        in_words(*lines),
        frozenset(in_words(_text(one["text"])) for one in buttons),
        {
            in_words(_text(one["placeholder"])): tuple(in_words(_text(o["text"])) for o in one.get("options", ()))
            for one in menus
        },
        tuple(one["title"] for one in files if one["mimetype"].startswith("image/")),
        tuple(one["name"] for one in files if not one["mimetype"].startswith("image/")),
        message.get("thread_ts") if message.get("thread_ts") != message["ts"] else None,
        message,
    )


@asynccontextmanager
async def slack_stage(folder: Path, locale: str, recogniser: Recogniser | None) -> AsyncIterator[Stage]:
    room = Room(
        "slack",
        CHANNEL,
        (SOURCE,),
        locale=locale,
        organisers=(ORGANISER,),
        asks=True,
        digest="mon 09:00",
        guild="T0TSUDOI1",
    )
    with SlackServer((CHANNEL, ELSEWHERE), app=AppConfig.of_manifest(manifest())) as server:
        async with open_house(folder, room, recogniser) as house:
            services = house.services
            hearing = Hearing("slack", services.clock, services.stores.heard)
            given = (settings_of(server), services.answering, house.rooms, hearing)
            front_end = SlackFrontEnd(*given, first_wait=timedelta(milliseconds=50))
            house.senders.append(front_end)
            async with connected(front_end, server):
                yield SlackStage(house, server)

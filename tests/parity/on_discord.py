"""Discord: discord.py itself over a real socket, against the Discord on loopback."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from discord.gateway import DiscordWebSocket
from discord.http import Route
from pydantic import SecretStr
from simcord.components import walk_components

from bot.answering.commands import DRAFT, NEXT, QUIZ, REMIND, REPORT, VOCABULARY
from bot.config import DiscordSettings
from bot.core.room import Room
from bot.handwriting.ports.recognition import Recogniser
from bot.platforms.discord.bot import DiscordFrontEnd
from tests.parity.house import SOURCE, House, open_house, serving
from tests.parity.stage import Said, Stage, in_words, until
from tests.support.discord_server import DiscordServer
from tests.support.discord_world import ALICE, BOT, GUILD, ORGANISER, Json

ROOM, ELSEWHERE = "101", "102"
BUTTON, MENUS = 2, (3, 5, 6, 7, 8)
NAMES = {ALICE: "alice", ORGANISER: "organiser"}
ARGUMENTS = {REMIND.name: "event", QUIZ.name: "topic"} | {one.name: "argument" for one in (NEXT, REPORT, DRAFT)}
_MOMENT = re.compile(r"<t:\d+:R>")
_ESCAPED = re.compile(r"\\([^\w\s]|_)")
_SHELTERED = re.compile("[\ue000-\ue0ff]")
_NAMED = re.compile(r"<@(\d+)>")
_MARKED = re.compile(
    r"\*\*(.+?)\*\*|\*(\S.*?)\*|(?<!\w)_(\S.*?)_(?!\w)|~~(.+?)~~|\|\|(.+?)\|\||`([^`\n]+)`|\[([^]\n]+)]\(\S+?\)"
    r"|^(?:#{1,3}|-#|[>+-])\s",
    re.MULTILINE,
)
_LINK_LINE = re.compile(r"^\[(.+)\]\((https?://\S+)\)$", re.MULTILINE)
_NUMBER = re.compile(r"^\d+\. ")


class DiscordStage(Stage):
    platform = "discord"

    def __init__(self, house: House, server: DiscordServer) -> None:
        super().__init__(house, ALICE, ORGANISER)
        self._server = server
        self._whispered: dict[str, str] = {}  # by message: who alone sees it

    async def seen_by(self, member: str) -> list[Said]:
        return [_said(one) for one in await self._messages() if self._sees(member, one)]

    def _sees(self, member: str, message: Json) -> bool:
        channel = self._server.world.backend.get_channel(int(message["channel_id"]))
        is_there = channel.guild_id is not None or int(member) in channel.recipient_ids
        return is_there and self._whispered.get(message["id"], member) == member

    async def what_is_said_in_the_room(self) -> list[Said]:
        there = (one for one in await self._messages() if one["channel_id"] == ROOM)
        return [_said(one) for one in there if not _is_whispered(one)]

    async def _messages(self) -> list[Json]:
        def look() -> list[Json]:
            world = self._server.world
            ids = [(one.id, channel) for channel, kept in world.backend.messages.items() for one in kept.values()]
            found = (world.find(str(channel), str(number)) for number, channel in sorted(ids))
            return [one for one in found if one is not None and one["author"]["id"] == BOT]

        return await asyncio.to_thread(self._server.do, look)

    async def say(self, member: str, text: str, pictures: Sequence[bytes]) -> None:
        files = [(f"{number}.png", one) for number, one in enumerate(pictures)]
        before = len(await self.what_is_said_in_the_room())
        await asyncio.to_thread(self._server.say, ROOM, text, author=member, files=files)

        async def look() -> bool | None:
            return len(await self.what_is_said_in_the_room()) > before or None

        typed = VOCABULARY.parse(text)
        if typed is not None and typed.command is not None and typed.command.is_private:
            await until(look)  # the room is told of what came by direct message, after that

    async def command(self, member: str, name: str, argument: str, *, elsewhere: bool) -> None:
        channel = ELSEWHERE if elsewhere else ROOM
        if name == "tsudoi":
            name, argument = f"tsudoi {argument}", ""
        given = {ARGUMENTS[name]: argument} if argument else {}
        await self._interacts(member, self._server.slash, channel, name, member, **given)

    async def press(self, member: str, said: Said, label: str) -> None:
        await self._interacts(member, self._server.press, said.source, _labelled(said, label)["custom_id"], member)

    async def choose(self, member: str, said: Said, label: str, option: str) -> None:
        menu = next(one for one in _parts(said.source) if in_words(one.get("placeholder") or "") == label)
        value = next(one["value"] for one in menu["options"] if in_words(one["label"]) == option)
        await self._interacts(member, self._server.press, said.source, menu["custom_id"], member, [value])

    async def write(self, member: str, said: Said, label: str, text: str) -> None:
        form = await asyncio.to_thread(self._server.press, said.source, _labelled(said, label)["custom_id"], member)
        await self._interacts(member, self._server.submit, form, member, written=text)

    async def _interacts(self, member: str, act: Any, *given: Any, **options: Any) -> None:
        answer = await asyncio.to_thread(act, *given, **options)
        for one in (answer.get("message"), *answer["followups"]):
            if one is not None and _is_whispered(one):
                self._whispered[one["id"]] = member

    async def faults(self) -> list[str]:
        sent = [one.body for one in self._server.calls if isinstance(one.body, dict)]
        bodies = [*sent, *(one["data"] for one in sent if isinstance(one.get("data"), dict))]
        rings = [str(one) for one in bodies if one.get("allowed_mentions", {"parse": []}) != {"parse": []}]
        shown = [str(one) for one in await self._messages() if one["mention_everyone"] or one["mentions"]]
        return [*self._server.problems, *rings, *shown]


def _is_whispered(message: Json) -> bool:
    return bool(message["flags"] & 64)


def _parts(message: Json) -> Iterator[Json]:
    yield from walk_components(message["components"])


def _labelled(said: Said, label: str) -> Json:
    return next(one for one in _parts(said.source) if one["type"] == BUTTON and _label(one["label"]) == label)


def _label(text: str) -> str:
    """Several cards are numbered, since all buttons stand below the whole."""
    return in_words(_NUMBER.sub("", text))


def _plain(text: str | None) -> str:
    """Return a text as it is read: markup does its work, what is escaped stands there, and members have names."""
    text = _ESCAPED.sub(lambda found: chr(0xE000 + ord(found[1])), _MOMENT.sub("", text or ""))
    text = _NAMED.sub(lambda found: f"@{NAMES[found[1]]}", text)
    text = _MARKED.sub(lambda found: next(filter(None, found.groups()), ""), text)
    return _SHELTERED.sub(lambda found: chr(ord(found[0]) - 0xE000), text)


def _said(message: Json) -> Said:
    lines, links = [_plain(message["content"])], []
    for embed in message["embeds"]:
        body = embed.get("description") or ""
        links += [_label(found[1]) for found in _LINK_LINE.finditer(body)]
        title = (
            _NUMBER.sub("", _plain(embed.get("title"))) if len(message["embeds"]) > 1 else _plain(embed.get("title"))
        )
        lines += [title, _plain(_LINK_LINE.sub("", body))]
        lines += [f"{_plain(one['name'])}: {_plain(one['value'])}" for one in embed.get("fields", ())]
    buttons = [_label(one["label"]) for one in _parts(message) if one["type"] == BUTTON]
    menus = [one for one in _parts(message) if one["type"] in MENUS]
    pictures = [one for one in message["attachments"] if one["filename"].endswith((".png", ".jpg"))]
    return Said(
        message["id"],
        in_words(*lines),
        frozenset([*buttons, *links]),
        {in_words(one["placeholder"]): tuple(in_words(o["label"]) for o in one.get("options", ())) for one in menus},
        tuple(str(one.get("description")) for one in pictures),
        tuple(one["filename"] for one in message["attachments"] if one not in pictures),
        (message.get("message_reference") or {}).get("message_id"),
        message,
        counts_down=True,
    )


@asynccontextmanager
async def discord_stage(
    folder: Path, locale: str, recogniser: Recogniser | None, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Stage]:
    monkeypatch.setattr(Route, "BASE", Route.BASE)  # put back afterwards
    monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", DiscordWebSocket.DEFAULT_GATEWAY)
    room = Room(
        "discord", ROOM, (SOURCE,), locale=locale, organisers=(ORGANISER,), asks=True, digest="mon 09:00", guild=GUILD
    )
    with DiscordServer((ROOM, ELSEWHERE)) as server:
        async with open_house(folder, room, recogniser) as house:
            addresses = {"api_url": server.api_url, "gateway_url": server.gateway_url}
            settings = DiscordSettings(token=SecretStr(server.token), **addresses)
            services = house.services
            given = (settings, services.answering, house.rooms, services.stores.memory)
            front_end = DiscordFrontEnd(*given, first_wait=timedelta(milliseconds=10))
            house.senders.append(front_end)
            async with serving(front_end):
                await asyncio.to_thread(server.wait_for_bot)
                yield DiscordStage(house, server)

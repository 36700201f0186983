"""The local room over its real HTTP."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import aiohttp

from bot.app.running import build_room
from bot.core.room import EVERYBODY, LOCAL, MAIN, Room
from bot.handwriting.ports.recognition import Recogniser
from bot.handwriting.workers.recogniser import LocalRecogniser
from model.reading import percent
from tests.parity.house import SOURCE, House, open_house, serving
from tests.parity.stage import Said, Stage, in_words

VISITOR, DOWNLOADS = "visitor", "/downloads/"


class Paper:
    """What the room asks of the recogniser beside reading."""

    def __init__(self, recogniser: Any) -> None:
        self.copy = recogniser.copy

    def drawing_board(self) -> None:
        return None


class LocalStage(Stage):
    platform = LOCAL

    def __init__(self, house: House, client: aiohttp.ClientSession) -> None:
        super().__init__(house, VISITOR, VISITOR)
        self._client = client

    async def seen_by(self, member: str) -> list[Said]:
        return await self.what_is_said_in_the_room()

    async def what_is_said_in_the_room(self) -> list[Said]:
        async with self._client.get("/api/messages") as response:
            assert response.status == 200
            return [_said(one) for one in (await response.json())["messages"] if one["bot"]]

    async def say(self, member: str, text: str, pictures: Sequence[bytes]) -> None:
        if not pictures:
            await self._post("/api/messages", json={"text": text})
            return
        form = aiohttp.FormData({"text": text})
        for picture in pictures:
            form.add_field("file", picture, filename="a.png", content_type="image/png")
        await self._post("/api/messages", data=form)

    async def command(self, member: str, name: str, argument: str, *, elsewhere: bool) -> None:
        await self.say(member, f"!{name} {argument}".strip(), ())

    async def press(self, member: str, said: Said, label: str) -> None:
        await self._act(_labelled(_buttons(said.source), label)["id"])

    async def choose(self, member: str, said: Said, label: str, option: str) -> None:
        choice = _labelled(said.source["choices"], label)
        await self._act(choice["id"], _labelled(choice["options"], option)["value"])

    async def write(self, member: str, said: Said, label: str, text: str) -> None:
        await self._act(_labelled(said.source["entries"], label)["id"], text)

    async def _act(self, button: str, *values: str) -> None:
        await self._post("/api/actions", json={"id": button, "values": list(values)})

    async def _post(self, path: str, **body: Any) -> None:
        async with self._client.post(path, **body) as response:
            assert response.status == 200, await response.text()

    async def faults(self) -> list[str]:
        async with self._client.get("/api/messages") as response:
            kind, options = response.content_type, response.headers.get("X-Content-Type-Options")
        return [] if (kind, options) == ("application/json", "nosniff") else [f"a browser may take it for {kind}"]


def _buttons(message: dict[str, Any]) -> list[dict[str, Any]]:
    return cast(list[dict[str, Any]], message["buttons"])


def _labelled(parts: list[dict[str, Any]], label: str) -> dict[str, Any]:
    return next(one for one in parts if in_words(one["label"]) == label)


def _said(message: dict[str, Any]) -> Said:
    cards = [line for card in message["cards"] for line in _card(card)]
    pressed = [one for one in _buttons(message) if not one["url"].startswith(DOWNLOADS)]
    asked = [in_words(one["label"]) for one in (*pressed, *message["entries"])]
    return Said(
        str(message["id"]),
        in_words(message["lead"], *cards),
        frozenset(asked),
        {in_words(one["label"]): tuple(in_words(o["label"]) for o in one["options"]) for one in message["choices"]},
        tuple(one["shows"] for one in message["pictures"]),
        tuple(one["label"] for one in _buttons(message) if one["url"].startswith(DOWNLOADS)),
        message["replies_to"],
        message,
    )


def _card(card: dict[str, Any]) -> list[str]:
    bars = [f"{one['label']} {percent(one['share'], 'over', 'under')}" for one in card["bars"]]  # as the page does
    return [card["title"], card["body"], *bars, *(f"{one['name']}: {one['value']}" for one in card["fields"])]


@asynccontextmanager
async def local_stage(folder: Path, locale: str, recogniser: Recogniser | None) -> AsyncIterator[Stage]:
    room = Room(LOCAL, MAIN, (SOURCE,), locale=locale, organisers=(EVERYBODY,), asks=True, digest="mon 09:00")
    async with open_house(folder, room, recogniser) as house:
        paper = cast(LocalRecogniser, Paper(house.recogniser))
        web = build_room(house.settings, house.services, house.recogniser, paper, None, [])
        house.senders.append(web)
        async with serving(web):
            await web.opened.wait()
            async with aiohttp.ClientSession(web.url) as client:
                yield LocalStage(house, client)

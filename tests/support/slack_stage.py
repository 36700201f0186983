"""A Slack with the bot in it, whose answers are fixed: what a member does there, and what they see."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from bot.core.actions import Kept
from bot.core.askers import Asker, Channels
from bot.core.messages import Button, Choice, Entry, Message, MessageKind, Option
from bot.core.room import MANAGERS, Room
from bot.core.rooms import Rooms
from bot.platforms.pace import Waiting
from bot.platforms.slack.manifest import manifest
from tests.support.remembering import RememberedInMemory
from tests.support.slack_answers import RecordedAnswers, at_once, connected, front_end_of, said
from tests.support.slack_facts import ALICE, BOT_USER, CHANNEL, AppConfig, Json
from tests.support.slack_server import Interaction, SlackServer

OTHER = "C0OTHER01"
PNG = b"\x89PNG picture"


@dataclass
class RecordedPages:
    """Organisers' pages, and what was done on them."""

    askers: list[Asker] = field(default_factory=list)
    channels: list[Channels] = field(default_factory=list)
    acted: list[tuple[str, ...]] = field(default_factory=list)

    async def open(self, asker: Asker, what: str) -> Message:
        self.askers.append(asker)
        self.channels.append(await asker.surroundings.channels())
        return self._page(what) if asker.may_organise else said("運営の方だけです。")

    async def act(self, asker: Asker, action: Any) -> Message:
        if not asker.may_organise:
            return said("運営の方だけです。")
        values = getattr(action, "chosen", None) or tuple(filter(None, [getattr(action, "written", "")]))
        self.acted.append((action.id, *values))
        return self._page(f"{action.id} {' '.join(values)}".strip())

    def _page(self, lead: str) -> Message:
        options = (Option("ja", "日本語", chosen=True), Option("en", "English"))
        return Message(
            MessageKind.ANSWER,
            lead,
            choices=(
                Choice(Kept("tsudoi:setup:language"), "ことば", options),
                Choice(Kept("tsudoi:setup:parts"), "複数", options, many=True),
            ),
            entries=(Entry(Kept("tsudoi:setup:add:group"), "グループを追加", "アドレス", "tfug-utsunomiya"),),
            buttons=(Button("次へ", Kept("tsudoi:setup:go:language")), Button("外へ", url="https://example.test/")),
        )


@dataclass
class Stage:
    """A Slack with the bot in it, and what the bot was asked."""

    server: SlackServer
    answers: RecordedAnswers
    pages: RecordedPages
    heard: RememberedInMemory

    async def slash(self, command: str, text: str = "", author: str = ALICE, channel: str = CHANNEL) -> Interaction:
        return await self._done(await at_once(self.server.slash, channel, command, text, author))

    async def press(self, message: Json, action: str, author: str = ALICE, value: Any = None) -> Interaction:
        return await self._done(await at_once(self.server.press, message, action, author, value))

    async def submit(self, view: Json, values: dict[str, Any], author: str = ALICE) -> Interaction:
        return await self._done(await at_once(self.server.submit, view, values, author))

    async def _done(self, done: Interaction) -> Interaction:
        await at_once(self.server.wait_for, lambda: done.seen)
        return done

    async def ask(self, text: str, channel: str = CHANNEL, **more: Any) -> Json:
        return await at_once(self.server.ask, channel, text, **more)

    async def quiet(self, since: int = 0) -> list[Json]:
        """Ask something else, and return all that the bot said before it answered that."""
        await self.ask("!events")
        return [one.content for one in self.server.said(CHANNEL, ALICE, since)][:-1]


@asynccontextmanager
async def slack_stage(waiting: Waiting | None = None) -> AsyncIterator[Stage]:
    """Open it; at its end nothing may have been refused as a mistake of the bot, or shown to nobody."""
    pages, heard = RecordedPages(), RememberedInMemory()
    answers = RecordedAnswers(organising=pages)
    rooms = Rooms([Room("slack", CHANNEL, ("utsunomiya",), organisers=(MANAGERS,))], ["utsunomiya"])
    with SlackServer((CHANNEL, OTHER), app=AppConfig.of_manifest(manifest())) as server:
        async with connected(front_end_of(server, answers, rooms, heard, waiting=waiting), server):
            yield Stage(server, answers, pages, heard)
        assert (server.problems, server.world.unseen) == ([], [])


def lead(message: Json) -> str:
    """What a message says first."""
    return str(message["blocks"][0]["text"]["text"])


def button(message: Json, starts: str) -> str:
    """The id of a button of a message."""
    elements = [one for block in message["blocks"] for one in block.get("elements", ())]
    return next(str(one["action_id"]) for one in elements if str(one["action_id"]).startswith(starts))


def buttons_of(action: str) -> list[Json]:
    label = {"type": "plain_text", "text": "押す"}
    element = {"type": "button", "action_id": action, "value": action, "text": label}
    return [{"type": "actions", "block_id": "b", "elements": [element]}]


async def posted(stage: Stage, action: str) -> Json:
    """A message of the bot with one button."""
    message = {"user": BOT_USER, "bot_id": "B0TSUDOI1", "text": "質問です", "blocks": buttons_of(action)}
    return await at_once(stage.server.do, stage.server.world.post, CHANNEL, message)

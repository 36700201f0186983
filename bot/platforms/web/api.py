"""The addresses of the room: each parses, makes one call, and writes the answer."""

import asyncio
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler

from bot import __version__
from bot.answering.answering import Answering
from bot.config import CommunitySettings
from bot.core.clock import Clock
from bot.core.errors import PictureError
from bot.core.numbers import whole_number
from bot.handwriting.ports.recognition import Recogniser
from bot.handwriting.reading_messages import unreadable_picture
from bot.locales import texts_for
from bot.platforms.web.album import Album
from bot.platforms.web.calendars import Calendars
from bot.platforms.web.console import ConsoleApi
from bot.platforms.web.conversation import Conversation, view_of
from bot.platforms.web.door import Door, address_of
from bot.platforms.web.drawing import DrawingApi
from bot.platforms.web.json_answers import json_answer
from bot.platforms.web.message_json import message_json
from bot.platforms.web.metrics import Metrics
from bot.platforms.web.pages import language_of_sentence, page_routes
from bot.platforms.web.quiz import QuizApi
from bot.platforms.web.refusals import Refusal
from bot.platforms.web.room_messages import RoomMessage, RoomMessages, View
from bot.platforms.web.static_files import static_files
from bot.platforms.web.streams import HEARTBEAT, Streams, wait_for_news
from bot.platforms.web.turns import Turns
from bot.platforms.web.uploads import read_json, read_picture, read_said
from bot.reports.ports import ReportStore
from bot.reports.report_messages import report_json
from model.reading import Reading

log = structlog.get_logger()

MOST_MESSAGES = 1000
TOP, MOST_CANDIDATES = 5, 10
SLOWEST_READER = 20.0  # seconds in which a page must take what is written to it
REFUSED_AFTER = 1.0  # seconds: a page that finds no room asks again at once
_PICTURE_STATUS = {"too_large": 413, "busy": 503, "too_slow": 422}


@dataclass(frozen=True)
class RoomApi:
    """Everything that the addresses need."""

    conversation: Conversation
    door: Door
    messages: RoomMessages
    answering: Answering
    kept_reports: ReportStore
    recogniser: Recogniser | None
    drawing: DrawingApi
    quiz: QuizApi
    console: ConsoleApi
    community: CommunitySettings
    shows_samples: bool
    clock: Clock
    album: Album
    calendars: Calendars
    streams: Streams
    metrics: Metrics

    @cached_property
    def _pictures(self) -> Turns:
        return Turns(self.clock)

    @cached_property
    def _live(self) -> Turns:
        return Turns(self.clock, 2, 20)  # a page that draws asks many times a second

    @cached_property
    def _words(self) -> Turns:
        return Turns(self.clock, 2)  # few, so that each is quick

    def routes(self) -> list[web.RouteDef]:
        """Return every address with what answers it."""
        return [
            *page_routes(self.facts),
            *static_files().routes(),
            *self.console.routes(),
            *self.drawing.routes(),
            *self.quiz.routes(),
            web.get("/model", self.model_card),
            web.get("/pictures/{name}", self.picture),
            web.get("/downloads/{token}/{name}", self.download),
            web.get("/api/room", self._in_turn(self.room)),
            web.get("/api/messages", self._in_turn(self.list_messages)),
            web.post("/api/messages", self.say),
            web.post("/api/actions", self.press),
            web.get("/api/stream", self.stream, allow_head=False),
            web.post("/api/read", self.read),
            web.get("/api/events", self._in_turn(self.events)),
            web.get("/api/reports", self._in_turn(self.reports)),
            *self.calendars.routes(),
        ]

    def _in_turn(self, handler: Handler) -> Handler:
        """What is looked up takes turns with what is said."""

        async def answer(request: web.Request) -> web.StreamResponse:
            async with self._words.turn(self.door.caller(request)):
                return await handler(request)

        return answer

    async def room(self, request: web.Request) -> web.Response:
        """Tell where one is."""
        response = json_answer(self.facts())
        await self.door.seat(request)  # from here on a visitor has a conversation of their own
        self.door.remember(request, response)
        return response

    def facts(self) -> dict[str, Any]:
        """Return what the pages know of the room."""
        return {
            "community": self.community.name,
            "locale": self.conversation.room.locale,
            "timezone": self.community.timezone.key,
            "samples": self.shows_samples,
            "reads": self.recogniser is not None,
            "version": __version__,
        }

    async def list_messages(self, request: web.Request) -> web.Response:
        """Give the messages after an id, or the newest ones (before an id), oldest first."""
        after, before = _number(request, "after"), _number(request, "before")
        limit = min(_number(request, "limit") or MOST_MESSAGES, MOST_MESSAGES)
        view = view_of(await self.door.seat(request))
        if after is not None:
            found = await self.messages.after(view, after, limit)
        else:
            found = await self.messages.latest(view, limit, before)
        answer = json_answer({"messages": [message_json(said) for said in found]})
        answer.enable_compression()
        self.door.remember(request, answer)  # before the page listens to what is news for this visitor
        return answer

    async def say(self, request: web.Request) -> web.Response:
        """Take what a visitor says or shows."""
        said = await read_said(request)
        turns = self._pictures if said.picture else self._words
        async with turns.turn(self.door.caller(request), len(said.picture or b"")):
            return self._spoken(request, await self.conversation.say(await self.door.seat(request), said))

    async def press(self, request: web.Request) -> web.Response:
        """Take a pressed button, or what was chosen or filled in as its `values`, in the `message` where it stands."""
        pressed = await read_json(request)
        button_id, values, place = pressed.get("id"), pressed.get("values", []), pressed.get("message")
        if type(place) is not int or not 0 < place < 2**53:
            place = None
        spoken = None
        if isinstance(button_id, str) and isinstance(values, list) and all(isinstance(one, str) for one in values):
            async with self._words.turn(self.door.caller(request)):
                spoken = await self.conversation.press(await self.door.seat(request), button_id, values, place)
        if spoken is None:
            raise Refusal(404, "unknown_button")
        return self._spoken(request, spoken)

    def _spoken(self, request: web.Request, spoken: Sequence[RoomMessage]) -> web.Response:
        said, *answers = (message_json(message) for message in spoken)
        response = json_answer({**said, "answers": answers})
        self.door.remember(request, response)
        return response

    async def stream(self, request: web.Request) -> web.StreamResponse:
        """Send every new message as it comes, from the one after `Last-Event-ID` on, and each edit after `edited`."""
        last, edited = _number(request, "after"), _number(request, "edited")
        seen = whole_number(request.headers.get("Last-Event-ID", ""), digits=18)
        if seen is not None:
            last = seen
        seat = await self.door.seat(request)
        view, address = view_of(seat), address_of(request)
        if not self.streams.has_room(seat.channel, address):
            await asyncio.sleep(REFUSED_AFTER)
        with self.streams.listening(seat.channel, address) as news:
            if last is None:
                last = await self.messages.last_id(view)
            if edited is None:
                edited = await self.messages.last_revision(view)
            response = web.StreamResponse(
                headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no"}
            )
            await response.prepare(request)
            try:
                await self._tell_news(request, response, view, news, last, edited)
            except ConnectionError:
                pass  # the page was closed
            except Exception as error:  # its headers are sent: hang up, and the page comes again
                log.warning("stream broke", reason=repr(error))
                if request.transport is not None:
                    request.transport.abort()
        return response

    async def _tell_news(
        self,
        request: web.Request,
        response: web.StreamResponse,
        view: View,
        news: asyncio.Event,
        last: int,
        edited: int,
    ) -> None:
        await _write(response, "retry: 2000\n\n")
        while self.streams.is_on(news):
            if view_of(await self.door.seat(request)) != view:  # the log-in is over: the page comes again as a visitor
                return
            found = await self.messages.after(view, last, 100)
            for said in found:
                await _write(response, _event(said))
                last = said.id
            changed = await self.messages.edited_after(view, edited, 100)
            for said in changed:
                await _write(response, _edit(said))
                edited = said.revision or edited
            # Without news the store is looked at all the same: another process may write to it.
            if not (found or changed) and not await wait_for_news(news, HEARTBEAT):
                await _write(response, ": still here\n\n")

    async def read(self, request: web.Request) -> web.Response:
        """Read a picture, and nothing else: the room hears nothing of it."""
        if self.recogniser is None:
            raise Refusal(404, "reading_off")
        picture = await read_picture(request)
        async with self._live.turn(self.door.caller(request), len(picture)):
            began = time.monotonic()
            try:
                reading = await self.recogniser.read(picture)
            except PictureError as error:
                self.metrics.readings[error.code] += 1
                return self._unreadable(request, error)
            self.metrics.readings["read"] += 1
            self.metrics.reading_seconds += time.monotonic() - began
        return json_answer(_with_candidates(reading, min(_number(request, "top") or TOP, MOST_CANDIDATES)).to_json())

    def _unreadable(self, request: web.Request, error: PictureError) -> web.Response:
        said = unreadable_picture(texts_for(language_of_sentence(self.facts(), request)), error).lead
        return json_answer({"error": said, "code": error.code}, _PICTURE_STATUS.get(error.code, 400))

    async def picture(self, request: web.Request) -> web.Response:
        """Give a picture that a visitor showed since the start."""
        picture = await self.album.picture(request.match_info["name"])
        if picture is None:
            raise Refusal(404, "not_found")
        return web.Response(
            body=picture, content_type="image/jpeg", headers={"Cache-Control": "private, max-age=86400, immutable"}
        )

    async def download(self, request: web.Request) -> web.Response:
        """Give a file that the bot made for a visitor."""
        file = self.conversation.downloads.get(request.match_info["token"])
        if file is None:
            raise Refusal(404, "not_found")
        headers = {"Content-Disposition": f'attachment; filename="{file.name}"', "Cache-Control": "no-store"}
        return web.Response(body=file.content, content_type="application/octet-stream", headers=headers)

    async def model_card(self, _request: web.Request) -> web.Response:
        """Give the card of the model that reads, in Markdown."""
        return web.Response(text=await self.answering.model_card(), headers={"Cache-Control": "no-cache"})

    async def events(self, _request: web.Request) -> web.Response:
        """Give every event, past ones included."""
        return json_answer(await self.answering.telling.events_json(self.conversation.room))

    async def reports(self, _request: web.Request) -> web.Response:
        """Give every report, and which event it is about."""
        texts = texts_for(self.conversation.room.locale, self.community.timezone)
        return json_answer({"reports": [report_json(report, texts) for report in await self.kept_reports.reports()]})


def _with_candidates(reading: Reading, top: int) -> Reading:
    return replace(reading, glyphs=tuple(replace(one, candidates=one.candidates[:top]) for one in reading.glyphs))


def _number(request: web.Request, name: str) -> int | None:
    written = request.query.get(name)
    if written is None:
        return None
    number = whole_number(written, digits=18)
    if number is None:
        raise Refusal(400, "bad_number")
    return number


def _event(said: RoomMessage) -> str:
    return f"id: {said.id}\ndata: {json.dumps(message_json(said), ensure_ascii=False)}\n\n"


def _edit(said: RoomMessage) -> str:
    return f"event: edit\ndata: {json.dumps(message_json(said), ensure_ascii=False)}\n\n"


async def _write(response: web.StreamResponse, text: str) -> None:
    async with asyncio.timeout(SLOWEST_READER):
        await response.write(text.encode())

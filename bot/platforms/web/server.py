"""The local room as a front end: opens the port, guards it, and closes cleanly."""

import asyncio
import errno
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial
from typing import Any

import structlog
from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.typedefs import Handler

from bot.answering.answering import Answering
from bot.config import CommunitySettings, WebSettings
from bot.core.clock import Clock
from bot.core.errors import FrontEndError, SendRefused, StoreFull
from bot.core.messages import Message
from bot.core.problems.base import Problem
from bot.core.problems.platforms import CannotListen, NoLocalChannel, PortForbidden, PortInUse
from bot.core.room import LOCAL, MAIN, member_at
from bot.core.rooms import Rooms
from bot.handwriting.ports.drawing import DrawingBoard
from bot.handwriting.ports.recognition import Recogniser
from bot.handwriting.quizzing import Quizzing
from bot.locales import texts_for
from bot.organisers.console import Console
from bot.platforms.web.album import Album
from bot.platforms.web.api import RoomApi
from bot.platforms.web.arriving import ARRIVING, Arriving
from bot.platforms.web.calendars import Calendars
from bot.platforms.web.connections import BACKLOG, REQUEST_TAKES, Connections
from bot.platforms.web.console import ConsoleApi
from bot.platforms.web.conversation import Conversation, OnThePage
from bot.platforms.web.door import VISITOR, Door, is_reached_from_elsewhere
from bot.platforms.web.drawing import DrawingApi
from bot.platforms.web.guard import HEADERS, Guard
from bot.platforms.web.health import Condition, HealthApi
from bot.platforms.web.metrics import Metrics
from bot.platforms.web.pages import REFUSED, language_of, language_of_sentence, written
from bot.platforms.web.quiz import QuizApi
from bot.platforms.web.refusals import Refusal, sentence
from bot.platforms.web.room_messages import RoomMessages
from bot.platforms.web.streams import Streams
from bot.platforms.web.uploads import LARGEST_FORM
from bot.reports.ports import ReportStore

log = structlog.get_logger()


def _is_an_error_of_ours(record: logging.LogRecord) -> bool:
    """Whether a traceback is worth a line: nobody needs to hear of what is no HTTP, or of who hangs up."""
    return not (record.exc_info and isinstance(record.exc_info[1], HttpProcessingError | ConnectionError))


_http_log = logging.getLogger("bot.platforms.web.http")
_http_log.addFilter(_is_an_error_of_ours)


class WebRoom:
    """Fulfils `Sender` for the platform `local`. Once `opened`, the page answers at `url`."""

    name = platform = LOCAL
    problem: Problem | None = None  # who cannot open the page sees that for themselves

    def __init__(
        self,
        settings: WebSettings,
        messages: RoomMessages,
        answering: Answering,
        rooms: Rooms,
        clock: Clock,
        *,
        community: CommunitySettings,
        recogniser: Recogniser | None,
        copy_picture: Callable[[bytes], Awaitable[bytes]],
        drawing_board: DrawingBoard | None,
        quizzing: Quizzing | None = None,
        console: Console | None = None,
        reports: ReportStore,
        condition: Condition,
        samples: web.Application | None = None,
    ) -> None:
        self._settings = settings
        self._messages = messages
        self._samples = samples
        self._guard = Guard(settings)
        self._album = Album(copy_picture)
        self._streams = Streams()
        self._metrics = Metrics()
        self._conversation = Conversation(messages, answering, rooms, clock, self._album, self._streams)
        door = Door(settings, console, rooms, answering, partial(OnThePage, self._album))
        self._api = RoomApi(
            conversation=self._conversation,
            door=door,
            console=ConsoleApi(door),
            messages=messages,
            answering=answering,
            kept_reports=reports,
            recogniser=recogniser,
            drawing=DrawingApi(drawing_board, community.locale, clock, door),
            quiz=QuizApi(quizzing, rooms, self._album, clock, door),
            community=community,
            shows_samples=samples is not None,
            clock=clock,
            album=self._album,
            calendars=Calendars(answering.telling, rooms, community, door, clock),
            streams=self._streams,
            metrics=self._metrics,
        )
        self._health = HealthApi(condition, self._streams, self._metrics)
        self._connections = Connections()
        self.opened = asyncio.Event()
        self.url = ""

    async def serve(self) -> None:
        """Serve the page until cancelled. Raises FrontEndError if the port cannot be opened."""
        # Bodies stay as they are sent: unfolding them would happen on the event loop.
        options: dict[str, Any] = {
            "access_log": None,
            "auto_decompress": False,
            "keepalive_timeout": REQUEST_TAKES,
            "lingering_time": 1.0,
            "logger": _http_log,
        }
        runner = web.AppRunner(self._application(), shutdown_timeout=3.0, **options)
        await runner.setup()
        try:
            listening = await self._open_port(runner)
            self.url = page_address(self._settings.host, listening.sockets[0].getsockname()[1])
            self.opened.set()
            log.info("room open", url=self.url)
            try:
                await asyncio.Event().wait()
            finally:
                listening.close()
        finally:
            self._streams.close()
            await runner.cleanup()
            self._album.clear()

    async def _open_port(self, runner: web.AppRunner) -> asyncio.Server:
        host, port = self._settings.host, self._settings.port
        assert runner.server is not None  # noqa: S101  # it is set up
        new_handler = partial(self._connections.handler, runner.server)
        try:
            return await asyncio.get_running_loop().create_server(new_handler, host or None, port, backlog=BACKLOG)
        except OSError as error:
            raise FrontEndError(_why_not(error, host, port)) from error

    def _application(self) -> web.Application:
        application = web.Application(middlewares=[self._middleware], client_max_size=LARGEST_FORM)
        application[ARRIVING] = Arriving()
        application.add_routes([*self._api.routes(), *self._health.routes()])
        application.on_response_prepare.append(_add_headers)
        if self._samples is not None:
            application.add_subapp("/samples/", self._samples)
        return application

    @web.middleware
    async def _middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Guard every request, and turn whatever goes wrong into a status and a sentence."""
        self._connections.begins(request)
        try:
            self._guard.check(request.method, request.headers)
            response = await handler(request)
        except Refusal as refusal:
            response = self._refused(request, refusal.status, refusal.code)
        except StoreFull:
            response = self._refused(request, 503, "full")
        except web.HTTPException as error:
            code = {404: "not_found", 405: "wrong_method"}.get(error.status)
            if code is None:
                raise
            response = self._refused(request, error.status, code)
        except ConnectionError:
            raise  # the page was closed while we wrote to it
        except Exception:
            log.exception("request broke", method=request.method, route=_route(request))
            response = self._refused(request, 503 if request.path == "/healthz" else 500, "broken")
        finally:
            self._connections.ended(request)
        self._metrics.requests[_route(request), request.method, str(response.status)] += 1
        return response

    def _refused(self, request: web.Request, status: int, code: str) -> web.Response:
        headers = {"Cache-Control": "no-store"} | ({"Retry-After": "5"} if status == 503 else {})
        if "text/html" in request.headers.get("Accept", ""):  # a person looks for a page
            said = sentence(texts_for(language_of(self._api.facts(), request.query)), code)
            page = written(REFUSED, self._api.facts(), request.query, sentence=said)
            return web.Response(text=page, status=status, content_type="text/html", headers=headers)
        said = sentence(texts_for(language_of_sentence(self._api.facts(), request)), code)
        return web.json_response({"error": said, "code": code}, status=status, headers=headers)

    async def send(self, channel: str, message: Message, key: str) -> str:
        member = member_at(channel)
        if channel != MAIN and member is None:
            raise SendRefused(NoLocalChannel(channel))
        is_alone = member == VISITOR and not is_reached_from_elsewhere(self._settings)  # and has one conversation
        own = MAIN if member is None or is_alone else channel
        return str(await self._conversation.post(message, key, own))

    async def edit(self, channel: str, external_id: str, message: Message, key: str) -> bool:
        return await self._conversation.edit(int(external_id), message)

    async def delete(self, channel: str, external_id: str) -> bool:
        return await self._conversation.withdraw(int(external_id))

    async def find(self, channel: str, message: Message, key: str, since: datetime) -> str | None:
        number = await self._messages.find(key)
        return None if number is None else str(number)


async def _add_headers(_request: web.Request, response: web.StreamResponse) -> None:
    response.headers.update(HEADERS)
    response.headers["Server"] = "Tsudoi"


def _route(request: web.Request) -> str:
    resource = request.match_info.route.resource
    return resource.canonical if resource is not None else "other"


def page_address(host: str, port: int) -> str:
    """Return the address under which this machine reaches a page that is open there."""
    name = "127.0.0.1" if host in ("", "0.0.0.0", "::") else host  # noqa: S104
    return f"http://{f'[{name}]' if ':' in name else name}:{port}/"


def _why_not(error: OSError, host: str, port: int) -> Problem:
    if error.errno == errno.EADDRINUSE:
        return PortInUse(host, port, other=port + 1 if port < 65535 else 8000)
    if error.errno == errno.EACCES:
        return PortForbidden(port)
    return CannotListen(where=f"{host}:{port}", detail=error.strerror or str(error))

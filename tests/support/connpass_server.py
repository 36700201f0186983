"""A strict connpass on loopback: events, presentations and groups of API v2, the Atom feed, every fault on demand.

    with ConnpassServer([an_event(1, "もくもく会", tokyo(2026, 12, 1, 19))]) as server:
        api = ConnpassApi(server.base_url, server.api_key, http)

It refuses what connpass refuses: a missing or wrong key, a library's User-Agent, a second call within a second (by
arrival), unknown parameters. It runs in threads of its own, for tests with and without an event loop, and for scripts.
"""

import json
import re
import socket
import threading
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from tests.support.connpass_events import a_group, a_presentation, an_event, malformed_events, written
from tests.support.connpass_query import Parameters, QueryError, feed, groups, key, listing, presentations
from tests.support.events import TOKYO, tokyo

__all__ = [
    "FAULTS",
    "TOKYO",
    "TRICKS",
    "Answer",
    "Call",
    "ConnpassServer",
    "a_group",
    "a_presentation",
    "an_event",
    "malformed_events",
    "tokyo",
]

LIBRARIES = re.compile(r"python-requests|urllib|aiohttp|httpx|curl|Wget", re.IGNORECASE)


@dataclass(frozen=True)
class Call:
    """A call as it arrived; `at` is a monotonic time, `status` what it was answered (0: nothing)."""

    at: float
    path: str
    params: Parameters
    headers: dict[str, str]
    status: int


@dataclass(frozen=True)
class Answer:
    """What goes back, JSON unless `content_type` says otherwise. `lost` bytes at its end never leave."""

    status: int
    content: Any
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = "application/json; charset=utf-8"
    lost: int = 0

    @property
    def body(self) -> bytes:
        text = self.content if isinstance(self.content, str) else json.dumps(self.content, ensure_ascii=False)
        return text.encode()


def _page(status: int, title: str) -> Answer:
    html = f"<!DOCTYPE html><html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>"
    return Answer(status, html, content_type="text/html; charset=utf-8")


FAULTS = {
    "unauthorized": Answer(401, {"detail": "Unauthorized"}),
    "forbidden": Answer(403, {"detail": "Forbidden"}),
    "blocked": _page(403, "403 Forbidden"),
    "not found": Answer(404, {"detail": "Not Found"}),
    "bad request": Answer(400, {"detail": "ym: Invalid"}),
    "too many": Answer(429, {"detail": "Too Many Requests"}),
    "500": _page(500, "Server Error (500)"),
    "502": _page(502, "502 Bad Gateway"),
    "503": _page(503, "ただいまメンテナンス中です"),
    "html": _page(200, "connpass - エンジニアをつなぐIT勉強会支援プラットフォーム"),
    "broken json": Answer(200, '{"results_returned": 1, "events": [{"id": 1,'),
    "wrong shape": Answer(200, {"results": []}),
    "a list": Answer(200, []),
    "empty": Answer(200, ""),
}
TRICKS = ("truncated", "hang", "drop")  # these need the true answer, or none


class ConnpassServer:
    """The stand-in. `rate` is the shortest time between two API calls; `base_url` goes into the configuration."""

    def __init__(
        self,
        events: Iterable[Any] = (),
        api_key: str = "key-of-the-group",
        rate: timedelta = timedelta(seconds=1),
        port: int = 0,
    ) -> None:
        self.api_key = api_key
        self.calls: list[Call] = []
        self._events = list(events)
        self._presentations: dict[int, list[Any]] = {}
        self._rate = rate.total_seconds()
        self._faults: list[str | Answer] = []
        self._last_arrival = float("-inf")
        self._lock = threading.Condition()
        self._released = threading.Event()
        self._http = _Loopback(("127.0.0.1", port), self)

    def __enter__(self) -> Self:
        threading.Thread(target=self._http.serve_forever, args=(0.02,), name="connpass stand-in", daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.release()
        self._http.shutdown()
        self._http.server_close()
        self._http.hang_up()

    @property
    def port(self) -> int:
        return int(self._http.server_address[1])

    @property
    def site_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def base_url(self) -> str:
        return f"{self.site_url}/api/v2"

    def feed_url(self, group: str) -> str:
        """Where the Atom feed of a group stands here."""
        return f"{self.site_url}/{group}/ja.atom"

    # --- what the organisers of the events do

    @property
    def events(self) -> list[Any]:
        """A copy of every entry."""
        with self._lock:
            return list(self._events)

    def add(self, *events: Any) -> None:
        """Publish events, or entries that are none."""
        with self._lock:
            self._events += events

    def edit(self, event_id: int, **changes: Any) -> None:
        """Change keys of an event; datetimes may stand in them. `updated_at` moves by itself."""
        new = {name: written(value) for name, value in ({"updated_at": datetime.now(UTC)} | changes).items()}
        with self._lock:
            if not any(key(event, "id") == event_id for event in self._events):
                raise KeyError(event_id)
            self._events = [event | new if key(event, "id") == event_id else event for event in self._events]

    def present(self, event_id: int, *shown: Any) -> None:
        """Put exactly these presentations on the page of an event."""
        with self._lock:
            self._presentations[event_id] = list(shown)

    def remove(self, event_id: int) -> None:
        """Delete an event: its page vanishes."""
        with self._lock:
            self._events = [event for event in self._events if key(event, "id") != event_id]

    # --- what goes wrong

    def fail(self, fault: str | Answer, times: int = 1, retry_after: str | None = None, after: int = 0) -> None:
        """Let the next `times` calls, `after` so many good ones, meet a fault: of FAULTS, of TRICKS, or an answer."""
        if isinstance(fault, str) and fault not in FAULTS and fault not in TRICKS:
            raise KeyError(fault)
        if fault == "hang":
            self._released.clear()
        spoilt = FAULTS.get(fault, fault) if isinstance(fault, str) else fault
        if retry_after is not None and isinstance(spoilt, Answer):
            spoilt = replace(spoilt, headers={"Retry-After": retry_after})
        with self._lock:
            self._faults += [*[""] * after, *[spoilt] * times]

    def release(self) -> None:
        """Answer the calls that hang."""
        self._released.set()

    def wait_for_calls(self, number: int, timeout: float = 10) -> bool:
        """Block until so many calls have arrived; False if they do not."""
        with self._lock:
            return self._lock.wait_for(lambda: len(self.calls) >= number, timeout)

    # --- answering

    def answer(self, path: str, params: Parameters, headers: dict[str, str]) -> Answer | None:
        """Answer a call; None hangs up."""
        with self._lock:
            arrival, too_soon = self._arrive(path)
            answer = self._reply(path, params, headers, too_soon)
            fault = self._faults.pop(0) if self._faults and not too_soon else ""
            reply = self._spoil(answer, fault)
            self.calls.append(Call(arrival, path, params, headers, reply.status if reply else 0))
            self._lock.notify_all()
        if fault == "hang":
            self._released.wait(60)
        return reply

    def _arrive(self, path: str) -> tuple[float, bool]:
        now = time.monotonic()
        if not path.startswith("/api/"):
            return now, False
        too_soon = now - self._last_arrival < self._rate
        self._last_arrival = now
        return now, too_soon

    def _reply(self, path: str, params: Parameters, headers: dict[str, str], too_soon: bool) -> Answer:
        agent = headers.get("user-agent", "")
        if not agent or LIBRARIES.search(agent):
            return FAULTS["blocked"]
        if group := re.fullmatch(r"/([a-z0-9-]+)/ja\.atom", path):
            return Answer(200, feed(self.events, group[1]), content_type="application/atom+xml; charset=utf-8")
        asked = re.fullmatch(r"/api/v2/(?:events|groups)/(?:(?<=events/)(\d+)/presentations/)?", path)
        if asked is None:
            return FAULTS["not found"]
        if headers.get("x-api-key") != self.api_key:
            return FAULTS["unauthorized"]
        if too_soon:
            return FAULTS["too many"]
        try:
            if path.endswith("/groups/"):
                return Answer(200, groups(self.events, params))
            return Answer(200, listing(self.events, params)) if asked[1] is None else self._shown(int(asked[1]), params)
        except QueryError as error:
            return Answer(400, {"detail": str(error)})

    def _shown(self, event_id: int, params: Parameters) -> Answer:
        if not any(key(event, "id") == event_id for event in self.events):
            return FAULTS["not found"]
        return Answer(200, presentations(self._presentations.get(event_id, []), params))

    def _spoil(self, answer: Answer, fault: str | Answer) -> Answer | None:
        match fault:
            case Answer():
                return fault
            case "drop":
                return None
            case "truncated":
                return replace(answer, lost=len(answer.body) // 2 + 1)
            case _:
                return answer


# --- the wire


class _Loopback(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, address: tuple[str, int], connpass: ConnpassServer) -> None:
        super().__init__(address, _Handler)
        self.connpass = connpass
        self.open: set[socket.socket] = set()

    def hang_up(self) -> None:
        """Close the connections that clients keep open: a stopped server answers nobody."""
        for connection in list(self.open):
            _shut(connection)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: a client that went away is what many tests are about."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Loopback

    def setup(self) -> None:
        super().setup()
        self.server.open.add(self.connection)

    def finish(self) -> None:
        self.server.open.discard(self.connection)
        super().finish()

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        answer = self.server.connpass.answer(address.path, parse_qs(address.query, keep_blank_values=True), headers)
        if answer is None:
            self.close_connection = True
            _shut(self.connection)
            return
        (self.send_response_only if "Date" in answer.headers else self.send_response)(answer.status)
        for name, value in {"Content-Type": answer.content_type, "Content-Length": str(len(answer.body))}.items():
            self.send_header(name, value)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer.body[: len(answer.body) - answer.lost])
        self.close_connection = self.close_connection or answer.lost > 0

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Stay silent; `calls` has it all."""


def _shut(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)

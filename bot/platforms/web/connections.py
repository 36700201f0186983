"""Who is connected: so many at once, and who keeps us waiting for a request makes room for who has one."""

from aiohttp import web
from aiohttp.web_protocol import RequestHandler

MOST_CONNECTIONS = 400  # a process may often have 1024 files open, and needs others
BACKLOG = 128  # connections that the system keeps until we take them
REQUEST_TAKES = 10.0  # seconds until a request's headers are there, and until another one follows the last


class Connections:
    """Makes a handler for each connection; there are `most` of them at once."""

    def __init__(self, most: int = MOST_CONNECTIONS) -> None:
        self._most = most
        self._silent: dict[RequestHandler, None] = {}  # without any whole request yet, as they came
        self._idle: dict[RequestHandler, None] = {}  # without one in work, as the last one ended

    def handler(self, server: web.Server) -> RequestHandler:
        """Return the handler of a new connection to `server`, for which another one may have to go."""
        here = set(server.connections)
        waiting = [handler for handler in (*self._silent, *self._idle) if handler in here]
        for handler in waiting[: max(0, len(here) + 1 - self._most)]:
            self._forget(handler)
            handler.force_close()
        if len(self._silent) + len(self._idle) > 4 * self._most:  # not at once: some are not connected yet
            self._silent = {handler: None for handler in self._silent if handler in here}
            self._idle = {handler: None for handler in self._idle if handler in here}
        handler = server()
        self._silent[handler] = None
        return handler

    def begins(self, request: web.Request) -> None:
        """Take note that a request is there: its connection stays."""
        self._forget(request.protocol)

    def ended(self, request: web.Request) -> None:
        """Take note that it is answered."""
        self._idle[request.protocol] = None

    def _forget(self, handler: RequestHandler) -> None:
        self._silent.pop(handler, None)
        self._idle.pop(handler, None)

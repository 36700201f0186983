"""A server on loopback in a thread of its own, so that it outlives a killed bot: what Discord and Slack share."""

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Coroutine
from typing import Any, Self, TypeVar

from aiohttp import web

T = TypeVar("T")
WITHIN = 60.0  # seconds; far more than anything takes, since test machines are shared


class LoopbackServer:
    """Use it in `with`. What inherits says what is served (`_application`) and learns where (`_opened`)."""

    name = ""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()

    def _application(self) -> web.Application:
        raise NotImplementedError

    def _opened(self, address: str) -> None:
        """Take in `host:port`, which is open from now on."""
        raise NotImplementedError

    def __enter__(self) -> Self:
        started = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(started,), name=f"loopback {self.name}", daemon=True)
        self._thread.start()
        started.wait(WITHIN)
        return self

    def __exit__(self, *_: object) -> None:
        self._in_loop(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(WITHIN)
        self._loop.close()

    def _run(self, started: threading.Event) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._start())
        started.set()
        self._loop.run_forever()

    async def _start(self) -> None:
        self._runner = web.AppRunner(self._application(), shutdown_timeout=0.2)
        await self._runner.setup()
        self._door = socket.create_server(("127.0.0.1", 0))
        await web.SockSite(self._runner, self._door).start()
        self._opened(f"127.0.0.1:{self._door.getsockname()[1]}")

    async def _end(self) -> None:
        """Leave no socket open: asyncio forgets one that was let in, but not yet connected, when its server closes."""
        self._loop.remove_reader(self._door)  # lets nobody in any more
        for _ in range(4):  # turns of the loop; to connect somebody takes three
            await asyncio.sleep(0)
        await self._runner.cleanup()
        left = asyncio.all_tasks() - {asyncio.current_task()}  # slow answers to a client that is gone
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    def _in_loop(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(WITHIN)

    def do(self, act: Callable[..., T], *arguments: Any, **options: Any) -> T:
        """Do something in the server's world, between two requests: `server.do(world.remove, …)`."""

        async def work() -> T:
            return act(*arguments, **options)

        return self._in_loop(work())

    def wait_for(self, found: Callable[[], T | None], within: float = WITHIN) -> T:
        """Wait until `found` returns something that is true, and return it."""
        end = time.monotonic() + within
        while not (result := found()):
            if time.monotonic() > end:
                raise TimeoutError(f"the loopback {self.name} waited in vain")
            time.sleep(0.01)
        return result

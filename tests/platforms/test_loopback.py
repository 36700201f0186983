"""The loopback servers themselves, in what would make other tests fail now and then."""

import asyncio
import gc
import socket

from tests.support.slack_server import SlackServer


class CalledAtTheEnd(SlackServer):
    """Somebody connects while it ends."""

    async def _end(self) -> None:
        self.late = [socket.create_connection(self._door.getsockname(), timeout=10) for _ in range(3)]
        for _ in range(2):  # turns of the loop, after which they are let in, but not connected
            await asyncio.sleep(0)
        await super()._end()


def test_who_comes_when_it_ends_leaves_no_socket_open() -> None:
    with CalledAtTheEnd() as server:
        pass
    for client in server.late:
        assert client.recv(1) == b""
        client.close()
    gc.collect()  # a socket that nobody closed is an error here (filterwarnings)

"""Strangers' pages are parsed in a worker process: what takes too much memory or time there costs a page, no more."""

from typing import Any

from bot.sandbox.plain_answers import CallError
from bot.sandbox.workers import Workers

TAKES = 10.0  # seconds; a page of the usual size takes a twentieth of one, and the first one the start of a process
WAITS = 300.0  # seconds: nobody sits before it, and the polls of many groups may come at once


class Unparsable(Exception):
    """A page is too large, takes too long, or breaks its parser."""


class PageParser:
    """Has functions called with strangers' pages, in one process that ends when it is not needed for a minute."""

    def __init__(self) -> None:
        self._workers = Workers(most=1, takes=TAKES, waits=WAITS, keeps=0)

    async def parse(self, returns: Any, module: str, function: str, *args: object) -> Any:
        """Have a function called, as `Workers.call`. Raises Unparsable where it gave no answer."""
        try:
            return await self._workers.call(returns, module, function, *args)
        except CallError as error:
            raise Unparsable(f"cannot be parsed ({error})") from error

    def close(self) -> None:
        """End the process."""
        self._workers.close()

"""Strangers' pages are parsed in a worker process: what takes too much memory or time there costs a page, no more."""

import asyncio
from typing import Any

from bot.sandbox.plain_answers import CallError
from bot.sandbox.workers import Kind, Workers

# A page of the usual size takes a twentieth of a second, and the first one the start of a process; nobody sits before
# it, and the polls of many groups may come at once.
PAGES = Kind("pages", takes=10.0, waits=300.0)


class Unparsable(Exception):
    """A page is too large, takes too long, or breaks its parser."""


class PageParser:
    """Has functions called with strangers' pages, one after the other, in a process that ends when nobody needs it."""

    def __init__(self, workers: Workers | None = None) -> None:
        """Have them called in one of these workers, which whoever opened them closes; else in one of its own."""
        self._workers = workers or Workers(most=1, keeps=0)
        self._is_own = workers is None
        self._turn = asyncio.Lock()  # however many pages come, one process is left for pictures

    async def parse(self, returns: Any, module: str, function: str, *args: object) -> Any:
        """Have a function called, as `Workers.call`. Raises Unparsable where it gave no answer."""
        try:
            async with self._turn:
                return await self._workers.call(returns, module, function, *args, kind=PAGES)
        except CallError as error:
            raise Unparsable(f"cannot be parsed ({error})") from error

    def close(self) -> None:
        """End the process, if it is its own."""
        if self._is_own:
            self._workers.close()

"""A database that cannot be written: it is said once when that begins, and once when it is over."""

from typing import Any

import structlog
from sqlalchemy import event
from sqlalchemy.engine import Engine, ExceptionContext

from bot.core.errors import StoreFailing
from bot.core.problems.base import Problem
from bot.core.problems.store import CannotWrite

log = structlog.get_logger()

_SAID = ("disk is full", "disk I/O error", "readonly database", "No space left on device")


class Failures:
    """Why a database cannot be written now: its `problem`, None while it can."""

    def __init__(self) -> None:
        self.problem: Problem | None = None

    def listen_to(self, engine: Engine) -> None:
        """Hear of every error of this engine, and let callers see a StoreFailing in the place of such a one."""
        event.listen(engine, "handle_error", self._hear, retval=True)

    def _hear(self, context: ExceptionContext) -> BaseException | None:
        said = str(context.original_exception)
        if not any(words in said for words in _SAID):
            return None
        problem = CannotWrite(detail=said)
        if self.problem is None:
            log.error("database cannot be written", reason=str(problem))
        self.problem = problem
        return StoreFailing(problem)

    def over(self) -> None:
        """Take note that something was written."""
        if self.problem is not None:
            log.info("database can be written again")
        self.problem = None


def changes_on(connection: Any) -> int:
    """Return how many rows a SQLite connection has changed since it was opened: none by what only began and ended."""
    return int(connection.driver_connection.total_changes)

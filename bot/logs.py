"""How the log is written: one line an outcome, for people at a terminal and for machines in a pipe."""

import asyncio
import logging
import re
import sys
from typing import TextIO

import structlog

from bot.core.errors import StoreFailing
from bot.core.logins import hide_logins

_FIRST = ["timestamp", "level", "event"]
_TOO_CHATTY = ("aiohttp.access", "apscheduler", "asyncio", "alembic", "discord", "slack_bolt", "slack_sdk", "urllib3")
# Whoever has these may answer, or hear, as the bot.
_TOKEN_OF_ANSWER = re.compile(r"(/(?:webhooks|interactions)/\d+/|[?&]ticket=)[^/\s?&']+")
_MEMBER = re.compile(r"^(\w+:@).+")  # the room of direct messages
_OF_NETWORK = ("aiohttp", "discord", "slack_sdk")


def shorten(record: logging.LogRecord) -> bool:
    """Make one line of what a library says of a failing network, where it would print a traceback; hide secrets.

    False for what is no news: that a stop cancelled something, or what fails since the database does.
    """
    said = record.getMessage()
    error = record.exc_info[1] if record.exc_info else None
    if isinstance(error, asyncio.CancelledError | StoreFailing):
        return False
    if isinstance(error, OSError) or type(error).__module__.partition(".")[0] in _OF_NETWORK:
        said = f"{said} ({type(error).__name__}: {error})".replace("\n", " ")
        record.exc_info = record.exc_text = None
    record.msg, record.args = hide_logins(_TOKEN_OF_ANSWER.sub(r"\1…", said)), None
    return True


def leave_out_rehearsals(
    _logger: object, _method: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    """Drop what the services say while they only rehearse: nothing of it happened."""
    if event.pop("rehearsal", False):
        raise structlog.DropEvent
    return event


def leave_out_members(_logger: object, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """Hide whose direct messages a room is."""
    if isinstance(room := event.get("room"), str):
        event["room"] = _MEMBER.sub(r"\1…", room)
    return event


def hide_secrets(_logger: object, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """Show no password that stands in an address, tracebacks included."""
    return {name: hide_logins(value) if isinstance(value, str) else value for name, value in event.items()}


def leave_out_what_the_store_said(
    _logger: object, _method: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    """Drop what fails since the database cannot be written: that is one sentence, and not one of each who tries."""
    error = event.get("exc_info")
    error = sys.exc_info()[1] if error is True else error[1] if isinstance(error, tuple) else error
    if isinstance(error, StoreFailing):
        raise structlog.DropEvent
    return event


def name_logger(_logger: object, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """Say which library speaks."""
    event["logger"] = event["_record"].name
    return event


def set_up_logging(level: int = logging.INFO, stream: TextIO = sys.stderr) -> None:
    """Send every log from `level` on to `stream`; libraries speak only from warnings on."""
    for_machines = structlog.processors.KeyValueRenderer(key_order=_FIRST)
    renderer: structlog.typing.Processor = structlog.dev.ConsoleRenderer() if stream.isatty() else for_machines
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        leave_out_rehearsals,
        leave_out_members,
        leave_out_what_the_store_said,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.processors.format_exc_info, hide_secrets, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(stream),
    )
    of_libraries = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[name_logger, *shared],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            hide_secrets,
            renderer,
        ],
    )
    logging.basicConfig(stream=stream, force=True, level=logging.INFO)
    for handler in logging.getLogger().handlers:
        handler.setFormatter(of_libraries)
        handler.addFilter(shorten)
    for name in _TOO_CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)

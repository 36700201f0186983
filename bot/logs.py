"""How the log is written: one line an outcome, for people at a terminal and for machines in a pipe."""

import logging
import sys
from typing import TextIO

import structlog

_FIRST = ["timestamp", "level", "event"]
_TOO_CHATTY = ("aiohttp.access", "apscheduler", "asyncio", "alembic", "discord", "urllib3")


def set_up_logging(level: int = logging.INFO, stream: TextIO = sys.stderr) -> None:
    """Send every log from `level` on to `stream`; libraries speak only from warnings on."""
    for_machines = structlog.processors.KeyValueRenderer(key_order=_FIRST)
    renderer: structlog.typing.Processor = structlog.dev.ConsoleRenderer() if stream.isatty() else for_machines
    shared: list[structlog.typing.Processor] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.processors.format_exc_info, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(stream),
    )
    line = "%(asctime)s %(levelname)s %(name)s %(message)s"
    logging.basicConfig(stream=stream, force=True, level=logging.INFO, format=line)
    for name in _TOO_CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)

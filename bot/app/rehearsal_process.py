"""A rehearsal in a process of its own.

alembic knows one database at a time in a process, and playing a month is a second of computing: of two rehearsals in
threads both broke, and the bot stood still meanwhile.
"""

import asyncio
import logging
import pickle
import signal
import sys
from collections.abc import Sequence
from datetime import datetime

import structlog

from bot.app.rehearsal import Recording, play
from bot.config import Settings
from bot.core.errors import SourceUnavailable
from bot.core.problems.sources import RehearsalBroken
from bot.core.room import Room
from bot.core.rooms import Rooms
from bot.organisers.rehearsing import Rehearsed

TAKES = 120.0  # seconds; two or three are usual


async def play_apart(
    settings: Settings, rooms: Sequence[Room], recording: Recording, start: datetime, end: datetime
) -> list[Rehearsed]:
    """Return what would be posted in these rooms from `start` to `end`. Raises SourceUnavailable."""
    program = f"import sys; sys.path[:] = {sys.path!r}; from {__name__} import main; main()"
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", program, stdin=pipe, stdout=pipe)
    try:
        async with asyncio.timeout(TAKES):
            played, _ = await process.communicate(pickle.dumps((settings, rooms, recording, start, end)))
        said: list[Rehearsed] = pickle.loads(played)  # noqa: S301  # of our own program, which opens nobody's bytes
    except (TimeoutError, EOFError, pickle.UnpicklingError) as error:
        broken = RehearsalBroken(detail=f"{type(error).__name__}, exit code {process.returncode}")
        raise SourceUnavailable(broken) from error
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return said


def main() -> None:
    """Play what stands in the standard input, and write to the standard output what would be posted."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent decides when it is over
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))  # nothing of it happened
    sys.stdout.buffer.write(pickle.dumps(asyncio.run(played(*pickle.load(sys.stdin.buffer)))))  # noqa: S301  # ours


async def played(
    settings: Settings, rooms: Sequence[Room], recording: Recording, start: datetime, end: datetime
) -> list[Rehearsed]:
    """Return what would be posted in these rooms from `start` to `end`, played in this process."""
    played_in = Rooms((), (), settings.community.locale)
    played_in.set_up(rooms)
    return [said async for said in play(settings, played_in, recording, start, end)]

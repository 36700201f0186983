"""`python -m benchmarks.watched_bot CONFIG`: the bot as `tsudoi run` runs it, which says at its end how it fared."""

import asyncio
import json
import logging
import sys
from dataclasses import asdict
from pathlib import Path

from benchmarks.heartbeat import heartbeat
from bot.app.running import run
from bot.config import load_settings
from bot.logs import set_up_logging


async def watched(config: Path) -> None:
    """Run until SIGTERM, then print as JSON what its loop and its memory were like, worker processes included."""
    async with heartbeat() as seen:

        def say(line: str) -> None:
            print(line, flush=True)
            seen.longest_block = seen.longest_own_block = 0.0  # until here it started

        await run(load_settings(config), say)
    print(json.dumps(asdict(seen)), flush=True)


if __name__ == "__main__":
    set_up_logging(logging.ERROR)
    asyncio.run(watched(Path(sys.argv[1])))

"""The real process, to be started, killed, started again, and its store looked into."""

import asyncio
import sqlite3
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from bot.store.engine import close_store, open_engine
from tests.support.connpass_server import ConnpassServer
from tests.support.discord_server import DiscordServer

CONFIG = """
[storage]
url = "{store}"
[connpass]
api_key = "{key}"
base_url = "{connpass}"
poll_every = "{poll_every}"
[reminders]
lead_times = {lead_times}
[discord]
token = "{token}"
api_url = "{api}"
gateway_url = "{gateway}"
shards = {shards}
shard_ids = {shard_ids}
[web]
port = 0
[recognition]
enabled = false
"""
SOURCE = '[[sources]]\nname = "{}"\ngroup = "{}"\n'
ROOM = '[[rooms]]\nplatform = "discord"\nchannel = "{}"\nannounce = {}\n'
SOURCES = {"utsunomiya": "tfug-utsunomiya"}  # name and group


@dataclass
class Bot:
    """The real process with its configuration in `folder`; use it in `with`, so that none is left behind.

    The store is there too, unless `postgres` is the address of one. Of several processes on one store this is the one
    that holds shard `shard` of `shards`.
    """

    folder: Path
    postgres: str = ""
    shard: int = 0
    shards: int = 1
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0  # by the monotonic clock

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process is not None and self.process.poll() is None:
            self.kill()

    @property
    def store(self) -> Path:
        """The database, unless it is a PostgreSQL."""
        return self.folder / "tsudoi.db"

    @property
    def url(self) -> str:
        """The address of the database."""
        return self.postgres or f"sqlite:///{self.store}"

    def start(self) -> None:
        """Start it; what it logs is kept."""
        command = [sys.executable, "-m", "bot", "run", "--config", str(self.folder / "config.toml")]
        with (self.folder / "log.txt").open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log)
        self.started = time.monotonic()

    def kill(self) -> None:
        """Let it end without a word. Raises RuntimeError if it had ended by itself, which no bot should."""
        assert self.process is not None
        if self.process.poll() is not None:
            words = (self.folder / "log.txt").read_text(errors="replace")[-3000:]
            raise RuntimeError(f"the bot ended by itself with status {self.process.returncode}:\n{words}")
        self.process.kill()
        self.process.wait()

    def stop(self) -> int:
        """Ask it to end, and return its exit status."""
        assert self.process is not None
        self.process.terminate()
        return self.process.wait(timeout=60)

    def configure(
        self,
        connpass: ConnpassServer,
        discord: DiscordServer,
        rooms: Sequence[str],
        lead_times: Sequence[str],
        poll_every: str = "5s",
        sources: Mapping[str, str] = SOURCES,
    ) -> None:
        """Write its config.toml; every room follows every source."""
        config = CONFIG.format(
            store=self.url,
            key=connpass.api_key,
            connpass=connpass.base_url,
            lead_times=list(lead_times),
            poll_every=poll_every,
            token=discord.token,
            api=discord.api_url,
            gateway=discord.gateway_url,
            shards=self.shards,
            shard_ids=[self.shard] if self.shards > 1 else [],
        )
        config += "".join(SOURCE.format(name, group) for name, group in sources.items())
        config += "".join(ROOM.format(room, list(sources)) for room in rooms)
        (self.folder / "config.toml").write_text(config)

    def count(self, query: str) -> int:
        """Look into the store; 0 as long as there is none."""
        if self.postgres:
            return asyncio.run(_ask_postgres(self.postgres, query)) or 0
        if not self.store.exists():
            return 0
        connection = sqlite3.connect(self.store, timeout=20)
        try:
            return int(connection.execute(query).fetchone()[0])
        except sqlite3.OperationalError:  # not migrated yet
            return 0
        finally:
            connection.close()

    def age_claims(self) -> None:
        """Let the claims of a killed process run out at once, as if half a minute had passed."""
        connection = sqlite3.connect(self.store, timeout=20)
        with connection:
            connection.execute("UPDATE deliveries SET claimed_until = '2000-01-01' WHERE state = 'claimed'")
        connection.close()


async def _ask_postgres(url: str, query: str) -> int | None:
    engine = open_engine(url)
    try:
        async with engine.connect() as connection:
            found: int | None = (await connection.execute(text(query))).scalar()
            return found
    except ProgrammingError:  # not migrated yet
        return None
    finally:
        await close_store(engine)

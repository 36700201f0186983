"""The real process, to be started, killed, started again, and its store looked into."""

import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from tests.support.connpass_server import ConnpassServer
from tests.support.discord_server import DiscordServer

CONFIG = """
[storage]
url = "sqlite:///{store}"
[connpass]
api_key = "{key}"
base_url = "{connpass}"
poll_every = "{poll_every}"
[[sources]]
name = "utsunomiya"
group = "tfug-utsunomiya"
[reminders]
lead_times = {lead_times}
[discord]
token = "{token}"
api_url = "{api}"
gateway_url = "{gateway}"
[web]
port = 0
[recognition]
enabled = false
"""
ROOM = '[[rooms]]\nplatform = "discord"\nchannel = "{}"\nannounce = ["utsunomiya"]\n'


@dataclass
class Bot:
    """The real process with its configuration and store in `folder`; use it in `with`, so that none is left behind."""

    folder: Path
    process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process is not None and self.process.poll() is None:
            self.kill()

    @property
    def store(self) -> Path:
        """The database."""
        return self.folder / "tsudoi.db"

    def start(self) -> None:
        """Start it; what it logs is kept."""
        command = [sys.executable, "-m", "bot", "run", "--config", str(self.folder / "config.toml")]
        with (self.folder / "log.txt").open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log)

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
    ) -> None:
        """Write its config.toml."""
        config = CONFIG.format(
            store=self.store,
            key=connpass.api_key,
            connpass=connpass.base_url,
            lead_times=list(lead_times),
            poll_every=poll_every,
            token=discord.token,
            api=discord.api_url,
            gateway=discord.gateway_url,
        )
        (self.folder / "config.toml").write_text(config + "".join(ROOM.format(room) for room in rooms))

    def count(self, query: str) -> int:
        """Look into the store; 0 as long as there is none."""
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

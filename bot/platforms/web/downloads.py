"""Files that the bot gave to a visitor: in memory only, for a short while, under names that nobody guesses."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.core.clock import Clock
from bot.core.messages import File

STAY = timedelta(minutes=10)
MOST = 20


@dataclass
class Downloads:
    """Keeps the newest files, and forgets each after some minutes."""

    clock: Clock
    _files: dict[str, tuple[datetime, File, str]] = field(default_factory=dict)

    def keep(self, file: File, member: str = "") -> str:
        """Keep a file that was made for this member, and return the address at which it can be fetched."""
        self._forget_old()
        token = secrets.token_urlsafe(24)
        self._files[token] = (self.clock.now(), file, member)
        for oldest in list(self._files)[:-MOST]:
            del self._files[oldest]
        return f"/downloads/{token}/{file.name}"

    def get(self, token: str) -> File | None:
        """Return the file; None if it is gone."""
        self._forget_old()
        return self._files[token][1] if token in self._files else None

    def clear(self, member: str) -> None:
        """Forget what was made for this member."""
        self._files = {token: kept for token, kept in self._files.items() if kept[2] != member}

    def _forget_old(self) -> None:
        now = self.clock.now()
        self._files = {token: kept for token, kept in self._files.items() if now - kept[0] < STAY}

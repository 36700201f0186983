"""Files that the bot gave to a visitor: in memory only, for a short while, under names that nobody guesses."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.core.clock import Clock
from bot.core.messages import File

STAY = timedelta(minutes=10)
MOST_OF_ONE = 20  # files of one member, the newest: nobody pushes out what others were given
MOST_BYTES = 64 << 20  # of all; the newest file stays, however large
ROW = 4 << 10  # bytes that a file counts as beside its content


@dataclass(frozen=True, slots=True)
class _Kept:
    at: datetime
    file: File
    member: str

    @property
    def size(self) -> int:
        return len(self.file.content) + ROW


@dataclass
class Downloads:
    """Keeps the newest files of each member, and forgets each after some minutes."""

    clock: Clock
    _files: dict[str, _Kept] = field(default_factory=dict)

    def keep(self, file: File, member: str = "") -> str:
        """Keep a file that was made for this member, and return the address at which it can be fetched."""
        self._forget_old()
        token = secrets.token_urlsafe(24)
        self._files[token] = _Kept(self.clock.now(), file, member)
        self._forget([one for one, kept in self._files.items() if kept.member == member][:-MOST_OF_ONE])
        held = sum(kept.size for kept in self._files.values())
        for oldest in list(self._files)[:-1]:
            if held <= MOST_BYTES:
                break
            held -= self._files.pop(oldest).size
        return f"/downloads/{token}/{file.name}"

    def get(self, token: str) -> File | None:
        """Return the file; None if it is gone."""
        self._forget_old()
        return self._files[token].file if token in self._files else None

    def clear(self, member: str) -> None:
        """Forget what was made for this member."""
        self._forget([token for token, kept in self._files.items() if kept.member == member])

    def _forget_old(self) -> None:
        now = self.clock.now()
        self._forget([token for token, kept in self._files.items() if now - kept.at >= STAY])

    def _forget(self, tokens: list[str]) -> None:
        for token in tokens:
            del self._files[token]

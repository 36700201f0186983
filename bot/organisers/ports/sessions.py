"""The store of who is let into the organisers' console."""

from datetime import datetime
from typing import Protocol

from bot.organisers.rules.sessions import Session


class SessionStore(Protocol):
    """Links that were not used yet, and sessions."""

    async def keep(self, session: Session, now: datetime) -> None:
        """Keep a link or a session, and forget those that expired."""
        ...

    async def session(self, digest: str, now: datetime) -> Session | None: ...

    async def use(self, link: str, digest: str, now: datetime, expires_at: datetime) -> Session | None:
        """Make the session of this digest of a link; None if the link was used, or has expired. One of two wins."""
        ...

    async def end(self, digest: str) -> None: ...
    async def end_all(self, platform: str, member: str) -> int: ...

"""The organisers' console on the web page: who is let in, and as whom. In it they may do what they may in the chat."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

import structlog

from bot.core.askers import Asker, Channels, Surroundings, Tenant
from bot.core.clock import Clock
from bot.core.rights import asker_in
from bot.core.room import LOCAL, MAIN
from bot.core.rooms import Rooms
from bot.core.uploads import Upload
from bot.organisers.ports.sessions import SessionStore
from bot.organisers.rules.sessions import (
    LINK_LASTS,
    OPERATORS_LINK_LASTS,
    SESSION_LASTS,
    Session,
    digest_of,
    new_secret,
)

log = structlog.get_logger()

PATH = "/console#"  # what follows # stays in the browser: no preview of a link uses it up, and no log has it
OPERATOR = "operator"  # who follows the link that is printed at the start


class Languages(Protocol):
    """Knows the language that a member chose."""

    async def __call__(self, platform: str, member: str) -> str: ...


@dataclass(frozen=True)
class _Named:
    """Surroundings in which the channels of the chat have their names."""

    around: Surroundings
    names: Mapping[str, str]

    async def channels(self) -> Channels:
        return Channels(self.names)

    async def fetch(self, upload: str, places: range) -> Upload | None:
        return await self.around.fetch(upload, places)


@dataclass(frozen=True)
class Console:
    """Lets organisers in. `address` is where their browser reaches the page, "" where none does from elsewhere."""

    store: SessionStore
    rooms: Rooms
    clock: Clock
    address: str = ""

    async def link_for(self, asker: Asker) -> str:
        """Return a link that lets whoever asked for it in, once; "" where the page cannot be reached."""
        if not self.address:
            return ""
        tenant, names = asker.tenant, (await asker.surroundings.channels()).names
        channels = {channel: names.get(channel, channel) for channel in sorted(tenant.channels)}
        who = (tenant.platform, tenant.id, asker.room.channel, asker.member, asker.roles)
        return await self._link(Session("", *who, self.clock.now() + LINK_LASTS, channels=channels), self.address)

    async def link_for_operator(self, address: str) -> str:
        """Return a link that lets who runs the bot in, once: for who sees what it prints on its machine."""
        session = Session("", LOCAL, "", MAIN, OPERATOR, (), self.clock.now() + OPERATORS_LINK_LASTS)
        return await self._link(session, self.address or address)

    async def _link(self, session: Session, address: str) -> str:
        secret = new_secret()
        await self.store.keep(replace(session, digest=digest_of(secret), is_link=True), self.clock.now())
        return f"{address.rstrip('/')}{PATH}{secret}"

    async def enter(self, link_secret: str) -> str | None:
        """Take the secret of a link and return that of the session; None if the link was used, or has expired."""
        now, secret = self.clock.now(), new_secret()
        used = await self.store.use(digest_of(link_secret), digest_of(secret), now, now + SESSION_LASTS)
        if used is None:
            return None
        log.info("console opened", member=used.member, tenant=f"{used.platform}:{used.tenant}")
        return secret

    async def asker(self, secret: str, languages: Languages, around: Callable[[str], Surroundings]) -> Asker | None:
        """Return who holds this session; None if it is over. Their roles are those of when they asked for the link.

        `around` returns what is around a member on the page.
        """
        session = await self.store.session(digest_of(secret), self.clock.now())
        if session is None:
            return None
        tenant = Tenant(session.platform, session.tenant, frozenset(session.channels))
        language = await languages(session.platform, session.member)
        named = _Named(around(session.member), session.channels)
        asker = asker_in(self.rooms, tenant, session.channel, session.member, session.roles, language, named)
        return replace(asker, is_alone=True)

    async def leave(self, secret: str) -> None:
        """End a session."""
        await self.store.end(digest_of(secret))

    async def end_all(self, asker: Asker) -> int:
        """End every session of a member, wherever they are logged in, and return how many there were."""
        return await self.store.end_all(asker.tenant.platform, asker.member)

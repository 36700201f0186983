"""Who comes to the page: who runs the bot, an organiser who logged in, or a visitor, who is a member and no more."""

import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

from aiohttp import web

from bot.answering.answering import Answering
from bot.config import WebSettings
from bot.core.askers import Asker, Surroundings
from bot.core.rights import asker_in
from bot.core.room import LOCAL, MAIN
from bot.core.rooms import HERE, Rooms
from bot.locales import Texts
from bot.organisers.console import Console
from bot.organisers.rules.sessions import SESSION_LASTS
from bot.platforms.web.guard import LOOPBACK
from bot.platforms.web.turns import Caller
from bot.store.lifetimes import TRACE
from bot.store.naming import AT_THE_MACHINE

VISITOR = AT_THE_MACHINE  # where nobody else can open the page
SESSION, VISITS = "tsudoi_session", "tsudoi_visitor"  # cookies
VISITS_LAST = int(TRACE.total_seconds())  # a visitor's conversation is theirs for as long as it is kept
_NAMED = web.RequestKey("named", str)  # the name that a visitor is given with the answer
_FORWARDED = (
    "Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Server", "X-Real-IP", "Via",
    "CF-Connecting-IP", "True-Client-IP",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Seat:
    """Where somebody sits: what they say is kept in `channel`, which they alone read, beside what is posted for all.

    `sees_all`: the questions to organisers among it, too. `member` is who they are on this page.
    """

    asker: Asker
    channel: str
    member: str
    sees_all: bool = False


class Door:
    """Says who a request comes from. Without a log-in nobody from elsewhere is more than a member."""

    def __init__(
        self,
        settings: WebSettings,
        console: Console | None,
        rooms: Rooms,
        answering: Answering,
        around: Callable[[str], Surroundings],
    ) -> None:
        """`around` returns what is around a member on the page."""
        self._console = console
        self._around = around
        self._rooms = rooms
        self._answering = answering
        self._is_private = not is_reached_from_elsewhere(settings)
        self._is_secure = urlsplit(settings.public_url).scheme == "https"
        self._key = secrets.token_bytes(32)  # after a restart names are signed anew, and nobody loses theirs

    def caller(self, request: web.Request) -> Caller:
        """Return whose turn a request takes; nothing is looked up. Who was given no name counts as their address."""
        if self._is_private and _is_direct(request):
            return Caller(None, VISITOR)
        member, is_given = self._visitor(request)
        return Caller(member, f"@{member}" if is_given else address_of(request))

    async def seat(self, request: web.Request) -> Seat:
        """Return where whoever sent this request sits."""
        if self._is_private and _is_direct(request):
            asker = replace(await self._in_the_room(VISITOR), is_alone=True)
            return Seat(asker, MAIN, VISITOR, sees_all=True)
        secret = request.cookies.get(SESSION, "")
        asker_in_console = await self._logged_in(secret) if secret else None
        if asker_in_console is not None:
            return _in_console(asker_in_console)
        member, _ = self._visitor(request)
        return Seat(as_visitor(await self._in_the_room(member)), f"@{member}", member)

    def _visitor(self, request: web.Request) -> tuple[str, bool]:
        """Return a visitor's name, and whether it was given to them here; if not, `remember` gives it to them."""
        if _NAMED in request:
            return request[_NAMED], False
        member, _, signature = request.cookies.get(VISITS, "").partition(".")
        if not _is_a_name(member):
            member = secrets.token_urlsafe(16)
        elif hmac.compare_digest(signature.encode("utf-8", "replace"), self._signature(member).encode()):
            return member, True
        request[_NAMED] = member
        return member, False

    def _signature(self, member: str) -> str:
        return hmac.new(self._key, member.encode(), hashlib.sha256).hexdigest()[:32]

    async def _in_the_room(self, member: str) -> Asker:
        language = await self._answering.language_of(LOCAL, member)
        return asker_in(self._rooms, HERE, MAIN, member, own_language=language, surroundings=self._around(member))

    async def _logged_in(self, secret: str) -> Asker | None:
        if self._console is None:
            return None
        return await self._console.asker(secret, self._answering.language_of, self._around)

    def remember(self, request: web.Request, response: web.StreamResponse) -> None:
        """Let a visitor who just came keep their conversation: their browser brings the name again."""
        if _NAMED in request:
            member = request[_NAMED]
            self._set(response, VISITS, f"{member}.{self._signature(member)}", VISITS_LAST)

    async def enter(self, link: str, response: web.Response) -> bool:
        """Let in who holds the secret of a link, and keep that in their browser; False if it lets nobody in."""
        secret = await self._console.enter(link) if self._console is not None else None
        if secret is None:
            return False
        self._set(response, SESSION, secret, int(SESSION_LASTS.total_seconds()))
        return True

    async def leave(self, request: web.Request, response: web.Response) -> None:
        """Log out."""
        secret = request.cookies.get(SESSION)
        if secret and self._console is not None:
            await self._console.leave(secret)
        response.del_cookie(SESSION, httponly=True, samesite="Lax", secure=self._is_secure)

    def _set(self, response: web.StreamResponse, name: str, value: str, seconds: int) -> None:
        response.set_cookie(
            name, value, max_age=seconds, httponly=True, samesite="Lax", secure=self._is_secure, path="/"
        )


def is_reached_from_elsewhere(settings: WebSettings) -> bool:
    """Whether others than who sits at the machine can reach the page: it then has a log-in."""
    return bool(settings.public_url) or settings.host not in LOOPBACK


def who_reaches_the_page(texts: Texts, settings: WebSettings) -> str:
    """Say plainly who can come to the page, and as what."""
    if not is_reached_from_elsewhere(settings):
        return texts.gettext("only from this computer: whoever opens it runs the bot")
    return texts.gettext("also from elsewhere: whoever opens it is a member; organisers log in with /tsudoi console")


def as_visitor(asker: Asker) -> Asker:
    """Return a visitor without a log-in: a member, and nothing else."""
    room = replace(asker.room, organisers=())
    return replace(asker, room=room, may_decide=False, may_organise=False, may_operate=False, is_alone=True)


def _in_console(asker: Asker) -> Seat:
    is_local = asker.tenant.platform == LOCAL  # who runs the bot, whose reminders come here
    channel = f"@{asker.member}" if is_local else f"@{asker.tenant.name}:{asker.member}"
    return Seat(asker, channel, asker.member, sees_all=asker.tenant.platform == LOCAL)


def _is_direct(request: web.Request) -> bool:
    """Whether a request comes from this machine and through nobody who passes on what others sent."""
    if any(name in request.headers for name in _FORWARDED) or request.transport is None:
        return False
    if request.transport.get_extra_info("peername") is None:
        return True
    peer = _peer(request)
    return peer is not None and peer.is_loopback


def _peer(request: web.Request) -> IPv4Address | IPv6Address | None:
    name = request.transport.get_extra_info("peername") if request.transport is not None else None
    return _parsed(str(name[0])) if name else None


def address_of(request: web.Request) -> str:
    """Return what all requests of somebody without a name have in common: their address, or that of their network.

    A proxy on this machine says in whose name it asks, last; what stands before that anybody may have written.
    """
    address = _peer(request)
    if address is None or address.is_loopback:
        last = ",".join(request.headers.getall("X-Forwarded-For", [])).rpartition(",")[2]
        address = _parsed(last.strip()) or address
    if isinstance(address, IPv6Address):  # everybody has a whole network of these
        return str(ip_network((address, 64), strict=False))
    return str(address)


def _parsed(address: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(address.partition("%")[0])
    except ValueError:
        return None


def _is_a_name(member: str) -> bool:
    return len(member) == 22 and member.replace("-", "").replace("_", "").isalnum() and member.isascii()

"""Who may speak to the room: no page of another origin, and no name that only pretends to lead here."""

from collections.abc import Mapping
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from bot.config import WebSettings
from bot.platforms.web.refusals import Refusal

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_PORTS = {"http": 80, "https": 443}

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


class Guard:
    """Looks at a request before anybody else does."""

    def __init__(self, settings: WebSettings) -> None:
        self._public = urlsplit(settings.public_url)
        self._names = LOOPBACK | {name for name in (settings.host, self._public.hostname) if name}
        self._is_open = settings.host in ("", "0.0.0.0", "::")  # noqa: S104  # an organiser's choice, not ours

    def check(self, method: str, headers: Mapping[str, str]) -> None:
        """Raise Refusal for a request under a foreign name (DNS rebinding), from a foreign page, or compressed."""
        host = _parsed(f"//{headers.get('Host', '')}")
        if host is None or not self._is_ours(host.hostname or ""):
            raise Refusal(403, "wrong_host")
        if method not in ("GET", "HEAD"):
            self._check_origin(host, headers)
        if headers.get("Content-Encoding", "identity").lower() != "identity":
            raise Refusal(415, "encoded_body")

    def _is_ours(self, name: str) -> bool:
        return name in self._names or (self._is_open and _is_address(name))  # an address cannot be rebound

    def _check_origin(self, host: SplitResult, headers: Mapping[str, str]) -> None:
        written = headers.get("Origin")
        if written is None:
            if headers.get("Sec-Fetch-Site", "none") not in ("same-origin", "none"):
                raise Refusal(403, "wrong_origin")
            return
        origin = _parsed(written)
        if origin is None or origin.scheme not in _PORTS:
            raise Refusal(403, "wrong_origin")
        is_same = (origin.hostname, _port(origin)) == (host.hostname, host.port or _PORTS[origin.scheme])
        is_public = (origin.scheme, origin.hostname, _port(origin)) == (
            self._public.scheme,
            self._public.hostname,
            _port(self._public),
        )
        if not (is_same or is_public):
            raise Refusal(403, "wrong_origin")


def _parsed(address: str) -> SplitResult | None:
    try:
        parsed = urlsplit(address)
        return parsed if parsed.port != 0 else None  # a port that is none raises here
    except ValueError:
        return None


def _port(address: SplitResult) -> int | None:
    return address.port or _PORTS.get(address.scheme)


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True

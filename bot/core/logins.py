"""Names and passwords in addresses (`https://name:password@host/`): nobody but the host should read them."""

import re
from contextlib import suppress
from urllib.parse import unquote, urlsplit

_LOGIN = re.compile(r"(?<=://)[^\s/?#\"'<>]{1,1000}@")


def hide_logins(text: str) -> str:
    """Return a text in which each address that has a login shows `…` in its place."""
    return _LOGIN.sub("…@", text) if "://" in text else text


def login_apart(address: str) -> tuple[str, str]:
    """Return an address without its login, and the login as `name:password`, "" where it has none."""
    with suppress(ValueError):
        parts = urlsplit(address)
        login, at, host = parts.netloc.rpartition("@")
        if at:
            return parts._replace(netloc=host).geturl(), unquote(login)
    return address, ""

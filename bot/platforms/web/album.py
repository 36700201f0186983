"""Pictures that visitors showed: in memory only, a few, and encoded anew before anybody sees them."""

import secrets
from collections import OrderedDict
from collections.abc import Awaitable, Callable

from bot.core.errors import PictureError

MOST_BYTES = 48 * 1024 * 1024


class Album:
    """Keeps copies of the newest pictures, as many as fit into `most_bytes`; of the uploads themselves nothing."""

    def __init__(self, copy: Callable[[bytes], Awaitable[bytes]], most_bytes: int = MOST_BYTES) -> None:
        """Begin empty. `copy` encodes a picture anew, as JPEG, or raises PictureError."""
        self._copy = copy
        self._most_bytes = most_bytes
        self._pictures: OrderedDict[str, tuple[str, bytes]] = OrderedDict()  # with whose it is

    def clear(self, member: str | None = None) -> None:
        """Forget everything, or what this member was shown."""
        kept = self._pictures.items() if member is not None else ()
        self._pictures = OrderedDict((name, (whose, picture)) for name, (whose, picture) in kept if whose != member)

    async def keep(self, upload: bytes, kind: str = "", member: str = "") -> str | None:
        """Keep a copy of an upload and return its name, which begins with `kind`; None if it cannot be read."""
        try:
            copy = await self._copy(upload)
        except PictureError:
            return None
        name = kind + secrets.token_urlsafe(12)
        self._pictures[name] = member, copy
        while self._pictures and sum(len(picture) for _, picture in self._pictures.values()) > self._most_bytes:
            self._pictures.popitem(last=False)
        return name

    async def picture(self, name: str) -> bytes | None:
        """Return a picture as JPEG; None if it is gone."""
        return self._pictures.get(name, ("", None))[1]

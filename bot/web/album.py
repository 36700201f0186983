"""Pictures that visitors showed: in memory only, a few, and decoded and encoded anew before anybody sees them."""

import asyncio
import secrets
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from bot.clients.pictures import encode_jpeg, is_picture, open_picture
from bot.errors import PictureError

T = TypeVar("T")

MOST_BYTES = 48 * 1024 * 1024
SHOWN_SIDE = 1200


class Album:
    """Keeps the newest pictures, as many as fit into `most_bytes`; an upload lives until it is first looked at."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._uploads: OrderedDict[str, bytes] = OrderedDict()
        self._shown: dict[str, bytes] = {}
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="album")

    def close(self) -> None:
        """Forget everything."""
        self._thread.shutdown(wait=False, cancel_futures=True)
        self._uploads.clear()
        self._shown.clear()

    async def keep(self, upload: bytes) -> str | None:
        """Keep an upload and return its name; None if it is no picture."""
        if not await self._in_thread(is_picture, upload):
            return None
        name = secrets.token_urlsafe(12)
        self._uploads[name] = upload
        self._drop_oldest()
        return name

    async def picture(self, name: str) -> bytes | None:
        """Return a picture as JPEG; None if it is gone."""
        upload = self._uploads.get(name)
        if upload is None or name in self._shown:
            return self._shown.get(name)
        try:
            shown = await self._in_thread(_encoded_anew, upload)
        except PictureError:
            self._uploads.pop(name, None)
            return None
        if name in self._uploads:
            self._uploads[name] = b""
            self._shown[name] = shown
        return shown

    def _drop_oldest(self) -> None:
        while self._uploads and self._bytes() > self._most_bytes:
            name, _ = self._uploads.popitem(last=False)
            self._shown.pop(name, None)

    def _bytes(self) -> int:
        return sum(map(len, self._uploads.values())) + sum(map(len, self._shown.values()))

    async def _in_thread(self, work: Callable[[bytes], T], upload: bytes) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work, upload)


def _encoded_anew(upload: bytes) -> bytes:
    return encode_jpeg(open_picture(upload, SHOWN_SIDE))

"""The pages' own files, read once: few, small, and nothing beside them can be asked for."""

import hashlib
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.Response]]

_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_IMPORTED = re.compile(r'^import .*? from "\./(\w+\.js)";$', re.MULTILINE)
FOR_EVER = "public, max-age=31536000, immutable"  # what stands under its version never changes
ASKED_AGAIN = "no-cache"  # asked for each time, sent when it changed


@dataclass(frozen=True, slots=True)
class StaticFile:
    """A file of the pages. `etag` changes with its content."""

    body: bytes
    content_type: str
    etag: str


@dataclass(frozen=True, slots=True)
class StaticFiles:
    """Every file by its name, and the version of them all, under which browsers keep them."""

    found: dict[str, StaticFile]
    version: str

    @property
    def folder(self) -> str:
        """The address below which pages ask for them: another one once any of them changed."""
        return f"/static/{self.version}"

    def modules_of(self, script: str) -> list[str]:
        """Return the names of a script and of everything it imports, which a browser can then fetch at once."""
        wanted = [script]
        for name in wanted:  # grows meanwhile
            imported = _IMPORTED.findall(self.found[name].body.decode())
            wanted += [module for module in imported if module not in wanted]
        return wanted

    def routes(self) -> list[web.RouteDef]:
        """Return the addresses of the files, with and without a version."""
        return [
            web.get("/static/{name}", self._serve),
            web.get("/static/{version:[0-9a-f]+}/{name}", self._serve),
        ]

    async def _serve(self, request: web.Request) -> web.Response:
        file = self.found.get(request.match_info["name"])
        if file is None:
            raise web.HTTPNotFound
        is_of_now = request.match_info.get("version") == self.version
        headers = {
            "ETag": f'W/"{file.etag}"',
            "Cache-Control": FOR_EVER if is_of_now else ASKED_AGAIN,
            "Vary": "Accept-Encoding",
        }
        if any(known.value == file.etag for known in request.if_none_match or ()):
            return web.Response(status=304, headers=headers)
        response = web.Response(body=file.body, content_type=file.content_type, charset="utf-8", headers=headers)
        response.enable_compression()
        return response


@cache
def static_files() -> StaticFiles:
    """Return the files, which stay as they are while the bot runs."""
    found = {}
    for file in (files(__package__) / "static").iterdir():
        content_type = _TYPES.get("." + file.name.rpartition(".")[2])
        if content_type is not None:
            body = file.read_bytes()
            found[file.name] = StaticFile(body, content_type, hashlib.blake2b(body, digest_size=10).hexdigest())
    every = "".join(f"{name} {found[name].etag}\n" for name in sorted(found))
    return StaticFiles(found, hashlib.blake2b(every.encode(), digest_size=6).hexdigest())

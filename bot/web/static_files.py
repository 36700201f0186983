"""The page's own files, read once: few, small, and nothing beside them can be asked for."""

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from importlib.resources import files

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.Response]]

_TYPES = {
    ".html": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
}

PAGES = {"/": "index.html", "/draw": "draw.html", "/tendencies": "tendencies.html"}
HEAD, ITS_PLACE = "head.html", b"<!-- head.html -->\n"  # what every page begins with, and where it stands there


@dataclass(frozen=True, slots=True)
class StaticFile:
    """A file of the page. `etag` changes with its content."""

    body: bytes
    content_type: str
    etag: str


def static_files() -> dict[str, StaticFile]:
    """Return every file of the page by its name."""
    folder, found = files(__package__) / "static", {}
    head = (folder / HEAD).read_bytes()
    for file in folder.iterdir():
        content_type = _TYPES.get("." + file.name.rpartition(".")[2])
        if content_type is not None and file.name != HEAD:
            body = file.read_bytes().replace(ITS_PLACE, head)
            found[file.name] = StaticFile(body, content_type, hashlib.blake2b(body, digest_size=10).hexdigest())
    return found


def page_routes() -> list[web.RouteDef]:
    """Return the addresses of the page and of everything that belongs to it."""
    found = static_files()
    return [
        *(web.get(path, _serve(found[name])) for path, name in PAGES.items()),
        *(web.get(f"/static/{name}", _serve(file)) for name, file in found.items()),
    ]


def _serve(file: StaticFile) -> Handler:
    headers = {"ETag": f'"{file.etag}"', "Cache-Control": "no-cache"}  # asked for each time, sent when it changed

    async def serve(request: web.Request) -> web.Response:
        if any(known.value == file.etag for known in request.if_none_match or ()):
            return web.Response(status=304, headers=headers)
        return web.Response(body=file.body, content_type=file.content_type, charset="utf-8", headers=headers)

    return serve

"""Files: members' pictures fetched with the bot's token, and pictures of ours shared beside an answer."""

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import structlog

from bot.config import SlackSettings
from bot.core.errors import PictureError, RoomRefused, SendError, SendRefused
from bot.core.messages import Message
from bot.core.problems.pictures import NotFetched, TooLarge
from bot.handwriting.ports.recognition import LARGEST_UPLOAD
from bot.platforms.slack.render import ALT_TEXT
from bot.platforms.slack.text import fit, plain_line
from bot.platforms.slack.web import SlackWeb

log = structlog.get_logger()

Json = Mapping[str, Any]

DOWNLOAD_TAKES = 20.0  # seconds, all of a picture's waits included
LOOKS = (0.0, 0.3, 0.7, 1.5, 3.0, 5.0)  # seconds to wait before each look at a file that Slack still works on
_HOME = (".slack.com", ".slack-edge.com", ".slack-files.com")
_THIS_COMPUTER = {"localhost", "127.0.0.1", "::1"}
_PICTURES = ("png", "jpg", "jpeg", "gif", "webp", "bmp", "heic", "heif", "avif")  # Slack may not name their type
LOOK_BACK = 20  # messages in which the one that a file came with is looked for
_TITLE, _COMMENT = 200, 3000


class SlackFiles:
    """Fetches and shares pictures. Only Slack itself, or the server configured in its place, ever sees the token."""

    def __init__(self, web: SlackWeb, settings: SlackSettings) -> None:
        self._web = web
        self._token = settings.bot_token.get_secret_value()
        self._host = urlsplit(settings.api_url).hostname

    async def pictures(self, files: Sequence[Json]) -> list[bytes | PictureError]:
        """Fetch the pictures of one message, in order."""
        return [await self.picture(one) for one in files]

    async def ready(self, files: Sequence[Json]) -> list[Json]:
        """Return the files as Slack knows them once it is done with them; one that takes too long as it was."""
        return [await self._ready(one) for one in files]

    async def shared_in(self, file_id: str, channel: str = "") -> Json | None:
        """Return the message that a file came with, its channel included; None if it is not found. Raises SendError."""
        file = (await self._web.call("files.info", "a file", file=file_id))["file"]
        shares = {place: share for kind in (file.get("shares") or {}).values() for place, share in kind.items()}
        listed = (place for kind in ("channels", "groups", "ims") for place in file.get(kind) or ())
        channel = next((place for place in (channel, *shares, *listed) if place), "")
        if not channel:
            return None
        asked: dict[str, Any] = {"channel": channel, "limit": LOOK_BACK}
        method = "conversations.history"
        if shares.get(channel):
            ts = max(str(one["ts"]) for one in shares[channel])
            asked |= {"ts": ts, "oldest": ts, "latest": ts, "inclusive": True}
            method = "conversations.replies"
        said = (await self._web.call(method, f"channel {channel}", **asked))["messages"]
        found = (one for one in said if any(part.get("id") == file_id for part in one.get("files") or ()))
        return next(({**one, "channel": channel} for one in found), None)

    async def picture(self, file: Json) -> bytes | PictureError:
        """Fetch a picture; what is wrong with it is returned."""
        try:
            async with asyncio.timeout(DOWNLOAD_TAKES):
                return await self._fetch(await self._ready(file))
        except PictureError as error:
            return error
        except (aiohttp.ClientError, OSError, TimeoutError, SendError) as error:
            log.warning("picture not fetched", file=file.get("id"), reason=str(error) or type(error).__name__)
            return PictureError(NotFetched(detail=str(error)))

    async def _ready(self, file: Json) -> Json:
        """Wait for a file that Slack has not finished processing, or of which a message says too little."""
        for wait in LOOKS:
            if _is_ready(file):
                break
            await asyncio.sleep(wait)
            try:
                file = (await self._web.call("files.info", "a file", file=str(file["id"])))["file"]
            except SendError as error:
                log.warning("file not looked up", file=file.get("id"), reason=str(error))
                break
        return file

    async def _fetch(self, file: Json) -> bytes:
        address = str(file.get("url_private_download") or file.get("url_private") or "")
        if not address or not self._is_home(address):
            raise PictureError(NotFetched(detail="it is gone, or not kept by Slack"))
        if int(file.get("size") or 0) > LARGEST_UPLOAD:
            raise PictureError(TooLarge(detail=f"{file['size']} bytes"))
        session, headers = self._web.session, {"Authorization": f"Bearer {self._token}"}
        for wait in LOOKS:
            await asyncio.sleep(wait)
            try:
                async with session.get(address, headers=headers, allow_redirects=False) as reply:
                    if reply.status == 200 and reply.content_type != "text/html":
                        return await _content(reply)
                    if reply.status < 400:  # Slack shows its sign-in page to whoever may not read a file
                        log.warning("picture not fetched", file=file.get("id"), reason="a sign-in page", next=_SCOPE)
                        raise PictureError(NotFetched(detail="Slack answered with its sign-in page"))
                    answered = f"Slack answered {reply.status} for a file"
            except (aiohttp.ClientError, OSError) as error:
                answered = f"cut off while a file came, {type(error).__name__}"
        raise PictureError(NotFetched(detail=answered))

    def _is_home(self, address: str) -> bool:
        """Whether an address may be given our token: a file may lie with somebody else."""
        parts = urlsplit(address)
        if self._host is not None:
            return parts.hostname == self._host or {parts.hostname, self._host} <= _THIS_COMPUTER
        return parts.scheme == "https" and f".{parts.hostname}".endswith(_HOME)

    async def share(self, message: Message, channel: str, thread_ts: str | None = None, said: str = "") -> None:
        """Share what comes with a message in a channel or thread, pictures described for those who cannot see them.

        `said` is the text beside them. Where Slack does not confirm it, it is looked whether they came. Raises
        SendError.
        """
        files = [await self._uploaded(upload) for upload in _uploads(message)]
        comment = fit(said, _COMMENT) or None
        shared: Json = {"files": files, "channel_id": channel, "thread_ts": thread_ts, "initial_comment": comment}
        complete = partial(self._web.call, "files.completeUploadExternal", f"channel {channel}", **shared)
        try:
            await complete()
        except (RoomRefused, SendRefused):
            raise
        except SendError as error:
            log.warning("files not confirmed", channel=channel, reason=str(error), next="looked for")
            if not await self._is_shared(files[0]["id"]):
                await complete()

    async def _uploaded(self, upload: Json) -> dict[str, str]:
        """Bring a file to Slack, at once or at a second address; nobody sees it until it is shared."""
        content, title = upload["content"], upload["title"]
        named = {"filename": upload["filename"], "length": len(content), "alt_txt": upload.get("alt_txt")}
        for is_last in (False, True):
            place = await self._web.call("files.getUploadURLExternal", "a file", **named)
            try:
                await self._web.upload(str(place["upload_url"]), content)
                break
            except SendError:
                if is_last:
                    raise
        return {"id": str(place["file_id"]), "title": title}

    async def _is_shared(self, file_id: str) -> bool:
        for wait in LOOKS[:4]:
            await self._web.waiting.sleep(wait)
            file = (await self._web.call("files.info", "a file", file=file_id))["file"]
            if any(file.get(places) for places in ("shares", "channels", "groups", "ims")):
                return True
        return False


def _uploads(message: Message) -> list[dict[str, Any]]:
    pictures = [
        {
            "filename": f"picture-{number}.png",
            "content": picture.png,
            "title": plain_line(picture.shows, _TITLE),
            "alt_txt": plain_line(picture.shows, ALT_TEXT),
        }
        for number, picture in enumerate(message.pictures, start=1)
    ]
    files = [{"filename": file.name, "content": file.content, "title": file.name} for file in message.files]
    return [*pictures, *files]


_SCOPE = "check that the app has the scope files:read, that its token is right, and that it is in the channel"


def is_picture(file: Json) -> bool:
    """Whether a file looks like a picture; one that Slack still works on looks like nothing."""
    kind = str(file.get("mimetype") or "")
    return kind.startswith("image/") or bool({_ending(file), file.get("filetype")} & {*_PICTURES})


def _ending(file: Json) -> str:
    return str(file.get("name") or "").lower().rpartition(".")[2]


def pictures_of(files: Sequence[Json]) -> list[Json]:
    """Return the pictures among the files of a message; every file if none looks like one, to be told so."""
    return [one for one in files if is_picture(one)] or list(files)


def _is_ready(file: Json) -> bool:
    if file.get("mode") in ("tombstone", "hidden_by_limit") or file.get("is_external"):
        return True  # nothing more is to come
    has_address = bool(file.get("url_private_download") or file.get("url_private"))
    return has_address and bool(file.get("mimetype") or file.get("filetype") or is_picture(file))


async def _content(reply: aiohttp.ClientResponse) -> bytes:
    content = bytearray()
    async for chunk in reply.content.iter_chunked(2**16):
        content += chunk
        if len(content) > LARGEST_UPLOAD:
            raise PictureError(TooLarge())
    return bytes(content)

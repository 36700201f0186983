"""What a request carries, read by hand: counted while it arrives, and refused before the end if it is too much."""

import email.message
import email.utils
import json
import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from aiohttp import BadContentDispositionHeader, BodyPartReader, web
from aiohttp.http_exceptions import HttpProcessingError

from bot.handwriting.ports.recognition import LARGEST_UPLOAD
from bot.platforms.web.arriving import ARRIVING
from bot.platforms.web.refusals import Refusal

LONGEST_TEXT = 2_000
LARGEST_JSON = 64 * 1024
LARGEST_FORM = LARGEST_UPLOAD + LARGEST_JSON
MOST_PARTS = 10
DRAWING = "drawing.png"  # the name under which our page sends a drawing

warnings.filterwarnings("ignore", category=BadContentDispositionHeader)  # what a stranger calls a file is no news


@dataclass(frozen=True, slots=True)
class Said:
    """What a visitor sent: a text, a picture, or both. `is_drawn`: the picture was drawn on our page."""

    text: str = ""
    picture: bytes | None = None
    is_drawn: bool = False


async def read_said(request: web.Request) -> Said:
    """Read `{"text": …}`, or a form with `file` and `text`. Raises Refusal."""
    said = await _read_form(request) if is_form(request) else Said(_text_of(await read_json(request)))
    text = _cleaned(said.text)
    if len(text) > LONGEST_TEXT:
        raise Refusal(400, "text_too_long")
    if not text and said.picture is None:
        raise Refusal(400, "nothing_said")
    return replace(said, text=text)


async def read_picture(request: web.Request) -> bytes:
    """Read the picture that is the body, or the `file` of a form. Raises Refusal."""
    if not is_form(request):
        return await _read_body(request, LARGEST_UPLOAD)
    picture = (await _read_form(request)).picture
    if picture is None:
        raise Refusal(400, "nothing_said")
    return picture


async def read_json(request: web.Request) -> dict[str, Any]:
    """Read a JSON object. Raises Refusal."""
    try:
        value = json.loads(await _read_body(request, LARGEST_JSON))
    except (ValueError, RecursionError):
        raise Refusal(400, "bad_json") from None
    if not isinstance(value, dict):
        raise Refusal(400, "bad_json")
    return value


def is_form(request: web.Request) -> bool:
    """Whether the body is a form, which may carry a picture."""
    return request.content_type.startswith("multipart/")


def _text_of(content: dict[str, Any]) -> str:
    text = content.get("text")
    if not isinstance(text, str):
        raise Refusal(400, "nothing_said")
    return text


async def _read_body(request: web.Request, largest: int) -> bytes:
    if (request.content_length or 0) > largest:
        raise Refusal(413, "upload_too_large")
    body = bytearray()  # not bytes: adding to them would copy everything each time
    async with request.config_dict[ARRIVING].body() as came:
        async for chunk in request.content.iter_any():
            came(len(chunk))
            body += chunk
            if len(body) > largest:
                raise Refusal(413, "upload_too_large")
    return bytes(body)


async def _read_form(request: web.Request) -> Said:
    if (request.content_length or 0) > LARGEST_FORM:
        raise Refusal(413, "upload_too_large")
    text, picture, is_drawn, number = "", None, False, 0
    try:
        async with request.config_dict[ARRIVING].body() as came:
            reader = await request.multipart()
            while (part := await reader.next()) is not None:
                number += 1
                if not isinstance(part, BodyPartReader) or number > MOST_PARTS:
                    raise Refusal(400, "bad_form")
                name, file_name = _names(part)
                if name == "text":
                    text = (await _read_part(part, LARGEST_JSON, came)).decode("utf-8", "replace")
                else:
                    content = await _read_part(part, LARGEST_UPLOAD, came)
                    if name == "file":
                        picture, is_drawn = content, file_name == DRAWING
    except (HttpProcessingError, ValueError, AssertionError, RuntimeError, LookupError, web.HTTPException):
        raise Refusal(400, "bad_form") from None  # a multipart parser's ways to say that it is none
    return Said(text, picture, is_drawn)


def _names(part: BodyPartReader) -> tuple[str, str]:
    """Return the names of a field and of its file, "" without one. aiohttp's own reader breaks at two semicolons."""
    header = email.message.Message()
    header["Content-Disposition"] = part.headers.get("Content-Disposition", "").replace("\r", "").replace("\n", "")
    name = header.get_param("name", "", "Content-Disposition")
    return email.utils.collapse_rfc2231_value(name), header.get_filename("")


async def _read_part(part: BodyPartReader, largest: int, came: Callable[[int], None]) -> bytes:
    content = bytearray()
    while chunk := await part.read_chunk(64 * 1024):
        came(len(chunk))
        content += chunk
        if len(content) > largest:
            raise Refusal(413, "upload_too_large")
    return bytes(content)


def _cleaned(text: str) -> str:
    """Return the text without what no store and no screen can hold."""
    kept = "".join(letter for letter in text if letter in "\n\t" or letter.isprintable() or letter in "\u3000\u200d")
    return kept.replace("\t", " ").strip()
